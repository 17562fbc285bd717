import { describe, expect, test } from "vitest";
import { parseCompact } from "../../../src/identity/jws.ts";
import { Failure } from "../../../src/kernel/failure.ts";
import type { JsonObject } from "../../../src/kernel/json.ts";
import { day, iso } from "../../../src/kernel/time.ts";
import { makeConfiguration } from "../../../src/organizations/domain-linkage.ts";
import { findDomain } from "../../../src/organizations/domain-proof.ts";
import { methodId, organizationDocument } from "../../../src/organizations/organization-document.ts";
import { addProof, type ProofSigner } from "../../../src/securing/data-integrity.ts";
import { makePrivateKey, signerOfKey } from "../../../src/securing/keys.ts";
import { findKey } from "../../../src/securing/verification-key.ts";
import { maxValuesOfAll, openWork, type Work } from "../../../src/securing/work.ts";
import { signJwt } from "../../http/client.ts";
import { noon } from "../given.ts";

const origin = "https://renown.example";
const did = "did:web:renown.example:orgs:academy";
const other = "did:web:renown.example:orgs:other";
const domain = "example.edu";

const p256 = signerOfKey("P-256", makePrivateKey("P-256"));
const edward = signerOfKey("Ed25519", makePrivateKey("Ed25519"));
const retired = signerOfKey("P-256", makePrivateKey("P-256"));
const stolen = signerOfKey("P-256", makePrivateKey("P-256"));
const stranger = signerOfKey("P-256", makePrivateKey("P-256"));

const keyOf = (key: string, more: object = {}) => {
  const given = { made: true, operation: "o", since: noon - day, retiredAt: null, compromisedFrom: null };
  return { key, type: "P-256" as const, ...given, ...more };
};
const document = organizationDocument(
  { slug: "academy", domain: null, closed: null },
  [
    keyOf(p256.did),
    keyOf(edward.did, { type: "Ed25519" }),
    keyOf(retired.did, { retiredAt: noon - day }),
    keyOf(stolen.did, { retiredAt: noon - day, compromisedFrom: noon - 9 * day }),
  ],
  origin,
);

type Files = { configuration?: unknown; file?: string; down?: boolean };

const find = ({ configuration, file, down }: Files, work?: Work) =>
  findDomain({
    work,
    domain,
    did,
    now: noon,
    resolveKey: async (url, at) => findKey(document, url, at),
    read: async (asked, name) => {
      expect(asked).toBe(domain);
      if (down) throw new Failure("DID_UNREACHABLE");
      if (name === "renown-organization.txt") return file;
      return typeof configuration === "object" ? JSON.stringify(configuration) : (configuration as string | undefined);
    },
  });
const linked = (...dids: unknown[]) => ({
  "@context": "https://identity.foundation/.well-known/did-configuration/v1",
  linked_dids: dids,
});

const terms = (more: JsonObject = {}): JsonObject => ({
  "@context": [
    "https://www.w3.org/2018/credentials/v1",
    "https://identity.foundation/.well-known/did-configuration/v1",
  ],
  type: ["VerifiableCredential", "DomainLinkageCredential"],
  issuer: did,
  issuanceDate: iso(noon - 2 * day),
  expirationDate: iso(noon + day),
  credentialSubject: { id: did, origin: `https://${domain}` },
  ...more,
});

type Key = typeof p256;
const alg = (key: Key) => (key.type === "Ed25519" ? "EdDSA" : "ES256");
const linkage = (vc: JsonObject = terms(), key: Key = p256, claims: JsonObject = {}, header: JsonObject = {}) => {
  const seconds = (time: number) => Math.floor(time / 1000);
  const registered = { iss: did, sub: did, nbf: seconds(noon - 2 * day), exp: seconds(noon + day) };
  return signJwt(key, { ...registered, vc, ...claims }, { alg: alg(key), kid: methodId(did, key.did), ...header });
};

const no = (code: string) => ({ verified: false, method: null, code });
const byConfiguration = { verified: true, method: "did-configuration", code: null };

