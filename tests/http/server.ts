import type { Hono } from "hono";
import { compose, type Parts } from "../../src/compose.ts";
import { createApp } from "../../src/http/app.ts";
import type { PageTerms, Runtime } from "../../src/http/call.ts";
import type { Limits } from "../../src/http/limits.ts";
import { createLog } from "../../src/http/log.ts";
import { makeServiceKeys } from "../../src/identity/service-keys.ts";
import { Failure } from "../../src/kernel/failure.ts";
import { day } from "../../src/kernel/time.ts";
import type { Services } from "../../src/services.ts";
import { openSqlite } from "../../src/storage/sqlite.ts";
import { start, testClock } from "../harness.ts";

/** A service under test, wherever it runs. */
export type Service = {
  origin: string;
  realm: string;
  operatorToken: string;
  /** The time by the service's clock. */
  now(): number;
  /** `path` begins with a slash. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
  close(): Promise<void>;
};

export type LocalService = Service & {
  clock: ReturnType<typeof testClock>;
  services: Services;
  app: Hono;
  /** What was written into the log. */
  lines: Record<string, unknown>[];
};

const many = 1_000_000;

/** Limits that tests of other things never reach. */
export const wideLimits: Limits = {
  requests: { burst: many, window: 1_000 },
  operations: { burst: many, window: 1_000 },
  failures: { perAddress: many, perKey: many },
  bytes: { body: 1_048_576, batch: 16_777_216, stream: 268_435_456 },
  trustedProxies: 0,
};

export type LocalOptions = {
  origin?: string;
  /** A file of the database, ":memory:" unless given. */
  file?: string;
  limits?: Partial<Limits>;
  runtime?: Partial<Runtime>;
  pages?: PageTerms;
  /** What an installation may have beside the rest; told the clock of the service. */
  parts?: (clock: () => number) => Partial<Parts>;
  /** Stands in for what the rooms answer. */
  services?: (services: Services) => Services;
};

export const operatorToken = "operator-token-of-the-tests-0123456789";

/** The whole service in memory, with a clock that stands. */
export async function startLocal(options: LocalOptions = {}): Promise<LocalService> {
  const { origin = "http://localhost:8787" } = options;
  const clock = testClock(start);
  const realm = "test";
  const storage = openSqlite({ file: options.file ?? ":memory:", realm });
  const composed = compose({
    origin,
    realm,
    maxDelegationLife: 90 * day,
    operatorToken,
    keys: await makeServiceKeys(start - day),
    storage,
    clock: clock.now,
    fetchDidWeb: async () => Promise.reject(new Failure("DID_UNREACHABLE")),
    fetchStatusList: async () => Promise.reject(new Failure("STATUS_UNAVAILABLE")),
    ...options.parts?.(clock.now),
  });
  const services = options.services?.(composed) ?? composed;
  const lines: Record<string, unknown>[] = [];
  const app = createApp({
    services,
    limits: { ...wideLimits, ...options.limits },
    log: createLog("debug", (line) => lines.push(JSON.parse(line)), clock.now),
    clock: clock.now,
    ...(options.pages && { pages: options.pages }),
    runtime: { peerAddress: () => "192.0.2.1", pause: async () => {}, ...options.runtime },
  });
  return {
    origin,
    realm,
    operatorToken,
    now: clock.now,
    fetch: async (path, init) => app.request(path, init),
    close: () => storage.close(),
    clock,
    services,
    app,
    lines,
  };
}
