import { beforeEach, describe, expect, test } from "vitest";
import { signCompact } from "../../../src/identity/jws.ts";
import { base64 } from "../../../src/kernel/bytes.ts";
import type { JsonObject } from "../../../src/kernel/json.ts";
import { day, hour, iso } from "../../../src/kernel/time.ts";
import { addProof } from "../../../src/securing/data-integrity.ts";
import { type BadgeReport, verifyBadge } from "../../../src/verify/badge.ts";
import type { AwardStanding, BadgeQuestion, Ours } from "../../../src/verify/badge-question.ts";
import type { BadgeInput } from "../../../src/verify/badge-reading.ts";
import {
  badgeBody,
  bytes,
  jwtOf,
  learner,
  now,
  openScene,
  proved,
  school,
  schoolP256,
  statusOf,
  strangerEd,
} from "./badge-scene.ts";

let scene: ReturnType<typeof openScene>;
beforeEach(() => {
  scene = openScene();
});

const verify = (badge: BadgeInput, question: Partial<BadgeQuestion> = {}) =>
  verifyBadge(badge, { now, ...question }, scene.knowledge);
const checkOf = (report: BadgeReport, name: string) => report.checks.find((each) => each.name === name);
const wrong = (report: BadgeReport) => report.checks.filter((each) => each.required && each.outcome !== "pass");

describe("a badge of any issuer", () => {
  test("is valid as JSON with a proof, and every check says so by name", async () => {
    const report = await verify(await proved(badgeBody));
    expect(wrong(report)).toEqual([]);
    expect(report).toMatchObject({
      verdict: "valid",
      carrier: "json",
      form: "data-integrity",
      id: badgeBody.id,
      issuer: school,
      issuerName: "School",
      achievement: "Welding",
      domain: "school.example",
      subjects: [learner],
      status: "active",
      test: false,
    });
    const names = report.checks.map(({ name }) => name);
    for (const name of ["reading", "data-model", "context", "issuer", "proof[0]", "validity", "schema", "open-badge"])
      expect(names).toContain(name);
    for (const name of ["domain", "status", "recipient"]) expect(names).toContain(name);
  });

  test("is valid as JWT, within an envelope, and with the typ that Open Badges has", async () => {
    const jwt = await jwtOf(badgeBody);
    expect(await verify(jwt)).toMatchObject({ verdict: "valid", carrier: "jwt", form: "vc+jwt" });
    const envelope = { type: "EnvelopedVerifiableCredential", id: `data:application/vc+jwt,${jwt}` };
    const base = "https://www.w3.org/ns/credentials/v2";
    for (const context of [base, [base]])
      expect((await verify({ "@context": context, ...envelope })).verdict).toBe("valid");
    for (const context of [undefined, [], "https://www.w3.org/ns/credentials/examples/v2"])
      expect((await verify({ "@context": context, ...envelope })).verdict).toBe("invalid");
    expect((await verify(bytes(`${jwt}\n`))).verdict).toBe("valid");
    const typed = (typ: string) =>
      signCompact({ typ, kid: schoolP256.method }, badgeBody, { kid: schoolP256.method, sign: schoolP256.sign });
    const plain = await verify(await typed("JWT"));
    expect(plain.verdict).toBe("valid");
    expect(checkOf(plain, "header")).toMatchObject({ outcome: "pass", code: "OPEN_BADGES_TYP" });
    expect((await verify(await typed("at+jwt"))).verdict).toBe("invalid");
  });

  test("is read at a URL, which is called once and by https only", async () => {
    const url = "https://school.example/badges/1";
    scene.web.set(url, JSON.stringify(await proved(badgeBody)));
    expect(await verify(url)).toMatchObject({ verdict: "valid", carrier: "url" });
    expect(scene.calls).toEqual([url]);
    const plain = await verify(url.replace("https", "http"));
    expect(checkOf(plain, "reading")).toMatchObject({ outcome: "fail", code: "INVALID_CREDENTIAL" });
    scene.web.set(url, "<!doctype html>");
    expect(checkOf(await verify(url), "reading")).toMatchObject({ code: "INVALID_CREDENTIAL" });
    expect((await verify("https://elsewhere.example/")).verdict).toBe("undetermined");
  });

  test("is read in a data: URL", async () => {
    const text = JSON.stringify(await proved(badgeBody));
    expect((await verify(`data:application/json;base64,${base64(bytes(text))}`)).verdict).toBe("valid");
    expect((await verify(`data:application/json,${encodeURIComponent(text)}`)).verdict).toBe("valid");
    expect((await verify("data:application/json;base64,=")).verdict).toBe("invalid");
  });

  test("is not judged where it is of Open Badges 2, and told so", async () => {
    const old = { "@context": "https://w3id.org/openbadges/v2", type: "Assertion", badge: "https://a.example/b" };
    const report = await verify(old);
    expect(report.verdict).toBe("undetermined");
    expect(checkOf(report, "reading")).toMatchObject({ outcome: "unknown", code: "UNSUPPORTED_BADGE" });
  });

  test("is invalid where nothing can be read", async () => {
    for (const nothing of ["", "neither", "{", "[]", bytes("\u0000")]) {
      const report = await verify(nothing);
      expect(report).toMatchObject({ verdict: "invalid", carrier: null });
    }
  });

  test("is invalid before its time and after it", async () => {
    const badge = await proved(badgeBody);
    expect(checkOf(await verify(badge, { at: now + day }), "validity")).toMatchObject({ code: "EXPIRED" });
    const early = await verify(await proved({ ...badgeBody, validFrom: iso(now + 1) }));
    expect(checkOf(early, "validity")).toMatchObject({ outcome: "fail", code: "NOT_YET_VALID" });
  });

  test("is invalid where Open Badges asks for more", async () => {
    const report = await verify(await proved({ ...badgeBody, credentialSubject: { id: learner } }));
    expect(checkOf(report, "schema")).toMatchObject({ outcome: "fail", code: "SCHEMA_MISMATCH" });
    expect(report.verdict).toBe("invalid");
  });
});

