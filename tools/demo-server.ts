// The server that the demo plays against.
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { say } from "./demo-print.ts";

export type DemoServer = { url: string; stop(): Promise<void> };

/** The server named, the one that runs here, or one of its own. */
export async function findServer(named: string | undefined): Promise<DemoServer> {
  const url = named ?? "http://localhost:8787";
  if (named !== undefined || (await answers(url))) {
    say(`Playing against ${url}`);
    return { url, stop: async () => {} };
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
    if (await answers(own)) return { url: own, stop };
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await stop();
  throw new Error("The server did not start.");
}

async function answers(url: string): Promise<boolean> {
  return fetch(`${url}/health/ready`).then(
    (response) => response.ok,
    () => false,
  );
}
