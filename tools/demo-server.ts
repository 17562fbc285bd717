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
  const folder = await mkdtemp(join(tmpdir(), "renown-demo-"));
  const port = 20_000 + Math.floor(Math.random() * 20_000);
  const own = `http://localhost:${port}`;
  say(`No server runs on ${url}; one is started on ${own} over an empty folder.`);
  const env = {
    ...process.env,
    PORT: String(port),
    RENOWN_ORIGIN: own,
    RENOWN_DATA: folder,
    RENOWN_REALM: "demo",
    RENOWN_LOG_LEVEL: "error",
  };
  const child = spawn(process.execPath, [join(import.meta.dirname, "../src/node.ts")], {
    env,
    stdio: ["ignore", "ignore", "inherit"],
  });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const stop = async () => {
    child.kill("SIGTERM");
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  for (let attempt = 0; attempt < 200 && child.exitCode === null; attempt++) {
    if ((await silenceOf(own)) === undefined) return { url: own, own: true, stop };
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await stop();
  throw new Error("The server did not start.");
}

/** Why a server does not answer; undefined where it is ready. */
async function silenceOf(url: string): Promise<string | undefined> {
  const path = "/health/ready";
  return fetch(url + path).then(
    ({ ok, status }) => (ok ? undefined : `${path} answers ${status}.`),
    ({ message, cause }: Error & { cause?: { code?: string; message?: string } }) =>
      `${cause?.message || cause?.code || message}.`,
  );
}
