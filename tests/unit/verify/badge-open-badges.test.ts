import { exportJWK, generateKeyPair, type JWTHeaderParameters, SignJWT } from "jose";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { JsonObject } from "../../../src/kernel/json.ts";
import { day, hour, iso, second } from "../../../src/kernel/time.ts";
import { verifyBadge } from "../../../src/verify/badge.ts";
import { badgeBody, now, openScene, proved, school, schoolDocument, schoolEd } from "./badge-scene.ts";

// The steps of verification of Open Badges 3.0 (sections 8.2.6, 8.3 and 9), and the shapes that its validator refuses.

let scene: ReturnType<typeof openScene>;
beforeEach(() => {
  scene = openScene();
});

const verify = (badge: string | JsonObject) => verifyBadge(badge, { now }, scene.knowledge);
type Report = Awaited<ReturnType<typeof verify>>;
const wrong = ({ checks }: Report) =>
  checks.filter(({ required, outcome }) => required && outcome !== "pass").map(({ name, code }) => `${name} ${code}`);

const subject = badgeBody.credentialSubject as JsonObject;
const achievement = subject.achievement as JsonObject;
const issuer = badgeBody.issuer as JsonObject;
const about = (change: JsonObject) => ({ credentialSubject: { ...subject, ...change } });
const of = (change: JsonObject) => about({ achievement: { ...achievement, ...change } });
const by = (change: JsonObject) => ({ issuer: { ...issuer, ...change } });
const hashed = { hashed: false, identityHash: "Ada", identityType: "name" };
const described = { id: "urn:x:1", type: ["Result"], name: "Grade", resultType: "LetterGrade" };
const other = { type: "Profile", identifier: "1", identifierType: "identifier" };
const withoutId = { credentialSubject: Object.fromEntries(Object.entries(subject).filter(([name]) => name !== "id")) };

describe("of the shapes that Open Badges knows, a badge", () => {
  test.each<[string, JsonObject]>([
    ["with its types as words alone", { ...about({ type: ["AchievementSubject"] }) }],
    ["of the other name of the type", { type: ["VerifiableCredential", "AchievementCredential"] }],
    ["in an older context", { "@context": contextOf("context-3.0.2.json") }],
    [
      "with everything that is typed",
      {
        ...about({
          identifier: [{ type: "IdentityObject", hashed: false, identityHash: "Ada", identityType: "name" }],
          source: { id: "did:web:other.example", type: ["Profile"] },
          result: [{ type: ["Result"], resultDescription: "urn:uuid:00000000-0000-4000-8000-000000000001" }],
          achievement: {
            ...achievement,
            resultDescription: [
              {
                id: "urn:uuid:00000000-0000-4000-8000-000000000001",
                type: ["ResultDescription"],
                name: "Grade",
                resultType: "LetterGrade",
              },
            ],
          },
        }),
        ...by({ parentOrg: { id: "did:web:parent.example", type: ["Profile"] } }),
        evidence: [{ type: ["Evidence"], narrative: "Two plates." }],
      },
    ],
    ["whose criteria are an address alone", of({ criteria: { id: "https://school.example/criteria" } })],
  ])("%s is taken", async (_what, change) => {
    expect(wrong(await verify(await proved({ ...badgeBody, ...change })))).toEqual([]);
  });

  test.each<[string, JsonObject, string]>([
    ["without the context of Open Badges in its place", { "@context": contextOf() }, "schema"],
    ["whose subject has another type", about({ type: ["Profile"] }), "schema"],
    ["whose identifier has another type", about({ identifier: [{ ...hashed, type: "Profile" }] }), "schema"],
    ["whose result has another type", about({ result: [{ type: ["Profile"], value: "A" }] }), "schema"],
    ["whose source has another type", about({ source: { id: school, type: ["Address"] } }), "schema"],
    ["whose result is described as another type", of({ resultDescription: [described] }), "schema"],
    ["whose criteria say nothing", of({ criteria: {} }), "open-badge"],
    ["about nobody", withoutId, "open-badge"],
    ["whose evidence has another type", { evidence: [{ type: ["Profile"], narrative: "Plates." }] }, "schema"],
    ["whose issuer has another type", by({ type: ["Address"] }), "schema"],
    ["whose issuer's parent has another type", by({ parentOrg: { id: school, type: ["Address"] } }), "schema"],
    ["whose issuer's identifier has another type", by({ otherIdentifier: [other] }), "schema"],
    ["without an issuer", { issuer: null }, "schema"],
    ["of yesterday alone", { validFrom: iso(now - day), validUntil: iso(now - hour) }, "validity"],
    ["of tomorrow", { validFrom: iso(now + day), validUntil: iso(now + 2 * day) }, "validity"],
  ])("%s is invalid, and the check says why", async (_what, change, name) => {
    const good = await proved(badgeBody);
    // What cannot even be signed is held against the rules with the proof of another.
    const badge = await proved({ ...badgeBody, ...change }).catch(() => ({ ...good, ...change }));
    const report = await verify(badge);
    expect(report.verdict).toBe("invalid");
    expect(report.checks.filter(({ outcome }) => outcome === "fail").map((each) => each.name)).toContain(name);
  });
});

