import type { Did } from "../identity/did.ts";
import type { Millis } from "../kernel/time.ts";
import { accountOf } from "./accounts.ts";
import type { Dispute, Fact } from "./fact.ts";
import type { Tie } from "./ledger.ts";
import type { Changes, DetailRow, RoleRow, StatementRow } from "./ledger-rows.ts";
import { type Compromises, type IsStolen, stolenKeys } from "./stolen-keys.ts";
import type { Groups } from "./subject-groups.ts";

/** A wallet under its group's name, and the accounts that were one with it at a place, or are so by now, too. */
export type Person = {
  wallet: Did;
  name: Did;
  accountsThen(seq: number): readonly string[];
  accountsAt(seq: number): readonly string[];
};

/** An organisation, who could ever speak for it, by account, and when it was closed. */
export type Organization = { document: string; closedAt: Millis | undefined; offices: Map<string, RoleRow[]> };

/** Who a statement is of, by whom (undefined for an organisation), in whose context, and who ruled over it. */
export type Involved = {
  subject: Person;
  rater: Person | undefined;
  issuer: Organization | undefined;
  ruler: Person | undefined;
};

/** What is known beside statements and the groups of wallets. */
export type Circumstances = {
  roles: readonly RoleRow[];
  closings: readonly { organization: string; at: Millis }[];
  compromises: Compromises;
};

/** Makes facts, and ties, of what is stated: the one place where either is made. */
export type Reading = {
  /** Hidden as its document says; what the subject says of it elsewhere comes on top. */
  fact(row: DetailRow, involved: Involved): Fact;
  /** The same as trust reads it: the subject under its group's name. */
  tie(row: StatementRow, involved: Involved): Tie;
};

/** Everybody who occurs in statements. Each name is looked up once: a hundred thousand rows are read at a time. */
export function partiesOf(groups: Groups) {
  const persons = new Map<Did, Person>();
  const organizations = new Map<string, Organization>();
  const person = (wallet: Did): Person => {
    const known = persons.get(wallet);
    if (known) return known;
    const [now, accountsThen] = [groups.accountsOf(wallet), groups.accountsThen(wallet)];
    // Parting heals nothing, and neither does becoming one afterwards.
    const accountsAt = now.length === 1 ? accountsThen : (seq: number) => [...now, ...accountsThen(seq)];
    const made = { wallet, name: groups.nameOf(wallet), accountsThen, accountsAt };
    persons.set(wallet, made);
    return made;
  };
  const organization = (document: string): Organization => {
    const known = organizations.get(document);
    if (known) return known;
    const made: Organization = { document, closedAt: undefined, offices: new Map() };
    organizations.set(document, made);
    return made;
  };
  const involvedIn = ({ subject, rater, context, standing, changes }: StatementRow): Involved => {
    const organized = standing === "organization";
    const issuer = organized ? rater : context;
    const ruler = rulerIn(changes);
    return {
      subject: person(subject),
      rater: organized ? undefined : person(rater),
      issuer: issuer === "" ? undefined : organization(issuer),
      ruler: ruler === undefined ? undefined : person(ruler),
    };
  };
  return { persons, organizations, involvedIn };
}

