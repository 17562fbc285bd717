// One more entry in a log of a thousand and in a log of a million, and what is stored for a byte of action. FULL, on a file.
import { statSync } from "node:fs";
import { join } from "node:path";
import type { Storage } from "../../src/storage/database.ts";
import { openSqlite } from "../../src/storage/sqlite.ts";
import { type Contender, compare, cpuOf, figure, type Options, type Result, rotate } from "../measure.ts";
import { inFolder } from "../server.ts";
import { synthetic } from "../synthetic.ts";

const realm = "bench";
/** Appends under way at once, as 32 clients have them. */
const inFlight = 32;

export function run({ rounds, quick }: Options): Promise<Result[]> {
  return inFolder(async (folder) => {
    const large = quick ? 100_000 : 1_000_000;
    const sizes = { small: 1000, large };
    const logs = new Map<string, { storage: Storage; file: string; entries: ReturnType<typeof synthetic> }>();
    for (const [name, size] of Object.entries(sizes)) {
      const file = join(folder, `${name}.sqlite`);
      const storage = openSqlite({ file, realm });
      const entries = synthetic(realm);
      await fill(storage, entries, size);
      logs.set(name, { storage, file, entries });
    }
    const contenders = [...logs].map(([name, { storage, entries }]) => appending(name, storage, entries));
    const costs = await rotate(contenders, rounds, 4);
    const { storage, file, entries } = logs.get("large")!;
    await Promise.all([...logs.values()].map((log) => log.storage.close()));
    const stored = statSync(file).size / entries.bytes();
    void storage;
    const notes = [
      `${large} entries of ${Math.round(entries.bytes() / entries.count())} bytes of action, in documents of 20.`,
    ];
    const goal = { of: "ratio", atMost: 1.2 } as const;
    return [
      compare(costs, {
        name: "append-large",
        unit: "µs of CPU",
        ours: "large",
        yardstick: "small",
        as: "cost",
        goal,
        notes,
      }),
      figure("stored", "bytes per byte of action", stored, { of: "value", atMost: 1.6 }),
    ];
  });
}

async function fill(storage: Storage, entries: ReturnType<typeof synthetic>, size: number): Promise<void> {
  while (entries.count() < size) await storage.operations.commit(entries.document(20));
}

function appending(name: string, storage: Storage, entries: ReturnType<typeof synthetic>): Contender {
  const each = 20;
  const cost = () =>
    cpuOf(inFlight * each, async () => {
      await Promise.all(
        Array.from({ length: inFlight }, async () => {
          let append = entries.document(1);
          for (let i = 0; i < each; i++) {
            await storage.operations.commit(append);
            append = entries.after(append);
          }
        }),
      );
    });
  return { name, cost };
}
