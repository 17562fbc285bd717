import type { Did } from "../identity/did.ts";
import type { Json, JsonObject } from "../kernel/json.ts";
import { iso, type Millis } from "../kernel/time.ts";
import { contextV2 } from "../securing/data-model.ts";
import { openBadgesContext } from "../securing/open-badge-schema.ts";
import { statusEntry } from "../securing/status-list.ts";
import type { ClassDefinition } from "./class-definition.ts";
import type { Forms } from "./form-store.ts";
import type { Personal } from "./personal.ts";

/** The organisation that issues, as its credentials name it on the day that they are made. */
export type IssuerFacts = {
  did: Did;
  name: string;
  description?: string | null;
  url?: string | null;
  email?: string | null;
  /** URL. */
  image?: string | null;
};

/** One version of a badge class, as its credentials carry it. */
export type AchievementFacts = {
  /** URL of the version. */
  id: string;
  version: number;
  definition: ClassDefinition;
  /** URL of its image. */
  image?: string | undefined;
};

/**
 * Whom a badge is for: a DID; while there is none the salted hash of an e-mail address, or of the secret in the claim
 * link, whoever has it.
 */
export type RecipientFacts = { did: Did } | { email: NonNullable<Personal["email"]> } | { claimHash: string };

/** All that the credential of an award is made of. */
export type AwardFacts = {
  /** The document of the award, and that of the organisation. */
  award: string;
  organization: string;
  /** The credential's own id: the public URL of the badge. */
  id: string;
  issuer: IssuerFacts;
  achievement: AchievementFacts;
  recipient: RecipientFacts;
  /** What the earner is called, where that is shown. */
  earner?: string | undefined;
  narrative?: Personal["narrative"];
  evidence?: Personal["evidence"];
  results?: Personal["results"];
  /** When it was first awarded; `validFrom` moves when it is made anew. */
  awardedAt: Millis;
  validFrom: Millis;
  validUntil?: Millis | undefined;
  /** The place in a list of the organisation, the list by its URL. */
  status?: { list: string; index: number; purpose: string } | undefined;
  /** Endorsements as they were signed, which the badge carries. */
  endorsements?: readonly Forms[] | undefined;
  /** Made in test mode, which every face of it says. */
  test?: boolean | undefined;
};

/** Public URL of a badge, and the id of its credential. */
export function badgeUrl(origin: string, face: string): string {
  return `${origin}/b/${face}`;
}

/** Public URL of a version of a badge class, and the id of the achievement. */
export function achievementUrl(origin: string, badgeClass: string, version: number): string {
  return `${origin}/v1/badge-classes/${badgeClass}/versions/${version}`;
}

/**
 * The unsigned OpenBadgeCredential of an award. Endorsements are left out: each form of the badge carries them in its
 * own form.
 * @see https://www.imsglobal.org/spec/ob/v3p0/#achievementcredential
 */
export function achievementCredential(facts: AwardFacts): JsonObject {
  const { id, issuer, validFrom, validUntil, status } = facts;
  const evidence = evidenceOf(facts);
  return members({
    "@context": [contextV2, openBadgesContext],
    id,
    type: ["VerifiableCredential", "OpenBadgeCredential"],
    name: badgeTitle(facts),
    issuer: profileOf(issuer),
    awardedDate: iso(facts.awardedAt),
    validFrom: iso(validFrom),
    validUntil: validUntil === undefined ? undefined : iso(validUntil),
    credentialSubject: subjectOf(facts),
    evidence: evidence.length > 0 ? evidence : undefined,
    credentialStatus: status && statusEntry(status.list, status.index, status.purpose),
  });
}

/** The name of a badge as every face of it says it. */
export function badgeTitle({ achievement, test }: AwardFacts): string {
  const { name } = achievement.definition;
  return test ? `${name} ${testMark}` : name;
}

