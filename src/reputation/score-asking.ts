import type { Did } from "../identity/did.ts";
import { checkSubjectDid, foldAccount } from "../identity/subject-did.ts";
import { ensure } from "../kernel/failure.ts";
import { keepWhile } from "../kernel/keep.ts";
import { type Millis, parseTime } from "../kernel/time.ts";
import { type Epoch, epochOf, viewFrom } from "./edges.ts";
import type { Fact } from "./fact.ts";
import { type Ledger, maxFacts } from "./ledger.ts";
import type { PublishedPolicy } from "./policy.ts";
import type { Question } from "./score.ts";
import { compilePolicy, tickFloor } from "./score-rules.ts";

/** Which score is asked for: a policy by its document or alias, its latest version unless said. */
export type AskedScore = {
  policy: string;
  version?: number | undefined;
  /** The moment asked about (RFC 3339); now unless given. What was admitted later has not happened. */
  at?: string | undefined;
  /** Whose own view it is: trust flows from this DID alone. */
  from?: string | undefined;
};

export type ScoreLog = {
  /** The last place admitted by then. */
  momentAt(time: Millis): Promise<{ seq: number }>;
  lastSeq(): Promise<number>;
  entryAt(seq: number): Promise<{ digest: string } | undefined>;
};

/** Answers as it did before under the same name, as long as nothing has been written since. */
export type Recall = <T>(name: string, ask: () => Promise<T>) => T | Promise<T>;

export type AskingParts = {
  clock(): Millis;
  /** Begins a question: what is recalled in it is no older. */
  begin(): Promise<Recall>;
  ledger: Ledger;
  log: ScoreLog;
  /** By document or alias; refuses with NOT_FOUND. */
  findPolicy(id: string, version?: number): Promise<PublishedPolicy>;
  /** Brings all that follows the log at least to this place. */
  follow(position: number): Promise<void>;
};

/** All that a score depends on, as names and numbers; `name` says it in one, `about` all but the place in the log. */
export type Place = {
  name: string;
  about: string;
  subject: Did;
  policy: PublishedPolicy;
  at: Millis;
  position: number;
  from: Did | undefined;
};

/** Gathers what scores are computed of. Refuses with NOT_FOUND, INVALID_DID, INVALID_INPUT, FROM_THE_FUTURE and UNREADABLE_DATE. */
export type Asking = {
  placeOf(subject: string, asked: AskedScore, recall: Recall): Promise<Place>;
  policyOf(asked: Pick<AskedScore, "policy" | "version">, recall: Recall): Promise<PublishedPolicy>;
  /** Now, under a policy that need not be published. */
  now(subject: string, policy: PublishedPolicy): Promise<Place>;
  /** Of what was solicited, or of the rest, which counts nowhere. QUOTA_EXCEEDED */
  question(place: Place, which?: "solicited" | "unsolicited"): Promise<Question>;
  trustAt(place: Place): Promise<Epoch | null>;
  /**
   * Operations of facts known at a place that are hidden by now from others than their subject: hiding counts for the
   * past, too. For the subject itself (`own`) those of wallets that are no longer one with it.
   */
  hiddenNow(place: Place, own: boolean): Promise<ReadonlySet<string>>;
};

const maxKeptEpochs = 8;
/** What stands at a place never changes, and many ask about the last one. */
const maxKeptDigests = 256;

