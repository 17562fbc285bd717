import type { Closing } from "../followers/closed-subjects.ts";
import type { FollowerStore } from "../followers/follow.ts";
import { scoreCredentialType } from "../reputation/score-credential-types.ts";
import { followerCursor } from "./follower-cursor.ts";
import type { Reader, Writer } from "./statement.ts";

/** Revokes the credentials of scores of whoever leaves, in SQLite or D1; what was revoked before stays as it was. */
export function closingStore(parts: { reader: Reader; write: Writer }): FollowerStore<Closing[]> {
  const at = followerCursor(parts, "closed-subjects");
  return {
    cursor: at.cursor,
    advance: (from, seq, closings) => {
      const revoking = closings && { sql: revokeScores, params: [JSON.stringify(closings)] };
      return at.advance(from, seq, revoking ? [revoking] : []);
    },
    clear: async () => void (await at.advance(await at.cursor(), 0, [])),
  };
}

/** Milliseconds within which whoever asked before a subject left may have been handed a credential after. */
const underWay = 60_000;

/** A wallet is its owner's on every chain, and the kept credential does not say of which of these it speaks. */
const revokeScores =
  "UPDATE issued_credentials SET revoked_at = gone.at, revoked_by = gone.subject FROM (" +
  "SELECT account.value AS account, closing.value ->> '$.subject' AS subject, closing.value ->> '$.at' AS at " +
  "FROM json_each(?) closing, json_each(closing.value, '$.accounts') account) AS gone " +
  `WHERE issued_credentials.type = '${scoreCredentialType}' AND issued_credentials.revoked_at IS NULL ` +
  `AND substr(issued_credentials.subject, -42) = gone.account AND issued_credentials.issued_at <= gone.at + ${underWay}`;
