import { parseCompact } from "../identity/jws.ts";
import { unlessRefused } from "../kernel/attempt.ts";
import { isObject, type JsonObject } from "../kernel/json.ts";
import { type Check, fail, pass } from "../kernel/report.ts";
import { maxCredentialJwt } from "../securing/vc-jwt.ts";
import { envelopedIn } from "./badge-question.ts";

/** What a verifier asks of the proofs of a credential beside what they must be anyway. */
export type ProofWishes = {
  /** The purpose that they have to state. */
  purpose?: string | undefined;
  challenge?: string | undefined;
  domain?: string | undefined;
};

/**
 * A check for each wish, which every proof has to meet: `challenge` and `domain` are `nonce` and `aud` of a JWT, whose
 * purpose is to assert. None where nothing is asked.
 * @see https://www.w3.org/TR/vc-data-integrity/#verify-proof section 4.4
 */
export function wishedChecks(secured: string | Record<string, unknown>, wishes: ProofWishes): Check[] {
  const jwt = typeof secured === "string" ? secured : envelopedIn(secured, ...envelope);
  const said = jwt === undefined ? proofsOf(secured as Record<string, unknown>) : [claimsOf(jwt)];
  const { purpose, challenge, domain } = wishes;
  const every = (holds: (proof: Said) => boolean) => said.length > 0 && said.every(holds);
  return [
    ...(purpose === undefined
      ? []
      : [
          wished(
            "purpose",
            every((each) => each.purpose === purpose),
          ),
        ]),
    ...(challenge === undefined
      ? []
      : [
          wished(
            "challenge",
            every((each) => each.challenge === challenge),
          ),
        ]),
    ...(domain === undefined
      ? []
      : [
          wished(
            "domain",
            every(({ domains }) => areOnly(domains, domain)),
          ),
        ]),
  ];
}

/** The same for the purpose of a presentation, which as a JWT is to authenticate whoever presents it. */
export function presentingChecks(secured: unknown, { purpose }: Pick<ProofWishes, "purpose">): Check[] {
  if (purpose === undefined) return [];
  const text = isObject(secured) ? envelopedIn(secured, ...presentationEnvelope) : secured;
  const said = isObject(secured) && text === undefined ? proofsOf(secured as Record<string, unknown>) : [presented];
  return [wished("purpose", said.length > 0 && said.every((each) => each.purpose === purpose))];
}

const presented = { purpose: "authentication" };
const presentationEnvelope = ["EnvelopedVerifiablePresentation", "application/vp+jwt"] as const;

const envelope = ["EnvelopedVerifiableCredential", "application/vc+jwt"] as const;

type Said = { purpose: unknown; challenge: unknown; domains: readonly unknown[] };

function proofsOf({ proof }: Record<string, unknown>): Said[] {
  return ([proof].flat().filter(isObject) as JsonObject[]).map(({ proofPurpose, challenge, domain }) => {
    return { purpose: proofPurpose, challenge, domains: [domain].flat() };
  });
}

function claimsOf(jwt: string): Said {
  const { nonce, aud } = unlessRefused(() => parseCompact(jwt, maxCredentialJwt))?.payload ?? {};
  return { purpose: "assertionMethod", challenge: nonce, domains: [aud].flat() };
}

function areOnly(domains: readonly unknown[], asked: string): boolean {
  return domains.length > 0 && domains.every((each) => each === asked);
}

function wished(name: string, met: boolean): Check {
  if (met) return pass(name, `It has the ${name} that was asked for.`);
  return fail(name, `WRONG_${name.toUpperCase()}`, `It has not the ${name} that was asked for.`);
}
