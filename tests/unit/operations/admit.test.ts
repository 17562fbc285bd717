import { describe, expect, it, test } from "vitest";
import { renownCredential } from "../../../src/credentials/renown-credential.ts";
import type { Delegation, LifeCode, Limits } from "../../../src/identity/delegation.ts";
import { covers, lifeOf } from "../../../src/identity/delegation.ts";
import { day, iso, minute } from "../../../src/kernel/time.ts";
import { admit, admitOrder, admitTime } from "../../../src/operations/admit.ts";
import { authorise, ensureStanding, ruleOf } from "../../../src/operations/authority.ts";
import { operationDigest } from "../../../src/operations/entry.ts";
import { emptyHead } from "../../../src/operations/fold.ts";
import type { DocumentKind } from "../../../src/operations/kind.ts";
import { parseOperation, type SignedOperation, textOf } from "../../../src/operations/operation.ts";
import { profile, profileKind } from "../../../src/profiles/profile.ts";
import { alice, appKey, operationKey, otherKey, start, userOf, wallet } from "../../harness.ts";
import { account, accountKind } from "./test-kinds.ts";

const code = (work: () => unknown) => {
  try {
    work();
    return undefined;
  } catch (error) {
    return (error as { code: string }).code;
  }
};

/** An operation whose grammar is in order; no signature is looked at here. */
function operation(part: { suite?: 1 | 2; signedAt?: number; time?: string; prev?: string } = {}): SignedOperation {
  const { suite = 2, signedAt = start, time = iso(start), prev = "" } = part;
  const content = suite === 2 ? `r2.${"A".repeat(43)}` : `${"A".repeat(43)}=`;
  const tuple = [String(Math.floor(signedAt / 1000)), appKey.did, content, prev, `0x${"1".repeat(128)}`];
  const user = { address: alice.address, networkId: "eip155", chainId: 1 };
  const signer = { user, app: { name: "", key: appKey.did }, signatures: [tuple] };
  const id = "00000000-0000-4000-8000-000000000001";
  const action = { id, type: "ADD", timestampUtcMs: time, input: { amount: 1 }, scope: "global", context: { signer } };
  return parseOperation(action, { document: "d", kind: accountKind, branch: "main" });
}

describe("the time of an operation", () => {
  const refusal = (part: Parameters<typeof operation>[0]) => code(() => admitTime(operation(part), start));
  const second = 1000;

  it("may lie five minutes ahead and not more", () => {
    expect(refusal({ time: iso(start + 5 * minute) })).toBeUndefined();
    expect(refusal({ time: iso(start + 5 * minute + 1) })).toBe("FROM_THE_FUTURE");
    expect(refusal({ signedAt: start + 5 * minute })).toBeUndefined();
    expect(refusal({ signedAt: start + 5 * minute + second })).toBe("FROM_THE_FUTURE");
    expect(refusal({ suite: 1, signedAt: start + 5 * minute + second })).toBe("FROM_THE_FUTURE");
  });

  it("ages in suite 1 alone, where a day ends it", () => {
    expect(refusal({ suite: 1, signedAt: start - day + second })).toBeUndefined();
    expect(refusal({ suite: 1, signedAt: start - day })).toBe("STALE");
    expect(refusal({ suite: 2, signedAt: start - 1000 * day, time: iso(start - 1000 * day) })).toBeUndefined();
  });
});

describe("the order of a stream", () => {
  const [head, old, gap] = ["H", "O", "G"].map((letter) => letter.repeat(43));
  const at = (time: number) => ({ timestampUtcMs: iso(time) });
  const stream = { length: 3, operation: head!, entry: "E".repeat(43), ...at(start - minute) };
  const refusal = (
    order: "strict" | "causal",
    part: Parameters<typeof operation>[0],
    named?: { timestampUtcMs: string },
    end = stream,
  ) => code(() => admitOrder(operation(part), end, order, named));

  test.each([
    ["strict", "the last entry", head, undefined, undefined],
    ["strict", "an older entry", old, at(start - 2 * minute), "HEAD_MOVED"],
    ["strict", "no entry", gap, undefined, "HEAD_MOVED"],
    ["strict", "nothing", "", undefined, "HEAD_MOVED"],
    ["causal", "the last entry", head, undefined, undefined],
    ["causal", "an older entry", old, at(start - 2 * minute), undefined],
    ["causal", "no entry", gap, undefined, "OUT_OF_ORDER"],
    ["causal", "nothing", "", undefined, undefined],
  ] as const)("that is %s takes a prev that names %s", (order, _what, prev, named, expected) => {
    expect(refusal(order, { prev: prev! }, named)).toBe(expected);
  });

  it("begins with a prev that is empty", () => {
    for (const order of ["strict", "causal"] as const) {
      expect(refusal(order, { prev: "" }, undefined, emptyHead)).toBeUndefined();
      expect(refusal(order, { prev: gap! }, undefined, emptyHead)).toBe(
        order === "strict" ? "HEAD_MOVED" : "OUT_OF_ORDER",
      );
    }
  });

  it("has each operation later than the one it follows, by a millisecond at least", () => {
    for (const order of ["strict", "causal"] as const) {
      expect(refusal(order, { prev: head!, time: iso(start - minute) })).toBe("OUT_OF_ORDER");
      expect(refusal(order, { prev: head!, time: iso(start - minute + 1) })).toBeUndefined();
    }
    expect(refusal("causal", { prev: old!, time: iso(start - 2 * minute) }, at(start - 2 * minute))).toBe(
      "OUT_OF_ORDER",
    );
  });

  it("asks nothing of suite 1, whose prev means nothing here", () => {
    for (const order of ["strict", "causal"] as const)
      expect(refusal(order, { suite: 1, prev: "prevhash=", time: "2020-01-01T00:00:00Z" })).toBeUndefined();
  });
});

