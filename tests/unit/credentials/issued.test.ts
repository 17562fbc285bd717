import { importJWK, jwtVerify } from "jose";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { issueIdentityCredential } from "../../../src/credentials/identity-credential.ts";
import { type IssuedStore, type Issuer, openIssuer, revokeIssued } from "../../../src/credentials/issued.ts";
import { openPublisher, publishList } from "../../../src/credentials/status-lists.ts";
import { parseCompact } from "../../../src/identity/jws.ts";
import { makeServiceKeys, publicJwk, rotate, type ServiceKeys, signerAt } from "../../../src/identity/service-keys.ts";
import type { JsonObject } from "../../../src/kernel/json.ts";
import { day } from "../../../src/kernel/time.ts";
import { parseCredential } from "../../../src/securing/data-model.ts";
import { listFreshness, listLife } from "../../../src/securing/signed-lists.ts";
import {
  decodeBits,
  minEntries,
  parseStatusEntry,
  parseStatusList,
  statusAt,
} from "../../../src/securing/status-list.ts";
import { credentialStore } from "../../../src/storage/credential-store.ts";
import { openSqlite } from "../../../src/storage/sqlite.ts";

const origin = "https://renown.example";
const did = "did:web:renown.example";
const alice = "did:pkh:eip155:1:0x1111111111111111111111111111111111111111";
const bob = "did:pkh:eip155:10:0x2222222222222222222222222222222222222222";
const now = Date.UTC(2026, 10, 20);

let keys: ServiceKeys;
let store: IssuedStore;
let issuer: Issuer;
let close: () => Promise<void>;

beforeEach(async () => {
  keys = await makeServiceKeys(now);
  const storage = openSqlite({ file: ":memory:", realm: "main" });
  close = storage.close;
  store = credentialStore(storage);
  issuer = openIssuer({ origin, store, signer: () => ({ did, key: signerAt(keys) }) });
});
afterEach(() => close());

const payloadOf = (jwt: string): JsonObject => parseCompact(jwt, 100_000).payload;
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => "taken",
    (error) => error.code,
  );

/** The indexes that the published list says are revoked. */
async function revokedIn(jwt: string): Promise<number[]> {
  const bits = await decodeBits(parseStatusList(payloadOf(jwt)).encodedList);
  return [...Array(minEntries).keys()].filter((index) => statusAt(bits, index) === 1);
}

describe("the identity credential", () => {
  test("is a VC 2.0 about the wallet that jose verifies, kept byte for byte", async () => {
    const issued = await issueIdentityCredential(issuer, bob, now);
    const { payload } = await jwtVerify(issued.jwt, await importJWK(publicJwk(keys.signing[0]!.jwk), "ES256"));
    const credential = parseCredential(payload as JsonObject);
    expect(credential).toMatchObject({
      id: `${origin}/v1/credentials/${issued.id}`,
      types: ["VerifiableCredential", "RenownIdentityCredential"],
      issuer: did,
      subjects: [bob],
      validFrom: now,
      validUntil: now + 7 * day,
    });
    expect(payload.credentialSubject).toEqual({ id: bob, blockchainAccountId: `eip155:10:${bob.slice(-42)}` });
    expect(parseStatusEntry(credential.statuses[0]!.entry)).toEqual({
      purpose: "revocation",
      index: issued.statusIndex,
      list: `${origin}/v1/status-lists/${issued.statusList}`,
      size: 1,
      messages: [],
    });
    expect(await store.find(issued.id)).toEqual(issued);
  });

  test("stands somewhere else in the list each time, at random", async () => {
    const issued = await Promise.all(Array.from({ length: 20 }, () => issueIdentityCredential(issuer, alice, now)));
    const indexes = issued.map((each) => each.statusIndex);
    expect(new Set(indexes).size).toBe(20);
    expect(indexes).not.toEqual([...indexes].sort((a, b) => a - b));
    expect(new Set(issued.map((each) => each.statusList)).size).toBe(1);
  });

  test("finds another place where the first is taken", async () => {
    const places = [5, 5, 5, 6];
    issuer.places.pick = () => places.shift()!;
    await issueIdentityCredential(issuer, alice, now);
    expect((await issueIdentityCredential(issuer, alice, now)).statusIndex).toBe(6);
  });

  test("is refused as UNAVAILABLE where no place can be found, and leaves nothing behind", async () => {
    issuer.places.pick = () => 5;
    await issueIdentityCredential(issuer, alice, now);
    expect(await codeOf(issueIdentityCredential(issuer, bob, now))).toBe("UNAVAILABLE");
    expect(await store.ofSubject(bob, undefined, 10)).toEqual([]);
  });

  test("goes to a new list when the latest is half full, also after a restart", async () => {
    await store.insertList({ id: "small", purpose: "revocation", size: 8, createdAt: now });
    const lists = [];
    for (let i = 0; i < 4; i++) lists.push((await issueIdentityCredential(issuer, alice, now)).statusList);
    expect(lists).toEqual(Array(4).fill("small"));
    const fifth = await issueIdentityCredential(issuer, alice, now + 1);
    expect(fifth.statusList).not.toBe("small");
    const restarted = openIssuer({ origin, store, signer: issuer.signer });
    expect((await issueIdentityCredential(restarted, alice, now + 2)).statusList).toBe(fifth.statusList);
  });
});