describe("proofs", () => {
  test("are all judged: one bad one beside a good one makes the badge invalid", async () => {
    const once = await proved(badgeBody);
    const twice = await addProof(once, schoolP256, { cryptosuite: "ecdsa-rdfc-2019", created: iso(now - hour) });
    expect(await verify(twice)).toMatchObject({ verdict: "valid" });
    const [first, second] = twice.proof as [JsonObject, JsonObject];
    const spoilt = { ...twice, proof: [first, { ...second, created: iso(now - 2 * hour) }] };
    const report = await verify(spoilt);
    expect(report.verdict).toBe("invalid");
    expect(checkOf(report, "proof[0]")).toMatchObject({ outcome: "pass" });
    expect(checkOf(report, "proof[1]")).toMatchObject({ outcome: "fail", code: "BAD_SIGNATURE" });
  });

  test("with a key of somebody else's are refused, though they verify", async () => {
    const report = await verify(await proved(badgeBody, strangerEd));
    expect(report.verdict).toBe("invalid");
    expect(checkOf(report, "issuer")).toMatchObject({ outcome: "fail", code: "KEY_OF_ANOTHER" });
    expect(checkOf(report, "proof[0]")).toMatchObject({ outcome: "fail" });
  });

  test("with a key that the issuer lists and another controls are refused", async () => {
    const report = await verify(await proved(badgeBody, { ...strangerEd, method: `${school}#lent` }));
    expect(report.verdict).toBe("invalid");
    expect(checkOf(report, "issuer")).toMatchObject({ outcome: "fail", code: "INVALID_DID_DOCUMENT" });
  });

  test("of an unknown suite are told, and decide where there is no other", async () => {
    const good = await proved(badgeBody);
    const [proof] = good.proof as [JsonObject];
    const strange = { ...proof, cryptosuite: "bbs-2023" };
    const alone = await verify({ ...good, proof: [strange] });
    expect(alone.verdict).toBe("undetermined");
    expect(checkOf(alone, "proof[0]")).toMatchObject({ outcome: "unknown", code: "UNKNOWN_SUITE" });
    const beside = await verify({ ...good, proof: [proof, strange] });
    expect(beside.verdict).toBe("valid");
    expect(checkOf(beside, "proof[1]")).toMatchObject({ required: false, code: "UNKNOWN_SUITE" });
  });

  test("under an unknown context are undetermined, and the context is named", async () => {
    const context = "https://unknown.example/context";
    const contexts = [...(badgeBody["@context"] as string[]), context];
    const good = await proved(badgeBody);
    const report = await verify({ ...good, "@context": contexts });
    expect(report.verdict).toBe("undetermined");
    expect(checkOf(report, "context")).toMatchObject({ outcome: "unknown", code: "UNKNOWN_CONTEXT" });
    expect(checkOf(report, "context")!.detail).toContain(context);
    expect(checkOf(report, "proof[0]")).toMatchObject({ outcome: "unknown", code: "UNKNOWN_CONTEXT" });
    expect(scene.calls).toEqual([]);
  });

  test("are missed where there are none", async () => {
    const report = await verify(badgeBody);
    expect(report.verdict).toBe("invalid");
    expect(checkOf(report, "proof")).toMatchObject({ code: "NO_PROOF" });
  });

  test("that do not hold send nobody calling", async () => {
    const good = await proved({ ...badgeBody, credentialStatus: statusOf() });
    const report = await verify({ ...good, name: "Another" });
    expect(checkOf(report, "status")).toMatchObject({ outcome: "skipped" });
    expect(scene.calls).toEqual([]);
  });
});

