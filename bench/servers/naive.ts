// The usual stack, as it is written when nobody measures: Hono with zod, the key imported for each check, a query
// builder, and one transaction per request.
import { join } from "node:path";
import { serve } from "@hono/node-server";
import Database from "better-sqlite3";
import { Hono } from "hono";
import { Kysely, SqliteDialect } from "kysely";
import { z } from "zod";
import { appPoint } from "../../src/identity/app-key.ts";
import { base64url, fromHex, utf8 } from "../../src/kernel/bytes.ts";

type Tables = {
  documents: { id: string; length: number; head: string };
  entries: { document: string; idx: number; action_id: string; operation: string; at: string; action: string };
  profiles: { document: string; user_image: string; updated_at: string };
};

const action = z.object({
  id: z.uuid(),
  type: z.string(),
  timestampUtcMs: z.iso.datetime(),
  scope: z.string(),
  input: z.object({ userImage: z.url() }),
  context: z.object({
    signer: z.object({
      user: z.object({ address: z.string(), networkId: z.string(), chainId: z.number() }),
      app: z.object({ name: z.string(), key: z.string() }),
      signatures: z.array(z.array(z.string()).length(5)),
    }),
  }),
});

const database = new Database(join(process.env.RENOWN_DATA!, "naive.sqlite"));
for (const pragma of ["journal_mode = WAL", "synchronous = FULL"]) database.pragma(pragma);
database.exec(`
  CREATE TABLE documents (id TEXT PRIMARY KEY, length INTEGER NOT NULL, head TEXT NOT NULL);
  CREATE TABLE entries (document TEXT NOT NULL, idx INTEGER NOT NULL, action_id TEXT NOT NULL UNIQUE,
    operation TEXT NOT NULL, at TEXT NOT NULL, action TEXT NOT NULL, UNIQUE (document, idx));
  CREATE TABLE profiles (document TEXT PRIMARY KEY, user_image TEXT NOT NULL, updated_at TEXT NOT NULL);
`);
const db = new Kysely<Tables>({ dialect: new SqliteDialect({ database }) });

const app = new Hono();
app.post("/v1/documents/:id/operations", async (c) => {
  const parsed = action.parse(await c.req.json());
  if (!(await isSigned(parsed))) return c.json({ error: "bad signature" }, 422);
  return c.json({ receipts: [await append(c.req.param("id"), parsed)] }, 201);
});
serve({ fetch: app.fetch, port: 0, hostname: "localhost" }, ({ port }) =>
  process.stdout.write(`on http://localhost:${port}\n`),
);
process.on("SIGTERM", () => process.exit());

async function isSigned({ context }: z.infer<typeof action>): Promise<boolean> {
  const [signedAt, key, content, prev, signature] = context.signer.signatures.at(-1) as string[];
  const m = [signedAt, key, content, prev].join("");
  const algorithm = { name: "ECDSA", namedCurve: "P-256" };
  const imported = await crypto.subtle.importKey("raw", Uint8Array.from(appPoint(key!)), algorithm, false, ["verify"]);
  const message = utf8(`\x19Signed Operation:\n${m.length}${m}`);
  return crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, imported, fromHex(signature!, 2)!, message);
}

function append(document: string, parsed: z.infer<typeof action>) {
  return db.transaction().execute(async (trx) => {
    const found = await trx.selectFrom("documents").selectAll().where("id", "=", document).executeTakeFirst();
    const idx = found?.length ?? 0;
    const at = new Date().toISOString();
    const text = JSON.stringify(parsed);
    const digest = await crypto.subtle.digest("SHA-256", utf8(text));
    const operation = base64url(new Uint8Array(digest));
    await trx
      .insertInto("entries")
      .values({ document, idx, action_id: parsed.id, operation, at, action: text })
      .execute();
    const head = { length: idx + 1, head: operation };
    await trx
      .insertInto("documents")
      .values({ id: document, ...head })
      .onConflict((conflict) => conflict.column("id").doUpdateSet(head))
      .execute();
    const row = { user_image: parsed.input.userImage, updated_at: at };
    await trx
      .insertInto("profiles")
      .values({ document, ...row })
      .onConflict((conflict) => conflict.column("document").doUpdateSet(row))
      .execute();
    return { document, index: idx, operation, at };
  });
}
