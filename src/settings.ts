/** Every setting by name, with what it is unless set and what it means; the README's table is held to this list. */
export const settings = {
  PORT: { unset: "8787", means: "Port to listen on." },
  HOST: { unset: "localhost", means: "Name or address to listen on; `0.0.0.0` for every IPv4 address." },
  RENOWN_ORIGIN: {
    unset: "http://localhost:<PORT>",
    means: "Public origin: https, or http for localhost. The service's DID and the site of sign-in messages follow.",
  },
  RENOWN_DATA: { unset: "./data", means: "Directory of the database and the keys (Node)." },
  RENOWN_REALM: {
    unset: "main",
    means: "1 to 32 of a-z, 0-9 and -. What was signed for one realm never counts in another: give every test its own.",
  },
  RENOWN_KEYS: {
    unset: "made on first start",
    means: "All keys as JSON; a secret. Required on Workers; on Node kept in `<RENOWN_DATA>/keys.json` unless set.",
  },
  RENOWN_OPERATOR_TOKEN: { unset: "none", means: "The operator's bearer token, at least 32 characters; a secret." },
  RENOWN_MAX_DELEGATION_DAYS: { unset: "90", means: "How long a delegation may live, in days." },
  RENOWN_ALLOW_PRIVATE_DIDS: {
    unset: "false",
    means: "Whether did:web may lead to private and loopback addresses, and RPC endpoints be http anywhere.",
  },
  "RENOWN_RPC_<chain>": {
    unset: "none",
    means:
      "RPC endpoints of the chain with this id (`RENOWN_RPC_1` for Ethereum), https, the preferred first, with spaces " +
      "or commas between: contract wallets, did:ethr and, of chain 1, ENS names need one.",
  },
  RENOWN_TRUSTED_PROXIES: { unset: "0", means: "Proxies of yours in front; each adds one to X-Forwarded-For." },
  RENOWN_RATE_BURST: { unset: "60", means: "Requests that an address may send at once." },
  RENOWN_RATE_SECONDS: { unset: "10", means: "Seconds in which that allowance comes back." },
  RENOWN_OPERATIONS_BURST: { unset: "100000", means: "Operations that an address may have checked at once." },
  RENOWN_OPERATIONS_SECONDS: { unset: "60", means: "Seconds in which that allowance comes back." },
  RENOWN_FAILURES_PER_ADDRESS: { unset: "60", means: "Failed signatures and tokens of an address in a minute." },
  RENOWN_FAILURES_PER_KEY: { unset: "10", means: "The same of one key or wallet at an address." },
  RENOWN_MAX_BODY_BYTES: { unset: "1048576", means: "Size of an ordinary body." },
  RENOWN_MAX_BATCH_BYTES: { unset: "16777216", means: "Size of a batch of operations to verify." },
  RENOWN_MAX_STREAM_BYTES: { unset: "268435456", means: "Size of a stream of operations to verify." },
  RENOWN_MAX_BATCH_ROWS: { unset: "10000", means: "Rows of a batch of awards; on Workers 100 unless set." },
  RENOWN_MAX_BUNDLE_ENTRIES: {
    unset: "20000",
    means: "Entries of a bundle or an export: some 3 KB of memory each; larger ones count as several.",
  },
  RENOWN_TRUST_SEEDS: {
    unset: "none",
    means:
      "Whom the policy `renown-trust` trusts first: documents of organisations and did:pkh, with commas between. " +
      "Without any it is not published.",
  },
  RENOWN_DEEP_LINKS: {
    unset: "phd",
    means: "Schemes of apps on devices that people may be sent back to after they agreed, with commas between.",
  },
  RENOWN_SMTP_URL: {
    unset: "none",
    means:
      "Mail server, as `smtp(s)://user:password@host:port`, a secret: mail goes out where it is set (Node). `smtp` needs " +
      "STARTTLS, but for a server on localhost.",
  },
  RENOWN_MAIL_FROM: {
    unset: "none",
    means: "In whose name mail goes out: `badges@example.org` or `Example Academy <badges@example.org>`.",
  },
  RENOWN_LOG_LEVEL: { unset: "info", means: "`debug`, `info`, `warn`, `error` or `silent`." },
} as const satisfies Record<string, { unset: string; means: string }>;

export type Setting = keyof typeof settings;

/** What begins the names of all settings but those that every server knows. */
const prefix = "RENOWN_";

/** Names that begin alike and are others': of clients of this service, and of its own tests. */
const foreign = ["RENOWN_URL", "RENOWN_PICTURES"];

/** What Kubernetes tells every container about a service called `renown`. */
const serviceLink = /^RENOWN_(?:\w+_)?(?:SERVICE_HOST|SERVICE_PORT(?:_\w+)?|PORT_\d+_(?:TCP|UDP|SCTP)(?:_\w+)?)$/;
const serviceAddress = /^(?:tcp|udp|sctp):\/\//;

/**
 * Of a variable that looks like a setting and is none, the setting whose name is near to its own, if there is one;
 * undefined where it is a setting, is empty, or is known to be somebody else's. A setting that is not heeded can leave a
 * door open.
 */
export function settingMeant(name: string, value: string): { nearest: Setting | undefined } | undefined {
  const chain = /^RENOWN_RPC_./.test(name);
  if (!name.startsWith(prefix) || value.trim() === "" || Object.hasOwn(settings, name) || chain) return undefined;
  if (foreign.includes(name) || serviceLink.test(name) || serviceAddress.test(value)) return undefined;
  const known = Object.keys(settings) as Setting[];
  const far = (setting: Setting) => distance(tailOf(name), tailOf(setting.replace("<chain>", "")));
  const nearest = known.reduce((found, each) => (far(each) < far(found) ? each : found));
  // Short names are near to anything: those that every server knows are meant where nothing but the prefix is wrong.
  const farthest = nearest.startsWith(prefix) ? Math.max(1, Math.floor(tailOf(name).length / 3)) : 0;
  return { nearest: far(nearest) <= farthest ? nearest : undefined };
}

function tailOf(name: string): string {
  return name.startsWith(prefix) ? name.slice(prefix.length, prefix.length + 64) : name;
}

/** How many letters have to be put in, taken out or exchanged (Levenshtein). */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (const [above, letter] of [...one].entries()) {
    const next = [above + 1];
    for (let at = 1; at <= other.length; at++) {
      const exchanged = row[at - 1]! + (letter === other[at - 1] ? 0 : 1);
      next.push(Math.min(exchanged, row[at]! + 1, next[at - 1]! + 1));
    }
    row = next;
  }
  return row.at(-1)!;
}
