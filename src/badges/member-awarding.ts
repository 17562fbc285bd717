import type { Did } from "../identity/did.ts";
import { seal, unseal } from "../identity/sealing.ts";
import { fromUtf8, utf8 } from "../kernel/bytes.ts";
import { ensure, Failure } from "../kernel/failure.ts";
import { canonicalJson, isObject, type Json, type JsonObject, parseJson } from "../kernel/json.ts";
import { randomText } from "../kernel/random.ts";
import { hour, type Millis } from "../kernel/time.ts";
import type { Role } from "../operations/organization-right.ts";
import { awardKind } from "./award.ts";
import { ownAward, personalIn, resendAward } from "./award-changes.ts";
import { type Asked, type AwardRequest, asideOf, newSecret, type Plan, personalOf, planAward } from "./award-plan.ts";
import { turnTo } from "./award-rewriting.ts";
import { claimDigest, standingOf } from "./award-state.ts";
import type { StoredImage } from "./award-store.ts";
import {
  type Awarded,
  type AwardingParts,
  awardedOf,
  claimMailJob,
  dropRefused,
  madeBefore,
  stateOf,
} from "./awarding.ts";
import type { Acting } from "./issuers.ts";
import { keepImage } from "./kept-image.ts";
import { ensureMail } from "./mail-allowance.ts";
import { emailOf, makeDisclosure } from "./personal.ts";

/** An operation but for its signature, and what the signed one is brought back with. */
export type Unsigned = { prepared: JsonObject; ticket: string };

/** What a browser brings back: the opening where there is one, the operation, and the ticket. */
export type SignedAward = { create?: JsonObject | undefined; operation: JsonObject; ticket: string };

/** What members do about badges by keys of their own: the service plans, their browser signs. `org` is slug or document. */
export type MemberBadges<Caller> = {
  /** Checks and keeps a picture. FORBIDDEN, INVALID_IMAGE, QUOTA_EXCEEDED. */
  keepImage(caller: Caller, org: string, bytes: Uint8Array): Promise<Omit<StoredImage, "bytes">>;
  /** Plans an award that `app` will sign; nothing is kept. Refuses as `planAward` does, and with FORBIDDEN. */
  prepareAward(caller: Caller, org: string, app: Did, request: AwardRequest): Promise<Unsigned>;
  /** Admits what was prepared. CONTENT_MISMATCH what is something else, EXPIRED a ticket of long ago. */
  award(caller: Caller, org: string, signed: SignedAward): Promise<Awarded>;
  /** Plans that an unclaimed award goes to another address. */
  prepareCorrection(caller: Caller, org: string, app: Did, wish: Correction): Promise<Unsigned>;
  correct(caller: Caller, org: string, signed: SignedAward): Promise<Awarded>;
  /** NOT_FOUND where it is claimed, or its address is not kept any more. */
  resend(caller: Caller, org: string, award: string): Promise<Awarded>;
};

export type Correction = { award: string; email: string };

/** A member who acts: for whom, as whom, and by which entry. */
export type MemberActing = Omit<Acting, "signer"> & { user: Did };

export type MemberParts<Caller> = {
  awarding: AwardingParts;
  /** A member in one of the roles; refuses with NOT_FOUND and FORBIDDEN. */
  member(caller: Caller, org: string, allowed: readonly Role[]): Promise<MemberActing>;
  prepare(wish: {
    kind: string;
    document?: string | undefined;
    user: Did;
    app: Did;
    operations: readonly { type: string; input: JsonObject }[];
  }): Promise<{ document: string; operations: readonly object[] }>;
};

const governors = ["owner", "admin"] as const;
export const issuingRoles = ["owner", "admin", "issuer"] as const;

