import { day, type Millis, parseTime } from "../kernel/time.ts";
import type { LoggedEntry } from "../operations/entry.ts";
import { type Claim, here, type Projection, type Row } from "../operations/kind.ts";
import type { Append } from "../operations/store.ts";
import { badgeColumns } from "./badge-columns.ts";
import { clearFollowed } from "./evidence-store.ts";
import { organizationColumns } from "./organization-columns.ts";
import { policyColumns } from "./policy-columns.ts";
import { reputationColumns } from "./reputation-columns.ts";
import type { Parameter, Reader, Statement, Writer } from "./statement.ts";
import type { Tables } from "./tables.ts";

/** What replaying the log writes: entries with what they project, in commit order. */
export type Replay = readonly { entry: LoggedEntry; projection: Projection; snapshot?: Append["snapshot"] }[];

/** The tables that the log can make again. */
export type ReadModels = {
  /** Empties them all, and what followers of the log have made, so that they begin again. */
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
  | keyof typeof organizationColumns
  | keyof typeof badgeColumns
  | keyof typeof policyColumns
  | keyof typeof reputationColumns;
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
  ...policyColumns,
  ...reputationColumns,
};

/** Writes a projection; `place` is the entry's own, undefined right behind the statement that writes the entry. */
export function projectionStatements(projection: Projection, admittedAt: Millis, place?: number): Statement[] {
  const claim = place === undefined ? (each: Claim) => takeClaim(each, admittedAt) : retakeClaim;
  return [...projection.claims.map(claim), ...upsertRows(projection.rows, place)];
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
      await write([...tables.map((table) => ({ sql: `DELETE FROM ${table}`, params: [] })), ...clearFollowed]);
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

/** Parameters of one statement in D1. */
const maxParams = 100;

/**
 * Rows of one form that follow each other are written together: closing an organisation ends a thousand grants, and D1
 * bounds the statements of a batch.
 */
function upsertRows(rows: readonly Row[], place: number | undefined): Statement[] {
  const statements: Statement[] = [];
  let open: { upsert: Upsert; params: Parameter[]; rows: number } | undefined;
  const end = () => open && statements.push({ sql: textOf(open.upsert, open.rows), params: open.params });
  for (const row of rows) {
    const upsert = upsertOf(row, place);
    const params = paramsOf(row, upsert, place);
    if (open?.upsert === upsert && open.params.length + params.length <= maxParams) {
      open.params.push(...params);
      open.rows++;
      continue;
    }
    end();
    open = { upsert, params, rows: 1 };
  }
  end();
  return statements;
}

function paramsOf({ key, set }: Row, { kept }: Upsert, place: number | undefined): Parameter[] {
  const keys = Object.values(key);
  const again = Array.from({ length: kept }, () => keys).flat();
  return [...keys, ...setValues(set, place), ...again];
}

/** The text of a statement is `sql` for one row; `kept` is how often the key stands in the text of each row again. */
type Upsert = { sql: string; into: string; values: string; change: string; kept: number };

function textOf({ sql, into, values, change }: Upsert, rows: number): string {
  return rows === 1 ? sql : `${into}${Array.from({ length: rows }, () => values).join(", ")}${change}`;
}

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
  const into = `INSERT INTO ${table} (${names.join(", ")}) VALUES `;
  const each = `(${values.join(", ")})`;
  const change = ` ON CONFLICT (${keys.join(", ")}) DO ${changes.length > 0 ? `UPDATE SET ${changes.join(", ")}` : "NOTHING"}`;
  return { sql: `${into}${each}${change}`, into, values: each, change, kept: kept.length };
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
