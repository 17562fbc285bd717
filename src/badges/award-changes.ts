import { ensure, Failure } from "../kernel/failure.ts";
import type { JsonObject } from "../kernel/json.ts";
import { iso } from "../kernel/time.ts";
import type { Document } from "../operations/fold.ts";
import type { GroundName } from "../operations/grounds.ts";
import { signOperation } from "../operations/sign.ts";
import { awardKind } from "./award.ts";
import type { AwardAction } from "./award-inputs.ts";
import { type AwardState, standingOf } from "./award-state.ts";
import { type Awarded, type AwardingParts, awardedOf, claimMailJob, dueOf } from "./awarding.ts";
import { claimContact } from "./claim-contact.ts";
import type { Acting } from "./issuers.ts";
import { ensureMail } from "./mail-allowance.ts";
import { openPersonal, type Personal } from "./personal.ts";

/** Tries of an operation whose place at the head another took. */
const maxTries = 5;

/**
 * Signs and admits one operation on an award of the organisation. Refuses with NOT_FOUND what is another's or in the
 * other mode, and with what the award itself refuses.
 */
export async function changeAward(
  parts: AwardingParts,
  acting: Acting,
  document: string,
  type: AwardAction,
  input: JsonObject = {},
): Promise<void> {
  for (let tries = 1; ; tries++) {
    const { head } = await ownDocument(parts, acting, document);
    try {
      return await submitChange(parts, acting, document, { type, input, head });
    } catch (error) {
      const lost = error instanceof Failure && error.code === "HEAD_MOVED";
      if (!lost || tries >= maxTries) throw error;
    }
  }
}

/** The same, resting on `more`, and behind one head alone: refuses with HEAD_MOVED where another came first. */
export async function submitChange(
  { reactor, clock }: AwardingParts,
  acting: Acting,
  document: string,
  change: { type: AwardAction; input: JsonObject; more?: readonly GroundName[]; head: Document["head"] },
): Promise<void> {
  const { type, input, more = [], head: previous } = change;
  const whole = { restsOn: [...acting.restsOn, ...more], ...input } as unknown as JsonObject;
  const intent = { document, kind: awardKind, type, input: whole, user: "", previous } as const;
  const { action } = await signOperation(intent, acting.signer, clock());
  await reactor.submit(document, [action]);
}

/** An award of the organisation that acts; refuses with NOT_FOUND what is another's, as if it were not there. */
export async function ownAward(
  parts: Pick<AwardingParts, "reactor">,
  acting: Pick<Acting, "issuer" | "test">,
  document: string,
): Promise<AwardState> {
  return (await ownDocument(parts, acting, document)).state;
}

/** The same with its head, both of one moment. */
export async function ownDocument(
  parts: Pick<AwardingParts, "reactor">,
  acting: Pick<Acting, "issuer" | "test">,
  document: string,
): Promise<{ state: AwardState; head: Document["head"] }> {
  const { state, head } = await foundDocument(parts, document);
  ensure(state.organization === acting.issuer.document && state.test === acting.test, "NOT_FOUND");
  return { state, head };
}

/** Sends the claim link again. Refuses with NOT_FOUND where there is nobody left to send it to. */
export async function resendAward(
  parts: AwardingParts,
  acting: Pick<Acting, "issuer" | "test">,
  document: string,
): Promise<Awarded> {
  const { store, clock } = parts;
  const now = clock();
  const state = await ownAward(parts, acting, document);
  const contact = await claimContact(parts, document, state);
  ensure(contact, "NOT_FOUND", "It is claimed, or its address is not kept any more.");
  await ensureMail(parts, acting.issuer, contact.email);
  const face = (await store.facesOf([document])).get(document)?.face ?? "";
  // By the minute, so that impatience sends one message.
  await parts.deliveries?.add(claimMailJob(document, face, dueOf(state, now), iso(now).slice(0, 16)));
  return awardedOf(parts, document, face, contact.secret, standingOf(state, now));
}

/** What an award says of a person; undefined where it says nothing, or that is erased. */
export async function personalIn(
  { store, keys }: Pick<AwardingParts, "store" | "keys">,
  document: string,
  { personal: digest }: Pick<AwardState, "personal">,
): Promise<Personal | undefined> {
  const sealed = digest === null ? undefined : await store.personal(document, digest);
  return digest !== null && sealed ? openPersonal(keys, sealed, digest) : undefined;
}

/** An award by its document; refuses with NOT_FOUND whatever is none. */
export async function foundState(parts: Pick<AwardingParts, "reactor">, document: string): Promise<AwardState> {
  return (await foundDocument(parts, document)).state;
}

async function foundDocument({ reactor }: Pick<AwardingParts, "reactor">, id: string) {
  try {
    const { kind, state, head } = await reactor.document(id);
    ensure(kind.name === awardKind, "NOT_FOUND");
    return { state: state as AwardState, head };
  } catch (error) {
    if (error instanceof Failure && error.code === "UNKNOWN_DOCUMENT") throw new Failure("NOT_FOUND");
    throw error;
  }
}
