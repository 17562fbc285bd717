/**
 * The specification once more, written from docs/operations.md with node:crypto and nothing of src/: what the library
 * says of a vector is held against it.
 */
import { createHash, createPublicKey, verify } from "node:crypto";

type Json = Record<string, unknown>;
export type Place = { document: string; kind: string; branch: string };

/** The operation digest D of an action in its place. */
export function digestOf(action: Json, place: Place): string {
  const tuple = tupleOf(action);
  const suite = tuple === undefined ? 0 : tuple[2]!.startsWith("r2.") ? 2 : 1;
  const [signedAt = "", app = "", , prev = ""] = tuple ?? [];
  const { id, type, timestampUtcMs, input, scope } = action;
  const { document, kind, branch } = place;
  const bound = {
    suite: `renown-operation-${suite}`,
    kind,
    document,
    branch,
    scope,
    prev,
    signedAt,
    action: { id, type, timestampUtcMs, input },
    signer: { user: userOf(action), app },
  };
  return createHash("sha256").update(canonical(bound)).digest("base64url");
}

/** Whether the last tuple verifies, and what it binds: the two halves of what a signature says. */
export function judge(action: Json, place: Place): { good: boolean; binds: "full" | "content" | "weak" | "nothing" } {
  const [signedAt, app, content, prev, signature] = tupleOf(action)!;
  const m = `${signedAt}${app}${content}${prev}`;
  const message = Buffer.from(`\x19Signed Operation:\n${m.length}${m}`, "utf8");
  const key = { key: pointKey(app!), dsaEncoding: "ieee-p1363" as const };
  const good = verify("sha256", message, key, Buffer.from(signature!.slice(2), "hex"));
  const { scope, type, input } = action;
  const hash = (name: string, text: string) => createHash(name).update(text).digest("base64");
  if (content === `r2.${digestOf(action, place)}`) return { good, binds: "full" };
  if (content === hash("sha256", `${scope}${type}${JSON.stringify(input)}`)) return { good, binds: "content" };
  if (content === hash("sha1", `${place.document}${scope}${type}${canonical(input)}`)) return { good, binds: "weak" };
  return { good, binds: "nothing" };
}

/** The id that follows from an opening, or from a subject. */
export function idOf(members: Json): string {
  const text = canonical({ suite: "renown-document-1", ...members });
  return `r1${createHash("sha256").update(text).digest("base64url")}`;
}

/** RFC 8785: members in the order of their names' UTF-16 units, all else as JSON.stringify has it. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const names = Object.keys(value).sort((a, b) => (a < b ? -1 : 1));
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonical((value as Json)[name])}`).join(",")}}`;
}

/** The deciding tuple, as five strings or joined. */
export function tupleOf(action: Json): string[] | undefined {
  const signatures = signerOf(action)?.signatures as (string | string[])[] | undefined;
  const last = signatures?.at(-1);
  return typeof last === "string" ? last.split(", ") : last;
}

export function userOf(action: Json): string {
  const user = signerOf(action)?.user as Json | undefined;
  return user?.address ? `did:pkh:eip155:${user.chainId}:${String(user.address).toLowerCase()}` : "";
}

function signerOf(action: Json): Json | undefined {
  return (action.context as Json | undefined)?.signer as Json | undefined;
}

const alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
/** A SubjectPublicKeyInfo of P-256 up to its compressed point. */
const spkiHead = "3039301306072a8648ce3d020106082a8648ce3d030107032200";

function pointKey(did: string) {
  let number = 0n;
  for (const character of did.slice("did:key:z".length)) number = number * 58n + BigInt(alphabet.indexOf(character));
  const point = number.toString(16).padStart(70, "0").slice(4);
  return createPublicKey({ key: Buffer.from(spkiHead + point, "hex"), format: "der", type: "spki" });
}
