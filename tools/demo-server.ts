// The server that the demo plays against.
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { say } from "./demo-print.ts";

/** `own` where it was started for the demo, and ends with it. */
export type DemoServer = { url: string; own: boolean; stop(): Promise<void> };

/** The server named, the one that runs here, or one of its own. Throws where the one named cannot be reached. */
export async function findServer(named: string | undefined): Promise<DemoServer> {
  const url = named ?? "http://localhost:8787";
  const silence = await silenceOf(url);
  if (named !== undefined && silence !== undefined) throw new Error(`${url} cannot be reached: ${silence}`);
  if (silence === undefined) {
    say(`Playing against ${url}`);
    return { url, own: false, stop: async () => {} };
  }
  say(`No server runs on ${url}.`);
  return { ...(await startServer()), own: true };
}

/**
 * A server over an empty folder that goes with it, also where a signal ends this process. It takes none of the settings
 * of whoever starts it, and lets the whole story pass at once.
 */
export async function startServer(): Promise<Omit<DemoServer, "own">> {
  const folder = await mkdtemp(join(tmpdir(), "renown-demo-"));
  const port = 20_000 + Math.floor(Math.random() * 20_000);
  const url = `http://localhost:${port}`;
  say(`One is started on ${url} over an empty folder.`);
  const child = spawn(process.execPath, [join(import.meta.dirname, "../src/node.ts")], {
    env: { ...environment(), PORT: String(port), RENOWN_DATA: folder, ...settings },
    stdio: ["ignore", "ignore", "inherit"],
  });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const stop = async () => {
    child.kill("SIGTERM");
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  const stopAndExit = (_signal: NodeJS.Signals, number: number) => {
    process.exitCode = 128 + number;
    void stop().finally(() => process.exit());
  };
  process.on("SIGINT", stopAndExit).on("SIGTERM", stopAndExit);
  for (let attempt = 0; attempt < 200 && child.exitCode === null; attempt++) {
    if ((await silenceOf(url)) === undefined) return { url, stop };
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await stop();
  throw new Error("The server did not start.");
}

const settings = { RENOWN_REALM: "demo", RENOWN_RATE_BURST: "10000", RENOWN_LOG_LEVEL: "error" };

/** That of this process without what sets a server. */
function environment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(?:HOST$|PORT$|RENOWN_)/.test(name)));
}

/** Milliseconds to wait for whoever holds the port and says nothing. */
const patience = 5000;

/** Why a server does not answer; undefined where it is ready. */
async function silenceOf(url: string): Promise<string | undefined> {
  const path = "/health/ready";
  return fetch(url + path, { signal: AbortSignal.timeout(patience) }).then(
    ({ ok, status }) => (ok ? undefined : `${path} answers ${status}.`),
    ({ message, cause }: Error & { cause?: { code?: string; message?: string } }) =>
      `${cause?.message || cause?.code || message}.`,
  );
}
