import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { issueIdentityCredential } from "../../../src/credentials/identity-credential.ts";
import { findIssued, type Issuer, openIssuer, revokeIssued } from "../../../src/credentials/issued.ts";
import { didDocument, serviceDid } from "../../../src/identity/service-did.ts";
import { makeServiceKeys, rotate, type ServiceKeys, signerAt } from "../../../src/identity/service-keys.ts";
import { walletCheck } from "../../../src/identity/wallet.ts";
import { base64url, utf8 } from "../../../src/kernel/bytes.ts";
import { Failure } from "../../../src/kernel/failure.ts";
import type { JsonObject } from "../../../src/kernel/json.ts";
import { day, hour, iso, minute } from "../../../src/kernel/time.ts";
import { contextV2 } from "../../../src/securing/data-model.ts";
import {
  emptyBits,
  encodeBits,
  minEntries,
  setBit,
  statusEntry,
  statusListCredential,
} from "../../../src/securing/status-list.ts";
import { signCredential } from "../../../src/securing/vc-jwt.ts";
import { keyResolver } from "../../../src/securing/verification-key.ts";
import { credentialStore } from "../../../src/storage/credential-store.ts";
import { openSqlite } from "../../../src/storage/sqlite.ts";
import { type CredentialReport, verifyCredential } from "../../../src/verify/credential.ts";
import type { CredentialKnowledge, RenownEnding } from "../../../src/verify/credential-question.ts";

const now = Date.UTC(2026, 10, 20);
const alice = "did:pkh:eip155:1:0x1111111111111111111111111111111111111111";
const origin = "https://renown.example";
const school = "https://school.example";
const listUrl = `${school}/lists/1`;

let keys: ServiceKeys;
let schoolKeys: ServiceKeys;
let issuer: Issuer;
let knowledge: CredentialKnowledge;
let close: () => Promise<void>;
/** What stands in the web: the school's DID document and its status list. */
let web: Map<string, string>;

beforeEach(async () => {
  keys = await makeServiceKeys(now - day);
  schoolKeys = await makeServiceKeys(now - day);
  web = new Map([[`${school}/.well-known/did.json`, JSON.stringify(didDocument(school, schoolKeys))]]);
  const storage = openSqlite({ file: ":memory:", realm: "main" });
  close = storage.close;
  const did = serviceDid(origin);
  issuer = openIssuer({ origin, store: credentialStore(storage), signer: () => ({ did, key: signerAt(keys) }) });
  knowledge = {
    resolveKey: (url, at) => keyResolver({ fetchDidWeb, own: { did, document: didDocument(origin, keys) } })(url, at),
    wallet: walletCheck(),
    fetchStatusList: async (url) => {
      const body = web.get(url);
      if (body === undefined) throw new Failure("STATUS_UNAVAILABLE");
      return body;
    },
    own: { did, find: (id) => findIssued(issuer, id) },
  };
});
afterEach(() => close());

async function fetchDidWeb(url: string) {
  const body = web.get(url);
  if (body === undefined) throw new Failure("DID_UNREACHABLE");
  return { status: 200, contentType: "application/did", body };
}

const verify = (input: unknown, question: { at?: number; known?: number } = {}) =>
  verifyCredential(input, { now, ...question }, knowledge);
const checkOf = (report: CredentialReport, name: string) => report.checks.find((each) => each.name === name);
const names = (report: CredentialReport) => report.checks.map((each) => each.name);

const ofSchool: JsonObject = {
  "@context": [contextV2],
  type: ["VerifiableCredential"],
  issuer: serviceDid(school),
  validFrom: iso(now - hour),
  validUntil: iso(now + day),
  credentialSubject: { id: alice, degree: "Bachelor" },
};
const signedBySchool = (change: JsonObject = {}) =>
  signCredential({ ...ofSchool, ...change }, { did: serviceDid(school), key: signerAt(schoolKeys) });

