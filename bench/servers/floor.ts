// Bare Hono: takes what the service takes and does nothing with it, answers what it is told to answer.
import { readFileSync } from "node:fs";
import { serve } from "@hono/node-server";
import { Hono } from "hono";

type Fixed = { path: string; type: string; body: string };

const app = new Hono();
app.post("/v1/documents/:id/operations", async (c) => {
  const action = await c.req.json();
  return c.json({ receipts: [{ id: action.id, like: "x".repeat(420) }] }, 201);
});
const answers: Fixed[] = process.env.BENCH_ANSWERS ? JSON.parse(readFileSync(process.env.BENCH_ANSWERS, "utf8")) : [];
for (const { path, type, body } of answers) {
  // JSON is written anew for each answer, as a handler does that has a value; a token is a text already.
  const value = type === "application/json" ? JSON.parse(body) : undefined;
  app.get(path, (c) => (value ? c.json(value) : c.body(body, 200, { "content-type": type })));
}
serve({ fetch: app.fetch, port: 0, hostname: "localhost" }, ({ port }) =>
  process.stdout.write(`on http://localhost:${port}\n`),
);
process.on("SIGTERM", () => process.exit());
