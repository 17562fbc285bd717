import { type MailServer, parseSender, parseSmtpUrl } from "./followers/mail-server.ts";
import { maxChainId } from "./identity/did.ts";
import { parseServiceKeys, type ServiceKeys } from "./identity/service-keys.ts";
import { day, type Millis, second } from "./kernel/time.ts";
import { isSeed, policyLimits } from "./reputation/policy-schema.ts";
import { type Setting, settingMeant, settings } from "./settings.ts";

export { settings };

/** What an installation sets. Times in milliseconds, sizes in bytes. */
export type Config = {
  port: number;
  host: string;
  /** Scheme, host and port by which the world knows it, without a slash at the end. */
  origin: string;
  /** Directory of the database and the keys. */
  data: string;
  realm: string;
  /** Undefined where they are made on first start. */
  keys: ServiceKeys | undefined;
  operatorToken: string | undefined;
  maxDelegationLife: Millis;
  allowPrivateDids: boolean;
  /** RPC endpoints by chain id, in order of preference. */
  chains: ReadonlyMap<number, readonly string[]>;
  /** Where mail is handed over, and in whose name; undefined where none is sent. */
  mail: MailServer | undefined;
  /** Organisations' documents and did:pkh from which trust flows in the policy that comes with the service. */
  trustSeeds: readonly string[];
  /** Schemes of addresses that people may be sent back to, beside https. */
  deepLinks: readonly string[];
  logLevel: LogLevel;
  limits: {
    requests: { burst: number; window: Millis };
    operations: { burst: number; window: Millis };
    failures: { perAddress: number; perKey: number };
    bytes: { body: number; batch: number; stream: number };
    rows: number;
    bundle: number;
    trustedProxies: number;
  };
};

const logLevels = ["debug", "info", "warn", "error", "silent"] as const;
export type LogLevel = (typeof logLevels)[number];

/** All that is wrong with the configuration, each mistake with the name of its setting and never with its value. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly mistakes: readonly string[];

  constructor(mistakes: readonly string[]) {
    super(["The configuration has mistakes:", ...mistakes.map((mistake) => `  ${mistake}`)].join("\n"));
    this.mistakes = mistakes;
  }
}

/** Reads the environment; an empty value counts as unset. Throws ConfigError with every mistake at once. */
export function readConfig(environment: Readonly<Record<string, unknown>>, required: readonly Setting[] = []): Config {
  const mistakes: string[] = [];
  const textOf = (name: Setting) => {
    const value = environment[name];
    return typeof value === "string" && value.trim() !== "" ? value.trim() : undefined;
  };
  /** The value of a setting, `unset` where there is none; a mistake is noted and `unset` stands in. */
  const read = <T>(name: Setting, parse: (text: string) => T, unset: T): T => {
    const text = textOf(name);
    if (text === undefined) {
      if (required.includes(name)) mistakes.push(`${name} must be set.`);
      return unset;
    }
    try {
      return parse(text);
    } catch (error) {
      mistakes.push(`${name}: ${error instanceof Error ? error.message : "It cannot be read."}`);
      return unset;
    }
  };
  const whole = (name: Setting, least: number, most: number) =>
    read(name, (text) => parseWhole(text, least, most), Number(settings[name].unset));

  const port = whole("PORT", 0, 65_535);
  if (port === 0 && textOf("RENOWN_ORIGIN") === undefined) mistakes.push("RENOWN_ORIGIN must be set where PORT is 0.");
  const config: Config = {
    port,
    host: read("HOST", parseHost, settings.HOST.unset),
    origin: read("RENOWN_ORIGIN", parseOrigin, `http://localhost:${port}`),
    data: read("RENOWN_DATA", (text) => text, settings.RENOWN_DATA.unset),
    realm: read("RENOWN_REALM", parseRealm, settings.RENOWN_REALM.unset),
    keys: read<ServiceKeys | undefined>("RENOWN_KEYS", parseKeys, undefined),
    operatorToken: read<string | undefined>("RENOWN_OPERATOR_TOKEN", parseToken, undefined),
    maxDelegationLife: whole("RENOWN_MAX_DELEGATION_DAYS", 1, 3_650) * day,
    allowPrivateDids: read("RENOWN_ALLOW_PRIVATE_DIDS", parseSwitch, false),
    chains: readChains(environment, textOf("RENOWN_ALLOW_PRIVATE_DIDS") === "true", mistakes),
    mail: readMail(read, mistakes),
    trustSeeds: read("RENOWN_TRUST_SEEDS", parseSeeds, []),
    deepLinks: read("RENOWN_DEEP_LINKS", parseSchemes, [settings.RENOWN_DEEP_LINKS.unset]),
    logLevel: read<LogLevel>("RENOWN_LOG_LEVEL", parseLevel, settings.RENOWN_LOG_LEVEL.unset),
    limits: readLimits(whole),
  };
  mistakes.push(...mistyped(environment));
  if (mistakes.length > 0) throw new ConfigError(mistakes);
  return config;
}