describe("a credential of ours", () => {
  test("is valid, and every check says so by name", async () => {
    const { jwt, id } = await issueIdentityCredential(issuer, alice, now);
    const report = await verify(jwt);
    expect(report).toMatchObject({
      verdict: "valid",
      form: "vc+jwt",
      id: `${origin}/v1/credentials/${id}`,
      types: ["VerifiableCredential", "RenownIdentityCredential"],
      issuer: "did:web:renown.example",
      subjects: [alice],
      validFrom: iso(now),
      validUntil: iso(now + 7 * day),
      at: iso(now),
      known: iso(now),
    });
    expect(names(report)).toEqual(["form", "header", "data-model", "issuer", "key", "signature", "validity", "status"]);
    expect(new Set(report.checks.map((each) => each.outcome))).toEqual(new Set(["pass"]));
  });

  test("is valid within an EnvelopedVerifiableCredential too", async () => {
    const { jwt } = await issueIdentityCredential(issuer, alice, now);
    const id = `data:application/vc+jwt,${jwt}`;
    expect((await verify({ "@context": [contextV2], type: "EnvelopedVerifiableCredential", id })).verdict).toBe(
      "valid",
    );
  });

  test("is invalid once revoked, was valid before, and counts as valid by what was known before", async () => {
    const { jwt, id } = await issueIdentityCredential(issuer, alice, now - 2 * hour);
    await revokeIssued(issuer, id, alice, now - hour);
    const revoked = await verify(jwt);
    expect(revoked.verdict).toBe("invalid");
    expect(checkOf(revoked, "status")).toMatchObject({ outcome: "fail", code: "REVOKED" });
    const before = await verify(jwt, { at: now - hour - 1 });
    expect(before.verdict).toBe("valid");
    expect(checkOf(before, "status")).toMatchObject({ code: "REVOKED_SINCE" });
    expect((await verify(jwt, { at: now - hour })).verdict).toBe("invalid");
    const unknowing = await verify(jwt, { known: now - hour - 1 });
    expect(checkOf(unknowing, "status")).toMatchObject({ outcome: "pass", code: "OK" });
  });

  test("is invalid after its end and before its beginning", async () => {
    const { jwt } = await issueIdentityCredential(issuer, alice, now);
    expect(checkOf(await verify(jwt, { at: now - 1 }), "validity")).toMatchObject({ code: "NOT_YET_VALID" });
    expect((await verify(jwt, { at: now + 7 * day - 1 })).verdict).toBe("valid");
    const ended = await verify(jwt, { at: now + 7 * day });
    expect(ended.verdict).toBe("invalid");
    expect(checkOf(ended, "validity")).toMatchObject({ code: "EXPIRED" });
  });

  test("is invalid where we have no record of it, though our key signed it", async () => {
    const signer = issuer.signer();
    const credentialStatus = statusEntry(`${origin}/v1/status-lists/x`, 1, "revocation");
    const jwt = await signCredential(
      { ...ofSchool, issuer: signer.did, id: `${origin}/v1/credentials/x`, credentialStatus },
      signer,
    );
    expect(checkOf(await verify(jwt), "status")).toMatchObject({ outcome: "fail", code: "NOT_ISSUED" });
  });

  test("is invalid without a record, though it names no status: a stolen key dates back what it signs", async () => {
    const stolen = issuer.signer();
    keys = await rotate(keys, "signing", now - minute);
    const jwt = await signCredential({ ...ofSchool, issuer: stolen.did, validFrom: iso(now - hour) }, stolen);
    const report = await verify(jwt);
    expect(report.verdict).toBe("invalid");
    expect(checkOf(report, "status")).toMatchObject({ outcome: "fail", code: "NOT_ISSUED" });
  });

  test("that is a status list holds by the key in use alone", async () => {
    const list = async () =>
      signCredential(
        statusListCredential({
          id: `${origin}/v1/status-lists/x`,
          issuer: issuer.signer().did,
          purpose: "revocation",
          encodedList: await encodeBits(emptyBits(minEntries)),
          validFrom: now - hour,
          validUntil: now + hour,
          ttl: minute,
        }),
        issuer.signer(),
      );
    const jwt = await list();
    expect((await verify(jwt)).verdict).toBe("valid");
    keys = await rotate(keys, "signing", now - minute);
    expect(checkOf(await verify(jwt), "status")).toMatchObject({ outcome: "fail", code: "NOT_ISSUED" });
    expect((await verify(await list())).verdict).toBe("valid");
  });

  test("stays valid when the key is retired after it, and a later one by that key is not", async () => {
    const { jwt } = await issueIdentityCredential(issuer, alice, now - hour);
    const old = issuer.signer();
    keys = await rotate(keys, "signing", now);
    expect((await verify(jwt)).verdict).toBe("valid");
    const late = await signCredential({ ...ofSchool, issuer: old.did, validFrom: iso(now) }, old);
    const report = await verify(late);
    expect(checkOf(report, "key")).toMatchObject({ outcome: "fail", code: "EXPIRED" });
    expect(checkOf(report, "signature")).toMatchObject({ outcome: "skipped" });
    const { validFrom: _, ...undated } = ofSchool;
    expect(checkOf(await verify(await signCredential({ ...undated, issuer: old.did }, old)), "key")!.outcome).toBe(
      "fail",
    );
  });
});

