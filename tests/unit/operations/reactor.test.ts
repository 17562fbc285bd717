import { afterEach, describe, expect, it } from "vitest";
import { auditBundle } from "../../../src/operations/audit.ts";
import { makeBundle } from "../../../src/operations/bundle.ts";
import type { Action, Tuple } from "../../../src/operations/operation.ts";
import { profileKind } from "../../../src/profiles/profile.ts";
import { alice, appKey, bob, openHouse, operationKey, otherKey, session, userOf } from "../../harness.ts";

type House = ReturnType<typeof openHouse>;
let house: House;
afterEach(() => house.close());

const user = userOf(alice);
const code = (code: string) => expect.objectContaining({ code });

async function openProfile(): Promise<string> {
  await house.delegate();
  const { document, action } = await house.opening(profileKind);
  await house.reactor.open(action, profileKind, []);
  return document;
}

const setName = (document: string, username: string, previous?: { operation: string; timestampUtcMs: string }) =>
  house.sign({
    document,
    kind: profileKind,
    type: "SET_USERNAME",
    input: { username },
    user,
    ...(previous && { previous }),
  });

/** The same under a signature that nobody made. */
function forged(action: Action): Action {
  const copy: Action = JSON.parse(JSON.stringify(action));
  const signer = copy.context!.signer!;
  signer.signatures = [signer.signatures[0]!.with(4, `0x${"1".repeat(128)}`) as unknown as Tuple];
  return copy;
}

describe("an operation signed by a delegated key", () => {
  it("is admitted, answered with a receipt, and folded into the state", async () => {
    house = openHouse();
    const document = await openProfile();
    const { action, digest } = await setName(document, "alice");
    const [receipt] = await house.reactor.submit(document, [action]);
    expect(receipt).toMatchObject({
      document,
      index: 0,
      operation: digest,
      binding: "full",
      authority: { by: "delegation" },
    });
    expect((await house.reactor.document(document)).state).toMatchObject({ username: "alice" });
  });

  it("gives the same receipt when it is sent twice", async () => {
    house = openHouse();
    const document = await openProfile();
    const { action } = await setName(document, "alice");
    const first = await house.reactor.submit(document, [action]);
    expect(await house.reactor.submit(document, [action])).toEqual(first);
  });

  it("is refused under an action id that another action has", async () => {
    house = openHouse();
    const document = await openProfile();
    const { action } = await setName(document, "alice");
    await house.reactor.submit(document, [action]);
    const { action: second } = await house.sign({
      document,
      kind: profileKind,
      type: "SET_USERNAME",
      input: { username: "eve" },
      user,
      id: action.id,
    });
    await expect(house.reactor.submit(document, [second])).rejects.toEqual(code("ACTION_ID_REUSED"));
  });

  it("is refused once the delegation is revoked", async () => {
    house = openHouse();
    const document = await openProfile();
    const [delegation] = await house.store.delegationsByUser(user, "", 10);
    await house.delegating.revoke(session(alice), delegation!.document, null);
    const { action } = await setName(document, "alice");
    await expect(house.reactor.submit(document, [action])).rejects.toEqual(code("NOT_DELEGATED"));
  });

  it("is refused by a key without delegation, before its signature costs anything", async () => {
    house = openHouse();
    const document = await openProfile();
    const signed = await house.sign(
      { document, kind: profileKind, type: "SET_USERNAME", input: { username: "eve" }, user },
      otherKey,
    );
    await expect(house.reactor.submit(document, [signed.action])).rejects.toEqual(code("NOT_DELEGATED"));
    await expect(house.reactor.submit(document, [forged(signed.action)])).rejects.toEqual(code("NOT_DELEGATED"));
    await house.delegate({ app: otherKey.did });
    await expect(house.reactor.submit(document, [forged(signed.action)])).rejects.toEqual(code("BAD_SIGNATURE"));
  });

  it("is refused in another's document", async () => {
    house = openHouse();
    const document = await openProfile();
    await house.delegate({ wallet: bob, app: otherKey.did });
    const intent = { document, kind: profileKind, type: "SET_USERNAME", input: { username: "eve" }, user: userOf(bob) };
    const { action } = await house.sign(intent, otherKey);
    await expect(house.reactor.submit(document, [action])).rejects.toEqual(code("FORBIDDEN"));
  });
});

describe("many operations at once", () => {
  it("admits all of a causal stream, each at its own place", async () => {
    house = openHouse();
    const document = await openProfile();
    const signed = await Promise.all(Array.from({ length: 50 }, (_, i) => setName(document, `name ${i}`)));
    const receipts = await Promise.all(
      signed.map(({ action }) => house.reactor.submit(document, [action]).catch((e) => e.code)),
    );
    const admitted = receipts.filter((receipt) => Array.isArray(receipt)).flat();
    expect(new Set(admitted.map((receipt) => receipt.index)).size).toBe(admitted.length);
    expect(admitted.length).toBeGreaterThan(15);
  });
});

describe("the audit", () => {
  it("replays a log from nothing and finds every law kept", async () => {
    house = openHouse();
    const document = await openProfile();
    const first = await setName(document, "alice");
    const second = await setName(document, "alicia", first.previous);
    await house.reactor.submit(document, [first.action, second.action]);
    const service = { did: "did:web:localhost%3A8787", operationKeys: [operationKey.did] };
    const bundle = await makeBundle(house.store, document, {
      realm: house.realm,
      now: "2026-11-20T12:00:00.000Z",
      service,
    });
    const report = await auditBundle(JSON.parse(JSON.stringify(bundle)), {
      kinds: house.kinds,
      operationKeys: [operationKey.did],
    });
    expect(report.findings).toEqual([]);
    expect(report).toMatchObject({ verdict: "valid", entries: 3, state: { username: "alicia" } });
    expect(bundle.logs).toHaveLength(2);
    expect(appKey.did).toBe(bundle.logs[0]!.entries[0]!.signer.app);
  });
});