describe("a domain names an organisation by its DID configuration", () => {
  test("as a JWT of either key", async () => {
    for (const key of [p256, edward])
      expect(await find({ configuration: linked(await linkage(terms(), key)) })).toEqual(byConfiguration);
  });

  test("as a JWT whose payload is the credential", async () => {
    const { issuanceDate, expirationDate, ...rest } = terms();
    const credential = { ...rest, validFrom: issuanceDate!, validUntil: expirationDate! };
    const jwt = await signJwt(p256, credential, { alg: "ES256", typ: "vc+jwt", kid: methodId(did, p256.did) });
    expect(await find({ configuration: linked(jwt) })).toEqual(byConfiguration);
  });

  test("as a credential with Data Integrity proofs, every one of them good", async () => {
    const signer = { method: methodId(did, edward.did), type: "Ed25519", sign: edward.sign } as const;
    const secured = await addProof(terms(), signer, { cryptosuite: "eddsa-jcs-2022", created: iso(noon - day) });
    expect(await find({ configuration: linked(secured) })).toEqual(byConfiguration);
    const altered = { ...secured, expirationDate: iso(noon + 9 * day) };
    expect(await find({ configuration: linked(altered) })).toEqual(no("BAD_SIGNATURE"));
    const foreign = { ...signer, method: methodId(other, edward.did) };
    const misnamed = await addProof(terms(), foreign, { cryptosuite: "eddsa-jcs-2022", created: iso(noon) });
    expect(await find({ configuration: linked(misnamed) })).toEqual(no("BAD_SIGNATURE"));
    expect(await find({ configuration: linked({ ...terms(), proof: [] }) })).toMatchObject({ verified: false });
  });

  test("not as one whose context gives its members another sense, nor by more work than one question may cause", async () => {
    const signer = { method: methodId(did, edward.did), type: "Ed25519", sign: edward.sign } as const;
    const { issuanceDate, expirationDate, ...rest } = terms();
    const context = ["https://www.w3.org/ns/credentials/v2", "https://www.w3.org/ns/credentials/undefined-terms/v2"];
    const plain = { ...rest, "@context": context, validFrom: issuanceDate!, validUntil: expirationDate! };
    const cryptosuite = "eddsa-rdfc-2022";
    const secured = await addProof(plain, signer, { cryptosuite, created: iso(noon - day) });
    expect(await find({ configuration: linked(secured) })).toEqual(byConfiguration);
    const disguised = { ...secured, "@context": [...context, { did: "https://attacker.example/" }] };
    expect(await find({ configuration: linked(disguised) })).toEqual(no("INVALID_CREDENTIAL"));
    const [proof] = secured.proof as JsonObject[];
    const proofs = Array.from({ length: 10 }, (_, i) => ({
      ...proof,
      id: `urn:x:${i}`,
      previousProof: `urn:x:${(i + 1) % 10}`,
    }));
    const large = { ...plain, name: Array.from({ length: 400 }, (_, i) => `n${i}`), proof: proofs };
    let converted = 0;
    const purse = openWork(async () => {});
    const convert: Work["convert"] = async (what, values) => {
      await purse.convert(what, values);
      converted += values;
    };
    const many = linked(...Array.from({ length: 8 }, () => large));
    expect(await find({ configuration: many }, { ...purse, convert })).toMatchObject({ verified: false });
    expect(converted).toBeGreaterThan(maxValuesOfAll / 2);
    expect(converted).toBeLessThanOrEqual(maxValuesOfAll);
  });

  test("as the one that is made here, which says what the specification allows and nothing else", async () => {
    const keys = [edward, p256].map((key) => ({ ...key, method: methodId(did, key.did) })) as ProofSigner[];
    const configuration = await makeConfiguration({ did, domain, keys }, noon);
    expect(await find({ configuration })).toEqual(byConfiguration);
    const { header, payload } = parseCompact((configuration.linked_dids as string[])[0]!);
    expect(Object.keys(header).sort()).toEqual(["alg", "kid"]);
    expect(Object.keys(payload).sort()).toEqual(["exp", "iss", "nbf", "sub", "vc"]);
    const elsewhere = await makeConfiguration({ did, domain: "example.org", keys }, noon);
    expect(await find({ configuration: elsewhere })).toEqual(no("WRONG_DOMAIN"));
    await expect(makeConfiguration({ did, domain, keys: keys.slice(0, 1) }, noon)).rejects.toMatchObject({
      code: "NO_KEY",
    });
  });

  test("beside whatever others it names", async () => {
    const others = [
      "no jwt",
      7,
      null,
      { issuer: other },
      await linkage(terms({ issuer: other }), p256, { iss: other }),
    ];
    expect(await find({ configuration: linked(...others, await linkage()) })).toEqual(byConfiguration);
    expect(await find({ configuration: linked(...others) })).toEqual(no("NOT_FOUND"));
  });

  test("by a key that was retired since, but by none that others may have had", async () => {
    expect(await find({ configuration: linked(await linkage(terms(), retired)) })).toEqual(byConfiguration);
    const late = { nbf: Math.floor(noon / 1000) };
    expect(await find({ configuration: linked(await linkage(terms(), retired, late)) })).toEqual(no("DID_NOT_FOUND"));
    expect(await find({ configuration: linked(await linkage(terms(), stolen)) })).toEqual(no("DID_NOT_FOUND"));
  });

  test("and by no other key", async () => {
    expect(await find({ configuration: linked(await linkage(terms(), stranger)) })).toEqual(no("DID_NOT_FOUND"));
    const borrowed = { kid: methodId(did, p256.did) };
    const forged = await linkage(terms(), stranger, {}, borrowed);
    expect(await find({ configuration: linked(forged) })).toEqual(no("BAD_SIGNATURE"));
    const foreign = await linkage(terms(), p256, {}, { kid: methodId(other, p256.did) });
    expect(await find({ configuration: linked(foreign) })).toEqual(no("INVALID_CREDENTIAL"));
  });

  test.each<[string, JsonObject, string]>([
    ["of another origin", { credentialSubject: { id: did, origin: "https://evil.example" } }, "WRONG_DOMAIN"],
    ["of a domain below", { credentialSubject: { id: did, origin: "https://www.example.edu" } }, "WRONG_DOMAIN"],
    ["of plain http", { credentialSubject: { id: did, origin: "http://example.edu" } }, "WRONG_DOMAIN"],
    ["about another DID", { credentialSubject: { id: other, origin: "https://example.edu" } }, "INVALID_CREDENTIAL"],
    ["of another type", { type: ["VerifiableCredential"] }, "INVALID_CREDENTIAL"],
  ])("but not %s", async (_, more, code) => {
    expect(await find({ configuration: linked(await linkage(terms(more))) })).toEqual(no(code));
  });

  test("but not out of its time", async () => {
    const at = (time: number) => Math.floor(time / 1000);
    const ended = await linkage(terms(), p256, { exp: at(noon) });
    expect(await find({ configuration: linked(ended) })).toEqual(no("EXPIRED"));
    const early = await linkage(terms(), p256, { nbf: at(noon + day / 2) });
    expect(await find({ configuration: linked(early) })).toEqual(no("NOT_YET_VALID"));
    const { expirationDate: _, ...endless } = terms();
    const jwt = await signJwt(
      p256,
      { iss: did, sub: did, nbf: at(noon - day), vc: endless },
      { alg: "ES256", kid: methodId(did, p256.did) },
    );
    expect(await find({ configuration: linked(jwt) })).toEqual(no("UNREADABLE_DATE"));
  });

  test("but not in what cannot be read", async () => {
    for (const configuration of ["<html>", "[]", "{}", `{"linked_dids":1}`, "[".repeat(99)])
      expect(await find({ configuration })).toMatchObject({ verified: false, method: null });
  });
});

describe("a domain names an organisation by a file", () => {
  test("with a line that is its DID", async () => {
    const found = { verified: true, method: "file", code: null };
    for (const file of [did, `${did}\n`, `# ours\r\n${other}\r\n  ${did}  \r\n`])
      expect(await find({ file })).toEqual(found);
    expect(await find({ file: did, configuration: "<html>" })).toEqual(found);
  });

  test("and with nothing less", async () => {
    for (const file of ["", other, `${did}x`, `x${did}`, `${did} ${other}`, `<p>${did}</p>`])
      expect(await find({ file })).toEqual(no("NOT_FOUND"));
  });
});

test("a domain that does not answer is not known to say no", async () => {
  expect(await find({ down: true })).toEqual(no("DID_UNREACHABLE"));
});
