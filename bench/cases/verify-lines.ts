// Ten thousand operations in one request of NDJSON, answered line by line, beside the library of C on one core.
import { type Contender, compare, type Options, type Result, rotate, wallOf } from "../measure.ts";
import { inFolder, startOurs } from "../server.ts";
import { libcrypto, makeOperations } from "../verifying.ts";

export async function run({ rounds, quick }: Options): Promise<Result[]> {
  const { house, operations, prepared } = await makeOperations(quick ? 1000 : 10_000);
  await house.close();
  return inFolder(async (folder) => {
    const server = await startOurs(folder);
    const body = operations.map((operation) => JSON.stringify(operation)).join("\n");
    const request = { method: "POST", headers: { "content-type": "application/x-ndjson" }, body };
    const all = async () => {
      const answer = await fetch(`${server.url}/v1/operations/verify`, request);
      const lines = (await answer.text()).trim().split("\n");
      // The server knows nothing of the delegation, but whether the signatures are good it must say.
      const good = lines.filter((line) => line.includes('"binding":"full"')).length;
      if (good !== operations.length) throw new Error(`${good} of ${operations.length} were good: ${lines[0]}`);
    };
    const ours: Contender = { name: "ours", cost: () => wallOf(operations.length, all) };
    const costs = await rotate([libcrypto(prepared.slice(0, 1024), wallOf), ours], rounds, 3);
    await server.stop();
    return [compare(costs, { name: "verify-lines", unit: "µs", ours: "ours", yardstick: "libcrypto", as: "speed" })];
  });
}
