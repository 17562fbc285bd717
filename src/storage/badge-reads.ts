import { CompiledQuery, type Kysely } from "kysely";
import type { AwardQuery, AwardRecord, BadgeReads, ClassRecord } from "../badges/award-store.ts";
import type { Tables } from "./tables.ts";

/** What the log says of badge classes and awards, in SQLite or D1: every call is one statement. */
export function badgeReads(db: Kysely<Tables>): BadgeReads {
  const rows = async <R>(sql: string, ...params: unknown[]): Promise<R[]> =>
    (await db.executeQuery<R>(CompiledQuery.raw(sql, params))).rows;
  return {
    findClass: async (document) => (await rows<ClassRow>(`${classes} WHERE c.document = ?`, document)).map(classOf)[0],
    findVersion: async (document, version) => {
      const [row] = await rows<VersionRow>(versionOf, document, version);
      return row && { ...row, definition: JSON.parse(row.definition) };
    },
    classesOf: async (organization, { archived, after, limit }) => {
      const found = await rows<ClassRow>(classesOf, organization, after, archived ? 1 : 0, limit);
      return found.map(classOf);
    },
    findAward: async (document) => (await rows<AwardRow>(`${awards} WHERE a.document = ?`, document)).map(awardOf)[0],
    awards: async (query, after, limit, latest = false) => {
      const { sql, params } = awardsBy(query, latest);
      const place = latest ? after || Number.MAX_SAFE_INTEGER : after;
      return (await rows<AwardRow>(sql, ...params, place, limit)).map(awardOf);
    },
    holders: async (space, keys) => {
      const found = await rows<{ key: string; holder: string }>(holders, space, JSON.stringify(keys));
      return new Map(found.map(({ key, holder }) => [key, holder]));
    },
  };
}

type VersionRow = { version: number; operation: string; definition: string; createdAt: number };

type ClassRow = Omit<ClassRecord, "definition" | "archived" | "test"> & {
  definition: string;
  archived: number;
  test: number;
};

type AwardRow = Omit<AwardRecord, "unclaimed" | "hidden" | "test"> & {
  unclaimed: number;
  hidden: number;
  test: number;
};

const classes =
  "SELECT c.document, c.organization, c.version, c.entry, c.operation, v.definition, c.archived, c.test, " +
  "c.created_seq AS seq, c.created_at AS createdAt, c.updated_at AS updatedAt FROM badge_classes c " +
  "JOIN badge_class_versions v ON v.document = c.document AND v.version = c.version";
const classesOf = `${classes} WHERE c.organization = ? AND c.created_seq > ? AND c.archived <= ? ORDER BY c.created_seq LIMIT ?`;
const versionOf =
  "SELECT version, operation, definition, created_at AS createdAt FROM badge_class_versions " +
  "WHERE document = ? AND version = ?";
const awards =
  "SELECT a.document, a.organization, a.class, a.subject, a.unclaimed, a.standing, a.hidden, a.held_until AS heldUntil, " +
  "a.test, a.awarded_seq AS seq FROM awards a";
const holders = "SELECT key, holder FROM claims WHERE space = ? AND key IN (SELECT value FROM json_each(?))";

function awardsBy(query: AwardQuery, latest: boolean): { sql: string; params: unknown[] } {
  const { lookup, ...columns } = query;
  const given = Object.entries(columns).filter(([, value]) => value !== undefined);
  const conditions = given.map(([name]) => `a.${columnNames[name as keyof typeof columns]} = ?`);
  const params: unknown[] = given.map(([, value]) => (typeof value === "boolean" ? Number(value) : value));
  if (lookup !== undefined) {
    // Who has claimed it is found by their DID, not by the address that it came to.
    conditions.push("a.unclaimed = 1 AND a.document IN (SELECT document FROM award_contacts WHERE lookup = ?)");
    params.push(lookup);
  }
  const [place, order] = latest ? ["a.awarded_seq < ?", "a.awarded_seq DESC"] : ["a.awarded_seq > ?", "a.awarded_seq"];
  const sql = `${awards} WHERE ${[...conditions, place].join(" AND ")} ORDER BY ${order} LIMIT ?`;
  return { sql, params };
}

/** Names of columns come from here alone. */
const columnNames = {
  organization: "organization",
  class: "class",
  cohort: "cohort",
  subject: "subject",
  standing: "standing",
  test: "test",
} as const satisfies Record<Exclude<keyof AwardQuery, "lookup">, string>;

function classOf({ definition, archived, test, ...rest }: ClassRow): ClassRecord {
  return { ...rest, definition: JSON.parse(definition), archived: archived === 1, test: test === 1 };
}

function awardOf({ unclaimed, hidden, test, ...rest }: AwardRow): AwardRecord {
  return { ...rest, unclaimed: unclaimed === 1, hidden: hidden === 1, test: test === 1 };
}
