import { readFileSync } from "node:fs";
import { sql } from "kysely";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { JsonObject } from "../../../src/kernel/json.ts";
import { iso } from "../../../src/kernel/time.ts";
import { rebuild } from "../../../src/operations/rebuild.ts";
import { closeForOperator } from "../../../src/organizations/closing.ts";
import { organizationKind } from "../../../src/organizations/organization-state.ts";
import { migrations } from "../../../src/storage/migrate.ts";
import { alice, bob, openHouse, userOf } from "../../harness.ts";
import { newKey, wallet } from "./given-organization.ts";

let house: ReturnType<typeof openHouse>;
let document: string;
beforeEach(async () => {
  house = openHouse();
  await house.delegate({ may: [organizationKind] });
  const create = await house.opening(organizationKind);
  document = create.document;
  const intent = { document, kind: organizationKind, user: userOf(alice) };
  const init = await house.sign({ ...intent, type: "INIT", input: { slug: "academy", name: "Academy" } });
  await house.reactor.open(create.action, organizationKind, [init.action]);
});
afterEach(() => house.close());

async function change(type: string, input: JsonObject) {
  const { head } = await house.reactor.document(document);
  const intent = { document, kind: organizationKind, user: userOf(alice), type, input, previous: head };
  const [receipt] = await house.reactor.submit(document, [(await house.sign(intent)).action]);
  return receipt!;
}

const tables = [
  "organizations",
  "organization_members",
  "organization_roles",
  "organization_keys",
  "organization_clients",
  "organization_fields",
  "grants",
  "claims",
] as const;

async function all() {
  const rows = async (table: string) => (await sql`SELECT * FROM ${sql.table(table)}`.execute(house.storage.db)).rows;
  const found = await Promise.all(tables.map(rows));
  return found.map((each) => each.map((row) => JSON.stringify(row)).toSorted());
}

async function fill() {
  const key = newKey("Ed25519");
  await change("SET_MEMBER", { user: userOf(bob), role: "arbiter" });
  await change("SET_MEMBER", { user: userOf(bob), role: "viewer" });
  await change("SET_MEMBER", { user: wallet("c"), role: "admin" });
  await change("REMOVE_MEMBER", { user: wallet("c") });
  await change("ADD_KEY", { key, made: false });
  const fields = [{ id: "teaching", name: "Teaching", codes: ["onet:25-1022.00"] }];
  await change("SET_FIELDS", { fields: [...fields, { id: "music", name: "Music" }] });
  await change("SET_FIELDS", { fields });
  const client = { client: "A".repeat(22), name: "Sync", scopes: ["attestations:write"], mode: "live" };
  await change("ADD_CLIENT", client);
  await change("RETIRE_KEY", { key });
  return change("RETIRE_KEY", { key, compromisedFrom: iso(house.clock.now()) });
}

test("its read models come again from its log, also when it is closed", async () => {
  await fill();
  for (const closes of [false, true]) {
    if (closes) await closeForOperator(house.reactor, document, "Asked by a court.");
    const before = await all();
    expect(before.every((rows) => rows.length > 0)).toBe(true);
    await rebuild(house.storage.operations, house.storage.readModels, house.kinds);
    expect(await all()).toEqual(before);
  }
});

test("closing it ends every grant at one place, and nothing gives one again", async () => {
  await fill();
  await closeForOperator(house.reactor, document, "Asked by a court.");
  const { db, operations } = house.storage;
  const [closed] = await db.selectFrom("organizations").selectAll().execute();
  expect(closed).toMatchObject({ closed_by: "service", closed_reason: "Asked by a court." });
  expect(closed!.closed_seq).toBe(await operations.lastSeq());
  const entries = db.selectFrom("entries").select("digest").where("authority_by", "<>", "proof");
  const grants = await db.selectFrom("grants").select("ended").where("entry", "in", entries).execute();
  expect(grants.length).toBeGreaterThan(6);
  expect(grants.every(({ ended }) => ended !== null)).toBe(true);
  await expect(change("SET_PROFILE", { name: "Again" })).rejects.toMatchObject({ code: "REVOKED" });
  await expect(closeForOperator(house.reactor, document, "Twice.")).rejects.toMatchObject({ code: "REVOKED" });
});

test("a log of before gives, at the migration, what a replay would", async () => {
  const { seq } = await fill();
  const { db } = house.storage;
  const [key] = await db.selectFrom("organization_keys").select("compromised_seq").execute();
  expect(key).toEqual({ compromised_seq: seq });
  const before = await all();
  await db.deleteFrom("organization_roles").execute();
  await db.updateTable("organization_keys").set({ compromised_seq: null }).execute();
  expect(await all()).not.toEqual(before);
  const file = readFileSync(new URL("0018_organization_reputation.sql", migrations), "utf8");
  for (const statement of file.split(/;\n/).filter((each) => /^(--.*\n|\s)*(INSERT|UPDATE|DELETE)/.test(each)))
    await sql.raw(statement).execute(db);
  expect(await all()).toEqual(before);
  expect(await db.selectFrom("snapshots").selectAll().execute()).toEqual([]);
  await change("SET_PROFILE", { name: "Later" });
});
