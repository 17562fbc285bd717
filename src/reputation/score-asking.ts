import type { Did } from "../identity/did.ts";
import { checkSubjectDid, foldAccount } from "../identity/subject-did.ts";
import { ensure, Failure } from "../kernel/failure.ts";
import { keepWhile } from "../kernel/keep.ts";
import { type Millis, parseNamedTime, parseTime } from "../kernel/time.ts";
import { type Epoch, epochOf, viewFrom } from "./edges.ts";
import type { Lists } from "./explanation.ts";
import type { Fact, FactKind } from "./fact.ts";
import type { Group, Ledger } from "./ledger.ts";
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
  /**
   * Whether now may be the moment up to which the log has been followed, where that is behind: as is said in `asOf`; and
   * whether lists may be without what may have been hidden since. Else it is refused with UNAVAILABLE.
   */
  lagging?: boolean | undefined;
};

export type ScoreLog = {
  /** The last place admitted by then. */
  momentAt(time: Millis): Promise<{ seq: number }>;
  lastSeq(): Promise<number>;
  entryAt(seq: number): Promise<{ digest: string; admittedAt: string } | undefined>;
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
  /** The same, as far as there is time for it; answers with the place that it has come to. */
  reach(position: number): Promise<number>;
};

/** All that a score depends on, as names and numbers; `name` says it in one, `about` all but the place in the log. */
export type Place = {
  name: string;
  about: string;
  subject: Did;
  /** Who is one with the subject there, the asked one first. */
  group: Group;
  policy: PublishedPolicy;
  at: Millis;
  position: number;
  /** Whether it is a place before the last, though nobody has asked for the past. */
  behind: boolean;
  /** Whether an answer is wanted even while the log is still being followed. */
  lagging: boolean;
  from: Did | undefined;
};

/** Takes what work costs from what its asker may have done, before it is done. Refuses with TOO_MANY_REQUESTS. */
export type Spend = (cost: number) => Promise<void>;

/** What computing a score costs, in operations that could be checked meanwhile, or somewhat fewer: by its facts. */
const leastCost = 5;
const factsForOne = 4;

/** What learning trust costs: it reads all that is stated up to a place. */
const [leastTrustCost, mostTrustCost, entriesForOne] = [50, 10_000, 100];

/** Gathers what scores are computed of. Refuses with NOT_FOUND, INVALID_DID, INVALID_INPUT, FROM_THE_FUTURE and UNREADABLE_DATE. */
export type Asking = {
  placeOf(subject: string, asked: AskedScore, recall: Recall): Promise<Place>;
  policyOf(asked: Pick<AskedScore, "policy" | "version">, recall: Recall): Promise<PublishedPolicy>;
  /** Now, under a policy that need not be published. */
  now(subject: string, policy: PublishedPolicy): Promise<Place>;
  /** Of what was solicited, or of the rest, which counts nowhere. TOO_MANY_REQUESTS */
  question(place: Place, spend?: Spend, which?: "solicited" | "unsolicited"): Promise<Question>;
  trustAt(place: Place, spend?: Spend): Promise<Epoch | null>;
  /**
   * Operations of facts known at a place that are hidden by now from others than their subject: hiding counts for the
   * past, too. For the subject itself (`own`) those of wallets that are no longer one with it. Where the log is still
   * being followed, those of `told` that may be hidden by now are among them, or else it refuses with UNAVAILABLE.
   */
  hiddenNow(place: Place, own: boolean, told?: Lists): Promise<ReadonlySet<string>>;
  /** The wallets that are one with a subject by now. */
  membersNow(subject: string): Promise<readonly string[]>;
};

/** What may stand in an award, where alone it is said whether it is hidden. */
const kindsOfAwards: ReadonlySet<FactKind> = new Set(["badge", "endorsement"]);

const maxKeptEpochs = 8;
/** What stands at a place never changes, and many ask about the last one. */
const maxKeptDigests = 256;

export function openAsking(parts: AskingParts): Asking {
  const { ledger, log } = parts;
  const epochs = keepWhile<Epoch>(maxKeptEpochs, () => 1);
  const digests = keepWhile<string>(maxKeptDigests, () => 1);
  const digestAt = (position: number) =>
    digests.ask(String(position), async () => (await log.entryAt(position))?.digest ?? "");
  const membersNow = async (subject: string) => (await ledger.group(subject, await log.lastSeq())).members;
  const trustAt: Asking["trustAt"] = async ({ policy, at, from }, spend) => {
    if (!policy.policy.trust) return null;
    // Pinned to the beginning of the tick: within it trust stays as it is, whatever is admitted.
    const start = tickFloor(at, compilePolicy(policy).tick);
    const { seq: position } = await log.momentAt(start);
    const name = `${policy.hash} ${start} ${position} ${from ?? ""}`;
    return sharing(epochs, name, async () => {
      await spend?.(Math.min(mostTrustCost, Math.max(leastTrustCost, Math.ceil(position / entriesForOne))));
      await parts.follow(position);
      return learnTrust(ledger, { policy, at: start, position, from });
    });
  };
  return {
    placeOf: (subject, asked, recall) => placeOf(parts, subject, asked, recall),
    policyOf: (asked, recall) => policyOf(parts, asked, recall),
    now: async (asked, policy) => {
      const subject = subjectOf(asked);
      const position = await log.lastSeq();
      return nameOf({
        subject,
        group: await ledger.group(subject, position),
        policy,
        at: parts.clock(),
        position,
        behind: false,
        lagging: false,
      });
    },
    trustAt,
    membersNow,
    async hiddenNow(place, own, told) {
      const hidden = await hiddenOf(parts, place, told);
      const theirs = own ? await membersNow(place.subject) : [];
      const unseen = hidden.filter((each) => !theirs.includes(each.subject));
      return new Set(unseen.map(({ operation }) => operation));
    },
    async question(place, spend, which = "solicited") {
      const { policy, at, position } = place;
      await parts.follow(position);
      const told = await gather(ledger, place, which);
      await spend?.(Math.max(leastCost, Math.ceil(told.facts.length / factsForOne)));
      const digest = await digestAt(position);
      return { ...told, policy, trust: await trustAt(place, spend), at, log: { position, digest } };
    },
  };
}

