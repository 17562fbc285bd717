import { describe, expect, test } from "vitest";
import { iso, minute } from "../../../src/kernel/time.ts";
import { emptyHead } from "../../../src/operations/fold.ts";
import { here, type Projection } from "../../../src/operations/kind.ts";
import { maxClients, maxMembers, organization } from "../../../src/organizations/organization.ts";
import { organizationDocument } from "../../../src/organizations/organization-document.ts";
import { rightOf } from "../../../src/organizations/rights.ts";
import { projectionStatements } from "../../../src/storage/read-models.ts";
import { entryOf, noon, theDocument } from "../given.ts";
import {
  academy,
  act,
  addClient,
  addKey,
  ann,
  bea,
  by,
  clientId,
  leave,
  member,
  newKey,
  record,
  retire,
  service,
  setDomain,
  unopened,
  wallet,
} from "./given-organization.ts";

const reason = "The school has merged with another.";
const close = (who: Parameters<typeof act>[2] = ann) => act("CLOSE", { reason }, who);
const setFields = act("SET_FIELDS", { fields: [{ id: "teaching", name: "Teaching" }] });
const rowsOf = ({ rows }: Projection, table: string) => rows.filter((row) => row.table === table);

describe("an organisation is closed", () => {
  test("by an owner, with a reason", async () => {
    const { view, entry } = await academy()
      .when(close())
      .then({ closed: { at: iso(noon), reason, by: "owner" }, members: [] });
    expect(view.slug).toBe("example-academy");
    expect(rightOf(entry)).toBeUndefined();
    await academy(member(bea, "owner")).when(close(bea)).then({});
    await academy().when(act("CLOSE", {})).then("INVALID_INPUT");
    await academy()
      .when(act("CLOSE", { reason: "two\nlines" }))
      .then("INVALID_INPUT");
  });

  test("by the service in its own name", async () => {
    await academy()
      .when(close(service))
      .then({ closed: { reason, by: "service" } });
    await unopened().when(close(service)).then("NOT_INITIALIZED");
  });

  test("by nobody else", async () => {
    for (const role of ["admin", "issuer", "arbiter", "viewer"])
      await academy(member(bea, role)).when(close(bea)).then("FORBIDDEN");
    await academy().when(close(bea)).then("FORBIDDEN");
  });

  test("once, and nothing is done to it again", async () => {
    const closed = academy(addKey(newKey("P-256")), addClient(1), setDomain("example.edu"), close());
    for (const each of [
      close(),
      close(service),
      setFields,
      member(bea, "viewer"),
      leave(ann),
      addKey(newKey("Ed25519")),
      addClient(2),
      setDomain(""),
      act("SET_PROFILE", { name: "Other" }),
    ])
      await closed.when(each).then("REVOKED");
  });

  test("though its domain is looked at as before", async () => {
    const closed = academy(setDomain("example.edu"), close());
    const { view, projection } = await closed.when(record({ verified: true })).then({ domain: { verified: true } });
    expect(view.closed).toMatchObject({ reason });
    expect(projection.rows.map(({ table }) => table)).toEqual(["organizations"]);
    expect(projection.rows[0]!.set).toMatchObject({ closed_at: noon, domain_verified: 1 });
    expect(projection.rows[0]!.set).not.toHaveProperty("closed_seq");
  });
});

describe("closing ends", () => {
  const [made, brought, retired] = [newKey("P-256"), newKey("Ed25519"), newKey("P-256")];
  const bring = act("ADD_KEY", { key: brought, made: false });
  const log = [
    member(bea, "issuer"),
    addKey(retired),
    addKey(made),
    bring,
    addClient(1),
    addClient(2),
    act("REVOKE_CLIENT", { client: clientId(1) }),
    setFields,
  ];

  test("whatever gave a right, each once", async () => {
    const gave: string[] = [];
    for (const [n, each] of log.entries()) {
      const { entry } = await academy(...log.slice(0, n))
        .when(each)
        .then({});
      if ([0, 2, 3, 5, 7].includes(n)) gave.push(entry.digest);
    }
    const { projection } = await academy(...log)
      .when(close())
      .then({});
    const grants = rowsOf(projection, "grants");
    for (const { set } of grants) expect(set).toEqual({ ended: here });
    const ended = grants.map(({ key }) => key.entry);
    expect(ended).toEqual(expect.arrayContaining(gave));
    expect(ended).toHaveLength(gave.length + 1);
  });

  test("what members, clients and fields were, and says so in their rows", async () => {
    const { projection, view } = await academy(...log)
      .when(close())
      .then({ fields: null });
    const gone = (user: string) => ({
      table: "organization_members",
      key: { document: theDocument, user },
      set: { role: null },
    });
    expect(rowsOf(projection, "organization_members")).toEqual([gone(ann), gone(bea)]);
    expect(rowsOf(projection, "organization_roles")).toEqual([]);
    expect(rowsOf(projection, "organization_clients").map(({ key, set }) => [key.client, set.revoked_at])).toEqual([
      [clientId(2), noon],
    ]);
    expect(rowsOf(projection, "organization_fields")).toEqual([
      {
        table: "organization_fields",
        key: { document: theDocument, field: "teaching" },
        set: { entry: null, operation: null },
      },
    ]);
    expect(rowsOf(projection, "organizations")[0]!.set).toMatchObject({
      closed_at: noon,
      closed_seq: here,
      closed_by: "owner",
      closed_reason: reason,
    });
    expect(view.clients).toMatchObject([{ revokedAt: iso(noon) }, { revokedAt: iso(noon) }]);
  });

  test("no key that is here, whose lists go on; any other retires", async () => {
    const later = noon + minute;
    const { state } = await academy(...log)
      .when({ ...close(), at: later })
      .then({});
    const ends = Object.fromEntries(state.keys.map(({ key, retiredAt }) => [key, retiredAt]));
    expect(ends).toEqual({ [retired]: iso(noon), [made]: null, [brought]: iso(later) });
  });
});

