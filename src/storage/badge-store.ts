import { CompiledQuery, type Kysely } from "kysely";
import type { AwardAside, BadgeAsides, BadgeStore, StoredImage } from "../badges/award-store.ts";
import { day, type Millis } from "../kernel/time.ts";
import { countErasure, type Erasures, erasuresBy, erasuresOf, unerased } from "./award-erasures.ts";
import { badgeReads } from "./badge-reads.ts";
import type { Tables } from "./tables.ts";

/** What badges read and keep, in SQLite or D1. */
export function badgeStore(db: Kysely<Tables>): BadgeStore {
  return { ...badgeReads(db), ...badgeAsides(db) };
}

function badgeAsides(db: Kysely<Tables>): BadgeAsides {
  const rows = async <R>(sql: string, ...params: unknown[]): Promise<R[]> =>
    (await db.executeQuery<R>(CompiledQuery.raw(sql, params))).rows;
  return {
    keep: async (asides, now) => {
      for (const { sql, values } of keeping(asides, now))
        if (values.length > 0) await rows(sql, JSON.stringify(values));
    },
    documentOfFace: async (face) => (await rows<{ document: string }>(documentOfFace, face))[0]?.document,
    facesOf: async (documents) => {
      const found = await rows<{ document: string; face: string; fingerprint: string }>(
        facesOf,
        JSON.stringify(documents),
      );
      return new Map(found.map(({ document, face, fingerprint }) => [document, { face, fingerprint }]));
    },
    nameAwards: async (names, now) => void (await rows(nameAwards, now, JSON.stringify(names))),
    dropFace: async (face) => void (await rows("DELETE FROM award_faces WHERE id = ?", face)),
    dropFaces: async (document, but) => void (await rows(dropFaces, document, but)),
    personal: async (document, digest) =>
      (await rows<{ sealed: string | null }>(personal, document, digest)).map(({ sealed }) => sealed)[0],
    erasePersonal: async (document, digest) => void (await rows(erasePersonal, document, digest)),
    erasures: async (documents) => erasuresBy(await rows<Erasures>(erasuresOf, JSON.stringify(documents))),
    erase: async (document) => {
      await rows(countErasure, document);
      await rows(eraseTexts, document);
      await rows("DELETE FROM award_contacts WHERE document = ?", document);
    },
    contact: async (document, now) => (await rows<{ sealed: string }>(contact, document, now))[0]?.sealed,
    dropAll: async (document) => {
      for (const table of asideTables) await rows(dropThese(table), JSON.stringify([document]));
    },
    dropContacts: async (now, limit) => (await rows(dropContacts, now, limit)).length,
    dropOrphans: async (before, limit) => {
      const found = await rows<{ document: string; stands: number }>(preparations, before, limit);
      const orphans = found.filter(({ stands }) => stands === 0).map(({ document }) => document);
      for (const table of orphans.length > 0 ? asideTables : []) await rows(dropThese(table), JSON.stringify(orphans));
      const seen = JSON.stringify(found.map(({ document }) => document));
      if (found.length > 0) await rows(dropThese("award_preparations"), seen);
    },
    keepImage: async ({ digest, type, bytes }, now) => void (await rows(keepImage, digest, type, bytes, now)),
    findImage: async (digest) => (await rows<StoredImage>(findImage, digest))[0],
    take: async (names, most, now) => {
      const taken = await rows<{ name: string }>(take, Math.floor(now / day), JSON.stringify(names), most);
      const had = new Map<string, number>();
      for (const { name } of taken) had.set(name, (had.get(name) ?? 0) + 1);
      return had;
    },
    dropAllowances: async (before) =>
      void (await rows("DELETE FROM badge_allowances WHERE day < ?", Math.floor(before / day))),
  };
}

/** One parameter of JSON carries thousands of rows past D1's limit of a hundred parameters. */
function keeping(asides: readonly AwardAside[], now: Millis): { sql: string; values: unknown[] }[] {
  const personals = asides.flatMap(({ document, personal, erasures = 0 }) =>
    personal ? [{ document, erasures, ...personal, now }] : [],
  );
  const contacts = asides.flatMap(({ document, contact, erasures = 0 }) =>
    contact ? [{ document, erasures, ...contact }] : [],
  );
  const faces = asides.map(({ document, face, fingerprint }) => ({ document, face, fingerprint, now }));
  return [
    { sql: keepPreparations, values: faces },
    { sql: keepPersonal, values: personals },
    { sql: keepContacts, values: contacts },
    { sql: keepFaces, values: faces },
  ];
}

