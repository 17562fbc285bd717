import { type Code, Failure } from "./failure.ts";
import { type Check, fail, pass, unknown } from "./report.ts";

/** Runs one check: what `run` refuses is its outcome, by code, and `detail` what it says when it passes. */
export async function attempt<T>(
  name: string,
  detail: string,
  run: () => T | Promise<T>,
): Promise<{ check: Check; value?: T }> {
  try {
    return { value: await run(), check: pass(name, detail) };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { check: checkOf(name, error) };
  }
}

/** A refusal as a check: unknown where it says nothing about what is checked. */
export function checkOf(name: string, failure: Failure): Check {
  const outcome = undetermined.has(failure.code) ? unknown : fail;
  return outcome(name, failure.code, failure.detail ?? failure.message);
}

/** Codes that say nothing about what is checked: what could not be asked, or is not understood here. */
const undetermined: ReadonlySet<Code> = new Set<Code>([
  "UNKNOWN_SUITE",
  "UNKNOWN_CONTEXT",
  "UNSUPPORTED_DID_METHOD",
  "DID_UNREACHABLE",
  "STATUS_UNAVAILABLE",
  "CONTRACT_WALLET",
  "QUOTA_EXCEEDED",
  "UNAVAILABLE",
]);

/** What `read` gives, undefined where it refuses. Anything but a Failure is thrown on. */
export function unlessRefused<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof Failure) return undefined;
    throw error;
  }
}
