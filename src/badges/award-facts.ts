import { fromBase64url, hex } from "../kernel/bytes.ts";
import { ensure } from "../kernel/failure.ts";
import { day, type Millis, parseTime } from "../kernel/time.ts";
import {
  type AwardFacts,
  achievementUrl,
  badgeUrl,
  type IssuerFacts,
  type RecipientFacts,
} from "./achievement-credential.ts";
import type { AwardState } from "./award-state.ts";
import type { BadgeReads } from "./award-store.ts";
import type { ClassDefinition } from "./class-definition.ts";
import type { Forms } from "./form-store.ts";
import { organizationListUrl } from "./organization-lists.ts";
import type { Personal } from "./personal.ts";

/** An award as it stands in its log, and the name by which the world asks for it. */
export type SeenAward = {
  document: string;
  face: string;
  state: AwardState;
  /** What whoever has just made it knows of it, and need not be asked for again. */
  known?: { definition: ClassDefinition; personal: Personal | undefined } | undefined;
};

/** Where what a credential says is found; what is asked of several awards of one batch is best kept. */
export type FactSources = {
  /** Public origin of the service, without a slash at the end. */
  origin: string;
  /** An organisation by its document, as it is today. */
  issuerOf(organization: string): Promise<IssuerFacts & { slug: string }>;
  findVersion: BadgeReads["findVersion"];
  /** What an award says of a person; undefined where that is erased. */
  personalOf(document: string, digest: string): Promise<Personal | undefined>;
};

/** All that the credential of an award is made of, by its log. Refuses with NOT_FOUND what its log does not begin. */
export async function awardFacts(
  award: SeenAward,
  sources: FactSources,
  endorsements: readonly Forms[] = [],
): Promise<AwardFacts> {
  const { origin } = sources;
  const { document, face, state } = award;
  ensure(state.status, "NOT_FOUND");
  const { slug, ...issuer } = await sources.issuerOf(state.organization);
  const { definition, personal } = award.known ?? (await lookUp(award, sources));
  const { from, until } = validityOf(state, definition);
  const { list, index, purpose } = state.status;
  const id = achievementUrl(origin, state.class, state.version);
  return {
    award: document,
    organization: state.organization,
    id: badgeUrl(origin, face),
    issuer,
    achievement: { id, version: state.version, definition, image: imageUrl(origin, definition) },
    recipient: recipientOf(state, personal),
    earner: state.nameShown ? personal?.name : undefined,
    narrative: personal?.narrative,
    evidence: personal?.evidence,
    results: personal?.results,
    awardedAt: parseTime(state.awardedAt),
    // What is made anew is told from what it takes the place of by a later `validFrom`.
    validFrom: state.revision > 1 ? Math.max(from, parseTime(state.revisedAt)) : from,
    validUntil: until,
    status: { list: organizationListUrl(origin, slug, list), index, purpose },
    endorsements,
    test: state.test,
  };
}

/** The definition that an award was made under. Refuses with NOT_FOUND. */
export async function definitionOf(
  state: AwardState,
  findVersion: BadgeReads["findVersion"],
): Promise<ClassDefinition> {
  const found = await findVersion(state.class, state.version);
  ensure(found, "NOT_FOUND");
  return found.definition;
}

/** From when to when an award holds, the end excluded: as it says itself, else as its class does. */
export function validityOf(
  { validFrom, validUntil, awardedAt }: Pick<AwardState, "validFrom" | "validUntil" | "awardedAt">,
  { validity }: Pick<ClassDefinition, "validity">,
): { from: Millis; until: Millis | undefined } {
  const from = parseTime(validFrom ?? awardedAt);
  if (validUntil !== null) return { from, until: parseTime(validUntil) };
  if (validity === null) return { from, until: undefined };
  return { from, until: "days" in validity ? from + validity.days * day : parseTime(validity.until) };
}

/** Where the picture of a class is; one without has none to name. */
function imageUrl(origin: string, { image }: ClassDefinition): string | undefined {
  return image ? `${origin}/v1/images/${image.digest}` : undefined;
}

async function lookUp({ document, state }: SeenAward, { findVersion, personalOf }: FactSources) {
  const definition = await definitionOf(state, findVersion);
  const personal = state.personal === null ? undefined : await personalOf(document, state.personal);
  return { definition, personal };
}

function recipientOf({ subject, claim }: AwardState, personal: Personal | undefined): RecipientFacts {
  if (subject !== "") return { did: subject };
  if (personal?.email) return { email: personal.email };
  return { claimHash: `sha256$${hex(fromBase64url(claim ?? "") ?? new Uint8Array())}` };
}
