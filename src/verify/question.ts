import type { KeyCheck } from "../identity/app-key.ts";
import type { Delegation, Moment } from "../identity/delegation.ts";
import type { Did } from "../identity/did.ts";
import { ensure } from "../kernel/failure.ts";
import { type Clock, type Millis, parseTime } from "../kernel/time.ts";
import type { OperationStore } from "../operations/store.ts";
import type { Demand, Knowledge, Question } from "./knowledge.ts";
import { type OperationReport, verifyOperation } from "./operation.ts";

/** What is asked, as it comes through a door: moments in RFC 3339, undefined for now (`at`: for admission). */
export type Asked = { at?: string | undefined; known?: string | undefined; require?: readonly Demand[] | undefined };

export type QuestionParts = {
  store: OperationStore;
  clock: Clock;
  realm: string;
  isServiceKey(key: Did): boolean;
  /** Checks signatures elsewhere than on this thread, where that is faster. */
  keyOf?: (did: Did) => KeyCheck;
};

/** Distinct pairs of user and key that one question may ask the log about. */
export const maxPairs = 1000;

/**
 * Prepares a question once for any number of operations, which then share what is read of the log. Refuses with
 * UNREADABLE_DATE and INVALID_REQUEST; the answers refuse with QUOTA_EXCEEDED beyond `maxPairs`.
 */
export async function openQuestion(
  parts: QuestionParts,
  asked: Asked,
): Promise<(value: unknown) => Promise<OperationReport>> {
  const now = parts.clock();
  const question: Question = {
    ...(asked.at !== undefined && { at: await momentOf(parts.store, parseTime(asked.at), now) }),
    known: await knownBy(parts.store, asked.known, now),
    now,
    require: asked.require ?? [],
  };
  const knowledge = knowledgeOf(parts);
  return (value) => verifyOperation(value, question, knowledge);
}

/** The last place of the log that counts at a time; `now` reaches to its end. */
export async function momentOf(store: OperationStore, time: Millis, now: Millis): Promise<Moment> {
  return time >= now ? { time, seq: Number.MAX_SAFE_INTEGER } : store.momentAt(time);
}

/** What had been recorded by a time, which cannot lie ahead. */
export async function knownBy(store: OperationStore, known: string | undefined, now: Millis): Promise<Moment> {
  const time = known === undefined ? now : parseTime(known);
  ensure(time <= now, "INVALID_REQUEST", "Nobody knows yet what will be recorded by then.");
  return momentOf(store, time, now);
}

function knowledgeOf({ store, realm, isServiceKey, keyOf }: QuestionParts): Knowledge {
  const pairs = new Map<string, Promise<Delegation[]>>();
  return {
    complete: true,
    realm,
    isServiceKey,
    ...(keyOf && { keyOf }),
    delegationOf: async (entry) => {
      const document = await store.documentOfGrant(entry);
      return document === undefined ? undefined : store.delegationByDocument(document);
    },
    entryOf: (document, operation) => store.entryOfOperation(document, operation),
    delegationsOf: (user, key) => {
      const pair = `${user} ${key}`;
      const known = pairs.get(pair);
      if (known) return known;
      ensure(pairs.size < maxPairs, "QUOTA_EXCEEDED", `One question asks about at most ${maxPairs} keys.`);
      const asked = store.delegationsOf(user, key);
      pairs.set(pair, asked);
      return asked;
    },
  };
}

/** The same for a credential, which needs no place in the log. Refuses with UNREADABLE_DATE and INVALID_REQUEST. */
export function momentsOf({ at, known }: Asked, now: Millis): { at?: Millis; known?: Millis; now: Millis } {
  const recorded = known === undefined ? now : parseTime(known);
  ensure(recorded <= now, "INVALID_REQUEST", "Nobody knows yet what will be recorded by then.");
  return { now, known: recorded, ...(at !== undefined && { at: parseTime(at) }) };
}
