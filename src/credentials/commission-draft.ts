import type { Did } from "../identity/did.ts";
import { utf8 } from "../kernel/bytes.ts";
import { ensure, Failure } from "../kernel/failure.ts";
import { checkValue, isObject, type JsonObject, maxDepth } from "../kernel/json.ts";
import type { Cryptosuite, ProofSigner } from "../securing/data-integrity.ts";
import { parseCredential } from "../securing/data-model.ts";
import { isUrl } from "../securing/data-model-parts.ts";
import { hasOffset } from "../securing/date-time-stamp.ts";
import { plainQuads } from "../securing/hidden-members.ts";
import { contextCheck, plainTermsCheck } from "../securing/plain-terms.ts";
import { parseStatusEntry } from "../securing/status-list.ts";
import { maxCredentialJwt } from "../securing/vc-jwt.ts";
import type { IssuingOrganization, IssuingSigner, StatusPurpose } from "./commission.ts";

/** How a credential can be secured over the VC API, and with which key. */
export const commissionSuites = {
  "eddsa-rdfc-2022": "Ed25519",
  "eddsa-jcs-2022": "Ed25519",
  "ecdsa-rdfc-2019": "P-256",
  "ecdsa-jcs-2019": "P-256",
  "vc+jwt": "P-256",
} as const satisfies Record<Cryptosuite | "vc+jwt", ProofSigner["type"]>;

export type CommissionSuite = keyof typeof commissionSuites;

/** What is asked for beside the credential. */
export type CommissionOptions = {
  /** By the organisation's first key unless said. */
  suite?: CommissionSuite | undefined;
  /** The organisation's did:web, or the did:key of the key that signs. */
  issuer?: Did | undefined;
  /** The id that the credential gets where it has none. */
  credentialId?: string | undefined;
  statuses?: readonly StatusPurpose[] | undefined;
  previousProof?: string | string[] | undefined;
  proofId?: string | undefined;
};

/**
 * What is to be signed, and by which key. The issuer is the organisation, or the did:key of the key: the one asked for,
 * whatever the credential names, else the one that it names, and filled in where it names none. Refuses with
 * INVALID_CREDENTIAL, UNREADABLE_DATE, UNKNOWN_CONTEXT, UNKNOWN_SUITE, NO_KEY, QUOTA_EXCEEDED, and what strict JSON
 * refuses: nothing is signed that verification would not take.
 */
export async function draftOf(
  credential: JsonObject,
  options: CommissionOptions,
  { did, credential: keys }: IssuingOrganization,
) {
  checkValue(credential, maxDepth);
  const [first] = keys;
  ensure(first, "NO_KEY");
  const suite = options.suite ?? (first.type === "Ed25519" ? "eddsa-rdfc-2022" : "ecdsa-rdfc-2019");
  const key = keys.find(({ type }) => type === commissionSuites[suite]);
  ensure(key, "NO_KEY", `It has no key of ${commissionSuites[suite]}.`);
  const issuer = issuerFor(credential, options, did, key);
  const purposes = [...new Set(options.statuses ?? [])];
  const body = filled(
    credential,
    issuer,
    purposes.length > 0 ? (options.credentialId ?? newId()) : options.credentialId,
  );
  if (purposes.length > 0)
    ensure(body.credentialStatus === undefined, "INVALID_CREDENTIAL", "It has a credentialStatus already.");
  await checkReadable(body);
  const { type, sign, method, jwkMethod } = key;
  const own = `${key.key}#${key.key.slice("did:key:".length)}`;
  const signer: ProofSigner = issuer === did ? { method, jwkMethod, type, sign } : { method: own, type, sign };
  return { suite, issuer, signer, purposes, body };
}

function issuerFor(
  { issuer, proof }: JsonObject,
  { issuer: asked }: CommissionOptions,
  did: Did,
  { key }: IssuingSigner,
): Did {
  const named = isObject(issuer) ? issuer.id : issuer;
  const chosen = asked ?? named ?? did;
  ensure(chosen === did || chosen === key, "INVALID_CREDENTIAL", `issuer is neither ${did} nor ${key}.`);
  ensure(
    proof === undefined || named === chosen,
    "INVALID_CREDENTIAL",
    "The proofs that it has are over another issuer.",
  );
  return chosen;
}

/** What is missing is filled in; what stands there in another form stays, and is refused with the data model. */
function filled(credential: JsonObject, issuer: Did, id: string | undefined): JsonObject {
  const { issuer: named } = credential;
  const replaced =
    named === undefined || isUrl(named) || (isObject(named) && (named.id === undefined || isUrl(named.id)));
  const withIssuer = replaced
    ? { ...credential, issuer: isObject(named) ? { ...(named as JsonObject), id: issuer } : issuer }
    : credential;
  return id === undefined || credential.id !== undefined ? withIssuer : { id, ...withIssuer };
}

function newId(): string {
  return `urn:uuid:${crypto.randomUUID()}`;
}

/** Claims of a JWT, which as members of a credential would say what whoever reads them takes for ours. */
const claims = ["iss", "sub", "jti", "nbf", "exp", "iat", "aud", "vc", "vp"];

/** Bytes of a credential, so that as a JWT it has not more characters than verification reads. */
const maxBytes = Math.floor((maxCredentialJwt - 4096) * 0.75);

/**
 * Holds a credential to what verification asks of one, and to what an issuer owes beside: times with an offset, status
 * entries that can be read, and contexts that define every term, however it is secured.
 */
async function checkReadable(body: JsonObject): Promise<void> {
  const { statuses } = parseCredential(body);
  for (const name of ["validFrom", "validUntil"]) {
    const offset = typeof body[name] !== "string" || hasOffset(body[name]);
    ensure(offset, "UNREADABLE_DATE", `${name}: A time says how it stands to UTC.`);
  }
  for (const { type, entry } of statuses) if (type === "BitstringStatusListEntry") parseStatusEntry(entry);
  const claim = claims.find((each) => body[each] !== undefined);
  ensure(claim === undefined, "INVALID_CREDENTIAL", `A credential has no member ${claim}.`);
  const { length } = utf8(JSON.stringify(body));
  ensure(length <= maxBytes, "QUOTA_EXCEEDED", `A credential has at most ${maxBytes} bytes.`);
  const context = contextCheck(body);
  if (context.outcome !== "pass") throw new Failure("UNKNOWN_CONTEXT", context.detail);
  const terms = plainTermsCheck(body);
  ensure(terms.outcome === "pass", "INVALID_CREDENTIAL", terms.detail);
  const { proof: _, ...unsecured } = body;
  await plainQuads(unsecured);
}