describe("a credential of another issuer", () => {
  test("by jose verifies, through its did:web", async () => {
    const { publicKey, privateKey } = await generateKeyPair("ES256");
    const did = serviceDid(school);
    const method = { id: `${did}#k`, type: "JsonWebKey", controller: did, publicKeyJwk: await exportJWK(publicKey) };
    web.set(`${school}/.well-known/did.json`, JSON.stringify({ id: did, assertionMethod: [method] }));
    const jwt = await new SignJWT(ofSchool as Record<string, unknown>)
      .setProtectedHeader({ alg: "ES256", kid: `${did}#k`, typ: "vc+jwt", cty: "vc" })
      .sign(privateKey);
    expect((await verify(jwt)).verdict).toBe("valid");
  });

  test("is undetermined while its did:web is out of reach", async () => {
    const jwt = await signedBySchool();
    web.clear();
    const report = await verify(jwt);
    expect(report.verdict).toBe("undetermined");
    expect(checkOf(report, "key")).toMatchObject({ outcome: "unknown", code: "DID_UNREACHABLE" });
    expect(checkOf(report, "status")).toMatchObject({ outcome: "skipped" });
  });

  test.each<[string, JsonObject, string, string, string]>([
    ["of a method that is not resolved", { issuer: "did:example:1" }, "key", "unknown", "UNSUPPORTED_DID_METHOD"],
    ["of an issuer that nothing resolves", { issuer: "urn:x:school" }, "issuer", "unknown", "UNSUPPORTED_DID_METHOD"],
    ["of an issuer whose key did not sign", { issuer: "did:web:renown.example" }, "key", "fail", "DID_NOT_FOUND"],
    ["that does not follow the data model", { credentialSubject: {} }, "data-model", "fail", "INVALID_CREDENTIAL"],
    ["of a date that cannot be read", { validUntil: "tomorrow" }, "data-model", "fail", "UNREADABLE_DATE"],
    ["that has ended", { validUntil: iso(now) }, "validity", "fail", "EXPIRED"],
    ["whose signature has ended", { exp: now / 1000 }, "validity", "fail", "EXPIRED"],
    ["whose exp is no time", { exp: 9e12 }, "validity", "fail", "UNREADABLE_DATE"],
    ["whose iss is another", { iss: "did:web:evil.example" }, "issuer", "fail", "INVALID_CREDENTIAL"],
    [
      "of a status that is not read here",
      { credentialStatus: { type: "StatusList2021Entry" } },
      "status",
      "unknown",
      "UNKNOWN_STATUS_TYPE",
    ],
  ])("%s says so", async (_, change, name, outcome, code) => {
    const signer = { did: String(change.issuer ?? ofSchool.issuer), key: signerAt(schoolKeys) };
    const report = await verify(await signCredential({ ...ofSchool, ...change }, signer));
    expect(checkOf(report, name)).toMatchObject({ outcome, code });
    expect(report.verdict).toBe(outcome === "fail" ? "invalid" : "undetermined");
  });

  test("whose content was changed has a bad signature, and nobody is called for its status", async () => {
    const [header, , signature] = (await signedBySchool()).split(".");
    const changed = { ...ofSchool, credentialStatus: statusEntry(listUrl, 1, "revocation") };
    knowledge.fetchStatusList = () => expect.unreachable();
    const report = await verify(`${header}.${base64url(utf8(JSON.stringify(changed)))}.${signature}`);
    expect(checkOf(report, "signature")).toMatchObject({ outcome: "fail", code: "BAD_SIGNATURE" });
    expect(checkOf(report, "status")).toMatchObject({ outcome: "skipped" });
  });

  test("that breaks the data model is still checked for signature", async () => {
    const report = await verify(await signedBySchool({ type: [] }));
    expect(checkOf(report, "signature")).toMatchObject({ outcome: "pass" });
    expect(checkOf(report, "validity")).toMatchObject({ outcome: "skipped" });
  });

  test("names what nobody here judges, and is not judged by it", async () => {
    const schema = { id: "https://school.example/schema.json", type: "JsonSchema" };
    const report = await verify(await signedBySchool({ credentialSchema: schema }));
    expect(checkOf(report, "credentialSchema")).toMatchObject({ outcome: "unknown", required: false });
    expect(report.verdict).toBe("valid");
  });
});

