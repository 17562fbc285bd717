// Trust among ten thousand who have stated a hundred thousand things about each other: read from SQLite, and reckoned.
import { join } from "node:path";
import Database from "better-sqlite3";
import { followAwards } from "../../src/followers/award-evidence.ts";
import { day, second } from "../../src/kernel/time.ts";
import type { Policy, PublishedPolicy } from "../../src/reputation/policy.ts";
import { policyHash } from "../../src/reputation/policy-schema.ts";
import { openAsking } from "../../src/reputation/score-asking.ts";
import { shippedPolicies, trustAlias } from "../../src/reputation/shipped-policies.ts";
import { evidenceStore } from "../../src/storage/evidence-store.ts";
import { reputationLedger } from "../../src/storage/reputation-ledger.ts";
import { openSqlite } from "../../src/storage/sqlite.ts";
import { type Contender, compare, cpuOf, median, type Options, type Result, rotate } from "../measure.ts";
import { attesting, now, type Rater, realm, type Statement, walletOf } from "../reputation.ts";
import { inFolder } from "../server.ts";

export function run({ rounds, quick }: Options): Promise<Result[]> {
  return inFolder(async (folder) => {
    const people = quick ? 1_000 : 10_000;
    const file = join(folder, "epoch.sqlite");
    const storage = openSqlite({ file, realm });
    const society = await settle(attesting(storage), people);
    const follower = followAwards({ log: storage.operations, store: evidenceStore(storage) });
    await follower.run(Number.POSITIVE_INFINITY);
    const { reader, operations } = storage;
    const policy = published(society.seeds);
    const passed: number[] = [];
    let rounded = 0;
    const epoch: Contender = {
      name: "epoch",
      cost: async () => {
        // Each begins with nothing kept.
        const asking = openAsking({
          clock: () => now,
          begin: async () => (_name, ask) => ask(),
          ledger: reputationLedger(reader),
          log: operations,
          findPolicy: async () => policy,
          follow: follower.ensureAt,
          reach: follower.reach,
        });
        const place = await asking.now(walletOf(0), policy);
        const start = performance.now();
        const cost = await cpuOf(1000, async () => {
          const found = await asking.trustAt(place);
          if (found?.nodes !== people || found.edges < people * 9) throw new Error("It is not the whole graph.");
          rounded = found.rounds;
        });
        passed.push(performance.now() - start);
        return cost;
      },
    };
    const reading = readingOf(file, society.stated);
    const costs = await rotate([epoch, reading], rounds, 2);
    reading.close();
    await storage.close();
    const fastest = Math.min(...costs.get("epoch")!).toFixed(0);
    const notes = [
      `${people} subjects, ${society.stated} attestations, ${rounded} rounds; ${median(passed).toFixed(0)} ms passed.`,
      `The fastest took ${fastest} ms of CPU.`,
    ];
    const goal = { of: "value", atMost: 1000 } as const;
    const compared = { ours: "epoch", yardstick: reading.name, as: "cost", goal, notes } as const;
    return [compare(costs, { name: "epoch", unit: "ms of CPU", ...compared })];
  });
}

/** Members of organisations, of whom each is spoken of by ten others, a year long and in no order. */
async function settle(log: ReturnType<typeof attesting>, people: number) {
  const members = 100;
  const raters: Rater[] = [];
  for (let n = 0; n < people; n++)
    raters.push(await log.rater(n, `organization-${Math.floor(n / members)}`, n % members < 3 ? "issuer" : "viewer"));
  const random = generator();
  const statements: Statement[] = [];
  const each = 10;
  for (let i = 0; i < people * each; i++) {
    const n = i % people;
    // Most speak of their own, and some of anybody.
    const near = Math.floor(n / members) * members + Math.floor(random() * members);
    const about = random() < 0.8 ? near : Math.floor(random() * people);
    const kind = ["vouch", "review", "endorsement", "contribution"][i % 4]!;
    const value = kind === "review" ? String(1 + (i % 9) / 2) : "1";
    const work = { type: "badge", id: String(i) };
    const at = now - 366 * day + Math.floor((i * 365 * day) / (people * each) / second) * second;
    const subject = walletOf(about === n ? (about + 1) % people : about);
    statements.push({ subject, rater: raters[n]!, says: { field: "software", kind, value, work }, at });
  }
  await log.attest(statements);
  return { seeds: raters.slice(0, 5).map(({ name }) => name), stated: statements.length };
}

function published(seeds: readonly string[]): PublishedPolicy {
  const { policy } = shippedPolicies(seeds).find(({ alias }) => alias === trustAlias) as { policy: Policy };
  return { id: "policy", version: 1, hash: policyHash(policy), policy, operation: "", publishedAt: "" };
}

/** What no epoch can do without: the rows, as SQLite gives them to JavaScript. */
function readingOf(file: string, stated: number): Contender & { close(): void } {
  const database = new Database(file, { readonly: true });
  const rows = database
    .prepare(
      "SELECT seq, subject, rater, context, authority, field, kind, value, standing, admitted_at FROM attestations " +
        "WHERE kind = ? ORDER BY seq",
    )
    .raw();
  const cost = () =>
    cpuOf(1000, () => {
      let found = 0;
      for (const kind of ["vouch", "review", "endorsement", "contribution"]) found += rows.all(kind).length;
      if (found !== stated) throw new Error("There are not so many rows.");
    });
  return { name: "rows", cost, close: () => void database.close() };
}

/** The same numbers in each run (mulberry32). */
function generator(): () => number {
  let state = 20_261_120;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