/** Reads rows as of a position: what changed them behind it has not happened. Organisations learn of themselves. */
export function readingOf(
  position: number,
  organizations: ReadonlyMap<string, Organization>,
  { roles, closings, compromises }: Circumstances,
): Reading {
  for (const { organization, at } of closings) organizations.get(organization)!.closedAt = at;
  for (const role of roles) {
    const offices = organizations.get(role.organization)?.offices;
    const account = accountOf(role.user);
    offices?.set(account, [...(offices.get(account) ?? []), role]);
  }
  const isStolen = stolenKeys(compromises);
  const tie = (row: StatementRow, { subject, rater, issuer, ruler }: Involved): Tie => {
    const { seq, kind, field, value, standing, admittedAt } = row;
    const isPartial = (ruled: number) => wasParty(ruler, [subject, rater], ruled);
    const limits = row.changes === null ? unlimited : changedBy(row.changes, { position, isStolen, isPartial });
    return {
      seq,
      rater: rater ? rater.name : row.rater,
      raterIs: rater ? "person" : "organization",
      issuer: issuer ? issuer.document : "",
      subject: subject.name,
      kind,
      field,
      value,
      standing,
      admittedAt,
      validFrom: limits.validFrom,
      validUntil: limits.validUntil,
      ended: limits.ended,
      dispute: limits.dispute,
      issuerRevokedAt: issuer?.closedAt,
      compromised: isStolen(row.authority, admittedAt),
      selfAttested: areOne(subject, rater, seq) || heldOffice(subject.accountsAt(seq), issuer, seq),
    };
  };
  return {
    tie,
    fact: (row, involved) => {
      const { operation, document, entry, subject, workType: type, workId: id, claimedAt } = row;
      const work = type === "" ? undefined : { type, id };
      const shown = { operation, document, entry, subject, work, claimedAt, hidden: row.hidden };
      const heldUntil = row.changes?.[2] ?? null;
      return { ...tie(row, involved), ...shown, ...(heldUntil !== null && { heldUntil }) };
    },
  };
}

function areOne(one: Person | undefined, other: Person | undefined, seq: number): boolean {
  if (one === undefined || other === undefined) return false;
  const theirs = other.accountsAt(seq);
  return one.accountsAt(seq).some((account) => theirs.includes(account));
}

/** Whether who rules was one with a party when it did: nobody rules in the cause of a wallet that is their own. */
function wasParty(ruler: Person | undefined, parties: readonly (Person | undefined)[], seq: number): boolean {
  if (ruler === undefined) return false;
  const own = ruler.accountsThen(seq);
  return parties.some((party) => party?.accountsThen(seq).some((account) => own.includes(account)));
}

type Limits = Pick<Fact, "validFrom" | "validUntil" | "ended" | "dispute">;

const unlimited: Limits = { validFrom: undefined, validUntil: undefined, ended: undefined, dispute: undefined };

/** The wallet that ruled over a dispute, if one did. */
export function rulerIn(changes: Changes | null): Did | undefined {
  return changes?.[17] ?? undefined;
}

/** The entries by which keys spoke that changed something. */
export function authoritiesIn(changes: Changes | null): string[] {
  return (changes?.slice(14, 17) as (string | null)[] | undefined)?.filter((each) => each !== null) ?? [];
}

/** As of where it is read, whose keys were not their own, and whether whoever ruled at a place was a party. */
type Doubts = { position: number; isStolen: IsStolen; isPartial(ruled: number): boolean };

function changedBy(changes: Changes, doubts: Doubts): Limits {
  const [from, until, held, endedSeq, endedAt, endedAs, endedBy] = changes;
  const { position, isStolen } = doubts;
  // What is held back counts from then on, whatever it says of its beginning.
  const validFrom = held === null ? from : Math.max(held, from ?? held);
  const ended = endedSeq !== null && endedSeq <= position && !isStolen(changes[14], endedAt);
  return {
    validFrom: validFrom ?? undefined,
    validUntil: until ?? undefined,
    ended: ended ? { at: endedAt!, as: endedAs!, operation: endedBy! } : undefined,
    dispute: disputeOf(changes, doubts),
  };
}

function disputeOf(changes: Changes, { position, isStolen, isPartial }: Doubts): Dispute | undefined {
  const [, , , , , , , disputedSeq, at, operation, ruledSeq, ruledAt, ruling, outcome] = changes;
  if (disputedSeq === null || disputedSeq > position || isStolen(changes[15], at)) return undefined;
  const ruled = ruledSeq !== null && ruledSeq <= position && !isStolen(changes[16], ruledAt) && !isPartial(ruledSeq);
  return {
    at: at!,
    operation: operation!,
    ruling: ruled ? { at: ruledAt!, operation: ruling!, outcome: outcome! } : undefined,
  };
}

/** Whether the subject could speak for the organisation at a place. */
function heldOffice(accounts: readonly string[], organization: Organization | undefined, seq: number): boolean {
  if (!organization || organization.offices.size === 0) return false;
  const { offices } = organization;
  return accounts.some((account) =>
    offices.get(account)?.some(({ seq: since, ended }) => since <= seq && (ended === null || ended > seq)),
  );
}
