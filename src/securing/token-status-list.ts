import { type CompactJws, type JwsSigner, signCompact } from "../identity/jws.ts";
import { type Bytes, base64url, fromBase64url } from "../kernel/bytes.ts";
import { ensure } from "../kernel/failure.ts";
import { isObject, type JsonObject } from "../kernel/json.ts";
import { type Millis, second } from "../kernel/time.ts";
import { maxListBytes, pump } from "./status-list.ts";

/** Where the status of a credential stands in a Token Status List. */
export type TokenStatus = { index: number; list: string };

/** A list of statuses of `bits` each; the first one in the lowest bits of the first byte. */
export type TokenList = { bits: number; bytes: Bytes };

export const tokenListType = "statuslist+jwt";

/** The `status` of a credential that stands in `list` under `index` (draft-ietf-oauth-status-list, section 6.2). */
export function tokenStatus({ index, list }: TokenStatus): JsonObject {
  return { status_list: { idx: index, uri: list } };
}

/**
 * Signs a Status List Token (draft-ietf-oauth-status-list, section 5.1): of `size` credentials those at `revoked` are
 * INVALID, the others VALID. ES256; times in milliseconds.
 */
export async function signTokenList(
  list: {
    uri: string;
    issuer: string;
    size: number;
    revoked: readonly number[];
    at: Millis;
    until: Millis;
    ttl: Millis;
  },
  signer: JwsSigner,
): Promise<string> {
  const bytes = new Uint8Array(Math.ceil(list.size / 8));
  for (const index of list.revoked) bytes[index >> 3]! |= 1 << (index & 7);
  const packed = await pump(bytes, new CompressionStream("deflate"), Number.MAX_SAFE_INTEGER);
  const payload = {
    iss: list.issuer,
    sub: list.uri,
    iat: Math.floor(list.at / second),
    exp: Math.floor(list.until / second),
    ttl: Math.floor(list.ttl / second),
    status_list: { bits: 1, lst: base64url(packed) },
  };
  return signCompact({ typ: tokenListType }, payload, signer);
}

/** Reads the `status` of a credential; undefined where it is of another mechanism. Refuses with INVALID_CREDENTIAL. */
export function parseTokenStatus(status: unknown): TokenStatus | undefined {
  ensure(isObject(status), "INVALID_CREDENTIAL", "status is no object.");
  if (status.status_list === undefined) return undefined;
  const { idx: index, uri: list } = isObject(status.status_list) ? status.status_list : {};
  const isIndex = typeof index === "number" && Number.isSafeInteger(index) && index >= 0;
  ensure(isIndex, "INVALID_CREDENTIAL", "idx is no place in a list.");
  ensure(typeof list === "string" && URL.canParse(list), "INVALID_CREDENTIAL", "uri is no address.");
  return { index, list };
}

/**
 * Reads the list of a Status List Token that was fetched from `uri` (draft-ietf-oauth-status-list, section 8.3). Whether
 * it is signed and in force is asked elsewhere. Refuses with INVALID_CREDENTIAL.
 */
export async function readTokenList({ header, payload }: CompactJws, uri: string): Promise<TokenList> {
  ensure(header.typ === tokenListType, "INVALID_CREDENTIAL", "The typ of the status list is not statuslist+jwt.");
  ensure(payload.sub === uri, "INVALID_CREDENTIAL", "The status list stands elsewhere than it says.");
  const { bits, lst } = isObject(payload.status_list) ? payload.status_list : {};
  const known = typeof bits === "number" && [1, 2, 4, 8].includes(bits) && typeof lst === "string";
  ensure(known, "INVALID_CREDENTIAL", "The status list is not of its form.");
  const packed = fromBase64url(lst);
  ensure(packed, "INVALID_CREDENTIAL", "The status list is not base64url.");
  const bytes = await pump(packed, new DecompressionStream("deflate"), maxListBytes).catch(() => undefined);
  ensure(bytes, "INVALID_CREDENTIAL", `The status list is no ZLIB of at most ${maxListBytes} bytes.`);
  return { bits, bytes };
}

/** The status at an index, undefined where the list does not reach that far. */
export function statusInToken({ bits, bytes }: TokenList, index: number): number | undefined {
  const perByte = 8 / bits;
  const byte = bytes[Math.floor(index / perByte)];
  return byte === undefined ? undefined : (byte >> ((index % perByte) * bits)) & (2 ** bits - 1);
}
