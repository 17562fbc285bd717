/**
 * Does the jobs in the SQLite file named by its argument until it is killed, and prints the id of each as the one who
 * receives a message would see it: before anybody here knows that it is done.
 */
import { openOutbox } from "../../../src/followers/outbox.ts";
import { outboxStore } from "../../../src/storage/outbox-store.ts";
import { openSqlite } from "../../../src/storage/sqlite.ts";
import { start } from "../../harness.ts";

const [file, keys] = process.argv.slice(2) as [string, string];
const storage = openSqlite({ file, realm: "test" });
const outbox = openOutbox({ store: outboxStore(storage.db), keys: JSON.parse(keys), clock: () => start });
const deliver = async (_payload: object, { id }: { id: string }) => {
  await new Promise<void>((resolve) => process.stdout.write(`${id}\n`, () => resolve()));
};
for (;;) await outbox.drain({ mail: deliver }, { jobs: 1000, time: 60_000 });
