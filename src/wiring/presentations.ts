// Wires presentations: what a subject may show of itself, by which key it is signed, and what is kept of it.
import type { SeenAward } from "../badges/award-facts.ts";
import { isConcealed } from "../badges/award-state.ts";
import { type Party, walletOf } from "../credentials/party.ts";
import {
  type KeptPresentation,
  type ListedPresentation,
  maxKeptJwt,
  maxLife,
  type Owner,
  type PresentationChoice,
  type PresentationStore,
  type PresentationView,
  type Served,
  type ServedCode,
  servedSentences,
  usualLife,
} from "../credentials/presenting.ts";
import { covers, type Delegation, lifeOf, type ProofMethod } from "../identity/delegation.ts";
import { type Did, isUserDid, parsePkh } from "../identity/did.ts";
import { speaksFor } from "../identity/proof-reach.ts";
import { keyedDigest, type Secret } from "../identity/sealing.ts";
import { ensure } from "../kernel/failure.ts";
import { randomText } from "../kernel/random.ts";
import { type Clock, clockSkew, day, iso, minute, second } from "../kernel/time.ts";
import type { Reactor } from "../operations/reactor.ts";
import type { OperationStore } from "../operations/store.ts";
import { reputationKind } from "../reputation/reputation-state.ts";
import type { Spend } from "../reputation/score-asking.ts";
import { draftPresentation, readShared } from "../securing/presentation-jwt.ts";
import type { Services } from "../services.ts";
import { maxPresented } from "../verify/presentation.ts";
import { presentAction, presenterOf } from "../verify/presentation-holder.ts";
import { delegationUrl, walletWords } from "./key-delegation.ts";
import { type PresentableParts, sortPresented } from "./presentable.ts";
import { findShown, standingsOf } from "./presentation-standing.ts";

export type PresentationParts = PresentableParts & {
  keys: Secret;
  clock: Clock;
  store: Pick<OperationStore, "delegationsOf" | "delegationByDocument" | "lastSeq">;
  reactor: Pick<Reactor, "document">;
  presentations: PresentationStore;
  scoreCredentials: Services["scoreCredentials"];
  verify: Pick<Services["verify"], "presentation">;
};

/** Forgotten in one tidying. */
const tidiedAtOnce = 1000;

export function openPresentations(parts: PresentationParts) {
  const { presentations: store, clock } = parts;
  const services: Services["presentations"] = {
    prepare: (party, choice, spend) => prepare(parts, party, choice, spend),
    keep: (party, jwt) => keep(parts, party, jwt),
    async find(id) {
      const found = idPattern.test(id) ? await findShown(parts, id) : undefined;
      ensure(found, "NOT_FOUND", "There is no such presentation, or no longer.");
      return { ...viewOf(parts, { ...found, badges: found.awards.length }), jwt: found.jwt };
    },
    async mine(party, spend) {
      const listed = await store.ofOwner(walletOf(party), clock());
      const codes = await standingsOf(parts, listed, spend);
      return listed.map((each, place) => ({ ...viewOf(parts, each), ...servedBy(codes[place]!) }));
    },
    async remove(party, id) {
      ensure(await store.remove(id, walletOf(party)), "NOT_FOUND");
    },
  };
  return { services, tidy: () => store.tidy(clock(), tidiedAtOnce) };
}

/** A key of an app signs at once; how long ago it says to have done so is bounded, or the page would repeat a made-up day. */
const signedWithin = 10 * minute;

const idPattern = /^[A-Za-z0-9_-]{28}$/;
/** Characters of an id that nobody can guess; the rest binds it to its holder. */
const guessless = 22;

/** An id under which only this holder keeps anything, so what was deleted is not succeeded by another's under its address. */
function idOf({ keys }: PresentationParts, holder: Did, random = randomText(16)): string {
  return random + keyedDigest(keys, "presentation id", `${random} ${holder}`).slice(0, 6);
}

type Holder = Owner & { app: Did | undefined };

/** Who presents, signed in or by an app that may; refuses with FORBIDDEN, NOT_DELEGATED and NOT_PERMITTED. */
async function holderOf(parts: PresentationParts, party: Party): Promise<Holder> {
  if (party.by === "session") return { user: party.user, method: party.method, app: undefined };
  ensure(party.by === "token", "FORBIDDEN", "A presentation is its holder's alone to make.");
  const { user, app } = party;
  return { user, app, method: (await presentingBy(parts, user, app)).method };
}

