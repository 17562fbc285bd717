import { ensure } from "../kernel/failure.ts";
import type { Millis } from "../kernel/time.ts";
import type { AsChecked } from "./as-checked.ts";
import type { Did } from "./did.ts";

/** One limit: a kind, or one action of it. */
export type May = { kind: string; action?: string };

/** What a wallet allowed a key: nothing said, logging in only, or the entries listed. */
export type Limits = "unsaid" | "none" | readonly May[];

/** How the proof was checked: by recovery it speaks for the address on every chain, by contract for its own chain only. */
export type ProofMethod = "recovery" | "contract";

/** A delegation as the log tells it: each moment with the place of its entry. */
export type Delegation = {
  /** The document that holds it. */
  document: string;
  /** The digest of the entry that gave it: what commits and reports rest on. */
  entry: string;
  user: Did;
  key: Did;
  limits: Limits;
  method: ProofMethod;
  /** What the contract said yes to when it was given, and when it last said so. */
  asChecked?: AsChecked;
  checkedAt?: Millis;
  /** Place and admission time of its entry; its life begins there. */
  grantedSeq: number;
  grantedAt: Millis;
  expiresAt: Millis;
  revokedSeq?: number;
  revokedAt?: Millis;
  /** What the wallet said later: the key counts as compromised from this moment. */
  compromisedFrom?: Millis;
  /** Place of the entry that said so: before it nobody knew. */
  compromisedSeq?: number;
};

export type LifeCode = "LIVE" | "NOT_YET" | "EXPIRED" | "REVOKED" | "KEY_COMPROMISED";

/** A moment in the log: the time, and the last place that counts as past by then. */
export type Moment = { time: Millis; seq: number };

/**
 * What a delegation is at a moment, by what had been recorded up to `known`. Life runs from its entry to expiry or
 * revocation, end excluded; revocation is dated by its entry's place in the log alone.
 */
export function lifeOf(delegation: Delegation, at: Moment, known: Moment): LifeCode {
  if (delegation.grantedSeq > at.seq || delegation.grantedSeq > known.seq) return "NOT_YET";
  const compromised = delegation.compromisedSeq !== undefined && delegation.compromisedSeq <= known.seq;
  if (compromised && at.time >= delegation.compromisedFrom!) return "KEY_COMPROMISED";
  const { revokedSeq } = delegation;
  if (revokedSeq !== undefined && revokedSeq <= at.seq && revokedSeq <= known.seq) return "REVOKED";
  return at.time >= delegation.expiresAt ? "EXPIRED" : "LIVE";
}

const kindPattern = /^[a-z0-9-]+\/[a-z0-9-]+$/;
const actionPattern = /^[A-Z][A-Za-z0-9_]*$/;

/** Limits that one proof may name; more is refused, because every commit reads them. */
export const maxLimits = 64;

/**
 * Reads *may* entries (`renown:may:<kind>[:<ACTION>]` or `renown:may:none`) from the strings of a proof. Strings
 * without the prefix mean something else and are passed over; one with it that cannot be read is refused.
 */
export function parseLimits(strings: readonly string[], prefix: "renown:may:" | "urn:renown:may:"): Limits {
  const entries = strings.filter((text) => text.startsWith(prefix)).map((text) => text.slice(prefix.length));
  if (entries.length === 0) return "unsaid";
  ensure(entries.length <= maxLimits, "INVALID_CREDENTIAL", `At most ${maxLimits} limits are taken.`);
  if (entries.includes("none")) {
    ensure(entries.length === 1, "INVALID_CREDENTIAL", "The limit none stands alone.");
    return "none";
  }
  return entries.map(parseMay);
}

/** What an entry must be, for whoever is refused. */
export const maySentence = "A limit names a document kind, and at most one action of it.";

/** Whether an entry can be read, without its prefix: `none`, `<kind>` or `<kind>:<ACTION>`. */
export function isMay(text: string): boolean {
  return text === "none" || readMay(text) !== undefined;
}

/** `<kind>` or `<kind>:<ACTION>`; refuses with INVALID_CREDENTIAL. */
export function parseMay(text: string): May {
  const may = readMay(text);
  ensure(may, "INVALID_CREDENTIAL", maySentence);
  return may;
}

function readMay(text: string): May | undefined {
  const [kind = "", action, ...rest] = text.split(":");
  const fits = kindPattern.test(kind) && (action === undefined || actionPattern.test(action)) && rest.length === 0;
  if (!fits) return undefined;
  return action === undefined ? { kind } : { kind, action };
}

/** The entries as a proof spells them, without the prefix. */
export function limitNames(limits: Limits): string[] {
  if (limits === "unsaid") return [];
  if (limits === "none") return ["none"];
  return limits.map((may) => (may.action === undefined ? may.kind : `${may.kind}:${may.action}`));
}

/** Whether the limits cover the action. `open` says what a key may do when nothing was said. */
export function covers(limits: Limits, kind: string, action: string, open: boolean): boolean {
  if (limits === "unsaid") return open;
  if (limits === "none") return false;
  return limits.some((may) => may.kind === kind && (may.action === undefined || may.action === action));
}
