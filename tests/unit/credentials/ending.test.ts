import { describe, expect, test } from "vitest";
import { delegation } from "../../../src/credentials/delegation.ts";
import { renownCredential } from "../../../src/credentials/renown-credential.ts";
import { pkhDid } from "../../../src/identity/did.ts";
import { walletCheck } from "../../../src/identity/wallet.ts";
import { day, hour, iso, minute } from "../../../src/kernel/time.ts";
import { type DocumentKind, here } from "../../../src/operations/kind.ts";
import { type Act, type By, given, noon, theDocument } from "../given.ts";
import {
  alice,
  anonymous,
  bob,
  credentialInput,
  delegationInput,
  key,
  operator,
  otherKey,
  session,
  signed,
  token,
} from "./proofs.ts";

const wallet = walletCheck();
const byCredential = { type: "INIT", input: await credentialInput(), by: anonymous };
const byMessage = { type: "INIT", input: await delegationInput(), by: anonymous };
const kinds: [string, DocumentKind, Act][] = [
  ["a credential", renownCredential({ wallet }) as DocumentKind, byCredential],
  ["a delegation by sign-in message", delegation({ wallet }) as DocumentKind, byMessage],
];

function revoke(by: By, input = {}, at = noon + hour): Act {
  return { type: "REVOKE", input, by, at };
}
function compromised(by: By, from: unknown = iso(noon), at = noon + hour): Act {
  return { type: "SET_COMPROMISED_FROM", input: { from } as Act["input"], by, at };
}

describe.each(kinds)("revocation of %s is authenticated", (_, kind, init) => {
  const named = [{ kind: kind.name, action: "REVOKE" }];

  test("by the app's own bearer token", async () => {
    await given(kind, [init])
      .when(revoke(token(key, alice)))
      .then({ revoked: true });
  });

  test("by the wallet's session, on any chain", async () => {
    const onPolygon = { ...session(alice), user: pkhDid({ chainId: 137, address: alice.address }) };
    await given(kind, [init])
      .when(revoke(session(alice)))
      .then({ revoked: true });
    await given(kind, [init]).when(revoke(onPolygon)).then({ revoked: true });
  });

  test("not by a contract of that address on another chain", async () => {
    const user = pkhDid({ chainId: 137, address: alice.address });
    await given(kind, [init])
      .when(revoke({ ...session(alice), user, method: "contract" }))
      .then("FORBIDDEN");
  });

  test("by an operation that its key signs, whatever its limits say", async () => {
    await given(kind, [init])
      .when(revoke(signed(key, alice)))
      .then({ revoked: true });
    await given(kind, [init])
      .when(revoke(signed(key, alice, "none")))
      .then({ revoked: true });
    await given(kind, [init])
      .when(revoke(signed(key, alice, "none", "content")))
      .then({ revoked: true });
  });

  test("by another key of the wallet only where its limits name it", async () => {
    await given(kind, [init])
      .when(revoke(signed(otherKey, alice, named)))
      .then({ revoked: true });
    await given(kind, [init])
      .when(revoke(signed(otherKey, alice)))
      .then("NOT_PERMITTED");
    await given(kind, [init])
      .when(revoke(signed(otherKey, alice, "none")))
      .then("NOT_PERMITTED");
    await given(kind, [init])
      .when(revoke(signed(otherKey, alice, [{ kind: kind.name, action: "INIT" }])))
      .then("NOT_PERMITTED");
  });

  test("never of another key by suite 1", async () => {
    await given(kind, [init])
      .when(revoke(signed(otherKey, alice, named, "content")))
      .then("BINDING_NOT_TAKEN");
  });

  test("not by the token of another app, nor by a credential in the open", async () => {
    await given(kind, [init])
      .when(revoke(token(otherKey, alice)))
      .then("FORBIDDEN");
    await given(kind, [init])
      .when(revoke({ ...session(alice), by: "credential" }))
      .then("FORBIDDEN");
    await given(kind, [init]).when(revoke(anonymous)).then("FORBIDDEN");
    await given(kind, [init])
      .when(revoke({ user: alice.did, app: key, binding: "attested", by: "proof" }))
      .then("FORBIDDEN");
  });

  test("not in the name of another wallet", async () => {
    await given(kind, [init])
      .when(revoke(session(bob)))
      .then("FORBIDDEN");
    await given(kind, [init])
      .when(revoke(token(key, bob)))
      .then("FORBIDDEN");
    await given(kind, [init])
      .when(revoke(signed(key, bob)))
      .then("FORBIDDEN");
    await given(kind, [init])
      .when(revoke(signed(otherKey, bob, named)))
      .then("FORBIDDEN");
  });

  test("by the operator, marked so", async () => {
    const { projection } = await given(kind, [init]).when(revoke(operator)).then({ revoked: true });
    expect(projection.rows[0]?.set).toMatchObject({ revoked_by: "operator" });
  });

  test("not before there is something to revoke", async () => {
    await given(kind)
      .when(revoke(session(alice)))
      .then("NOT_INITIALIZED");
  });

  test("once", async () => {
    await given(kind, [init, revoke(session(alice))])
      .when(revoke(session(alice)))
      .then("ALREADY_REVOKED");
    await given(kind, [init, revoke(session(alice))])
      .when(revoke(session(bob)))
      .then("FORBIDDEN");
  });
});

