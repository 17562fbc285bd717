import { readFileSync } from "node:fs";
import fc from "fast-check";
import { hashTypedData } from "viem";
import { describe, expect, test } from "vitest";
import { walletCheck } from "../../../src/identity/wallet.ts";
import { hex } from "../../../src/kernel/bytes.ts";
import { Failure } from "../../../src/kernel/failure.ts";
import {
  checkRenownCredential,
  domainSeparator,
  parseRenownCredential,
  type RenownMessage,
  renownCredentialDigest,
  renownTypes,
} from "../../../src/securing/eip712.ts";

const vector = JSON.parse(readFileSync("tests/vectors/shared/renown.json", "utf8"));
const message: RenownMessage = vector.message;

const credential = {
  ...message,
  proof: {
    type: "EthereumEip712Signature2021",
    proofPurpose: "assertionMethod",
    verificationMethod: message.issuer.id,
    ethereumAddress: message.issuer.ethereumAddress,
    created: message.issuanceDate,
    proofValue: vector.signature,
    eip712: { domain: { version: "1", chainId: 1 }, primaryType: "VerifiableCredential", types: renownTypes },
  },
};

/** The credential with one member, named by its path, replaced; `undefined` takes it away. */
function changed(path: string, value: unknown): unknown {
  const copy = structuredClone(credential) as Record<string, unknown>;
  const names = path.split(".");
  const last = names.pop()!;
  const place = names.reduce((object, name) => object[name] as Record<string, unknown>, copy);
  if (value === undefined) delete place[last];
  else place[last] = value;
  return copy;
}

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof Failure) return error.code;
    throw error;
  }
  return "taken";
}

describe("the digest", () => {
  test("is that of the published vector", () => {
    expect(`0x${hex(domainSeparator(1))}`).toBe(vector.domainSeparator);
    expect(`0x${hex(renownCredentialDigest(message, 1))}`).toBe(vector.digest);
  });

  test("is that of viem for any texts and chain", () => {
    const text = fc.string({ unit: "grapheme" });
    const messages = fc.record({
      "@context": fc.array(text, { maxLength: 3 }),
      type: fc.array(text, { maxLength: 4 }),
      id: text,
      issuer: fc.record({ id: text, ethereumAddress: text }),
      credentialSubject: fc.record({ id: text, app: text }),
      credentialSchema: fc.record({ id: text, type: text }),
      issuanceDate: text,
      expirationDate: text,
    });
    fc.assert(
      fc.property(messages, fc.integer({ min: 1, max: 2 ** 31 - 1 }), (random, chainId) => {
        const expected = hashTypedData({
          domain: { version: "1", chainId },
          types: renownTypes,
          primaryType: "VerifiableCredential",
          message: random,
        });
        expect(`0x${hex(renownCredentialDigest(random, chainId))}`).toBe(expected);
      }),
      { numRuns: 60 },
    );
  });
});

