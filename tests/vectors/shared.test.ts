import { describe, expect, it, test } from "vitest";
import { keccak256, p256Verifier, sha1, sha256 } from "#primitives";
import { appKey, appPoint } from "../../src/identity/app-key.ts";
import { readBearer } from "../../src/identity/bearer.ts";
import { recoverAddress, walletCheck } from "../../src/identity/wallet.ts";
import { base64, concat, fromBase64, fromHex, hex, utf8 } from "../../src/kernel/bytes.ts";
import { canonicalJson, type Json } from "../../src/kernel/json.ts";
import { isAssignedId } from "../../src/operations/document-id.ts";
import { operationDigest } from "../../src/operations/entry.ts";
import { decidingTuple, parseOperation } from "../../src/operations/operation.ts";
import { didOfJwk, signerOfJwk } from "../../src/operations/sign.ts";
import { checkSignature, matchContent, signedMessage } from "../../src/operations/signature.ts";
import {
  checkRenownCredential,
  domainSeparator,
  parseRenownCredential,
  renownCredentialDigest,
} from "../../src/securing/eip712.ts";
import { verifyOperation } from "../../src/verify/operation.ts";
import powerhouse from "./shared/powerhouse.json" with { type: "json" };
import renown from "./shared/renown.json" with { type: "json" };

type Tuple = [string, string, string, string, string];
type Jwk = { kty: "EC"; crv: "P-256"; x: string; y: string; d: string };

const madeAt = 1795165369_000;
const place = { document: "doc-1", kind: "powerhouse/document-model", branch: "main" };
const knowledge = { complete: false, isServiceKey: () => false, realm: "main" };
const question = { known: { time: madeAt, seq: Number.MAX_SAFE_INTEGER }, now: madeAt, require: [] };
const wallet = walletCheck();

describe("the key", () => {
  test("has the DID of its JWK", () => {
    expect(didOfJwk(powerhouse.key.jwk.publicKey)).toBe(powerhouse.key.did);
    expect(signerOfJwk(powerhouse.key.jwk.privateKey as unknown as Jwk).did).toBe(powerhouse.key.did);
  });

  test("makes signatures that its DID checks", async () => {
    const signer = signerOfJwk(powerhouse.key.jwk.privateKey as unknown as Jwk);
    const message = utf8("anything");
    expect(await appKey(powerhouse.key.did)(message, await signer.sign(message))).toBe(true);
  });
});

describe("the signature of an action", () => {
  const { action, signer, tuple, hashPayload, signedMessageUtf8, signedMessageHex, lengthIsUtf16CodeUnits, wireForm } =
    powerhouse.actionSignature;
  const [signedAt, app, content, prev] = tuple as Tuple;

  test("is over the content that is recomputed", () => {
    expect(action.scope + action.type + JSON.stringify(action.input)).toBe(hashPayload);
    expect(powerhouse.actionSignature.hashAlg).toBe("SHA-256/base64(std,padded)");
    expect(base64(sha256(hashPayload))).toBe(content);
  });

  test("is over the framed message", () => {
    const message = signedMessage(signedAt, app, content, prev);
    expect(new TextDecoder().decode(message)).toBe(signedMessageUtf8);
    expect(hex(message)).toBe(signedMessageHex);
    expect((signedAt + app + content + prev).length).toBe(lengthIsUtf16CodeUnits);
  });

  test("verifies", async () => {
    expect(app).toBe(signer.app.key);
    expect(await checkSignature(tuple as Tuple)).toBe(true);
  });

  test("is the same in the form of GraphQL", () => {
    const signed = { ...action, context: { ...action.context, signer: { ...signer, signatures: [wireForm] } } };
    const operation = parseOperation(signed, place);
    expect(decidingTuple(operation.action)).toEqual(tuple);
    expect(operationDigest(operation)).toBe(operationDigest(parseOperation(powerhouse.signedAction, place)));
  });

  test("verifies with a resulting state in prev", async () => {
    const resulting = powerhouse.actionSignatureWithResultingState.tuple as Tuple;
    expect(await checkSignature(resulting)).toBe(true);
    const signed = { ...action, context: { signer: { ...signer, signatures: [resulting] } } };
    const operation = parseOperation(signed, place);
    expect(matchContent(operation, resulting, operationDigest(operation))).toBe("content");
  });

  test("is what the signed action carries", async () => {
    const context = {
      documentId: place.document,
      documentType: place.kind,
      scope: "global",
      branch: "main",
      ordinal: 1,
    };
    const report = await verifyOperation(
      { operation: { action: powerhouse.signedAction }, context },
      question,
      knowledge,
    );
    expect(report).toMatchObject({ binding: "content", verdict: "undetermined", signer: { app: powerhouse.key.did } });
    expect(report.signer?.user).toBe(powerhouse.credential.credential.issuer.id);
    const codes = Object.fromEntries(report.checks.map((check) => [check.name, check.code]));
    expect(codes).toMatchObject({ key: "OK", content: "OK", signature: "OK", time: "OK" });
  });

  test("verifies in its older form, over SHA-1 with the document", async () => {
    const { tuple: legacy, hashPayload: described, alg } = powerhouse.legacySignature;
    expect(await checkSignature(legacy as Tuple)).toBe(true);
    expect(alg).toBe("SHA-1/base64");
    const payload = described.replace("stable-stringify(input)", canonicalJson(action.input as Json));
    expect(base64(sha1(payload))).toBe(legacy[2]);
    const operation = parseOperation(
      { ...action, context: { signer: { ...signer, signatures: [legacy] } } },
      { ...place, document: "doc-1" },
    );
    expect(matchContent(operation, legacy as Tuple, operationDigest(operation))).toBe("weak");
  });
});

