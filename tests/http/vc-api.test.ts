import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { JsonObject } from "../../src/kernel/json.ts";
import { day, iso } from "../../src/kernel/time.ts";
import { addProof, type Cryptosuite, type ProofSigner } from "../../src/securing/data-integrity.ts";
import { signerOfKey } from "../../src/securing/keys.ts";
import { type Answer, expectProblem, get, post, signIn } from "./client.ts";
import { act, addClient, clientToken, openOrganization, type TestOrganization } from "./org-access.ts";
import { type LocalService, startLocal } from "./server.ts";

let service: LocalService;
let organization: TestOrganization;
let did: string;
/** The organisation's keys, as did:key. */
let keys: Record<"P-256" | "Ed25519", string>;
let issuing: string;
let verifying: string;
beforeAll(async () => {
  service = await startLocal();
  organization = await openOrganization(service);
  keys = { "P-256": await addKey(organization, "P-256"), Ed25519: await addKey(organization, "Ed25519") };
  did = (await get(service, `/v1/orgs/${organization.slug}`)).body.did;
  issuing = await tokenFor(organization, ["credentials:issue"]);
  verifying = await tokenFor(organization, ["credentials:verify"]);
});
afterAll(() => service.close());

async function addKey(to: TestOrganization, type: "P-256" | "Ed25519"): Promise<string> {
  const made = await post(service, `/v1/orgs/${to.slug}/keys`, { type }, { token: to.token });
  expect(made.status, made.text).toBe(201);
  await act(service, to, "ADD_KEY", { key: made.body.key, made: true });
  return made.body.key;
}

async function tokenFor(to: TestOrganization, scopes: string[], mode = "live"): Promise<string> {
  return clientToken(service, await addClient(service, to, { scopes, mode }));
}

const credential: JsonObject = {
  "@context": ["https://www.w3.org/ns/credentials/v2"],
  type: ["VerifiableCredential"],
  credentialSubject: { id: "did:pkh:eip155:1:0x1111111111111111111111111111111111111111" },
};
const issue = (change: JsonObject = {}, options: JsonObject = {}, token = issuing) =>
  post(service, "/credentials/issue", { credential: { ...credential, ...change }, options }, { token });
const verify = (verifiableCredential: unknown, token = verifying) =>
  post(service, "/credentials/verify", { verifiableCredential }, { token });
const setStatus = (body: JsonObject, token = issuing) => post(service, "/credentials/status", body, { token });

async function issued(change: JsonObject = {}, options: JsonObject = {}): Promise<Answer["body"]> {
  const answer = await issue(change, options);
  expect(answer.status, answer.text).toBe(201);
  return answer.body;
}

/** A problem with the report in it, so that it says when something was valid. */
function expectNotVerified({ status, headers, body, text }: Answer): void {
  expect(status, text).toBe(422);
  expect(headers.get("content-type")).toBe("application/problem+json");
  expect(body).toMatchObject({ code: "NOT_VERIFIED", status: 422, verified: false });
  expect(body.requestId).toBe(headers.get("x-request-id"));
}

function expectRefused(answer: Answer, code: string): void {
  expect([400, 409, 422], answer.text).toContain(answer.status);
  expect(answer.body).toMatchObject({ code });
}

