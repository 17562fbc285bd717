// A score at a moment in the past, beside the same score now: computed, and asked for again.
import { day, iso } from "../../src/kernel/time.ts";
import { openSqlite } from "../../src/storage/sqlite.ts";
import { type Contender, compare, cpuOf, type Options, type Result, rotate } from "../measure.ts";
import {
  asking,
  attesting,
  career,
  now,
  openService,
  organizations,
  realm,
  scorePath,
  walletOf,
} from "../reputation.ts";

const attestations = 1_000;
const warmUps = 8;

export async function run({ rounds, quick }: Options): Promise<Result[]> {
  const storage = openSqlite({ file: ":memory:", realm });
  const log = attesting(storage);
  const raters = await organizations(log, 20);
  const subject = walletOf(1000);
  // Half of it has been stated by the moments asked about, so those now are of as many.
  const fellow = walletOf(1001);
  await log.attest(career(subject, raters, attestations * 2));
  await log.attest(career(fellow, raters, attestations));
  const ask = asking((await openService(storage)).app);
  const half = now - 1.5 * 365 * day;
  let moved = 0;
  const first = await rotate(
    [
      {
        name: "then",
        cost: () => {
          const at = iso(half - moved++ * day);
          return cpuOf(1, () => ask(`${scorePath(subject)}?explain=full&at=${at}`));
        },
      },
      {
        name: "now",
        cost: async () => {
          await log.more(fellow);
          return cpuOf(1, () => ask(`${scorePath(fellow)}?explain=full`));
        },
      },
    ],
    rounds * 2,
    warmUps,
  );
  const each = quick ? 50 : 200;
  const reading = (name: string, path: string): Contender => ({
    name,
    cost: () =>
      cpuOf(each, async () => {
        for (let i = 0; i < each; i++) await ask(path);
      }),
  });
  const again = await rotate(
    [reading("then", `${scorePath(subject)}?at=${iso(half)}`), reading("now", scorePath(fellow))],
    rounds,
    warmUps,
  );
  await storage.close();
  const common = { unit: "µs of CPU", ours: "then", yardstick: "now", as: "cost" } as const;
  const notes = [`About ${attestations} attestations up to then, as many of somebody else now.`];
  return [
    compare(first, { ...common, name: "score-past", notes }),
    compare(again, { ...common, name: "score-past-kept" }),
  ];
}
