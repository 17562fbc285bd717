import type { Moment } from "../identity/delegation.ts";
import type { Did } from "../identity/did.ts";
import { aside, type Check, fail, pass, unknown } from "../kernel/report.ts";
import { iso, parseTime } from "../kernel/time.ts";
import type { LoggedEntry } from "../operations/entry.ts";
import { foldStored } from "../operations/fold.ts";
import type { DocumentKind } from "../operations/kind.ts";
import type { OperationStore } from "../operations/store.ts";
import { organization } from "../organizations/organization.ts";
import { type Organization, type OrganizationKey, organizationKind } from "../organizations/organization-state.ts";
import type { KeyReport } from "./key-report.ts";

/** A key of an organisation's own, as its log tells. */
export type OwnedKey = OrganizationKey & { organization: string; name: string };

/** Reads the key that an entry of an organisation's log gives; undefined where the entry gives none. */
export async function ownedKey(
  store: Pick<OperationStore, "documentOfGrant" | "load">,
  entry: string,
): Promise<OwnedKey | undefined> {
  const document = await store.documentOfGrant(entry);
  const stored = document === undefined ? undefined : await store.load(document);
  if (!stored || stored.kind !== organizationKind) return undefined;
  const { keys, profile } = foldStored(stored, kinds).state as Organization;
  const key = keys.find((each) => each.entry === entry);
  return key && { ...key, organization: stored.id, name: profile.name };
}

type Asked = { entry: LoggedEntry; at: Moment; known: Moment };

/** Whether an organisation's key was its own at the moment asked about; that it was at its entry's place, the log says. */
export function judgeOwnedKey(key: OwnedKey | undefined, asked: Asked): { checks: Check[]; key: KeyReport } {
  const limits = aside(pass("limits", "Nobody's delegation limits it.", "ORGANIZATION"));
  if (!key) {
    const check = unknown("delegation", "NOT_DELEGATED", "The log of the organisation that it names is not held here.");
    return { checks: [check, limits], key: reportOf(undefined, "UNKNOWN", asked) };
  }
  const state = stateOf(key, asked);
  const name = JSON.stringify(key.name);
  const check =
    state === "LIVE"
      ? pass("delegation", `The key is the own one of the organisation ${name}, by its log.`, "ORGANIZATION")
      : fail("delegation", state, sentences[state]);
  return { checks: [check, limits], key: reportOf(key, state, asked) };
}

const kinds = new Map([[organizationKind, organization as unknown as DocumentKind]]);

const sentences = {
  NOT_YET: "The organisation had not added the key yet.",
  REVOKED: "The organisation had retired the key.",
  KEY_COMPROMISED: "The organisation says that the key was compromised by then.",
};

function stateOf(key: OwnedKey, { entry, at, known }: Asked): "LIVE" | keyof typeof sentences {
  const { since, retiredAt, compromisedFrom, compromisedAt } = key;
  const told = compromisedAt !== null && parseTime(compromisedAt) <= known.time;
  if (told && compromisedFrom !== null && at.time >= parseTime(compromisedFrom)) return "KEY_COMPROMISED";
  // At its entry's own place the commit has asked, to the place and not to the millisecond.
  if (at.seq === entry.seq) return "LIVE";
  if (at.time < parseTime(since)) return "NOT_YET";
  return retiredBy(retiredAt, Math.min(at.time, known.time)) ? "REVOKED" : "LIVE";
}

function retiredBy(retiredAt: string | null, time: number): boolean {
  return retiredAt !== null && parseTime(retiredAt) <= time;
}

function reportOf(key: OwnedKey | undefined, state: KeyReport["state"], { known }: Asked): KeyReport {
  const since = key?.retiredAt && state !== "REVOKED" && retiredBy(key.retiredAt, known.time) ? key.retiredAt : null;
  return {
    user: "" satisfies Did,
    state,
    id: key?.organization ?? null,
    entry: key?.entry ?? null,
    grantedAt: key ? iso(parseTime(key.since)) : null,
    expiresAt: null,
    may: null,
    revokedSince: since,
    asChecked: null,
  };
}