describe("issuing over the VC API", () => {
  const suites = ["eddsa-rdfc-2022", "eddsa-jcs-2022", "ecdsa-rdfc-2019", "ecdsa-jcs-2019"] as const;
  test.each(suites)(
    "gives the bare credential with a proof of %s, in the did:web and in the did:key",
    async (suite) => {
      const key = suite.startsWith("eddsa") ? keys.Ed25519 : keys["P-256"];
      for (const issuer of [did, key]) {
        const made = await issued({ issuer }, { suite });
        expect(made.issuer).toBe(issuer);
        const [proof] = made.proof;
        expect(proof).toMatchObject({
          type: "DataIntegrityProof",
          cryptosuite: suite,
          proofPurpose: "assertionMethod",
        });
        expect(proof.verificationMethod).toBe(`${issuer}#${key.slice("did:key:".length)}`);
        const judged = await verify(made);
        expect(judged.status, judged.text).toBe(200);
        expect(judged.body).toMatchObject({ verified: true, errors: [], report: { issuer, verdict: "valid" } });
      }
    },
  );

  test("gives a JWT within an envelope", async () => {
    const made = await issued({ issuer: { id: did, name: "Academy" } }, { suite: "vc+jwt" });
    expect(made).toMatchObject({ type: "EnvelopedVerifiableCredential" });
    expect(made.id).toMatch(/^data:application\/vc\+jwt,eyJ/);
    expect((await verify(made)).body).toMatchObject({ verified: true });
    const jwt: string = made.id.slice("data:application/vc+jwt,".length);
    expect((await verify(jwt)).status).toBe(200);
    // VC-JOSE-COSE, section 4.2: what kid leads to is a JsonWebKey.
    const { kid } = JSON.parse(Buffer.from(jwt.split(".")[0]!, "base64url").toString());
    const { verificationMethod } = (await get(service, `/orgs/${organization.slug}/did.json`)).body;
    const method = verificationMethod.find((each: JsonObject) => each.id === kid);
    expect(method).toMatchObject({ type: "JsonWebKey", controller: did, publicKeyJwk: { kty: "EC", alg: "ES256" } });
    expect(method.publicKeyJwk).not.toHaveProperty("d");
    expect(`${did}#${method.publicKeyJwk.kid}`).toBe(kid);
  });

  test("fills the issuer in, and takes nobody else's", async () => {
    expect((await issued()).issuer).toBe(did);
    expect((await issued({}, { issuer: keys.Ed25519 })).issuer).toBe(keys.Ed25519);
    expect((await issued({ issuer: { name: "Academy" } })).issuer).toEqual({ id: did, name: "Academy" });
    for (const issuer of ["did:web:elsewhere.example", keys["P-256"], "https://academy.example", null, [did], 7])
      expectRefused(await issue({ issuer } as JsonObject), "INVALID_CREDENTIAL");
  });

  test("makes chains of proofs", async () => {
    const first = await issued({}, { suite: "eddsa-rdfc-2022", proofId: "urn:uuid:1" });
    const second = await issue(first, { suite: "ecdsa-rdfc-2019", previousProof: "urn:uuid:1" });
    expect(second.body.proof).toHaveLength(2);
    expect((await verify(second.body)).status).toBe(200);
    const [former, later] = second.body.proof;
    const spoilt = { ...second.body, proof: [{ ...former, created: iso(service.now() - 1000) }, later] };
    expectRefused(await verify(spoilt), "NOT_VERIFIED");
    expectRefused(await issue(first, { previousProof: "urn:uuid:2" }), "INVALID_PROOF");
    expectRefused(await issue({}, { proofId: "first" }), "INVALID_PROOF");
  });

  const future = iso(Date.parse("2027-01-01T00:00:00Z"));
  const past = iso(Date.parse("2020-01-01T00:00:00Z"));
  const resource = { id: "https://www.w3.org/ns/credentials/v2", digestSRI: `sha384-${"A".repeat(64)}` };
  test.each<[string, JsonObject, string]>([
    ["without a context", { "@context": [] }, "INVALID_CREDENTIAL"],
    ["with a claim of a JWT", { sub: "did:web:another.example" }, "INVALID_CREDENTIAL"],
    ["with another issuer among its claims", { iss: "did:web:another.example" }, "INVALID_CREDENTIAL"],
    ["with a member by its IRI", { "https://schema.org/name": "x" }, "INVALID_CREDENTIAL"],
    ["with a type by its IRI", { type: ["VerifiableCredential", "xsd:string"] }, "INVALID_CREDENTIAL"],
    [
      "with a vocabulary of its own",
      { "@context": [...(credential["@context"] as string[]), { "@vocab": "https://x.example/" }] },
      "UNKNOWN_CONTEXT",
    ],
    ["that is larger than verification reads", { name: "x".repeat(250_000) }, "QUOTA_EXCEEDED"],
    [
      "whose first context is another",
      { "@context": ["https://www.w3.org/2018/credentials/v1"] },
      "INVALID_CREDENTIAL",
    ],
    [
      "with an unknown context",
      { "@context": [...(credential["@context"] as string[]), "https://x.example/c"] },
      "UNKNOWN_CONTEXT",
    ],
    ["with a context that is none", { "@context": [...(credential["@context"] as string[]), 7] }, "INVALID_CREDENTIAL"],
    ["with a term that no context has", { unheardOf: "x" }, "INVALID_CREDENTIAL"],
    ["of another type", { type: ["Sandwich"] }, "INVALID_CREDENTIAL"],
    ["with an id that is none", { id: "no url" }, "INVALID_CREDENTIAL"],
    ["with several ids", { id: ["urn:x:1", "urn:x:2"] }, "INVALID_CREDENTIAL"],
    ["without a subject", { credentialSubject: [] }, "INVALID_CREDENTIAL"],
    ["whose subject says nothing", { credentialSubject: {} }, "INVALID_CREDENTIAL"],
    ["whose subject has no URL", { credentialSubject: { id: "no url" } }, "INVALID_CREDENTIAL"],
    ["with a date that cannot be read", { validFrom: "yesterday" }, "UNREADABLE_DATE"],
    ["that ends before it begins", { validFrom: future, validUntil: past }, "INVALID_CREDENTIAL"],
    ["with a status without a type", { credentialStatus: { id: "urn:x:1" } }, "INVALID_CREDENTIAL"],
    ["with a schema without a type", { credentialSchema: { id: "https://x.example/s" } }, "INVALID_CREDENTIAL"],
    ["with a schema without an id", { credentialSchema: { type: "JsonSchema" } }, "INVALID_CREDENTIAL"],
    ["with terms of use without a type", { termsOfUse: { id: "urn:x:1" } }, "INVALID_CREDENTIAL"],
    ["with evidence without a type", { evidence: { id: "urn:x:1" } }, "INVALID_CREDENTIAL"],
    ["with a refresh service without a type", { refreshService: { id: "urn:x:1" } }, "INVALID_CREDENTIAL"],
    ["with a digest of other bytes", { relatedResource: [resource] }, "INVALID_CREDENTIAL"],
    ["with a resource without a digest", { relatedResource: [{ id: "https://x.example/" }] }, "INVALID_CREDENTIAL"],
    ["with a name in no form", { name: { "@language": "en" } }, "INVALID_CREDENTIAL"],
  ])("refuses a credential %s", async (_name, change, code) => {
    for (const suite of ["eddsa-rdfc-2022", "vc+jwt"]) expectRefused(await issue(change, { suite }), code);
  });

  test("issues once for each Idempotency-Key, where one is given", async () => {
    const headers = { "idempotency-key": crypto.randomUUID() };
    const body = { credential, options: { credentialStatus: { statusPurpose: "revocation" } } };
    const send = (sent: JsonObject) => post(service, "/credentials/issue", sent, { token: issuing, headers });
    const [first, again] = [await send(body), await send(body)];
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(again.text).toBe(first.text);
    expect(again.headers.get("idempotency-replayed")).toBe("true");
    expectProblem(await send({ credential }), "IDEMPOTENCY_KEY_REUSED", 422);
  });

  test("refuses what is no credential, and suites that are unknown", async () => {
    for (const wrong of [null, "x", 7, []])
      expectProblem(
        await post(service, "/credentials/issue", { credential: wrong }, { token: issuing }),
        "INVALID_REQUEST",
        400,
      );
    expectProblem(await issue({}, { suite: "bbs-2023" }), "INVALID_REQUEST", 400);
  });

  test("refuses an organisation without a key", async () => {
    const bare = await openOrganization(service);
    const token = await tokenFor(bare, ["credentials:issue"]);
    expectRefused(await issue({}, {}, token), "NO_KEY");
    await addKey(bare, "Ed25519");
    expect((await issue({}, {}, token)).status).toBe(201);
    expectRefused(await issue({}, { suite: "vc+jwt" }, token), "NO_KEY");
  });
});

