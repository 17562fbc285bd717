import type { AwardChange, AwardPeriod, EvidenceClass, EvidenceStore } from "../followers/award-evidence.ts";
import { followerCursor } from "./follower-cursor.ts";
import type { Parameter, Reader, Statement, Writer } from "./statement.ts";

/** Empties what is followed, so that it is made again from the beginning of the log. */
export const clearFollowed: readonly Statement[] = [
  { sql: "DELETE FROM award_evidence", params: [] },
  { sql: "DELETE FROM award_endorsements", params: [] },
  { sql: "DELETE FROM evidence_classes", params: [] },
  // Turns go on: whoever has read before writes nothing any more.
  { sql: "UPDATE followers SET seq = 0, turn = turn + 1", params: [] },
];

/** What followers of awards keep, in SQLite or D1. */
export function evidenceStore({ reader, write }: { reader: Reader; write: Writer }): EvidenceStore {
  const rows = async <R>(sql: string, ...params: Parameter[]): Promise<R[]> => reader.rows<R>({ sql, params });
  const at = followerCursor({ reader, write }, "award-evidence");
  return {
    cursor: at.cursor,
    periods: (documents) => rows<AwardPeriod>(lastPeriods, JSON.stringify(documents)),
    classes: (versions) => rows<EvidenceClass>(classesNamed, JSON.stringify(versions)),
    advance: (from, seq, change) => at.advance(from, seq, change ? changing(change) : []),
    clear: async () => void (await write([at.first, ...clearFollowed])),
  };
}

const lastPeriods = "SELECT * FROM award_evidence WHERE document IN (SELECT value FROM json_each(?)) AND until IS NULL";
const classesNamed =
  "SELECT c.* FROM json_each(?) named JOIN evidence_classes c " +
  "ON c.class = named.value ->> '$.class' AND c.version = named.value ->> '$.version'";

/** One parameter of JSON carries all rows of a table. Periods are written whole, then closed: some are both at once. */
function changing({ classes, opened, closed, endorsements }: AwardChange): Statement[] {
  const lists: [string, readonly unknown[]][] = [
    [insertion("evidence_classes", classColumns, 2), classes],
    [insertion("award_evidence", periodColumns, 2), opened],
    [closing, closed],
    [insertion("award_endorsements", endorsementColumns, 1), endorsements],
  ];
  return lists.flatMap(([sql, list]) => (list.length > 0 ? [{ sql, params: [JSON.stringify(list)] }] : []));
}

const closing =
  "UPDATE award_evidence SET until = part.value ->> '$.until' FROM json_each(?) part " +
  "WHERE document = part.value ->> '$.document' AND since = part.value ->> '$.since'";

const classColumns = ["class", "version", "field", "days", "until"] as const satisfies (keyof EvidenceClass)[];
const endorsementColumns = [
  "operation",
  "award",
  "organization",
  "seq",
  "entry",
  "authority",
  "claimed_at",
  "admitted_at",
] as const;
const periodColumns = [
  "document",
  "since",
  "until",
  "operation",
  "seq",
  "entry",
  "authority",
  "organization",
  "class",
  "version",
  "field",
  "subject",
  "claimed_at",
  "admitted_at",
  "said_from",
  "said_until",
  "held_until",
  "valid_from",
  "valid_until",
  "hidden",
  "ended_seq",
  "ended_at",
  "ended_as",
  "ended_by",
  "ended_authority",
] as const satisfies (keyof AwardPeriod)[];

/** The first columns are the key; a row that stands is written over, as a class that comes back as it was. */
function insertion(table: string, columns: readonly string[], keys: number): string {
  const values = columns.map((column) => `value ->> '$.${column}'`);
  const changes = columns.slice(keys).map((column) => `${column} = excluded.${column}`);
  return (
    `INSERT INTO ${table} (${columns.join(", ")}) SELECT ${values.join(", ")} FROM json_each(?) WHERE true ` +
    `ON CONFLICT (${columns.slice(0, keys).join(", ")}) DO UPDATE SET ${changes.join(", ")}`
  );
}
