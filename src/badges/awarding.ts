import type { ServiceKeys } from "../identity/service-keys.ts";
import { ensure, Failure } from "../kernel/failure.ts";
import type { JsonObject } from "../kernel/json.ts";
import { type Clock, type Millis, parseTime } from "../kernel/time.ts";
import type { Reactor } from "../operations/reactor.ts";
import { type Signed, signOpening, signOperation } from "../operations/sign.ts";
import { badgeUrl } from "./achievement-credential.ts";
import { awardKind } from "./award.ts";
import { type Asked, asideOf, type Plan, planAward } from "./award-plan.ts";
import { onceSpace } from "./award-rows.ts";
import { type AwardState, standingOf } from "./award-state.ts";
import type { BadgeStore, ClassRecord } from "./award-store.ts";
import { claimContact } from "./claim-contact.ts";
import type { Acting, Deliveries, Issuers, IssuingClient } from "./issuers.ts";
import { takeMails } from "./mail-allowance.ts";
import type { OrganizationLists } from "./organization-lists.ts";
import type { Personal } from "./personal.ts";

export type AwardingParts = {
  origin: string;
  realm: string;
  keys: ServiceKeys;
  clock: Clock;
  reactor: Reactor;
  store: BadgeStore;
  issuers: Issuers;
  lists: Pick<OrganizationLists, "pickPlace">;
  /** Undefined where nothing is delivered from here. */
  deliveries?: Deliveries | undefined;
  /** Told what has been made, to make its credentials while its keys are those of the day; may fail, they are made on read. */
  made?(awards: readonly MadeAward[]): Promise<void>;
  /** Told that nothing is left of what an award said of a person, so that nothing is left of it in credentials either. */
  erased?(document: string): Promise<void>;
};

/** An award that stands in the log, with what is not in it. */
export type MadeAward = { document: string; face: string; given: ClassRecord; personal: Personal | undefined };

/** What whoever asked for an award is told; the same each time it is asked for under the same key. */
export type Awarded = {
  award: string;
  /** Its public face. */
  url: string;
  /** For whoever has it, as long as it is unclaimed: what stands behind `#` never reaches a server by itself. */
  claimLink?: string;
  status: ReturnType<typeof standingOf>;
};

/** What became of one of several. */
export type Outcome<T> = { done: T } | { error: unknown };

/** The kind of job that brings somebody a claim link. */
export const claimJob = "award-claim";

/**
 * For whom and by what key the service signs on behalf of a client. Refuses with NOT_FOUND, WRONG_ORGANIZATION and
 * NO_KEY.
 */
export async function actingFor({ issuers }: AwardingParts, named: string, client: IssuingClient): Promise<Acting> {
  const issuer = await issuers.find(named);
  // What is another's looks as if it were not there.
  ensure(issuer.document === client.organization, "NOT_FOUND");
  const key = await issuers.keyOf(issuer.document);
  ensure(key, "NO_KEY", "The organisation has no P-256 key that is kept here.");
  const restsOn = [key.ground, { document: issuer.document, operation: client.operation }];
  return { issuer, signer: key.signer, restsOn, test: client.mode === "test" };
}

/** Makes awards, some dozens at a time, so that their writes share commits. Each is made whole, or refused alone. */
export async function awardAll(
  parts: AwardingParts,
  acting: Acting,
  asked: readonly Asked[],
): Promise<Outcome<Awarded>[]> {
  const now = parts.clock();
  const plans = await planAll(parts, acting, asked, now);
  const drafts = await Promise.all(
    plans.map((plan) => ("done" in plan ? draftOf(parts, acting, plan.done, now) : plan)),
  );
  const known = await knownOnes(parts, acting, drafts);
  const fresh = drafts.flatMap((draft) => ("error" in draft || known.has(draft.plan.input.once ?? "") ? [] : [draft]));
  const unsent = await overQuota(parts, acting, fresh);
  await keepAsides(
    parts,
    fresh.filter((draft) => !unsent.has(draft)),
    now,
  );
  const made: MadeAward[] = [];
  const outcomes = await Promise.all(
    drafts.map((draft) => {
      if ("error" in draft) return draft;
      if (unsent.has(draft)) return { error: unsent.get(draft) };
      const before = known.get(draft.plan.input.once ?? "");
      return outcomeOf(() => (before ? repeated(parts, draft.plan, before) : commit(parts, acting, draft, made)));
    }),
  );
  // What stands is not undone by what is made of it.
  if (made.length > 0) await parts.made?.(made).catch(() => {});
  return outcomes;
}

