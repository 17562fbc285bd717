import { z } from "zod";
import type { Did } from "../identity/did.ts";
import { utf8 } from "../kernel/bytes.ts";
import { ensure } from "../kernel/failure.ts";
import { readAs } from "../kernel/misfit.ts";
import { day, type Millis } from "../kernel/time.ts";
import { createDocumentRule } from "../operations/create-document.ts";
import type { Entry } from "../operations/entry.ts";
import {
  type ActionRule,
  type Claim,
  type Deed,
  type DocumentKind,
  here,
  type Projection,
  type Row,
} from "../operations/kind.ts";
import { keepTallies, type Tally } from "../operations/tallies.ts";
import { accountOf } from "./accounts.ts";
import { type Policy, policyKind } from "./policy.ts";
import { policyHash, policySchema } from "./policy-schema.ts";

/** Versions that one policy may come to: each is kept, because scores were told under it. */
export const maxPolicyVersions = 1_000;

/** Bytes of all versions that one account publishes within a day, whatever the document: they are kept for ever. */
export const maxDailyBytes = 2_097_152;

/** What a version takes beside the policy: its entry, and the rows by which it is found. */
export const versionBytes = 2_048;

/** What an account has published within some time: versions, and the bytes of their policies. */
export type Published = { versions: number; bytes: number };

/** What is asked of the log when a version arrives. */
export type PolicyLimits = { published(account: string, since: Millis): Promise<Published> };

const aliasPattern = /^[a-z][a-z0-9-]{2,39}$/;

export type PolicyState = {
  /** Who publishes: the wallet that opened the document, "" for the service. */
  owner: Did | "";
  /** A name of the service's own by which the document is found as well; "" for none. */
  alias: string;
  /** Of the latest version, 0 before the first. */
  version: number;
  name: string;
  /** base64url(SHA-256(JCS(policy))) */
  hash: string;
  /** Versions that their owner calls superseded. */
  retired: readonly number[];
  /** Admission of the first and of the last entry, "" before. */
  createdAt: string;
  updatedAt: string;
};

const unpublished: PolicyState = {
  owner: "",
  alias: "",
  version: 0,
  name: "",
  hash: "",
  retired: [],
  createdAt: "",
  updatedAt: "",
};

const aliasText = z.string().regex(aliasPattern, "It has 3 to 40 of a-z, 0-9 and -, and begins with a letter.");

const policyActions: Record<"PUBLISH" | "RETIRE", ActionRule> = {
  PUBLISH: rule(z.strictObject({ policy: policySchema, alias: aliasText.exactOptional() })),
  RETIRE: rule(z.strictObject({ version: z.int().min(1).max(maxPolicyVersions) })),
};

/** Policies as they are replayed and audited: nothing is limited. */
export const policyDocument = policyDocumentWith(undefined);

/**
 * How facts become a score, in versions that never change. The wallet that opened it publishes, in the service's own
 * name the service. Refuses with FORBIDDEN, UNCHANGED, NOT_FOUND, QUOTA_EXCEEDED,
 * TOO_MANY_REQUESTS (beyond the `limits` of what arrives), NAME_TAKEN, HEAD_MOVED, INVALID_INPUT.
 */
export function policyDocumentWith(limits: PolicyLimits | undefined): DocumentKind<PolicyState> {
  const ask = limits && askLimits(limits);
  return {
    name: policyKind,
    ids: ["created"],
    order: "strict",
    actions: {
      CREATE_DOCUMENT: { ...createDocumentRule(policyKind), bindings: ["full"], open: false },
      ...policyActions,
    },
    initial: ({ user }) => ({ ...unpublished, owner: user }),
    // A key without a user may ask: of those the service's own is let in, and no other gives an entry by which it acts.
    byKey: () => undefined,
    ...(ask && { facts: ask, count: ({ input, facts }) => (facts as Tally | undefined)?.take(costOf(input.policy)) }),
    decide,
    evolve,
    project,
    view: (state) => ({ ...state, retired: [...state.retired] }),
  };
}

/** Whether a text has the form of a name that the service gives to a policy of its own; a document id never has. */
export function isAlias(text: string): boolean {
  return aliasPattern.test(text);
}

/** An address is its owner's on every chain. What the service publishes comes with its version. */
function askLimits({ published }: PolicyLimits) {
  const daily = keepTallies(0);
  return async ({ type, actor, now }: Asking): Promise<Tally | undefined> => {
    if (type !== "PUBLISH" || actor.user === "") return undefined;
    const account = accountOf(actor.user);
    return daily(account, now, async () => {
      const { versions, bytes } = await published(account, now - day);
      return bytes + versions * versionBytes;
    });
  };
}

type Asking = Parameters<NonNullable<DocumentKind["facts"]>>[0];