describe("reading a credential", () => {
  test("takes it as clients keep it and gives what was signed byte for byte", () => {
    const read = parseRenownCredential(credential);
    expect(read.message).toEqual(message);
    expect(read.account).toEqual({ chainId: 1, address: vector.address.toLowerCase() });
    expect(read.proof.value).toBe(vector.signature);
    expect(read.issuedAt).toBe(Date.UTC(2026, 0, 1));
    expect(read.expiresAt).toBe(Date.UTC(2126, 0, 1));
  });

  test("takes it as INIT carries it, with `context` and without types", () => {
    const { "@context": context, ...rest } = credential;
    const { types: _, ...eip712 } = credential.proof.eip712;
    const init = { ...rest, context, credentialStatus: null, proof: { ...credential.proof, eip712 } };
    expect(parseRenownCredential(init).message).toEqual(message);
  });

  test("takes a proof that leaves the domain out", () => {
    expect(parseRenownCredential(changed("proof.eip712", undefined)).account.chainId).toBe(1);
  });

  test("takes types that list the domain's too", () => {
    const EIP712Domain = [
      { name: "version", type: "string" },
      { name: "chainId", type: "uint256" },
    ];
    expect(codeOf(() => parseRenownCredential(changed("proof.eip712.types", { EIP712Domain, ...renownTypes })))).toBe(
      "taken",
    );
  });

  test.each([
    ["another chain in the domain", "proof.eip712.domain.chainId", 5],
    ["a chain as text", "proof.eip712.domain.chainId", "1"],
    ["a chain beyond 2^31-1", "proof.eip712.domain.chainId", 2 ** 31],
    ["a domain with a name", "proof.eip712.domain", { version: "1", chainId: 1, name: "Renown" }],
    ["another version", "proof.eip712.domain.version", "2"],
    ["another primary type", "proof.eip712.primaryType", "Issuer"],
    ["types of another order", "proof.eip712.types.Issuer", [...renownTypes.Issuer].reverse()],
    ["another proof type", "proof.type", "EthereumEip712Signature2025"],
    ["another purpose", "proof.proofPurpose", "authentication"],
    ["a verification method of another", "proof.verificationMethod", `did:pkh:eip155:1:0x${"1".repeat(40)}`],
    ["a proof by another address", "proof.ethereumAddress", `0x${"1".repeat(40)}`],
    ["an issuer address of another", "issuer.ethereumAddress", `0x${"1".repeat(40)}`],
    ["an issuer DID that is not in lower case", "issuer.id", `did:pkh:eip155:1:${vector.address}`],
    ["an issuer of another method", "issuer.id", "did:web:example.com"],
    ["an issuer of another chain", "issuer.id", `did:pkh:eip155:10:${vector.address.toLowerCase()}`],
    ["a signature that is not hex", "proof.proofValue", "0xzz"],
    ["a signature of half a byte", "proof.proofValue", "0x123"],
    ["a subject that is no DID", "credentialSubject.id", "app"],
    ["a subject with a member nobody signs", "credentialSubject.role", "admin"],
    ["a member nobody signs", "evidence", "x"],
    ["no type of ours", "type", ["VerifiableCredential"]],
    ["another context first", "@context", ["https://www.w3.org/ns/credentials/v2"]],
    ["no expiry", "expirationDate", undefined],
    ["an empty id", "id", ""],
    ["a lone surrogate", "id", "urn:\ud800"],
    ["a control character", "credentialSubject.app", "a\nb"],
    ["a text of 513 characters", "credentialSubject.app", "a".repeat(513)],
    ["limits that cannot be read", "type", ["VerifiableCredential", "RenownCredential", "renown:may:everything"]],
    ["both spellings of the context", "context", message["@context"]],
  ])("refuses %s", (_, path, value) => {
    expect(codeOf(() => parseRenownCredential(changed(path, value)))).toBe("INVALID_CREDENTIAL");
  });

  test.each([null, [], "text", 1])("refuses %j", (value) => {
    expect(codeOf(() => parseRenownCredential(value))).toBe("INVALID_CREDENTIAL");
  });

  test.each(["issuanceDate", "expirationDate", "proof.created"])("refuses an unreadable %s", (path) => {
    expect(codeOf(() => parseRenownCredential(changed(path, "2026-02-30T00:00:00Z")))).toBe("UNREADABLE_DATE");
  });
});

describe("the signature", () => {
  test("of the published vector is its issuer's", async () => {
    expect(await checkRenownCredential(parseRenownCredential(credential), walletCheck())).toEqual({
      method: "recovery",
    });
  });

  test.each([
    ["an id", "id", "urn:uuid:00000000-0000-4000-8000-000000000002"],
    ["the letter case of the address, which is signed as text", "issuer.ethereumAddress", vector.address.toLowerCase()],
    ["another spelling of the same date", "issuanceDate", "2026-01-01T00:00:00Z"],
    ["limits added", "type", ["VerifiableCredential", "RenownCredential", "renown:may:renown/award"]],
  ])("does not cover %s", async (_, path, value) => {
    const read = parseRenownCredential(changed(path, value));
    await expect(checkRenownCredential(read, walletCheck())).rejects.toMatchObject({ code: "BAD_SIGNATURE" });
  });
});