/** The organisation as OB 3.0 has an issuer. */
export function profileOf({ did, name, description, url, email, image }: IssuerFacts): JsonObject {
  return members({ id: did, type: ["Profile"], name, description, url, email, image: imageOf(image) });
}

/** Members that say something: `undefined` and null are left out. */
export function members(object: Record<string, Json | undefined>): JsonObject {
  return Object.fromEntries(
    Object.entries(object).filter(([, value]) => value !== undefined && value !== null),
  ) as JsonObject;
}

/** The word that a badge made in test mode has wherever its name stands. */
const testMark = "(test)";

const testNote = "Made in test mode: it was awarded to nobody and certifies nothing.";

function subjectOf(facts: AwardFacts): JsonObject {
  const { recipient, earner, narrative, results = [] } = facts;
  const identifiers = [
    ...("did" in recipient ? [] : [hidden(recipient)]),
    ...(earner === undefined ? [] : [plainName(earner)]),
  ];
  return members({
    id: "did" in recipient ? recipient.did : undefined,
    type: ["AchievementSubject"],
    identifier: identifiers.length > 0 ? identifiers : undefined,
    narrative,
    result: results.length > 0 ? results.map((each) => members({ type: ["Result"], ...each })) : undefined,
    achievement: achievementOf(facts),
  });
}

/** How Open Badges 3.0 names somebody without telling who. */
function hidden(recipient: Exclude<RecipientFacts, { did: Did }>): JsonObject {
  const form = { type: "IdentityObject", hashed: true };
  if ("claimHash" in recipient) return { ...form, identityHash: recipient.claimHash, identityType: "identifier" };
  const { hash, salt } = recipient.email;
  return { ...form, identityHash: hash, identityType: "emailAddress", salt };
}

function plainName(name: string): JsonObject {
  return { type: "IdentityObject", hashed: false, identityHash: name, identityType: "name" };
}

function achievementOf(facts: AwardFacts): JsonObject {
  const { id, version, definition, image } = facts.achievement;
  const { type, description, criteria, tags, alignment, inLanguage, creditsAvailable } = definition;
  const words = facts.test ? [...tags, "test"] : tags;
  return members({
    id,
    type: ["Achievement"],
    achievementType: type,
    name: badgeTitle(facts),
    description: facts.test ? `${testNote} ${description}` : description,
    criteria: members({ id: criteria.url, narrative: criteria.narrative }),
    image: imageOf(image, definition.image?.alt),
    tag: words.length > 0 ? words : undefined,
    alignment: alignment.length > 0 ? alignment.map((each) => members({ type: ["Alignment"], ...each })) : undefined,
    inLanguage: inLanguage === undefined ? undefined : languageOf(inLanguage),
    creditsAvailable,
    fieldOfStudy: definition.fieldOfStudy,
    specialization: definition.specialization,
    humanCode: definition.humanCode,
    version: String(version),
  });
}

/** Open Badges 3.0 knows language, script and region, each in its own case; what a tag says beyond them is left out. */
function languageOf(tag: string): string {
  const [language = "", ...parts] = tag.toLowerCase().split("-");
  const script = parts.find((each, place) => place === 0 && /^[a-z]{4}$/.test(each));
  const region = parts[script === undefined ? 0 : 1] ?? "";
  const told = /^(?:[a-z]{2}|\d{3})$/.test(region) ? region.toUpperCase() : undefined;
  const cased = script && script[0]!.toUpperCase() + script.slice(1);
  return [language, cased, told].filter((each) => each !== undefined).join("-");
}

function evidenceOf({ evidence = [], test }: AwardFacts): JsonObject[] {
  const note = { type: ["Evidence"], name: "Test mode", narrative: testNote };
  const given = evidence.map(({ id, ...said }) => members({ id, type: ["Evidence"], ...said }));
  return test ? [note, ...given] : given;
}

function imageOf(url: string | null | undefined, caption?: string): JsonObject | undefined {
  return url ? members({ id: url, type: "Image", caption }) : undefined;
}