describe("revocation", () => {
  test("by the subject and by the issuer is final and dated", async () => {
    for (const by of [alice, did]) {
      const { id } = await issueIdentityCredential(issuer, alice, now);
      await revokeIssued(issuer, id, by, now + 1000);
      expect(await store.find(id)).toMatchObject({ revokedAt: now + 1000, revokedBy: by });
      expect(await codeOf(revokeIssued(issuer, id, by, now + 2000))).toBe("ALREADY_REVOKED");
      expect(await store.find(id)).toMatchObject({ revokedAt: now + 1000 });
    }
  });

  test("by another is refused as if there were none", async () => {
    const { id } = await issueIdentityCredential(issuer, alice, now);
    expect(await codeOf(revokeIssued(issuer, id, bob, now))).toBe("NOT_FOUND");
    expect(await codeOf(revokeIssued(issuer, crypto.randomUUID(), bob, now))).toBe("NOT_FOUND");
    expect((await store.find(id))!.revokedAt).toBeUndefined();
  });
});

describe("a published status list", () => {
  test("is a signed BitstringStatusListCredential that jose verifies", async () => {
    const { statusList } = await issueIdentityCredential(issuer, alice, now);
    const { text: jwt } = await publishList(openPublisher(issuer), statusList, now);
    const key = await importJWK(publicJwk(keys.signing[0]!.jwk), "ES256");
    const { payload } = await jwtVerify(jwt, key, { typ: "vc+jwt" });
    expect(parseCredential(payload as JsonObject)).toMatchObject({
      id: `${origin}/v1/status-lists/${statusList}`,
      issuer: did,
      validFrom: now,
      validUntil: now + listLife,
    });
    expect(await revokedIn(jwt)).toEqual([]);
  });

  test("shows a revocation at once, and nothing but it", async () => {
    const publisher = openPublisher(issuer);
    const [one, , three] = [
      await issueIdentityCredential(issuer, alice, now),
      await issueIdentityCredential(issuer, alice, now),
      await issueIdentityCredential(issuer, bob, now),
    ];
    const before = await publishList(publisher, one!.statusList, now);
    await revokeIssued(issuer, one!.id, alice, now);
    const after = await publishList(publisher, one!.statusList, now);
    expect(after.etag).not.toBe(before.etag);
    expect(await revokedIn(after.text)).toEqual([one!.statusIndex]);
    await revokeIssued(issuer, three!.id, did, now);
    const last = await publishList(publisher, one!.statusList, now);
    expect(await revokedIn(last.text)).toEqual([one!.statusIndex, three!.statusIndex].sort((a, b) => a - b));
  });

  test("stays the same, with the same entity tag, for five minutes, and is then made anew", async () => {
    const publisher = openPublisher(issuer);
    const { statusList } = await issueIdentityCredential(issuer, alice, now);
    const first = await publishList(publisher, statusList, now);
    expect(first.etag).toMatch(/^"[\w-]{43}"$/);
    expect(await publishList(publisher, statusList, now + listFreshness - 1)).toBe(first);
    const later = await publishList(publisher, statusList, now + listFreshness);
    expect(later.etag).not.toBe(first.etag);
    expect(payloadOf(later.text).validFrom).toBe("2026-11-20T00:05:00.000Z");
  });

  test("is signed anew when the key rotates", async () => {
    const publisher = openPublisher(issuer);
    const { statusList } = await issueIdentityCredential(issuer, alice, now);
    await publishList(publisher, statusList, now);
    keys = await rotate(keys, "signing", now);
    const { text: jwt } = await publishList(publisher, statusList, now);
    expect(parseCompact(jwt).header.kid).toBe(`${did}#${signerAt(keys).kid}`);
  });

  test("that does not exist is refused", async () => {
    expect(await codeOf(publishList(openPublisher(issuer), "none", now))).toBe("NOT_FOUND");
  });
});
