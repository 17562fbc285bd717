import { type Bytes, base64url, fromBase64url, fromUtf8, utf8 } from "../kernel/bytes.ts";
import { ensure, Failure } from "../kernel/failure.ts";
import { isObject, type JsonObject, parseJson } from "../kernel/json.ts";
import type { KeyCheck } from "./app-key.ts";

/** A key of ES256 (RFC 7518, section 3.4): signs r || s of 64 bytes over the message's bytes. */
export type JwsSigner = { kid: string; sign(message: Uint8Array): Bytes | Promise<Bytes> };

/** A compact JWS as read: nothing of it is believed until its signature has been checked. */
export type CompactJws = {
  header: JsonObject & { alg: string };
  payload: JsonObject;
  /** The bytes that the signature is over. */
  signed: Bytes;
  signature: Bytes;
};

/** Characters that a token may have unless the caller says otherwise. */
export const maxToken = 16_384;

/** Signs JSON as a compact JWS (RFC 7515, section 3.1), ES256. `header` may name another `kid` than the key's own. */
export async function signCompact(header: JsonObject, payload: JsonObject, signer: JwsSigner): Promise<string> {
  const full = { kid: signer.kid, ...header, alg: "ES256" };
  const signed = `${base64url(utf8(JSON.stringify(full)))}.${base64url(utf8(JSON.stringify(payload)))}`;
  return `${signed}.${base64url(await signer.sign(utf8(signed)))}`;
}

/**
 * Reads a compact JWS whose payload is a JSON object. Refuses with INVALID_TOKEN what is too long, what base64url or
 * strict JSON does not allow, `alg: none`, and extensions that must be understood (`crit`).
 */
export function parseCompact(token: string, maxLength: number = maxToken): CompactJws {
  const parts = token.length <= maxLength ? token.split(".") : [];
  ensure(parts.length === 3, "INVALID_TOKEN");
  const [first, second, third] = parts as [string, string, string];
  const header = parsePart(first);
  const payload = parsePart(second);
  const signature = fromBase64url(third);
  const { alg } = header;
  ensure(typeof alg === "string" && alg.toLowerCase() !== "none", "INVALID_TOKEN", "The token is not signed.");
  ensure(header.crit === undefined, "INVALID_TOKEN", "The token demands extensions.");
  ensure(signature && signature.length > 0, "INVALID_TOKEN");
  return { header: { ...header, alg }, payload, signed: utf8(`${first}.${second}`), signature };
}

/** Whether a key of ES256 signed it; false for every other algorithm that the header names. */
export function checkCompact(jws: CompactJws, check: KeyCheck): boolean | Promise<boolean> {
  return jws.header.alg === "ES256" && jws.signature.length === 64 && check(jws.signed, jws.signature);
}

function parsePart(part: string): JsonObject {
  const bytes = fromBase64url(part);
  ensure(bytes, "INVALID_TOKEN");
  const value = parseOwnJson(bytes);
  ensure(isObject(value), "INVALID_TOKEN");
  return value as JsonObject;
}

function parseOwnJson(bytes: Bytes): unknown {
  try {
    return parseJson(fromUtf8(bytes));
  } catch {
    throw new Failure("INVALID_TOKEN");
  }
}
