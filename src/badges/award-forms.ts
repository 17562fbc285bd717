import { isUserDid } from "../identity/did.ts";
import { isObject, type Json, type JsonObject } from "../kernel/json.ts";
import { iso, type Millis } from "../kernel/time.ts";
import { signAwardTwin, type TwinSigner } from "../securing/award-twin.ts";
import { jwtOfCredential, proveCredential } from "../securing/credential-forms.ts";
import type { ProofSigner } from "../securing/data-integrity.ts";
import { type AwardFacts, achievementCredential, badgeTitle } from "./achievement-credential.ts";
import type { Forms } from "./form-store.ts";
import { type Claimed, registeredClaims } from "./jwt-claims.ts";

/** The keys in use that credentials of an organisation are signed with, one of a type at most. */
export type FormSigners = {
  credential: readonly ProofSigner[];
  /** Signs EIP-712 twins. */
  twin?: TwinSigner | undefined;
};

/** The keys of an organisation, by its document, as they are in use now. */
export type SignersOf = (organization: string) => Promise<FormSigners>;

/**
 * What awards say as credentials, signed with the keys of this day in every form that these make, in the order asked:
 * `vc+jwt` (ES256), Data Integrity JSON with a proof for each key, and for a did:pkh the EIP-712 twin. Refuses with
 * NO_KEY where an organisation has none for credentials.
 */
export async function makeForms(awards: readonly AwardFacts[], signersOf: SignersOf, now: Millis): Promise<Forms[]> {
  const known = new Map<string, FormSigners>();
  const made: Forms[] = [];
  // One after the other: what those of one class have in common is worked out by the first.
  for (const facts of awards) {
    const signers = known.get(facts.organization) ?? (await signersOf(facts.organization));
    known.set(facts.organization, signers);
    made.push(await signForms(facts, signers, now));
  }
  return made;
}

/** The forms of one award; see `makeForms`. */
async function signForms(facts: AwardFacts, { credential: keys, twin }: FormSigners, now: Millis): Promise<Forms> {
  const credential = achievementCredential(facts);
  const { endorsements = [], issuer } = facts;
  const jwts = endorsements.flatMap(({ jwt }) => jwt ?? []);
  const objects = endorsements.flatMap(({ json }) => (json === undefined ? [] : (JSON.parse(json) as Json)));
  const json = await proveCredential(withList(credential, "endorsement", objects), keys, iso(now));
  const claims = { ...withList(credential, "endorsementJwt", jwts), ...registeredClaims(claimed(facts)) };
  const jwt = await jwtOfCredential(claims, issuer.did, keys);
  return {
    ...(jwt !== undefined && { jwt }),
    json: JSON.stringify(json),
    ...twinOf(facts, credential, twin),
  };
}

/** For the wallet of a did:pkh, which is of a chain. */
function twinOf(facts: AwardFacts, { validFrom, validUntil, credentialStatus }: JsonObject, twin?: TwinSigner): Forms {
  const { recipient, issuer, id, achievement } = facts;
  if (!twin || !("did" in recipient) || !isUserDid(recipient.did)) return {};
  const message = {
    id,
    issuer: issuer.did,
    subject: recipient.did,
    achievement: achievement.id,
    name: badgeTitle(facts),
    validFrom: validFrom as string,
    validUntil: (validUntil as string | undefined) ?? "",
    status: isObject(credentialStatus) ? (credentialStatus.id as string) : "",
  };
  return { eip712: JSON.stringify(signAwardTwin(message, twin)) };
}

/** Somebody who is known by a hash alone has no identifier that `sub` could say. */
function claimed({ id, issuer, recipient, validFrom, validUntil }: AwardFacts): Claimed {
  return { id, issuer: issuer.did, subject: "did" in recipient ? recipient.did : undefined, validFrom, validUntil };
}

function withList(credential: JsonObject, name: string, list: Json[]): JsonObject {
  return list.length === 0 ? credential : { ...credential, [name]: list };
}
