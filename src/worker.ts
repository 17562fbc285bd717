// Entry on Cloudflare Workers: D1, keys from a secret, no lasting memory.
import { openChainParts } from "./chain/chain-parts.ts";
import { wellKnownTerms } from "./chain/did-configuration.ts";
import { didWebFetcher } from "./chain/did-web-fetch.ts";
import { statusListFetcher, statusListTerms } from "./chain/status-list.ts";
import { compose } from "./compose.ts";
import { type Config, ConfigError, readConfig } from "./config.ts";
import { createApp } from "./http/app.ts";
import { createLog } from "./http/log.ts";
import { second } from "./kernel/time.ts";
import { type D1Database, openD1 } from "./storage/d1.ts";

type Environment = Readonly<Record<string, unknown>> & { DB: D1Database };

/** How long a stream of events lasts: the client comes back with the last place it saw. */
const maxStream = 30 * second;

/** As `wrangler.toml` has it. */
const everyMinute = "* * * * *";

// One per isolate, made with the first request because the environment comes with it.
let opened: ReturnType<typeof open> | undefined;
// Whether the database has all migrations, and was made for this realm: asked once.
let checked = false;

export default {
  async fetch(request: Request, environment: Environment, context: unknown): Promise<Response> {
    try {
      const { app } = await begin(environment);
      return app.fetch(request, environment, context as never);
    } catch (error) {
      return misconfigured(error);
    }
  },

  async scheduled(event: { cron: string }, environment: Environment): Promise<void> {
    const { services, log } = await begin(environment);
    // The outbox is seen to every minute, what has lapsed by the other trigger.
    if (event.cron !== everyMinute) await services.tidy();
    const { failed } = await services.outbox.drain();
    for (const { id, kind, attempts, error } of failed) log.error("job given up", { id, kind, attempts, error });
  },
};

/** What answers, once the database is known for its own; throws where it is not, and asks again the next time. */
async function begin(environment: Environment): Promise<ReturnType<typeof open>> {
  opened ??= open(environment);
  // Nobody waits for what another invocation waits for: the runtime may drop that one with its answers.
  if (!checked) await opened.services.ready();
  checked = true;
  return opened;
}

/** D1 counts the queries of an invocation, and each award takes several. */
const maxWorkerRows = 100;

function open(environment: Environment) {
  const config = readConfig(environment, ["RENOWN_ORIGIN", "RENOWN_KEYS"]);
  const { origin, realm, operatorToken, maxDelegationLife, logLevel } = config;
  const limits = { ...config.limits, ...(!environment.RENOWN_MAX_BATCH_ROWS && { rows: maxWorkerRows }) };
  const clock = Date.now;
  const services = compose({
    origin,
    realm,
    operatorToken,
    maxDelegationLife,
    keys: keysOf(config),
    storage: openD1(environment.DB, realm),
    clock,
    trustSeeds: config.trustSeeds,
    fetchDidWeb: didWebFetcher(),
    fetchStatusList: statusListFetcher(didWebFetcher(undefined, statusListTerms)),
    fetchWellKnown: didWebFetcher(undefined, wellKnownTerms),
    ...(config.chains.size > 0 && openChainParts(config.chains, clock)),
  });
  const log = createLog(logLevel, (line) => console.info(line), clock);
  const runtime = {
    peerAddress: (c: { req: { header(name: string): string | undefined } }) => c.req.header("cf-connecting-ip") ?? "",
    pause: () => new Promise<void>((resolve) => setTimeout(resolve, 0)),
    maxStream,
  };
  const pages = { deepLinks: config.deepLinks, maxDelegationLife };
  return { services, log, app: createApp({ services, limits, log, clock, runtime, pages }) };
}

function keysOf({ keys }: Config) {
  if (!keys) throw new ConfigError(["RENOWN_KEYS must be set."]);
  return keys;
}

/** The log tells which settings; a visitor learns only that it is not up. */
function misconfigured(error: unknown): Response {
  console.error(error instanceof ConfigError ? error.message : error);
  const problem = { type: "about:blank", title: "The service is not configured.", status: 500, code: "INTERNAL" };
  return new Response(JSON.stringify(problem), {
    status: 500,
    headers: { "content-type": "application/problem+json" },
  });
}
