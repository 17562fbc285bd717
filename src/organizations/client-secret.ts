import { digestOf } from "#primitives";
import { equalBytes, fromBase64url, utf8 } from "../kernel/bytes.ts";
import { randomText } from "../kernel/random.ts";
import { iso, type Millis } from "../kernel/time.ts";

/** A secret as it is kept: by base64url(SHA-256) of its text, which is nowhere. */
export type SecretRecord = {
  id: string;
  client: string;
  /** The organisation that it was handed out to; it serves in no other. */
  organization: string;
  hash: string;
  createdAt: Millis;
  usedAt: Millis | undefined;
  expiresAt: Millis | undefined;
};

/** A secret of 256 random bits as base64url, and what is kept of it. */
export function makeSecret(
  organization: string,
  client: string,
  now: Millis,
): { secret: string; record: SecretRecord } {
  const secret = randomText(32);
  const id = randomText(16);
  const ends = { usedAt: undefined, expiresAt: undefined };
  return { secret, record: { id, client, organization, hash: digestOf(secret), createdAt: now, ...ends } };
}

/** The kept secret that this text is; all are compared, each in the same time. */
export function matchSecret(text: string, kept: readonly SecretRecord[]): SecretRecord | undefined {
  // What is no secret of ours is hashed all the same: a refusal takes the same time whatever was wrong.
  const hash = utf8(digestOf(text));
  let found: SecretRecord | undefined;
  for (const each of kept) if (equalBytes(hash, utf8(each.hash))) found = each;
  return fromBase64url(text)?.length === 32 ? found : undefined;
}

export function secretView({ id, createdAt, usedAt, expiresAt }: SecretRecord) {
  const time = (at: Millis | undefined) => (at === undefined ? null : iso(at));
  return { id, createdAt: iso(createdAt), lastUsedAt: time(usedAt), expiresAt: time(expiresAt) };
}
