import { type ChildProcess, spawn } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));

/** Keeps wrangler to this machine: it neither asks questions nor reports home, and writes nothing outside the checkout. */
export const quiet = {
  CI: "1",
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
  WRANGLER_SEND_METRICS: "false",
  WRANGLER_SEND_ERROR_REPORTS: "false",
  WRANGLER_WRITE_LOGS: "false",
  WRANGLER_HIDE_BANNER: "true",
  WRANGLER_REGISTRY_PATH: join(root, ".wrangler/registry"),
};

// Its exports name neither the script nor the folder, but the package file beside them.
const script = join(dirname(createRequire(import.meta.url).resolve("wrangler/package.json")), "bin/wrangler.js");

/** Starts wrangler on the running Node, in the checkout. */
export function startWrangler(args: readonly string[], stdio: "inherit" | ["ignore", "pipe", "pipe"]): ChildProcess {
  return spawn(process.execPath, [script, ...args], { cwd: root, env: { ...process.env, ...quiet }, stdio });
}
