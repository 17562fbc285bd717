import { p384 } from "@noble/curves/nist.js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { signCompact } from "../../src/identity/jws.ts";
import { base58, concat } from "../../src/kernel/bytes.ts";
import type { JsonObject } from "../../src/kernel/json.ts";
import { day, iso } from "../../src/kernel/time.ts";
import { addProof, type Cryptosuite, type ProofSigner, type ProofTerms } from "../../src/securing/data-integrity.ts";
import { signerOfKey } from "../../src/securing/keys.ts";
import { type Answer, post } from "./client.ts";
import { addClient, clientToken, openOrganization } from "./org-access.ts";
import { type LocalService, startLocal } from "./server.ts";

// What Data Integrity 1.0, VC-JOSE-COSE and the VC Data Model 2.0 ask of whoever verifies, over the VC API.

const base = "https://www.w3.org/ns/credentials/v2";
const examples = "https://www.w3.org/ns/credentials/examples/v2";
const suites: Cryptosuite[] = ["eddsa-rdfc-2022", "eddsa-jcs-2022", "ecdsa-rdfc-2019", "ecdsa-jcs-2019"];

type Party = { did: string; signer: ProofSigner };
function partyOf(type: "Ed25519" | "P-256", seed: number): Party {
  const { did, sign } = signerOfKey(type, new Uint8Array(32).fill(seed));
  return { did, signer: { method: `${did}#${did.slice("did:key:".length)}`, type, sign } };
}
const own = { Ed25519: partyOf("Ed25519", 5), "P-256": partyOf("P-256", 6) };
const others = partyOf("Ed25519", 7);
const ownOf = (suite: Cryptosuite) => (suite.startsWith("eddsa") ? own.Ed25519 : own["P-256"]);

let service: LocalService;
let token: string;
beforeAll(async () => {
  service = await startLocal();
  const organization = await openOrganization(service);
  token = await clientToken(
    service,
    await addClient(service, organization, { scopes: ["credentials:verify"], mode: "live" }),
  );
});
afterAll(() => service.close());

type Terms = Partial<{ [name in keyof ProofTerms]: unknown }>;

function sign(
  document: JsonObject,
  suite: Cryptosuite,
  terms: Terms = {},
  { signer }: Pick<Party, "signer"> = ownOf(suite),
) {
  const stated = { cryptosuite: suite, created: iso(service.now()), ...terms } as ProofTerms;
  return addProof(document, signer, stated) as Promise<any>;
}

const unsigned = (issuer: string): JsonObject => {
  const credentialSubject = { id: "did:example:pupil" };
  return { "@context": [base], type: ["VerifiableCredential"], issuer, credentialSubject };
};
const credentialOf = (suite: Cryptosuite, terms: Terms = {}) => sign(unsigned(ownOf(suite).did), suite, terms);
const verify = (verifiableCredential: unknown, options: JsonObject = { checks: ["proof"] }) =>
  post(service, "/credentials/verify", { verifiableCredential, options }, { token });

function expectHolds(answer: Answer): void {
  expect(answer.status, answer.text).toBe(200);
  expect(answer.body).toMatchObject({ verified: true, errors: [] });
}

function expectFails(answer: Answer, says = ""): void {
  expect([400, 422], answer.text).toContain(answer.status);
  expect(answer.text).toContain(says);
}

