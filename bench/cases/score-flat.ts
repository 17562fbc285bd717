// Reading a score without its evidence, of ten attestations and of ten thousand, while nothing changes.
import { openSqlite } from "../../src/storage/sqlite.ts";
import { type Contender, compare, cpuOf, type Options, type Result, rotate } from "../measure.ts";
import { asking, attesting, career, openService, organizations, realm, scorePath, walletOf } from "../reputation.ts";

const sizes = [10, 100, 1_000, 10_000];

export async function run({ rounds, quick }: Options): Promise<Result[]> {
  const storage = openSqlite({ file: ":memory:", realm });
  const log = attesting(storage);
  const raters = await organizations(log, 100);
  for (const size of sizes) await log.attest(career(walletOf(size), raters, size));
  const ask = asking((await openService(storage)).app);
  const each = quick ? 50 : 200;
  const contenders = sizes.map((size): Contender => {
    const path = scorePath(walletOf(size));
    const cost = () =>
      cpuOf(each, async () => {
        for (let i = 0; i < each; i++) await ask(path);
      });
    return { name: String(size), cost };
  });
  const costs = await rotate(contenders, rounds, 6);
  await storage.close();
  const goal = { of: "ratio", atMost: 1.5 } as const;
  const compared = { ours: String(sizes.at(-1)), yardstick: String(sizes[0]), as: "cost", goal } as const;
  return [compare(costs, { name: "score-flat", unit: "µs of CPU", ...compared })];
}
