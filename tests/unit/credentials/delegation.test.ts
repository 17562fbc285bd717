import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { delegation } from "../../../src/credentials/delegation.ts";
import { walletCheck } from "../../../src/identity/wallet.ts";
import type { JsonObject } from "../../../src/kernel/json.ts";
import { day, iso, minute } from "../../../src/kernel/time.ts";
import { emptyHead } from "../../../src/operations/fold.ts";
import { here } from "../../../src/operations/kind.ts";
import { type Act, type By, entryOf, given, noon, theDocument } from "../given.ts";
import { agreeing, alice, anonymous, bob, deedsOf, delegationInput, key, signed } from "./proofs.ts";

const kind = delegation({ wallet: walletCheck() });
const input = await delegationInput();

function init(given: JsonObject = input, by: By = anonymous, at = noon): Act {
  return { type: "INIT", input: given, by, at };
}

describe("a delegation by sign-in message", () => {
  test("is what the message says, and shows its proof", async () => {
    const limits = [{ kind: "a/b", action: "DO" }, { kind: "c/d" }];
    const proof = await delegationInput({ limits, chainId: 10 });
    const { view, projection, entry } = await given(kind).when(init(proof)).then({});
    expect(view).toEqual({
      user: `did:pkh:eip155:10:${alice.address}`,
      key,
      may: ["a/b:DO", "c/d"],
      expiresAt: iso(noon + 7 * day),
      ...proof,
      revoked: false,
      revokedAt: null,
      revocationReason: null,
      compromisedFrom: null,
    });
    expect(projection).toEqual({
      rows: [
        { table: "grants", key: { entry: entry.digest }, set: { seq: here, ended: null } },
        {
          table: "delegations",
          key: { document: theDocument },
          set: {
            kind: "renown/delegation",
            entry: entry.digest,
            subject: `did:pkh:eip155:10:${alice.address}`,
            address: alice.address,
            app: key,
            label: "renown.example",
            limits: '["a/b:DO","c/d"]',
            method: "recovery",
            granted_seq: here,
            granted_at: noon,
            expires_at: noon + 7 * day,
          },
        },
      ],
      claims: [],
    });
  });

  test("says nothing of limits where the message does not", async () => {
    await given(kind).when(init()).then({ may: null });
    await given(kind)
      .when(init(await delegationInput({ limits: "none" })))
      .then({ may: ["none"] });
  });

  test("is attested, never signed by a client", async () => {
    await given(kind)
      .when(init(input, signed(key, alice)))
      .then("BINDING_NOT_TAKEN");
    await given(kind)
      .when(init(input, signed(key, alice, "unsaid", "content")))
      .then("BINDING_NOT_TAKEN");
  });

  test("is given by the wallet in the message alone", async () => {
    const signature = await bob.account.signMessage({ message: input.message });
    await given(kind)
      .when(init({ ...input, signature }))
      .then("BAD_SIGNATURE");
  });

  test("is not widened by another statement, key or limit", async () => {
    const widened = input.message.replace("sign in my name", "sign in my good name");
    await given(kind)
      .when(init({ ...input, message: widened }))
      .then("WRONG_STATEMENT");
    const more = `${input.message}\n- urn:renown:may:a/b`;
    await given(kind)
      .when(init({ ...input, message: more }))
      .then("WRONG_STATEMENT");
    const other = `${input.message}\n- https://example.com`;
    await given(kind)
      .when(init({ ...input, message: other }))
      .then("INVALID_SIWE");
  });

  test("is refused without a message of EIP-4361", async () => {
    await given(kind)
      .when(init({ ...input, message: "I delegate." }))
      .then("INVALID_SIWE");
    await given(kind)
      .when(init({ message: input.message }))
      .then("INVALID_INPUT");
    await given(kind)
      .when(init({ ...input, chainId: 1 }))
      .then("INVALID_INPUT");
  });

  test("lives within the cap, has begun and is not over", async () => {
    const long = await delegationInput({ expiresAt: noon + 90 * day + 1 });
    await given(kind).when(init(long)).then("LIFETIME_TOO_LONG");
    await given(kind)
      .when(init(input, anonymous, noon + 7 * day))
      .then("EXPIRED");
    await given(kind)
      .when(init(input, anonymous, noon - 5 * minute - 1))
      .then("FROM_THE_FUTURE");
    await given(kind)
      .when(init(input, anonymous, noon - 5 * minute))
      .then({ key });
  });

  test("is refused for its life before the curve is asked", async () => {
    const asked = () => Promise.reject(new Error("The wallet was asked."));
    const idle = delegation({ wallet: { checkMessage: asked, checkDigest: asked } });
    await given(idle)
      .when(init(input, anonymous, noon + 7 * day))
      .then("EXPIRED");
  });

  test("is not decided without the proof having been asked", async () => {
    const { facts: _, ...careless } = kind;
    await given(careless).when(init()).then("BAD_SIGNATURE");
  });

  test("has one beginning", async () => {
    await given(kind, [init()]).when(init()).then("ALREADY_INITIALIZED");
  });

  test("by a contract wallet is recorded as one", async () => {
    const asked = delegation({ wallet: walletCheck(agreeing) });
    const signature = await bob.account.signMessage({ message: input.message });
    const { projection } = await given(asked)
      .when(init({ ...input, signature }))
      .then({});
    expect(projection.rows[1]?.set.method).toBe("contract");
  });
});

test("before INIT nothing is shown and nothing projected", () => {
  const state = kind.initial({ user: "", app: "" });
  expect(kind.view(state)).toMatchObject({ user: null, key: null, expiresAt: null, revoked: false });
});

test("folding never throws, whatever the log holds, and leaves the state alone where an action is not known", () => {
  const actor = { ...signed(key, alice), authority: { by: "delegation", entry: "" }, method: "recovery" } as const;
  const entry = entryOf(kind, emptyHead, init(), actor);
  const lines = fc.subarray(input.message.split("\n")).map((some) => some.join("\n"));
  const type = fc.constantFrom("INIT", "REVOKE", "SET_COMPROMISED_FROM", "NOOP", "constructor");
  const broken = fc.oneof(
    fc.record({ message: lines, signature: fc.oneof(fc.string(), fc.constant(input.signature)) }),
    fc.dictionary(fc.constantFrom("message", "signature", "from", "reason"), fc.jsonValue()),
  );
  const deed = fc.oneof(
    fc.constantFrom(...deedsOf(input)),
    fc.record({ type, input: broken }) as fc.Arbitrary<{ type: string; input: JsonObject }>,
  );
  const place = fc.record({
    admittedAt: fc.constantFrom(iso(noon), "never"),
    digest: fc.constantFrom("A", "B"),
  });
  fc.assert(
    fc.property(fc.array(fc.tuple(deed, place), { maxLength: 8 }), (changes) => {
      let state = kind.initial({ user: "", app: "" });
      for (const [{ type, input }, { admittedAt, digest }] of changes) {
        const action = { ...entry.action, type, input };
        const next = { ...entry, action, admittedAt, digest };
        const before = state;
        state = kind.evolve(state, next);
        if (type === "NOOP" || type === "constructor") expect(state).toBe(before);
        kind.project(state, next);
        kind.view(state);
        expect(JSON.parse(JSON.stringify(state))).toEqual(state);
      }
    }),
    { numRuns: 300 },
  );
});
