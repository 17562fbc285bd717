import type { Did } from "../identity/did.ts";
import type { Fact } from "./fact.ts";
import { authoritiesIn, type Circumstances, partiesOf, readingOf, rulerIn } from "./facts-of-rows.ts";
import { type Ledger, maxFacts, maxOfRater } from "./ledger.ts";
import type { DetailRow, LedgerRows, Most, StatementRow } from "./ledger-rows.ts";
import { type Groups, groupsAt } from "./subject-groups.ts";

/** Room for what a score takes; a test may have less. */
const roomOfScore: Most = { each: maxOfRater, all: maxFacts };

/** The ledger over tables of whatever kind. */
export function ledgerOf(rows: LedgerRows, most: Most = roomOfScore): Ledger {
  return {
    group: async (subject, position) => {
      const groups = await groupsAt(rows, [subject], position);
      const members = groups.membersOf(subject);
      const closures = await rows.closures(members, position);
      return {
        members: [subject, ...members.filter((each) => each !== subject)],
        name: groups.nameOf(subject),
        closedAt: closures.length === 0 ? undefined : Math.min(...closures.map(({ at }) => at)),
      };
    },
    kin: async (wallets, position) => {
      const groups = await groupsAt(rows, wallets, position);
      return [...new Set([...wallets, ...groups.wallets()])];
    },
    factsAbout: async (subjects, position, by = Number.MAX_SAFE_INTEGER) => {
      const [about, hidden] = await Promise.all([
        rows.about(subjects, position, most, by),
        hiddenBy(rows, subjects, position),
      ]);
      const facts = await readFacts(rows, about.rows, { subjects, position });
      const isHidden = ({ subject, operation }: Fact) => hidden.has(`${subject} ${operation}`);
      if (hidden.size > 0) for (const fact of facts) fact.hidden ||= isHidden(fact);
      return { facts: facts.sort(inOrder), beyond: about.beyond };
    },
    hiddenAbout: async (subjects, position) => {
      const [own, awards] = await Promise.all([
        hiddenBy(rows, subjects, position),
        rows.hiddenAwards(subjects, position),
      ]);
      return [...own.values(), ...awards];
    },
    ties: async (kinds, position) => {
      const compromises = await rows.compromises(undefined, position);
      const [found, groups] = await Promise.all([
        rows.ofKinds(kinds, position, compromises.length > 0),
        groupsAt(rows, undefined, position),
      ]);
      const parties = partiesOf(groups);
      const involved = found.map(parties.involvedIn);
      const circumstances = {
        ...(await circumstancesOf(rows, { ...parties, groups }, position, undefined)),
        compromises,
      };
      const reading = readingOf(position, parties.organizations, circumstances);
      return found.map((row, i) => reading.tie(row, involved[i]!)).sort(inOrder);
    },
  };
}

async function readFacts(
  rows: LedgerRows,
  found: readonly DetailRow[],
  { subjects, position }: { subjects: readonly Did[]; position: number },
): Promise<Fact[]> {
  const groups = await groupsAt(rows, [...new Set([...subjects, ...persons(found)])], position);
  const parties = partiesOf(groups);
  const involved = found.map(parties.involvedIn);
  const authorities = new Set(found.flatMap(({ authority, changes }) => [authority, ...authoritiesIn(changes)]));
  const [around, compromises] = await Promise.all([
    circumstancesOf(rows, { ...parties, groups }, position, [...parties.organizations.keys()]),
    rows.compromises([...authorities], position),
  ]);
  const reading = readingOf(position, parties.organizations, { ...around, compromises });
  return found.map((row, i) => reading.fact(row, involved[i]!));
}

/** What subjects hide themselves, by who hides it and the operation that stated it. */
async function hiddenBy(rows: LedgerRows, subjects: readonly Did[], position: number) {
  const hidden = new Map<string, { subject: Did; operation: string }>();
  for (const { subject, evidence: operation, hidden: last } of await rows.hidings(subjects, position)) {
    if (last) hidden.set(`${subject} ${operation}`, { subject, operation });
    else hidden.delete(`${subject} ${operation}`);
  }
  return hidden;
}

/** Roles in these organisations, or in all, of everybody who occurs, and ends of those that occur. */
async function circumstancesOf(
  rows: LedgerRows,
  {
    persons: known,
    organizations,
    groups,
  }: Pick<ReturnType<typeof partiesOf>, "persons" | "organizations"> & { groups: Groups },
  position: number,
  asked: readonly string[] | undefined,
): Promise<Omit<Circumstances, "compromises">> {
  const accounts = new Set<string>();
  for (const wallet of known.keys())
    for (const account of [...groups.accountsOf(wallet), ...groups.accountsEver(wallet)]) accounts.add(account);
  const [roles, closings] = await Promise.all([
    rows.roles(asked, [...accounts], position),
    rows.closings([...organizations.keys()], position),
  ]);
  return { roles, closings };
}

function persons(found: readonly StatementRow[]): Did[] {
  const named = found.map(({ standing, rater }) => (standing === "organization" ? undefined : rater));
  return [...named, ...found.map(({ changes }) => rulerIn(changes))].filter((each) => each !== undefined);
}

function inOrder(one: { seq: number }, other: { seq: number }): number {
  return one.seq - other.seq;
}