/** Variables that are named like settings and are none. */
function mistyped(environment: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(environment).flatMap(([name, value]) => {
    const meant = typeof value === "string" ? settingMeant(name, value) : undefined;
    if (!meant) return [];
    const hint = meant.nearest ? `the nearest name is ${meant.nearest}` : "the README lists them all";
    return [`${name} is no setting; ${hint}.`];
  });
}

const rpcPrefix = "RENOWN_RPC_";

/** Endpoints of one chain that are asked after each other within seconds; more would never have their turn. */
const maxEndpoints = 4;

function readChains(
  environment: Readonly<Record<string, unknown>>,
  anyHttp: boolean,
  mistakes: string[],
): Config["chains"] {
  const chains = new Map<number, readonly string[]>();
  for (const name of Object.keys(environment).filter((each) => each.startsWith(rpcPrefix))) {
    const value = environment[name];
    const urls = typeof value === "string" ? value.split(/[\s,]+/).filter((url) => url !== "") : [];
    if (urls.length === 0) continue;
    try {
      chains.set(
        parseChain(name.slice(rpcPrefix.length)),
        urls.map((url) => parseEndpoint(url, anyHttp)),
      );
      demand(urls.length <= maxEndpoints, `At most ${maxEndpoints} endpoints are taken.`);
    } catch (error) {
      mistakes.push(`${name}: ${error instanceof Error ? error.message : "It cannot be read."}`);
    }
  }
  return chains;
}

function parseChain(text: string): number {
  const chainId = Number(text);
  const fits = /^[1-9]\d{0,9}$/.test(text) && chainId <= maxChainId;
  demand(fits, `Its name ends with a chain id from 1 to ${maxChainId}.`);
  return chainId;
}

/** Never told back: an endpoint often has a key in its path. */
function parseEndpoint(text: string, anyHttp: boolean): string {
  demand(URL.canParse(text), "An endpoint is no URL.");
  const { protocol, hostname } = new URL(text);
  const safe = protocol === "https:" || (protocol === "http:" && (anyHttp || localHosts.includes(hostname)));
  demand(safe, "An endpoint must be https; http is for localhost, 127.0.0.1 and [::1] only.");
  return text;
}

/** Both settings or neither: a server without a sender cannot be told from a mistake. */
function readMail(
  read: <T>(name: Setting, parse: (text: string) => T, unset: T) => T,
  mistakes: string[],
): MailServer | undefined {
  const before = mistakes.length;
  const server = read<Omit<MailServer, "from"> | undefined>("RENOWN_SMTP_URL", parseSmtpUrl, undefined);
  const from = read<MailServer["from"] | undefined>("RENOWN_MAIL_FROM", parseSender, undefined);
  if (server && from) return { ...server, from };
  if (mistakes.length === before && (server || from)) {
    const [missing, set] = server ? ["RENOWN_MAIL_FROM", "RENOWN_SMTP_URL"] : ["RENOWN_SMTP_URL", "RENOWN_MAIL_FROM"];
    mistakes.push(`${missing} must be set where ${set} is.`);
  }
  return undefined;
}