describe.each(suites)("a proof of %s", (suite) => {
  const inAnHour = () => iso(service.now() + day);

  test("holds as one object, in a set, and with the times that it may have", async () => {
    const good = await credentialOf(suite);
    expectHolds(await verify({ ...good, proof: good.proof[0] }));
    expectHolds(await verify(await sign(good, suite)));
    const withoutOffset = inAnHour().slice(0, 19);
    for (const terms of [{ created: undefined }, { created: "2020-01-01T00:00:00-05:00" }, { expires: withoutOffset }])
      expectHolds(await verify(await credentialOf(suite, terms)));
    const now = iso(service.now()).slice(0, 19);
    expectHolds(await verify(await credentialOf(suite, { created: now })));
  });

  test.each<[string, Terms]>([
    ["a date that cannot be read", { created: "in winter" }],
    ["a day alone as its end", { expires: "2030-01-01" }],
    ["an end that is over", { expires: "2020-01-01T00:00:00Z" }],
    ["an end that is over, in whichever zone", { expires: "2020-01-01T00:00:00" }],
    ["the purpose of another", { purpose: "authentication" }],
    ["a purpose that there is not", { purpose: "decoration" }],
    ["numbers as its domains", { domain: [5] }],
    ["several challenges", { challenge: ["a", "b"] }],
  ])("does not hold with %s, though it is signed", async (_, terms) => {
    const made = await credentialOf(suite, terms).catch(({ code }) => code as string);
    // What JSON-LD cannot say is not signed in the first place.
    if (typeof made === "string") expect(made).toBe("INVALID_CREDENTIAL");
    else expectFails(await verify(made), "proof[0]");
  });

  test("does not hold without a member that it needs, or with one of another form", async () => {
    const good = await credentialOf(suite);
    const [proof] = good.proof;
    for (const name of ["type", "cryptosuite", "verificationMethod", "proofPurpose", "proofValue"]) {
      const { [name]: _, ...rest } = proof;
      expectFails(await verify({ ...good, proof: rest }), "proof[0]");
    }
    const value = proof.proofValue as string;
    const forms = {
      type: ["OtherProof", "", 5, ["DataIntegrityProof"]],
      cryptosuite: ["other-suite-2030", "", 5],
      verificationMethod: ["did:key:none", "did:key:none#none", 5],
      proofPurpose: ["decoration", 5],
      proofValue: [null, "", "z", value.slice(1), `u${value.slice(1)}`, `${value}zzzz`, `z${value.slice(2)}`],
      id: ["first", 5],
      created: [5, null],
      expires: [5, null],
    };
    for (const [name, values] of Object.entries(forms))
      for (const each of values) expectFails(await verify({ ...good, proof: { ...proof, [name]: each } }), "proof[0]");
  });

  test("is missed where it is none, and where it was taken off", async () => {
    const { proof, ...bare } = await credentialOf(suite);
    expect(proof).toHaveLength(1);
    expectFails(await verify(bare), "NO_PROOF");
    for (const none of [null, "proof", 10, true, [], {}, [null], ["proof"]])
      expectFails(await verify({ ...bare, proof: none }), "proof");
  });

  test("does not hold for what was added, or of what was changed", async () => {
    const good = await credentialOf(suite);
    const { credentialSubject } = good;
    const changes: JsonObject[] = [
      { credentialSubject: { ...credentialSubject, unheardOf: "x" } },
      { type: [...good.type, "UnheardOf"] },
      { "@context": [base, { "@base": "https://terms.example/" }] },
      { name: "Ada" },
    ];
    for (const change of changes) expectFails(await verify({ ...good, ...change }));
    for (const name of ["@context", "type", "issuer", "credentialSubject"]) {
      const { [name]: _, ...rest } = good;
      expectFails(await verify(rest));
      for (const none of ["text", null, 10, true, [], [[]], [null], [10], {}])
        expectFails(await verify({ ...good, [name]: none }));
    }
  });

  test("has the purpose, challenge and domain that the verifier asks for, each alone", async () => {
    const good = await credentialOf(suite);
    expectHolds(await verify(good, { expectedProofPurpose: "assertionMethod" }));
    expectFails(await verify(good, { expectedProofPurpose: "authentication" }), "WRONG_PURPOSE");
    expectFails(await verify(good, { domain: "a.example" }), "WRONG_DOMAIN");
    expectFails(await verify(good, { challenge: "c" }), "WRONG_CHALLENGE");
    const bound = await credentialOf(suite, { domain: "a.example", challenge: "c" });
    expectHolds(await verify(bound, { domain: "a.example", challenge: "c" }));
    expectFails(await verify(bound, { domain: "b.example", challenge: "c" }), "WRONG_DOMAIN");
    expectFails(await verify(bound, { domain: "a.example", challenge: "d" }), "WRONG_CHALLENGE");
    const wide = await credentialOf(suite, { domain: ["a.example", "b.example"] });
    expectHolds(await verify(wide));
    expectFails(await verify(wide, { domain: "a.example" }), "WRONG_DOMAIN");
  });

  test("follows those that it names, and no others", async () => {
    const first = await credentialOf(suite, { id: "urn:uuid:first" });
    for (const previousProof of ["urn:uuid:first", ["urn:uuid:first"]]) {
      const chain = await sign(first, suite, { previousProof });
      expectHolds(await verify(chain));
      const [former, later] = chain.proof;
      for (const names of ["urn:uuid:other", ["urn:uuid:other"], 5, ["urn:uuid:first", "urn:uuid:other"]])
        expectFails(await verify({ ...chain, proof: [former, { ...later, previousProof: names }] }), "proof[1]");
      expectFails(await verify({ ...chain, proof: [{ ...former, id: "urn:uuid:other" }, later] }), "proof[0]");
      expectFails(await verify({ ...chain, proof: [later] }), "proof[0]");
    }
  });
});

