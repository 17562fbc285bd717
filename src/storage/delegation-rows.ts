import { type DelegationRow, delegationOfRow } from "../operations/delegation-row.ts";
import type { OperationStore } from "../operations/store.ts";
import type { Reader } from "./statement.ts";

/** Delegations that a commit looks at: the latest of one key and one user. */
const maxDelegations = 16;

/** What the operation store answers about delegations. */
export function delegationQueries(
  reader: Reader,
): Pick<OperationStore, "delegationsOf" | "delegationsByUser" | "delegationByDocument"> {
  return {
    delegationsOf: async (user, key) => {
      const params = [key, addressOf(user), user];
      return (await reader.rows<DelegationRow>({ sql: ofKey, params })).map(delegationOfRow);
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
}

/** A proof by recovery speaks for its address on every chain, one by contract for exactly its DID. */
const speaksFor = "(subject = ? OR method = 'recovery')";
const ofKey =
  `SELECT * FROM delegations WHERE app = ? AND address = ? AND ${speaksFor} ` +
  `ORDER BY granted_seq DESC LIMIT ${maxDelegations}`;
const ofUser = `SELECT * FROM delegations WHERE address = ? AND document > ? AND ${speaksFor} ORDER BY document LIMIT ?`;

/** The address at the end of a did:pkh, as the rows have it. */
function addressOf(user: string): string {
  return user.slice(user.lastIndexOf(":") + 1).toLowerCase();
}
