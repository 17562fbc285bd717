import { day, type Millis, parseTime } from "../kernel/time.ts";
import type { LoggedEntry } from "../operations/entry.ts";
import { type Claim, here, type Projection, type Row } from "../operations/kind.ts";
import type { Append } from "../operations/store.ts";
import { badgeColumns } from "./badge-columns.ts";
import { organizationColumns } from "./organization-columns.ts";
import type { Parameter, Reader, Statement, Writer } from "./statement.ts";
import type { Tables } from "./tables.ts";

/** What replaying the log writes: entries with what they project, in commit order. */
export type Replay = readonly { entry: LoggedEntry; projection: Projection; snapshot?: Append["snapshot"] }[];

/** The tables that the log can make again. */
export type ReadModels = {
  /** Empties them all. */
  clear(): Promise<void>;
  /**
   * Writes a part of the log's projections together, some hundred entries at a time. The log is taken at its word: its
   * claims are not judged again.
   */
  replay(part: Replay): Promise<void>;
  /** Drops claims that lapsed more than a day ago, at most `limit`; returns how many. */
  dropLapsedClaims(now: Millis, limit: number): Promise<number>;
};

type Projected =
  | "grants"
  | "delegations"
  | "renown_credentials"
  | "profiles"
  | "organizations"
  | "organization_members"
  | "organization_keys"
  | "organization_clients"
  | keyof typeof badgeColumns;
type Columns<T extends keyof Tables> = {
  [C in keyof Tables[T]]: null extends Tables[T][C] ? "optional" : "key" | "required";
};

/** Every table and column that a row may name: names are never taken from anywhere else. */
export const projected: { [T in Projected]: Columns<T> } = {
  grants: { entry: "key", seq: "required", ended: "optional" },
  delegations: {
    document: "key",
    kind: "required",
    entry: "required",
    subject: "required",
    address: "required",
    app: "required",
    label: "required",
    limits: "required",
    method: "required",
    granted_seq: "required",
    granted_at: "required",
    expires_at: "required",
    revoked_seq: "optional",
    revoked_at: "optional",
    revoked_by: "optional",
    revocation_reason: "optional",
    compromised_from: "optional",
    compromised_seq: "optional",
    as_checked: "optional",
    checked_at: "optional",
  },
  renown_credentials: {
    document: "key",
    credential_id: "required",
    issuer_address: "required",
    issuer_chain: "required",
    subject_id: "required",
    subject_app: "required",
    issuance_date: "required",
    issued_at: "required",
    expires_at: "required",
    body: "required",
    revoked_at: "optional",
    revocation_reason: "optional",
    created_at: "required",
    updated_at: "required",
  },
  profiles: {
    document: "key",
    owner: "required",
    eth_address: "optional",
    address_folded: "optional",
    chain_id: "optional",
    username: "optional",
    username_folded: "optional",
    user_image: "optional",
    created_at: "required",
    updated_at: "required",
  },
  ...organizationColumns,
  ...badgeColumns,
};

/** Writes a projection; `place` is the entry's own, undefined right behind the statement that writes the entry. */
export function projectionStatements(projection: Projection, admittedAt: Millis, place?: number): Statement[] {
  const claim = place === undefined ? (each: Claim) => takeClaim(each, admittedAt) : retakeClaim;
  return [...projection.claims.map(claim), ...projection.rows.map((row) => upsertRow(row, place))];
}

export function snapshotStatement(document: string, snapshot: NonNullable<Append["snapshot"]>): Statement {
  return {
    sql:
      "INSERT INTO snapshots (doc, length, state) VALUES ((SELECT doc FROM documents WHERE id = ?), ?, ?) " +
      "ON CONFLICT (doc) DO UPDATE SET length = excluded.length, state = excluded.state",
    params: [document, snapshot.length, snapshot.state],
  };
}

/** The read models of a database. */
export function readModelsOf(reader: Reader, write: Writer): ReadModels {
  return {
    clear: async () => {
      const tables = ["snapshots", "claims", ...Object.keys(projected)];
      await write(tables.map((table) => ({ sql: `DELETE FROM ${table}`, params: [] })));
    },
    replay: async (part) => {
      await write(
        part.flatMap(({ entry, projection, snapshot }) => [
          ...projectionStatements(projection, parseTime(entry.admittedAt), entry.seq),
          ...(snapshot ? [snapshotStatement(entry.document, snapshot)] : []),
        ]),
      );
    },
    dropLapsedClaims: async (now, limit) => {
      // A day of grace, so that clocks which disagree a little never make a replay differ from what was admitted.
      const sql =
        "DELETE FROM claims WHERE (space, key) IN (SELECT space, key FROM claims WHERE until < ? ORDER BY until LIMIT ?) " +
        "RETURNING key";
      return (await reader.rows({ sql, params: [now - day, limit] })).length;
    },
  };
}