test("a credential that is no badge is judged as what it is, and told to be none", async () => {
  const report = await verify(await proved({ ...badgeBody, type: ["VerifiableCredential"] }));
  expect(report.checks.find(({ name }) => name === "schema")).toMatchObject({
    outcome: "unknown",
    code: "NOT_A_BADGE",
  });
});

describe("the key that a proof names", () => {
  test.each([
    ["has no scheme", "key-1"],
    ["has a scheme that nobody resolves", "ftp://school.example/keys#1"],
    ["is of a DID method that is not known here", "did:unheard:school#key-1"],
    ["is not in the document", `${school}#none`],
  ])("spoils the badge where it %s", async (_what, method) => {
    const good = await proved(badgeBody);
    const [proof] = good.proof as [JsonObject];
    // What is no URL signs nothing, so it takes the place of one that did.
    const spoilt = { ...good, proof: [{ ...proof, verificationMethod: method }] };
    const badge = await proved(badgeBody, { ...schoolEd, method }).catch(() => spoilt);
    const report = await verify(badge);
    expect(report.verdict).toBe("invalid");
    expect(wrong(report).some((each) => /^(issuer|proof)/.test(each))).toBe(true);
  });

  describe("of an issuer with an https address", () => {
    const id = "https://school.example/issuers/1";
    const [key] = schoolDocument.verificationMethod;
    const own = { ...key!, id: `${id}#key-1`, controller: id };
    const badge = () => proved({ ...badgeBody, ...by({ id }) }, { ...schoolEd, method: own.id });
    const serve = (change: JsonObject = {}) =>
      scene.web.set(id, JSON.stringify({ id, verificationMethod: [own], assertionMethod: [own.id], ...change }));

    test("is read at that address", async () => {
      serve();
      expect(wrong(await verify(await badge()))).toEqual([]);
    });

    test("leaves it open where nothing answers, or the key stands elsewhere", async () => {
      const silent = await verify(await badge());
      expect(silent.verdict).toBe("undetermined");
      expect(wrong(silent)).toContain("issuer DID_UNREACHABLE");
      serve();
      const method = "https://keys.example/1#key-1";
      const elsewhere = await verify(await proved({ ...badgeBody, ...by({ id }) }, { ...schoolEd, method }));
      expect(elsewhere.verdict).not.toBe("valid");
    });

    test.each<[string, JsonObject]>([
      ["of another id", { id: "https://school.example/issuers/2" }],
      ["that lists no key for assertions", { assertionMethod: [] }],
      ["under another's control", { verificationMethod: [{ ...own, controller: school }] }],
      ["that has revoked the key", { verificationMethod: [{ ...own, revoked: iso(now - day) }] }],
    ])("is not taken from a document %s", async (_what, change) => {
      serve(change);
      expect((await verify(await badge())).verdict).toBe("invalid");
    });
  });
});

