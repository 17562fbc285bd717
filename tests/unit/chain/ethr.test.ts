import fc from "fast-check";
import { stringToHex } from "viem";
import { describe, expect, test } from "vitest";
import { parseEthr } from "../../../src/chain/ethr.ts";
import { type Change, ethrDocument, type Identifier } from "../../../src/chain/ethr-document.ts";
import { isObject, type JsonObject } from "../../../src/kernel/json.ts";

const address = "0xf3beac30c498d9e26865f34fcaa57dbb935b0d74";
const refused = (code: string) => expect.objectContaining({ code });
const bytes32 = (text: string) => stringToHex(text, { size: 32 });

describe("a did:ethr", () => {
  test.each([
    [`did:ethr:${address}`, 1],
    [`did:ethr:mainnet:${address}`, 1],
    [`did:ethr:0x1:${address}`, 1],
    [`did:ethr:0xaa36a7:${address}`, 11_155_111],
    [`did:ethr:polygon:${address}`, 137],
    [`did:ethr:rsk:testnet:${address}`, 31],
    [`did:ethr:${address.toUpperCase().replace("0X", "0x")}`, 1],
  ])("is read as %s", (did, chainId) => expect(parseEthr(did)).toEqual({ did, chainId, address }));

  test("may name a key, whose address it is of", () => {
    // The generator of secp256k1, as the method's specification has it.
    const did = "did:ethr:0x0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";
    const identifier = parseEthr(did);
    expect(identifier).toMatchObject({ chainId: 1, address: "0x7e5f4552091a69125d5dfcb7b8c2659029395bdf" });
    const { document } = ethrDocument(identifier, [], 0);
    expect(document).toMatchObject({
      "@context": [
        "https://www.w3.org/ns/did/v1",
        "https://w3id.org/security/suites/secp256k1recovery-2020/v2",
        "https://w3id.org/security/v2",
        { publicKeyJwk: { "@id": "https://w3id.org/security#publicKeyJwk", "@type": "@json" } },
      ],
      verificationMethod: [
        { id: `${did}#controller`, blockchainAccountId: "eip155:1:0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf" },
        {
          id: `${did}#controllerKey`,
          type: "EcdsaSecp256k1VerificationKey2019",
          controller: did,
          publicKeyJwk: {
            kty: "EC",
            crv: "secp256k1",
            x: "eb5mfvncu6xVoGKVzocLBwKb_NstzijZWfKBWxb4F5g",
            y: "SDradyajxGVdpPv8DhEIqP0XtEimhVQZnEfQj_sQ1Lg",
          },
        },
      ],
    });
  });

  test.each([
    "did:ethr:",
    "did:ethr:0x12",
    `did:ethr:${address}0`,
    `did:ethr:${address}?versionId=1`,
    `did:ethr:0x:${address}`,
    `did:ethr:1:${address}`,
    `did:ethr:a:b:c:${address}`,
    `did:ethr:0x0:${address}`,
    `did:ethr:0xffffffff:${address}`,
    `did:ethr:0x04${"11".repeat(32)}`,
    `did:ethr:0x02${"ff".repeat(32)}`,
  ])("is refused as %s", (did) => expect(() => parseEthr(did)).toThrow(refused("INVALID_DID")));

  test("of a network that is not known is not resolved", () =>
    expect(() => parseEthr(`did:ethr:nowhere:${address}`)).toThrow(refused("UNSUPPORTED_DID_METHOD")));
});

describe("its document", () => {
  const did = `did:ethr:${address}`;
  const identifier: Identifier = { did, chainId: 1, address };
  const attribute = (name: string, value: `0x${string}`, validTo = 100n): Change => ({
    event: "DIDAttributeChanged",
    name: bytes32(name),
    value,
    validTo,
  });
  const methods = (changes: Change[], now = 100) =>
    (ethrDocument(identifier, changes, now).document.verificationMethod as JsonObject[]).slice(1);

  test("has the keys of the specification's examples", () => {
    const secp = "0x02b97c30de767f084ce3080168ee293053ba33b235d7116a3263d29f1450936b71";
    const x25519 = "0x118557777ffb078774371a52b00fed75561dcf975e61c47553e664a617661052";
    const [key, agreement] = methods([
      attribute("did/pub/Secp256k1/veriKey", secp),
      attribute("did/pub/X25519/enc", x25519),
    ]);
    expect(key).toMatchObject({ publicKeyJwk: { x: "uXww3nZ_CEzjCAFo7ikwU7ozsjXXEWoyY9KfFFCTa3E" } });
    expect(agreement).toEqual({
      id: `${did}#delegate-2`,
      type: "X25519KeyAgreementKey2020",
      controller: did,
      publicKeyMultibase: "z6LScra2Lg8mSU6TkMX1AKJSn6ApwneQkfXgJZpj48hCp3N1",
    });
  });

  test("has keys of RSA in PEM, and keys of no known type as they are", () => {
    const [rsa, other] = methods([
      attribute("did/pub/RSA/veriKey", `0x${"30".repeat(60)}`),
      attribute("did/pub/Bls/veriKey/hex", "0x0102"),
    ]);
    expect(rsa).toMatchObject({
      type: "RsaVerificationKey2018",
      publicKeyPem: `-----BEGIN PUBLIC KEY-----\n${"MDAw".repeat(16)}\n${"MDAw".repeat(4)}\n-----END PUBLIC KEY-----`,
    });
    expect(other).toMatchObject({ type: "Bls", publicKeyHex: "0102" });
  });

  test("has what is valid up to its last second", () => {
    const change = attribute("did/pub/Bls/veriKey", "0x01", 100n);
    expect(methods([change], 100)).toHaveLength(1);
    expect(methods([change], 101)).toHaveLength(0);
  });

  test("has a key once, under the name of the last event that gave it", () => {
    const change = attribute("did/pub/Bls/veriKey", "0x01");
    expect(methods([change, change])).toEqual([expect.objectContaining({ id: `${did}#delegate-2` })]);
  });

  test("is one, whatever stands in the registry", () => {
    const bytes = (length: number) =>
      fc
        .uint8Array({ minLength: length, maxLength: length })
        .map((each) => `0x${Buffer.from(each).toString("hex")}` as const);
    const names = fc.oneof(
      fc
        .constantFrom("did/pub/Ed25519/veriKey", "did/pub/Secp256k1/sigAuth/hex", "did/svc/A", "sigAuth", "")
        .map(bytes32),
      bytes(32),
    );
    const value = fc.nat(40).chain(bytes);
    const validTo = fc.constantFrom(0n, 100n, 2n ** 256n - 1n);
    const changes = fc.array(
      fc.oneof(
        fc.record({ event: fc.constant("DIDOwnerChanged" as const), owner: bytes(20) }),
        fc.record({
          event: fc.constant("DIDDelegateChanged" as const),
          delegateType: names,
          delegate: bytes(20),
          validTo,
        }),
        fc.record({ event: fc.constant("DIDAttributeChanged" as const), name: names, value, validTo }),
      ),
    );
    fc.assert(
      fc.property(changes, (log) => {
        const { document } = ethrDocument(identifier, log, 50);
        const {
          verificationMethod,
          authentication,
          assertionMethod,
          keyAgreement = [],
        } = document as Record<string, JsonObject[]>;
        const ids = (verificationMethod as JsonObject[]).map(({ id }) => id);
        expect(new Set(ids).size).toBe(ids.length);
        for (const id of [...authentication!, ...assertionMethod!, ...keyAgreement]) expect(ids).toContain(id);
        expect(isObject(JSON.parse(JSON.stringify(document)))).toBe(true);
      }),
    );
  });
});