describe("who may ask", () => {
  test("is a client with the scope, and nobody else", async () => {
    expectProblem(await issue({}, {}, verifying), "FORBIDDEN", 403);
    expectProblem(await setStatus({ credentialId: "x", credentialStatus: {} }, verifying), "FORBIDDEN", 403);
    expectProblem(await verify(credential, issuing), "FORBIDDEN", 403);
    const { token } = await signIn(service);
    for (const path of ["/credentials/issue", "/credentials/verify", "/presentations/verify", "/credentials/status"]) {
      const body = bodies[path]!;
      expectProblem(await post(service, path, body, { token }), "FORBIDDEN", 403);
      expectProblem(await post(service, path, body, { token: service.operatorToken }), "FORBIDDEN", 403);
      expectProblem(await post(service, path, body), "UNAUTHENTICATED", 401);
    }
  });

  test("is not a client in test mode, whose credentials would look like any other", async () => {
    const token = await tokenFor(organization, ["credentials:issue"], "test");
    expectProblem(await issue({}, {}, token), "FORBIDDEN", 403);
  });

  const bodies: Record<string, JsonObject> = {
    "/credentials/issue": { credential },
    "/credentials/verify": { verifiableCredential: credential },
    "/presentations/verify": { verifiablePresentation: { type: "VerifiablePresentation" } },
    "/credentials/status": { credentialId: "urn:x:1", credentialStatus: {} },
  };
});

