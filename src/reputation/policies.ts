import type { Did } from "../identity/did.ts";
import { ensure, Failure } from "../kernel/failure.ts";
import type { JsonObject } from "../kernel/json.ts";
import { iso, type Millis } from "../kernel/time.ts";
import type { Receipt } from "../operations/receipt.ts";
import { type PublishedPolicy, policyKind } from "./policy.ts";
import { isAlias } from "./policy-document.ts";
import { parsePolicy, policyHash, policyJsonSchema, policySchemaPath } from "./policy-schema.ts";
import { type PolicyPart, policyWarnings, policyWords } from "./policy-words.ts";

/** A policy as the database knows it. Times in milliseconds. */
export type PolicyRecord = {
  document: string;
  /** Of the latest version. */
  name: string;
  latest: number;
  hash: string;
  owner: Did | "";
  /** A name of the service's own, null for policies of others. */
  alias: string | null;
  createdSeq: number;
  createdAt: Millis;
  updatedAt: Millis;
};

export type VersionRecord = { version: number; hash: string; publishedAt: Millis; supersededAt: Millis | null };

/** What policies are asked by; every call is one statement. */
export type PolicyStore = {
  find(document: string): Promise<PolicyRecord | undefined>;
  byAlias(alias: string): Promise<PolicyRecord | undefined>;
  /** In the order in which they were first published, after a place in the log. */
  list(after: number, limit: number): Promise<PolicyRecord[]>;
  version(document: string, version: number): Promise<PublishedPolicy | undefined>;
  /** The latest first, those before a version. */
  versions(document: string, before: number, limit: number): Promise<VersionRecord[]>;
};

/** A policy as the API lists it. Times are RFC 3339. */
export type ListedPolicy = {
  id: string;
  alias: string | null;
  /** did:pkh, null for the service's own. */
  owner: Did | null;
  name: string;
  version: number;
  hash: string;
  createdAt: string;
  updatedAt: string;
};

export type ListedVersion = { version: number; hash: string; publishedAt: string; supersededAt: string | null };

/** What a policy comes to before anybody has published it. */
export type PolicyCheck = {
  hash: string;
  words: PolicyPart[];
  warnings: string[];
};

export type Policies = {
  /**
   * A published version by the policy's document or a name of the service's own; the latest where none is named.
   * Undefined where there is none.
   */
  find(id: string, version?: number): Promise<PublishedPolicy | undefined>;
  /** Refuses with NOT_FOUND. */
  get(id: string): Promise<ListedPolicy>;
  /** In the order in which they were first published; `after` is a `next` of before. */
  list(page: { after?: string | undefined; limit: number }): Promise<{ items: ListedPolicy[]; next: string | null }>;
  /** The latest first, before a version. NOT_FOUND */
  versions(id: string, before: number, limit: number): Promise<ListedVersion[]>;
  /** Refuses with INVALID_INPUT. */
  check(policy: unknown): PolicyCheck;
  /** Opens a policy by its owner's signature; refuses with what documents refuse openings with. */
  open(create: unknown, operations: readonly unknown[]): Promise<Receipt[]>;
  /** Publishes what comes with the service and is not published yet, in the service's own name. */
  ship(): Promise<void>;
  /** The JSON Schema of policies, as it is published. */
  schema(): JsonObject;
};

export type PoliciesParts = {
  origin: string;
  store: PolicyStore;
  open(create: unknown, kind: string, operations: readonly unknown[]): Promise<Receipt[]>;
  ship(): Promise<void>;
};

/** Published versions kept in memory: they never change, and every score asks for one. */
const maxKept = 64;

export function openPolicies(parts: PoliciesParts): Policies {
  const { origin, store, open } = parts;
  const ship = untilDone(parts.ship);
  const recordOf = async (id: string): Promise<PolicyRecord | undefined> => {
    if (!isAlias(id)) return store.find(id);
    await ship();
    return store.byAlias(id);
  };
  const known = async (id: string): Promise<PolicyRecord> => {
    const found = await recordOf(id);
    ensure(found, "NOT_FOUND");
    return found;
  };
  const versionOf = keepVersions(store);
  return {
    find: async (id, version) => {
      const found = await recordOf(id);
      return found && versionOf(found.document, version ?? found.latest);
    },
    get: async (id) => listed(await known(id)),
    list: async ({ after, limit }) => {
      await ship();
      const found = await store.list(placeOf(after), limit + 1);
      const items = found.slice(0, limit);
      return { items: items.map(listed), next: found.length > limit ? String(items.at(-1)!.createdSeq) : null };
    },
    versions: async (id, before, limit) => {
      const { document } = await known(id);
      return (await store.versions(document, before, limit)).map(listedVersion);
    },
    check: (value) => {
      const policy = parsePolicy(value);
      return { hash: policyHash(policy), words: policyWords(policy), warnings: policyWarnings(policy) };
    },
    open: (create, operations) => open(create, policyKind, operations),
    ship,
    schema: () => policyJsonSchema(`${origin}${policySchemaPath}`),
  };
}

/** What fails is tried again; what many ask for at once may be done more than once, and must bear it. */
function untilDone(work: () => Promise<void>): () => Promise<void> {
  let done = false;
  return async () => {
    if (done) return;
    await work();
    done = true;
  };
}

function keepVersions(store: PolicyStore) {
  const kept = new Map<string, PublishedPolicy>();
  return async (document: string, version: number): Promise<PublishedPolicy | undefined> => {
    const name = `${document} ${version}`;
    const known = kept.get(name);
    if (known) return known;
    const found = await store.version(document, version);
    if (!found) return undefined;
    if (kept.size >= maxKept) kept.clear();
    kept.set(name, found);
    return found;
  };
}

function placeOf(after: string | undefined): number {
  if (after === undefined) return 0;
  if (!/^[1-9]\d{0,14}$/.test(after)) throw new Failure("INVALID_REQUEST", "after is a `next` of the page before.");
  return Number(after);
}

function listed({ document, alias, owner, name, latest, hash, createdAt, updatedAt }: PolicyRecord): ListedPolicy {
  const times = { createdAt: iso(createdAt), updatedAt: iso(updatedAt) };
  return { id: document, alias, owner: owner === "" ? null : owner, name, version: latest, hash, ...times };
}

function listedVersion({ version, hash, publishedAt, supersededAt }: VersionRecord): ListedVersion {
  return {
    version,
    hash,
    publishedAt: iso(publishedAt),
    supersededAt: supersededAt === null ? null : iso(supersededAt),
  };
}