/** One held by another becomes NULL, which its column refuses: that fails the commit on every database. */
function takeClaim({ space, key, holder, until }: Claim, now: Millis): Statement {
  return {
    sql:
      "INSERT INTO claims (space, key, holder, until) VALUES (?, ?, ?, ?) ON CONFLICT (space, key) DO UPDATE SET " +
      "holder = CASE WHEN holder = excluded.holder OR until <= ? THEN excluded.holder END, until = excluded.until",
    params: [space, key, holder, until, now],
  };
}

function retakeClaim({ space, key, holder, until }: Claim): Statement {
  return {
    sql:
      "INSERT INTO claims (space, key, holder, until) VALUES (?, ?, ?, ?) ON CONFLICT (space, key) DO UPDATE SET " +
      "holder = excluded.holder, until = excluded.until",
    params: [space, key, holder, until],
  };
}

function upsertRow(row: Row, place: number | undefined): Statement {
  const { sql, kept } = upsertOf(row, place);
  const key = Object.values(row.key);
  const again = Array.from({ length: kept }, () => key).flat();
  return { sql, params: [...key, ...setValues(row.set, place), ...again] };
}

/** `kept` is how often the key stands in the text again. */
type Upsert = { sql: string; kept: number };

/** By the form of the row: the kinds make a few dozen, and making the text takes longer than running it. */
const upserts = new Map<string, Upsert>();

function upsertOf(row: Row, place: number | undefined): Upsert {
  let form = `${row.table} ${Object.keys(row.key)}`;
  for (const [name, value] of Object.entries(row.set))
    form += value === here && place === undefined ? ` ${name}=here` : ` ${name}`;
  const known = upserts.get(form);
  if (known) return known;
  const upsert = makeUpsert(row, place);
  upserts.set(form, upsert);
  return upsert;
}

/** Required columns that the row does not name are read from the row that stands; where none does, the commit fails. */
function makeUpsert({ table, key, set }: Row, place: number | undefined): Upsert {
  const columns = columnsOf({ table, key, set });
  const keys = Object.keys(key);
  const kept = Object.keys(columns).filter((name) => columns[name] === "required" && !Object.hasOwn(set, name));
  const names = [...keys, ...Object.keys(set), ...kept];
  const standing = keys.map((name) => `${name} = ?`).join(" AND ");
  const values = [
    ...keys.map(() => "?"),
    ...Object.values(set).map((value) => (value === here && place === undefined ? lastPlace : "?")),
    ...kept.map((name) => `(SELECT ${name} FROM ${table} WHERE ${standing})`),
  ];
  const changes = Object.keys(set).map((name) => `${name} = excluded.${name}`);
  const sql =
    `INSERT INTO ${table} (${names.join(", ")}) VALUES (${values.join(", ")}) ` +
    `ON CONFLICT (${keys.join(", ")}) DO ${changes.length > 0 ? `UPDATE SET ${changes.join(", ")}` : "NOTHING"}`;
  return { sql, kept: kept.length };
}

const lastPlace = "(SELECT max(seq) FROM entries)";

function setValues(set: Row["set"], place: number | undefined): Parameter[] {
  const values: Parameter[] = [];
  for (const value of Object.values(set)) {
    if (value !== here) values.push(value);
    else if (place !== undefined) values.push(place);
  }
  return values;
}

/** A name that is not listed is a mistake in a document kind, never a refusal. */
function columnsOf(row: Row): Readonly<Record<string, string>> {
  const columns: Readonly<Record<string, string>> | undefined = Object.hasOwn(projected, row.table)
    ? projected[row.table as Projected]
    : undefined;
  if (!columns) throw new Error(`There is no read model ${row.table}.`);
  const keys = Object.keys(columns).filter((name) => columns[name] === "key");
  if (keys.join() !== Object.keys(row.key).join()) throw new Error(`The key of ${row.table} is ${keys.join(", ")}.`);
  for (const name of Object.keys(row.set))
    if (!Object.hasOwn(columns, name) || columns[name] === "key")
      throw new Error(`${row.table} has no column ${name} to set.`);
  return columns;
}
