import type { PolicyLimits } from "../reputation/policy-document.ts";
import type { AttestationLimits } from "../reputation/reputation.ts";
import { attestationLimits } from "./attestation-limits.ts";
import { policyLimits } from "./policy-limits.ts";
import type { Reader } from "./statement.ts";

/** What limits operations as they arrive, by what their authors have sent before. */
export function arrivalLimits(reader: Reader): AttestationLimits & PolicyLimits {
  return { ...attestationLimits(reader), ...policyLimits(reader) };
}
