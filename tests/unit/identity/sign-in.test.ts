import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  checkDelegationProof,
  parseDelegationProof,
  readDelegationMessage,
} from "../../../src/identity/delegation-message.ts";
import { pkhDid } from "../../../src/identity/did.ts";
import {
  delegationResources,
  delegationStatement,
  issueNonce,
  type Nonce,
  type NonceRequest,
  type NonceStore,
  nonceLife,
  signInStatement,
} from "../../../src/identity/nonce.ts";
import { type MessageContext, signIn } from "../../../src/identity/sign-in.ts";
import { walletCheck } from "../../../src/identity/wallet.ts";
import { day, iso, minute } from "../../../src/kernel/time.ts";
import { nonceStore } from "../../../src/storage/identity-store.ts";
import { openSqlite } from "../../../src/storage/sqlite.ts";
import powerhouse from "../../vectors/shared/powerhouse.json" with { type: "json" };
import renown from "../../vectors/shared/renown.json" with { type: "json" };
import { alice, bob, now, origin, type Parts, signedMessage, siweText } from "./message.ts";

const code = (code: string) => expect.objectContaining({ code });
const app = renown.appDid;
const otherApp = powerhouse.key.did;
const until = iso(now + 30 * day);
const may = ["powerhouse/renown-user:SET_USERNAME", "powerhouse/renown-user:SET_USER_IMAGE"];
const user = pkhDid({ chainId: 1, address: alice.address });

let nonces: NonceStore;
let close: () => Promise<void>;
let context: MessageContext;

beforeAll(() => {
  const storage = openSqlite({ file: ":memory:", realm: "main" });
  nonces = nonceStore(storage.db);
  close = storage.close;
  context = { origin, nonces, wallet: walletCheck() };
});
afterAll(() => close());

const issue = (request: NonceRequest) => issueNonce(nonces, request, now, 90 * day);
const signInNonce = () => issue({ purpose: "sign-in" });

type DelegateNonce = Extract<Nonce, { purpose: "delegate" }>;
const delegateNonce = async (request: Partial<NonceRequest> = {}) =>
  (await issue({ purpose: "delegate", app, may, until, ...request })) as DelegateNonce;

/** The parts of a message that does what a delegate nonce was issued for. */
const delegating = ({ terms }: DelegateNonce): Parts => ({
  expirationTime: terms.until,
  resources: delegationResources(terms),
});

