import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import {
  createSignatureVerifier,
  MemoryKeyStorage,
  NodeRenownEventEmitter,
  parseSignatureHashField,
  Renown,
  RenownCryptoBuilder,
  RenownCryptoSigner,
  RenownMemoryStorage,
  verifyAuthBearerToken,
} from "@renown/sdk-6/node";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { readBearer } from "../../src/identity/bearer.ts";
import { iso, minute, parseTime } from "../../src/kernel/time.ts";
import type { Action } from "../../src/operations/operation.ts";
import {
  didOfJwk,
  type Intent,
  signerOfJwk,
  signerOfKeyPair,
  signOpening,
  signOperation,
} from "../../src/operations/sign.ts";
import { profileKind } from "../../src/profiles/profile.ts";
import { openQuestion } from "../../src/verify/question.ts";
import { alice, appKey, openHouse, start, userOf } from "../harness.ts";
import keys from "../keys.json" with { type: "json" };
import { type Vector, vectorShape } from "../vectors/play.ts";
import { tupleOf } from "../vectors/reference.ts";
import shared from "../vectors/shared/powerhouse.json" with { type: "json" };

const user = userOf(alice);
const account = { address: alice.address, networkId: "eip155", chainId: 1 };
const origin = "https://renown.example";
let house: ReturnType<typeof openHouse>;

beforeEach(() => {
  // The SDK reads the clock by itself.
  vi.useFakeTimers({ now: start, toFake: ["Date"] });
  house = openHouse();
});
afterEach(async () => {
  vi.useRealTimers();
  await house.close();
});

type Jwk = { d?: string; key_ops?: string[]; [member: string]: unknown };

/** The SDK's own key, from a pair of JWKs. */
function sdkKey(privateKey: Jwk = keys.apps.first) {
  const { d: _, key_ops: __, ...publicKey } = privateKey;
  const storage = new MemoryKeyStorage({ publicKey, privateKey } as never);
  return new RenownCryptoBuilder().withKeyPairStorage(storage).build();
}

type Bare = Pick<Action, "type" | "input"> & Partial<Action>;

/** An action that the SDK's signer has signed, as its clients send it. */
async function signedBySdk(bare: Bare, privateKey?: Jwk, resulting?: string) {
  const signer = new RenownCryptoSigner(await sdkKey(privateKey), "connect", account);
  const action = { id: crypto.randomUUID(), timestampUtcMs: iso(Date.now()), scope: "global", ...bare };
  const tuple =
    resulting === undefined
      ? await signer.signAction(action as never)
      : await signer.signActionWithResultingState(action as never, resulting);
  return {
    ...action,
    context: { signer: { user: account, app: signer.app, signatures: [tuple] } },
  } as unknown as Action;
}

/** Whether the SDK's verifier accepts the operation. */
function accepts(action: unknown): Promise<boolean> {
  const [, app] = tupleOf(action as Record<string, unknown>)!;
  return createSignatureVerifier()({ action } as never, app!);
}

async function ask(action: unknown, document: string, kind: string) {
  const { store, clock, realm, isServiceKey } = house;
  const answer = await openQuestion({ store, clock: clock.now, realm, did: "did:web:localhost", isServiceKey }, {});
  return answer({ operation: { action }, context: { documentId: document, documentType: kind, branch: "main" } });
}

async function openProfile(): Promise<string> {
  const { document, action } = await house.opening(profileKind);
  await house.reactor.open(action, profileKind, []);
  return document;
}

