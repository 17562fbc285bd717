import { type CompactJws, type JwsSigner, parseCompact, signCompact } from "../identity/jws.ts";
import { ensure } from "../kernel/failure.ts";
import type { JsonObject } from "../kernel/json.ts";
import { disclose } from "./disclosure.ts";
import { maxCredentialJwt } from "./vc-jwt.ts";

/** An SD-JWT as it was sent (RFC 9901, section 4): nothing of it is believed until it has been verified. */
export type SdJwt = {
  jws: CompactJws;
  disclosures: readonly string[];
  /** The key binding JWT by which its holder shows it to one verifier. */
  keyBinding: string | undefined;
  /** All up to the last tilde: the text that a key binding JWT is over. */
  bound: string;
};

export const sdJwtType = "dc+sd-jwt";

/** Disclosures that are read of one credential. */
export const maxDisclosures = 256;

/**
 * Signs an SD-JWT VC, ES256: `payload` is for everybody, each member of `disclosable` in a disclosure of its own. Digests
 * stand in the order of their bytes, which says nothing of the claims (RFC 9901, section 4.2.4.1).
 * @see draft-ietf-oauth-sd-jwt-vc, section 3.2
 */
export async function signSdJwt(payload: JsonObject, disclosable: JsonObject, signer: JwsSigner): Promise<string> {
  const made = Object.entries(disclosable).map(([name, value]) => disclose(name, value));
  const digests = made.map(({ digest }) => digest).sort();
  const commitments = digests.length === 0 ? {} : { _sd: digests, _sd_alg: "sha-256" };
  const jwt = await signCompact({ typ: sdJwtType }, { ...payload, ...commitments }, signer);
  return `${jwt}~${made.map(({ text }) => `${text}~`).join("")}`;
}

/** The same credential with none of its disclosures, and bound to nobody. */
export function withoutDisclosures(text: string): string {
  return text.slice(0, text.indexOf("~") + 1);
}

/** Whether a text has the form of an SD-JWT, whatever it is worth: no JWT contains a tilde. */
export function isSdJwt(text: string): boolean {
  return text.includes("~");
}

/**
 * Takes an SD-JWT, with or without key binding, apart (RFC 9901, section 4, compact serialization). Refuses with
 * INVALID_TOKEN what is too long, has an empty part or too many, or no JWS in front.
 */
export function parseSdJwt(text: string, maxLength: number = maxCredentialJwt): SdJwt {
  ensure(text.length <= maxLength, "INVALID_TOKEN", `At most ${maxLength} characters are read.`);
  const [jwt = "", ...parts] = text.split("~");
  const last = parts.pop();
  ensure(last !== undefined, "INVALID_TOKEN", "It is no SD-JWT.");
  ensure(parts.length <= maxDisclosures, "INVALID_TOKEN", `At most ${maxDisclosures} disclosures are read.`);
  ensure(!parts.includes(""), "INVALID_TOKEN", "A disclosure is empty.");
  return {
    jws: parseCompact(jwt, maxLength),
    disclosures: parts,
    keyBinding: last === "" ? undefined : last,
    bound: text.slice(0, text.length - last.length),
  };
}
