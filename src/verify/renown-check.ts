import { defaultLifetime } from "../credentials/grant.ts";
import { type AsChecked, isOf } from "../identity/as-checked.ts";
import { pkhDid } from "../identity/did.ts";
import { attempt } from "../kernel/attempt.ts";
import { aside, type Check, fail, pass, skipped, unknown } from "../kernel/report.ts";
import { clockSkew, day, iso } from "../kernel/time.ts";
import {
  bindIssuer,
  checkRenownCredential,
  type RenownCredential,
  readRenownForm,
  renownCredentialDigest,
} from "../securing/eip712.ts";
import type { CredentialKnowledge, Moments, RenownEnding } from "./credential-question.ts";
import { periodCheck } from "./jwt-credential.ts";

export type RenownExamination = { checks: Check[]; credential?: RenownCredential };

const names = ["form", "issuer", "signature", "validity", "lifetime", "revocation"] as const;

/** Every check of a Renown credential with its EIP-712 proof. */
export async function examineRenown(
  value: unknown,
  moments: Moments,
  knowledge: CredentialKnowledge,
): Promise<RenownExamination> {
  const form = await attempt("form", "It has the form of a Renown credential.", () => readRenownForm(value));
  const read = form.value;
  if (!read) return { checks: [form.check, ...skippedFrom(1, "form")] };
  const issuer = await attempt("issuer", "Issuer, proof and domain name one account on one chain.", () =>
    bindIssuer(read),
  );
  const credential = issuer.value;
  if (!credential) return { checks: [form.check, issuer.check, ...skippedFrom(2, "issuer")] };
  const ending = await knowledge.endingOf?.(credential.message.id, pkhDid(credential.account));
  const signature = await signatureCheck(credential, ending, knowledge);
  const checks = [form.check, issuer.check, signature, validityCheck(credential, moments), lifetime(credential)];
  return { checks: [...checks, revocationCheck(ending, moments)], credential };
}

function skippedFrom(start: number, waitedFor: string): Check[] {
  return names.slice(start).map((name) => skipped(name, waitedFor));
}

/** What a contract said yes to is on record where the log holds the credential; its chain is asked about others only. */
async function signatureCheck(
  credential: RenownCredential,
  ending: RenownEnding | undefined,
  { wallet }: CredentialKnowledge,
): Promise<Check> {
  const { message, account, proof } = credential;
  const kept = ending?.contract?.proofValue === proof.value ? ending.contract.asChecked : undefined;
  if (kept && isOf(kept, account, renownCredentialDigest(message, account.chainId)))
    return pass("signature", contractSentence(kept), "AS_CHECKED");
  const { check, value } = await attempt("signature", "The issuer's wallet signed it.", () =>
    checkRenownCredential(credential, wallet),
  );
  return value?.asChecked ? pass("signature", contractSentence(value.asChecked), "AS_CHECKED") : check;
}

function contractSentence({ chainId, blockNumber, blockHash }: AsChecked): string {
  return `The issuer's contract held it for its own, on chain ${chainId} in block ${blockNumber} (${blockHash}).`;
}

/** A wallet's clock may run ahead a little: issuance within five minutes counts as now. */
function validityCheck({ issuedAt, expiresAt }: RenownCredential, { at }: Moments): Check {
  if (issuedAt >= expiresAt) return fail("validity", "EXPIRED", "It ends before it begins.");
  return periodCheck(at, issuedAt - clockSkew, expiresAt);
}

/** Told, not judged by: the limit is what is admitted here, and other services may have their own. */
function lifetime({ issuedAt, expiresAt }: RenownCredential): Check {
  const limit = `${defaultLifetime / day} days`;
  const short = expiresAt - issuedAt <= defaultLifetime;
  return aside(
    short
      ? pass("lifetime", `It lives ${limit} at most.`)
      : fail("lifetime", "LIFETIME_TOO_LONG", `It lives longer than ${limit}.`),
  );
}

/** The log dates a revocation. A credential that the log does not know may be kept elsewhere, so that is no failure. */
function revocationCheck(found: RenownEnding | undefined, { at, known }: Moments): Check {
  if (!found)
    return aside(unknown("revocation", "NOT_KEPT_HERE", "The log that is asked does not hold the credential."));
  const { revokedAt, compromise } = found;
  if (compromise && compromise.saidAt <= known && compromise.from <= at)
    return fail("revocation", "KEY_COMPROMISED", `Its key is compromised since ${iso(compromise.from)}.`);
  if (revokedAt === undefined || revokedAt > known) return pass("revocation", "It has not been revoked.");
  if (revokedAt > at) return pass("revocation", `It was revoked later, at ${iso(revokedAt)}.`, "REVOKED_SINCE");
  return fail("revocation", "REVOKED", `It was revoked at ${iso(revokedAt)}.`);
}
