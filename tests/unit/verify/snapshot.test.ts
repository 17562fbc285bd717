import { afterEach, describe, expect, it } from "vitest";
import { auditBundle, verifyOperation } from "../../../src/index.ts";
import { minute } from "../../../src/kernel/time.ts";
import { makeBundle } from "../../../src/operations/bundle.ts";
import { profileKind } from "../../../src/profiles/profile.ts";
import { alice, openHouse, operationKey, session, userOf } from "../../harness.ts";

let house: ReturnType<typeof openHouse>;
afterEach(() => house.close());

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

describe("an operation verified with the delegations of a bundle, asking nobody", () => {
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
