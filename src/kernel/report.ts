import type { Code } from "./failure.ts";

export type Outcome = "pass" | "fail" | "unknown" | "skipped";

/** `skipped` names in `detail` what it waited for. */
export type Check = {
  name: string;
  outcome: Outcome;
  /** Whether the verdict rests on it. */
  required: boolean;
  /** OK, or the reason by name. */
  code: string;
  detail: string;
};

export type Verdict = "valid" | "invalid" | "undetermined";

/** A required check that fails makes `invalid`; else one that is unknown or skipped makes `undetermined`. */
export function judge(checks: readonly Check[]): Verdict {
  let open = false;
  for (const { required, outcome } of checks) {
    if (required && outcome === "fail") return "invalid";
    open ||= required && outcome !== "pass";
  }
  return open ? "undetermined" : "valid";
}

/** A check that any number of reports hold: nobody may write to it. */
export function shared(check: Check): Check {
  return Object.freeze(check);
}

export function pass(name: string, detail: string, code: string = "OK"): Check {
  return { name, outcome: "pass", required: true, code, detail };
}

export function fail(name: string, code: Code | (string & {}), detail: string): Check {
  return { name, outcome: "fail", required: true, code, detail };
}

export function unknown(name: string, code: string, detail: string): Check {
  return { name, outcome: "unknown", required: true, code, detail };
}

export function skipped(name: string, waitedFor: string): Check {
  return { name, outcome: "skipped", required: true, code: "SKIPPED", detail: `Waited for the check ${waitedFor}.` };
}

/** The same check, told but not judged by. */
export function aside(check: Check): Check {
  return { ...check, required: false };
}