describe("verifying over the VC API", () => {
  test("refuses what does not hold, with every check", async () => {
    const made = await issued();
    const answer = await verify({ ...made, name: "Another" });
    expectNotVerified(answer);
    expect(answer.body).toMatchObject({ verified: false, report: { verdict: "invalid" } });
    expect(answer.body.errors[0]).toContain("proof[0]: BAD_SIGNATURE");
    expect(answer.body.checks).toContain("proof[0]");
    expectNotVerified(await verify(credential));
    expectNotVerified(await verify(await issued({ validFrom: iso(service.now() + day) })));
    for (const wrong of ["https://school.example/badge", 7, null, []])
      expectProblem(await verify(wrong), "INVALID_REQUEST", 400);
  });
});

describe("the status of what was issued", () => {
  const revocation = { type: "BitstringStatusListEntry", statusPurpose: "revocation" };
  const suspension = { ...revocation, statusPurpose: "suspension" };
  const asked = { credentialStatus: [revocation, suspension] };

  test("stands in a list of the organisation, and a revocation shows at once and for good", async () => {
    const made = await issued({}, asked);
    const [entry] = made.credentialStatus;
    expect(entry).toMatchObject({ type: "BitstringStatusListEntry", statusPurpose: "revocation" });
    expect((await verify(made)).status).toBe(200);
    const { status } = await setStatus({ credentialId: made.id, credentialStatus: revocation });
    expect(status).toBe(200);
    const judged = await verify(made);
    expect(judged.body).toMatchObject({ verified: false, report: { status: "revoked" } });
    const back = await setStatus({ credentialId: made.id, credentialStatus: revocation, status: false });
    expectProblem(back, "REVOKED", 409);
  });

  test("can be suspended and come back, in any form and issuer", async () => {
    for (const [issuer, suite] of [
      [did, "vc+jwt"],
      [keys["P-256"], "vc+jwt"],
      [keys.Ed25519, "eddsa-rdfc-2022"],
    ] as const) {
      const id = `urn:uuid:${crypto.randomUUID()}`;
      const made = await issued({ issuer, id }, { ...asked, suite });
      await setStatus({ credentialId: id, credentialStatus: [{ ...suspension, status: "1" }] });
      expect((await verify(made)).body).toMatchObject({ verified: false, report: { status: "suspended" } });
      await setStatus({ credentialId: id, credentialStatus: suspension, status: false });
      expect((await verify(made)).status).toBe(200);
    }
  });

  test("is served to anybody, in both forms, until it changes", async () => {
    const made = await issued({}, { credentialStatus: revocation });
    const path = new URL(made.credentialStatus.statusListCredential).pathname;
    const listed = await get(service, path);
    expect(listed.body).toMatchObject({ issuer: did, credentialSubject: { statusPurpose: "revocation" } });
    expect(listed.headers.get("access-control-allow-origin")).toBe("*");
    const jwt = await get(service, path, { headers: { accept: "application/vc+jwt" } });
    expect(jwt.text).toMatch(/^eyJ/);
    const known = { "if-none-match": listed.headers.get("etag")! };
    expect((await get(service, path, { headers: known })).status).toBe(304);
    await setStatus({ credentialId: made.id, credentialStatus: revocation });
    expect((await get(service, path, { headers: known })).status).toBe(200);
    const elsewhere = await openOrganization(service);
    expectProblem(await get(service, path.replace(organization.slug, elsewhere.slug)), "NOT_FOUND", 404);
  });

  test("changes for its own organisation alone: others' looks as if it were not there", async () => {
    const made = await issued({}, { credentialStatus: revocation });
    const other = await openOrganization(service);
    const token = await tokenFor(other, ["credentials:issue"]);
    const change = { credentialId: made.id, credentialStatus: revocation };
    const foreign = await setStatus(change, token);
    const absent = await setStatus({ ...change, credentialId: "urn:uuid:0" }, token);
    expectProblem(foreign, "NOT_FOUND", 404);
    expect({ ...foreign.body, requestId: "" }).toEqual({ ...absent.body, requestId: "" });
    expectProblem(await setStatus({ credentialId: made.id, credentialStatus: suspension }), "NOT_FOUND", 404);
    expect((await verify(made)).status).toBe(200);
  });

  test("is given once for each id, and not beside another", async () => {
    const id = `urn:uuid:${crypto.randomUUID()}`;
    await issued({ id }, { credentialStatus: revocation });
    expectProblem(await issue({ id }, { credentialStatus: revocation }), "CREDENTIAL_KNOWN", 409);
    const own = { credentialStatus: { type: "BitstringStatusListEntry" } };
    expectProblem(await issue(own, { credentialStatus: revocation }), "INVALID_CREDENTIAL", 422);
  });
});