describe("a nonce", () => {
  test("has at least 128 bits in letters and digits, and no two are the same", async () => {
    const issued = await Promise.all(Array.from({ length: 50 }, signInNonce));
    for (const { nonce } of issued) expect(nonce).toMatch(/^[A-Za-z0-9]{22,}$/);
    expect(new Set(issued.map(({ nonce }) => nonce)).size).toBe(50);
  });

  test("for signing in comes with a sentence and lives ten minutes", async () => {
    expect(await signInNonce()).toMatchObject({ statement: signInStatement, expiresAt: now + 10 * minute });
  });

  test("for delegating says in words which key may do what until when", async () => {
    const { statement } = await delegateNonce();
    expect(statement).toBe(
      `I let the key ${app} sign in my name for powerhouse/renown-user:SET_USERNAME, ` +
        `powerhouse/renown-user:SET_USER_IMAGE, and nothing else, until ${until}.`,
    );
  });

  test.each([
    ["nothing is said of limits", undefined, "in my own documents, never for organizations"],
    ["the list of limits is empty", [], "in my own documents, never for organizations"],
    ["logging in is all", ["none"], "prove that it belongs to me when logging in, and nothing else,"],
  ])("for delegating says so where %s", async (_name, may, words) => {
    expect((await delegateNonce({ may })).statement).toContain(words);
  });

  test("for delegating has a statement that EIP-4361 allows", async () => {
    for (const request of [{}, { may: undefined }, { may: ["none"] }]) {
      const nonce = await delegateNonce(request);
      const { message } = await signedMessage(nonce, delegating(nonce));
      expect(parseDelegationProof(message).app).toBe(app);
    }
  });

  test.each<[string, Partial<NonceRequest>, string]>([
    ["no key", { app: undefined }, "INVALID_REQUEST"],
    ["no expiry", { until: undefined }, "INVALID_REQUEST"],
    ["a key that is none", { app: `${app.slice(0, -1)}0` }, "INVALID_DID"],
    ["a key of another curve", { app: "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK" }, "INVALID_DID"],
    ["a wallet as the key", { app: user }, "INVALID_DID"],
    ["an expiry that cannot be read", { until: "next week" }, "UNREADABLE_DATE"],
    ["an expiry that has passed", { until: iso(now) }, "EXPIRED"],
    ["a longer life than is allowed", { until: iso(now + 90 * day + 1) }, "LIFETIME_TOO_LONG"],
    ["a limit of no form", { may: ["everything"] }, "INVALID_REQUEST"],
    ["a limit with a line break", { may: ["a/b\nc"] }, "INVALID_REQUEST"],
    ["none among other limits", { may: ["none", "a/b"] }, "INVALID_REQUEST"],
    ["more limits than a proof may name", { may: Array.from({ length: 65 }, (_, i) => `a/b${i}`) }, "INVALID_REQUEST"],
    [
      "limits too long to be read",
      { may: Array.from({ length: 40 }, (_, i) => `a/${"b".repeat(80)}${i}`) },
      "INVALID_REQUEST",
    ],
  ])("for delegating is refused with %s", async (_name, request, expected) => {
    await expect(delegateNonce(request)).rejects.toThrow(code(expected));
  });

  test("for delegating may live as long as is allowed, to the millisecond", async () => {
    expect((await delegateNonce({ until: iso(now + 90 * day) })).terms.until).toBe(iso(now + 90 * day));
  });

  test("for signing in is refused where it names a key", async () => {
    await expect(issue({ purpose: "sign-in", app })).rejects.toThrow(code("INVALID_REQUEST"));
  });
});

