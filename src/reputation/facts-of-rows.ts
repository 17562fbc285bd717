import { type Did, isUserDid } from "../identity/did.ts";
import type { Millis } from "../kernel/time.ts";
import type { Dispute, Fact } from "./fact.ts";
import type { Tie } from "./ledger.ts";
import type { Changes, DetailRow, RoleRow, StatementRow } from "./ledger-rows.ts";
import type { Groups } from "./subject-groups.ts";

/** A wallet with all that are one with it. */
export type Person = { wallet: Did; name: Did; accounts: readonly string[] };

/** An organisation, who could ever speak for it, by account, and when it was closed. */
export type Organization = { document: string; closedAt: Millis | undefined; offices: Map<string, RoleRow[]> };

/** Who a statement is of, by whom (undefined for an organisation) and in whose context. */
export type Involved = { subject: Person; rater: Person | undefined; issuer: Organization | undefined };

/** What is known beside statements and the groups of wallets. */
export type Circumstances = {
  roles: readonly RoleRow[];
  closings: readonly { organization: string; at: Millis }[];
  compromises: readonly { authority: string; from: Millis }[];
};

/** Makes facts, and ties, of what is stated: the one place where either is made. */
export type Reading = {
  /** `hidden` says of a subject's own wish; what its document says comes on top. */
  fact(row: DetailRow, involved: Involved, hidden: boolean): Fact;
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
    const accounts = groups.membersOf(wallet).map(accountOf);
    const made = { wallet, name: groups.nameOf(wallet), accounts };
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
  const involvedIn = ({ subject, rater, context, standing }: StatementRow): Involved => {
    const organized = standing === "organization";
    const issuer = organized ? rater : context;
    return {
      subject: person(subject),
      rater: organized ? undefined : person(rater),
      issuer: issuer === "" ? undefined : organization(issuer),
    };
  };
  return { persons, organizations, involvedIn };
}

/** Reads rows as of a position: what changed them behind it has not happened. Organisations learn of themselves. */
export function readingOf(
  position: number,
  groups: Groups,
  organizations: ReadonlyMap<string, Organization>,
  { roles, closings, compromises }: Circumstances,
): Reading {
  for (const { organization, at } of closings) organizations.get(organization)!.closedAt = at;
  for (const role of roles) {
    const offices = organizations.get(role.organization)?.offices;
    const account = accountOf(role.user);
    offices?.set(account, [...(offices.get(account) ?? []), role]);
  }
  const stolen = new Map<string, Millis>();
  for (const { authority, from } of compromises) stolen.set(authority, Math.min(from, stolen.get(authority) ?? from));
  const isOne = (one: Person, other: Person, seq: number) =>
    one.accounts.some((account) => other.accounts.includes(account)) || groups.wereOne(one.wallet, other.wallet, seq);
  const tie = (row: StatementRow, { subject, rater, issuer }: Involved): Tie => {
    const { seq, kind, field, value, standing, admittedAt } = row;
    const limits = row.changes === null ? unlimited : changedBy(row.changes, position);
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
      compromised: stolen.size > 0 && (stolen.get(row.authority) ?? admittedAt + 1) <= admittedAt,
      selfAttested: (rater !== undefined && isOne(subject, rater, seq)) || heldOffice(subject, issuer, seq),
    };
  };
  return {
    tie,
    fact: (row, involved, hidden) => {
      const { operation, document, entry, subject, workType: type, workId: id, claimedAt } = row;
      const work = type === "" ? undefined : { type, id };
      const shown = { operation, document, entry, subject, work, claimedAt, hidden: hidden || row.hidden };
      const heldUntil = row.changes?.[2] ?? null;
      return { ...tie(row, involved), ...shown, ...(heldUntil !== null && { heldUntil }) };
    },
  };
}

/** What two DIDs have in common that are told apart by their chains alone: whoever has the address's key has both. */
export function accountOf(did: Did): string {
  return isUserDid(did) ? did.slice(did.lastIndexOf(":") + 1) : did;
}

type Limits = Pick<Fact, "validFrom" | "validUntil" | "ended" | "dispute">;

const unlimited: Limits = { validFrom: undefined, validUntil: undefined, ended: undefined, dispute: undefined };

function changedBy(changes: Changes, position: number): Limits {
  const [from, until, held, endedSeq, endedAt, endedAs, endedBy] = changes;
  // What is held back counts from then on, whatever it says of its beginning.
  const validFrom = held === null ? from : Math.max(held, from ?? held);
  const ended = endedSeq !== null && endedSeq <= position;
  return {
    validFrom: validFrom ?? undefined,
    validUntil: until ?? undefined,
    ended: ended ? { at: endedAt!, as: endedAs!, operation: endedBy! } : undefined,
    dispute: disputeOf(changes, position),
  };
}

function disputeOf(changes: Changes, position: number): Dispute | undefined {
  const [, , , , , , , disputedSeq, at, operation, ruledSeq, ruledAt, ruling, outcome] = changes;
  if (disputedSeq === null || disputedSeq > position) return undefined;
  const ruled = ruledSeq !== null && ruledSeq <= position;
  return {
    at: at!,
    operation: operation!,
    ruling: ruled ? { at: ruledAt!, operation: ruling!, outcome: outcome! } : undefined,
  };
}

/** Whether the subject could speak for the organisation at a place. */
function heldOffice({ accounts }: Person, organization: Organization | undefined, seq: number): boolean {
  if (!organization || organization.offices.size === 0) return false;
  const { offices } = organization;
  return accounts.some((account) =>
    offices.get(account)?.some(({ seq: since, ended }) => since <= seq && (ended === null || ended > seq)),
  );
}
