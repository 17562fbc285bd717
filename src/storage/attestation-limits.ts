import { accountOf } from "../reputation/accounts.ts";
import type { AttestationLimits } from "../reputation/reputation.ts";
import type { Reader } from "./statement.ts";

/** How much attesters have said, as the read models tell. */
export function attestationLimits(reader: Reader): AttestationLimits {
  const count = async (sql: string, ...params: (string | number)[]): Promise<number> =>
    (await reader.rows<{ n: number }>({ sql, params }))[0]!.n;
  return {
    saidAbout: (account, document) => count(`${saidBy(account)} AND document = ?`, account, document),
    saidSince: (account, since) => count(`${saidBy(account)} AND admitted_at > ?`, account, since),
    oneWith: async (user) => {
      const own = await reader.rows<{ account: string }>({ sql: ownAccounts, params: [accountOf(user)] });
      return own.map(({ account }) => account);
    },
  };
}

/** An account of a person is an address, anybody else a document or a DID. */
function saidBy(account: string): string {
  return /^0x[0-9a-f]{40}$/.test(account) ? byAccount : byOne;
}

const byOne = "SELECT count(*) AS n FROM attestations WHERE rater = ?";

/** A person is whoever has the address: each did:pkh of eip155 ends with it, whatever its chain. */
const byAccount = "SELECT count(*) AS n FROM attestations WHERE organization = '' AND substr(rater, -42) = ?";

/** From wallet to wallet, where two name each other; as many as a ruling may ask for. */
const ownAccounts =
  "WITH RECURSIVE own(account) AS (SELECT ? UNION " +
  "SELECT substr(a.other, -42) FROM own JOIN subject_links a ON substr(a.subject, -42) = own.account " +
  "JOIN subject_links b ON b.subject = a.other AND b.other = a.subject " +
  "WHERE a.ended_seq IS NULL AND b.ended_seq IS NULL LIMIT 1000) SELECT account FROM own";