describe("signing in", () => {
  const attempt = async (parts: Parts, at = now) => {
    const nonce = await signInNonce();
    return signIn(context, await signedMessage(nonce, parts), at);
  };

  test("says who signed", async () => {
    expect(
      await attempt({ chainId: 10, head: "https://renown.example", resources: ["https://a.example/terms"] }),
    ).toEqual({
      account: { chainId: 10, address: alice.address.toLowerCase() },
      user: `did:pkh:eip155:10:${alice.address.toLowerCase()}`,
      method: "recovery",
    });
  });

  test.each<[string, Parts, string]>([
    ["another domain", { head: "evil.example" }, "WRONG_DOMAIN"],
    ["a URI on another site", { uri: "https://evil.example/" }, "WRONG_DOMAIN"],
    ["another statement", { statement: `${signInStatement} And more.` }, "WRONG_STATEMENT"],
    ["no statement", { statement: undefined }, "WRONG_STATEMENT"],
    ["an expiry in the past", { expirationTime: iso(now - 1) }, "EXPIRED"],
    ["an issue in the past", { issuedAt: iso(now - 11 * minute) }, "EXPIRED"],
    ["an issue in the future", { issuedAt: iso(now + 6 * minute) }, "NOT_YET_VALID"],
    ["a beginning in the future", { notBefore: iso(now + minute) }, "NOT_YET_VALID"],
    ["a key among its resources", { resources: [app] }, "NONCE_PURPOSE"],
    [
      "a key spelt in capitals among its resources",
      { resources: [app.replace("did:key", "DID:KEY")] },
      "NONCE_PURPOSE",
    ],
    ["a limit among its resources", { resources: ["urn:renown:may:none"] }, "NONCE_PURPOSE"],
    ["the address of somebody else", { address: bob.address }, "BAD_SIGNATURE"],
  ])("is refused with %s", async (_name, parts, expected) => {
    await expect(attempt(parts)).rejects.toThrow(code(expected));
  });

  test("is refused a second time with the same message", async () => {
    const proof = await signedMessage(await signInNonce());
    await signIn(context, proof, now);
    await expect(signIn(context, proof, now)).rejects.toThrow(code("NONCE_UNKNOWN"));
  });

  test("succeeds for one of many who bring the same message at once", async () => {
    const proof = await signedMessage(await signInNonce());
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => signIn(context, proof, now)));
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });

  test.each<[string, Parts]>([
    ["the signature", { address: bob.address }],
    ["the domain", { head: "evil.example" }],
    ["the statement", { statement: "Hello." }],
    ["the time", { issuedAt: iso(now - day) }],
  ])("burns the nonce when it fails by %s", async (_name, parts) => {
    const nonce = await signInNonce();
    await expect(signIn(context, await signedMessage(nonce, parts), now)).rejects.toThrow();
    await expect(signIn(context, await signedMessage(nonce), now)).rejects.toThrow(code("NONCE_UNKNOWN"));
  });

  test("leaves the nonce alone when the message cannot be read", async () => {
    const nonce = await signInNonce();
    await expect(signIn(context, await signedMessage(nonce, { version: "2" }), now)).rejects.toThrow(
      code("INVALID_SIWE"),
    );
    expect((await signIn(context, await signedMessage(nonce), now)).user).toBe(user);
  });

  test("is refused with a nonce that nobody issued, and with one that has run out", async () => {
    const made = { ...(await signInNonce()), nonce: "abcdefghijklmnopqrstuvwx" };
    await expect(signIn(context, await signedMessage(made), now)).rejects.toThrow(code("NONCE_UNKNOWN"));
    const nonce = await signInNonce();
    const late = now + nonceLife;
    const proof = await signedMessage(nonce, { issuedAt: iso(late) });
    await expect(signIn(context, proof, late)).rejects.toThrow(code("NONCE_UNKNOWN"));
  });

  test("is refused with a nonce for delegating, and burns it", async () => {
    const nonce = await delegateNonce();
    const proof = await signedMessage(nonce, delegating(nonce));
    await expect(signIn(context, proof, now)).rejects.toThrow(code("NONCE_PURPOSE"));
    await expect(readDelegationMessage(context, proof, now)).rejects.toThrow(code("NONCE_UNKNOWN"));
  });
});

