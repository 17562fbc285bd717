import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { SMTPServer } from "smtp-server";
import { afterAll, beforeAll, expect, test } from "vitest";
import { mailJob } from "../../src/followers/mail.ts";
import { openOutbox } from "../../src/followers/outbox.ts";
import { parseServiceKeys } from "../../src/identity/service-keys.ts";
import { outboxStore } from "../../src/storage/outbox-store.ts";
import { openSqlite } from "../../src/storage/sqlite.ts";
import { certificate, certificateKey } from "../unit/identity/certificate.ts";
import { emptyFolder, root } from "./run.ts";

/** The server as it is started, with a real mail server beside it. */
let folder: string;
let mailbox: SMTPServer;
let server: ChildProcess;
const { promise: received, resolve: receive } = Promise.withResolvers<string>();

beforeAll(async () => {
  folder = emptyFolder();
  mailbox = new SMTPServer({
    key: certificateKey,
    cert: certificate,
    authOptional: true,
    disableReverseLookup: true,
    onData: (stream, _session, done) =>
      void text(stream)
        .then(receive)
        .then(() => done()),
  });
  mailbox.listen(0, "127.0.0.1");
  await once(mailbox.server, "listening");
  const { port } = mailbox.server.address() as AddressInfo;
  const env = {
    ...process.env,
    PORT: "0",
    RENOWN_ORIGIN: "http://localhost:8787",
    RENOWN_DATA: join(folder, "data"),
    RENOWN_REALM: "",
    RENOWN_KEYS: "",
    RENOWN_LOG_LEVEL: "error",
    RENOWN_SMTP_URL: `smtp://127.0.0.1:${port}`,
    RENOWN_MAIL_FROM: "Example Academy <badges@example.org>",
  };
  server = spawn(process.execPath, [join(root, "src/node.ts")], { env, stdio: ["ignore", "pipe", "inherit"] });
  const died = once(server, "exit").then(() => Promise.reject(new Error("The server did not start.")));
  await Promise.race([once(server.stdout!, "data"), died]);
});
afterAll(async () => {
  if (server.exitCode === null && server.kill("SIGTERM")) await once(server, "exit");
  await new Promise<void>((resolve) => mailbox.close(() => resolve()));
  rmSync(folder, { recursive: true, force: true });
});

test("a started server sends what waits, and ends in order", async () => {
  const keys = parseServiceKeys(JSON.parse(readFileSync(join(folder, "data/keys.json"), "utf8")));
  const storage = openSqlite({ file: join(folder, "data/renown.sqlite"), realm: "main" });
  const outbox = openOutbox({ store: outboxStore(storage.db), keys, clock: Date.now });
  const mail = { to: "ada@example.net", subject: "A badge for you", text: "Hello" };
  await outbox.add(mailJob(mail, { dueAt: 0 }));
  const message = await received;
  expect(message).toMatch(/^To: ada@example.net\r$/m);
  expect(message).toMatch(/^Message-ID: <[\w-]{22}@localhost>\r$/m);
  const done = () => storage.db.selectFrom("outbox").select(["status", "payload"]).execute();
  await expect.poll(done).toEqual([{ status: "done", payload: "" }]);
  await storage.close();
  server.kill("SIGTERM");
  expect(await once(server, "exit")).toEqual([0, null]);
});
