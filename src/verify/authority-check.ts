import { covers, type Delegation, type LifeCode, lifeOf, limitNames, type Moment } from "../identity/delegation.ts";
import { type Did, isUserDid, parsePkh } from "../identity/did.ts";
import { speaksFor } from "../identity/proof-reach.ts";
import { aside, type Check, fail, pass, shared, skipped, unknown } from "../kernel/report.ts";
import { iso, type Millis, parseTime } from "../kernel/time.ts";
import { lifeSentences } from "../operations/authority.ts";
import type { LoggedEntry } from "../operations/entry.ts";
import type { SignedOperation } from "../operations/operation.ts";
import type { KeyReport } from "./key-report.ts";
import type { Knowledge } from "./knowledge.ts";
import { judgeOwnedKey } from "./organization-key.ts";

type Subject = {
  operation: SignedOperation;
  signer: { user: Did; app: Did };
  at: Moment;
  known: Moment;
  entry: LoggedEntry | null;
  now: Millis;
};

type Judged = { checks: Check[]; key: KeyReport };

/** The checks `delegation` and `limits`: whether the key spoke for the user at that moment, and might do this. */
export function checkAuthority(subject: Subject, knowledge: Knowledge): Judged | Promise<Judged> {
  const { signer, entry } = subject;
  const { user, app } = signer;
  if (entry?.authority.by === "organization") return byOrganization({ ...subject, entry }, knowledge);
  if (user === "") return withoutUser(app, entry, knowledge);
  if (!knowledge.delegationsOf) {
    const check = unknown("delegation", "NOT_DELEGATED", "No snapshot of delegations is held here.");
    return { checks: withLimits(check), key: emptyKey(user, "UNKNOWN") };
  }
  if (subject.at.time > subject.now) {
    const check = unknown("delegation", "BEYOND_LOG", "The moment asked about lies beyond what has been recorded.");
    return { checks: withLimits(check), key: emptyKey(user, "UNKNOWN") };
  }
  const given = knowledge.delegationsOf(user, app);
  return "then" in given
    ? given.then((found) => byDelegations(found, subject, knowledge))
    : byDelegations(given, subject, knowledge);
}

async function byOrganization(subject: Subject & { entry: LoggedEntry }, knowledge: Knowledge): Promise<Judged> {
  return judgeOwnedKey(await knowledge.ownedKey?.(subject.entry.authority.entry), subject);
}

function byDelegations(given: readonly Delegation[], subject: Subject, knowledge: Knowledge): Judged | Promise<Judged> {
  const { entry, known } = subject;
  const found = given.filter((each) => each.grantedSeq <= known.seq);
  if (entry?.authority.by !== "delegation" || entry.authority.entry === "")
    return byBest(pickDelegation(found, subject), found, subject, knowledge);
  const named = namedDelegation(found, entry.authority.entry, knowledge);
  return named.then((best) => byBest(best ?? pickDelegation(found, subject), found, subject, knowledge));
}

function byBest(
  best: Delegation | undefined,
  found: readonly Delegation[],
  subject: Subject,
  knowledge: Knowledge,
): Judged | Promise<Judged> {
  const { operation, signer, entry, known } = subject;
  const state = best && stateOf(best, subject);
  if (state !== "LIVE" && entry?.authority.by === "proof") return byProof(found, subject, entry, knowledge);
  if (!best || !state) return { checks: withLimits(absent(knowledge)), key: emptyKey(signer.user, "NOT_DELEGATED") };
  const key = keyReport(signer.user, best, state, known);
  if (state !== "LIVE") return { checks: withLimits(fail("delegation", state, lifeSentences[state])), key };
  const live = pass("delegation", `Live since ${key.grantedAt}, until ${key.expiresAt} at the latest.`);
  return { checks: [live, limitsCheck(best, operation, entry)], key };
}

function withLimits(delegation: Check): Check[] {
  return [delegation, skipped("limits", "delegation")];
}

/** The delegation that the entry rests on; among those found it may be missing, because only the latest are. */
async function namedDelegation(
  found: readonly Delegation[],
  name: string,
  knowledge: Knowledge,
): Promise<Delegation | undefined> {
  return found.find((each) => each.entry === name) ?? (await knowledge.delegationOf?.(name));
}

/**
 * Whoever carries a wallet's proof is let in by it, whatever user it names. So the user is believed only where the
 * proof in the same document is that user's, and for this key.
 */
