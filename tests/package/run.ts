import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../..", import.meta.url));

export type Ended = { code: number; out: string; errors: string };

/** Runs a program to its end on the Node that runs this. */
export function runNode(args: readonly string[], options: { cwd?: string; env?: object } = {}): Promise<Ended> {
  return runFile(process.execPath, args, options);
}

/** npm as it runs for somebody who has never configured it. `folder` is where it works. */
export function runNpm(folder: string, args: readonly string[]): Promise<Ended> {
  const none = join(root, ".tmp/none.npmrc");
  writeFileSync(none, "");
  const own = Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name));
  const env = { ...Object.fromEntries(own), npm_config_userconfig: none };
  const script = process.env.npm_execpath;
  if (script?.endsWith(".js")) return runFile(process.execPath, [script, ...args], { cwd: folder, env });
  return runFile(process.platform === "win32" ? "npm.cmd" : "npm", args, { cwd: folder, env });
}

/** A new and empty folder inside the checkout. */
export function emptyFolder(): string {
  const folder = join(root, ".tmp", `package-${randomUUID()}`);
  mkdirSync(folder, { recursive: true });
  return folder;
}

function runFile(file: string, args: readonly string[], { cwd = root, env }: { cwd?: string; env?: object }) {
  const { promise, resolve } = Promise.withResolvers<Ended>();
  const settings = { cwd, env: { ...process.env, ...env }, shell: file.endsWith(".cmd"), maxBuffer: 1 << 26 };
  execFile(file, args, settings, (error, out, errors) =>
    resolve({ code: error === null ? 0 : typeof error.code === "number" ? error.code : -1, out, errors }),
  );
  return promise;
}