describe("presentations", () => {
  const ed = signerOfKey("Ed25519", new Uint8Array(32).fill(5));
  const holder: ProofSigner = {
    method: `${ed.did}#${ed.did.slice("did:key:".length)}`,
    type: "Ed25519",
    sign: ed.sign,
  };
  const terms = { purpose: "authentication", challenge: "c-1", domain: "https://verifier.example" };
  const present = (verifiableCredential: unknown, change: JsonObject = {}, more: Partial<typeof terms> = {}) => {
    const type = ["VerifiablePresentation"];
    const bare = { "@context": credential["@context"]!, type, holder: ed.did, verifiableCredential } as JsonObject;
    const cryptosuite: Cryptosuite = "eddsa-rdfc-2022";
    return addProof({ ...bare, ...change }, holder, { cryptosuite, created: iso(service.now()), ...terms, ...more });
  };
  const judge = (verifiablePresentation: unknown, options: JsonObject = {}) => {
    const asked = { challenge: terms.challenge, domain: terms.domain, ...options };
    return post(service, "/presentations/verify", { verifiablePresentation, options: asked }, { token: verifying });
  };

  test("hold with the challenge and the domain, and all that is in them", async () => {
    const embedded = await issued();
    const enveloped = await issued({}, { suite: "vc+jwt" });
    const answer = await judge(await present([embedded, enveloped]));
    expect(answer.status, answer.text).toBe(200);
    expect(answer.body.credentialResults.map(({ verdict }: { verdict: string }) => verdict)).toEqual([
      "valid",
      "valid",
    ]);
    const older = { presentation: await present([embedded]), options: { challenge: "c-1" } };
    expect((await post(service, "/presentations/verify", older, { token: verifying })).status).toBe(200);
  });

  test("are refused with another challenge or domain, another purpose, or another's key", async () => {
    const made = await issued();
    const good = await present([made]);
    expectNotVerified(await judge(good, { challenge: "c-2" }));
    expectNotVerified(await judge(good, { domain: "https://other.example" }));
    expectNotVerified(await judge(await present([made], {}, { purpose: "assertionMethod" })));
    const stolen = await judge(await present([made], { holder: "did:web:elsewhere.example" }));
    expectNotVerified(stolen);
    expect(stolen.body.errors.join()).toContain("KEY_OF_ANOTHER");
    expectNotVerified(await judge({ ...good, proof: [] }));
    expectNotVerified(await judge({ ...good, type: ["Letter"] }));
  });

  test("are refused with one bad credential beside a good one, and it is named", async () => {
    const made = await issued();
    const answer = await judge(await present([made, { ...made, name: "Another" }]));
    expectNotVerified(answer);
    expect(answer.body.credentialResults.map(({ verdict }: { verdict: string }) => verdict)).toEqual([
      "valid",
      "invalid",
    ]);
    expect(answer.body.errors.join()).toContain("credential[1]");
  });
});