describe("delegating by message", () => {
  const attempt = async (parts: Parts = {}, request: Partial<NonceRequest> = {}) => {
    const nonce = await delegateNonce(request);
    return readDelegationMessage(context, await signedMessage(nonce, { ...delegating(nonce), ...parts }), now);
  };
  const resources = [app, ...may.map((name) => `urn:renown:may:${name}`)];

  test("gives the key what the nonce was issued for, and keeps the proof", async () => {
    const proof = await attempt({ chainId: 137 });
    expect(proof).toMatchObject({
      user: `did:pkh:eip155:137:${alice.address.toLowerCase()}`,
      app,
      limits: [
        { kind: "powerhouse/renown-user", action: "SET_USERNAME" },
        { kind: "powerhouse/renown-user", action: "SET_USER_IMAGE" },
      ],
      issuedAt: now,
      expiresAt: now + 30 * day,
      domain: "renown.example",
      chainId: 137,
      method: "recovery",
    });
    expect(await checkDelegationProof(proof, walletCheck())).toEqual(proof);
  });

  test.each([
    ["unsaid", undefined],
    ["none", ["none"]],
  ])("gives limits that are %s", async (limits, may) => {
    expect((await attempt({}, { may })).limits).toBe(limits);
  });

  test.each<[string, Parts, string]>([
    ["another key", { resources: [otherApp, ...resources.slice(1)] }, "NONCE_PURPOSE"],
    ["a limit less", { resources: resources.slice(0, 2) }, "NONCE_PURPOSE"],
    ["a limit more", { resources: [...resources, "urn:renown:may:a/b"] }, "NONCE_PURPOSE"],
    ["no limits", { resources: [app] }, "NONCE_PURPOSE"],
    ["limits in another order", { resources: [app, resources[2]!, resources[1]!] }, "NONCE_PURPOSE"],
    ["no resources", { resources: undefined }, "NONCE_PURPOSE"],
    ["a resource beside them", { resources: [...resources, "https://a.example"] }, "NONCE_PURPOSE"],
    ["another expiry", { expirationTime: iso(now + 31 * day) }, "NONCE_PURPOSE"],
    ["the same expiry spelt otherwise", { expirationTime: until.replace(".000Z", "Z") }, "NONCE_PURPOSE"],
    ["no expiry", { expirationTime: undefined }, "NONCE_PURPOSE"],
    ["the statement for signing in", { statement: signInStatement }, "WRONG_STATEMENT"],
    ["a word less in the statement", { statement: undefined }, "WRONG_STATEMENT"],
    ["another domain", { head: "evil.example" }, "WRONG_DOMAIN"],
    ["an issue in the past", { issuedAt: iso(now - day) }, "EXPIRED"],
    ["another address", { address: bob.address }, "BAD_SIGNATURE"],
  ])("is refused with %s", async (_name, parts, expected) => {
    await expect(attempt(parts)).rejects.toThrow(code(expected));
  });

  test("is refused with a nonce for signing in, and burns it", async () => {
    const nonce = await signInNonce();
    const terms = { app, limits: "none", until } as const;
    const parts = {
      statement: delegationStatement(terms),
      expirationTime: until,
      resources: delegationResources(terms),
    };
    const proof = await signedMessage(nonce, parts);
    await expect(readDelegationMessage(context, proof, now)).rejects.toThrow(code("NONCE_PURPOSE"));
    await expect(signIn(context, await signedMessage(nonce), now)).rejects.toThrow(code("NONCE_UNKNOWN"));
  });
});

describe("a delegation message read without its nonce", () => {
  const terms = { app, limits: [{ kind: "a/b" }], until };
  const parts: Parts = {
    statement: delegationStatement(terms),
    expirationTime: until,
    resources: delegationResources(terms),
  };

  test("says what it delegates", () => {
    expect(parseDelegationProof(siweText(parts))).toMatchObject({
      user,
      app,
      limits: [{ kind: "a/b" }],
      issuedAt: now,
    });
  });

  test.each<[string, Parts, string]>([
    ["its words say something else", { statement: "I let the key do everything." }, "WRONG_STATEMENT"],
    ["its resources name another key", { resources: [otherApp, "urn:renown:may:a/b"] }, "WRONG_STATEMENT"],
    ["its resources name other limits", { resources: [app, "urn:renown:may:a/c"] }, "WRONG_STATEMENT"],
    ["it expires at another time", { expirationTime: iso(now + day) }, "WRONG_STATEMENT"],
    ["it does not expire", { expirationTime: undefined }, "INVALID_SIWE"],
    ["it names no key", { resources: [] }, "INVALID_DID"],
    ["it has no resources", { resources: undefined }, "INVALID_DID"],
    ["it names a second key", { resources: [app, otherApp, "urn:renown:may:a/b"] }, "INVALID_SIWE"],
    ["a limit cannot be read", { resources: [app, "urn:renown:may:A"] }, "INVALID_CREDENTIAL"],
  ])("is refused where %s", (_name, change, expected) => {
    expect(() => parseDelegationProof(siweText({ ...parts, ...change }))).toThrow(code(expected));
  });

  test("is refused under a signature of somebody else", async () => {
    const message = siweText(parts);
    const signature = await bob.signMessage({ message });
    await expect(checkDelegationProof({ message, signature }, walletCheck())).rejects.toThrow(code("BAD_SIGNATURE"));
  });
});