test("closing the largest organisation takes a bounded number of statements", async () => {
  const given = (n: number) => ({ entry: `e${n}`, operation: `o${n}`, since: iso(noon) });
  const { state } = await academy().when(setDomain("example.edu")).then({});
  const [owner] = state.members;
  const members = Array.from({ length: maxMembers }, (_, n) => ({
    ...owner!,
    ...(n > 0 && given(n)),
    user: wallet("a", n + 1),
  }));
  const client = { name: "Sync", scopes: [], mode: "live" as const, jwk: null, revokedAt: null };
  const clients = Array.from({ length: maxClients }, (_, n) => ({
    ...client,
    client: clientId(n),
    ...given(2000 + n),
  }));
  const list = Array.from({ length: 64 }, (_, n) => ({ id: `f${n}`, name: "One" }));
  const fields = { list, ...given(3000) };
  const acted = entryOf(organization, emptyHead, close(), {
    ...by(ann),
    method: "recovery",
    authority: { by: "service", entry: "" },
  });
  const closed = organization.evolve({ ...state, members, clients, fields }, acted);
  const projection = organization.project(closed, acted);
  expect(projection.rows.length).toBeGreaterThan(2 * maxMembers + 2 * maxClients);
  expect(projectionStatements(projection, noon).length).toBeLessThan(200);
});

test("the DID document of a closed organisation lists its keys, none of which signs operations", () => {
  const given = { made: true, operation: "o", since: noon, retiredAt: null, compromisedFrom: null };
  const key = { ...given, key: newKey("P-256"), type: "P-256" as const };
  const documentOf = (closed: { at: number; by: "owner"; reason: string } | null) =>
    organizationDocument({ slug: "academy", domain: null, closed }, [key], "https://renown.example");
  const closed = documentOf({ at: noon, by: "owner", reason });
  expect(closed.assertionMethod).toHaveLength(2);
  expect(closed.capabilityInvocation).toEqual([]);
  expect(documentOf(null).capabilityInvocation).toHaveLength(1);
});

test("the place where a key was said to be compromised stands with it", async () => {
  const key = newKey("Ed25519");
  const rowOf = async (...acts: ReturnType<typeof retire>[]) => {
    const { projection } = await academy(addKey(key), ...acts.slice(0, -1))
      .when(acts.at(-1)!)
      .then({});
    return rowsOf(projection, "organization_keys")[0]!.set;
  };
  expect(await rowOf(retire(key))).not.toHaveProperty("compromised_seq");
  expect(await rowOf(retire(key, noon))).toMatchObject({ compromised_seq: here, compromised_from: noon });
  expect(await rowOf(retire(key), retire(key, noon))).toMatchObject({ compromised_seq: here });
});

test("every role that is given is kept under its entry", async () => {
  const opened = await academy()
    .when(member(bea, "arbiter"))
    .then({ members: [{ user: ann }, { user: bea, role: "arbiter" }] });
  expect(rowsOf(opened.projection, "organization_roles")).toEqual([
    {
      table: "organization_roles",
      key: { entry: opened.entry.digest },
      set: { organization: theDocument, user: bea, role: "arbiter" },
    },
  ]);
  const gone = await academy(member(bea, "arbiter")).when(leave(bea)).then({});
  expect(rowsOf(gone.projection, "organization_roles")).toEqual([]);
});
