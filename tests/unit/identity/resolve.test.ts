import { ed25519 } from "@noble/curves/ed25519.js";
import { p256 } from "@noble/curves/nist.js";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type KeyType, keyDid, parseKeyDid, parsePkh, pkhDid } from "../../../src/identity/did.ts";
import { didWebUrl, type FetchDidWeb, readController, resolveDid } from "../../../src/identity/resolve.ts";
import { base58, concat, fromBase58 } from "../../../src/kernel/bytes.ts";
import { Failure } from "../../../src/kernel/failure.ts";
import renown from "../../vectors/shared/renown.json" with { type: "json" };
import { alice } from "./message.ts";

const keys: [KeyType, string, Uint8Array][] = [
  ["P-256", "zDn", p256.getPublicKey(new Uint8Array(32).fill(7), true)],
  ["secp256k1", "zQ3s", secp256k1.getPublicKey(new Uint8Array(32).fill(7), true)],
  ["Ed25519", "z6Mk", ed25519.getPublicKey(new Uint8Array(32).fill(7))],
];

const nowhere: FetchDidWeb = async () => {
  throw new Error("Nothing is fetched here.");
};
const answering = (status: number, body: string, contentType = "application/did+json"): FetchDidWeb => {
  return async () => ({ status, body, contentType });
};
const resolve = (did: string, fetchDidWeb = nowhere) => resolveDid(did, { fetchDidWeb });
const error = (name: string, code: string) => ({
  didDocument: null,
  didResolutionMetadata: { error: expect.objectContaining({ type: `https://www.w3.org/ns/did#${name}`, code }) },
  didDocumentMetadata: {},
});

describe("base58 and did:key", () => {
  test("bring back the bytes that they were made of", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        expect(fromBase58(base58(bytes))).toEqual(bytes);
      }),
    );
  });

  test.each(keys)("bring back a key of %s, whatever its bytes, as %s…", (type, prefix, key) => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: key.length, maxLength: key.length }), (bytes) => {
        expect(parseKeyDid(keyDid(type, bytes))).toEqual({ type, key: bytes });
      }),
    );
    expect(keyDid(type, key).startsWith(`did:key:${prefix}`)).toBe(true);
  });

  test("refuse what is spelt in another way", () => {
    const [[type, , key]] = keys as [(typeof keys)[0]];
    const did = keyDid(type, key);
    for (const other of [
      `${did}1`,
      did.replace(":z", ":z1"),
      did.replace(":z", ":u"),
      `${did}#a`,
      did.toUpperCase(),
      "",
    ])
      expect(() => parseKeyDid(other)).toThrow(expect.objectContaining({ code: "INVALID_DID" }));
  });

  test("are those of the published vectors", () => {
    const { x, y } = renown.appPublicJwk;
    const number = (text: string) => BigInt(`0x${Buffer.from(text, "base64url").toString("hex")}`);
    const point = p256.Point.fromAffine({ x: number(x), y: number(y) });
    expect(keyDid("P-256", point.toBytes(true))).toBe(renown.appDid);
  });
});

describe("did:pkh", () => {
  test("is read in any letter case and written in one", () => {
    const account = { chainId: 10, address: alice.address.toLowerCase() as `0x${string}` };
    expect(parsePkh(`did:pkh:eip155:10:${alice.address}`)).toEqual(account);
    expect(pkhDid({ chainId: 10, address: alice.address })).toBe(`did:pkh:eip155:10:${account.address}`);
  });

  test("resolves to the account, under the spelling that was asked for", async () => {
    const did = `did:pkh:eip155:1:${alice.address}`;
    const result = await resolve(did);
    expect(result.didDocument).toMatchObject({
      id: did,
      verificationMethod: [{ controller: did, blockchainAccountId: `eip155:1:${alice.address}` }],
    });
    expect(result.didDocumentMetadata).toEqual({ canonicalId: did.toLowerCase() });
    expect((await resolve(did.toLowerCase())).didDocumentMetadata).toEqual({});
  });

  test.each(["did:pkh:eip155:0:", "did:pkh:eip155:01:", "did:pkh:eip155:2147483648:", "did:pkh:eip155:1:0x"])(
    "is refused as %s…",
    async (start) => {
      expect(await resolve(start + alice.address)).toEqual(error("INVALID_DID", "INVALID_DID"));
    },
  );
});

