import fc from "fast-check";
import { expect, test } from "vitest";
import { hour } from "../../../src/kernel/time.ts";
import { emptyHead } from "../../../src/operations/fold.ts";
import { here, type Projection } from "../../../src/operations/kind.ts";
import { inputs } from "../../../src/organizations/inputs.ts";
import { organization } from "../../../src/organizations/organization.ts";
import { rightOf } from "../../../src/organizations/rights.ts";
import { entryOf, noon, theDocument } from "../given.ts";
import {
  academy,
  act,
  addClient,
  addKey,
  ann,
  appKey,
  bea,
  by,
  clientId,
  init,
  leave,
  member,
  newKey,
  retire,
  setDomain,
  unopened,
} from "./given-organization.ts";

const grantsOf = ({ rows }: Projection) =>
  rows.filter(({ table }) => table === "grants").map(({ key, set }) => [key.entry, set]);
const rowsOf = ({ rows }: Projection, table: string) => rows.filter((row) => row.table === table);

test("what an entry gives others may rest on, until another ends it", async () => {
  const key = newKey("P-256");
  const opened = await unopened().when(init()).then({});
  expect(grantsOf(opened.projection)).toEqual([[opened.entry.digest, { seq: here, ended: null }]]);
  for (const [gives, ends] of [
    [member(bea, "issuer"), leave(bea)],
    [addKey(key), retire(key)],
    [addClient(1), act("REVOKE_CLIENT", { client: clientId(1) })],
  ] as const) {
    const given = await academy().when(gives).then({});
    expect(grantsOf(given.projection)).toEqual([[given.entry.digest, { seq: here, ended: null }]]);
    const ended = await academy(gives).when(ends).then({});
    expect(grantsOf(ended.projection)).toEqual([[given.entry.digest, { ended: here }]]);
    expect(rightOf(ended.entry)).toBeUndefined();
  }
});

test("another role and another key of the type end what was given before", async () => {
  const [first, second] = [newKey("P-256"), newKey("P-256")];
  for (const [before, after] of [
    [member(bea, "issuer"), member(bea, "viewer")],
    [addKey(first), addKey(second)],
  ] as const) {
    const given = await academy().when(before).then({});
    const next = await academy(before).when(after).then({});
    expect(grantsOf(next.projection)).toEqual([
      [next.entry.digest, { seq: here, ended: null }],
      [given.entry.digest, { ended: here }],
    ]);
  }
});

test("a key of another type, a profile and a domain end nothing", async () => {
  const log = [addKey(newKey("P-256")), member(bea, "issuer")];
  for (const each of [setDomain("example.edu"), act("SET_PROFILE", { name: "Other" })]) {
    const { projection } = await academy(...log)
      .when(each)
      .then({});
    expect(grantsOf(projection)).toEqual([]);
    expect(projection.rows.map(({ table }) => table)).toEqual(["organizations"]);
  }
});

test("a retired key ends no grant twice", async () => {
  const key = newKey("Ed25519");
  const { projection } = await academy(addKey(key), retire(key))
    .when(retire(key, noon, ann, noon + hour))
    .then({});
  expect(grantsOf(projection)).toEqual([]);
  expect(rowsOf(projection, "organization_keys")).toEqual([
    {
      table: "organization_keys",
      key: { document: theDocument, key },
      set: expect.objectContaining({ retired_at: noon, compromised_from: noon }),
    },
  ]);
});

test("a member who has gone has no role", async () => {
  const { projection } = await academy(member(bea, "issuer")).when(leave(bea, bea)).then({});
  expect(rowsOf(projection, "organization_members")).toEqual([
    { table: "organization_members", key: { document: theDocument, user: bea }, set: { role: null } },
  ]);
});

test("folding takes whatever the log holds", () => {
  const types = fc.constantFrom(...Object.keys(inputs), "CREATE_DOCUMENT", "toString", "OTHER");
  const values = fc.oneof(fc.constant(ann), fc.constant(newKey("P-256")), fc.string(), fc.boolean());
  const names = fc.constantFrom("user", "role", "key", "made", "slug", "name", "client", "domain", "verified");
  const acts = fc.array(fc.tuple(types, fc.dictionary(names, values)), { maxLength: 12 });
  const actor = { ...by(ann), method: "recovery" as const, authority: { by: "delegation" as const, entry: "" } };
  fc.assert(
    fc.property(acts, (list) => {
      let state = organization.initial({ user: ann, app: appKey });
      for (const each of [init(), ...list.map(([type, input]) => act(type.toUpperCase(), input as never))]) {
        const entry = entryOf(organization, emptyHead, each, actor);
        state = organization.evolve(state, entry);
        organization.project(state, entry);
        expect(JSON.parse(JSON.stringify(state))).toEqual(state);
        expect(() => organization.view(state)).not.toThrow();
      }
      expect(state.slug).toBe("example-academy");
      expect(state.members.filter(({ role }) => role === "owner").length).toBeLessThanOrEqual(2);
    }),
    { numRuns: 50 },
  );
});
