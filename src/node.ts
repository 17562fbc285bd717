// Entry on Node: an embedded SQLite database, keys in a file, signatures of batches on other threads.
import type { AddressInfo } from "node:net";
import { join, resolve } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { type ServerType, serve } from "@hono/node-server";
import { getConnInfo } from "@hono/node-server/conninfo";
import { secp256k1Implementation } from "#primitives";
import { wellKnownTerms } from "./chain/did-configuration.ts";
import { didWebFetcher } from "./chain/did-web-node.ts";
import { statusListFetcher, statusListTerms } from "./chain/status-list.ts";
import { compose } from "./compose.ts";
import { type Config, ConfigError, readConfig, settings } from "./config.ts";
import { createApp } from "./http/app.ts";
import { createLog, errorFields, gatherLines, type Log } from "./http/log.ts";
import { appPoint, type KeyCheck } from "./identity/app-key.ts";
import type { Did } from "./identity/did.ts";
import { keepLatest } from "./kernel/keep.ts";
import { openP256Threads } from "./kernel/p256-threads.ts";
import { type Millis, minute, second } from "./kernel/time.ts";
import type { Services } from "./services.ts";
import { makeDataFolder } from "./storage/data-folder.ts";
import { exposureOf, makeKeys, readKeys } from "./storage/keys-file.ts";
import { openSqlite } from "./storage/sqlite.ts";

/** How long requests may take to end once the process was asked to stop. */
const patience = 10 * second;

/** How often the outbox is looked into. */
const drainEvery = 2 * second;

/** How long a connection may be silent in both directions before it is closed: event streams say something four times as often. */
const silence = minute;

/** Keys whose checks are kept. */
const maxChecks = 4096;

/** How often what has lapsed is forgotten. */
const tidyEvery = 10 * minute;

const told = ["PORT", "HOST", "RENOWN_DATA", "RENOWN_ORIGIN"] as const;

const usage = `Usage: npm start

Starts the server until it is sent SIGINT or SIGTERM. Settings come from the environment; the README lists all:

${told.map((name) => `  ${name.padEnd(13)}  ${settings[name].means} Unless set: ${settings[name].unset}\n`).join("")}`;

try {
  if (process.argv.length > 2) tellUsage(process.argv.slice(2));
  else await start(readConfig(process.env));
} catch (error) {
  // A mistake in the configuration is told as it is; anything else with the place where it happened.
  process.stderr.write(
    `${error instanceof ConfigError ? error.message : error instanceof Error ? error.stack : error}\n`,
  );
  process.exit(1);
}

/** An argument that is passed over would look as if it had been heard. */
function tellUsage(args: readonly string[]): void {
  const unknown = args.find((each) => each !== "--help" && each !== "-h");
  if (unknown === undefined) return void process.stdout.write(usage);
  process.stderr.write(`There is no argument ${JSON.stringify(unknown)} here.\n\n${usage}`);
  process.exitCode = 2;
}

async function start(config: Config): Promise<void> {
  const { origin, realm, operatorToken, maxDelegationLife, allowPrivateDids: allowPrivate, limits } = config;
  // Keys and logs of who signed in are nobody else's on this machine.
  process.umask(0o077);
  const folder = resolve(config.data);
  const clock = Date.now;
  const { keys, storage, exposure } = await openFiles(folder, config, clock()).catch(mistaken);
  const threads = openP256Threads();
  const fetchDidWeb = didWebFetcher({ allowPrivate });
  const fetchWellKnown = didWebFetcher({ allowPrivate, ...wellKnownTerms });
  const fetchStatusList = statusListFetcher(didWebFetcher({ allowPrivate, ...statusListTerms }));
  const keyOf = keptChecks((did) => threads.checkOf(appPoint(did)));
  // The library for chains takes a while to load, so it is loaded where there is a chain.
  const chain = config.chains.size > 0 ? await import("./chain/chain-parts.ts") : undefined;
  const given = { origin, realm, operatorToken, maxDelegationLife, keys, storage, clock };
  const mail = config.mail && (await import("./delivery/smtp.ts")).smtpDelivery(config.mail);
  const services = compose({
    ...given,
    deliver: mail?.deliver,
    trustSeeds: config.trustSeeds,
    fetchDidWeb,
    fetchStatusList,
    fetchWellKnown,
    keyOf,
    ...chain?.openChainParts(config.chains, clock),
  });
  await services.ready().catch(mistaken);
  await services.policies.ship();
  const lines = gatherLines((text) => process.stdout.write(text), setImmediate);
  const log = createLog(config.logLevel, lines.line, clock);
  if (exposure) log.warn("others may read the keys", exposure);
  const closing = new AbortController();
  const runtime = {
    peerAddress: (c: Parameters<typeof getConnInfo>[0]) => getConnInfo(c).remote.address ?? "",
    pause: () => nextTurn(),
    closing: closing.signal,
  };
  const pages = { deepLinks: config.deepLinks, maxDelegationLife };
  const app = createApp({ services, limits, log, clock, runtime, pages });
  const server = await listen(app.fetch, config);
  const tidying = setInterval(
    () => void services.tidy().catch((error) => log.error("tidying failed", errorFields(error))),
    tidyEvery,
  );
  const draining = drainOften(services, log);
  stopOnSignal(async (signal) => {
    log.info("stopping", { signal });
    clearInterval(tidying);
    closing.abort();
    await Promise.all([ended(server), draining.stop()]);
    mail?.close();
    await Promise.all([storage.close(), threads.close()]);
    lines.flush();
  });
  // Told last, for whoever reads it may end the process, and that goes in order from here on.
  tellAddress(server, config, folder);
}

