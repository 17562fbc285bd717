import { seal, unseal } from "../identity/sealing.ts";
import type { ServiceKeys } from "../identity/service-keys.ts";
import { fromUtf8, utf8 } from "../kernel/bytes.ts";
import { Failure } from "../kernel/failure.ts";
import type { JsonObject } from "../kernel/json.ts";
import { randomText } from "../kernel/random.ts";
import { type Clock, day, hour, iso, type Millis, minute } from "../kernel/time.ts";

/** Something to be done after the answer: not before `dueAt`, and once for each `key`. */
export type Job = { kind: string; payload: JsonObject; dueAt: Millis; key?: string };

/** A job as it is kept; nothing of its payload can be read without the service's keys. */
export type SealedJob = { id: string; kind: string; payload: string; dueAt: Millis; key: string | undefined };

/** A job in somebody's hands. `attempt` counts from 1, attempts that a crash cut off too. */
export type ClaimedJob = { id: string; kind: string; payload: string; attempt: number };

/** A job that was given up, with the reason of its last attempt. */
export type FailedJob = { id: string; kind: string; attempts: number; error: string; failedAt: string };

export type Outcome =
  | { status: "done"; at: Millis }
  | { status: "waiting"; dueAt: Millis; error: string }
  | { status: "failed"; at: Millis; error: string };

export type Claiming = { kinds: readonly string[]; now: Millis; lease: string; until: Millis; limit: number };

export type OutboxStore = {
  /** Keeps jobs together; those whose key is kept already are passed over. How many are new. */
  add(jobs: readonly SealedJob[], now: Millis): Promise<number>;
  /** Takes jobs that are due and in nobody's hands, the earliest first, for the time of a lease. */
  claim(claiming: Claiming): Promise<ClaimedJob[]>;
  /** Says what became of a job; false where the lease has gone to another. Of what is done the payload is forgotten. */
  settle(id: string, lease: string, outcome: Outcome): Promise<boolean>;
  /** Gives up jobs whose last allowed attempt never came back. */
  giveUp(now: Millis, error: string): Promise<FailedJob[]>;
  failed(limit: number): Promise<FailedJob[]>;
  /** Makes a failed job due again; false where there is none. */
  retry(id: string, now: Millis): Promise<boolean>;
  /** Forgets what ended before a time, at most `limit`. */
  purge(before: Millis, limit: number): Promise<void>;
};

/** Does a job; must come back within `leaseLife`. A job may come again after a crash, always with the same id. */
export type Handler = (payload: JsonObject, job: { id: string; attempt: number }) => Promise<void>;

export type Handlers = Readonly<Record<string, Handler>>;

/** How much one call does: jobs at most, and no new ones after so many milliseconds. */
export type DrainBudget = { jobs: number; time: Millis };

export type DrainReport = { done: number; postponed: number; failed: FailedJob[] };

export type Outbox = {
  /** Keeps jobs for later, durably; how many were new. */
  add(...jobs: Job[]): Promise<number>;
  /** Does what is due of the kinds that have a handler: at least once each, and by one process at a time. */
  drain(handlers: Handlers, budget: DrainBudget): Promise<DrainReport>;
  /** Jobs that were given up, the latest first. */
  failed(limit: number): Promise<FailedJob[]>;
  /** Begins anew with one that was given up; false where there is none. */
  retry(id: string): Promise<boolean>;
};

/** A handler throws it where trying again cannot help. Its message is kept and shown: it names no person. */
export class Undeliverable extends Error {
  override readonly name = "Undeliverable";
}

/** What a handler throws for whom it is too early: the job comes again at that time. */
export class Postponed extends Error {
  override readonly name = "Postponed";
  readonly until: Millis;
  constructor(until: Millis) {
    super("It is too early.");
    this.until = until;
  }
}

/** How long a job is one process's alone: longer than any handler takes. */
export const leaseLife = 2 * minute;

/** Attempts before a job is given up: with the waits between them, about a day. */
export const maxAttempts = 12;

/** How long ended jobs are remembered, and with them their keys. */
export const rememberedFor = 30 * day;

