import { createHash, randomUUID } from "node:crypto";
import { cp, mkdir, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { unstable_DevEnv as DevEnv, getPlatformProxy } from "wrangler";
import { quiet, root, startWrangler } from "../../tools/wrangler.ts";

Object.assign(process.env, quiet);

const scratch = join(root, ".tmp");
const config = join(root, "wrangler.toml");
// A file that is not there: a developer's own .dev.vars must not reach the tests.
const envFiles = [join(scratch, "none.env")];

export type WorkerOptions = {
  /** Variables and secrets, over those of `wrangler.toml`. */
  vars?: Record<string, string>;
  /** The Worker's main module, relative to the checkout; `src/worker.ts` unless told otherwise. */
  entry?: string;
};

export type RunningWorker = {
  /** Where it listens; its public origin is what `RENOWN_ORIGIN` says, whatever the port. */
  url: URL;
  /** Asks the Worker over HTTP; `path` begins with a slash. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** Stops workerd and removes the database. */
  dispose(): Promise<void>;
};

/** Bundles the Worker and serves it in workerd on a free port, over a fresh and migrated D1 database. */
export async function startWorker(options: WorkerOptions = {}): Promise<RunningWorker> {
  const persist = await migratedFolder();
  const devEnv = new DevEnv();
  const dispose = async () => {
    await devEnv.teardown();
    await removeFolder(persist);
  };
  try {
    const loaded = firstLoad(devEnv);
    const [worker] = await Promise.all([devEnv.startWorker(devOptions(options, persist)), loaded]);
    const url = await worker.url;
    return { url, fetch: (path, init) => fetch(new URL(path, url), init), dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

/** A fresh and migrated D1 database in workerd, for suites that speak to it without a Worker. */
export async function openD1<Database>(): Promise<{ database: Database; dispose(): Promise<void> }> {
  const persist = await migratedFolder();
  const proxy = await getPlatformProxy<{ DB: Database }>({
    configPath: config,
    envFiles,
    persist: { path: join(persist, "v3") },
  });
  const dispose = async () => {
    await proxy.dispose();
    await removeFolder(persist);
  };
  return { database: proxy.env.DB, dispose };
}

function devOptions({ vars = {}, entry = "src/worker.ts" }: WorkerOptions, persist: string) {
  const bindings = Object.entries(vars).map(([name, value]) => [name, { type: "plain_text" as const, value }]);
  return {
    config,
    entrypoint: join(root, entry),
    envFiles,
    bindings: Object.fromEntries(bindings),
    dev: {
      persist,
      server: { hostname: "127.0.0.1", port: 0 },
      inspector: false as const,
      watch: false,
      logLevel: "none" as const,
    },
  };
}

/** Resolves once the Worker runs. wrangler itself waits for a better build for ever where one fails. */
function firstLoad(devEnv: DevEnv): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  devEnv.once("reloadComplete", () => resolve());
  const fail = (event: { cause?: unknown }) =>
    reject(new Error("The Worker does not start.", { cause: event.cause ?? event }));
  devEnv.once("buildFailed", fail);
  devEnv.once("error", fail);
  return promise;
}

/** A new folder with the database as wrangler migrates it. It does so once per set of migrations; the rest are copies. */
async function migratedFolder(): Promise<string> {
  const template = join(scratch, `d1-${await migrationsDigest()}`);
  const made = await readdir(template).catch(() => undefined);
  if (!made) await makeTemplate(template);
  const folder = join(scratch, `worker-${randomUUID()}`);
  await cp(template, folder, { recursive: true });
  return folder;
}

async function makeTemplate(template: string): Promise<void> {
  const folder = join(scratch, `template-${randomUUID()}`);
  await mkdir(folder, { recursive: true });
  const args = ["d1", "migrations", "apply", "DB", "--local", "--config", config, "--persist-to", folder];
  const child = startWrangler(args, ["ignore", "pipe", "pipe"]);
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  const [code, out, errors] = await Promise.all([ended, text(child.stdout!), text(child.stderr!)]);
  if (code !== 0) throw new Error(`The migrations do not apply.\n${out}${errors}`);
  // Where another process was faster, its template stands and this one goes.
  await rename(folder, template).catch(() => removeFolder(folder));
}

async function migrationsDigest(): Promise<string> {
  const folder = join(root, "migrations");
  const hash = createHash("sha256");
  for (const name of (await readdir(folder)).sort()) hash.update(name).update(await readFile(join(folder, name)));
  return hash.digest("hex").slice(0, 16);
}

/** workerd lets go of its files a moment after it has ended. */
function removeFolder(folder: string): Promise<void> {
  return rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}