export function openAsking(parts: AskingParts): Asking {
  const { ledger, log } = parts;
  const epochs = keepWhile<Epoch>(maxKeptEpochs, () => 1);
  const digests = keepWhile<string>(maxKeptDigests, () => 1);
  const digestAt = (position: number) =>
    digests.ask(String(position), async () => (await log.entryAt(position))?.digest ?? "");
  const trustAt: Asking["trustAt"] = async ({ policy, at, from }) => {
    if (!policy.policy.trust) return null;
    // Pinned to the beginning of the tick: within it trust stays as it is, whatever is admitted.
    const start = tickFloor(at, compilePolicy(policy).tick);
    const { seq: position } = await log.momentAt(start);
    const name = `${policy.hash} ${start} ${position} ${from ?? ""}`;
    return epochs.ask(name, async () => {
      await parts.follow(position);
      return learnTrust(ledger, { policy, at: start, position, from });
    });
  };
  return {
    placeOf: (subject, asked, recall) => placeOf(parts, subject, asked, recall),
    policyOf: (asked, recall) => policyOf(parts, asked, recall),
    now: async (subject, policy) => nameOf({ subject, policy, at: parts.clock(), position: await log.lastSeq() }),
    trustAt,
    async hiddenNow({ subject, position }, own) {
      const last = await log.lastSeq();
      await parts.follow(last);
      const { members } = await ledger.group(subject, position);
      const theirs = own ? (await ledger.group(subject, last)).members : [];
      const facts = await ledger.factsAbout(members, last);
      const unseen = facts.filter((fact) => fact.hidden && !theirs.includes(fact.subject));
      return new Set(unseen.map(({ operation }) => operation));
    },
    async question(place, which = "solicited") {
      const { policy, subject, at, position } = place;
      await parts.follow(position);
      const group = await ledger.group(subject, position);
      const found = await ledger.factsAbout(group.members, position);
      const facts = factsAsked(found, place, which);
      ensure(facts.length <= maxFacts, "QUOTA_EXCEEDED", `A score takes at most ${maxFacts} facts.`);
      const digest = await digestAt(position);
      return { policy, group, facts, trust: await trustAt(place), at, log: { position, digest } };
    },
  };
}

/** The facts among those found that a score is asked of. */
export function factsAsked(
  found: readonly Fact[],
  { policy, at }: Pick<Place, "policy" | "at">,
  which: "solicited" | "unsolicited" = "solicited",
): Fact[] {
  // Within a tick all stays as it is.
  const now = tickFloor(at, compilePolicy(policy).tick);
  // Of an award that is held back nobody learns, not even that it will count.
  const known = found.filter(({ heldUntil }) => heldUntil === undefined || heldUntil <= now);
  // What nobody asked for counts nowhere and is shown to its subject alone: were it in the digest, anybody could keep
  // others from computing the score again.
  return known.filter(({ standing }) => (standing === "unsolicited") === (which === "unsolicited"));
}

async function policyOf(
  { findPolicy }: AskingParts,
  { policy, version }: Pick<AskedScore, "policy" | "version">,
  recall: Recall,
): Promise<PublishedPolicy> {
  return recall(`policy ${version ?? ""} ${policy}`, () => findPolicy(policy, version));
}

async function placeOf(parts: AskingParts, subject: string, asked: AskedScore, recall: Recall): Promise<Place> {
  const { at, from } = asked;
  const found = await policyOf(parts, asked, recall);
  const alike = from === undefined || found.policy.trust;
  ensure(alike, "INVALID_INPUT", "The policy learns no trust: all see the same.");
  const now = parts.clock();
  const time = at === undefined ? now : parseTime(at);
  ensure(time <= now, "FROM_THE_FUTURE", "What will be admitted until then, nobody knows.");
  const { log } = parts;
  const then = async () => (await log.momentAt(time)).seq;
  const position = await (at === undefined ? recall("end", () => log.lastSeq()) : recall(`moment ${time}`, then));
  const viewer = from === undefined ? undefined : (foldAccount(from) as Did);
  return nameOf({ subject, policy: found, at: time, position, from: viewer });
}

function nameOf(
  place: Omit<Place, "name" | "about" | "subject" | "from"> & { subject: string; from?: Did | undefined },
): Place {
  const { policy, at, position, from } = place;
  const subject = foldAccount(place.subject) as Did;
  checkSubjectDid(subject);
  const tick = tickFloor(at, compilePolicy(policy).tick);
  const about = `${policy.hash} ${policy.id} ${policy.version} ${subject} ${tick} ${from ?? ""}`;
  return { name: `${position} ${about}`, about, subject, policy, at, position, from };
}

/** Learns trust from all that is stated up to a place; `at` is the beginning of a tick. */
export async function learnTrust(
  ledger: Ledger,
  { policy, at, position, from }: Pick<Place, "policy" | "at" | "position" | "from">,
): Promise<Epoch> {
  const { edges, seeds } = policy.policy.trust!;
  const question = { policy, ties: await ledger.ties(edges, position), at, position };
  const knownAs = async (seed: string) =>
    seed.startsWith("did:") ? (await ledger.group(seed as Did, position)).name : seed;
  if (from !== undefined) return viewFrom(from, await knownAs(from), question);
  const names: string[] = [];
  for (const seed of seeds) names.push(await knownAs(seed));
  return epochOf({ ...question, seeds: names });
}
