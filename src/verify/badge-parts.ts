import { attempt } from "../kernel/attempt.ts";
import { asText, type JsonObject } from "../kernel/json.ts";
import { aside, type Check, fail, pass, unknown } from "../kernel/report.ts";
import { credentialChecks } from "../securing/data-model.ts";
import { checkOpenBadge } from "../securing/open-badge-schema.ts";
import { objectsIn } from "./badge-examination.ts";
import type { BadgeKnowledge, BadgeQuestion } from "./badge-question.ts";

/** Schemas that are held against here, whichever of their published versions is named. */
const openBadgeSchema =
  /^https:\/\/purl\.imsglobal\.org\/spec\/ob\/v3p0\/schema\/json(?:-ld)?\/ob_v3p0_(?:achievement|endorsement)credential_schema\.json$/;

/** The form that Open Badges asks for, and every schema that a credential names: one that is not known here is told. */
export function schemaChecks(body: JsonObject): Check[] {
  const held = checkOpenBadge(body);
  const named = objectsIn(body.credentialSchema).map(({ id }) => (typeof id === "string" ? id : ""));
  const strange = named.filter((id) => !openBadgeSchema.test(id) || held.length === 0);
  const told = strange.map((id) =>
    aside(unknown("schema", "UNKNOWN_SCHEMA", `The schema ${id.slice(0, 200)} is not known here, and not fetched.`)),
  );
  if (held.length > 0) return [...held, ...told];
  const none = aside(unknown("schema", "NOT_A_BADGE", "It is a credential, and neither a badge nor an endorsement."));
  return [none, ...told];
}

/** What a credential names and nobody follows here is told, so that no one thinks that it was judged. */
export function unfollowedParts(body: JsonObject): Check[] {
  const subjects = objectsIn(body.credentialSubject);
  const evidence = [body, ...subjects].some((each) => each.evidence !== undefined);
  return [
    ...(body.refreshService === undefined ? [] : [refresh(body)]),
    ...(evidence ? [told("evidence", "Evidence is named by its address, and never fetched.")] : []),
    ...(body.termsOfUse === undefined ? [] : [told("termsOfUse", "termsOfUse is not judged here.")]),
    // Of the data model's own checks those aside: related resources that are not known here.
    ...(body.relatedResource === undefined ? [] : credentialChecks(body).filter(({ required }) => !required)),
  ];
}

function refresh(body: JsonObject): Check {
  const types = objectsIn(body.refreshService).map(({ type }) => asText([type].flat()[0]).slice(0, 80));
  return aside(
    unknown("refresh", "NOT_FOLLOWED", `It can be refreshed (${types.join(", ")}); that is not asked here.`),
  );
}

function told(name: string, sentence: string): Check {
  return aside(unknown(name, "NOT_CHECKED", sentence));
}

/**
 * Whose domain the issuer is: an organisation of ours by the domain that it has proved, a did:web of a whole host by that, and any
 * issuer by the domain that the question names, which is then asked for its DID configuration.
 */
export async function domainCheck(
  issuer: string,
  { domain }: BadgeQuestion,
  knowledge: BadgeKnowledge,
): Promise<{ check: Check; domain: string | null }> {
  if (domain !== undefined) return askedDomain(issuer, domain, knowledge);
  const known = await knowledge.organizationOf?.(issuer);
  if (known?.verified && known.domain !== null)
    return { check: aside(pass("domain", `Verified: ${known.domain}.`)), domain: known.domain };
  if (known) {
    const claimed = known.domain === null ? "It names no domain." : `${known.domain} has not been verified.`;
    return { check: aside(unknown("domain", "NOT_VERIFIED", claimed)), domain: null };
  }
  const host = hostOf(issuer);
  if (host !== undefined)
    return { check: aside(pass("domain", `Whoever has ${host} has this DID.`, "DID_WEB_HOST")), domain: host };
  return { check: aside(unknown("domain", "NOT_ASKED", "The DID names no domain, and none was asked.")), domain: null };
}

/** That the organisation has been closed: what it awarded before is judged as ever, but nobody speaks for it any more. */
export async function closedCheck(issuer: string, { organizationOf }: BadgeKnowledge): Promise<Check[]> {
  const closedAt = (await organizationOf?.(issuer))?.closedAt;
  if (closedAt === undefined) return [];
  return [aside(unknown("organization", "ISSUER_CLOSED", `The organisation was closed at ${closedAt}.`))];
}

async function askedDomain(issuer: string, domain: string, { speaksFor, work }: BadgeKnowledge) {
  if (!speaksFor) return { check: unknown("domain", "UNAVAILABLE", "Domains are not asked here."), domain: null };
  const { check, value } = await attempt("domain", "", () => speaksFor(issuer, domain, work));
  if (value === undefined) return { check, domain: null };
  return value
    ? { check: pass("domain", `${domain} says that this DID is its own.`), domain }
    : { check: fail("domain", "OTHER_DOMAIN", `${domain} does not say that this DID is its own.`), domain: null };
}

/** The host of a did:web at its root; undefined for every other DID: below a path anybody may have a document there. */
function hostOf(did: string): string | undefined {
  const [, host] = /^did:web:([^:]+)$/.exec(did) ?? [];
  return host?.replace(/%3A/i, ":");
}