export function createMemberBadges<Caller>(parts: MemberParts<Caller>): MemberBadges<Caller> {
  const { awarding, member } = parts;
  return {
    keepImage: async (caller, org, sent) =>
      keepImage(awarding, (await member(caller, org, governors)).issuer.document, sent),
    prepareAward: async (caller, org, app, request) => {
      const acting = await member(caller, org, issuingRoles);
      return unsignedAward(parts, acting, app, await planOne(parts, acting, { request }));
    },
    award: async (caller, org, signed) => admitAward(awarding, await member(caller, org, issuingRoles), signed),
    prepareCorrection: async (caller, org, app, wish) =>
      prepareCorrection(parts, await member(caller, org, issuingRoles), app, wish),
    correct: async (caller, org, signed) => admitCorrection(awarding, await member(caller, org, issuingRoles), signed),
    resend: async (caller, org, award) => resendAward(awarding, await member(caller, org, issuingRoles), award),
  };
}

/** Plans one award; what was made before under its key is told again. Refuses with IDEMPOTENCY_KEY_REUSED. */
export async function prepareAward(
  parts: Pick<MemberParts<unknown>, "awarding" | "prepare">,
  acting: MemberActing,
  app: Did,
  asked: Asked,
): Promise<Unsigned | { made: Awarded }> {
  const plan = await planOne(parts, acting, asked);
  const made = await madeBefore(parts.awarding, acting, plan);
  return made ? { made } : unsignedAward(parts, acting, app, plan);
}

async function planOne({ awarding }: Pick<MemberParts<unknown>, "awarding">, acting: MemberActing, asked: Asked) {
  const { store, keys, clock } = awarding;
  return planAward(asked, acting, await store.findClass(asked.request.class), keys, clock());
}

async function unsignedAward(
  { awarding, prepare }: Pick<MemberParts<unknown>, "awarding" | "prepare">,
  acting: MemberActing,
  app: Did,
  plan: Plan,
): Promise<Unsigned> {
  const { clock, lists } = awarding;
  const purpose = plan.given.definition.suspendable ? "suspension" : "revocation";
  const status = await lists.pickPlace(acting.issuer, purpose, clock());
  const input = { ...plan.input, status } as unknown as JsonObject;
  const operations = [{ type: "AWARD", input }];
  const prepared = await prepare({ kind: awardKind, user: acting.user, app, operations });
  return {
    prepared: prepared as unknown as JsonObject,
    ticket: await ticketOf(awarding, acting, prepared.document, plan, input),
  };
}

async function prepareCorrection(
  { awarding, prepare }: Pick<MemberParts<unknown>, "awarding" | "prepare">,
  acting: MemberActing,
  app: Did,
  wish: Correction,
): Promise<Unsigned> {
  const { store } = awarding;
  const erasures = (await store.erasures([wish.award])).get(wish.award) ?? 0;
  const before = await ownAward(awarding, acting, wish.award);
  ensure(before.claim !== null, "INVALID_INPUT", "It has a subject: only what is unclaimed is corrected.");
  const { email: _, ...said } = (await personalIn(awarding, wish.award, before)) ?? {};
  const contact = { email: emailOf(wish.email), secret: newSecret() };
  const { text: disclosure, digest: personal } = makeDisclosure(personalOf(said, contact.email)!);
  const fingerprint = (await store.facesOf([wish.award])).get(wish.award)?.fingerprint ?? "";
  const input = { restsOn: [...acting.restsOn], claim: claimDigest(contact.secret), personal } as unknown as JsonObject;
  const operations = [{ type: "CORRECT", input }];
  const prepared = await prepare({ kind: awardKind, document: wish.award, user: acting.user, app, operations });
  const plan = { face: randomText(16), fingerprint, disclosure, contact, dueAt: 0, erasures };
  return {
    prepared: prepared as unknown as JsonObject,
    ticket: await ticketOf(awarding, acting, wish.award, plan, input),
  };
}

/** What is kept beside the log of an award travels sealed, so that nothing is left of one that is never signed. */
type Ticket = Pick<Plan, "face" | "fingerprint" | "disclosure" | "contact" | "dueAt"> & {
  document: string;
  organization: string;
  user: Did;
  input: JsonObject;
  until: Millis;
  /** How often the award had been erased when what stands in it was read. */
  erasures: number;
};

const purpose = "award ticket";

/** How long a person may take to sign, in milliseconds. */
const ticketLife = hour;