describe("what is no credential", () => {
  const part = (value: unknown) => base64url(utf8(typeof value === "string" ? value : JSON.stringify(value)));
  const token = (header: unknown, payload: unknown = ofSchool) =>
    `${part(header)}.${part(payload)}.${part("x".repeat(64))}`;

  test.each<[string, unknown, string, string]>([
    ["an empty text", "", "form", "INVALID_TOKEN"],
    ["a token with alg none", token({ alg: "none" }), "form", "INVALID_TOKEN"],
    ["a token with a name twice", token({ alg: "ES256" }, '{"a":1,"a":2}'), "form", "INVALID_TOKEN"],
    ["a token beyond the limit", token({ alg: "ES256" }, { a: "a".repeat(262_144) }), "form", "INVALID_TOKEN"],
    ["an access token", token({ alg: "ES256", typ: "at+jwt" }), "header", "INVALID_CREDENTIAL"],
    [
      "a credential of the first data model",
      token({ alg: "ES256" }, { vc: {}, iss: "did:web:a" }),
      "data-model",
      "INVALID_CREDENTIAL",
    ],
    ["null", null, "form", "INVALID_CREDENTIAL"],
    ["an empty object", {}, "form", "INVALID_CREDENTIAL"],
  ])("is invalid: %s", async (_, input, name, code) => {
    const report = await verify(input);
    expect(report.verdict).toBe("invalid");
    expect(checkOf(report, name)).toMatchObject({ outcome: "fail", code });
  });

  test("is undetermined with a proof or an algorithm that is not read here", async () => {
    const proofs = [
      { ...ofSchool, proof: { type: "DataIntegrityProof" } },
      { ...ofSchool, proof: [] },
    ];
    for (const input of proofs) {
      const report = await verify(input);
      expect(report).toMatchObject({ verdict: "undetermined", form: "unknown" });
      expect(checkOf(report, "form")).toMatchObject({ code: "UNKNOWN_SUITE" });
    }
    const kid = `${serviceDid(school)}#${signerAt(schoolKeys).kid}`;
    const report = await verify(token({ alg: "RS384", kid }));
    expect(checkOf(report, "signature")).toMatchObject({ outcome: "unknown", code: "UNKNOWN_SUITE" });
    expect(report.verdict).toBe("undetermined");
  });
});

