import type { Did } from "../identity/did.ts";
import { ensure } from "../kernel/failure.ts";
import { type Circumstances, partiesOf, readingOf } from "./facts-of-rows.ts";
import { type Ledger, maxFacts } from "./ledger.ts";
import type { LedgerRows, StatementRow } from "./ledger-rows.ts";
import { groupsAt } from "./subject-groups.ts";

/** Room for what nobody asked for, which must not keep others from a score. */
const maxRead = 2 * maxFacts;

/** The ledger over tables of whatever kind. `factsAbout` refuses with QUOTA_EXCEEDED above `maxFacts` that may count. */
export function ledgerOf(rows: LedgerRows): Ledger {
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
    factsAbout: async (subjects, position) => {
      const [found, hidings] = await Promise.all([
        rows.about(subjects, position, maxRead + 1),
        rows.hidings(subjects, position),
      ]);
      const counted = found.filter(({ standing }) => standing !== "unsolicited").length;
      const few = found.length <= maxRead && counted <= maxFacts;
      ensure(few, "QUOTA_EXCEEDED", `A score rests on ${maxFacts} facts at most.`);
      const hidden = new Map(hidings.map((each) => [`${each.subject} ${each.evidence}`, each.hidden]));
      const groups = await groupsAt(rows, [...new Set([...subjects, ...persons(found)])], position);
      const parties = partiesOf(groups);
      const involved = found.map(parties.involvedIn);
      const authorities = [...new Set(found.map(({ authority }) => authority))];
      const [around, compromises] = await Promise.all([
        circumstancesOf(rows, parties, position, [...parties.organizations.keys()]),
        rows.compromises(authorities, position),
      ]);
      const circumstances = { ...around, compromises };
      const reading = readingOf(position, groups, parties.organizations, circumstances);
      const isHidden = (row: StatementRow & { operation: string }) =>
        hidden.size > 0 && hidden.get(`${row.subject} ${row.operation}`) === true;
      return found.map((row, i) => reading.fact(row, involved[i]!, isHidden(row))).sort(inOrder);
    },
    ties: async (kinds, position) => {
      const compromises = await rows.compromises(undefined, position);
      const [found, groups] = await Promise.all([
        rows.ofKinds(kinds, position, compromises.length > 0),
        groupsAt(rows, undefined, position),
      ]);
      const parties = partiesOf(groups);
      const involved = found.map(parties.involvedIn);
      const circumstances = { ...(await circumstancesOf(rows, parties, position, undefined)), compromises };
      const reading = readingOf(position, groups, parties.organizations, circumstances);
      return found.map((row, i) => reading.tie(row, involved[i]!)).sort(inOrder);
    },
  };
}

/** Roles in these organisations, or in all, of everybody who occurs, and ends of those that occur. */
async function circumstancesOf(
  rows: LedgerRows,
  { persons: known, organizations }: ReturnType<typeof partiesOf>,
  position: number,
  asked: readonly string[] | undefined,
): Promise<Omit<Circumstances, "compromises">> {
  const accounts = new Set<string>();
  for (const each of known.values()) for (const account of each.accounts) accounts.add(account);
  const [roles, closings] = await Promise.all([
    rows.roles(asked, [...accounts], position),
    rows.closings([...organizations.keys()], position),
  ]);
  return { roles, closings };
}

function persons(found: readonly StatementRow[]): Did[] {
  return found.filter(({ standing }) => standing !== "organization").map(({ rater }) => rater);
}

function inOrder(one: { seq: number }, other: { seq: number }): number {
  return one.seq - other.seq;
}
