import { awardKind } from "../badges/award.ts";
import { type AwardInputs, readAwardInput } from "../badges/award-inputs.ts";
import { type ClassGround, classGroundOf } from "../badges/badge-class.ts";
import { classDefinition } from "../badges/class-definition.ts";
import type { Did } from "../identity/did.ts";
import { readAs } from "../kernel/misfit.ts";
import { day, type Millis, parseTime } from "../kernel/time.ts";
import { type LoggedEntry, signerOf } from "../operations/entry.ts";
import type { OperationStore } from "../operations/store.ts";
import { fieldName } from "../reputation/attestation-inputs.ts";
import { type Follower, type FollowerStore, follow } from "./follow.ts";

/** What an award was as evidence from one place of the log on, as its table has it. */
export type AwardPeriod = {
  document: string;
  since: number;
  until: number | null;
  /** D, place, digest and authority of the AWARD. */
  operation: string;
  seq: number;
  entry: string;
  authority: string;
  organization: string;
  class: string;
  version: number;
  field: string;
  /** "" until it is claimed. */
  subject: Did;
  claimed_at: string;
  admitted_at: Millis;
  said_from: Millis | null;
  said_until: Millis | null;
  held_until: Millis | null;
  valid_from: Millis | null;
  valid_until: Millis | null;
  hidden: number;
  ended_seq: number | null;
  ended_at: Millis | null;
  ended_as: "revoked" | "suspended" | null;
  ended_by: string | null;
  /** Digest of the entry by which the key spoke that ended it. */
  ended_authority: string | null;
};

export type AwardEndorsement = {
  operation: string;
  award: string;
  organization: string;
  seq: number;
  entry: string;
  authority: string;
  claimed_at: string;
  admitted_at: Millis;
};

/** What a version of a class says of its awards: their field, and how long they hold unless they say so themselves. */
export type EvidenceClass = {
  class: string;
  version: number;
  field: string;
  days: number | null;
  until: Millis | null;
};

/** What entries change. A period that is closed begins where its document's last one did. */
export type AwardChange = {
  classes: EvidenceClass[];
  closed: { document: string; since: number; until: number }[];
  opened: AwardPeriod[];
  endorsements: AwardEndorsement[];
};

export type EvidenceStore = FollowerStore<AwardChange> & {
  /** The last periods of these awards that are not closed. */
  periods(documents: readonly string[]): Promise<AwardPeriod[]>;
  classes(versions: readonly { class: string; version: number }[]): Promise<EvidenceClass[]>;
};

/** The field of awards whose class names none among its tags. */
export const badgeField = "badges";

/**
 * Makes evidence of awards, their ends and their endorsements, out of their own entries. Awards for trying out are none;
 * what is unclaimed is, once somebody has claimed it; what was cancelled while it was held back never was.
 */
export function followAwards(parts: {
  log: Pick<OperationStore, "entriesAfter" | "lastSeq">;
  store: EvidenceStore;
}): Follower {
  const { log, store } = parts;
  return follow({ log, store, read: (entries) => readAwards(store, entries) });
}

/** What is known of awards in memory, entry by entry: the same that the tables come to. */
export class AwardBook {
  /** All periods of an award, in the order of the log. */
  readonly periods = new Map<string, AwardPeriod[]>();
  readonly endorsements: AwardEndorsement[] = [];
  readonly #classes = new Map<string, EvidenceClass>();
  readonly #change: AwardChange = { classes: [], closed: [], opened: [], endorsements: [] };

  constructor(periods: readonly AwardPeriod[] = [], classes: readonly EvidenceClass[] = []) {
    for (const period of periods) this.periods.set(period.document, [period]);
    for (const each of classes) this.#classes.set(nameOf(each), each);
  }

  /** Folds one more entry, of any kind. Total: what cannot be read changes nothing. */
  add(entry: LoggedEntry): void {
    const given = classGroundOf(entry);
    if (given) this.#addClass(given);
    if (entry.kind !== awardKind || entry.action.scope !== "global") return;
    const read = readAwardInput(entry.action.type, entry.action.input);
    if (read) this.#addAction(read, entry);
  }

  /** What the entries have changed; undefined for nothing. */
  change(): AwardChange | undefined {
    return Object.values(this.#change).some((list) => list.length > 0) ? this.#change : undefined;
  }

  #addClass({ document, version, definition }: ClassGround): void {
    const read = readAs(classDefinition, definition);
    if (!read) return;
    const { tags, validity } = read;
    const field = tags.find((tag) => readAs(fieldName, tag) !== undefined) ?? badgeField;
    const days = validity && "days" in validity ? validity.days : null;
    const until = validity && "until" in validity ? parseTime(validity.until) : null;
    const made = { class: document, version, field, days, until };
    this.#classes.set(nameOf(made), made);
    this.#change.classes.push(made);
  }

