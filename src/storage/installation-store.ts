import { type Kysely, sql } from "kysely";
import { identityLife } from "../credentials/identity-credential.ts";
import type { Did } from "../identity/did.ts";
import { keyedDigest } from "../identity/sealing.ts";
import { isLocalDid } from "../identity/service-did.ts";
import { operationDid, type ServiceKeys } from "../identity/service-keys.ts";
import { type Clock, type Millis, parseTime } from "../kernel/time.ts";
import type { Tables } from "./tables.ts";

/** What a database is begun with, and what then must stay: all that was signed rests on it. */
export type Beginning = { realm: string; did: Did; keys: ServiceKeys; clock: Clock };

/** The number of the last of `migrations/`; each sets it in the database. */
export const schema = "0027";

/**
 * Holds a database to the migrations that this version needs, to the realm and the service's DID that it was first opened
 * with, and to every key that it was ever opened with, retired ones too; writes down what is new. Throws an Error that
 * names what is another, and what helps.
 */
export async function keepBeginning(db: Kysely<Tables>, beginning: Beginning): Promise<void> {
  const given = namesOf(beginning);
  for (;;) {
    const kept = await readBeginning(db);
    // Nothing is written down of a start that is refused.
    ensureSame(kept, given, beginning.clock());
    if ([...given].every(([name, value]) => kept.get(name) === value)) return;
    // Of two starts at once the second writes nothing, and is held to what the first has written.
    await writeWhereUnchanged(db, kept, given);
  }
}

/** Whether anything rests on keys that this database was opened with. */
export async function isBegun(db: Kysely<Tables>): Promise<boolean> {
  return [...(await readBeginning(db)).keys()].some((name) => keyName.test(name));
}

type Names = ReadonlyMap<string, string>;

async function readBeginning(db: Kysely<Tables>): Promise<Names> {
  const rows = await db.selectFrom("installation").select(["name", "value"]).execute();
  return new Map(rows.map(({ name, value }) => [name, value]));
}

/** One statement, because D1 has no transactions that could read first. */
async function writeWhereUnchanged(db: Kysely<Tables>, kept: Names, given: Names): Promise<void> {
  const [before, after] = [kept, given].map((names) => JSON.stringify(Object.fromEntries(names)));
  await sql`INSERT INTO installation (name, value)
    SELECT given.key, given.value FROM json_each(${after}) AS given
    WHERE NOT EXISTS (SELECT 1 FROM installation AS now WHERE NOT EXISTS
      (SELECT 1 FROM json_each(${before}) AS kept WHERE kept.key = now.name AND kept.value = now.value))
    ON CONFLICT (name) DO UPDATE SET value = excluded.value`.execute(db);
}

/** What is written down, none of it secret: the realm, the DID, and by name each key with the time of its retirement or "". */
function namesOf({ realm, did, keys }: Beginning): Names {
  return new Map([
    ["realm", realm],
    ["did", did],
    ...keys.operation.map((key) => [`operation key ${operationDid(key)}`, key.retired ?? ""] as const),
    ...keys.signing.map((key) => [`${signingKey} ${key.kid}`, key.retired ?? ""] as const),
    [`log key ${keys.log.kid}`, ""],
    // What is sealed at rest opens under no other.
    [`secret ${keyedDigest(keys, "installation", "secret")}`, ""],
  ]);
}

const signingKey = "signing key";
const keyName = /^(?:operation key|signing key|log key|secret) /;

function ensureSame(kept: Names, given: Names, now: Millis): void {
  // One that has come further is taken: the version before goes on until the next one is there.
  if ((kept.get("schema") ?? "") < schema)
    throw new Error(`The database lacks migrations up to ${schema}: apply them (wrangler d1 migrations apply).`);
  const [realm, did] = [given.get("realm"), given.get("did")];
  const known = { realm: kept.get("realm"), did: kept.get("did") };
  if (known.realm !== undefined && known.realm !== realm)
    throw new Error(`RENOWN_REALM is ${realm}, but this database was made for the realm ${known.realm}.`);
  // What was begun where only its own machine reaches it was a trial, which may move: nobody else could resolve that DID.
  if (known.did !== undefined && known.did !== did && !isLocalDid(known.did))
    throw new Error(`By RENOWN_ORIGIN the service is ${did}, but in this database it has signed as ${known.did}.`);
  const missing = [...kept].filter(
    ([name, retired]) => keyName.test(name) && !given.has(name) && !isSpent(name, retired, now),
  );
  if (missing.length > 0)
    throw new Error(
      `The keys lack ${named(missing.map(([name]) => name))}, which this database was started with: ` +
        "bring back its latest keys.json, or RENOWN_KEYS, or begin with an empty database.",
    );
}

/** A signing key may be taken out once the last credential that it signed is over; logs rest on the others. */
function isSpent(name: string, retired: string, now: Millis): boolean {
  return name.startsWith(signingKey) && retired !== "" && parseTime(retired) + identityLife <= now;
}

/** Names of a refusal: some, and how many more. */
function named(names: readonly string[]): string {
  const more = names.length - mostNamed;
  return `${names.slice(0, mostNamed).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

const mostNamed = 3;