/**
 * Says what would be refused and writes nothing. `seen` keeps the keys of the file so far, with what was asked under
 * each.
 */
export async function tryAll(
  parts: AwardingParts,
  acting: Omit<Acting, "signer">,
  asked: readonly Asked[],
  seen: Map<string, string>,
): Promise<Outcome<null>[]> {
  const plans = await planAll(parts, acting, asked, parts.clock());
  return plans.map((plan) => {
    if ("error" in plan) return plan;
    const { fingerprint, input } = plan.done;
    const before = input.once === undefined ? undefined : seen.get(input.once);
    if (input.once !== undefined) seen.set(input.once, before ?? fingerprint);
    const again = before !== undefined && before !== fingerprint;
    return again ? { error: new Failure("IDEMPOTENCY_KEY_REUSED") } : { done: null };
  });
}

type Draft = { plan: Plan; document: string; create: Signed };

async function planAll(parts: AwardingParts, acting: Omit<Acting, "signer">, asked: readonly Asked[], now: Millis) {
  const names = new Set(asked.map(({ request }) => request.class));
  const classes = new Map<string, ClassRecord | undefined>();
  for (const name of names) classes.set(name, await parts.store.findClass(name));
  const plan = (each: Asked) => planAward(each, acting, classes.get(each.request.class), parts.keys, now);
  return Promise.all(asked.map((each) => outcomeOf(() => plan(each))));
}

async function draftOf({ realm }: AwardingParts, { signer }: Acting, plan: Plan, now: Millis): Promise<Draft> {
  const create = await signOpening({ realm, kind: awardKind, user: "" }, signer, now);
  return { plan, document: create.document, create };
}

/** The documents of those that were asked for before under the same key. */
async function knownOnes(
  { store }: AwardingParts,
  { issuer }: Acting,
  drafts: readonly (Draft | { error: unknown })[],
): Promise<Map<string, string>> {
  const keys = drafts.flatMap((draft) => ("error" in draft || !draft.plan.input.once ? [] : [draft.plan.input.once]));
  return keys.length > 0 ? store.holders(onceSpace(issuer.document), keys) : new Map();
}

/** Those whose mail is more than may go out today, with why. */
async function overQuota(
  parts: AwardingParts,
  { issuer }: Acting,
  drafts: readonly Draft[],
): Promise<Map<Draft, Failure>> {
  const mailed = drafts.flatMap((draft) => (draft.plan.contact ? [{ draft, email: draft.plan.contact.email }] : []));
  const refusals = await takeMails(
    parts,
    issuer,
    mailed.map(({ email }) => email),
  );
  return new Map(mailed.flatMap(({ draft }, i) => (refusals[i] ? [[draft, refusals[i]] as const] : [])));
}

/** Durable before the awards are: what stands in the log has its face, and nobody's mail is forgotten. */
async function keepAsides(parts: AwardingParts, drafts: readonly Draft[], now: Millis): Promise<void> {
  if (drafts.length === 0) return;
  const asides = await Promise.all(drafts.map(({ plan, document }) => asideOf(plan, document, parts.keys, now)));
  await parts.store.keep(asides, now);
  const mailed = drafts.filter(({ plan }) => plan.contact);
  await parts.deliveries?.add(...mailed.map(({ plan, document }) => claimMailJob(document, plan.face, plan.dueAt)));
}

/** The job that brings the claim link of an award; a face is new with each address. */
export function claimMailJob(award: string, face: string, dueAt: Millis, again = "") {
  return { kind: claimJob, payload: { award, face }, dueAt, key: `${claimJob} ${face}${again && ` ${again}`}` };
}

/** When the claim link of an award may go out: once it is held no more. */
export function dueOf({ heldUntil }: Pick<AwardState, "heldUntil">, now: Millis): Millis {
  return heldUntil === null ? now : Math.max(now, parseTime(heldUntil));
}

/**
 * Forgets what was kept beside an award that was refused, unless it stands all the same: what is sent twice is refused
 * once. Where it is not known what became of it, `dropOrphans` sees to it.
 */