describe("the SDK's verifier", () => {
  const intent: Intent = {
    document: "d",
    kind: "acme/invoice",
    type: "SET_AMOUNT",
    input: { amount: 1, note: "é “ü” 😀" },
    user,
  };

  it("accepts what our library signs, with a JWK and with a key that cannot be exported", async () => {
    const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign", "verify"]);
    for (const key of [appKey, signerOfJwk(keys.apps.second as never), await signerOfKeyPair(pair)]) {
      const first = await signOperation(intent, key, start);
      const second = await signOperation({ ...intent, previous: first.previous }, key, start);
      const opening = await signOpening({ realm: "main", kind: "acme/invoice", user }, key, start);
      for (const { action } of [first, second, opening]) expect(await accepts(action)).toBe(true);
    }
  });

  it("accepts what the service attests", async () => {
    const delegation = await house.delegate();
    for (const entry of await house.store.entriesOf(delegation.document, 0, 10))
      expect(await accepts(entry.action)).toBe(true);
  });

  it("agrees about the signature of every vector that can be read", async () => {
    let [good, bad] = [0, 0];
    for (const { vector, action } of vectors()) {
      const code = vector.then.verify?.checks.signature;
      if (code === "OK") good++;
      else if (code === "BAD_SIGNATURE" && tupleOf(action)) bad++;
      else continue;
      // The SDK reads tuples as arrays, and asks the last alone.
      const last = { ...action, context: { signer: { signatures: [tupleOf(action)] } } };
      expect(await accepts(last), vector.law).toBe(code === "OK");
    }
    expect(good).toBeGreaterThan(60);
    expect(bad).toBeGreaterThan(4);
  });

  it("refuses what was changed in the bytes", async () => {
    const { action } = await signOperation(intent, appKey, start);
    const tuple = action.context!.signer!.signatures[0]!;
    for (const changed of [
      tuple.with(0, "1790000000"),
      tuple.with(2, `r2.${"A".repeat(43)}`),
      tuple.with(3, "A".repeat(43)),
    ])
      expect(await accepts({ ...action, context: { signer: { signatures: [changed] } } })).toBe(false);
  });
});

describe("the SDK's key", () => {
  it("has the DID that we compute", async () => {
    expect((await sdkKey()).did).toBe(appKey.did);
    const fresh = await new RenownCryptoBuilder().withKeyPairStorage(new MemoryKeyStorage()).build();
    const jwk = await crypto.subtle.exportKey("jwk", fresh.publicKey);
    expect(didOfJwk(jwk as never)).toBe(fresh.did);
  });
});

describe("the SDK's signatures", () => {
  it("verify here as suite 1, which binds the content", async () => {
    await house.delegate();
    const action = await signedBySdk({ type: "SET_AMOUNT", input: { b: 1, a: ["é", { z: null }] } });
    expect(await ask(action, "d", "acme/invoice")).toMatchObject({
      verdict: "valid",
      binding: "content",
      signer: { user },
    });
    const other = { ...action, input: { b: 2, a: [] } };
    expect(await ask(other, "d", "acme/invoice")).toMatchObject({ verdict: "invalid", binding: "none" });
  });

  it("verify with the resulting state beside the one before", async () => {
    await house.delegate();
    const context = { prevOpHash: "PVBAeg+3dFlHz539yJVs9TsRhOc=" };
    const action = await signedBySdk(
      { type: "SET_AMOUNT", input: {}, context },
      undefined,
      "nnT8dKdC85aE9qX0TebKW/KBXsA=",
    );
    const prev = tupleOf(action as never)![3]!;
    expect(parseSignatureHashField(prev)).toEqual({
      prevStateHash: context.prevOpHash,
      resultingStateHash: "nnT8dKdC85aE9qX0TebKW/KBXsA=",
    });
    expect(await ask(action, "d", "acme/invoice")).toMatchObject({ verdict: "valid", binding: "content" });
  });

  it("are admitted where a kind takes them, once", async () => {
    await house.delegate();
    const [document, other] = [await openProfile(), await openProfile()];
    const action = await signedBySdk({ type: "SET_USER_IMAGE", input: { userImage: "https://image.example/a.png" } });
    const [receipt] = await house.reactor.submit(document, [action]);
    expect(receipt).toMatchObject({ binding: "content", authority: { by: "delegation" } });
    expect(await house.reactor.submit(document, [action])).toEqual([receipt]);
    await expect(house.reactor.submit(other, [action])).rejects.toMatchObject({ code: "REPLAYED" });
    expect(await ask(action, document, profileKind)).toMatchObject({
      verdict: "valid",
      binding: "content",
      entry: { index: 0 },
    });
  });
});