  #addAction(read: AwardInputs, entry: LoggedEntry): void {
    const known = this.periods.get(entry.document)?.at(-1);
    if (read.type === "AWARD") {
      if (!known && read.input.test !== true) this.#open(this.#underClass(awardedBy(read.input, entry)));
    } else if (known?.until !== null) return;
    else if (read.type === "ENDORSE") this.#endorse(read.input.organization, entry);
    else {
      const changed = changedBy(known, read, entry);
      if (!changed) return;
      this.#close(known, entry.seq);
      if (changed === "gone") return;
      const next = { ...known, ...changed, since: entry.seq, until: null };
      this.#open(read.type === "AMEND" ? this.#underClass(next) : next);
    }
  }

  #open(period: AwardPeriod): void {
    this.periods.set(period.document, [...(this.periods.get(period.document) ?? []), period]);
    this.#change.opened.push(period);
  }

  /** With what follows from the version of its class. */
  #underClass(period: AwardPeriod): AwardPeriod {
    const of = this.#classes.get(nameOf(period));
    const { said_from, said_until, admitted_at } = period;
    const until = of?.until ?? (of?.days ? (said_from ?? admitted_at) + of.days * day : null);
    return { ...period, field: of?.field ?? badgeField, valid_from: said_from, valid_until: said_until ?? until };
  }

  #close(period: AwardPeriod, until: number): void {
    period.until = until;
    this.#change.closed.push({ document: period.document, since: period.since, until });
  }

  #endorse(organization: string, { document: award, ...entry }: LoggedEntry): void {
    const made = { award, organization, ...statedBy(entry) };
    this.endorsements.push(made);
    this.#change.endorsements.push(made);
  }
}

async function readAwards(store: EvidenceStore, entries: readonly LoggedEntry[]): Promise<AwardChange | undefined> {
  const reads = entries.filter(({ kind }) => kind === awardKind);
  const documents = [...new Set(reads.map(({ document }) => document))];
  const periods = documents.length > 0 ? await store.periods(documents) : [];
  const classOf = new Map(periods.map((period) => [period.document, period.class]));
  const versions = new Map<string, { class: string; version: number }>();
  for (const { document, action } of reads) {
    const { class: named, version } = action.input;
    if (action.type === "AWARD" && typeof named === "string") classOf.set(document, named);
    const of = { class: classOf.get(document) ?? "", version: Number(version) };
    if (action.type === "AWARD" || action.type === "AMEND") versions.set(nameOf(of), of);
  }
  const book = new AwardBook(periods, versions.size > 0 ? await store.classes([...versions.values()]) : []);
  for (const entry of entries) book.add(entry);
  return book.change();
}

function nameOf({ class: of, version }: { class: string; version: number }): string {
  return `${of} ${version}`;
}

function awardedBy(input: Extract<AwardInputs, { type: "AWARD" }>["input"], entry: LoggedEntry): AwardPeriod {
  const { organization, class: of, version, subject, validFrom, validUntil, heldUntil } = input;
  const held_until = millis(heldUntil);
  const said = { said_from: millis(validFrom), said_until: millis(validUntil), held_until };
  const place = { document: entry.document, since: entry.seq, until: null };
  const from = { organization, class: of, version, subject };
  const follows = { field: badgeField, valid_from: null, valid_until: null };
  return { ...place, ...statedBy(entry), ...from, ...said, ...follows, hidden: 0, ...unended };
}

function statedBy({ operation, seq, digest, authority, action, admittedAt }: Omit<LoggedEntry, "document">) {
  const times = { claimed_at: action.timestampUtcMs, admitted_at: parseTime(admittedAt) };
  return { operation, seq, entry: digest, authority: authority.entry, ...times };
}

const unended = { ended_seq: null, ended_at: null, ended_as: null, ended_by: null, ended_authority: null };

/** What an action makes of an award; undefined where it changes nothing that counts. */
function changedBy(
  { said_until }: AwardPeriod,
  { type, input }: AwardInputs,
  entry: LoggedEntry,
): Partial<AwardPeriod> | "gone" | undefined {
  switch (type) {
    case "CLAIM":
      return { subject: signerOf(entry).user };
    case "AMEND": {
      const { version, validUntil } = input;
      return { version, said_until: validUntil === undefined ? said_until : millis(validUntil) };
    }
    case "CANCEL":
      return "gone";
    case "REVOKE":
    case "REJECT":
      return endedBy(entry, "revoked");
    case "SUSPEND":
      return endedBy(entry, "suspended");
    case "REINSTATE":
      return unended;
    case "HIDE":
    case "UNHIDE":
      return { hidden: type === "HIDE" ? 1 : 0 };
    default:
      return undefined;
  }
}

function endedBy(entry: LoggedEntry, as: "revoked" | "suspended"): Partial<AwardPeriod> {
  const { seq, admittedAt, operation, authority } = entry;
  const by = { ended_by: operation, ended_authority: authority.entry };
  return { ended_seq: seq, ended_at: parseTime(admittedAt), ended_as: as, ...by };
}

function millis(time: string | null | undefined): Millis | null {
  return time ? parseTime(time) : null;
}