describe.each(kinds)("a revocation of %s", (_, kind, init) => {
  test("is dated by its entry, whatever the client claims", async () => {
    const input = { revokedAt: "2020-01-01T00:00:00.000Z", reason: "User logged out" };
    await given(kind, [init])
      .when(revoke(session(alice), input))
      .then({ revoked: true, revokedAt: iso(noon + hour), revocationReason: "User logged out" });
  });

  test("keeps the history", async () => {
    const proof = kind.name === "renown/delegation" ? init.input : { id: init.input.id!, proof: init.input.proof! };
    await given(kind, [init])
      .when(revoke(session(alice)))
      .then(proof);
  });

  test.each([
    [{ revokedAt: "yesterday" }, "UNREADABLE_DATE"],
    [{ reason: "a".repeat(1025) }, "INVALID_INPUT"],
    [{ by: "me" }, "INVALID_INPUT"],
  ])("with %j is refused", async (input, code) => {
    await given(kind, [init])
      .when(revoke(session(alice), input))
      .then(code);
  });

  test("ends the grant at its place in the log and says by whom and why", async () => {
    const { projection, entry } = await given(kind, [init])
      .when(revoke(token(key, alice), { reason: null }))
      .then({ revocationReason: null });
    const { state } = await given(kind).when(init).then({});
    const granted = (state as { grant: { entry: string } }).grant.entry;
    const ended = { revoked_seq: here, revoked_at: noon + hour, revoked_by: "key", revocation_reason: null };
    expect(projection.rows.slice(0, 2)).toEqual([
      { table: "delegations", key: { document: theDocument }, set: ended },
      { table: "grants", key: { entry: granted }, set: { ended: here } },
    ]);
    expect(granted).not.toBe(entry.digest);
  });

  test.each([
    ["wallet", session(alice)],
    ["key", signed(key, alice)],
    ["wallet", signed(otherKey, alice, [{ kind: kind.name }])],
  ])("is by the %s", async (by, actor) => {
    const { projection } = await given(kind, [init]).when(revoke(actor)).then({});
    expect(projection.rows[0]?.set.revoked_by).toBe(by);
  });
});

describe.each(kinds)("the wallet alone says from when the key of %s is compromised", (_, kind, init) => {
  const named = [{ kind: kind.name, action: "SET_COMPROMISED_FROM" }];

  test("by its session or by another key whose limits name it", async () => {
    await given(kind, [init])
      .when(compromised(session(alice)))
      .then({ revoked: false });
    await given(kind, [init])
      .when(compromised(signed(otherKey, alice, named)))
      .then({ revoked: false });
  });

  test("and nobody else", async () => {
    await given(kind, [init])
      .when(compromised(session(bob)))
      .then("FORBIDDEN");
    await given(kind, [init])
      .when(compromised(token(otherKey, alice)))
      .then("FORBIDDEN");
    await given(kind, [init]).when(compromised(operator)).then("FORBIDDEN");
    await given(kind, [init])
      .when(compromised(signed(otherKey, alice)))
      .then("NOT_PERMITTED");
    await given(kind, [init])
      .when(compromised(signed(otherKey, alice, named, "content")))
      .then("BINDING_NOT_TAKEN");
  });

  test("not the key itself, which a thief may hold", async () => {
    await given(kind, [init])
      .when(compromised(token(key, alice)))
      .then("FORBIDDEN");
    await given(kind, [init])
      .when(compromised(signed(key, alice, named)))
      .then("FORBIDDEN");
    await given(kind, [init])
      .when(compromised(signed(key, alice)))
      .then("NOT_PERMITTED");
  });

  test("once, before or after revocation", async () => {
    const revoked = [init, revoke(session(alice))];
    await given(kind, revoked)
      .when(compromised(session(alice)))
      .then({ revoked: true });
    await given(kind, [init, compromised(session(alice))])
      .when(compromised(session(alice)))
      .then("ALREADY_SET");
    await given(kind, [init, compromised(session(alice))])
      .when(revoke(session(alice)))
      .then({ revoked: true });
    await given(kind)
      .when(compromised(session(alice)))
      .then("NOT_INITIALIZED");
  });

  test("with a moment that can be read and is not to come", async () => {
    await given(kind, [init])
      .when(compromised(session(alice), "2026-11-31T00:00:00Z"))
      .then("UNREADABLE_DATE");
    await given(kind, [init])
      .when(compromised(session(alice), 1))
      .then("INVALID_INPUT");
    await given(kind, [init])
      .when(compromised(session(alice), iso(noon + hour + 5 * minute + 1)))
      .then("FROM_THE_FUTURE");
  });

  test("and a clock that runs ahead makes it from now", async () => {
    const { projection } = await given(kind, [init])
      .when(compromised(session(alice), iso(noon + hour + minute)))
      .then({});
    expect(projection.rows[0]?.set).toEqual({ compromised_from: noon + hour, compromised_seq: here });
  });

  test("and the grant ends there, unless it had ended before", async () => {
    const first = await given(kind, [init])
      .when(compromised(session(alice), iso(noon - day)))
      .then({});
    expect(first.projection.rows[0]?.set).toEqual({ compromised_from: noon - day, compromised_seq: here });
    expect(first.projection.rows[1]).toMatchObject({ table: "grants", set: { ended: here } });
    const later = await given(kind, [init, revoke(session(alice))])
      .when(compromised(session(alice)))
      .then({});
    expect(later.projection.rows.map(({ table }) => table)).toEqual(["delegations"]);
    const log = [init, compromised(session(alice))];
    const revoked = await given(kind, log)
      .when(revoke(session(alice)))
      .then({});
    expect(revoked.projection.rows.map(({ table }) => table)).not.toContain("grants");
  });
});
