import { checkOf } from "../kernel/attempt.ts";
import { Failure } from "../kernel/failure.ts";
import { type Check, pass } from "../kernel/report.ts";

/** As `attempt`, for what answers at once: waiting for a promise costs as much as most checks do. */
export function tried<T>(name: string, detail: string, run: () => T): { check: Check; value?: T } {
  try {
    return { value: run(), check: pass(name, detail) };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { check: checkOf(name, error) };
  }
}