describe("did:key resolves", () => {
  test.each(keys)("with a key of %s", async (type, _prefix, key) => {
    const did = keyDid(type, key);
    const id = `${did}#${did.slice(8)}`;
    const { didDocument, didResolutionMetadata } = await resolve(did);
    expect(didDocument).toMatchObject({
      id: did,
      verificationMethod: [{ id, type: "Multikey", controller: did, publicKeyMultibase: did.slice(8) }],
      authentication: [id],
      assertionMethod: [id],
    });
    expect(didResolutionMetadata).toEqual({ contentType: "application/did" });
  });

  test.each(keys)("not with bytes that are no point of %s", async (type, _prefix, key) => {
    const none = offCurve(type, key);
    expect(await resolve(keyDid(type, none))).toEqual(error("INVALID_DID", "INVALID_DID"));
  });

  test("not with a key of a type that is unknown here", async () => {
    const did = `did:key:z${base58(concat(Uint8Array.of(0xec, 0x01), new Uint8Array(32)))}`;
    expect(await resolve(did)).toEqual(error("INVALID_DID", "INVALID_DID"));
  });

  function offCurve(type: KeyType, key: Uint8Array): Uint8Array {
    const curve = { "P-256": p256, secp256k1, Ed25519: ed25519 }[type];
    for (let i = 0; ; i++) {
      const bytes = Uint8Array.from(key, (byte, at) => (at === 5 ? (byte + i) % 256 : byte));
      try {
        curve.Point.fromBytes(bytes);
      } catch {
        return bytes;
      }
    }
  }
});

describe("did:web", () => {
  const did = "did:web:a.example";
  const document = { "@context": "https://www.w3.org/ns/did/v1", id: did };

  test.each([
    ["did:web:a.example", "https://a.example/.well-known/did.json"],
    ["did:web:a.example%3A8443", "https://a.example:8443/.well-known/did.json"],
    ["did:web:a.example:user:alice", "https://a.example/user/alice/did.json"],
    ["did:web:xn--bcher-kva.example", "https://xn--bcher-kva.example/.well-known/did.json"],
  ])("%s lies at %s", (did, url) => expect(didWebUrl(did)).toBe(url));

  test.each([
    "did:web:127.0.0.1",
    "did:web:10.1.2.3%3A80:a",
    "did:web:2130706433",
    "did:web:0x7f.1",
    "did:web:0177.0.0.1",
    "did:web:A.example",
    "did:web:a.example%3A443",
    "did:web:a.example%3A99999",
    "did:web:a.example%3a8443",
    "did:web:a.example%2Fevil",
    "did:web:user%40a.example",
    "did:web:a.example:..",
    "did:web:a.example:%2e%2e:b",
    "did:web:a.example:.:b",
    "did:web:a..example",
    "did:web:%5B%3A%3A1%5D",
  ])("%s is refused before anybody is asked", async (did) => {
    expect(await resolve(did)).toEqual(error("INVALID_DID", "INVALID_DID"));
  });

  test.each(["application/did+json", "application/json; charset=utf-8", "application/did", "application/did+ld+json"])(
    "resolves to the document that its host has as %s",
    async (type) => {
      const { didDocument } = await resolve(did, answering(200, JSON.stringify(document), type));
      expect(didDocument).toEqual(document);
    },
  );

  test.each<[string, FetchDidWeb, string, string]>([
    ["the host has none", answering(404, ""), "NOT_FOUND", "DID_NOT_FOUND"],
    ["the host had one", answering(410, ""), "NOT_FOUND", "DID_NOT_FOUND"],
    ["the host fails", answering(500, ""), "INTERNAL_ERROR", "DID_UNREACHABLE"],
    ["the host redirects", answering(302, ""), "INTERNAL_ERROR", "DID_UNREACHABLE"],
    ["it is another's", answering(200, '{"id":"did:web:b.example"}'), "INVALID_DID_DOCUMENT", "INVALID_DID_DOCUMENT"],
    ["it has no id", answering(200, "{}"), "INVALID_DID_DOCUMENT", "INVALID_DID_DOCUMENT"],
    ["it has two ids", answering(200, `{"id":"x","id":"${did}"}`), "INVALID_DID_DOCUMENT", "INVALID_DID_DOCUMENT"],
    ["it is a list", answering(200, "[]"), "INVALID_DID_DOCUMENT", "INVALID_DID_DOCUMENT"],
    ["it is no JSON", answering(200, "<html>"), "INVALID_DID_DOCUMENT", "INVALID_DID_DOCUMENT"],
    ["it is a page", answering(200, `{"id":"${did}"}`, "text/html"), "INVALID_DID_DOCUMENT", "INVALID_DID_DOCUMENT"],
  ])("answers with an error where %s", async (_name, fetchDidWeb, name, code) => {
    expect(await resolve(did, fetchDidWeb)).toEqual(error(name, code));
  });

  test("answers with an error, and the reason, where the host may not be called", async () => {
    const refusing: FetchDidWeb = async () => {
      throw new Failure("DID_UNREACHABLE", "The host has an address that is not public.");
    };
    const { didResolutionMetadata } = await resolve(did, refusing);
    expect(didResolutionMetadata.error).toMatchObject({ detail: "The host has an address that is not public." });
  });

  test("of the service itself is never fetched", async () => {
    const own = { did, document };
    expect((await resolveDid(did, { fetchDidWeb: nowhere, own })).didDocument).toBe(document);
  });
});

