import { CompiledQuery, type Kysely, type Selectable, sql } from "kysely";
import type { IssuedCredential, IssuedStore } from "../credentials/issued.ts";
import { readAsChecked } from "../identity/as-checked.ts";
import { parsePkh } from "../identity/did.ts";
import { parseTime } from "../kernel/time.ts";
import type { CredentialKnowledge, RenownEnding } from "../verify/credential-question.ts";
import type { Storage } from "./database.ts";
import { keepAnswers } from "./kept-answers.ts";
import type { Tables } from "./tables.ts";

/** Credentials kept, of about a kilobyte each, and revisions of lists. */
const maxKept = 1024;

/** What issuing keeps, in SQLite or D1: every call is one statement. */
export function credentialStore({ db, reader }: Pick<Storage, "db" | "reader">): IssuedStore {
  const credentials = keepAnswers(reader, maxKept, ([row]: CredentialRow[]) => row && credentialOf(row));
  const revisions = keepAnswers(reader, maxKept, ([row]: Revision[]) => `${row!.revoked}.${row!.latest ?? 0}`);
  return {
    async insert(credential) {
      const result = await db.executeQuery(CompiledQuery.raw(insertCredential, valuesOf(credential)));
      return result.numAffectedRows === 1n;
    },
    find: (id) => credentials.ask(id, () => ({ sql: credentialById, params: [id] })),
    async ofSubject(subject, after, limit) {
      const all = db.selectFrom("issued_credentials").selectAll().where("subject", "=", subject);
      const rest = after ? all.where(sql<boolean>`(issued_at, id) < (${after.issuedAt}, ${after.id})`) : all;
      const rows = await rest.orderBy("issued_at", "desc").orderBy("id", "desc").limit(limit).execute();
      return rows.map(credentialOf);
    },
    async revoke(id, by, at) {
      const update = db.updateTable("issued_credentials").set({ revoked_at: at, revoked_by: by });
      const result = await update.where("id", "=", id).where("revoked_at", "is", null).executeTakeFirst();
      return result.numUpdatedRows === 1n;
    },
    async insertList({ id, purpose, size, createdAt }) {
      await db.insertInto("status_lists").values({ id, purpose, size, created_at: createdAt }).execute();
    },
    async findList(id) {
      const row = await db.selectFrom("status_lists").selectAll().where("id", "=", id).executeTakeFirst();
      return row && { id: row.id, purpose: row.purpose, size: row.size, createdAt: row.created_at };
    },
    latestList: (purpose) => latestList(db, purpose),
    async revokedIndexes(list) {
      const of = db.selectFrom("issued_credentials").select("status_index").where("status_list", "=", list);
      return (await of.where("revoked_at", "is not", null).execute()).map((row) => row.status_index);
    },
    revisionOf: (list) => revisions.ask(list, () => ({ sql: revision, params: [list] })),
  };
}

/** How Renown credentials ended, by the read models of the log. */
export function renownEndings(db: Kysely<Tables>): NonNullable<CredentialKnowledge["endingOf"]> {
  return async (credentialId, issuer) => {
    const { address, chainId } = parsePkh(issuer);
    const row = await db
      .selectFrom("renown_credentials as credential")
      .leftJoin("delegations", "delegations.document", "credential.document")
      .leftJoin("entries", "entries.seq", "delegations.compromised_seq")
      .select([
        "credential.revoked_at",
        "delegations.compromised_from",
        "entries.latest_at",
        "delegations.as_checked",
        "credential.body",
      ])
      .where("credential.credential_id", "=", credentialId)
      .where("credential.issuer_address", "=", address)
      .where("credential.issuer_chain", "=", chainId)
      .executeTakeFirst();
    if (!row) return undefined;
    const { compromised_from: from, latest_at: saidAt } = row;
    return {
      revokedAt: row.revoked_at === null ? undefined : parseTime(row.revoked_at),
      compromise: from === null || saidAt === null ? undefined : { from, saidAt },
      contract: row.as_checked === null ? undefined : contractProof(row.body, row.as_checked),
    };
  };
}

/** Both texts were written by us, from what had been parsed. */
function contractProof(body: string, record: string): RenownEnding["contract"] {
  const asChecked = readAsChecked(JSON.parse(record));
  return asChecked && { proofValue: JSON.parse(body).proof.proofValue, asChecked };
}

// What is read over and over, and what sign-in waits for, has a fixed text instead of one built each time.
const credentialById = "SELECT * FROM issued_credentials WHERE id = ?";
const revision =
  "SELECT count(*) AS revoked, max(revoked_at) AS latest FROM issued_credentials " +
  "WHERE status_list = ? AND revoked_at IS NOT NULL";
const insertCredential = `INSERT INTO issued_credentials
  (id, subject, about, type, jwt, issued_at, expires_at, status_list, status_index)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (status_list, status_index) DO NOTHING`;

function valuesOf(credential: IssuedCredential): unknown[] {
  const { id, subject, about, type, jwt, issuedAt, expiresAt, statusList, statusIndex } = credential;
  return [id, subject, about ?? null, type, jwt, issuedAt, expiresAt, statusList, statusIndex];
}

type Revision = { revoked: number; latest: number | null };
type CredentialRow = Selectable<Tables["issued_credentials"]>;

function credentialOf(row: CredentialRow): IssuedCredential {
  return {
    id: row.id,
    subject: row.subject,
    ...(row.about !== null && { about: row.about }),
    type: row.type,
    jwt: row.jwt,
    issuedAt: row.issued_at,
    expiresAt: row.expires_at,
    statusList: row.status_list,
    statusIndex: row.status_index,
    ...(row.revoked_at !== null && { revokedAt: row.revoked_at }),
    ...(row.revoked_by !== null && { revokedBy: row.revoked_by }),
  };
}

async function latestList(db: Kysely<Tables>, purpose: string) {
  const row = await db
    .selectFrom("status_lists as list")
    .select(["list.id", "list.size"])
    .select((each) =>
      each
        .selectFrom("issued_credentials")
        .select((counted) => counted.fn.countAll<number>().as("taken"))
        .whereRef("status_list", "=", "list.id")
        .as("taken"),
    )
    .where("list.purpose", "=", purpose)
    .orderBy("list.created_at", "desc")
    .orderBy("list.id", "desc")
    .limit(1)
    .executeTakeFirst();
  return row && { id: row.id, size: row.size, taken: row.taken ?? 0 };
}