describe("the SDK's bearer tokens", () => {
  it("are read here: the key, and for whom it says it speaks", async () => {
    const token = await (await sdkKey()).getBearerToken(alice.address, { expiresIn: 600 });
    expect(await verifyAuthBearerToken(token)).toBeTruthy();
    const bearer = await readBearer(token, origin, start);
    expect(bearer).toMatchObject({ app: appKey.did, user, account: { chainId: 1 } });
    await expect(readBearer(token, origin, bearer.expiresAt)).rejects.toMatchObject({
      code: expect.stringMatching(/EXPIRED$/),
    });
  });

  it("are taken where they were made for us, and not where for others or for ever", async () => {
    const key = await sdkKey();
    const ours = await key.getBearerToken(alice.address, { expiresIn: 60, aud: `${origin}/graphql` });
    expect((await readBearer(ours, origin, start)).app).toBe(appKey.did);
    const others = await key.getBearerToken(alice.address, { expiresIn: 60, aud: "https://other.example" });
    await expect(readBearer(others, origin, start)).rejects.toMatchObject({ code: "WRONG_AUDIENCE" });
    const endless = await key.getBearerToken(alice.address);
    await expect(readBearer(endless, origin, start)).rejects.toMatchObject({ code: "INVALID_TOKEN" });
  });

  it("let a key end its own delegation, as its client cannot sign in", async () => {
    const delegation = await house.delegate();
    const bearer = await readBearer(
      await (await sdkKey()).getBearerToken(alice.address, { expiresIn: 60 }),
      origin,
      start,
    );
    const party = { by: "token", app: bearer.app, user: bearer.user } as const;
    const ended = await house.delegating.revoke(party, delegation.document, "logged out");
    expect(ended).toMatchObject({ revokedBy: "key", revocationReason: "logged out" });
  });
});

describe("a delegation that the SDK's tools made", () => {
  const { credential, address } = shared.credential;
  const privateKey = shared.key.jwk.privateKey as Jwk;

  it("verifies here, and its key may act", async () => {
    const issued = parseTime(credential.issuanceDate);
    house.clock.set(issued + minute);
    vi.setSystemTime(issued + minute);
    const { delegation, created } = await house.delegating.give({ credential }, undefined);
    expect(created).toBe(true);
    expect(delegation).toMatchObject({
      user: credential.issuer.id,
      key: shared.key.did,
      limits: "unsaid",
      method: "recovery",
    });
    const bare = { type: "SET_AMOUNT", input: { amount: 1 } };
    const action = await signedBySdk(bare, privateKey);
    action.context!.signer!.user = { address, networkId: "eip155", chainId: 1 };
    expect(await ask(action, "d", "acme/invoice")).toMatchObject({ verdict: "valid", delegation: { state: "LIVE" } });
  });

  it("is handed back as the SDK accepts it at login", async () => {
    house.clock.set(parseTime(credential.issuanceDate) + minute);
    const { delegation } = await house.delegating.give({ credential }, undefined);
    const document = await house.reactor.document(delegation.document);
    const { context, ...rest } = document.kind.view(document.state as never);
    const server = createServer((_request, response) => {
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ credential: { "@context": context, ...rest } }));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    const renown = new Renown(
      new RenownMemoryStorage(),
      new NodeRenownEventEmitter(),
      await sdkKey(privateKey),
      "test",
      `http://127.0.0.1:${port}`,
    );
    const login = await renown.login(credential.issuer.id);
    await new Promise((resolve) => server.close(resolve));
    expect(login).toMatchObject({ did: credential.issuer.id, address: credential.issuer.ethereumAddress });
    expect(renown.status).toBe("authorized");
  });
});

/** Every vector's last operation. */
function vectors(): { vector: Vector; action: Record<string, unknown> }[] {
  return ["valid", "invalid"].flatMap((place) => {
    const folder = new URL(`../vectors/${place}/`, import.meta.url);
    return readdirSync(folder).flatMap((name) => {
      const vector = vectorShape.parse(JSON.parse(readFileSync(new URL(name, folder), "utf8")));
      const { when } = vector;
      if ("text" in when) return [];
      if ("verify" in when) return [{ vector, action: when.verify.operation.action as Record<string, unknown> }];
      const action =
        "submit" in when ? when.submit.operations.at(-1)! : (when.open.operations.at(-1) ?? when.open.create);
      return [{ vector, action }];
    });
  });
}
