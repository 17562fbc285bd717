import type { Closing } from "../followers/closed-subjects.ts";
import type { FollowerStore } from "../followers/follow.ts";
import { accountOf } from "../reputation/accounts.ts";
import { scoreCredentialType } from "../reputation/score-credential-types.ts";
import { followerCursor } from "./follower-cursor.ts";
import type { Reader, Writer } from "./statement.ts";

/** Revokes the credentials of scores of whoever leaves, in SQLite or D1; what was revoked before stays as it was. */
export function closingStore(parts: { reader: Reader; write: Writer }): FollowerStore<Closing[]> {
  const at = followerCursor(parts, "closed-subjects");
  return {
    cursor: at.cursor,
    advance: (from, seq, closings) => {
      const revoking = closings && { sql: revokeScores, params: [JSON.stringify(closings.flatMap(goneBy))] };
      return at.advance(from, seq, revoking ? [revoking] : []);
    },
    clear: async () => void (await at.advance(await at.cursor(), 0, [])),
  };
}

/** Milliseconds within which whoever asked before a subject left may have been handed a credential after. */
const underWay = 60_000;

/** Account and DID of each whose score has ended, whether on all chains, by whom and when. */
function goneBy({ subject, members, everywhere, at }: Closing) {
  return members.map((did) => [accountOf(did), did, everywhere && did === subject ? 1 : 0, subject, at]);
}

/**
 * On another chain the same address may be another's, whose credential is left alone. Of one from before it was kept of
 * whom it speaks, nobody can tell: it goes with its address, since a day's credential is had anew and false words are not.
 */
export const revokeScores =
  "UPDATE issued_credentials SET revoked_at = gone.at, revoked_by = gone.subject FROM (" +
  "SELECT value ->> 0 AS account, value ->> 1 AS did, value ->> 2 AS everywhere, value ->> 3 AS subject, value ->> 4 AS at " +
  "FROM json_each(?)) AS gone " +
  `WHERE issued_credentials.type = '${scoreCredentialType}' AND issued_credentials.revoked_at IS NULL ` +
  "AND substr(coalesce(issued_credentials.about, issued_credentials.subject), -42) = gone.account " +
  "AND (gone.everywhere = 1 OR issued_credentials.about IS NULL OR issued_credentials.about = gone.did) " +
  `AND issued_credentials.issued_at <= gone.at + ${underWay}`;