describe("a credential as JWT", () => {
  const { did } = own["P-256"];
  const key = { kid: own["P-256"].signer.method, sign: (message: Uint8Array) => own["P-256"].signer.sign(message) };
  const jwtOf = (change: JsonObject = {}, header: JsonObject = {}) =>
    signCompact({ alg: "ES256", typ: "vc+jwt", kid: key.kid, ...header }, { ...unsigned(did), ...change }, key);
  const envelop = (jwt: string, change: object = {}) => ({
    "@context": base,
    type: "EnvelopedVerifiableCredential",
    id: `data:application/vc+jwt,${jwt}`,
    ...change,
  });

  test("holds within an envelope that says what it is", async () => {
    const jwt = await jwtOf();
    for (const change of [{}, { "@context": [base] }, { "@context": [examples, base] }])
      expectHolds(await verify(envelop(jwt, change)));
    for (const change of [
      ...[{ "@context": [] }, { "@context": examples }, { "@context": undefined }],
      ...[{ id: jwt }, { id: `data:application/vp+jwt,${jwt}` }, { type: undefined }, { type: "VerifiableCredential" }],
    ])
      expectFails(await verify(envelop(jwt, change)));
  });

  test.each<[string, JsonObject, JsonObject]>([
    ["of another media type", {}, { typ: "vp+jwt" }],
    ["with content of another media type", {}, { cty: "vp" }],
    ["with the claim vc", { vc: {} }, {}],
    ["with the claim vp", { vp: {} }, {}],
    ["by another issuer", { iss: others.did }, {}],
    ["with a key of another", {}, { kid: others.signer.method }],
    ["about another subject", { sub: "did:example:other" }, {}],
    ["that has ended", { exp: 1_000_000_000 }, {}],
  ])("does not hold %s", async (_, claims, header) => {
    const jwt = await jwtOf(claims, header);
    for (const given of [jwt, envelop(jwt)]) expectFails(await verify(given));
  });

  test("holds with an issuer in either form, and with what nobody here understands", async () => {
    const known = { iss: did, jti: "urn:uuid:1", id: "urn:uuid:1", sub: "did:example:pupil", iat: 1_700_000_000 };
    const messages: [JsonObject, JsonObject][] = [
      [{ iss: did }, {}],
      [{ issuer: { id: did, name: "Academy" }, iss: did }, {}],
      [
        { issuer: { id: did }, ...known },
        { iss: did, typ: "application/vc+jwt", cty: "application/vc" },
      ],
      [{ iss: did }, { kid: key.kid.slice(key.kid.indexOf("#")) }],
      [
        { "urn:x:claim": 7, azp: "somebody", cnf: { kid: "x" } },
        { "urn:x:header": [1], x5t: "AAAA" },
      ],
    ];
    for (const [claims, header] of messages) {
      const jwt = await jwtOf(claims, header);
      for (const given of [jwt, envelop(jwt)]) expectHolds(await verify(given));
    }
    expectFails(await verify(await jwtOf({}, { kid: key.kid.slice(key.kid.indexOf("#")) })));
    expectFails(await verify(await jwtOf({}, { crit: ["urn:x:header"], "urn:x:header": 1 })));
  });

  test("is presented within an envelope by a JWT of its holder's", async () => {
    const present = (verifiableCredential: unknown, header: JsonObject = {}, change: JsonObject = {}) => {
      const body = {
        "@context": [base],
        type: ["VerifiablePresentation"],
        holder: did,
        verifiableCredential,
        ...change,
      };
      return signCompact({ typ: "vp+jwt", cty: "vp", kid: key.kid, ...header }, body as JsonObject, key);
    };
    const judge = (verifiablePresentation: unknown) =>
      post(service, "/presentations/verify", { verifiablePresentation, options: { checks: [] } }, { token });
    const enveloped = (jwt: string) => ({
      "@context": base,
      type: "EnvelopedVerifiablePresentation",
      id: `data:application/vp+jwt,${jwt}`,
    });
    const jwt = await jwtOf();
    const proved = await credentialOf("eddsa-rdfc-2022");
    for (const held of [[], [envelop(jwt)], [envelop(jwt), proved]]) {
      expectHolds(await judge(await present(held)));
      expectHolds(await judge(enveloped(await present(held))));
    }
    const spoilt = jwt.replace(/.{4}$/, "AAAA");
    for (const held of [
      [jwt],
      [unsigned(did)],
      [envelop(spoilt)],
      [envelop(jwt), unsigned(did)],
      [envelop(jwt, { type: "x" })],
    ])
      expectFails(await judge(await present(held)));
    for (const header of [{ typ: "vc+jwt" }, { cty: "vc" }, { kid: others.signer.method }])
      expectFails(await judge(await present([envelop(jwt)], header)));
    expectFails(await judge((await present([envelop(jwt)])).replace(/.{4}$/, "AAAA")));
    expectFails(await judge(await present([envelop(jwt)], {}, { vp: {} })));
  });

  test("does not hold without its signature, or with another", async () => {
    const [header, payload, signature] = (await jwtOf()).split(".");
    for (const other of ["", "AAAA", [...signature!].reverse().join("")])
      expectFails(await verify(`${header}.${payload}.${other}`));
    const unsecured = Buffer.from(JSON.stringify({ alg: "none", typ: "vc+jwt", kid: key.kid })).toString("base64url");
    for (const other of ["", signature]) expectFails(await verify(`${unsecured}.${payload}.${other}`));
  });

  test("has the challenge and the domain that the verifier asks for", async () => {
    const bound = await jwtOf({ nonce: "c", aud: "a.example" });
    expectHolds(await verify(bound, { challenge: "c", domain: "a.example" }));
    expectFails(await verify(bound, { challenge: "d" }), "WRONG_CHALLENGE");
    expectFails(await verify(envelop(await jwtOf()), { domain: "a.example" }), "WRONG_DOMAIN");
    expectFails(await verify(bound, { expectedProofPurpose: "authentication" }), "WRONG_PURPOSE");
  });
});