describe("the status list of another issuer", () => {
  const entry = (purpose = "revocation", index = 7) => ({ credentialStatus: statusEntry(listUrl, index, purpose) });

  /** Publishes a list with index 7 set, or as `change` has it. */
  async function publish(
    change: Partial<Record<"id" | "purpose" | "encodedList" | "by" | "type", string>> & {
      from?: number;
      until?: number;
    } = {},
  ) {
    const bits = emptyBits(minEntries);
    setBit(bits, 7);
    const list = statusListCredential({
      id: change.id ?? listUrl,
      issuer: change.by ?? serviceDid(school),
      purpose: change.purpose ?? "revocation",
      encodedList: change.encodedList ?? (await encodeBits(bits)),
      validFrom: change.from ?? now - minute,
      validUntil: change.until ?? now + hour,
      ttl: minute,
    });
    if (change.type) list.type = ["VerifiableCredential", change.type];
    const ours = change.by === serviceDid(origin);
    const signer = ours ? issuer.signer() : { did: serviceDid(school), key: signerAt(schoolKeys) };
    web.set(listUrl, await signCredential(list, signer));
  }

  const statusOf = async (change: JsonObject, question = {}) => {
    const report = await verify(await signedBySchool(change), question);
    const check = report.checks.find((each) => each.name.startsWith("status"))!;
    return { verdict: report.verdict, code: check.code, name: check.name, required: check.required };
  };

  test("tells what is revoked and what is not", async () => {
    await publish();
    expect(await statusOf(entry())).toMatchObject({ verdict: "invalid", code: "REVOKED", name: "status:revocation" });
    expect(await statusOf(entry("revocation", 8))).toMatchObject({ verdict: "valid", code: "OK" });
  });

  test("tells what is suspended", async () => {
    await publish({ purpose: "suspension" });
    expect(await statusOf(entry("suspension"))).toMatchObject({ verdict: "invalid", code: "SUSPENDED" });
  });

  test("of another purpose informs, and nothing is judged by it", async () => {
    await publish({ purpose: "message" });
    expect(await statusOf(entry("message"))).toMatchObject({ verdict: "valid", code: "STATUS_SET", required: false });
  });

  test("tells nothing of the time before it was made, but that a revocation had not come", async () => {
    await publish();
    const at = now - 2 * minute;
    expect(await statusOf(entry(), { at })).toMatchObject({ verdict: "undetermined", code: "STATUS_SINCE_UNKNOWN" });
    expect(await statusOf(entry("revocation", 8), { at })).toMatchObject({ verdict: "valid" });
    await publish({ purpose: "suspension" });
    expect(await statusOf(entry("suspension", 8), { at })).toMatchObject({ code: "STATUS_SINCE_UNKNOWN" });
  });

  test.each<[string, Parameters<typeof publish>[0], JsonObject, string]>([
    ["of another issuer", { by: "did:web:renown.example" }, entry(), "LIST_OF_ANOTHER_ISSUER"],
    ["that is another of its issuer's", { id: `${school}/lists/2` }, entry("revocation", 8), "LIST_INVALID"],
    ["of another purpose", { purpose: "suspension" }, entry(), "LIST_OF_ANOTHER_PURPOSE"],
    ["that has expired", { until: now }, entry(), "LIST_EXPIRED"],
    ["that is not valid yet", { from: now + 1 }, entry(), "LIST_INVALID"],
    ["that is no status list", { type: "OtherCredential" }, entry(), "LIST_INVALID"],
    ["that ends before the index", {}, entry("revocation", minEntries), "STATUS_OUT_OF_RANGE"],
    [
      "that is too short",
      { encodedList: `u${base64url(gzipSync(emptyBits(minEntries - 8)))}` },
      entry(),
      "LIST_TOO_SHORT",
    ],
    [
      "that is a gzip bomb",
      { encodedList: `u${base64url(gzipSync(new Uint8Array(2 ** 21 + 1)))}` },
      entry(),
      "LIST_INVALID",
    ],
    [
      "whose entry cannot be read",
      {},
      { credentialStatus: { ...entry().credentialStatus, statusListIndex: 7 } },
      "INVALID_CREDENTIAL",
    ],
  ])("fails: one %s", async (_, change, status, code) => {
    await publish(change);
    expect(await statusOf(status)).toMatchObject({ verdict: "invalid", code });
  });

  test("fails where another key signed it", async () => {
    await publish();
    const [header, payload] = web.get(listUrl)!.split(".");
    web.set(listUrl, `${header}.${payload}.${base64url(new Uint8Array(64).fill(1))}`);
    expect(await statusOf(entry("revocation", 8))).toMatchObject({ verdict: "invalid", code: "LIST_INVALID" });
  });

  test("leaves it undetermined where it is out of reach, or nobody may be asked", async () => {
    expect(await statusOf(entry())).toMatchObject({ verdict: "undetermined", code: "STATUS_UNAVAILABLE" });
    knowledge = { resolveKey: knowledge.resolveKey, wallet: knowledge.wallet };
    expect(await statusOf(entry())).toMatchObject({ verdict: "undetermined", code: "STATUS_UNAVAILABLE" });
  });

  test("is asked for four entries of one credential at most", async () => {
    knowledge.fetchStatusList = () => expect.unreachable();
    const five = { credentialStatus: Array(5).fill(entry().credentialStatus) };
    expect(await statusOf(five)).toMatchObject({ verdict: "undetermined", code: "QUOTA_EXCEEDED" });
  });
});