test("an entry stands behind the head that it was admitted at", () => {
  const given = operation();
  const head = { length: 4, operation: "D", entry: "E", timestampUtcMs: iso(start) };
  const digest = operationDigest(given);
  const authority = { by: "delegation", entry: "A" } as const;
  const text = textOf(given.action);
  const entry = admit(given, { realm: "test", head, text, digest, binding: "full", authority, now: start });
  expect(entry).toMatchObject({
    index: 4,
    prev: "E",
    operation: digest,
    authority,
    admittedAt: iso(start),
    realm: "test",
  });
  const later = admit(given, { realm: "test", head, text, digest, binding: "full", authority, now: start + 1 });
  expect(later.digest).not.toBe(entry.digest);
});

describe("the right to act", () => {
  const user = userOf(alice);
  const signer = { user, app: appKey.did };
  const isServiceKey = (key: string) => key === operationKey.did;
  const given = (part: Partial<Delegation> = {}): Delegation => ({
    document: "d",
    entry: "E".repeat(43),
    user,
    key: appKey.did,
    limits: "unsaid",
    method: "recovery",
    grantedSeq: 1,
    grantedAt: start - minute,
    expiresAt: start + minute,
    ...part,
  });
  const ask = (
    kind: DocumentKind,
    type: string,
    delegations: readonly Delegation[],
    by = signer,
    binding = "full" as const,
  ) =>
    authorise(
      kind,
      kind.initial({ user, app: "" }),
      { document: "x", type, input: {}, signer: by, binding, now: start, grounds: [] },
      delegations,
      isServiceKey,
    );
  const open = profile as unknown as DocumentKind;
  const closed = account as unknown as DocumentKind;
  const credential = renownCredential({ wallet }) as unknown as DocumentKind;
  const limits = (...names: string[]): Limits => names.map((kind) => ({ kind }));

  it("is that of a live delegation, whose entry is what the commit rests on", () => {
    const actor = ask(open, "SET_USERNAME", [given()]);
    expect(actor).toEqual({
      ...signer,
      binding: "full",
      method: "recovery",
      authority: { by: "delegation", entry: "E".repeat(43) },
    });
    expect(ask(open, "SET_USERNAME", [given({ method: "contract" })]).method).toBe("contract");
  });

  it.each<[string, Partial<Delegation>]>([
    ["has expired", { expiresAt: start }],
    ["was revoked", { revokedSeq: 2, revokedAt: start }],
    ["is of a key that was compromised", { compromisedSeq: 2, compromisedFrom: start }],
  ])("is none where the delegation %s", (_what, part) => {
    expect(code(() => ask(open, "SET_USERNAME", [given(part)]))).toBe("NOT_DELEGATED");
    expect(ask(open, "SET_USERNAME", [given(part), given({ entry: "L" })]).authority.entry).toBe("L");
  });

  it("is none without a delegation, or without a user", () => {
    expect(code(() => ask(open, "SET_USERNAME", []))).toBe("NOT_DELEGATED");
    expect(code(() => ask(open, "SET_USERNAME", [], { user: "", app: appKey.did }))).toBe("NOT_DELEGATED");
  });

  it("reaches no further than its limits", () => {
    expect(code(() => ask(open, "SET_USERNAME", [given({ limits: "none" })]))).toBe("NOT_PERMITTED");
    expect(code(() => ask(open, "SET_USERNAME", [given({ limits: limits("a/b") })]))).toBe("NOT_PERMITTED");
    expect(ask(open, "SET_USERNAME", [given({ limits: limits(profileKind) })]).authority.by).toBe("delegation");
    expect(code(() => ask(closed, "ADD", [given()]))).toBe("NOT_PERMITTED");
    expect(ask(closed, "ADD", [given({ limits: limits(accountKind) })]).authority.by).toBe("delegation");
  });

  it("is taken from whichever delegation covers the action", () => {
    const found = [
      given({ entry: "none", limits: "none" }),
      given({ entry: "other", limits: limits("a/b") }),
      given({ entry: "this" }),
    ];
    expect(ask(open, "SET_USERNAME", found).authority.entry).toBe("this");
  });

  it("is the service's own for its key, and only where it names no user", () => {
    const service = { user: "", app: operationKey.did };
    expect(ask(closed, "ADD", [], service)).toMatchObject({ user: "", authority: { by: "service", entry: "" } });
    expect(code(() => ask(closed, "ADD", [], { user, app: operationKey.did }))).toBe("NOT_DELEGATED");
  });

  it("is the proof's where the action proves itself, and then the user is nobody", () => {
    const actor = ask(credential, "INIT", [], { user: userOf(alice), app: otherKey.did });
    expect(actor).toMatchObject({ user: "", app: otherKey.did, authority: { by: "proof", entry: "" } });
    expect(code(() => ask(credential, "REVOKE", []))).toBe("NOT_DELEGATED");
  });

  it("is looked at before any signature is", () => {
    const standing = (type: string, delegations: Delegation[], by = signer) =>
      code(() => ensureStanding(credential, ruleOf(credential, type), by, delegations, start, isServiceKey));
    expect(standing("REVOKE", [])).toBe("NOT_DELEGATED");
    expect(standing("REVOKE", [given({ expiresAt: start })])).toBe("NOT_DELEGATED");
    expect(standing("REVOKE", [given({ limits: "none" })])).toBeUndefined();
    expect(standing("INIT", [])).toBeUndefined();
    expect(standing("REVOKE", [], { user: "", app: operationKey.did })).toBeUndefined();
  });

  it.each(["UNDO", "REDO", "NOOP", "PRUNE", "LOAD_STATE", "toString", "constructor"])("is nobody's for %s", (type) =>
    expect(code(() => ask(open, type, [given()]))).toBe("UNKNOWN_ACTION"),
  );
});

