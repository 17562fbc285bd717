import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterEach, expect, it } from "vitest";
import { leaseLife, openOutbox } from "../../../src/followers/outbox.ts";
import { makeServiceKeys } from "../../../src/identity/service-keys.ts";
import { outboxStore } from "../../../src/storage/outbox-store.ts";
import { openSqlite } from "../../../src/storage/sqlite.ts";
import { start, testClock } from "../../harness.ts";

const child = fileURLToPath(new URL("./outbox-child.ts", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "renown-outbox-"));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it("does every job at least once, under one id, when the process is killed in the middle", async () => {
  const file = join(folder, "renown.db");
  const keys = await makeServiceKeys(start);
  const clock = testClock();
  const storage = openSqlite({ file, realm: "test" });
  const outbox = openOutbox({ store: outboxStore(storage.db), keys, clock: clock.now });
  const many = 200;
  await outbox.add(...Array.from({ length: many }, (_, i) => ({ kind: "mail", payload: { i }, dueAt: start })));
  const ids = async () => (await storage.db.selectFrom("outbox").select("id").execute()).map(({ id }) => id).sort();
  const all = await ids();

  const received: string[] = [];
  const running = spawn(process.execPath, [child, file, JSON.stringify(keys)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exit = once(running, "exit");
  for await (const line of createInterface({ input: running.stdout })) {
    // The last line may have been cut by the kill.
    if (all.includes(line)) received.push(line);
    if (received.length === 60) running.kill("SIGKILL");
  }
  expect(await exit).toEqual([null, "SIGKILL"]);
  expect(received.length).toBeLessThan(many);

  clock.advance(leaseLife);
  const deliver = async (_payload: object, { id }: { id: string }) => void received.push(id);
  const report = await outbox.drain({ mail: deliver }, { jobs: 1000, time: 60_000 });
  expect(report).toMatchObject({ postponed: 0, failed: [] });
  expect([...new Set(received)].sort()).toEqual(all);
  // Only what was in the hands of the process that died can come twice.
  expect(received.length - many).toBeLessThanOrEqual(8);
  expect(await storage.db.selectFrom("outbox").select("id").where("status", "<>", "done").execute()).toEqual([]);
  await storage.close();
});
