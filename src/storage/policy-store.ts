import type { Selectable } from "kysely";
import { iso } from "../kernel/time.ts";
import type { PolicyRecord, PolicyStore } from "../reputation/policies.ts";
import type { Policy } from "../reputation/policy.ts";
import type { Storage } from "./database.ts";
import { keepUntilWritten } from "./kept-answers.ts";
import type { PolicyTables } from "./policy-columns.ts";

/** Policies kept in memory, some hundred bytes each; versions are kept by whoever asks for them. */
const maxKept = 256;

/** What policies are asked by, in SQLite or D1. */
export function policyStore({ db, reader }: Pick<Storage, "db" | "reader">): PolicyStore {
  const records = keepUntilWritten(reader, maxKept, ([row]: Row[]) => row && recordOf(row));
  return {
    find: (document) => records.ask(document, () => ({ sql: byDocument, params: [document] })),
    byAlias: (alias) => records.ask(`alias ${alias}`, () => ({ sql: byAlias, params: [alias] })),
    async list(after, limit) {
      const found = db.selectFrom("policies").selectAll().where("created_seq", ">", after);
      return (await found.orderBy("created_seq").limit(limit).execute()).map(recordOf);
    },
    async version(document, version) {
      const found = db.selectFrom("policy_versions").selectAll().where("document", "=", document);
      const row = await found.where("version", "=", version).executeTakeFirst();
      if (!row) return undefined;
      const { hash, operation } = row;
      // What stands there has passed the schema when it was admitted.
      const policy = JSON.parse(row.policy) as Policy;
      return { id: document, version, hash, policy, operation, publishedAt: iso(row.published_at) };
    },
    async versions(document, before, limit) {
      const rows = await db
        .selectFrom("policy_versions")
        .select(["version", "hash", "published_at", "superseded_at"])
        .where("document", "=", document)
        .where("version", "<", before)
        .orderBy("version", "desc")
        .limit(limit)
        .execute();
      return rows.map(({ version, hash, published_at: publishedAt, superseded_at: supersededAt }) => ({
        version,
        hash,
        publishedAt,
        supersededAt,
      }));
    },
  };
}

const byDocument = "SELECT * FROM policies WHERE document = ?";
const byAlias = "SELECT * FROM policies WHERE alias = ?";

type Row = Selectable<PolicyTables["policies"]>;

function recordOf({ document, name, latest, hash, owner, alias, ...row }: Row): PolicyRecord {
  const { created_seq: createdSeq, created_at: createdAt, updated_at: updatedAt } = row;
  return { document, name, latest, hash, owner, alias, createdSeq, createdAt, updatedAt };
}
