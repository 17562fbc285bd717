import { afterEach, describe, expect, it } from "vitest";
import { auditBundle, verifyOperation } from "../../../src/index.ts";
import { minute } from "../../../src/kernel/time.ts";
import { makeBundle } from "../../../src/operations/bundle.ts";
import { profileKind } from "../../../src/profiles/profile.ts";
import { alice, openHouse, operationKey, session, userOf } from "../../harness.ts";

let house: ReturnType<typeof openHouse>;
afterEach(() => house?.close());

/** A profile whose one key was revoked an hour after it signed, and the delegations of its audited bundle. */
async function story() {
  house = openHouse();
  const user = userOf(alice);
  const delegation = await house.delegate();
  const { document, action } = await house.opening(profileKind);
  const named = { document, kind: profileKind, type: "SET_USERNAME", input: { username: "alice" }, user };
  const signed = await house.sign(named);
  await house.reactor.open(action, profileKind, [signed.action]);
  const admitted = house.clock.now();
  house.clock.advance(60 * minute);
  await house.delegating.revoke(session(alice), delegation.document, null);
  const service = { did: "did:web:localhost%3A8787", operationKeys: [operationKey.did] };
  const now = new Date(house.clock.now()).toISOString();
  const bundle = await makeBundle(house.store, document, { realm: house.realm, now, service });
  const { delegations } = await auditBundle(bundle);
  const context = { documentId: document, documentType: profileKind, scope: "global", branch: "main" };
  return { admitted, delegations, value: { operation: { action: signed.action }, context } };
}

const unreadable = ["2026-11-20T12:00:00Z", Number.NaN, Number.POSITIVE_INFINITY, 1.5, 8.64e15 + 1, -8.64e15 - 1, null];

describe("an operation verified with the delegations of a bundle, asking nobody", () => {
  it.each(unreadable)("is refused with a time that is %s, which names the member and the unit", async (time) => {
    const refused = (name: string) => ({
      code: "UNREADABLE_DATE",
      detail: expect.stringMatching(new RegExp(`^${name}: .*whole milliseconds since 1970`)),
    });
    await expect(verifyOperation({}, { at: time as number })).rejects.toMatchObject(refused("at"));
    await expect(verifyOperation({}, { now: time as number })).rejects.toMatchObject(refused("now"));
  });

  it("is judged at any time that a date can tell", async () => {
    for (const time of [0, -1, 8.64e15, -8.64e15])
      expect(await verifyOperation({}, { at: time, now: time })).toMatchObject({ verdict: "invalid" });
  });

  it("is valid at a moment before the key was revoked", async () => {
    const { admitted, delegations, value } = await story();
    const terms = { realm: house.realm, now: house.clock.now(), delegations };
    expect(await verifyOperation(value, { ...terms, at: admitted })).toMatchObject({ verdict: "valid" });
  });

  it("is invalid as of now, because the key is revoked", async () => {
    const { delegations, value } = await story();
    const report = await verifyOperation(value, { realm: house.realm, now: house.clock.now(), delegations });
    expect(report).toMatchObject({ verdict: "invalid", delegation: { state: "REVOKED" } });
  });

  it("is undetermined before anything was delegated, and with another's delegations", async () => {
    const { admitted, delegations, value } = await story();
    const terms = { realm: house.realm, now: house.clock.now() };
    const early = await verifyOperation(value, { ...terms, delegations, at: admitted - minute });
    expect(early.verdict).not.toBe("valid");
    const others = delegations.map((each) => ({ ...each, key: operationKey.did }));
    expect(await verifyOperation(value, { ...terms, delegations: others })).toMatchObject({ verdict: "undetermined" });
  });
});
