import type { JsonObject } from "../kernel/json.ts";
import { iso, type Millis } from "../kernel/time.ts";
import { jwtOfCredential, proveCredential } from "../securing/credential-forms.ts";
import { contextV2 } from "../securing/data-model.ts";
import { openBadgesContext } from "../securing/open-badge-schema.ts";
import { type IssuerFacts, members, profileOf } from "./achievement-credential.ts";
import type { FormSigners } from "./award-forms.ts";
import type { Forms } from "./form-store.ts";
import { registeredClaims } from "./jwt-claims.ts";

/** All that the credential of an endorsement is made of. */
export type EndorsementFacts = {
  /** The credential's own id, a URL. */
  id: string;
  /** Who endorses. */
  issuer: IssuerFacts;
  /** The URL of the badge that is endorsed, and its name. */
  badge: string;
  badgeName: string;
  comment?: string | undefined;
  validFrom: Millis;
  test?: boolean | undefined;
};

/** Public URL of an endorsement, and the id of its credential; `slug` of the organisation that endorses. */
export function endorsementUrl(origin: string, face: string, slug: string): string {
  return `${origin}/b/${face}/endorsements/${slug}`;
}

/**
 * The unsigned EndorsementCredential of an organisation for a badge.
 * @see https://www.imsglobal.org/spec/ob/v3p0/#endorsementcredential
 */
export function endorsementCredential(facts: EndorsementFacts): JsonObject {
  const { id, issuer, badge, badgeName, comment, validFrom, test } = facts;
  return {
    "@context": [contextV2, openBadgesContext],
    id,
    type: ["VerifiableCredential", "EndorsementCredential"],
    name: `Endorsement of ${badgeName}${test ? " (test)" : ""}`,
    issuer: profileOf(issuer),
    validFrom: iso(validFrom),
    credentialSubject: members({ id: badge, type: ["EndorsementSubject"], endorsementComment: comment }),
  };
}

/** An endorsement in the forms that the keys of the endorsing organisation make. Refuses with NO_KEY. */
export async function endorsementForms(facts: EndorsementFacts, keys: FormSigners, now: Millis): Promise<Forms> {
  const credential = endorsementCredential(facts);
  const json = await proveCredential(credential, keys.credential, iso(now));
  const { id, issuer, badge, validFrom } = facts;
  const claims = registeredClaims({ id, issuer: issuer.did, subject: badge, validFrom });
  const jwt = await jwtOfCredential({ ...credential, ...claims }, issuer.did, keys.credential);
  return { json: JSON.stringify(json), ...(jwt !== undefined && { jwt }) };
}