test("the id of an operation follows from its place and its action", () => {
  const { documentId, scope, branch, actionId, result, rule } = powerhouse.operationId;
  expect(hex(sha1(`${documentId}:${scope}:${branch}:${actionId}`)).slice(0, 32)).toBe(result);
  expect(rule).toContain("sha1hex");
});

test.each(powerhouse.stateHash)("the hash of a state is over its sorted JSON: $hash", ({ state, hash }) => {
  const { global = "" } = state as { global?: Json };
  expect(base64(sha1(canonicalJson(global)))).toBe(hash);
});

describe("the header", () => {
  const { header, payload, valid } = powerhouse.signedHeader;

  test("has its signature for an id", async () => {
    expect(`${header.documentType}:${header.createdAtUtcIso}:${header.sig.nonce}`).toBe(payload);
    expect(didOfJwk(header.sig.publicKey)).toBe(powerhouse.key.did);
    const check = p256Verifier(appPoint(powerhouse.key.did));
    expect(await check(utf8(payload), fromBase64(header.id)!)).toBe(valid);
  });

  test("has a random id where nobody signed it", () => {
    const { id, sig } = powerhouse.presignedHeader;
    expect(isAssignedId(id)).toBe(true);
    expect(sig).toEqual({ publicKey: {}, nonce: "" });
  });
});

describe("the bearer token", () => {
  const { token, decoded, withAud, noExpiresIn } = powerhouse.bearer;
  const account = { chainId: 1, address: powerhouse.credential.address.toLowerCase() };

  it("proves the key and names the wallet", async () => {
    const { exp } = decoded[1] as { exp: number };
    const bearer = await readBearer(token, "https://renown.example", madeAt);
    expect(bearer).toMatchObject({ app: powerhouse.key.did, account, expiresAt: exp * 1000 });
    expect(partsOf(token)).toEqual(decoded);
  });

  it("is taken at the address that it was made for, and nowhere else", async () => {
    const bearer = await readBearer(withAud.token, "https://sb.example", madeAt);
    expect(bearer.app).toBe(powerhouse.key.did);
    expect(partsOf(withAud.token)).toEqual(withAud.decoded);
    await expect(readBearer(withAud.token, "https://renown.example", madeAt)).rejects.toMatchObject({
      code: "WRONG_AUDIENCE",
    });
  });

  it("has an end", async () => {
    await expect(readBearer(token, "https://renown.example", 1795165969_000)).rejects.toMatchObject({
      code: expect.stringMatching(/EXPIRED$/),
    });
    expect(noExpiresIn.decoded[1]).not.toHaveProperty("exp");
    for (const [endless, origin] of [
      [renown.bearerNoExp, "https://renown.example"],
      [renown.bearerAudNoExp, "https://rp.example"],
    ] as const) {
      await expect(readBearer(endless, origin, madeAt)).rejects.toMatchObject({ code: "INVALID_TOKEN" });
      expect(partsOf(endless)[1]).toMatchObject({ iss: renown.appDid, sub: renown.appDid });
    }
  });

  it("without an end is signed all the same", async () => {
    const [head, body, signature] = renown.bearerNoExp.split(".");
    const bytes = fromBase64(`${signature!.replaceAll("-", "+").replaceAll("_", "/")}==`)!;
    expect(await appKey(renown.appDid)(utf8(`${head}.${body}`), bytes)).toBe(renown.bearerAccepted);
  });
});

describe("the credential", () => {
  test("of Powerhouse is the wallet's", async () => {
    const { credential, address, valid } = powerhouse.credential;
    const read = parseRenownCredential(credential);
    expect(read.account).toEqual({ chainId: 1, address: address.toLowerCase() });
    expect(await checkRenownCredential(read, wallet)).toEqual({ method: "recovery" });
    expect(valid).toBe(true);
  });

  test("of Renown has the digest that the wallet signed", () => {
    const { domain, structHash, digest, signature, address, message } = renown;
    const bytes = (text: string) => fromHex(text.slice(2))!;
    expect(`0x${hex(domainSeparator(domain.chainId))}`).toBe(renown.domainSeparator);
    expect(domain.version).toBe("1");
    const whole = concat(Uint8Array.of(0x19, 0x01), bytes(renown.domainSeparator), bytes(structHash));
    expect(`0x${hex(keccak256(whole))}`).toBe(digest);
    expect(`0x${hex(renownCredentialDigest(message, domain.chainId))}`).toBe(digest);
    expect(recoverAddress(bytes(digest), bytes(signature))).toBe(address.toLowerCase());
  });

  test("names the key of the app", () => {
    expect(didOfJwk(renown.appPublicJwk)).toBe(renown.appDid);
    expect(signerOfJwk(renown.appPrivateJwk as unknown as Jwk).did).toBe(renown.appDid);
    expect(renown.message.credentialSubject.id).toBe(renown.appDid);
  });
});

function partsOf(token: string): unknown[] {
  return token.split(".", 2).map((part) => JSON.parse(Buffer.from(part, "base64url").toString("utf8")));
}
