// Serves the Worker in workerd on this machine: `npm run dev:worker`.
import { existsSync, readFileSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { makeServiceKeys } from "../src/identity/service-keys.ts";
import { readOptions, refuseOptions } from "./options.ts";
import { root, startWrangler } from "./wrangler.ts";

const usage = `npm run dev:worker -- [--port 8787] [--persist-to <folder>]

Serves the Worker in workerd over a local D1 database, http://localhost:8787 unless told otherwise.
Keys are made on first start, into .dev.vars (mode 0600); the migrations are applied at every start.
Wrangler triggers no crons here; what they do is done when it is asked for:
  curl 'http://localhost:8787/cdn-cgi/handler/scheduled?cron=*+*+*+*+*'      the outbox
  curl 'http://localhost:8787/cdn-cgi/handler/scheduled?cron=7,37+*+*+*+*'   tidying, then the outbox

  --port         where it listens; RENOWN_ORIGIN follows it
  --persist-to   where the local database is, .wrangler/state unless told otherwise
  --help         this text
`;

const options = {
  help: { type: "boolean" },
  port: { type: "string", default: "8787" },
  "persist-to": { type: "string", default: ".wrangler/state" },
} as const;
const values = readOptions(options, usage);
if (values.help) {
  process.stdout.write(usage);
  process.exit();
}
const isPort = /^[1-9]\d{0,4}$/.test(values.port) && Number(values.port) <= 65_535;
if (!isPort) refuseOptions("--port is a whole number from 1 to 65535.", usage);

await makeDevVars(join(root, ".dev.vars"));
const persist = ["--persist-to", values["persist-to"]];
await run(["d1", "migrations", "apply", "DB", "--local", ...persist], "quiet");
process.stdout.write(`The migrations are applied: ${values["persist-to"]}\n`);
const origin = `RENOWN_ORIGIN:http://localhost:${values.port}`;
await run(["dev", "--port", values.port, "--var", origin, ...persist], "shown");

/** Adds the secrets that a real installation puts with `wrangler secret put`; what is there stays. */
async function makeDevVars(path: string): Promise<void> {
  const text = existsSync(path) ? readFileSync(path, "utf8") : "";
  if (/^RENOWN_KEYS=/m.test(text)) return;
  const keys = JSON.stringify(await makeServiceKeys(Date.now()));
  const before = text === "" || text.endsWith("\n") ? text : `${text}\n`;
  writeFileSync(path, `${before}RENOWN_KEYS='${keys}'\n`, { mode: 0o600 });
  process.stdout.write(`Keys made: ${path}\n`);
}

/** Resolves when it ends well; ends this process with its code otherwise, and then tells what was kept quiet. */
function run(args: readonly string[], how: "shown" | "quiet"): Promise<void> {
  const child = startWrangler(args, how === "shown" ? "inherit" : ["ignore", "pipe", "pipe"]);
  const said: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk: Buffer) => said.push(chunk));
  const { promise, resolve } = Promise.withResolvers<void>();
  const terminate = () => void child.kill("SIGTERM");
  // A terminal sends Ctrl-C to wrangler as well; it ends workerd first, and this process waits for it.
  const interrupt = () => void (process.stdin.isTTY || child.kill("SIGINT"));
  process.on("SIGTERM", terminate).on("SIGINT", interrupt);
  // With its streams, so that all it said is there.
  child.once("close", (code) => {
    process.off("SIGTERM", terminate).off("SIGINT", interrupt);
    if (code !== 0) {
      writeSync(process.stderr.fd, Buffer.concat(said));
      process.exit(code ?? 1);
    }
    resolve();
  });
  return promise;
}