function readLimits(whole: (name: Setting, least: number, most: number) => number): Config["limits"] {
  const many = 1_000_000_000;
  return {
    requests: {
      burst: whole("RENOWN_RATE_BURST", 1, many),
      window: whole("RENOWN_RATE_SECONDS", 1, 86_400) * second,
    },
    operations: {
      burst: whole("RENOWN_OPERATIONS_BURST", 1, many),
      window: whole("RENOWN_OPERATIONS_SECONDS", 1, 86_400) * second,
    },
    failures: {
      perAddress: whole("RENOWN_FAILURES_PER_ADDRESS", 1, many),
      perKey: whole("RENOWN_FAILURES_PER_KEY", 1, many),
    },
    bytes: {
      body: whole("RENOWN_MAX_BODY_BYTES", 65_536, many),
      batch: whole("RENOWN_MAX_BATCH_BYTES", 65_536, many),
      stream: whole("RENOWN_MAX_STREAM_BYTES", 65_536, 100 * many),
    },
    rows: whole("RENOWN_MAX_BATCH_ROWS", 1, 1_000_000),
    bundle: whole("RENOWN_MAX_BUNDLE_ENTRIES", 1, 1_000_000),
    trustedProxies: whole("RENOWN_TRUSTED_PROXIES", 0, 16),
  };
}

function demand(condition: unknown, sentence: string): asserts condition {
  if (!condition) throw new Error(sentence);
}

function parseWhole(text: string, least: number, most: number): number {
  const value = Number(text);
  const fits = /^\d{1,12}$/.test(text) && value >= least && value <= most;
  demand(fits, `It is a whole number from ${least} to ${most}.`);
  return value;
}

function parseHost(text: string): string {
  demand(/^[A-Za-z0-9.:[\]_-]{1,253}$/.test(text), "It is a host name or an address.");
  return text.replace(/^\[(.*)\]$/, "$1");
}

const localHosts = ["localhost", "127.0.0.1", "[::1]"];

function parseOrigin(text: string): string {
  demand(URL.canParse(text), "It is no URL.");
  const url = new URL(text);
  demand(url.protocol === "https:" || url.protocol === "http:", "It begins with https://.");
  const safe = url.protocol === "https:" || localHosts.includes(url.hostname);
  demand(safe, "It must be https; http is for localhost, 127.0.0.1 and [::1] only.");
  // Compared as texts: a path, a query, a user or another spelling of the host would be silently cut off.
  demand(text === url.origin, "It is scheme, host and port alone, in lower case and without a slash at the end.");
  return url.origin;
}

function parseRealm(text: string): string {
  demand(/^[a-z0-9-]{1,32}$/.test(text), "It is 1 to 32 of a-z, 0-9 and -.");
  return text;
}

/** Others than it was begun with help no installation. */
const wayOut = "Give it the installation's keys whole; `npm run -s keys:make` prints those of a new one.";

function parseKeys(text: string): ServiceKeys {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error(`It is no JSON. ${wayOut}`);
  }
  try {
    return parseServiceKeys(value);
  } catch (error) {
    throw new Error(`${(error as Error).message} ${wayOut}`);
  }
}

/** What RFC 6750 lets a bearer token be made of. */
function parseToken(text: string): string {
  demand(text.length >= 32, "It has at least 32 characters.");
  demand(/^[A-Za-z0-9._~+/=-]{32,1024}$/.test(text), "It is made of A-Z, a-z, 0-9 and ._~+/=-.");
  return text;
}

function parseSwitch(text: string): boolean {
  demand(text === "true" || text === "false", "It is true or false.");
  return text === "true";
}

/** Schemes that a browser answers by itself, or runs, are no apps. */
const taken = /^(https?|wss?|ftp|file|blob|data|javascript|vbscript|about|mailto|tel|sms|view-source|chrome.*|moz-.*)$/;

function parseSchemes(text: string): string[] {
  const schemes = text.split(/[\s,]+/).filter((scheme) => scheme !== "");
  const fitting = schemes.every((scheme) => /^[a-z][a-z0-9+.-]{1,31}$/.test(scheme) && !taken.test(scheme));
  demand(fitting && schemes.length <= 16, "It is at most 16 schemes of apps, in lower case, with commas between.");
  return schemes;
}

function parseSeeds(text: string): string[] {
  const seeds = text.split(/[\s,]+/).filter((seed) => seed !== "");
  const fitting = seeds.every(isSeed) && seeds.length <= policyLimits.seeds && new Set(seeds).size === seeds.length;
  demand(
    fitting,
    `It is at most ${policyLimits.seeds} documents of organisations (r1…) and did:pkh of eip155 in lower case, each once, with commas between.`,
  );
  return seeds;
}

function parseLevel(text: string): LogLevel {
  const level = logLevels.find((each) => each === text);
  demand(level, `It is one of ${logLevels.join(", ")}.`);
  return level;
}