describe("what a badge names", () => {
  test("is never fetched: evidence, schemas, related resources and refresh services are told", async () => {
    const named: JsonObject = {
      ...badgeBody,
      evidence: [{ id: "https://redirecting.example/evidence", type: ["Evidence"] }],
      credentialSchema: [{ id: "https://schemas.example/1.json", type: "JsonSchema" }],
      refreshService: { id: "https://school.example/refresh", type: "1EdTechCredentialRefresh" },
      termsOfUse: [{ type: "TrustFrameworkPolicy" }],
    };
    const report = await verify(await jwtOf(named));
    expect(wrong(report)).toEqual([]);
    expect(report.verdict).toBe("valid");
    for (const [name, code] of [
      ["evidence", "NOT_CHECKED"],
      ["refresh", "NOT_FOLLOWED"],
      ["termsOfUse", "NOT_CHECKED"],
    ])
      expect(checkOf(report, name!)).toMatchObject({ required: false, outcome: "unknown", code });
    expect(report.checks).toContainEqual(expect.objectContaining({ name: "schema", code: "UNKNOWN_SCHEMA" }));
    expect(scene.calls).toEqual([]);
  });
});

describe("the domain of an issuer", () => {
  test("is that which an organisation of ours has proved", async () => {
    const known = { name: "School", domain: "example.edu", verified: true };
    scene = openScene({ organizationOf: async (did) => (did === school ? known : undefined) });
    const report = await verify(await proved(badgeBody));
    expect(report.domain).toBe("example.edu");
    expect(checkOf(report, "domain")).toMatchObject({ outcome: "pass", detail: "Verified: example.edu." });
    known.verified = false;
    const unproved = await verify(await proved(badgeBody));
    expect(unproved).toMatchObject({ verdict: "valid", domain: null });
    expect(checkOf(unproved, "domain")).toMatchObject({ outcome: "unknown", code: "NOT_VERIFIED" });
  });

  test("stands beside that the organisation has been closed, which decides nothing", async () => {
    const known = { name: "School", domain: "example.edu", verified: true };
    let closedAt: string | undefined = "2026-11-01T00:00:00.000Z";
    scene = openScene({ organizationOf: async () => ({ ...known, ...(closedAt !== undefined && { closedAt }) }) });
    const report = await verify(await proved(badgeBody));
    expect(report).toMatchObject({ verdict: "valid", domain: "example.edu" });
    expect(checkOf(report, "organization")).toEqual({
      name: "organization",
      outcome: "unknown",
      required: false,
      code: "ISSUER_CLOSED",
      detail: "The organisation was closed at 2026-11-01T00:00:00.000Z.",
    });
    closedAt = undefined;
    expect(checkOf(await verify(await proved(badgeBody)), "organization")).toBeUndefined();
  });

  test("is asked where the question names one, and then decides", async () => {
    scene = openScene({ speaksFor: async (did, domain) => did === school && domain === "example.edu" });
    const badge = await proved(badgeBody);
    expect(await verify(badge, { domain: "example.edu" })).toMatchObject({ verdict: "valid", domain: "example.edu" });
    expect(await verify(badge, { domain: "evil.example" })).toMatchObject({ verdict: "invalid", domain: null });
  });
});

describe("a badge of this service", () => {
  const id = "https://renown.example/b/1";
  const body = { ...badgeBody, id };
  const award: AwardStanding = { issuer: school, state: "standing", reason: null, test: false };
  const oursWith = (found: AwardStanding | null | undefined, more: Partial<Ours> = {}): Ours => ({
    holds: (url) => url.startsWith("https://renown.example/"),
    credentialAt: async () => undefined,
    listAt: async () => undefined,
    awardOf: async () => found,
    ...more,
  });

  test("is answered at its URL without a call", async () => {
    const badge = await proved(body);
    scene = openScene({ ours: oursWith(award, { credentialAt: async (url) => (url === id ? badge : undefined) }) });
    expect(await verify(id)).toMatchObject({ verdict: "valid", carrier: "url", status: "active" });
    expect(checkOf(await verify(`${id}0`), "reading")).toMatchObject({ outcome: "fail", code: "NOT_FOUND" });
    expect(scene.calls).toEqual([]);
  });

  test("tells a suspension from a revocation", async () => {
    for (const state of ["suspended", "revoked"] as const) {
      scene = openScene({ ours: oursWith({ ...award, state, reason: "By mistake." }) });
      const report = await verify(await proved(body));
      expect(report).toMatchObject({ verdict: "invalid", status: state });
      expect(checkOf(report, "record")).toMatchObject({ code: state.toUpperCase(), outcome: "fail" });
      expect(checkOf(report, "record")!.detail).toContain("By mistake.");
    }
  });

  test("is invalid where nobody has awarded it, and where another issuer takes its id", async () => {
    for (const found of [null, { ...award, issuer: "did:web:other.example" }]) {
      scene = openScene({ ours: oursWith(found) });
      const report = await verify(await proved(body));
      expect(report).toMatchObject({ verdict: "invalid", status: "unknown" });
      expect(checkOf(report, "record")).toMatchObject({ code: "NOT_ISSUED" });
    }
  });

  test("says that it is of test mode", async () => {
    scene = openScene({ ours: oursWith({ ...award, test: true }) });
    const report = await verify(await proved(body));
    expect(report).toMatchObject({ verdict: "valid", test: true });
    expect(checkOf(report, "test")).toMatchObject({ required: false, code: "TEST_BADGE" });
  });
});