/** The delegation by which a key presents for a wallet now. */
async function presentingBy({ store, clock }: PresentationParts, user: Did, key: Did): Promise<Delegation> {
  const now = { time: clock(), seq: Number.MAX_SAFE_INTEGER };
  const live = (await store.delegationsOf(user, key)).filter((each) => lifeOf(each, now, now) === "LIVE");
  ensure(live.length > 0, "NOT_DELEGATED");
  const found = live.find(({ limits }) => covers(limits, reputationKind, presentAction, false));
  ensure(found, "NOT_PERMITTED");
  return found;
}

/** What costs least is asked first: nothing is issued for a choice that cannot be had. */
async function prepare(parts: PresentationParts, party: Party, choice: PresentationChoice, spend: Spend | undefined) {
  const { origin, clock } = parts;
  const { audience, nonce, lifeSeconds } = choice;
  const holder = await holderOf(parts, party);
  const key = (choice.key ?? holder.app) as Did | undefined;
  ensure(key !== undefined, "INVALID_INPUT", "Name the key that will sign.");
  ensureOwnKey(holder, key);
  const chosen = choice.scores.length + choice.badges.length;
  ensure(chosen >= 1 && chosen <= maxPresented, "INVALID_INPUT", `Choose from one to ${maxPresented} credentials.`);
  const life = lifeSeconds === undefined ? usualLife : lifeSeconds * second;
  ensure(life <= maxLife, "LIFETIME_TOO_LONG", `A presentation lives ${maxLife / day} days at most.`);
  const delegation = await presentingBy(parts, holder.user, key);
  const badges = await Promise.all([...new Set(choice.badges)].map((each) => badgeOf(parts, holder, each)));
  const scores = await scoresOf(parts, holder, choice, Math.min(life, day), spend);
  const now = clock();
  const shared = audience === undefined && nonce === undefined;
  const id = idOf(parts, holder.user);
  const draft = draftPresentation({
    id: shared ? urlOf(parts, id) : `urn:uuid:${crypto.randomUUID()}`,
    holder: holder.user,
    key,
    credentials: [...scores, ...badges],
    delegation: {
      id: delegationUrl(origin, delegation.document),
      words: await walletWords(parts, delegation.document),
    },
    madeAt: now,
    until: now + life,
    audience,
    nonce,
  });
  const fits = draft.signing.length + signatureLength <= maxKeptJwt;
  ensure(fits, "TOO_LARGE", "The presentation would be too large: choose fewer badges.");
  return { id, key, ...draft, expiresAt: iso(Math.floor((now + life) / second) * second) };
}

/** A wallet that is signed in chooses among the keys that it lets act; an app has one. */
function ensureOwnKey({ app }: Holder, key: Did | undefined): void {
  ensure(app === undefined || key === app, "FORBIDDEN", "An app signs by its own key.");
}

/** A dot, and 64 bytes in base64url. */
const signatureLength = 87;

/** Scores are vouched for as long as they always are, and no longer because they are shown together. */
async function scoresOf(
  { scoreCredentials }: PresentationParts,
  { user, method }: Holder,
  { scores }: PresentationChoice,
  life: number,
  spend: Spend | undefined,
): Promise<string[]> {
  // Whoever may present for the wallet has what the wallet would be given.
  const party: Party = { by: "session", user, session: "", method };
  const made: string[] = [];
  for (const { policy, version, atLeast } of scores) {
    const claim = atLeast === undefined ? "score" : { atLeast };
    const wish = { policy, version, form: "vc+jwt", claim, lifeSeconds: Math.floor(life / second) } as const;
    made.push((await scoreCredentials.issue(party, user, wish, spend)).credential);
  }
  return made;
}

/** A badge of the holder's own that everybody may see. What is hidden is not shown this way either. */
async function badgeOf({ faces, clock }: PresentationParts, { user, method }: Holder, award: string): Promise<string> {
  const viewer: Party = { by: "session", user, session: "", method };
  const seen = await faces.ofDocument(award, async () => viewer);
  ensure(isTheirs(seen, user, method) && !isConcealed(seen.state, clock()), "NOT_FOUND", noBadge);
  const { jwt } = await faces.forms(seen);
  ensure(jwt !== undefined, "NO_KEY", "The organisation keeps no key here by which its badge could be shown as a JWT.");
  return jwt;
}

const noBadge = "There is no such badge of the holder's that everybody may see.";