/** Milliseconds to wait after an attempt: doubled each time, from a minute to six hours. */
export function waitAfter(attempt: number): Millis {
  return Math.min(minute * 2 ** (attempt - 1), 6 * hour);
}

export function openOutbox({ store, keys, clock }: { store: OutboxStore; keys: ServiceKeys; clock: Clock }): Outbox {
  return {
    add: async (...jobs) => (jobs.length === 0 ? 0 : store.add(await Promise.all(jobs.map(sealed(keys))), clock())),
    drain: (handlers, budget) => drain({ store, keys, clock }, handlers, budget),
    failed: (limit) => store.failed(limit),
    retry: (id) => store.retry(id, clock()),
  };
}

type Parts = { store: OutboxStore; keys: ServiceKeys; clock: Clock };

/** Jobs at work at once: each waits for somebody else most of its time. */
const atOnce = 8;

/** Ended jobs forgotten with each call. */
const purgeLimit = 256;

const purpose = "outbox";

async function drain(parts: Parts, handlers: Handlers, budget: DrainBudget): Promise<DrainReport> {
  const { store, clock } = parts;
  const begun = clock();
  await store.purge(begun - rememberedFor, purgeLimit);
  const report: DrainReport = {
    done: 0,
    postponed: 0,
    failed: await store.giveUp(begun, "The last attempt never came back."),
  };
  const kinds = Object.keys(handlers);
  for (let left = budget.jobs; left > 0 && clock() - begun < budget.time; ) {
    const now = clock();
    const lease = randomId();
    const until = now + leaseLife;
    const jobs = await store.claim({ kinds, now, lease, until, limit: Math.min(left, atOnce) });
    if (jobs.length === 0) break;
    await Promise.all(jobs.map(async (job) => note(report, job, await attempt(parts, handlers, job, lease))));
    left -= jobs.length;
  }
  return report;
}

async function attempt(parts: Parts, handlers: Handlers, job: ClaimedJob, lease: string): Promise<Outcome> {
  const outcome = await outcomeOf(parts, handlers[job.kind]!, job);
  // Where the lease has passed to another, what counts is what that one says.
  await parts.store.settle(job.id, lease, outcome);
  return outcome;
}

async function outcomeOf({ keys, clock }: Parts, handler: Handler, job: ClaimedJob): Promise<Outcome> {
  try {
    await handler(await opened(keys, job), { id: job.id, attempt: job.attempt });
    return { status: "done", at: clock() };
  } catch (error) {
    const said = reasonOf(error);
    const again = job.attempt < maxAttempts && !(error instanceof Undeliverable);
    const dueAt = error instanceof Postponed ? error.until : clock() + waitAfter(job.attempt);
    if (again) return { status: "waiting", dueAt, error: said };
    return { status: "failed", at: clock(), error: said };
  }
}

function note(report: DrainReport, { id, kind, attempt }: ClaimedJob, outcome: Outcome): void {
  if (outcome.status === "done") report.done++;
  else if (outcome.status === "waiting") report.postponed++;
  else report.failed.push({ id, kind, attempts: attempt, error: outcome.error, failedAt: iso(outcome.at) });
}

/** Why an attempt failed, in words that name nobody: errors of others may carry addresses. */
function reasonOf(error: unknown): string {
  if (error instanceof Failure) return error.code;
  if (error instanceof Undeliverable) return error.message.slice(0, 200);
  if (!(error instanceof Error)) return "It failed.";
  const code = "code" in error && typeof error.code === "string" ? ` ${error.code}` : "";
  return `${error.name}${code}`.slice(0, 200);
}

function sealed(keys: ServiceKeys): (job: Job) => Promise<SealedJob> {
  return async ({ kind, payload, dueAt, key }) => {
    const text = await seal(keys, purpose, utf8(JSON.stringify(payload)));
    return { id: randomId(), kind, payload: text, dueAt, key };
  };
}

async function opened(keys: ServiceKeys, { payload }: ClaimedJob): Promise<JsonObject> {
  const bytes = await unseal(keys, purpose, payload);
  if (!bytes) throw new Undeliverable("The payload was sealed under other keys.");
  return JSON.parse(fromUtf8(bytes));
}

function randomId(): string {
  return randomText(16);
}