describe("a Renown credential", () => {
  const vector = JSON.parse(readFileSync("tests/vectors/shared/renown.json", "utf8"));
  const credential = {
    ...vector.message,
    proof: {
      type: "EthereumEip712Signature2021",
      proofPurpose: "assertionMethod",
      verificationMethod: vector.message.issuer.id,
      ethereumAddress: vector.address,
      created: vector.message.issuanceDate,
      proofValue: vector.signature,
      eip712: { domain: { version: "1", chainId: 1 }, primaryType: "VerifiableCredential" },
    },
  };
  const ending = (known: RenownEnding) => {
    knowledge.endingOf = async (id, issuer) =>
      id === vector.message.id && issuer === vector.message.issuer.id ? known : undefined;
  };

  test("is valid by its signature, and says what our log does not know", async () => {
    const report = await verify(credential);
    expect(report).toMatchObject({
      verdict: "valid",
      form: "eip712",
      id: vector.message.id,
      issuer: vector.message.issuer.id,
      subjects: [vector.appDid],
      validFrom: "2026-01-01T00:00:00.000Z",
      validUntil: "2126-01-01T00:00:00.000Z",
    });
    expect(names(report)).toEqual(["form", "issuer", "signature", "validity", "lifetime", "revocation"]);
    expect(checkOf(report, "lifetime")).toMatchObject({ outcome: "fail", code: "LIFETIME_TOO_LONG", required: false });
    expect(checkOf(report, "revocation")).toMatchObject({ outcome: "unknown", code: "NOT_KEPT_HERE", required: false });
  });

  test.each<[string, JsonObject, string, string]>([
    ["a member nobody signed", { role: "admin" }, "form", "INVALID_CREDENTIAL"],
    [
      "an issuer on another chain than the proof",
      { issuer: { ...vector.message.issuer, id: vector.message.issuer.id.replace(":1:", ":10:") } },
      "issuer",
      "INVALID_CREDENTIAL",
    ],
    [
      "another id than was signed",
      { id: "urn:uuid:00000000-0000-4000-8000-00000000000f" },
      "signature",
      "BAD_SIGNATURE",
    ],
    ["an unreadable end", { expirationDate: "never" }, "issuer", "UNREADABLE_DATE"],
  ])("is invalid with %s", async (_, change, name, code) => {
    const report = await verify({ ...credential, ...change });
    expect(report.verdict).toBe("invalid");
    expect(checkOf(report, name)).toMatchObject({ outcome: "fail", code });
  });

  test("is valid from five minutes before its issuance until its expiry", async () => {
    const from = Date.UTC(2026, 0, 1);
    expect(checkOf(await verify(credential, { at: from - 5 * minute - 1 }), "validity")).toMatchObject({
      code: "NOT_YET_VALID",
    });
    expect((await verify(credential, { at: from - 5 * minute })).verdict).toBe("valid");
    expect(checkOf(await verify(credential, { at: Date.UTC(2126, 0, 1) }), "validity")).toMatchObject({
      code: "EXPIRED",
    });
  });

  test("is undetermined where only a contract could tell", async () => {
    const long = { ...credential, proof: { ...credential.proof, proofValue: `0x${"ab".repeat(100)}` } };
    const report = await verify(long);
    expect(report.verdict).toBe("undetermined");
    expect(checkOf(report, "signature")).toMatchObject({ outcome: "unknown", code: "CONTRACT_WALLET" });
  });

  test("is invalid once the log has revoked it, and was valid before", async () => {
    ending({ revokedAt: now - hour, compromise: undefined });
    expect(checkOf(await verify(credential), "revocation")).toMatchObject({
      outcome: "fail",
      code: "REVOKED",
      required: true,
    });
    const before = await verify(credential, { at: now - hour - 1 });
    expect(before.verdict).toBe("valid");
    expect(checkOf(before, "revocation")).toMatchObject({ code: "REVOKED_SINCE" });
    expect(checkOf(await verify(credential, { known: now - hour - 1 }), "revocation")).toMatchObject({ code: "OK" });
  });

  test("is invalid from the moment that its key counts as compromised, as soon as that was said", async () => {
    ending({ revokedAt: undefined, compromise: { from: now - 2 * hour, saidAt: now - hour } });
    expect(checkOf(await verify(credential), "revocation")).toMatchObject({ code: "KEY_COMPROMISED" });
    expect((await verify(credential, { at: now - 2 * hour - 1 })).verdict).toBe("valid");
    expect((await verify(credential, { known: now - hour - 1 })).verdict).toBe("valid");
  });
});
