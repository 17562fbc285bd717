// The least that accepting an operation can cost on Node: bare HTTP, one verification by libcrypto on prepared bytes,
// and the same rows by prepared statements, one durable commit for what one turn of the event loop brings.
import { generateKeyPairSync, randomBytes, randomUUID, sign, verify } from "node:crypto";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import Database from "better-sqlite3";
import { migrate } from "../../src/storage/migrate.ts";

const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const prepared = Array.from({ length: 1024 }, () => {
  const message = Buffer.from(`\x19Signed Operation:\n167${randomBytes(126).toString("base64url").slice(0, 167)}`);
  return { message, der: sign("sha256", message, privateKey) };
});

const documents = 32;
const database = new Database(join(process.env.RENOWN_DATA!, "limit.sqlite"));
for (const pragma of ["page_size = 8192", "journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"])
  database.pragma(pragma);
migrate(database);
const names = Array.from({ length: documents }, () => randomUUID());
for (const [i, name] of names.entries())
  database.prepare("INSERT INTO documents (doc, id, kind) VALUES (?, ?, 'powerhouse/renown-user')").run(i + 1, name);
const insertEntry = database.prepare(
  "INSERT INTO entries (doc, scope, branch, idx, action_id, operation, digest, binding, authority_by, authority, " +
    "admitted_at, latest_at, action) VALUES (?, 'global', 'main', ?, ?, ?, ?, 'full', 'delegation', 1, ?, ?, ?) RETURNING seq",
);
const upsertProfile = database.prepare(
  "INSERT INTO profiles (document, owner, user_image, created_at, updated_at) VALUES (?, ?, ?, ?, ?) " +
    "ON CONFLICT (document) DO UPDATE SET owner = excluded.owner, user_image = excluded.user_image, " +
    "created_at = excluded.created_at, updated_at = excluded.updated_at",
);
const [begin, commit] = [database.prepare("BEGIN IMMEDIATE"), database.prepare("COMMIT")];
const random = Array.from({ length: 4096 }, () => randomBytes(32).toString("base64url"));
const answer = Buffer.from(JSON.stringify({ receipts: [{ like: "x".repeat(460) }] }));

let count = 0;
let waiting: { text: string; response: ServerResponse }[] = [];

function write(): void {
  const group = waiting;
  waiting = [];
  begin.run();
  for (const { text } of group) append(text);
  commit.run();
  for (const { response } of group) {
    response.writeHead(201, { "content-type": "application/json", "content-length": answer.length });
    response.end(answer);
  }
}

function append(text: string): void {
  const at = Date.now();
  const place = count++;
  const [i, index] = [place % documents, Math.floor(place / documents)];
  const id = Buffer.allocUnsafe(16);
  id.writeDoubleLE(Math.random());
  id.writeDoubleLE(place, 8);
  const [operation, digest] = [random[place % 4096], random[(place * 7) % 4096]];
  insertEntry.get(i + 1, index, id, operation, digest, at, at, text);
  upsertProfile.run(
    names[i],
    "0x7e5f4552091a69125d5dfcb7b8c2659029395bdf",
    `https://images.example/${index}.png`,
    "a",
    "b",
  );
}

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    const { message, der } = prepared[count % 1024]!;
    if (!verify("sha256", message, publicKey, der)) throw new Error("The limit does not do its work.");
    if (waiting.length === 0) setImmediate(write);
    waiting.push({ text: (chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)).toString(), response });
  });
});
server.listen(0, "localhost", () =>
  process.stdout.write(`on http://localhost:${(server.address() as AddressInfo).port}\n`),
);
process.on("SIGTERM", () => process.exit());
