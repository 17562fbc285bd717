import { appDidPattern } from "../identity/app-key.ts";
import { covers, type Delegation, lifeOf, type Moment, type ProofMethod } from "../identity/delegation.ts";
import { type Did, isUserDid, parsePkh } from "../identity/did.ts";
import type { CompactJws } from "../identity/jws.ts";
import { speaksFor } from "../identity/proof-reach.ts";
import { isObject, type Json, type JsonObject } from "../kernel/json.ts";
import { aside, type Check, fail, pass, unknown } from "../kernel/report.ts";
import { iso, type Millis } from "../kernel/time.ts";
import { lifeSentences } from "../operations/authority.ts";
import { reputationKind } from "../reputation/reputation-state.ts";
import { idOf } from "../securing/data-model-parts.ts";
import type { WalletWords } from "../securing/presentation-jwt.ts";

/** What can be known of a wallet that presents by a key: what it let the key do, and who has seen when it signed. */
export type HolderKnowledge = {
  /** Delegations of the key that speak for the wallet, as `OperationStore.delegationsOf` finds them. */
  delegationsOf(user: Did, key: Did, upTo?: number): Promise<Delegation[]>;
  /** The last place of the log by a time; now, or later, reaches to its end. */
  momentAt(time: Millis): Promise<Moment>;
  /** When these very bytes were taken in here; undefined where they are not kept, or no longer. */
  keptAt(id: string | undefined, jwt: string): Promise<Moment | undefined>;
  /** Where the log of a delegation stands, by its document. */
  logOf(document: string): string;
  /** The wallet's own words by which it gave a delegation; undefined where it gave it otherwise. */
  wordsOf(document: string): Promise<WalletWords | undefined>;
};

/** What a delegation has to name, or the whole kind of reputations, that a key may present for its wallet. */
export const presentAction = "PRESENT";

/** A wallet as the holder, and the key in whose name it says to be signed. */
export type Presenter = { holder: Did; key: Did };

/** A wallet that presents by a key of an app; undefined where the holder is none, or the key is of another sort. */
export function presenterOf({ header, payload }: CompactJws): Presenter | undefined {
  const holder = idOf(payload.holder);
  const [key = ""] = typeof header.kid === "string" ? header.kid.split("#") : [];
  if (holder === undefined || !isUserDid(holder) || !appDidPattern.test(key)) return undefined;
  return { holder: holder as Did, key: key as Did };
}

export type Presented = Presenter & {
  id: string | undefined;
  jwt: string;
  at: Millis;
  known: Millis;
  /** What it says itself of the delegation, as `keyDelegation`. */
  said: Json | undefined;
};

/**
 * Whether the wallet had let the key present. What is kept here was judged by when it was taken in, as an entry of the log
 * is; for anything else the delegation has to live at the moment asked about, because `iat` is the signer's own word.
 * What it says of its delegation has to be that delegation's own. With it how the wallet was proved, where it holds.
 */
export async function presenterCheck(
  { holder, key, id, jwt, at, known, said }: Presented,
  knowledge: HolderKnowledge | undefined,
): Promise<{ check: Check; method?: ProofMethod }> {
  if (!knowledge) return { check: unknown("delegation", "NOT_DELEGATED", "No snapshot of delegations is held here.") };
  const kept = await knowledge.keptAt(id, jwt);
  const moment = kept ?? (await knowledge.momentAt(at));
  const told = await knowledge.momentAt(known);
  const all = await knowledge.delegationsOf(holder, key, Math.min(moment.seq, told.seq));
  const log = said === undefined ? undefined : idOf(said);
  const given = said === undefined ? all : all.filter(({ document }) => knowledge.logOf(document) === log);
  if (given.length < all.length && given.length === 0) return { check: fail("delegation", "INVALID_PROOF", anothers) };
  const live = given.filter((each) => lifeOf(each, moment, told) === "LIVE");
  const best = live.find(mayPresent) ?? live[0] ?? given[0];
  if (!best) return { check: fail("delegation", "NOT_DELEGATED", "The holder has delegated nothing to this key.") };
  const state = lifeOf(best, moment, told);
  if (state !== "LIVE") return { check: fail("delegation", state, `${lifeSentences[state]}${kept ? "" : unseen}`) };
  if (!mayPresent(best))
    return { check: fail("delegation", "NOT_PERMITTED", "The holder has not let this key present.") };
  if (!(await saysWhatWasGiven(said, best.document, knowledge)))
    return { check: fail("delegation", "INVALID_PROOF", otherWords) };
  return { check: liveCheck(best, kept, told), method: best.method };
}

const unseen = " When it was signed, nobody here has seen: it is not kept here, or no longer.";

const anothers = "The delegation that it names is none by which the holder lets this key act.";
const otherWords = "What it says of its delegation is not what the wallet gave.";

/** Nothing said is nothing wrong; whoever reads the wallet's words without us has to find those that it signed. */
async function saysWhatWasGiven(
  said: Json | undefined,
  document: string,
  { wordsOf }: HolderKnowledge,
): Promise<boolean> {
  if (!isObject(said)) return true;
  const { id: _, message, signature, ...more } = said as JsonObject;
  if (Object.keys(more).length > 0) return false;
  if (message === undefined && signature === undefined) return true;
  const given = await wordsOf(document);
  return given !== undefined && message === given.message && signature === given.signature;
}

function mayPresent({ limits }: Delegation): boolean {
  return covers(limits, reputationKind, presentAction, false);
}

function liveCheck({ revokedAt, revokedSeq }: Delegation, kept: Moment | undefined, told: Moment): Check {
  if (!kept) return pass("delegation", "The holder lets this key present.");
  const sentence = `The holder let this key present when it was taken in here, at ${iso(kept.time)}.`;
  const since = revokedAt !== undefined && revokedSeq !== undefined && revokedSeq <= told.seq;
  if (!since) return pass("delegation", sentence);
  return pass("delegation", `${sentence} It was revoked later, at ${iso(revokedAt)}.`, "REVOKED_SINCE");
}

/**
 * Whether a credential is about the holder. Others' may be presented, and are told; what a wallet shows by a key of its own
 * is its own. `method` says whether the wallet is the same on every chain, `unnamed` that it has subjects without an id.
 */
export function subjectCheck(
  place: number,
  subjects: readonly string[],
  holder: string,
  { own, method, unnamed }: { own: boolean; method: ProofMethod | undefined; unnamed: boolean },
): Check {
  const name = `subject[${place}]`;
  const judged = own ? (check: Check) => check : aside;
  if (subjects.length === 0) return judged(unknown(name, "RECIPIENT_NOT_NAMED", "It names nobody by a DID."));
  const theirs = subjects.every((each) => each === holder || isSameWallet(each, holder, method));
  if (!theirs) return judged(fail(name, "NOT_THE_HOLDERS", "It is about somebody else than the holder."));
  if (unnamed)
    return judged(unknown(name, "RECIPIENT_NOT_NAMED", "It is about somebody beside the holder, by no DID."));
  return judged(pass(name, "It is about the holder."));
}

function isSameWallet(subject: string, holder: string, method: ProofMethod | undefined): boolean {
  if (method === undefined || !isUserDid(subject)) return false;
  return speaksFor({ user: holder as Did, method }, parsePkh(subject));
}
