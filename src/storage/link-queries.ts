/** Links that were answered while they stood, of wallets of the accounts in a list of JSON, theirs first. */
export const linksOf = (): string => `${laterFirst(named("l"))} UNION ALL ${earlierFirst(named("b"))}`;

/** Of all wallets, each pair once. */
export const allLinks = (): string => laterFirst("true");

const named = (one: string) => `substr(${one}.subject, -42) IN (SELECT value FROM json_each(?))`;

const linkColumns = (one: string, other: string) =>
  `${one}.subject, ${one}.other, ${one}.seq, ${one}.linked_at, ${one}.authority, ${one}.ended_seq, ` +
  `${other}.seq, ${other}.linked_at, ${other}.authority, ${other}.ended_seq, mine.closed_seq, theirs.closed_seq`;
const closed = (one: string, other: string) =>
  `LEFT JOIN reputations mine ON mine.document = ${one}.document LEFT JOIN reputations theirs ON theirs.document = ${other}.document`;
/**
 * Of two links that name each other the later one finds the other, which is the last before it: so each meeting is read
 * once, however often they were made and taken back.
 */
const laterFirst = (filter: string) =>
  `SELECT ${linkColumns("l", "b")} FROM subject_links l JOIN subject_links b ON b.entry = (SELECT e.entry FROM subject_links e ` +
  "WHERE e.subject = l.other AND e.other = l.subject AND e.seq < l.seq ORDER BY e.seq DESC LIMIT 1) " +
  `${closed("l", "b")} WHERE ${filter} AND l.seq <= ? AND b.seq <= ?`;
const earlierFirst = (filter: string) =>
  `SELECT ${linkColumns("b", "l")} FROM subject_links b JOIN subject_links l ON l.subject = b.other AND l.other = b.subject ` +
  `AND l.seq > b.seq AND (b.ended_seq IS NULL OR l.seq < b.ended_seq) ${closed("b", "l")} ` +
  `WHERE ${filter} AND b.seq <= ? AND l.seq <= ?`;
