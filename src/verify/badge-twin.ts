import { attempt } from "../kernel/attempt.ts";
import { isObject, type JsonObject } from "../kernel/json.ts";
import { type Check, fail, pass, skipped, unknown } from "../kernel/report.ts";
import { type Millis, parseTime } from "../kernel/time.ts";
import { type AwardTwin, checkAwardTwin, parseAwardTwin } from "../securing/award-twin.ts";
import type { ResolveKey } from "../securing/vc-jwt.ts";
import { periodCheck } from "./jwt-credential.ts";

/** How the EIP-712 twin of an award turned out; `message` where it could be read. */
export type TwinExamination = { checks: Check[]; message?: AwardTwin; vouched: boolean };

/** True for typed data with a signature beside it, which no verifiable credential looks like. */
export function isTwin(value: JsonObject): boolean {
  return isObject(value.domain) && isObject(value.message) && typeof value.signature === "string";
}

/** Every check of a twin that needs nobody but its issuer: its form, its key and signature, and its period. */
export async function examineTwin(value: JsonObject, at: Millis, resolveKey: ResolveKey): Promise<TwinExamination> {
  const form = await attempt("form", "It is the EIP-712 twin of an award.", () => parseAwardTwin(value));
  if (!form.value) {
    const waiting = ["issuer", "signature", "validity"].map((name) => skipped(name, "form"));
    return { checks: [form.check, ...waiting], vouched: false };
  }
  const { message, verificationMethod } = form.value;
  const owner = ownerCheck(message, verificationMethod);
  const signature = await attempt("signature", "The issuer's key of secp256k1 signed it.", () =>
    checkAwardTwin(value, resolveKey, at),
  );
  const validity = periodCheck(at, timeOf(message.validFrom), timeOf(message.validUntil));
  const vouched = signature.value !== undefined && owner.outcome === "pass";
  return { checks: [form.check, owner, signature.check, validity], message, vouched };
}

/** A twin says where its status stands, but not of which purpose: only whoever keeps the award knows. */
export function twinStatus(): Check {
  return unknown("status", "STATUS_ELSEWHERE", "Its status stands in the credential that it is the twin of.");
}

function ownerCheck({ issuer }: AwardTwin, method: string): Check {
  return method.startsWith(`${issuer}#`)
    ? pass("issuer", "The key named is one of the issuer's.")
    : fail("issuer", "KEY_OF_ANOTHER", "The key named is none of the issuer's.");
}

/** Texts are "" where there is nothing to say; dates have been read once. */
function timeOf(text: string): Millis | undefined {
  return text === "" ? undefined : parseTime(text);
}