/** What is kept, or made and kept. That another may not have it made is no refusal to those who ask at the same time. */
export async function sharing<T>(
  kept: { ask(name: string, make: () => Promise<T>): Promise<T> },
  name: string,
  make: () => Promise<T>,
): Promise<T> {
  for (;;) {
    let made = false;
    const makeIt = () => {
      made = true;
      return make();
    };
    try {
      return await kept.ask(name, makeIt);
    } catch (error) {
      if (made || !(error instanceof Failure) || error.code !== "TOO_MANY_REQUESTS") throw error;
    }
  }
}

/** What a ledger tells for a question about those who are one. */
export async function gather(
  ledger: Ledger,
  { group, policy, at, position }: Pick<Place, "group" | "policy" | "at" | "position">,
  which: "solicited" | "unsolicited" = "solicited",
): Promise<{ group: Group; facts: Fact[]; beyond: number }> {
  // Within a tick all stays as it is. Of an award that is held back nobody learns, not even that it will count.
  const now = tickFloor(at, compilePolicy(policy).tick);
  const { facts: known, beyond } = await ledger.factsAbout(group.members, position, now);
  // What nobody asked for counts nowhere and is shown to its subject alone: were it in the digest, anybody could keep
  // others from computing the score again.
  const facts = known.filter(({ standing }) => (standing === "unsolicited") === (which === "unsolicited"));
  return { group, facts, beyond };
}

/** What is hidden by now, and of what is told whatever may be. */
async function hiddenOf(
  { ledger, log, follow, reach }: AskingParts,
  { group: { members }, lagging }: Place,
  told: Lists | undefined,
): Promise<{ subject: Did; operation: string }[]> {
  const last = await log.lastSeq();
  const lenient = lagging && told !== undefined;
  const known = lenient ? await reach(last) : last;
  if (!lenient) await follow(last);
  const hidden = await ledger.hiddenAbout(members, last);
  if (!lenient || known >= last) return hidden;
  // What a reputation hides is known at once; what an award says of itself, only as far as the log is followed.
  const unsure = [...told.evidence, ...told.excluded].filter(({ kind }) => kindsOfAwards.has(kind));
  return [...hidden, ...unsure];
}

async function policyOf(
  { findPolicy }: AskingParts,
  { policy, version }: Pick<AskedScore, "policy" | "version">,
  recall: Recall,
): Promise<PublishedPolicy> {
  return recall(`policy ${version ?? ""} ${policy}`, () => findPolicy(policy, version));
}

async function placeOf(parts: AskingParts, named: string, asked: AskedScore, recall: Recall): Promise<Place> {
  const { at, from } = asked;
  const found = await policyOf(parts, asked, recall);
  const alike = from === undefined || found.policy.trust;
  ensure(alike, "INVALID_INPUT", "The policy learns no trust: all see the same.");
  const now = parts.clock();
  const time = at === undefined ? now : parseNamedTime("at", at);
  ensure(time <= now, "FROM_THE_FUTURE", "What will be admitted until then, nobody knows.");
  const { log, ledger } = parts;
  const then = async () => (await log.momentAt(time)).seq;
  const end = await (at === undefined ? recall("end", () => log.lastSeq()) : recall(`moment ${time}`, then));
  const lagging = asked.lagging === true && at === undefined;
  const { position, time: moment } = lagging ? await reached(parts, end, time) : { position: end, time };
  const viewer = from === undefined ? undefined : (foldAccount(from) as Did);
  const subject = subjectOf(named);
  const group = await recall(`group ${position} ${subject}`, () => ledger.group(subject, position));
  const place = { subject, group, policy: found, at: moment, position, behind: position < end, from: viewer };
  return nameOf({ ...place, lagging: asked.lagging === true });
}

/** A place that the log has been followed up to, and the moment when that was its end. */
async function reached({ log, reach }: AskingParts, end: number, now: Millis) {
  const position = await reach(end);
  if (position >= end) return { position: end, time: now };
  const entry = await log.entryAt(position);
  ensure(entry, "UNAVAILABLE", "The log is still being followed.");
  return { position, time: Math.min(now, parseTime(entry.admittedAt)) };
}

function subjectOf(named: string): Did {
  const subject = foldAccount(named) as Did;
  checkSubjectDid(subject);
  return subject;
}

function nameOf(place: Omit<Place, "name" | "about" | "from"> & { from?: Did | undefined }): Place {
  const { subject, group, policy, at, position, behind, lagging, from } = place;
  const tick = tickFloor(at, compilePolicy(policy).tick);
  const about = `${policy.hash} ${policy.id} ${policy.version} ${subject} ${tick} ${from ?? ""}`;
  return { name: `${position} ${about}`, about, subject, group, policy, at, position, behind, lagging, from };
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