describe.each(suites)("a presentation with a proof of %s", (suite) => {
  const me = () => ownOf(suite).did;
  const present = (change: JsonObject = {}, terms: Terms = {}) => {
    const body = { "@context": [base], type: ["VerifiablePresentation"], ...change };
    return sign(body, suite, { purpose: "authentication", challenge: "c", domain: "a.example", ...terms });
  };
  const judge = (verifiablePresentation: unknown, options: JsonObject = { checks: [] }) =>
    post(service, "/presentations/verify", { verifiablePresentation, options }, { token });
  const foreign = () => sign(unsigned(others.did), "eddsa-rdfc-2022", {}, others);

  test("holds with whatever a presentation may have", async () => {
    const verifiableCredential = [await foreign()];
    const terms = { Portfolio: "https://terms.example/#Portfolio" };
    for (const change of [
      ...[{}, { verifiableCredential: [] }, { verifiableCredential: verifiableCredential[0] }, { id: "urn:uuid:1" }],
      ...[{ "@context": [base, examples] }, { holder: me() }, { holder: { id: me() }, verifiableCredential }],
      { "@context": [base, terms], type: ["VerifiablePresentation", "Portfolio"] },
    ])
      expectHolds(await judge(await present(change)));
    expectHolds(await judge(await present(), { challenge: "c", domain: "a.example" }));
    expectHolds(await judge(await present(), { expectedProofPurpose: "authentication" }));
    expectFails(await judge(await present(), { expectedProofPurpose: "assertionMethod" }), "WRONG_PURPOSE");
  });

  test("names whoever presents what they say themselves", async () => {
    const verifiableCredential = [await credentialOf(suite)];
    expectHolds(await judge(await present({ holder: me(), verifiableCredential })));
    expectFails(await judge(await present({ verifiableCredential })), "NO_HOLDER");
    expectFails(await judge(await present({ holder: "did:example:acme", verifiableCredential })), "KEY_OF_ANOTHER");
    const unsecured = [unsigned(me())];
    expectFails(await judge(await present({ holder: me(), verifiableCredential: unsecured })), "NO_PROOF");
  });

  test("does not hold with what no presentation may have", async () => {
    const good = await present({ holder: me() });
    const changes: object[] = [
      ...[
        undefined,
        base,
        [],
        [examples, base],
        [examples],
        [base, "https://terms.example"],
        [base, "https ://x"],
        [base, 7],
      ].map((context) => ({ "@context": context })),
      ...[undefined, [], ["Letter"], 7].map((type) => ({ type })),
      ...["nobody", {}, { name: "Ada" }, null].map((holder) => ({ holder })),
      ...[["urn:x:1"], [7], [null], "urn:x:1", [[]]].map((verifiableCredential) => ({ verifiableCredential })),
      ...["no url", 7, null].map((id) => ({ id })),
      ...[undefined, null, [{ ...good.proof[0], proofValue: "z5nmMBw2u9TGKd9NxxHJtyZKgjN2Eh" }]].map((proof) => ({
        proof,
      })),
    ];
    for (const change of changes) expectFails(await judge({ ...good, ...change }));
    expectFails(await judge(good, { challenge: "d", domain: "a.example" }));
    expectFails(await judge(await present({}, { domain: ["a.example", "b.example"] }), { domain: "a.example" }));
  });
});

test("a key of P-384 is one that is not read here, and no broken one", async () => {
  const multibase = `z${base58(concat(Uint8Array.of(0x81, 0x24), p384.getPublicKey(new Uint8Array(48).fill(9))))}`;
  const did = `did:key:${multibase}`;
  const made = await sign(
    unsigned(did),
    "ecdsa-rdfc-2019",
    {},
    { signer: { ...own["P-256"].signer, method: `${did}#${multibase}` } },
  );
  for (const length of [96, 64]) {
    const proofValue = `z${base58(new Uint8Array(length).fill(9))}`;
    const { status, body } = await verify({ ...made, proof: { ...made.proof[0], proofValue } });
    expect([status, body.report.verdict], body.errors.join()).toEqual([422, "undetermined"]);
    expect(body.errors).toEqual(expect.arrayContaining([expect.stringContaining("proof[0]: UNKNOWN_SUITE")]));
  }
});
