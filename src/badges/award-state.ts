import { digestOf } from "#primitives";
import type { Did } from "../identity/did.ts";
import type { JsonObject } from "../kernel/json.ts";
import type { Millis } from "../kernel/time.ts";
import { type Entry, signerOf } from "../operations/entry.ts";
import { type AwardInputs, readAwardInput } from "./award-inputs.ts";

/** A place in a status list of the organisation; its purpose is `suspension` where the class lets awards be suspended. */
export type StatusPlace = { purpose: "revocation" | "suspension"; list: string; index: number };

/** How an award ended for good. */
export type AwardEnd = { as: "cancelled" | "revoked"; at: string; by: "issuer" | "earner"; reason: string };

export type Endorsement = {
  organization: string;
  /** Digest of the disclosure with what it says; null where it says nothing beside. */
  personal: string | null;
  at: string;
};

/** Times are `YYYY-MM-DDTHH:MM:SS.sssZ` of admission, those that the organisation set as it wrote them. */
export type AwardState = {
  /** The organisation's document, "" before AWARD. */
  organization: string;
  /** The class's document, and the version that the award is made under. */
  class: string;
  version: number;
  /** Whose it is; "" until somebody with the claim link has claimed it. */
  subject: Did | "";
  /** base64url(SHA-256) of the secret in the claim link; null where there is none, or no longer. */
  claim: string | null;
  claimedAt: string | null;
  /** Digest of the disclosure with name, e-mail identifier, narrative, evidence and results; null for none. */
  personal: string | null;
  /** Null before AWARD. */
  status: StatusPlace | null;
  validFrom: string | null;
  validUntil: string | null;
  heldUntil: string | null;
  cohort: string | null;
  test: boolean;
  awardedAt: string;
  updatedAt: string;
  acceptedAt: string | null;
  hidden: boolean;
  /** Whether the earner lets the name be shown. */
  nameShown: boolean;
  suspension: { at: string; reason: string } | null;
  end: AwardEnd | null;
  endorsements: readonly Endorsement[];
  /** Counts what the credential says: from 1, one more with each CLAIM, CORRECT, AMEND and SHOW_NAME. */
  revision: number;
  /** When it last came to say something else. */
  revisedAt: string;
};

/** What an award is worth at a moment, apart from its validity. */
export type AwardStanding = "active" | "held" | "suspended" | "revoked" | "cancelled";

export const noAward: AwardState = {
  organization: "",
  class: "",
  version: 0,
  subject: "",
  claim: null,
  claimedAt: null,
  personal: null,
  status: null,
  validFrom: null,
  validUntil: null,
  heldUntil: null,
  cohort: null,
  test: false,
  awardedAt: "",
  updatedAt: "",
  acceptedAt: null,
  hidden: false,
  nameShown: false,
  suspension: null,
  end: null,
  endorsements: [],
  revision: 0,
  revisedAt: "",
};

export function standingOf(state: Pick<AwardState, "end" | "suspension" | "heldUntil">, now: Millis): AwardStanding {
  if (state.end) return state.end.as;
  if (isHeld(state, now)) return "held";
  return state.suspension ? "suspended" : "active";
}

export function isHeld({ heldUntil }: Pick<AwardState, "heldUntil">, now: Millis): boolean {
  return heldUntil !== null && Date.parse(heldUntil) > now;
}

/** Whether the bit of its place in the status list is set: for good once it has ended. */
export function statusBit({ end, suspension }: Pick<AwardState, "end" | "suspension">): boolean {
  return end !== null || suspension !== null;
}

/** Whether nothing about it is public: hidden by the earner, held back, or cancelled before anybody saw it. */
export function isConcealed(state: AwardState, now: Millis): boolean {
  return state.hidden || state.end?.as === "cancelled" || isHeld(state, now);
}

/** base64url(SHA-256) of the secret in a claim link, as AWARD names it. */
export function claimDigest(secret: string): string {
  return digestOf(secret);
}

/** Total: what cannot be read changes nothing. */
export function evolveAward(state: AwardState, entry: Entry): AwardState {
  const read = readAwardInput(entry.action.type, entry.action.input);
  if (!read || (read.type === "AWARD") !== (state.organization === "")) return state;
  return { ...change(state, read, entry), updatedAt: entry.admittedAt };
}

/** What the API shows of the document. */
export function awardView(state: AwardState): JsonObject {
  return state as unknown as JsonObject;
}

function change(state: AwardState, read: AwardInputs, entry: Entry): AwardState {
  const at = entry.admittedAt;
  const revised = { revision: state.revision + 1, revisedAt: at };
  switch (read.type) {
    case "AWARD":
      return { ...awarded(read.input, at), ...revised };
    case "CLAIM":
      return { ...state, subject: signerOf(entry).user, claim: null, claimedAt: at, acceptedAt: at, ...revised };
    case "CORRECT":
      return { ...state, ...read.input, ...revised };
    case "AMEND": {
      const { version, personal = state.personal, validUntil = state.validUntil } = read.input;
      return { ...state, version, personal, validUntil, ...revised };
    }
    case "CANCEL":
      return { ...state, end: { as: "cancelled", at, by: "issuer", reason: "" } };
    case "REVOKE":
      return { ...state, end: { as: "revoked", at, by: "issuer", reason: read.input.reason } };
    case "REJECT":
      return { ...state, end: { as: "revoked", at, by: "earner", reason: rejection } };
    case "SUSPEND":
      return { ...state, suspension: { at, reason: read.input.reason } };
    case "REINSTATE":
      return { ...state, suspension: null };
    case "ACCEPT":
      return { ...state, acceptedAt: at };
    case "HIDE":
    case "UNHIDE":
      return { ...state, hidden: read.type === "HIDE" };
    case "SHOW_NAME":
      return { ...state, nameShown: read.input.shown, ...revised };
    case "ENDORSE": {
      const { organization, personal = null } = read.input;
      return { ...state, endorsements: [...state.endorsements, { organization, personal, at }] };
    }
  }
}

/** The reason with which the earner's own rejection revokes. */
const rejection = "rejected by the earner";

function awarded(input: Extract<AwardInputs, { type: "AWARD" }>["input"], at: string): AwardState {
  const { organization, class: of, version, subject, claim = null, personal = null, status } = input;
  const { validFrom = null, validUntil = null, heldUntil = null, cohort = null, test = false } = input;
  const terms = { validFrom, validUntil, heldUntil, cohort, test };
  return { ...noAward, organization, class: of, version, subject, claim, personal, status, ...terms, awardedAt: at };
}
