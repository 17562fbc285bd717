import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../../src/kernel/json.ts";
import { iso } from "../../../src/kernel/time.ts";
import { here } from "../../../src/operations/kind.ts";
import { rightOf } from "../../../src/organizations/rights.ts";
import { noon, theDocument } from "../given.ts";
import { academy, act, ann, bea, by, member, service } from "./given-organization.ts";

const esco = "http://data.europa.eu/esco/skill/0058526a-11e9-40a1-ab33-7c5ffdf661b6";
const teaching = { id: "teaching", name: "Teaching" };
const mathematics = { id: "teaching/mathematics", name: "Mathematics", codes: [esco, "onet:25-1022.00"] };
const setFields = (fields: JsonObject[], who: Parameters<typeof act>[2] = ann) => act("SET_FIELDS", { fields }, who);

describe("the fields of an organisation", () => {
  test("are set by owners and admins, all at once", async () => {
    const { view, entry } = await academy(member(bea, "admin"))
      .when(setFields([teaching, mathematics], bea))
      .then({});
    expect(view.fields).toEqual({
      items: [{ ...teaching, codes: [] }, mathematics],
      since: iso(noon),
      operation: entry.operation,
    });
    const next = await academy(setFields([teaching, mathematics]))
      .when(setFields([teaching]))
      .then({});
    expect(next.view.fields).toMatchObject({ items: [{ id: "teaching" }] });
  });

  test("are set by nobody else", async () => {
    for (const role of ["issuer", "arbiter", "viewer"])
      await academy(member(bea, role))
        .when(setFields([teaching], bea))
        .then("FORBIDDEN");
    await academy()
      .when(setFields([teaching], bea))
      .then("FORBIDDEN");
    await academy()
      .when(setFields([teaching], service))
      .then("FORBIDDEN");
    await academy()
      .when(setFields([teaching], by(ann, { limits: "unsaid" })))
      .then("NOT_PERMITTED");
  });

  test("give a right by their ids, until the next are set", async () => {
    const first = await academy()
      .when(setFields([teaching, mathematics]))
      .then({});
    expect(rightOf(first.entry)).toEqual({
      organization: theDocument,
      entry: first.entry.digest,
      fields: ["teaching", "teaching/mathematics"],
    });
    expect(first.projection.rows).toContainEqual({
      table: "grants",
      key: { entry: first.entry.digest },
      set: { seq: here, ended: null },
    });
    const next = await academy(setFields([teaching, mathematics]))
      .when(setFields([]))
      .then({});
    expect(next.projection.rows.filter(({ table }) => table === "grants")).toEqual([
      { table: "grants", key: { entry: next.entry.digest }, set: { seq: here, ended: null } },
      { table: "grants", key: { entry: first.entry.digest }, set: { ended: here } },
    ]);
    expect(rightOf(next.entry)).toMatchObject({ fields: [] });
  });

  test("keep the name of what is dropped, which gives nothing", async () => {
    const renamed = { ...teaching, name: "Teaching people" };
    const { projection, entry } = await academy(setFields([teaching, mathematics]))
      .when(setFields([renamed]))
      .then({});
    expect(projection.rows.filter(({ table }) => table === "organization_fields")).toEqual([
      {
        table: "organization_fields",
        key: { document: theDocument, field: "teaching" },
        set: { name: "Teaching people", codes: null, entry: entry.digest, operation: entry.operation },
      },
      {
        table: "organization_fields",
        key: { document: theDocument, field: "teaching/mathematics" },
        set: { entry: null, operation: null },
      },
    ]);
  });

  test.each<[string, JsonObject[]]>([
    ["with an id of capitals", [{ id: "Teaching", name: "Teaching" }]],
    ["with an id of five parts", [{ id: "a/b/c/d/e", name: "Deep" }]],
    ["with an empty part", [{ id: "a//b", name: "Gap" }]],
    ["with an id of 101 characters", [{ id: "a".repeat(101), name: "Long" }]],
    ["without a name", [{ id: "teaching" }]],
    ["with a name of two lines", [{ id: "teaching", name: "a\nb" }]],
    ["twice", [teaching, teaching]],
    ["with a code of another list", [{ ...teaching, codes: ["http://example.org/esco/skill/1"] }]],
    ["with a code of O*NET that is none", [{ ...teaching, codes: ["onet:25-1022"] }]],
    ["with one code twice", [{ ...teaching, codes: [esco, esco] }]],
    ["with five codes", [{ ...teaching, codes: [1, 2, 3, 4, 5].map((n) => `${esco}${n}`) }]],
    ["with an empty list of codes", [{ ...teaching, codes: [] }]],
    ["65 of them", Array.from({ length: 65 }, (_, n) => ({ id: `f${n}`, name: "One" }))],
  ])("are not taken %s", async (_, fields) => {
    await academy().when(setFields(fields)).then("INVALID_INPUT");
  });

  test("are taken up to their bounds", async () => {
    const id = (n: number) => `${"a".repeat(96)}/${String(n).padStart(2, "0")}`;
    const codes = [1, 2, 3, 4].map((n) => `${esco}${n}`);
    const fields = Array.from({ length: 64 }, (_, n) => ({ id: id(n), name: "N".repeat(100), codes }));
    const { view } = await academy().when(setFields(fields)).then({});
    expect((view.fields as { items: unknown[] }).items).toHaveLength(64);
  });
});