async function ticketOf(
  { keys, clock }: AwardingParts,
  { issuer, user }: MemberActing,
  document: string,
  {
    face,
    fingerprint,
    disclosure,
    contact,
    dueAt,
    erasures = 0,
  }: Pick<Plan, "face" | "fingerprint" | "disclosure" | "contact" | "dueAt"> & { erasures?: number },
  input: JsonObject,
): Promise<string> {
  const aside = { face, fingerprint, dueAt, erasures, ...(disclosure && { disclosure }), ...(contact && { contact }) };
  const whose = { document, organization: issuer.document, user, until: clock() + ticketLife };
  return seal(keys, purpose, utf8(JSON.stringify({ ...aside, ...whose, input })));
}

/** A ticket of this member's for what was signed. */
async function openTicket(
  { keys, clock }: AwardingParts,
  { issuer, user }: MemberActing,
  { operation, ticket: sealed }: SignedAward,
): Promise<Ticket> {
  const bytes = await unseal(keys, purpose, sealed);
  ensure(bytes, "INVALID_REQUEST", "The ticket is none of ours.");
  const ticket = parseJson(fromUtf8(bytes)) as unknown as Ticket;
  ensure(ticket.organization === issuer.document && ticket.user === user, "FORBIDDEN");
  ensure(ticket.until > clock(), "EXPIRED", "It was prepared too long ago.");
  const same = isObject(operation.input) && sameJson(operation.input, ticket.input);
  ensure(same, "CONTENT_MISMATCH", "What is signed is not what was prepared.");
  return ticket;
}

/** As `awardAll` makes one award, but signed by the member. */
export async function admitAward(awarding: AwardingParts, acting: MemberActing, signed: SignedAward): Promise<Awarded> {
  const { store, clock, keys, reactor } = awarding;
  const ticket = await openTicket(awarding, acting, signed);
  const { document, face, contact, dueAt } = ticket;
  const create = signed.create;
  const opens = create && isObject(create.input) && create.input.documentId === document;
  ensure(opens, "CONTENT_MISMATCH", "What is opened is not what was prepared.");
  const known = await store.findAward(document);
  ensure(known === undefined, "DOCUMENT_EXISTS");
  const now = clock();
  if (contact) await ensureMail(awarding, acting.issuer, contact.email);
  await store.keep([await asideOf(planOf(ticket), document, keys, now)], now);
  if (contact) await awarding.deliveries?.add(claimMailJob(document, face, dueAt));
  try {
    await reactor.open(create, awardKind, [signed.operation]);
  } catch (error) {
    // Where it is not known what became of it, it may stand, and needs what is kept beside it.
    if (error instanceof Failure) await dropRefused(awarding, document, error);
    throw error;
  }
  return awardedOf(awarding, document, face, contact?.secret, dueAt > now ? "held" : "active");
}

/** As `correctAward`, but signed by the member; where it is refused, all is as it was. */
async function admitCorrection(awarding: AwardingParts, acting: MemberActing, signed: SignedAward): Promise<Awarded> {
  const { reactor, store, clock } = awarding;
  const ticket = await openTicket(awarding, acting, signed);
  const { document, face, fingerprint, disclosure, contact, input, erasures } = ticket;
  const before = await ownAward(awarding, acting, document);
  ensure(contact && typeof input.personal === "string", "INVALID_REQUEST");
  const erased = (await store.erasures([document])).get(document) ?? 0;
  ensure(erased === erasures, "EXPIRED", "What it says was erased since it was prepared.");
  await ensureMail(awarding, acting.issuer, contact.email);
  const turn = { document, face, fingerprint, disclosure, digest: input.personal, contact, erasures };
  await turnTo(awarding, before, turn, async () => {
    await reactor.submit(document, [signed.operation]);
    // What was written long ago is answered again, and others may have come behind it.
    ensure((await stateOf(awarding, document)).claim === claimDigest(contact.secret), "HEAD_MOVED");
  });
  return awardedOf(awarding, document, face, contact.secret, standingOf(before, clock()));
}

function planOf({ face, fingerprint, disclosure, contact, input }: Ticket) {
  const personal = typeof input.personal === "string" ? { personal: input.personal } : {};
  return { face, fingerprint, disclosure, contact, input: personal };
}

function sameJson(one: Json, other: Json): boolean {
  return canonicalJson(one) === canonicalJson(other);
}