describe("a JWT in the form of Open Badges", () => {
  let pair: Awaited<ReturnType<typeof generateKeyPair>>;
  const method = `${school}#rsa`;
  beforeAll(async () => {
    pair = await generateKeyPair("RS256");
  });
  beforeEach(async () => {
    const publicKeyJwk = { ...(await exportJWK(pair.publicKey)), alg: "RS256" };
    const key = { id: method, type: "JsonWebKey", controller: school, publicKeyJwk };
    const { verificationMethod, assertionMethod } = schoolDocument;
    const document = {
      ...schoolDocument,
      verificationMethod: [...verificationMethod, key],
      assertionMethod: [...assertionMethod, method],
    };
    scene.web.set("https://school.example/.well-known/did.json", JSON.stringify(document));
  });

  const registered = {
    iss: school,
    jti: badgeBody.id,
    sub: subject.id,
    nbf: (now - hour) / second,
    exp: (now + day) / second,
  };
  const jwtOf = (change: JsonObject = {}, header: Partial<JWTHeaderParameters> = { kid: method }) =>
    new SignJWT({ ...badgeBody, ...registered, ...change } as never)
      .setProtectedHeader({ alg: "RS256", typ: "JWT", ...header })
      .sign(pair.privateKey);

  test("is valid by RS256, with the key named in kid or in jwk", async () => {
    const jwk = await exportJWK(pair.publicKey);
    for (const header of [{ kid: method }, { kid: "rsa" }, { jwk: { ...jwk, kid: method } }]) {
      const report = await verify(await jwtOf({}, header as never));
      expect(wrong(report)).toEqual([]);
      expect(report.checks.find(({ name }) => name === "claims")).toMatchObject({ outcome: "pass" });
    }
  });

  test("is valid with a key that its issuer serves at an https address", async () => {
    const id = "https://school.example/issuers/1?v=3";
    const publicKeyJwk = { ...(await exportJWK(pair.publicKey)), alg: "RS256" };
    const key = { id: `${id}#rsa`, type: "JsonWebKey", controller: id, publicKeyJwk };
    scene.web.set(id, JSON.stringify({ id, verificationMethod: [key], assertionMethod: [key.id] }));
    const claims = { ...by({ id }), iss: id };
    for (const kid of [key.id, "rsa"]) expect(wrong(await verify(await jwtOf(claims, { kid })))).toEqual([]);
    expect(wrong(await verify(await jwtOf(claims, { kid: method })))).toContain("issuer INVALID_CREDENTIAL");
  });

  test("is not believed for a key that it brings along itself", async () => {
    const stranger = await generateKeyPair("RS256");
    const jwk = await exportJWK(stranger.publicKey);
    const forge = (header: object) =>
      new SignJWT({ ...badgeBody, ...registered } as never)
        .setProtectedHeader({ alg: "RS256", typ: "JWT", ...header } as never)
        .sign(stranger.privateKey);
    const nameless = await verify(await forge({ jwk }));
    expect(nameless).toMatchObject({ verdict: "undetermined" });
    expect(wrong(nameless)).toContain("issuer UNKNOWN_SUITE");
    expect(wrong(await verify(await forge({ jwk: { ...jwk, kid: method } })))).toContain("signature BAD_SIGNATURE");
  });

  test.each<[string, JsonObject, string]>([
    ["iss", { iss: "did:web:other.example" }, "issuer INVALID_CREDENTIAL"],
    ["jti", { jti: "https://school.example/badges/2" }, "data-model INVALID_CREDENTIAL"],
    ["sub", { sub: "did:web:other.example" }, "data-model INVALID_CREDENTIAL"],
    ["nbf", { nbf: (now - 2 * hour) / second }, "claims CLAIM_MISMATCH"],
    ["exp, which has passed,", { exp: (now - 1) / second }, "validity EXPIRED"],
  ])("is invalid where %s says something else", async (_what, change, check) => {
    const report = await verify(await jwtOf(change));
    expect(report.verdict).toBe("invalid");
    expect(wrong(report)).toContain(check);
  });

  test("is invalid where a claim names somebody that the badge does not", async () => {
    expect(wrong(await verify(await jwtOf({ ...withoutId, ...about({ id: undefined as never }) })))).toContain(
      "claims CLAIM_MISMATCH",
    );
  });

  test("tells aside which claims it lacks", async () => {
    const report = await verify(await jwtOf({ iss: undefined as never, nbf: undefined as never }));
    expect(report.verdict).toBe("valid");
    const claims = report.checks.find(({ name }) => name === "claims");
    expect(claims).toMatchObject({ outcome: "unknown", required: false, code: "CLAIM_MISSING" });
    expect(claims!.detail).toContain("iss, nbf");
  });

  test("may leave out what is less than a second", async () => {
    const validFrom = iso(now - hour + 877);
    expect(wrong(await verify(await jwtOf({ validFrom })))).toEqual([]);
  });
});

function contextOf(name?: string): string[] {
  const own = name === undefined ? [] : [`https://purl.imsglobal.org/spec/ob/v3p0/${name}`];
  return ["https://www.w3.org/ns/credentials/v2", ...own];
}