export async function dropRefused(
  { store, reactor }: AwardingParts,
  document: string,
  refusal: Failure,
): Promise<void> {
  if (refusal.code === "UNAVAILABLE") return;
  const stands = await reactor.document(document).then(
    () => true,
    (error) => !(error instanceof Failure && error.code === "UNKNOWN_DOCUMENT"),
  );
  if (!stands) await store.dropAll(document);
}

/** Places that others hold by now are asked for again so often. */
const maxTries = 40;

async function commit(parts: AwardingParts, acting: Acting, draft: Draft, made: MadeAward[]): Promise<Awarded> {
  const { plan, document } = draft;
  try {
    await open(parts, acting, draft);
  } catch (error) {
    // Where it is not known what became of it, it may stand, and needs what is kept beside it.
    if (!(error instanceof Failure) || error.code === "UNAVAILABLE") throw error;
    await dropRefused(parts, document, error);
    const before = error.code === "REPLAYED" ? await onceHolder(parts, acting, plan) : undefined;
    if (before === undefined) throw error;
    return repeated(parts, plan, before);
  }
  made.push({ document, face: plan.face, given: plan.given, personal: plan.personal });
  return awardedOf(parts, document, plan.face, plan.contact?.secret, plan.dueAt > parts.clock() ? "held" : "active");
}

async function open({ reactor, lists, clock }: AwardingParts, acting: Acting, draft: Draft): Promise<void> {
  const { plan, document, create } = draft;
  const purpose = plan.given.definition.suspendable ? "suspension" : "revocation";
  for (let tries = 1; ; tries++) {
    const now = clock();
    const status = await lists.pickPlace(acting.issuer, purpose, now);
    const input = { ...plan.input, status } as unknown as JsonObject;
    const intent = { document, kind: awardKind, type: "AWARD", input, user: "" } as const;
    const { action } = await signOperation(intent, acting.signer, now);
    try {
      await reactor.open(create.action, awardKind, [action]);
      return;
    } catch (error) {
      const taken = error instanceof Failure && error.code === "CONFLICT";
      if (!taken || tries >= maxTries) throw error;
    }
  }
}

/** What was made before under the key of a plan; undefined where nothing was. Refuses with IDEMPOTENCY_KEY_REUSED. */
export async function madeBefore(
  parts: AwardingParts,
  acting: Pick<Acting, "issuer">,
  plan: Plan,
): Promise<Awarded | undefined> {
  const before = await onceHolder(parts, acting, plan);
  return before === undefined ? undefined : repeated(parts, plan, before);
}

async function onceHolder(
  { store }: AwardingParts,
  { issuer }: Pick<Acting, "issuer">,
  plan: Plan,
): Promise<string | undefined> {
  const { once } = plan.input;
  return once && (await store.holders(onceSpace(issuer.document), [once])).get(once);
}

/** What was made before under the same key, told again. Refuses with IDEMPOTENCY_KEY_REUSED what asks for something else. */
async function repeated(parts: AwardingParts, plan: Plan, document: string): Promise<Awarded> {
  const { store, clock } = parts;
  const kept = (await store.facesOf([document])).get(document);
  ensure(!kept || kept.fingerprint === plan.fingerprint, "IDEMPOTENCY_KEY_REUSED");
  const state = await stateOf(parts, document);
  // A claim link of one mode is not told in the other.
  ensure(state.test === (plan.input.test ?? false), "IDEMPOTENCY_KEY_REUSED");
  // Nobody claims what has ended: its status is said, and no link.
  const contact = await claimContact(parts, document, state);
  return awardedOf(parts, document, kept?.face ?? "", contact?.secret, standingOf(state, clock()));
}

/** An award as the log has it; refuses with NOT_FOUND what is none. */
export async function stateOf({ reactor }: Pick<AwardingParts, "reactor">, document: string): Promise<AwardState> {
  const { kind, state } = await reactor.document(document);
  ensure(kind.name === awardKind, "NOT_FOUND");
  return state as AwardState;
}

export function awardedOf(
  { origin }: Pick<AwardingParts, "origin">,
  award: string,
  face: string,
  secret: string | undefined,
  status: Awarded["status"],
): Awarded {
  const url = badgeUrl(origin, face);
  return { award, url, ...(secret !== undefined && { claimLink: `${url}#claim=${secret}` }), status };
}

export async function outcomeOf<T>(work: () => T | Promise<T>): Promise<Outcome<T>> {
  try {
    return { done: await work() };
  } catch (error) {
    return { error };
  }
}