const column = (name: string) => `json_extract(value, '$.${name}')`;
const notErased = unerased(column("document"), column("erasures"));
const columns = (...names: string[]) => names.map(column).join(", ");

// `WHERE true`, or SQLite takes ON CONFLICT for a join's condition.
const keepFaces =
  "INSERT INTO award_faces (id, document, fingerprint, created_at) " +
  `SELECT ${columns("face", "document", "fingerprint", "now")} FROM json_each(?) WHERE true ON CONFLICT (id) DO NOTHING`;
const nameAwards =
  "INSERT INTO award_faces (id, document, fingerprint, created_at) " +
  `SELECT ${column("face")}, document, '', ? FROM json_each(?) JOIN awards ON document = ${column("document")} ` +
  "WHERE NOT EXISTS (SELECT 1 FROM award_faces f WHERE f.document = awards.document) ON CONFLICT (id) DO NOTHING";
const keepPersonal =
  "INSERT INTO award_personal (document, digest, sealed, created_at) " +
  `SELECT ${columns("document", "digest", "sealed", "now")} FROM json_each(?) WHERE ${notErased} ` +
  "ON CONFLICT (document, digest) DO NOTHING";
const keepContacts =
  "INSERT INTO award_contacts (document, lookup, sealed, expires_at) " +
  `SELECT ${columns("document", "lookup", "sealed", "expiresAt")} FROM json_each(?) WHERE ${notErased} ` +
  "ON CONFLICT (document) DO UPDATE SET lookup = excluded.lookup, sealed = excluded.sealed, expires_at = excluded.expires_at";
const keepPreparations =
  "INSERT INTO award_preparations (document, created_at) " +
  `SELECT ${columns("document", "now")} FROM json_each(?) WHERE true ON CONFLICT (document) DO NOTHING`;
const preparations =
  "SELECT document, EXISTS (SELECT 1 FROM awards WHERE awards.document = p.document) AS stands " +
  "FROM award_preparations p WHERE created_at <= ? ORDER BY created_at LIMIT ?";
const asideTables = ["award_faces", "award_personal", "award_contacts"] as const;
const dropThese = (table: (typeof asideTables)[number] | "award_preparations") =>
  `DELETE FROM ${table} WHERE document IN (SELECT value FROM json_each(?))`;
const documentOfFace = "SELECT document FROM award_faces WHERE id = ?";
const facesOf =
  "SELECT document, id AS face, fingerprint FROM award_faces WHERE document IN (SELECT value FROM json_each(?)) " +
  "ORDER BY created_at, id";
const dropFaces = "DELETE FROM award_faces WHERE document = ? AND id <> ?";
const personal = "SELECT sealed FROM award_personal WHERE document = ? AND digest = ?";
const erasePersonal = "UPDATE award_personal SET sealed = NULL WHERE document = ? AND digest = ?";
const eraseTexts = "UPDATE award_personal SET sealed = NULL WHERE document = ?";
const contact =
  "SELECT sealed FROM award_contacts WHERE document = ? AND expires_at > ? " +
  "AND NOT EXISTS (SELECT 1 FROM awards WHERE awards.document = award_contacts.document AND unclaimed = 0)";
const dropContacts =
  "DELETE FROM award_contacts WHERE document IN (SELECT c.document FROM award_contacts c LEFT JOIN awards a " +
  "ON a.document = c.document WHERE c.expires_at <= ? OR a.unclaimed = 0 OR a.standing IN ('revoked', 'cancelled') " +
  "LIMIT ?) RETURNING document";
const keepImage =
  "INSERT INTO badge_images (digest, type, bytes, created_at) VALUES (?, ?, ?, ?) ON CONFLICT (digest) DO NOTHING";
const findImage = "SELECT digest, type, bytes FROM badge_images WHERE digest = ?";
// One row after the other: of a name that stands there twice, each takes its own.
const take =
  "INSERT INTO badge_allowances (day, name, used) SELECT ?, value, 1 FROM json_each(?) WHERE true " +
  "ON CONFLICT (day, name) DO UPDATE SET used = used + 1 WHERE used < ? + 0 RETURNING name";
