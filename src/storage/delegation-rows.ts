import type { Did } from "../identity/did.ts";
import { type DelegationRow, delegationOfRow } from "../operations/delegation-row.ts";
import type { Append, OperationStore } from "../operations/store.ts";
import { keepAnswers } from "./kept-answers.ts";
import type { Reader } from "./statement.ts";

/** Delegations that a commit looks at: the latest of one key and one user. */
const maxDelegations = 16;

type Queries = Pick<OperationStore, "delegationsOf" | "delegationsByUser" | "delegationByDocument">;

/** What the operation store answers about delegations; `heed` tells it what has been committed. */
export function delegationQueries(reader: Reader, most: number): { queries: Queries; heed(append: Append): void } {
  const kept = keepAnswers(reader, most, (rows: DelegationRow[]) => rows.map(delegationOfRow));
  const ofKeyUpTo = (user: Did, key: Did, upTo: number) => ({ sql: ofKey, params: [key, addressOf(user), user, upTo] });
  const queries: Queries = {
    delegationsOf: async (user, key, upTo) => {
      if (upTo === undefined) return kept.ask(`${user} ${key}`, () => ofKeyUpTo(user, key, Number.MAX_SAFE_INTEGER));
      return (await reader.rows<DelegationRow>(ofKeyUpTo(user, key, upTo))).map(delegationOfRow);
    },
    delegationsByUser: async (user, after, limit) => {
      const params = [addressOf(user), after, user, limit];
      return (await reader.rows<DelegationRow>({ sql: ofUser, params })).map(delegationOfRow);
    },
    delegationByDocument: async (document) => {
      const [row] = await reader.rows<DelegationRow>({
        sql: "SELECT * FROM delegations WHERE document = ?",
        params: [document],
      });
      return row && delegationOfRow(row);
    },
  };
  const heed = ({ entries }: Append) => {
    if (entries.some(({ projection }) => projection.rows.some(({ table }) => table === "delegations")))
      kept.forgetAll();
  };
  return { queries, heed };
}

// `IN (?)` and `LIMIT ? + 0` for the reason that stands in `operation-store.ts`.
/** A proof by recovery speaks for its address on every chain, one by contract for exactly its DID. */
const speaksFor = "(subject IN (?) OR method = 'recovery')";
const ofKey =
  `SELECT * FROM delegations WHERE app IN (?) AND address IN (?) AND ${speaksFor} AND granted_seq <= ? ` +
  `ORDER BY granted_seq DESC LIMIT ${maxDelegations}`;
const ofUser = `SELECT * FROM delegations WHERE address IN (?) AND document > ? AND ${speaksFor} ORDER BY document LIMIT ? + 0`;

/** The address at the end of a did:pkh, as the rows have it. */
function addressOf(user: string): string {
  return user.slice(user.lastIndexOf(":") + 1).toLowerCase();
}
