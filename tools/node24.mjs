// Runs a command on Node 24, whichever Node runs npm: `node tools/node24.mjs vitest run`.
// The platform's Node comes from the npm registry (tools/node24), so nothing else is downloaded. This file itself must
// run on any Node since 20.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { constants } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const windows = process.platform === "win32";
const root = fileURLToPath(new URL("..", import.meta.url));
const platform = `${windows ? "win" : process.platform}-${process.arch}`;
const folder = [`node-${platform}`, `node-bin-${platform}`]
  .flatMap((name) => [join(root, "node_modules", name), join(root, "tools/node24/node_modules", name)])
  .map((path) => join(path, "bin"))
  .find((path) => existsSync(join(path, windows ? "node.exe" : "node")));

if (!folder && Number.parseInt(process.versions.node, 10) < 24) {
  const installed = existsSync(join(root, "node_modules"));
  const reason = installed ? `none comes from npm for ${platform}` : "npm install has not run yet";
  console.error(`Node 24 is needed: ${reason}, and this is Node ${process.versions.node}.`);
  process.exit(1);
}

const [command, ...args] = process.argv.slice(2);
if (!command) {
  console.error("Say what to run on Node 24: node tools/node24.mjs <command> [arguments]");
  process.exit(1);
}
const path = [folder ?? dirname(process.execPath), join(root, "node_modules/.bin"), process.env.PATH].join(delimiter);
// Commands of npm packages are .cmd files on Windows, which only its shell runs, and the shell splits at blanks.
const quote = (text) => (windows && /[\s"&|<>^()]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
const child = spawn(command, args.map(quote), {
  stdio: "inherit",
  env: { ...process.env, PATH: path },
  shell: windows,
});

process.on("SIGTERM", () => child.kill("SIGTERM"));
// A terminal sends Ctrl-C to the child as well; a second one would cut its orderly end short.
process.on("SIGINT", () => process.stdin.isTTY || child.kill("SIGINT"));
// npm ends the shell between us and does not reach further: whoever has lost the one that started it ends in order.
const starter = process.ppid;
setInterval(() => process.ppid !== starter && child.kill("SIGTERM"), 250).unref();
child.on("error", (error) => {
  console.error(error.code === "ENOENT" ? `${command} is not there: run npm install first.` : error.message);
  process.exit(1);
});
child.on("exit", (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
