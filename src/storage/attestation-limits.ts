import { type Millis, minute } from "../kernel/time.ts";
import { accountOf } from "../reputation/accounts.ts";
import type { AttestationLimits } from "../reputation/reputation.ts";
import type { Reader } from "./statement.ts";

/** For so long what an attester says is counted on from the last count: whoever says much would be counted for each. */
const keptFor = minute;

/** Attesters whose counts are kept. */
const maxKept = 1_024;

type Count = { since: Millis; said: number };

/**
 * How much attesters have said, as the read models tell. Within a minute a process counts on by what it is asked, so what
 * several let in may go beyond by as much.
 */
export function attestationLimits(reader: Reader): AttestationLimits {
  const kept = new Map<string, Count>();
  const count = async (sql: string, ...params: (string | number)[]): Promise<number> =>
    (await reader.rows<{ n: number }>({ sql, params }))[0]!.n;
  const saidSince = async (account: string, said: string, since: Millis): Promise<number> => {
    const known = kept.get(account);
    if (known && since >= known.since && since - known.since < keptFor) return known.said++;
    const before = await count(`${said} AND admitted_at > ?`, account, since);
    kept.delete(account);
    if (kept.size >= maxKept) kept.delete(kept.keys().next().value!);
    kept.set(account, { since, said: before + 1 });
    return before;
  };
  return {
    attested: async (attester, document, since) => {
      const account = accountOf(attester);
      const said = account === attester ? byOne : byAccount;
      return {
        about: await count(`${said} AND document = ?`, account, document),
        since: await saidSince(account, said, since),
      };
    },
    oneWith: async (user) => {
      const own = await reader.rows<{ account: string }>({ sql: ownAccounts, params: [accountOf(user)] });
      return own.map(({ account }) => account);
    },
  };
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
