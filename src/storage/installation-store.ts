import type { Kysely } from "kysely";
import type { Did } from "../identity/did.ts";
import type { Tables } from "./tables.ts";

/** What a database is begun with, and what then must stay: all that was signed rests on it. */
export type Beginning = { realm: string; did: Did; operationKeys: readonly { key: Did }[] };

/**
 * Holds a database to the realm, the service's DID and the keys for operations that it was first opened with, of which none
 * is ever taken out; throws an Error that names what is another.
 */
export async function keepBeginning(db: Kysely<Tables>, beginning: Beginning): Promise<void> {
  // Nothing is written down of a start that is refused.
  ensureSame(await readBeginning(db), beginning);
  const { realm, did, operationKeys } = beginning;
  const given = { realm, did, [operationKey]: operationKeys[0]!.key };
  await db
    .insertInto("installation")
    .values(Object.entries(given).map(([name, value]) => ({ name, value })))
    .onConflict((on) => on.doNothing())
    .execute();
  // Of two first starts at once the second is held to the first.
  const kept = await readBeginning(db);
  ensureSame(kept, beginning);
  if (kept.get("did") !== did)
    await db.updateTable("installation").set({ value: did }).where("name", "=", "did").execute();
}

const operationKey = "operation key";

async function readBeginning(db: Kysely<Tables>): Promise<ReadonlyMap<string, string>> {
  const rows = await db.selectFrom("installation").select(["name", "value"]).execute();
  return new Map(rows.map(({ name, value }) => [name, value]));
}

function ensureSame(kept: ReadonlyMap<string, string>, { realm, did, operationKeys }: Beginning): void {
  const known = { realm: kept.get("realm"), did: kept.get("did"), key: kept.get(operationKey) };
  if (known.realm !== undefined && known.realm !== realm)
    throw new Error(`RENOWN_REALM is ${realm}, but this database was made for the realm ${known.realm}.`);
  // What was begun on localhost was a trial, which may move: nobody else could resolve that DID.
  if (known.did !== undefined && known.did !== did && !/^did:web:localhost(%3A\d+)?$/.test(known.did))
    throw new Error(`By RENOWN_ORIGIN the service is ${did}, but in this database it has signed as ${known.did}.`);
  if (known.key !== undefined && !operationKeys.some(({ key }) => key === known.key))
    throw new Error(
      "The keys are not those that this database was begun with: bring back its keys.json, or RENOWN_KEYS, or begin with an empty database.",
    );
}