function tellAddress(server: ServerType, { host, origin }: Config, folder: string): void {
  const { port } = server.address() as AddressInfo;
  const recovery = secp256k1Implementation();
  process.stdout.write(
    `Renown listens on http://${shown(host)}:${port} as ${origin}; its data is in ${folder}; secp256k1 is ${recovery}.\n`,
  );
}

/** Looks at the database before keys are made: a start that is refused makes none. */
async function openFiles(folder: string, { keys: given, realm }: Config, now: Millis) {
  makeDataFolder(folder);
  const path = join(folder, "keys.json");
  const kept = given ?? readKeys(path);
  const storage = openSqlite({ file: join(folder, "renown.sqlite"), realm });
  const keys = kept ?? (await makeKeys(path, storage.db, now));
  return { keys, storage, exposure: given ? undefined : exposureOf(path) };
}

/** Sees to the outbox again and again, one drain at a time; what is given up is told. */
function drainOften({ outbox }: Services, log: Log): { stop(): Promise<void> } {
  let work = Promise.resolve();
  let idle = true;
  const drain = async () => {
    const { failed } = await outbox.drain();
    for (const { id, kind, attempts, error } of failed) log.error("job given up", { id, kind, attempts, error });
  };
  const timer = setInterval(() => {
    if (!idle) return;
    idle = false;
    work = drain()
      .catch((error) => log.error("draining failed", errorFields(error)))
      .finally(() => {
        idle = true;
      });
  }, drainEvery);
  const stop = async () => {
    clearInterval(timer);
    // What is under way may end, and what does not end in time comes again after the next start.
    await Promise.race([work, new Promise<void>((resolve) => setTimeout(resolve, patience).unref())]);
  };
  return { stop };
}

/** What stands in the data directory and does not fit the settings, or cannot be read, is told like a mistake in them. */
function mistaken(error: unknown): never {
  throw new ConfigError([error instanceof Error ? error.message : String(error)]);
}

/** Resolves once it listens; rejects with ConfigError where the port is taken. */
function listen(
  fetch: (request: Request, env: unknown) => Response | Promise<Response>,
  { host, port }: Config,
): Promise<ServerType> {
  const { promise, resolve, reject } = Promise.withResolvers<ServerType>();
  const server = serve({ fetch: fetch as Parameters<typeof serve>[0]["fetch"], hostname: host, port }, () =>
    resolve(server),
  );
  server.setTimeout(silence);
  server.once("error", (error: NodeJS.ErrnoException) => reject(mistakeIn(error.code, host, port) ?? error));
  return promise;
}

/** The setting for which nothing can be listened on, and a way out; undefined where it is none. */
function mistakeIn(code: string | undefined, host: string, port: number): ConfigError | undefined {
  const mistakes: Readonly<Record<string, string>> = {
    EADDRINUSE: `PORT: ${port} is in use on ${host}.`,
    EACCES: `PORT: This user may not listen on ${port}; ports from 1024 are for everybody.`,
    EADDRNOTAVAIL: `HOST: ${host} is no address of this machine; 0.0.0.0 stands for all that it has.`,
    EAFNOSUPPORT: `HOST: This machine has no addresses of the family of ${host}; 0.0.0.0 stands for all of IPv4.`,
    ENOTFOUND: `HOST: The name ${host} leads to no address; 0.0.0.0 stands for all that this machine has.`,
    EAI_AGAIN: `HOST: The name ${host} cannot be looked up now; an address needs no looking up.`,
  };
  const mistake = mistakes[code ?? ""];
  return mistake === undefined ? undefined : new ConfigError([mistake]);
}

/** What is under way may end; what does not end in time is cut off. */
function ended(server: ServerType): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  server.close(() => resolve());
  if ("closeIdleConnections" in server) {
    server.closeIdleConnections();
    setTimeout(() => server.closeAllConnections(), patience).unref();
  }
  return promise;
}

function stopOnSignal(stop: (signal: NodeJS.Signals) => Promise<void>): void {
  let stopping = false;
  const once = (signal: NodeJS.Signals) => {
    // A second signal means that nobody wants to wait.
    if (stopping) process.exit(1);
    stopping = true;
    stop(signal).then(
      () => process.exit(0),
      (error) => {
        process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
        process.exit(1);
      },
    );
  };
  process.on("SIGINT", once).on("SIGTERM", once);
}

/** Checks by their keys, the latest of them: whoever likes can bring any number. */
function keptChecks(checkOf: (did: Did) => KeyCheck): (did: Did) => KeyCheck {
  const kept = keepLatest<KeyCheck>(maxChecks, () => 1);
  return (did) => {
    const known = kept.get(did);
    if (known) return known;
    const check = checkOf(did);
    kept.set(did, check);
    return check;
  };
}

/** An IPv6 address as a URL spells it. */
function shown(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}
