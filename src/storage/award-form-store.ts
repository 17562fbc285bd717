import { CompiledQuery } from "kysely";
import type { FormName, FormStore, Forms, KeptEndorsement, KeptForms } from "../badges/form-store.ts";
import { type Erasures, erasuresBy, erasuresOf, unerased } from "./award-erasures.ts";
import type { Storage } from "./database.ts";
import type { Parameter } from "./statement.ts";

/** What awards and their endorsements were signed as, in SQLite or D1: every call but `erase` is one statement. */
export function formStore({ db, reader }: Pick<Storage, "db" | "reader">): FormStore {
  const run = async (sql: string, ...params: Parameter[]) => {
    await db.executeQuery(CompiledQuery.raw(sql, params));
  };
  return {
    erasures: async (awards) =>
      erasuresBy(await reader.rows<Erasures>({ sql: erasuresOf, params: [JSON.stringify(awards)] })),
    keep: (awards) => run(insertForms, JSON.stringify(awards.flatMap(rowsOf))),
    async find(award, revision) {
      const rows = await reader.rows<FormRow>({ sql: formsOfRevision, params: [award, revision] });
      return rows.length === 0 ? undefined : formsOf(rows);
    },
    keepEndorsement: ({ award, organization, forms, erasures }) =>
      run(insertEndorsement, award, organization, JSON.stringify(Object.entries(forms)), award, erasures),
    async endorsements(award) {
      const rows = await reader.rows<FormRow & { organization: string }>({ sql: endorsementsOf, params: [award] });
      const organizations = [...new Set(rows.map((row) => row.organization))];
      return organizations.map((organization): KeptEndorsement => {
        return { award, organization, forms: formsOf(rows.filter((row) => row.organization === organization)) };
      });
    },
    async erase(award) {
      await run("DELETE FROM award_forms WHERE award = ?", award);
      await run("DELETE FROM endorsement_forms WHERE award = ?", award);
    },
  };
}

type FormRow = { form: string; text: string };

const insertForms =
  "INSERT INTO award_forms (award, revision, form, text) SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3 " +
  `FROM json_each(?) WHERE ${unerased("value ->> 0", "value ->> 4")} ON CONFLICT DO NOTHING`;
const formsOfRevision = "SELECT form, text FROM award_forms WHERE award = ? AND revision = ?";
const insertEndorsement =
  "INSERT INTO endorsement_forms (award, organization, form, text) SELECT ?, ?, value ->> 0, value ->> 1 " +
  `FROM json_each(?) WHERE ${unerased("?", "? + 0")} ON CONFLICT DO NOTHING`;
const endorsementsOf =
  "SELECT organization, form, text FROM endorsement_forms WHERE award = ? ORDER BY organization, form";

function rowsOf({ award, revision, forms, erasures }: KeptForms): (string | number)[][] {
  return Object.entries(forms).map(([form, text]) => [award, revision, form, text, erasures]);
}

function formsOf(rows: readonly FormRow[]): Forms {
  return Object.fromEntries(rows.map(({ form, text }) => [form as FormName, text]));
}