describe("the life of a delegation", () => {
  const life = { grantedSeq: 5, grantedAt: start, expiresAt: start + 10 * minute };
  const revoked = { ...life, revokedSeq: 9, revokedAt: start + 3 * minute };
  const compromised = { ...revoked, compromisedSeq: 12, compromisedFrom: start + minute };
  const state = (
    what: Partial<Delegation>,
    at: [number, number],
    known: [number, number] = [99 * minute, 99],
  ): LifeCode =>
    lifeOf(what as Delegation, { time: start + at[0], seq: at[1] }, { time: start + known[0], seq: known[1] });

  test.each<[string, LifeCode, Partial<Delegation>, [number, number], [number, number]?]>([
    ["begins at its entry", "NOT_YET", life, [0, 4]],
    ["begins at its entry, whatever the clock said", "LIVE", life, [-minute, 5]],
    ["was not known before it was recorded", "NOT_YET", life, [minute, 6], [0, 4]],
    ["lasts to its expiry", "LIVE", life, [10 * minute - 1, 6]],
    ["ends at its expiry, which is no part of it", "EXPIRED", life, [10 * minute, 6]],
    ["lasts to its revocation's place", "LIVE", revoked, [5 * minute, 8]],
    ["ends at its revocation's place, whatever the clock said", "REVOKED", revoked, [0, 9]],
    ["stood by what was known before the revocation", "LIVE", revoked, [5 * minute, 10], [5 * minute, 8]],
    ["is compromised from the moment told", "KEY_COMPROMISED", compromised, [minute, 6]],
    ["was not compromised before that moment", "LIVE", compromised, [minute - 1, 6]],
    ["was not known to be compromised before it was told", "LIVE", compromised, [minute, 6], [5 * minute, 8]],
    [
      "is revoked, by what was known before the compromise was told",
      "REVOKED",
      compromised,
      [5 * minute, 10],
      [5 * minute, 11],
    ],
  ])("%s", (_what, expected, what, at, known) => expect(state(what, at, known)).toBe(expected));

  test("covers what its limits name", () => {
    const may: Limits = [{ kind: "a/b", action: "ADD" }, { kind: "c/d" }];
    expect(covers(may, "a/b", "ADD", false)).toBe(true);
    expect(covers(may, "a/b", "TAKE", true)).toBe(false);
    expect(covers(may, "c/d", "TAKE", false)).toBe(true);
    expect(covers("unsaid", "a/b", "ADD", true)).toBe(true);
    expect(covers("unsaid", "a/b", "ADD", false)).toBe(false);
    expect(covers("none", "a/b", "ADD", true)).toBe(false);
  });
});