describe("whatever else is asked for", () => {
  test.each([
    "not-a-did",
    "did:example",
    "did:",
    "did:key:",
    "did:web:",
    "did:Web:a.example",
    "DID:web:a.example",
    "did:web:a.example/path",
    "did:web:a.example#key",
    "did:web:a.example?versionId=1",
    " did:web:a.example",
    "did:web:a.example\n",
    "did:example:a:",
    "did:example:%zz",
    `did:example:${"a".repeat(600)}`,
  ])("is refused where it is no DID: %.30j", async (did) => {
    expect(await resolve(did)).toEqual(error("INVALID_DID", "INVALID_DID"));
  });

  test.each(["did:example:123", "did:ion:a-b_c.d", "did:pkh:solana:4sGjMW1sUnHzSxGspuhpqLDx6wiyjNtZ:a"])(
    "is refused where its method is unknown: %s",
    async (did) => {
      expect(await resolve(did)).toEqual(error("METHOD_NOT_SUPPORTED", "UNSUPPORTED_DID_METHOD"));
    },
  );

  test("is answered within an instant, however it is put together", async () => {
    const part = fc.constantFrom("did:", "web:", "key:", "z", ":", "%", "%3A", "a", ".", "/", "pkh:eip155:1:", "0x");
    const text = fc.array(part, { maxLength: 200 }).map((parts) => parts.join(""));
    await fc.assert(
      fc.asyncProperty(text, async (did) => {
        const { didDocument, didResolutionMetadata } = await resolve(`did:${did}`, answering(404, ""));
        expect(didDocument === null).toBe(didResolutionMetadata.error !== undefined);
      }),
    );
  });
});

describe("the document of an issuer with an https address", () => {
  const id = "https://school.example/issuers/1?v=3";
  const own = { did: "did:web:renown.example%3A8443", document: {} };
  const read = (url: string, fetchDidWeb = nowhere) => readController(url, { fetchDidWeb, own });

  test("is what the address serves as JSON, where that is its id", async () => {
    for (const type of ["application/json", "application/ld+json", "application/did+json"])
      expect(await read(id, answering(200, JSON.stringify({ id }), type))).toEqual({ id });
    const code = async (...given: Parameters<typeof answering>) =>
      read(id, answering(...given)).catch((error) => error);
    expect(await code(200, JSON.stringify({ id: `${id}0` }))).toMatchObject({ code: "INVALID_DID_DOCUMENT" });
    expect(await code(200, JSON.stringify({ id }), "text/html")).toMatchObject({ code: "INVALID_DID_DOCUMENT" });
    expect(await code(200, "[]")).toMatchObject({ code: "INVALID_DID_DOCUMENT" });
    expect(await code(404, "")).toMatchObject({ code: "DID_NOT_FOUND" });
    expect(await code(302, "")).toMatchObject({ code: "DID_UNREACHABLE" });
  });

  test.each([
    "http://school.example/issuers/1",
    "https://SCHOOL.example/issuers/1",
    "https://school.example",
    "https://school.example:443/",
    "https://school.example/a/../b",
    "https://school.example/#key",
    "https://ada@school.example/",
    "https://ada:secret@school.example/",
    "https://127.0.0.1/",
    "https://2130706433/",
    "https://[::1]/",
    "https://renown.example.:8443/orgs/academy",
    "https://",
    `https://school.example/${"a".repeat(2048)}`,
  ])("is not asked for at %s", async (url) => {
    await expect(read(url)).rejects.toMatchObject({ code: "INVALID_DID" });
  });

  test("is never one of this service, whose issuers are DIDs", async () => {
    await expect(read("https://renown.example:8443/orgs/academy")).rejects.toMatchObject({ code: "DID_NOT_FOUND" });
  });
});
