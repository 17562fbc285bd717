import type { Kysely } from "kysely";
import type { Did } from "../identity/did.ts";
import type { Tables } from "./tables.ts";

/** What a database is begun with, and what then must stay: all that was signed rests on it. */
export type Beginning = { realm: string; did: Did; operationKeys: readonly { key: Did }[] };

/**
 * Holds a database to the realm, the service's DID and the keys for operations that it was first opened with, of which none
 * is ever taken out; throws an Error that names what is another.
 */
export async function keepBeginning(db: Kysely<Tables>, { realm, did, operationKeys }: Beginning): Promise<void> {
  const given = { realm, did, "operation key": operationKeys[0]!.key };
  const rows = Object.entries(given).map(([name, value]) => ({ name, value }));
  await db
    .insertInto("installation")
    .values(rows)
    .onConflict((on) => on.doNothing())
    .execute();
  const found = await db.selectFrom("installation").select(["name", "value"]).execute();
  const kept = new Map(found.map(({ name, value }) => [name, value]));
  if (kept.get("realm") !== realm)
    throw new Error(`RENOWN_REALM is ${realm}, but this database was made for the realm ${kept.get("realm")}.`);
  await keepDid(db, kept.get("did") ?? did, did);
  if (!operationKeys.some(({ key }) => key === kept.get("operation key")))
    throw new Error(
      "The keys are not those that this database was begun with: bring back its keys.json, or RENOWN_KEYS, or begin with an empty database.",
    );
}

/** What was begun on localhost was a trial, which may move: nobody else could resolve that DID. */
async function keepDid(db: Kysely<Tables>, kept: Did, did: Did): Promise<void> {
  if (kept === did) return;
  if (!/^did:web:localhost(%3A\d+)?$/.test(kept))
    throw new Error(`By RENOWN_ORIGIN the service is ${did}, but in this database it has signed as ${kept}.`);
  await db.updateTable("installation").set({ value: did }).where("name", "=", "did").execute();
}
