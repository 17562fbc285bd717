import { type Millis, minute } from "../kernel/time.ts";
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
  const saidSince = async (attester: string, since: Millis): Promise<number> => {
    const known = kept.get(attester);
    if (known && since >= known.since && since - known.since < keptFor) return known.said++;
    const said = await count(ofAttester, attester, since);
    kept.delete(attester);
    if (kept.size >= maxKept) kept.delete(kept.keys().next().value!);
    kept.set(attester, { since, said: said + 1 });
    return said;
  };
  return {
    attested: async (attester, document, since) => ({
      about: await count(aboutOne, document, attester),
      since: await saidSince(attester, since),
    }),
  };
}

const aboutOne = "SELECT count(*) AS n FROM attestations WHERE document = ? AND rater = ?";
const ofAttester = "SELECT count(*) AS n FROM attestations WHERE rater = ? AND admitted_at > ?";
