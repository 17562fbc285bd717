import type { Did } from "../identity/did.ts";
import type { JsonObject } from "../kernel/json.ts";
import type { Entry } from "../operations/entry.ts";
import { type ReputationInputs, readReputationInput } from "./attestation-inputs.ts";
import { maxGroup } from "./ledger.ts";

export const reputationKind = "renown/reputation";

/** Other wallets that a subject may name as its own. */
export const maxLinks = maxGroup - 1;

/** LINKs of a subject in all, those that have ended with them: who is one with whom is asked of all of them. */
export const maxLinksEver = 64;

/** Organisations that a subject may have joined at a time. */
export const maxJoined = 32;

/** JOINs of a subject in all, those that have ended with them: each may be followed by a PART. */
export const maxJoinedEver = 256;

/** HIDEs and UNHIDEs of a subject in all. */
export const maxHidings = 1_000;

/** A wallet that the subject names as its own, and the entry that does. */
export type SubjectLink = { other: Did; entry: string };

/** An organisation whose members may speak of the subject as theirs: the JOIN's operation digest and its entry's. */
export type Joined = { organization: string; operation: string; entry: string };

/**
 * What decisions need of a reputation, of the same size whatever is said about its subject: single attestations are
 * known by their grants and in the read models. Times are `YYYY-MM-DDTHH:MM:SS.sssZ` of admission.
 */
export type Reputation = {
  /** "" before the first entry. */
  subject: Did | "";
  /** All that were ever made, retracted ones with them; and those of them that nobody had asked for. */
  attestations: number;
  unsolicited: number;
  /** At most `maxLinks`; and how many there ever were. */
  links: readonly SubjectLink[];
  linked: number;
  /** At most `maxJoined`; and how many there ever were. */
  joined: readonly Joined[];
  joinings: number;
  /** How often the subject has hidden something or shown it again. */
  hidings: number;
  closedAt: string | null;
};

export const noReputation: Reputation = {
  subject: "",
  attestations: 0,
  unsolicited: 0,
  links: [],
  linked: 0,
  joined: [],
  joinings: 0,
  hidings: 0,
  closedAt: null,
};

/** Total: what cannot be read, is about another subject or came after the end changes nothing. */
export function evolveReputation(state: Reputation, entry: Entry): Reputation {
  const read = readReputationInput(entry.action.type, entry.action.input);
  if (!read || state.closedAt !== null) return state;
  const { subject } = read.input;
  if (state.subject !== "" && state.subject !== subject) return state;
  return { ...state, subject, ...change(state, read, entry) };
}

/** What the API shows of the document. */
export function reputationView(state: Reputation): JsonObject {
  return state as unknown as JsonObject;
}

function change(state: Reputation, { type, input }: ReputationInputs, entry: Entry): Partial<Reputation> {
  const { attestations, unsolicited, links, linked, joined, joinings, hidings } = state;
  switch (type) {
    case "ATTEST": {
      const more = input.standing === "unsolicited" ? 1 : 0;
      return { attestations: attestations + 1, unsolicited: unsolicited + more };
    }
    case "LINK": {
      const known = links.some(({ other }) => other === input.other);
      if (known || links.length >= maxLinks) return {};
      return { links: [...links, { other: input.other, entry: entry.digest }], linked: linked + 1 };
    }
    case "UNLINK":
      return { links: links.filter(({ other }) => other !== input.other) };
    case "JOIN": {
      const { organization } = input;
      const known = joined.some((each) => each.organization === organization);
      if (known || joined.length >= maxJoined) return {};
      const made = { organization, operation: entry.operation, entry: entry.digest };
      return { joined: [...joined, made], joinings: joinings + 1 };
    }
    case "PART":
      return { joined: joined.filter(({ organization }) => organization !== input.organization) };
    case "HIDE":
    case "UNHIDE":
      return { hidings: hidings + 1 };
    case "CLOSE":
      return { closedAt: entry.admittedAt };
    default:
      return {};
  }
}