function isTheirs({ state: { subject } }: SeenAward, user: Did, method: ProofMethod): boolean {
  return isUserDid(subject) && speaksFor({ user, method }, parsePkh(subject));
}

/** The place in the log is read before anything is judged, so what ends meanwhile has not been overlooked. */
async function keep(parts: PresentationParts, party: Party, jwt: string) {
  const { store, clock, presentations } = parts;
  const holder = await holderOf(parts, party);
  const { user } = holder;
  const keptSeq = await store.lastSeq();
  const now = clock();
  const shared = readShared(jwt, maxKeptJwt);
  const { jws, madeAt, until } = shared;
  ensure(shared.holder === user, "FORBIDDEN", "Its holder is another wallet.");
  ensureOwnKey(holder, presenterOf(jws)?.key);
  ensure(!shared.bound, "INVALID_INPUT", "What was made for one verifier is handed to that one, and not kept.");
  const id = shared.id?.slice(urlOf(parts, "").length) ?? "";
  const given = shared.id === urlOf(parts, id) && id === idOf(parts, user, id.slice(0, guessless));
  ensure(given, "INVALID_INPUT", "Its id is not one that its holder was given here.");
  ensure(until - madeAt <= maxLife && until <= now + maxLife, "LIFETIME_TOO_LONG");
  ensure(madeAt <= now + clockSkew, "FROM_THE_FUTURE");
  ensure(madeAt >= now - signedWithin, "STALE", "It says to have been made long ago: prepare it anew.");
  const { scores, awards } = await sortPresented(parts, shared.credentials);
  // Told before they are judged by: what is erased from here on is not kept.
  const erasures = await presentations.erasures(awards);
  await sortPresented(parts, shared.credentials);
  const { verdict, checks } = await parts.verify.presentation(jwt, {});
  const wrong = checks.find((each) => each.required && each.outcome !== "pass");
  ensure(verdict === "valid", "NOT_VERIFIED", wrong && `${wrong.name}: ${wrong.code}: ${wrong.detail}`.slice(0, 500));
  const { key } = presenterOf(jws)!;
  const kept: KeptPresentation = {
    id,
    subject: user,
    method: await methodOf(parts, holder, key),
    key,
    jwt,
    scores,
    awards,
    keptSeq,
    keptAt: now,
    expiresAt: until,
  };
  const outcome = await presentations.insert(kept, erasures);
  ensure(outcome !== "full", "QUOTA_EXCEEDED", "So many presentations are kept already: delete one first.");
  ensure(outcome !== "closed", "REVOKED", "The subject has closed its reputation.");
  ensure(outcome !== "erased", "INVALID_CREDENTIAL", "What a badge in it says has just been erased.");
  ensure(outcome === "kept", "INVALID_INPUT", "Another has its id.");
  await ensureStanding(parts, kept, shared.credentials);
  // The same brought again was kept before.
  const stored = (await presentations.find(id, now)) ?? kept;
  return viewOf(parts, { ...stored, badges: awards.length });
}

/** One proof by its own key, of the wallet or of what it gave to this one, and the wallet is the same on every chain. */
async function methodOf({ store }: PresentationParts, { user, method }: Owner, key: Did): Promise<ProofMethod> {
  const given = method === "recovery" ? [] : await store.delegationsOf(user, key);
  return given.some((each) => each.method === "recovery") ? "recovery" : method;
}

/** What was erased or hidden while it was being checked does not stay because it came a moment later. */
async function ensureStanding(
  parts: PresentationParts,
  { id, subject: user, method }: KeptPresentation,
  credentials: readonly string[],
) {
  try {
    await sortPresented(parts, credentials);
  } catch (error) {
    await parts.presentations.remove(id, { user, method });
    throw error;
  }
}

function urlOf({ origin }: PresentationParts, id: string): string {
  return `${origin}/presentations/${id}`;
}

function servedBy(code: ServedCode): Served {
  return { served: code === "NOT_CHECKED" ? null : code === "SHARED", code, detail: servedSentences[code] };
}

type Listed = Pick<ListedPresentation, "id" | "key" | "scores" | "badges" | "keptAt" | "expiresAt">;

function viewOf(parts: PresentationParts, { id, key, scores, badges, keptAt, expiresAt }: Listed): PresentationView {
  return { id, url: urlOf(parts, id), key, scores, badges, keptAt: iso(keptAt), expiresAt: iso(expiresAt) };
}
