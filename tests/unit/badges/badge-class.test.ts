import { describe, expect, test } from "vitest";
import { classGroundOf } from "../../../src/badges/badge-class.ts";
import type { JsonObject } from "../../../src/kernel/json.ts";
import { here } from "../../../src/operations/kind.ts";
import {
  academy,
  ann,
  bea,
  by,
  byKey,
  cai,
  client,
  definition,
  foreignOwner,
  givenClass,
  guild,
  issuer,
  issuing,
  key,
  owner,
  rightEntry,
  viewer,
} from "./academy.ts";

const init = issuing("INIT", { organization: academy!, definition });
const revise = (version: number, more: JsonObject = { name: "Welding II" }) =>
  issuing("REVISE", { organization: academy!, version, definition: { ...definition, ...more } });
const archive = issuing("ARCHIVE", {});
const restore = (version = 1, more: JsonObject = {}) =>
  issuing("RESTORE", { organization: academy!, version, definition: { ...definition, ...more } });

describe("a badge class", () => {
  test("begins with its first version, which gives awards", async () => {
    const { entry, projection } = await givenClass()
      .when(init)
      .then({ version: 1, archived: false, organization: academy });
    expect(projection.rows).toContainEqual({
      table: "grants",
      key: { entry: entry.digest },
      set: { seq: here, ended: null },
    });
    expect(classGroundOf(entry)).toMatchObject({ organization: academy, version: 1, definition });
  });

  test("has each version take the place of the one before", async () => {
    const first = await givenClass().when(init).then({});
    const { projection, entry } = await givenClass(init).when(revise(2)).then({ version: 2 });
    const grants = projection.rows.filter(({ table }) => table === "grants");
    expect(grants).toEqual([
      { table: "grants", key: { entry: first.entry.digest }, set: { ended: here } },
      { table: "grants", key: { entry: entry.digest }, set: { seq: here, ended: null } },
    ]);
    expect(classGroundOf(entry)).toMatchObject({ version: 2, organization: academy });
  });

  test("gives nothing while it is archived, and comes back as it was", async () => {
    const first = await givenClass().when(init).then({});
    const archived = await givenClass(init).when(archive).then({ archived: true });
    expect(archived.projection.rows).toContainEqual({
      table: "grants",
      key: { entry: first.entry.digest },
      set: { ended: here },
    });
    expect(classGroundOf(archived.entry)).toBeUndefined();
    const { entry } = await givenClass(init, archive).when(restore()).then({ archived: false, version: 1 });
    expect(classGroundOf(entry)).toMatchObject({ version: 1, definition });
  });

  test.each<[string, Parameters<typeof givenClass>, ReturnType<typeof issuing>, string]>([
    ["a second beginning", [init], init, "ALREADY_INITIALIZED"],
    ["a revision before it begins", [], revise(1), "NOT_INITIALIZED"],
    ["a version out of turn", [init], revise(3), "INVALID_INPUT"],
    ["a revision that changes nothing", [init], revise(2, {}), "UNCHANGED"],
    ["another way of suspending", [init], revise(2, { suspendable: true }), "INVALID_INPUT"],
    ["a revision while it is archived", [init, archive], revise(2), "ARCHIVED"],
    ["archiving twice", [init, archive], archive, "UNCHANGED"],
    ["coming back while it is there", [init], restore(), "UNCHANGED"],
    ["coming back as something else", [init, archive], restore(1, { name: "Other" }), "INVALID_INPUT"],
    ["coming back as another version", [init, archive], restore(2), "INVALID_INPUT"],
    [
      "a revision into another organisation",
      [init],
      issuing("REVISE", { organization: guild!, version: 2, definition: { ...definition, name: "x" } }),
      "WRONG_ORGANIZATION",
    ],
  ])("refuses %s", async (_name, log, asked, code) => {
    await givenClass(...log)
      .when(asked)
      .then(code);
  });

  const init2 = { organization: academy!, definition };
  test.each([
    ["an issuer", issuing("INIT", init2, by(bea), [issuer!]), "FORBIDDEN"],
    ["a viewer", issuing("INIT", init2, by(cai), [viewer!]), "FORBIDDEN"],
    ["somebody by another's role", issuing("INIT", init2, by(bea), [owner!]), "FORBIDDEN"],
    ["an owner of another organisation", issuing("INIT", init2, by(ann), [foreignOwner]), "WRONG_ORGANIZATION"],
    [
      "an owner with a right elsewhere beside",
      issuing("INIT", init2, by(ann), [owner!, foreignOwner]),
      "WRONG_ORGANIZATION",
    ],
    ["a key that is not the organisation's", issuing("INIT", init2, byKey, [client]), "NOT_DELEGATED"],
    [
      "a client without the scope",
      issuing("INIT", init2, byKey, [key, rightEntry({ client: "x", scopes: ["awards:write"], mode: "live" })]),
      "FORBIDDEN",
    ],
    [
      "a client in test mode",
      issuing("INIT", init2, byKey, [key, rightEntry({ client: "x", scopes: ["classes:write"], mode: "test" })]),
      "FORBIDDEN",
    ],
  ])("refuses %s", async (_name, asked, code) => {
    await givenClass().when(asked).then(code);
  });

  test("is made by the organisation's own key, alone and for a client", async () => {
    const { entry } = await givenClass()
      .when(issuing("INIT", init2, byKey, [key, client]))
      .then({ version: 1 });
    expect(entry.authority).toEqual({ by: "organization", entry: key.digest });
    await givenClass()
      .when(issuing("INIT", init2, byKey, [key]))
      .then({ version: 1 });
  });

  test.each([
    ["an empty name", { name: "" }],
    ["a name with white space around it", { name: " Welding" }],
    ["no criteria", { criteria: {} }],
    ["an image by another digest", { image: { digest: "abc", type: "image/png" } }],
    ["a link that is no https", { criteria: { url: "http://example.org" } }],
    ["a link that is a script", { criteria: { url: "javascript:alert(1)" } }],
    ["a type of its own", { type: "Trophy" }],
    ["an extension without a name", { type: "ext:-" }],
    ["a validity that cannot be read", { validity: { until: "next year" } }],
    ["a member it does not know", { colour: "red" }],
  ])("refuses %s", async (_name, more) => {
    const input = { organization: academy!, definition: { ...definition, ...more } as JsonObject };
    await givenClass().when(issuing("INIT", input)).then("INVALID_INPUT");
  });
});
