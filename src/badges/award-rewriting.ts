import { ensure, Failure } from "../kernel/failure.ts";
import type { JsonObject } from "../kernel/json.ts";
import { randomText } from "../kernel/random.ts";
import { iso, parseNamedTime } from "../kernel/time.ts";
import { ownDocument, personalIn, submitChange } from "./award-changes.ts";
import { type AwardRequest, asideOf, contactOf, newSecret, personalOf } from "./award-plan.ts";
import { type AwardState, claimDigest, standingOf } from "./award-state.ts";
import type { AwardAside } from "./award-store.ts";
import { type Awarded, type AwardingParts, awardedOf, claimMailJob, dueOf } from "./awarding.ts";
import type { Acting } from "./issuers.ts";
import { ensureMail } from "./mail-allowance.ts";
import { emailOf, makeDisclosure } from "./personal.ts";

/** What an issuer may say anew of an award: the version is the class's latest, what is left out stays. */
export type Amendment = Pick<AwardRequest, "name" | "narrative" | "evidence" | "results"> & {
  validUntil?: string | null | undefined;
};

/** Tries of what is said anew while others write, or erase. */
const maxTries = 5;

/** Makes the award anew by the class as it is now, with what is said differently. */
export function amendAward(
  parts: AwardingParts,
  acting: Acting,
  document: string,
  { validUntil, ...said }: Amendment,
): Promise<void> {
  const { store, keys, clock } = parts;
  return anew(async () => {
    const { state, head, erasures } = await seeAward(parts, acting, document);
    const given = await store.findClass(state.class);
    ensure(given, "NOT_FOUND");
    ensure(!given.archived, "ARCHIVED");
    const input: JsonObject = { version: given.version };
    if (validUntil !== undefined)
      input.validUntil = validUntil === null ? null : iso(parseNamedTime("validUntil", validUntil));
    const ground = { document: given.document, operation: given.operation };
    const submit = () => submitChange(parts, acting, document, { type: "AMEND", input, more: [ground], head });
    if (Object.values(said).every((each) => each === undefined)) return submit();
    const before = (await personalIn(parts, document, state)) ?? {};
    const { text, digest } = makeDisclosure({ ...before, ...personalOf(said, undefined) });
    const face = (await store.facesOf([document])).get(document)!;
    const kept = { input: { personal: digest }, disclosure: text, contact: undefined, ...face };
    await keepRead(parts, { ...(await asideOf(kept, document, keys, clock())), erasures });
    input.personal = digest;
    try {
      await submit();
    } catch (error) {
      if (isRefusal(error)) await store.erasePersonal(document, digest);
      throw error;
    }
    if (state.personal !== null) await store.erasePersonal(document, state.personal);
  });
}

/** Says an unclaimed award to another address: a new face, a new claim link, and nothing left of the old ones. */
export function correctAward(
  parts: AwardingParts,
  acting: Acting,
  document: string,
  correction: { email: string; name?: string | undefined },
): Promise<Awarded> {
  const { store, clock } = parts;
  return anew(async () => {
    const { state, head, erasures } = await seeAward(parts, acting, document);
    ensure(state.claim !== null, "INVALID_INPUT", "It has a subject: only what is unclaimed is corrected.");
    const now = clock();
    const { email: _, ...said } = (await personalIn(parts, document, state)) ?? {};
    const email = emailOf(correction.email);
    const personal = personalOf({ ...said, ...(correction.name !== undefined && { name: correction.name }) }, email)!;
    const { text: disclosure, digest } = makeDisclosure(personal);
    const contact = { email, secret: newSecret() };
    const fingerprint = (await store.facesOf([document])).get(document)?.fingerprint ?? "";
    const turn = { document, face: randomText(16), fingerprint, disclosure, digest, contact, erasures };
    const input = { claim: claimDigest(contact.secret), personal: digest };
    await ensureMail(parts, acting.issuer, email);
    await turnTo(parts, state, turn, () => submitChange(parts, acting, document, { type: "CORRECT", input, head }));
    return awardedOf(parts, document, turn.face, contact.secret, standingOf(state, now));
  });
}

/** How an unclaimed award goes to another address: by which face, text and secret. */
export type Turn = {
  document: string;
  face: string;
  fingerprint: string;
  disclosure: string | undefined;
  digest: string;
  contact: { email: string; secret: string };
  /** How often the award had been erased when what the disclosure says was read. */
  erasures: number;
};

/**
 * Keeps what a correction needs beside the log, has it written by `submit`, and drops what it takes the place of; where
 * it is refused, all is as it was. Refuses with HEAD_MOVED where what it says was erased meanwhile.
 */
export async function turnTo(
  parts: AwardingParts,
  before: AwardState,
  turn: Turn,
  submit: () => Promise<unknown>,
): Promise<void> {
  const { store, keys, clock, deliveries } = parts;
  const { document, face, fingerprint, contact, erasures, digest } = turn;
  const now = clock();
  const kept = { ...turn, input: { personal: digest }, contact: undefined };
  await keepRead(parts, { ...(await asideOf(kept, document, keys, now)), erasures });
  try {
    await submit();
  } catch (error) {
    // Sent twice, it may stand all the same.
    if (isRefusal(error) && (await personalDigest(parts, document)) !== digest) {
      await store.dropFace(face);
      await store.erasePersonal(document, digest);
    }
    throw error;
  }
  await store.keep([{ document, face, fingerprint, contact: await contactOf(contact, keys, now), erasures }], now);
  await store.dropFaces(document, face);
  if (before.personal !== null && before.personal !== digest) await store.erasePersonal(document, before.personal);
  await deliveries?.add(claimMailJob(document, face, dueOf(before, now)));
}

/** An award as it is read to be written anew: how often it was erased is asked first. */
async function seeAward({ store, ...parts }: AwardingParts, acting: Acting, document: string) {
  const erasures = (await store.erasures([document])).get(document) ?? 0;
  return { ...(await ownDocument(parts, acting, document)), erasures };
}

/** Keeps what was read before; refuses with HEAD_MOVED where it has been erased since, and was not kept. */
async function keepRead({ store, clock }: AwardingParts, aside: AwardAside): Promise<void> {
  await store.keep([aside], clock());
  const erasures = (await store.erasures([aside.document])).get(aside.document) ?? 0;
  ensure(erasures === aside.erasures, "HEAD_MOVED");
}

async function personalDigest(parts: Pick<AwardingParts, "reactor">, document: string): Promise<string | null> {
  return ((await parts.reactor.document(document)).state as AwardState).personal;
}

/** From the reading on, where another took the place at the head, or erased what was read. */
async function anew<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await work();
    } catch (error) {
      const lost = error instanceof Failure && error.code === "HEAD_MOVED";
      if (!lost || tries >= maxTries) throw error;
    }
  }
}

/** Whether it is known that nothing came of it. */
function isRefusal(error: unknown): boolean {
  return error instanceof Failure && error.code !== "UNAVAILABLE";
}
