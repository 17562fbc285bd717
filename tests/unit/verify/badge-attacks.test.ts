import { describe, expect, test } from "vitest";
import { signCompact } from "../../../src/identity/jws.ts";
import type { JsonObject } from "../../../src/kernel/json.ts";
import { day, hour, iso } from "../../../src/kernel/time.ts";
import { awardTwinTypes } from "../../../src/securing/award-twin.ts";
import { addProof } from "../../../src/securing/data-integrity.ts";
import { verifyBadge } from "../../../src/verify/badge.ts";
import {
  badgeBody,
  jwtOf,
  learner,
  listBody,
  listUrl,
  now,
  openScene,
  proved,
  school,
  schoolDocument,
  schoolEd,
  schoolP256,
  statusOf,
} from "./badge-scene.ts";

const subject = badgeBody.credentialSubject as JsonObject;
const victim = "did:pkh:eip155:1:0x2222222222222222222222222222222222222222";
const codesOf = ({ checks }: { checks: readonly { code: string }[] }) => checks.map(({ code }) => code);

describe("a badge for one whose id a context makes into another's", () => {
  const attacker = "https://attacker.example/pkh:eip155:1:0x2222222222222222222222222222222222222222";
  const context = { did: "https://attacker.example/" };

  test("does not hold with the context within, nor at its root", async () => {
    const { knowledge } = openScene();
    const signed = await proved({ ...badgeBody, credentialSubject: { ...subject, id: attacker } });
    const within = { ...signed, credentialSubject: { "@context": context, ...subject, id: victim } };
    const contexts = [...(badgeBody["@context"] as string[]), context];
    const atRoot = { ...signed, "@context": contexts, credentialSubject: { ...subject, id: victim } };
    for (const forged of [within, atRoot]) {
      const report = await verifyBadge(forged as JsonObject, { now, recipient: { did: victim } }, knowledge);
      expect(report.verdict).toBe("invalid");
      expect(codesOf(report)).toContain("UNKNOWN_CONTEXT");
      expect(report.checks).toContainEqual(
        expect.objectContaining({ name: "proof[0]", outcome: "fail", code: expect.not.stringMatching("OK") }),
      );
    }
  });

  test("does not have its list looked for elsewhere", async () => {
    const { knowledge, web, calls } = openScene();
    const url = "https://school.example/lists/evil.example/1";
    const status = statusOf({ statusListCredential: url });
    const signed = await proved({ ...badgeBody, credentialStatus: status });
    web.set(url, JSON.stringify(await proved(await listBody({ set: [5], id: url }))));
    expect(await verifyBadge(signed, { now }, knowledge)).toMatchObject({ verdict: "invalid", status: "revoked" });
    const moved = "https:evil.example/1";
    const prefix = { "@context": { https: "https://school.example/lists/" } };
    const forged = { ...signed, credentialStatus: { ...prefix, ...status, statusListCredential: moved } };
    web.set(moved, JSON.stringify(await proved(await listBody({ id: moved }))));
    expect((await verifyBadge(forged, { now }, knowledge)).verdict).not.toBe("valid");
    expect(calls).toContain(url);
  });
});

test("a badge whose type is given as an IRI does not get by its schema", async () => {
  const { knowledge } = openScene();
  const { criteria: _, ...achievement } = subject.achievement as JsonObject;
  const signed = await proved({ ...badgeBody, credentialSubject: { ...subject, achievement } });
  expect((await verifyBadge(signed, { now }, knowledge)).verdict).toBe("invalid");
  for (const name of ["https://purl.imsglobal.org/spec/vc/ob/vocab.html#OpenBadgeCredential", "xsd:string"]) {
    const report = await verifyBadge({ ...signed, type: ["VerifiableCredential", name] }, { now }, knowledge);
    expect(report.verdict).toBe("invalid");
    expect(codesOf(report)).toContain("NOT_COMPACTED");
  }
});

test("a did:web below a path names no domain: anybody may have a folder there", async () => {
  const did = "did:web:mit.example:users:mallory";
  const { knowledge, web } = openScene();
  web.set("https://mit.example/users/mallory/did.json", JSON.stringify(schoolDocument).replaceAll(school, did));
  const issuer = { id: did, type: ["Profile"], name: "MIT" };
  const signer = { ...schoolEd, method: `${did}#ed` };
  const terms = { cryptosuite: "eddsa-rdfc-2022", created: iso(now - hour) } as const;
  const report = await verifyBadge(await addProof({ ...badgeBody, issuer }, signer, terms), { now }, knowledge);
  expect(report).toMatchObject({ verdict: "valid", domain: null });
  expect(report.checks).toContainEqual(expect.objectContaining({ name: "domain", outcome: "unknown" }));
});

