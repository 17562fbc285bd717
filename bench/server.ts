// Servers under load, each a process of its own, so that its CPU is its own.
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export type Server = {
  child: ChildProcess;
  url: string;
  port: number;
  /** Microseconds of CPU since it started, threads and all. */
  cpu(): Promise<number>;
  stop(): Promise<void>;
};

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Starts a server that says `on http://localhost:<port>` once it listens. */
export async function startServer(file: string, env: Record<string, string> = {}): Promise<Server> {
  const child = fork(here(file), {
    execArgv: ["--import", new URL("./servers/cpu.ts", import.meta.url).href],
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
  const port = await portOf(child);
  return {
    child,
    url: `http://localhost:${port}`,
    port,
    cpu: async () => {
      child.send("cpu");
      const [{ cpu }] = (await once(child, "message")) as [{ cpu: number }];
      return cpu;
    },
    stop: async () => {
      if (child.exitCode !== null) return;
      child.kill("SIGTERM");
      await once(child, "exit");
    },
  };
}

/** The service as `npm start` runs it, over an empty folder, with limits that one machine does not reach. */
export function startOurs(folder: string, env: Record<string, string> = {}): Promise<Server> {
  const many = "1000000000";
  return startServer("../src/node.ts", {
    PORT: "0",
    RENOWN_ORIGIN: "http://localhost:8787",
    RENOWN_DATA: folder,
    RENOWN_REALM: "bench",
    RENOWN_RATE_BURST: many,
    RENOWN_OPERATIONS_BURST: many,
    ...env,
  });
}

/** A folder that is gone after `work`. */
export async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "renown-bench-"));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Reads what the server says until it names its port; what it says later is thrown away. */
async function portOf(child: ChildProcess): Promise<number> {
  let said = "";
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  child.stdout!.setEncoding("utf8").on("data", (text: string) => {
    if (said.length > 65_536) return;
    said += text;
    const port = /on http:\/\/[^\s:]+:(\d+)/.exec(said)?.[1];
    if (port) resolve(Number(port));
  });
  child.once("exit", (code) => reject(new Error(`The server ended with ${code}: ${said}`)));
  return promise;
}
