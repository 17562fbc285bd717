import type { Kysely } from "kysely";
import type { Tables } from "./tables.ts";

/** Holds a database to the realm that it was first opened for; throws an Error that names both. */
export async function keepRealm(db: Kysely<Tables>, realm: string): Promise<void> {
  const row = { name: "realm", value: realm };
  await db
    .insertInto("installation")
    .values(row)
    .onConflict((on) => on.doNothing())
    .execute();
  const kept = await db.selectFrom("installation").select("value").where("name", "=", "realm").executeTakeFirst();
  if (kept?.value !== realm)
    throw new Error(`RENOWN_REALM is ${realm}, but this database was made for the realm ${kept?.value}.`);
}
