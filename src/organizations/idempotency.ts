import { digestOf } from "#primitives";
import { seal, unseal } from "../identity/sealing.ts";
import type { ServiceKeys } from "../identity/service-keys.ts";
import { base64url, fromBase64url, fromUtf8, utf8 } from "../kernel/bytes.ts";
import { ensure, Failure } from "../kernel/failure.ts";
import { hmacSha256 } from "../kernel/hmac.ts";
import { type Clock, day, type Millis, minute } from "../kernel/time.ts";

/** An answer as it is given again: a body of bytes is base64url. */
export type KeptAnswer = {
  status: number;
  headers: Readonly<Record<string, string>>;
  body: string | null;
  bytes: boolean;
};

/** One request as its key names it: `party` is who asks, `key` and `fingerprint` tell nothing of what they stand for. */
export type OnceRequest = { party: string; key: string; fingerprint: string };

export type OnceMark = OnceRequest & { attempt: string; startedAt: Millis; expiresAt: Millis };

/** What stands under a key: an answer, sealed, or a request at work. */
export type OnceFound = { fingerprint: string; answer: string | undefined };

export type IdempotencyStore = {
  /**
   * Marks a request as at work. Of any number of callers one gets the mark: where there is none, where the one before
   * has run out, or where it is the same request's, unanswered since `deadBefore`. How often it has been begun, or
   * undefined where the mark is another's.
   */
  begin(mark: OnceMark, deadBefore: Millis): Promise<number | undefined>;
  find(party: string, key: string, now: Millis): Promise<OnceFound | undefined>;
  /** Keeps the answer, if the mark is still this attempt's. */
  finish(mark: OnceMark, answer: string): Promise<void>;
  /** Takes the mark away, if it is still this attempt's. */
  release(mark: OnceMark): Promise<void>;
};

/**
 * What a request is told that does its work under a key. `name` follows from who asks, the key and the request: what is
 * made, is named after it, so an attempt after a crash finds what the one before has done. `again` says that there was
 * one which never came back.
 */
export type Once = { name: string; again: boolean };

export type Idempotency = {
  /**
   * Does a request once. The same request again gets the answer of the first, and `replayed`. A refusal changes nothing,
   * so it is not kept. Refuses with IDEMPOTENCY_KEY_BUSY, IDEMPOTENCY_KEY_REUSED and what `run` refuses with.
   */
  once(
    request: { party: string; key: string; content: string },
    run: (once: Once) => Promise<KeptAnswer>,
  ): Promise<{ answer: KeptAnswer; replayed: boolean }>;
};

/** How long an answer is kept. */
export const answerLife = day;

/** A request that has not come back by then died with its process. */
export const deadAfter = minute;

export type IdempotencyParts = { store: IdempotencyStore; keys: ServiceKeys; clock: Clock };

/** Answers may hold what is shown once, so they are kept sealed; requests are known again by a keyed digest. */
export function openIdempotency(parts: IdempotencyParts): Idempotency {
  const { store, keys, clock } = parts;
  const digest = (content: string) => base64url(hmacSha256(fromBase64url(keys.secret)!, utf8(`${purpose} ${content}`)));
  return {
    once: async ({ party, key: text, content }, run) => {
      const now = clock();
      const [key, fingerprint] = [digestOf(text), digest(content)];
      const attempt = base64url(crypto.getRandomValues(new Uint8Array(16)));
      const mark = { party, key, fingerprint, attempt, startedAt: now, expiresAt: now + answerLife };
      const begun = await store.begin(mark, now - deadAfter);
      if (begun === undefined) return { answer: await answered(parts, mark, now), replayed: true };
      const name = digestOf(`${party} ${key} ${fingerprint}`);
      return { answer: await attempted(parts, mark, () => run({ name, again: begun > 1 })), replayed: false };
    },
  };
}

const purpose = "idempotency";

async function answered({ store, keys }: IdempotencyParts, { party, key, fingerprint }: OnceMark, now: Millis) {
  const found = await store.find(party, key, now);
  ensure(!found || found.fingerprint === fingerprint, "IDEMPOTENCY_KEY_REUSED");
  // Gone by now, it was refused this moment: whoever sends it again finds the way free.
  ensure(found?.answer, "IDEMPOTENCY_KEY_BUSY");
  const bytes = await unseal(keys, purpose, found.answer);
  if (!bytes) throw new Error("The answer was sealed under other keys.");
  return JSON.parse(fromUtf8(bytes)) as KeptAnswer;
}

async function attempted(
  { store, keys }: IdempotencyParts,
  mark: OnceMark,
  run: () => Promise<KeptAnswer>,
): Promise<KeptAnswer> {
  let answer: KeptAnswer;
  try {
    answer = await run();
  } catch (error) {
    // After any other error nobody knows what has been done: the mark stays until it is dead.
    if (error instanceof Failure) await store.release(mark);
    throw error;
  }
  await store.finish(mark, await seal(keys, purpose, utf8(JSON.stringify(answer))));
  return answer;
}
