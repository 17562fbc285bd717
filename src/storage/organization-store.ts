import { type Kysely, type Selectable, sql } from "kysely";
import type { KeyType } from "../identity/did.ts";
import type {
  ClosingRecord,
  DomainRecord,
  FieldRecord,
  KeyRecord,
  OrganizationRecord,
  OrganizationStore,
} from "../organizations/directory.ts";
import type { DomainMethod, Role } from "../organizations/inputs.ts";
import type { Storage } from "./database.ts";
import { keepUntilWritten } from "./kept-answers.ts";
import type { Tables } from "./tables.ts";

type Database = Kysely<Tables>;

/** Organisations, and keys of one, that are kept in memory: a kilobyte each. */
const maxKept = 1024;

/** What organisations are asked by, in SQLite or D1: every call is one statement. */
export function organizationStore({ db, reader }: Pick<Storage, "db" | "reader">): OrganizationStore {
  const records = keepUntilWritten(reader, maxKept, ([row]: Row[]) => row && recordOf(row));
  const keys = keepUntilWritten(reader, maxKept, (rows: KeyRow[]) => rows.map(keyOf));
  return {
    find: (document) => records.ask(document, () => ({ sql: byDocument, params: [document] })),
    bySlug: (slug) => records.ask(`slug ${slug}`, () => ({ sql: bySlug, params: [slug] })),
    async list({ slug, name }, after, limit) {
      const found = organizations(db)
        .where("o.slug", ">", after)
        .where((of) =>
          of.or([
            of.and([of("o.slug", ">=", slug), of("o.slug", "<", `${slug}${last}`)]),
            of.and([of("o.name_folded", ">=", name), of("o.name_folded", "<", `${name}${last}`)]),
          ]),
        );
      return (await found.orderBy("o.slug").limit(limit).execute()).map(recordOf);
    },
    async members(document, after, limit) {
      const rows = await db
        .selectFrom("organization_members")
        .select(["user", "role", "operation", "since"])
        .where("document", "=", document)
        .where("user", ">", after)
        .where("role", "is not", null)
        .orderBy("user")
        .limit(limit)
        .execute();
      return rows.map((row) => ({ ...row, role: row.role as Role }));
    },
    keys: (document) => keys.ask(document, () => ({ sql: keysOf, params: [document] })),
    fields: async (document, after, limit) =>
      (await reader.rows<FieldRow>({ sql: fieldsOf, params: [document, after, limit] })).map(fieldOf),
    field: async (document, id) =>
      (await reader.rows<FieldRow>({ sql: fieldById, params: [document, id] })).map(fieldOf)[0],
    ...heldKeys(db, reader),
    ...domainChecks(db),
  };
}

type Held = Pick<OrganizationStore, "keepKey" | "heldKeys" | "forgetKeys">;

/** Private halves, sealed. */
function heldKeys(db: Database, reader: Storage["reader"]): Held {
  const held = keepUntilWritten(reader, maxKept, (rows: HeldRow[]) =>
    rows.map(({ key, type, operation, sealed }) => ({ key, type: type as KeyType, operation, sealed })),
  );
  return {
    async keepKey({ organization, key, sealed, createdAt }, most) {
      const row = sql`SELECT ${organization}, ${key}, ${sealed}, ${createdAt}`;
      const waiting = sql`
        SELECT count(*) FROM organization_private_keys AS p WHERE p.organization = ${organization} AND NOT EXISTS
          (SELECT 1 FROM organization_keys AS k WHERE k.document = p.organization AND k.key = p.key)`;
      const columns = sql`(organization, key, sealed, created_at)`;
      const insert = sql`INSERT INTO organization_private_keys ${columns} ${row} WHERE (${waiting}) < ${most}`;
      return (await insert.execute(db)).numAffectedRows === 1n;
    },
    heldKeys: (document) => held.ask(document, () => ({ sql: keysHeld, params: [document] })),
    async forgetKeys(before, limit) {
      const forget = sql<{ key: string }>`
        DELETE FROM organization_private_keys WHERE (organization, key) IN
          (SELECT p.organization, p.key FROM organization_private_keys AS p
            LEFT JOIN organization_keys AS k ON k.document = p.organization AND k.key = p.key
            WHERE p.created_at < ${before} AND (k.key IS NULL OR k.retired_at < ${before}) LIMIT ${limit})
        RETURNING key`;
      return (await forget.execute(db)).rows.length;
    },
  };
}

type Checks = Pick<OrganizationStore, "beginCheck" | "confirmDomain" | "confirmedAt" | "dueChecks">;