function rule(input: ActionRule["input"]): ActionRule {
  return { input, bindings: ["full"], open: false };
}

type PublishInput = { policy: Policy; alias?: string };

function decide(state: PolicyState, { type, input, actor, facts }: Deed): void {
  const ours = actor.authority.by === "service";
  ensure(state.owner === "" ? ours : actor.user === state.owner, "FORBIDDEN", "Who opened the policy publishes it.");
  if (type === "RETIRE") decideRetirement(state, input.version as number);
  else decidePublication(state, input as unknown as PublishInput, ours);
  if (facts !== undefined) ensureRoom(input.policy, facts as Tally);
}

/** Exact within a process; several may go beyond by what each is writing. */
function ensureRoom(policy: unknown, published: Tally): void {
  ensure(
    published.used() + costOf(policy) <= maxDailyBytes,
    "TOO_MANY_REQUESTS",
    `Policies of ${maxDailyBytes} bytes are published in a day at most.`,
  );
}

function costOf(policy: unknown): number {
  return sizeOf(policy) + versionBytes;
}

/** Bytes of a policy as it is kept. */
function sizeOf(policy: unknown): number {
  return utf8(JSON.stringify(policy)).length;
}

function decidePublication({ version, hash, alias }: PolicyState, input: PublishInput, ours: boolean): void {
  ensure(version < maxPolicyVersions, "QUOTA_EXCEEDED", `A policy has at most ${maxPolicyVersions} versions.`);
  ensure(policyHash(input.policy) !== hash, "UNCHANGED");
  const named = input.alias ?? "";
  ensure(named === "" || ours, "FORBIDDEN", "Names are given to policies of the service alone.");
  ensure(version === 0 || named === alias, "INVALID_INPUT", "The alias stays as it was.");
}

function decideRetirement({ version, retired }: PolicyState, asked: number): void {
  ensure(asked <= version, "NOT_FOUND", "There is no such version.");
  ensure(!retired.includes(asked), "UNCHANGED");
}

function evolve(state: PolicyState, { action, admittedAt }: Entry): PolicyState {
  const { type } = action;
  if (type !== "PUBLISH" && type !== "RETIRE") return state;
  const read = readAs<unknown>(policyActions[type].input, action.input);
  if (read === undefined) return state;
  const times = { createdAt: state.createdAt || admittedAt, updatedAt: admittedAt };
  if (type === "RETIRE") return { ...state, ...times, retired: [...state.retired, (read as Asked).version] };
  const { policy, alias = "" } = read as PublishInput;
  const { name } = policy;
  return { ...state, ...times, alias, name, version: state.version + 1, hash: policyHash(policy) };
}

type Asked = { version: number };

function project(state: PolicyState, entry: Entry): Projection {
  const { type, input, scope } = entry.action;
  if (scope !== "global" || state.version === 0) return { rows: [], claims: [] };
  const rows = [policyRow(state, entry)];
  if (type === "RETIRE") rows.push(retiredRow(entry, input as Asked));
  else rows.push(versionRow(state, entry));
  return { rows, claims: type === "PUBLISH" ? claimsOf(state, entry) : [] };
}

function policyRow(state: PolicyState, { document, action }: Entry): Row {
  const { owner, alias, name, version, hash, createdAt, updatedAt } = state;
  const opens = version === 1 && action.type === "PUBLISH";
  const first: Row["set"] = opens ? { created_seq: here, created_at: Date.parse(createdAt) } : {};
  const set = { name, owner, alias: alias || null, latest: version, hash, updated_at: Date.parse(updatedAt), ...first };
  return { table: "policies", key: { document }, set };
}

/** The policy as it was signed, members in their order of arrival. */
function versionRow(
  { owner, version, hash }: PolicyState,
  { document, operation, digest, action, admittedAt }: Entry,
): Row {
  const set = {
    hash,
    operation,
    entry: digest,
    seq: here,
    policy: JSON.stringify(action.input.policy),
    account: accountOf(owner),
    bytes: sizeOf(action.input.policy),
    published_at: Date.parse(admittedAt),
    superseded_at: null,
  } as const;
  return { table: "policy_versions", key: { document, version: String(version) }, set };
}

function retiredRow({ document, admittedAt }: Entry, { version }: Asked): Row {
  const set = { superseded_at: Date.parse(admittedAt) };
  return { table: "policy_versions", key: { document, version: String(version) }, set };
}

/** One document has an alias: who opens a second one loses the race. */
function claimsOf({ alias }: PolicyState, { document }: Entry): Claim[] {
  if (alias === "") return [];
  return [{ space: "policy", key: alias, holder: document, until: null, refusal: "NAME_TAKEN" }];
}
