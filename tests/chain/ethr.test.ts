import { secp256k1 } from "@noble/curves/secp256k1.js";
import { type Hex, hexToBytes, stringToHex, toHex } from "viem";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { ethrReader, maxChanges } from "../../src/chain/ethr.ts";
import { openChains } from "../../src/chain/rpc.ts";
import { type ReadEthr, type ResolutionResult, resolveDid } from "../../src/identity/resolve.ts";
import { Failure } from "../../src/kernel/failure.ts";
import { hour } from "../../src/kernel/time.ts";
import { testClock } from "../harness.ts";
import { get } from "../http/client.ts";
import { startLocal } from "../http/server.ts";
import { type Evm, hasEvm, heir, owner, startEvm } from "./evm.ts";

const nowhere = async () => Promise.reject(new Failure("DID_UNREACHABLE"));
const bytes32 = (text: string) => stringToHex(text, { size: 32 });
const ed25519 = "0xc642b35757cc36906fa75fa0338bf33e5210c5bce4769324801fd64276d69d07";

describe.skipIf(!hasEvm)("did:ethr", () => {
  let evm: Evm;
  let registry: Hex;
  let clock: ReturnType<typeof testClock>;
  let readEthr: ReadEthr;
  let did: string;

  beforeAll(async () => {
    evm = await startEvm(31_337);
  });
  afterAll(() => evm?.close());
  beforeEach(async () => {
    registry = await evm.deploy("Registry");
    did = `did:ethr:0x7a69:${owner.address}`;
    clock = testClock(Number((await evm.client.getBlock()).timestamp) * 1000);
    readEthr = reader([evm.url]);
  });

  const reader = (urls: string[], terms = {}) =>
    ethrReader(openChains(new Map([[31_337, urls]]), terms), clock.now, new Map([[31_337, registry]]));
  const change = (name: string, ...args: unknown[]) =>
    evm.send("Registry", registry, name, [owner.address, ...args], owner);
  const resolve = (asked = did) => resolveDid(asked, { fetchDidWeb: nowhere, readEthr });
  const methods = ({ didDocument }: ResolutionResult) =>
    (didDocument as { verificationMethod: { id: string; [name: string]: unknown }[] }).verificationMethod;
  const ids = (result: ResolutionResult) => methods(result).map(({ id }) => id.slice(did.length));

  test("that nobody has touched is controlled by its own address", async () => {
    expect(await resolve()).toEqual({
      didDocument: {
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/suites/secp256k1recovery-2020/v2"],
        id: did,
        verificationMethod: [
          {
            id: `${did}#controller`,
            type: "EcdsaSecp256k1RecoveryMethod2020",
            controller: did,
            blockchainAccountId: `eip155:31337:${owner.address}`,
          },
        ],
        authentication: [`${did}#controller`],
        assertionMethod: [`${did}#controller`],
      },
      didResolutionMetadata: { contentType: "application/did" },
      didDocumentMetadata: {},
    });
  });

  test("follows its owner, and says at which block it changed last", async () => {
    const receipt = await change("changeOwner", heir.address);
    const result = await resolve();
    expect(methods(result)).toMatchObject([{ blockchainAccountId: `eip155:31337:${heir.address}` }]);
    const { number, timestamp } = await evm.client.getBlock({ blockHash: receipt.blockHash });
    const updated = new Date(Number(timestamp) * 1000).toISOString().replace(".000", "");
    expect(result.didDocumentMetadata).toEqual({ versionId: String(number), updated });
  });

  test("lists delegates for what they may, while they may", async () => {
    await change("addDelegate", bytes32("veriKey"), heir.address, 3600n);
    await change("addDelegate", bytes32("sigAuth"), heir.address, 86_400n);
    await change("addDelegate", bytes32("nonsense"), heir.address, 86_400n);
    const result = await resolve();
    expect(ids(result)).toEqual(["#controller", "#delegate-1", "#delegate-2"]);
    expect(methods(result)[1]).toMatchObject({ blockchainAccountId: `eip155:31337:${heir.address}` });
    expect(result.didDocument).toMatchObject({
      assertionMethod: [`${did}#controller`, `${did}#delegate-1`],
      authentication: [`${did}#controller`, `${did}#delegate-2`],
    });
    clock.advance(2 * hour);
    // What has lapsed is gone, and what stands keeps its name.
    expect(ids(await resolve())).toEqual(["#controller", "#delegate-2"]);
    await change("revokeDelegate", bytes32("sigAuth"), heir.address);
    await change("addDelegate", bytes32("veriKey"), heir.address, 86_400n);
    expect(ids(await resolve())).toEqual(["#controller", "#delegate-5"]);
  });

  test("lists keys and services of its attributes", async () => {
    const secp = toHex(secp256k1.getPublicKey(new Uint8Array(32).fill(7), true));
    await change("setAttribute", bytes32("did/pub/Ed25519/veriKey/base64"), ed25519, 86_400n);
    await change("setAttribute", bytes32("did/pub/Secp256k1/sigAuth/hex"), secp, 86_400n);
    await change("setAttribute", bytes32("did/pub/X25519/enc/base58"), ed25519, 86_400n);
    await change("setAttribute", bytes32("did/pub/Ed25519/veriKey"), "0x1234", 86_400n);
    await change("setAttribute", bytes32("did/svc/HubService"), stringToHex("https://hubs.example"), 86_400n);
    await change("setAttribute", bytes32("did/svc/Json"), stringToHex('{"uri":"https://a.example"}'), 86_400n);
    await change("setAttribute", bytes32("something else"), "0x01", 86_400n);
    const result = await resolve();
    expect(ids(result)).toEqual(["#controller", "#delegate-1", "#delegate-2", "#delegate-3"]);
    expect(methods(result).slice(1)).toMatchObject([
      {
        type: "Ed25519VerificationKey2020",
        publicKeyMultibase: "z6MksoBm2hUcoKLLHsUQ77iA5YXxwNskXJ9fs7V7z8edniop",
      },
      { type: "EcdsaSecp256k1VerificationKey2019", publicKeyJwk: { kty: "EC", crv: "secp256k1" } },
      { type: "X25519KeyAgreementKey2020" },
    ]);
    expect(result.didDocument).toMatchObject({
      authentication: [`${did}#controller`, `${did}#delegate-2`],
      assertionMethod: [`${did}#controller`, `${did}#delegate-1`],
      keyAgreement: [`${did}#delegate-3`],
      service: [
        { id: `${did}#service-1`, type: "HubService", serviceEndpoint: "https://hubs.example" },
        { id: `${did}#service-2`, type: "Json", serviceEndpoint: { uri: "https://a.example" } },
      ],
    });
    await change("revokeAttribute", bytes32("did/pub/Ed25519/veriKey/base64"), ed25519);
    await change("revokeAttribute", bytes32("did/svc/HubService"), stringToHex("https://hubs.example"));
    const after = await resolve();
    expect(ids(after)).toEqual(["#controller", "#delegate-2", "#delegate-3"]);
    expect(after.didDocument?.service).toMatchObject([{ id: `${did}#service-2` }]);
  });

  test("reads several changes of one block in their order", async () => {
    const other = toHex(new Uint8Array(32).fill(9));
    await change("addDelegate", bytes32("veriKey"), heir.address, 86_400n);
    await change("setTwice", bytes32("did/pub/Ed25519/veriKey"), ed25519, other);
    const result = await resolve();
    expect(ids(result)).toEqual(["#controller", "#delegate-1", "#delegate-2", "#delegate-3"]);
    expect(methods(result)[2]).toMatchObject({ publicKeyMultibase: expect.stringMatching(/^z6MksoBm2/) });
  });

  test("is deactivated once nobody owns it, and all its keys are revoked", async () => {
    await change("addDelegate", bytes32("veriKey"), heir.address, 86_400n);
    await change("changeOwner", `0x${"00".repeat(20)}`);
    const result = await resolve();
    expect(result.didDocument).toMatchObject({ verificationMethod: [], authentication: [], assertionMethod: [] });
    expect(result.didDocumentMetadata).toMatchObject({ deactivated: true, versionId: expect.any(String) });
  });

  test("of a key lists the key, until another owns it", async () => {
    const key = toHex(secp256k1.Point.fromBytes(hexToBytes(owner.publicKey)).toBytes(true));
    const ofKey = `did:ethr:0x7a69:${key}`;
    const { didDocument } = await resolve(ofKey);
    expect(didDocument).toMatchObject({
      id: ofKey,
      verificationMethod: [
        { blockchainAccountId: `eip155:31337:${owner.address}` },
        { id: `${ofKey}#controllerKey`, type: "EcdsaSecp256k1VerificationKey2019" },
      ],
      authentication: [`${ofKey}#controller`, `${ofKey}#controllerKey`],
    });
    await change("changeOwner", heir.address);
    expect(methods(await resolve(ofKey))).toHaveLength(1);
  });

  test("is asked for its old changes once", async () => {
    for (let i = 0; i < 3; i++) await change("addDelegate", bytes32("veriKey"), heir.address, 86_400n);
    const asked: string[] = [];
    const counting: typeof fetch = (input, init) => {
      asked.push(JSON.parse(String(init?.body)).method);
      return fetch(input, init);
    };
    readEthr = reader([evm.url], { fetch: counting });
    const first = await resolve();
    expect(asked.filter((method) => method === "eth_getLogs")).toHaveLength(3);
    asked.length = 0;
    expect(await resolve()).toEqual(first);
    expect(asked).toEqual(["eth_call", "eth_getBlockByNumber"]);
    await change("addDelegate", bytes32("sigAuth"), heir.address, 86_400n);
    expect(ids(await resolve())).toEqual(["#controller", "#delegate-3", "#delegate-4"]);
  });

  test("is refused with more said of it than is read", async () => {
    await change("setAttribute", bytes32("did/svc/Hub"), toHex(new Uint8Array(200_000)), 86_400n);
    expect((await resolve()).didDocument).toMatchObject({ id: did });
    await change("setAttribute", bytes32("did/svc/Hub"), toHex(new Uint8Array(100_000)), 86_400n);
    expect(await resolve()).toMatchObject({ didResolutionMetadata: { error: { code: "QUOTA_EXCEEDED" } } });
  });

  test("is resolved over HTTP, a deactivated one with its own status", async () => {
    const service = await startLocal({ parts: () => ({ readEthr }) });
    const path = `/1.0/identifiers/${encodeURIComponent(did)}`;
    const found = await get(service, path);
    expect(found.status).toBe(200);
    expect(found.body.didDocument).toMatchObject({ id: did });
    await change("changeOwner", `0x${"00".repeat(20)}`);
    expect((await get(service, path)).status).toBe(410);
    await service.close();
  });

  test("is refused with more changes than are read", async () => {
    const name = bytes32("did/svc/Hub");
    for (let i = 0; i < maxChanges; i += 2) await change("setTwice", name, toHex(i), toHex(i + 1));
    expect((await resolve()).didDocument).toMatchObject({ id: did });
    await change("setAttribute", name, "0xff", 86_400n);
    expect(await resolve()).toMatchObject({
      didDocument: null,
      didResolutionMetadata: { error: { code: "QUOTA_EXCEEDED", type: "https://www.w3.org/ns/did#INTERNAL_ERROR" } },
    });
  });

  test("is out of reach where the chain, its old logs or the registry cannot be read", async () => {
    await change("changeOwner", heir.address);
    const unreachable = {
      didDocument: null,
      didResolutionMetadata: { error: { code: "DID_UNREACHABLE" } },
    };
    const pruned: typeof fetch = async (input, init) => {
      const { method, id } = JSON.parse(String(init?.body));
      return method === "eth_getLogs" ? Response.json({ jsonrpc: "2.0", id, result: [] }) : fetch(input, init);
    };
    const otherLogs: typeof fetch = async (input, init) => {
      const { method } = JSON.parse(String(init?.body));
      if (method !== "eth_getLogs") return fetch(input, init);
      const answer = await (await fetch(input, init)).json();
      answer.result[0].address = heir.address;
      return Response.json(answer);
    };
    for (const one of [
      reader(["http://127.0.0.1:1"]),
      reader([evm.url], { fetch: pruned }),
      reader([evm.url], { fetch: otherLogs }),
      ethrReader(openChains(new Map([[31_337, [evm.url]]])), clock.now, new Map([[31_337, heir.address]])),
    ]) {
      readEthr = one;
      expect(await resolve()).toMatchObject(unreachable);
    }
  });

  test("is not resolved on chains that are not configured", async () => {
    for (const other of [
      `did:ethr:${owner.address}`,
      `did:ethr:0x1:${owner.address}`,
      `did:ethr:mainnet:${owner.address}`,
      `did:ethr:nowhere:${owner.address}`,
    ])
      expect(await resolve(other)).toMatchObject({
        didDocument: null,
        didResolutionMetadata: { error: { code: "UNSUPPORTED_DID_METHOD" } },
      });
  });
});