/** When domains were looked at. */
function domainChecks(db: Database): Checks {
  return {
    async beginCheck(organization, domain, now, notAfter) {
      const row = { organization, domain, checked_at: now, confirmed_at: null };
      // What another domain has said counts for that one only.
      const confirmed = sql<number>`CASE WHEN organization_domain_checks.domain = excluded.domain
        THEN organization_domain_checks.confirmed_at END`;
      const taken = await db
        .insertInto("organization_domain_checks")
        .values(row)
        .onConflict((known) =>
          known
            .column("organization")
            .doUpdateSet({ domain, checked_at: now, confirmed_at: confirmed })
            .where("organization_domain_checks.checked_at", "<=", notAfter),
        )
        .returning("organization")
        .executeTakeFirst();
      return taken !== undefined;
    },
    async confirmDomain(organization, domain, now) {
      const update = db.updateTable("organization_domain_checks").set({ confirmed_at: now });
      await update.where("organization", "=", organization).where("domain", "=", domain).execute();
    },
    async confirmedAt(organization, domain) {
      const check = db.selectFrom("organization_domain_checks").select("confirmed_at");
      const row = await check.where("organization", "=", organization).where("domain", "=", domain).executeTakeFirst();
      return row?.confirmed_at ?? undefined;
    },
    async dueChecks(before, limit) {
      const rows = await db
        .selectFrom("organizations as o")
        .leftJoin("organization_domain_checks as c", "c.organization", "o.document")
        .select("o.document")
        .where("o.domain", "is not", null)
        .where((of) => of.or([of("c.checked_at", "is", null), of("c.checked_at", "<=", before)]))
        .orderBy("c.checked_at")
        .limit(limit)
        .execute();
      return rows.map(({ document }) => document);
    },
  };
}

/** Behind every text that begins the same. */
const last = "\u{10ffff}";

// Each badge that is verified asks for these some times over, so their text is written once.
const organizationsBy =
  "SELECT o.*, c.checked_at AS looked_at FROM organizations o LEFT JOIN organization_domain_checks c " +
  "ON c.organization = o.document AND c.domain = o.domain WHERE";
const byDocument = `${organizationsBy} o.document = ?`;
const bySlug = `${organizationsBy} o.slug = ?`;
const keysOf = "SELECT * FROM organization_keys WHERE document = ? ORDER BY since, key";
const fieldBy = "SELECT field, name, codes, operation FROM organization_fields WHERE document = ? AND";
const fieldById = `${fieldBy} field = ?`;
const fieldsOf = `${fieldBy} field > ? AND operation IS NOT NULL ORDER BY field LIMIT ?`;
const keysHeld =
  "SELECT k.key, k.type, k.operation, p.sealed FROM organization_private_keys p " +
  "JOIN organization_keys k ON k.document = p.organization AND k.key = p.key " +
  "WHERE k.document = ? AND k.made = 1 AND k.retired_at IS NULL ORDER BY k.since";

/** With when each domain was last looked at. */
function organizations(db: Database) {
  return db
    .selectFrom("organizations as o")
    .leftJoin("organization_domain_checks as c", (on) =>
      on.onRef("c.organization", "=", "o.document").onRef("c.domain", "=", "o.domain"),
    )
    .selectAll("o")
    .select("c.checked_at as looked_at");
}

type Row = Selectable<Tables["organizations"]> & { looked_at: number | null };

function recordOf(row: Row): OrganizationRecord {
  const { document, slug, name, description, url, email, image } = row;
  const profile = { name, description, url, email, image };
  const times = { createdAt: row.created_at, updatedAt: row.updated_at };
  return { document, slug, profile, domain: domainOf(row), closed: closingOf(row), ...times };
}

function closingOf({ closed_at, closed_by, closed_reason }: Row): ClosingRecord | null {
  if (closed_at === null) return null;
  return { at: closed_at, by: closed_by as ClosingRecord["by"], reason: closed_reason ?? "" };
}

function domainOf(row: Row): DomainRecord | null {
  if (row.domain === null) return null;
  return {
    name: row.domain,
    verified: row.domain_verified === 1,
    since: row.domain_since,
    checkedAt: row.looked_at ?? row.domain_checked_at,
    method: row.domain_method as DomainMethod | null,
    code: row.domain_code,
  };
}

type FieldRow = Pick<Selectable<Tables["organization_fields"]>, "field" | "name" | "codes" | "operation">;

function fieldOf({ field, name, codes, operation }: FieldRow): FieldRecord {
  return { id: field, name, codes: codes === null ? [] : JSON.parse(codes), operation };
}

type KeyRow = Selectable<Tables["organization_keys"]>;
type HeldRow = Pick<KeyRow, "key" | "type" | "operation"> & { sealed: string };

function keyOf(row: KeyRow): KeyRecord {
  const { key, type, made, operation, since } = row;
  const ends = { retiredAt: row.retired_at, compromisedFrom: row.compromised_from };
  return { key, type: type as KeyType, made: made === 1, operation, since, ...ends };
}
