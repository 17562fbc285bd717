import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../../src/kernel/json.ts";
import { verifyBadge } from "../../../src/verify/badge.ts";
import { verifyPresentation } from "../../../src/verify/presentation.ts";
import { badgeBody, jwtOf, listBody, listUrl, now, openScene, statusOf } from "./badge-scene.ts";

const { knowledge, web } = openScene();
const iri = (member: string) => `https://www.w3.org/2018/credentials#${member}`;
const [base, badges] = badgeBody["@context"] as string[];
const verify = async (change: JsonObject) => verifyBadge(await jwtOf({ ...badgeBody, ...change }), { now }, knowledge);
const told = ({ checks }: Awaited<ReturnType<typeof verify>>) =>
  checks.filter(({ required, outcome }) => required && outcome !== "pass").map(({ name, code }) => `${name} ${code}`);

describe("a badge as JWT, which is read by its names", () => {
  test.each<[string, JsonObject]>([
    ["an IRI", { [iri("credentialStatus")]: statusOf() }],
    ["a term of its own context", { "@context": [base!, badges!, { st: iri("credentialStatus") }], st: statusOf() }],
  ])("is not valid where its status stands under %s", async (_, change) => {
    const report = await verify(change);
    expect(report).toMatchObject({ verdict: "undetermined", status: "unknown" });
    expect(told(report)).toEqual(["terms NOT_COMPACTED", "status UNKNOWN_STATUS_TYPE"]);
    expect(report.checks.map(({ code }) => code)).not.toContain("NO_STATUS");
  });

  test("is not valid where the claim of a Token Status List stands in it", async () => {
    const report = await verify({ status: { status_list: { idx: 5, uri: listUrl } } });
    expect(report).toMatchObject({ verdict: "undetermined", status: "unknown" });
    expect(told(report)).toEqual(["status UNKNOWN_STATUS_TYPE"]);
  });

  test("is revoked where its list says so, whatever else names a status", async () => {
    web.set(listUrl, await jwtOf(await listBody({ set: [5] })));
    const report = await verify({ credentialStatus: statusOf(), status: { status_list: { idx: 1, uri: listUrl } } });
    expect(report).toMatchObject({ verdict: "invalid", status: "revoked" });
  });

  test("is not valid where its end stands under an IRI, and is told the name of it, cut", async () => {
    const { validUntil, ...rest } = badgeBody;
    const report = await verifyBadge(await jwtOf({ ...rest, [iri("validUntil")]: validUntil! }), { now }, knowledge);
    expect(report.verdict).toBe("undetermined");
    const long = await verify({ [`${iri("validFrom")}`]: "x", "@nest": {}, x: "y".repeat(500) });
    expect(long.checks.filter(({ name }) => name === "terms")).toHaveLength(1);
  });

  test("may have claims of others by their addresses, and a status of another kind as a text", async () => {
    const report = await verify({ "https://claims.example/role": "welder", status: "graduated" });
    expect(report).toMatchObject({ verdict: "valid", status: "active" });
    expect(told(report)).toEqual([]);
  });

  test("says the same when it is asked about again, and within a presentation", async () => {
    const jwt = await jwtOf({ ...badgeBody, [iri("credentialStatus")]: statusOf() });
    const [first, again] = [await verifyBadge(jwt, { now }, knowledge), await verifyBadge(jwt, { now }, knowledge)];
    expect(again).toEqual(first);
    const presented = {
      "@context": ["https://www.w3.org/ns/credentials/v2"],
      type: ["VerifiablePresentation"],
      verifiableCredential: {
        "@context": "https://www.w3.org/ns/credentials/v2",
        id: `data:application/vc+jwt,${jwt}`,
        type: "EnvelopedVerifiableCredential",
      },
    };
    const { credentials } = await verifyPresentation(presented, { now }, knowledge);
    expect(credentials.map(({ verdict }) => verdict)).toEqual(["undetermined"]);
  });
});