describe("claims of a JWT", () => {
  const signed = (claims: JsonObject) =>
    signCompact(
      { typ: "vc+jwt", kid: schoolP256.method },
      { ...badgeBody, ...claims },
      {
        kid: schoolP256.method,
        sign: schoolP256.sign,
      },
    );

  test("say what the credential says", async () => {
    const { knowledge } = openScene();
    const jwt = await signed({ sub: learner, jti: badgeBody.id! });
    expect((await verifyBadge(jwt, { now }, knowledge)).verdict).toBe("valid");
  });

  test.each<[string, JsonObject]>([
    ["another subject", { sub: victim }],
    ["another id", { jti: "urn:uuid:another" }],
    ["no text for one", { sub: 7 }],
  ])("that name %s speak against it", async (_, claims) => {
    const { knowledge } = openScene();
    const report = await verifyBadge(await signed(claims), { now }, knowledge);
    expect(report.verdict).toBe("invalid");
    expect(report.checks).toContainEqual(expect.objectContaining({ name: "data-model", code: "INVALID_CREDENTIAL" }));
  });
});

describe("a status list", () => {
  const statusBy = async (list: JsonObject) => {
    const { knowledge, web } = openScene();
    web.set(listUrl, await jwtOf(list));
    const badge = await jwtOf({ ...badgeBody, credentialStatus: statusOf() });
    const { verdict, checks } = await verifyBadge(badge, { now }, knowledge);
    return { verdict, code: checks.find(({ name }) => name.startsWith("status"))?.code };
  };

  test("without an id, or with a status of its own, tells nothing", async () => {
    const { id: _, ...nameless } = await listBody();
    expect(await statusBy(nameless)).toEqual({ verdict: "undetermined", code: "LIST_WITHOUT_ID" });
    const revocable = { ...(await listBody()), credentialStatus: statusOf() };
    expect(await statusBy(revocable)).toEqual({ verdict: "undetermined", code: "LIST_HAS_STATUS" });
    expect(await statusBy(await listBody())).toEqual({ verdict: "valid", code: "OK" });
  });

  test("of 1EdTech that names a badge twice revokes it by the entry that has come", async () => {
    const { knowledge, web } = openScene();
    const url = "https://school.example/revoked";
    const entries = [
      { id: badgeBody.id!, revoked: true, revokedAt: iso(now + day) },
      { id: badgeBody.id!, revoked: true, revokedAt: iso(now - day) },
    ];
    web.set(url, JSON.stringify({ issuer: school, revokedCredential: entries }));
    const badge = await jwtOf({ ...badgeBody, credentialStatus: { id: url, type: "1EdTechRevocationList" } });
    expect(await verifyBadge(badge, { now }, knowledge)).toMatchObject({ verdict: "invalid", status: "revoked" });
  });
});

test("a twin that nobody signed has nobody called, and names no domain", async () => {
  const asked: string[] = [];
  const { knowledge } = openScene({ speaksFor: async (_did, domain) => asked.push(domain) > 0 });
  const message = {
    id: "urn:x",
    issuer: school,
    subject: learner,
    achievement: "urn:a",
    name: "n",
    validFrom: "2026-01-01T00:00:00Z",
    validUntil: "",
    status: "",
  };
  const domain = { name: "Renown Award", version: "1", chainId: 1 };
  const signature = `0x${"11".repeat(64)}1b`;
  const verificationMethod = `${school}#p256`;
  const twin = { domain, primaryType: "Award", types: awardTwinTypes, message, verificationMethod, signature };
  for (const question of [{ now }, { now, domain: "evil.example" }]) {
    const report = await verifyBadge(twin as unknown as JsonObject, question, knowledge);
    expect(report).toMatchObject({ verdict: "invalid", domain: null });
    expect(report.checks).toContainEqual(expect.objectContaining({ name: "domain", outcome: "skipped" }));
  }
  expect(asked).toEqual([]);
});
