import { type CompactJws, parseCompact } from "../identity/jws.ts";
import { Failure } from "../kernel/failure.ts";
import type { Check } from "../kernel/report.ts";
import { tried } from "./tried.ts";

/** The check `form` of what should be a JWS in compact form (RFC 7515, section 7.1), and the JWS where it is one. */
export function compactForm(text: string, maxLength: number): { check: Check; value?: CompactJws } {
  return tried("form", "It is a JWS in compact form.", () => {
    try {
      return parseCompact(text, maxLength);
    } catch (error) {
      throw error instanceof Failure && error.detail === undefined ? new Failure(error.code, no) : error;
    }
  });
}

const no = "It is no JWS in compact form: three parts in base64url with dots between, of which two are JSON objects.";