async function byProof(
  found: readonly Delegation[],
  { signer, known }: Subject,
  entry: LoggedEntry,
  knowledge: Knowledge,
): Promise<Judged> {
  const { user, app } = signer;
  const held =
    found.find((each) => each.document === entry.document) ?? (await knowledge.delegationIn?.(entry.document));
  const theirs = held?.key === app && isUserDid(user) && speaksFor(held, parsePkh(user));
  const given = theirs && held.grantedSeq <= known.seq ? held : undefined;
  const limits = aside(pass("limits", "What carries its own proof needs no leave.", "PROOF"));
  if (given) {
    const check = pass("delegation", "The proof by which it was admitted is this user's, and names this key.", "PROOF");
    return { checks: [check, limits], key: keyReport(user, given, "PROOF", known) };
  }
  const detail = "It was admitted by a proof that it carries; the user it names has delegated nothing to this key.";
  return { checks: withLimits(fail("delegation", "NOT_DELEGATED", detail)), key: emptyKey(user, "NOT_DELEGATED") };
}

/** A live one that covers the action, else a live one, else the latest by then, else the latest. */
function pickDelegation(found: readonly Delegation[], subject: Subject): Delegation | undefined {
  const live = found.filter((each) => stateOf(each, subject) === "LIVE");
  const kind = subject.operation.kind;
  const type = subject.operation.action.type;
  const covering = live.find((each) => covers(each.limits, kind, type, true));
  return covering ?? live[0] ?? found.find((each) => each.grantedSeq <= subject.at.seq) ?? found[0];
}

/** For an entry the log's order decides, so what comes at its own place or later has not happened yet. */
function stateOf(delegation: Delegation, { at, known, entry }: Subject): LifeCode {
  const moment = entry && at.seq === entry.seq ? { ...at, seq: at.seq - 1 } : at;
  return lifeOf(delegation, moment, known);
}

function withoutUser(app: Did, entry: LoggedEntry | null, knowledge: Knowledge): Judged {
  // Without an entry nobody knows whether a retired key signed it before its retirement.
  if (!knowledge.isServiceKey(app, entry ? parseTime(entry.admittedAt) : undefined)) {
    const check = aside(pass("delegation", "It names no user: the key speaks for itself alone.", "NO_USER"));
    return { checks: [check, unlimited("NO_USER")], key: emptyKey("", "NO_USER") };
  }
  const by = entry?.authority.by;
  const detail = by ? `This service signed it, by authority ${by}.` : "This service signed it.";
  return { checks: [pass("delegation", detail, "SERVICE"), unlimited("SERVICE")], key: emptyKey("", "SERVICE") };
}

function unlimited(code: string): Check {
  return aside(pass("limits", "Nobody's delegation limits it.", code));
}

/** The service knows its own log: what does not stand there is not so. A snapshot may lack it. */
function absent(knowledge: Knowledge): Check {
  const detail = "The user has delegated nothing to this key.";
  return knowledge.complete
    ? fail("delegation", "NOT_DELEGATED", detail)
    : unknown("delegation", "NOT_DELEGATED", detail);
}

const wereApplied = shared(pass("limits", "The limits of the key were applied when it was admitted."));
const covered = shared(pass("limits", "The limits of the key cover it."));

/** For an entry the corridor has decided; for a document kept elsewhere a key with entries needs one for its kind. */
function limitsCheck({ limits }: Delegation, { kind, action }: SignedOperation, entry: LoggedEntry | null): Check {
  if (entry) return wereApplied;
  if (covers(limits, kind, action.type, true)) return covered;
  return fail("limits", "NOT_PERMITTED", `The key may do ${limitNames(limits).join(", ") || "nothing"}.`);
}

function keyReport(user: Did, delegation: Delegation, state: KeyReport["state"], known: Moment): KeyReport {
  const { document, entry, grantedAt, expiresAt, limits, revokedAt, revokedSeq, asChecked = null } = delegation;
  const since = revokedSeq !== undefined && revokedSeq <= known.seq && state !== "REVOKED";
  return {
    user,
    state,
    id: document,
    entry,
    grantedAt: iso(grantedAt),
    expiresAt: iso(expiresAt),
    may: limits === "unsaid" ? null : limitNames(limits),
    revokedSince: since ? iso(revokedAt as Millis) : null,
    asChecked,
  };
}

function emptyKey(user: Did, state: KeyReport["state"]): KeyReport {
  const unknowns = { id: null, entry: null, grantedAt: null, expiresAt: null, may: null };
  return { user, state, ...unknowns, revokedSince: null, asChecked: null };
}
