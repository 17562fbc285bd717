import { sha1, sha256 } from "#primitives";
import { appKey, type KeyCheck } from "../identity/app-key.ts";
import type { Did } from "../identity/did.ts";
import { type Bytes, base64, fromHex, utf8 } from "../kernel/bytes.ts";
import { canonicalJson } from "../kernel/json.ts";
import { operationDigest } from "./entry.ts";
import { type SignedOperation, suiteOf, type Tuple } from "./operation.ts";

/** How the content string of a tuple relates to the operation that carries it. */
export type ContentMatch = "full" | "content" | "weak" | "mismatch";

/**
 * The bytes that a tuple signs.
 * @see docs/operations.md, "Signatures"
 */
export function signedMessage(signedAt: string, app: Did, content: string, prev: string): Bytes {
  const size = signedAt.length + app.length + content.length + prev.length;
  const text = `${prefix}${size}${signedAt}${app}${content}${prev}`;
  const message = roomFor(text.length);
  // What is not ASCII finds no room.
  if (encoder.encodeInto(text, message).read !== text.length) return utf8(text);
  used += text.length;
  return message;
}

const encoder = new TextEncoder();
const prefix = "\x19Signed Operation:\n";

/** Checks the bytes alone; what they say of the operation is `matchContent`'s affair. Never throws on a bad signature. */
export function checkSignature(tuple: Tuple, keyOf: (did: Did) => KeyCheck = appKey): boolean | Promise<boolean> {
  const [signedAt, app, content, prev, signature] = tuple;
  return keyOf(app)(signedMessage(signedAt, app, content, prev), fromHex(signature, 2)!);
}

/** Recomputes the content of the tuple from the operation, as its suite has it. */
export function matchContent(operation: SignedOperation, tuple: Tuple, digest: string): ContentMatch {
  const content = tuple[2];
  if (suiteOf(tuple) === 2) return content.slice(3) === digest ? "full" : "mismatch";
  const { scope, type, input } = operation.action;
  if (content.length === 44)
    return content === base64(sha256(scope + type + JSON.stringify(input))) ? "content" : "mismatch";
  return content === base64(sha1(operation.document + scope + type + canonicalJson(input))) ? "weak" : "mismatch";
}

/** What suite 1 may be admitted once by: the four strings that its signature covers. */
export function replayKey(tuple: Tuple): string {
  return tuple.slice(0, 4).join("");
}

export type Signer = { did: Did; sign(message: Uint8Array): Bytes | Promise<Bytes> };

/** Signs an operation in suite 2; `prev` is the D of what the signer saw last in the stream, "" for none. */
export async function signTuple(
  unsigned: SignedOperation,
  signer: Signer,
  prev: string,
  signedAtSeconds: number,
): Promise<Tuple> {
  const signedAt = String(signedAtSeconds);
  const draft: Tuple = [signedAt, signer.did, `r2.${"A".repeat(43)}`, prev, `0x${"0".repeat(128)}`];
  const content = `r2.${operationDigest(withTuple(unsigned, draft))}`;
  const signature = await signer.sign(signedMessage(signedAt, signer.did, content, prev));
  let digits = "0x";
  for (const byte of signature) digits += byte.toString(16).padStart(2, "0");
  return [signedAt, signer.did, content, prev, digits];
}

/** The operation with `tuple` as its one signature. */
export function withTuple(operation: SignedOperation, tuple: Tuple): SignedOperation {
  const signer = operation.action.context?.signer;
  const action = {
    ...operation.action,
    context: {
      ...operation.action.context,
      signer: {
        user: signer?.user ?? { address: "", networkId: "", chainId: 0 },
        app: { name: signer?.app.name ?? "", key: tuple[1] },
        signatures: [tuple],
      },
    },
  };
  return { ...operation, action };
}

/** Bytes that messages share: memory of its own for each would cost more than writing it. */
const poolSize = 16_384;
let pool: Bytes = new Uint8Array(poolSize);
let used = 0;

/** The next bytes of the pool. Whoever keeps them says so in `used`; then nobody writes to them again. */
function roomFor(size: number): Bytes {
  if (used + size > pool.length) {
    pool = new Uint8Array(Math.max(poolSize, size));
    used = 0;
  }
  return pool.subarray(used, used + size);
}
