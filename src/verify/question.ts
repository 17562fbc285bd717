import type { KeyCheck } from "../identity/app-key.ts";
import type { Delegation, Moment } from "../identity/delegation.ts";
import type { Did } from "../identity/did.ts";
import { ensure } from "../kernel/failure.ts";
import { type Clock, type Millis, parseNamedTime, second } from "../kernel/time.ts";
import type { OperationStore } from "../operations/store.ts";
import type { Demand, Knowledge, Question } from "./knowledge.ts";
import { type OperationReport, verifyOperation } from "./operation.ts";
import { type OwnedKey, ownedKey } from "./organization-key.ts";

/** What is asked, as it comes through a door: moments in RFC 3339, undefined for now (`at`: for admission). */
export type Asked = { at?: string | undefined; known?: string | undefined; require?: readonly Demand[] | undefined };

export type QuestionParts = {
  store: OperationStore;
  clock: Clock;
  realm: string;
  /** Who answers. */
  did: Did;
  isServiceKey: Knowledge["isServiceKey"];
  /** Checks signatures elsewhere than on this thread, where that is faster. */
  keyOf?: (did: Did) => KeyCheck;
};

/** Distinct pairs of user and key that one question may ask the log about. */
export const maxPairs = 1000;

/** Documents that one question remembers as kept elsewhere. */
const maxAbsent = 10_000;

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
    ...(asked.at !== undefined && { at: await momentOf(parts.store, parseNamedTime("at", asked.at), now) }),
    known: await knownBy(parts.store, asked.known, now),
    now,
    require: asked.require ?? [],
  };
  const knowledge = knowledgeOf(parts, question.known.seq, question.at?.seq);
  return (value) => verifyOperation(value, question, knowledge);
}

/** What is being written now was dated a moment ago: until then nobody can say what will have been recorded. */
const settling = 5 * second;

/** Refuses with INVALID_REQUEST a moment of which the log may still learn: an answer about the past stays the same. */
function ensureSettled(known: Millis, now: Millis): void {
  const sentence = `What had been recorded can be told for moments at least ${settling / second} seconds ago; without known it is now.`;
  ensure(known <= now - settling, "INVALID_REQUEST", sentence);
}

/** The last place of the log that counts at a time; `now` reaches to its end. */
export async function momentOf(store: OperationStore, time: Millis, now: Millis): Promise<Moment> {
  return time >= now ? { time, seq: Number.MAX_SAFE_INTEGER } : store.momentAt(time);
}

/** What had been recorded by a time, which cannot lie ahead. */
export async function knownBy(store: OperationStore, known: string | undefined, now: Millis): Promise<Moment> {
  const time = known === undefined ? now : parseNamedTime("known", known);
  if (known !== undefined) ensureSettled(time, now);
  return time >= now ? { time, seq: await store.lastSeq() } : store.momentAt(time);
}

function knowledgeOf({ store, realm, did, isServiceKey, keyOf }: QuestionParts, seq: number, at = seq): Knowledge {
  const pairs = new Map<string, Delegation[] | Promise<Delegation[]>>();
  const absent = new Set<string>();
  // No more than the operations of one question.
  const owned = new Map<string, Promise<OwnedKey | undefined>>();
  const entryOf = async (document: string, operation: string) => {
    const entry = await store.entryOfOperation(document, operation);
    // What is recorded from now on does not count, so a document that is kept elsewhere is asked about once.
    if (!entry && absent.size < maxAbsent && !(await store.holds(document))) absent.add(document);
    return entry;
  };
  return {
    complete: true,
    answering: { did, seq },
    realm,
    isServiceKey,
    ...(keyOf && { keyOf }),
    delegationOf: async (entry) => {
      const document = await store.documentOfGrant(entry);
      return document === undefined ? undefined : store.delegationByDocument(document);
    },
    entryOf: (document, operation) => (absent.has(document) ? undefined : entryOf(document, operation)),
    ownedKey: (entry) => {
      const known = owned.get(entry) ?? ownedKey(store, entry);
      owned.set(entry, known);
      return known;
    },
    delegationIn: (document) => store.delegationByDocument(document),
    delegationsOf: (user, key) => {
      const pair = `${user} ${key}`;
      const known = pairs.get(pair);
      if (known) return known;
      ensure(pairs.size < maxPairs, "QUOTA_EXCEEDED", `One question asks about at most ${maxPairs} keys.`);
      const asked = latestBy(store, user, key, [Math.min(at, seq), seq]).then((found) => {
        pairs.set(pair, found);
        return found;
      });
      pairs.set(pair, asked);
      return asked;
    },
  };
}

/** The latest given by the moment asked about; where there were none yet, the latest of those that are known. */
async function latestBy(store: OperationStore, user: Did, key: Did, places: readonly number[]): Promise<Delegation[]> {
  for (const place of places) {
    const found = await store.delegationsOf(user, key, place);
    if (found.length > 0) return found;
  }
  return [];
}

/** The same for a credential, which needs no place in the log. Refuses with UNREADABLE_DATE and INVALID_REQUEST. */
export function momentsOf({ at, known }: Asked, now: Millis): { at?: Millis; known?: Millis; now: Millis } {
  const recorded = known === undefined ? now : parseNamedTime("known", known);
  if (known !== undefined) ensureSettled(recorded, now);
  return { now, known: recorded, ...(at !== undefined && { at: parseNamedTime("at", at) }) };
}
