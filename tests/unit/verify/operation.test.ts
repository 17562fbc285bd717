import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { credentialKind } from "../../../src/credentials/renown-credential.ts";
import type { Delegation } from "../../../src/identity/delegation.ts";
import { day, hour, iso, minute } from "../../../src/kernel/time.ts";
import { assignedId } from "../../../src/operations/document-id.ts";
import { operationKeysOf, speaksForService } from "../../../src/operations/operation-keys.ts";
import type { Signed } from "../../../src/operations/sign.ts";
import type { Signer } from "../../../src/operations/signature.ts";
import { profileKind } from "../../../src/profiles/profile.ts";
import type { Knowledge, Question } from "../../../src/verify/knowledge.ts";
import { verifyOperation } from "../../../src/verify/operation.ts";
import { type Asked, openQuestion } from "../../../src/verify/question.ts";
import {
  alice,
  appKey,
  bob,
  openHouse,
  operationKey,
  otherKey,
  session,
  signCredential,
  start,
  userOf,
} from "../../harness.ts";
import { firstSuite } from "../operations/suite-1.ts";

const user = userOf(alice);
const foreign = { document: "5b6a3c2e-1111-4222-8333-444455556666", kind: "acme/invoice" };
const names = ["grammar", "key", "content", "signature", "time", "document", "delegation", "limits"];

let house: ReturnType<typeof openHouse>;
afterEach(() => house?.close());

const wire = (action: unknown, place: { document: string; kind: string } = foreign) => ({
  operation: { action, id: "x", index: 7, skip: 0, hash: "", timestampUtcMs: "", error: null },
  context: { documentId: place.document, documentType: place.kind, scope: "global", branch: "main", ordinal: 3 },
});

/** Asks the house, as its door does. */
async function ask(value: unknown, asked: Asked = {}) {
  const { store, clock, realm, isServiceKey } = house;
  const answer = await openQuestion({ store, clock: clock.now, realm, did: "did:web:localhost", isServiceKey }, asked);
  return answer(value);
}

const codes = (report: { checks: readonly { name: string; code: string }[] }) =>
  Object.fromEntries(report.checks.map((check) => [check.name, check.code]));

const invoice = (key: Signer = appKey, who = user): Promise<Signed> =>
  house.sign({ ...foreign, type: "SET_AMOUNT", input: { amount: 1 }, user: who }, key);

async function openProfile(): Promise<string> {
  const { document, action } = await house.opening(profileKind);
  await house.reactor.open(action, profileKind, []);
  return document;
}

async function named(document: string, username = "alice"): Promise<Signed> {
  const signed = await house.sign({ document, kind: profileKind, type: "SET_USERNAME", input: { username }, user });
  await house.reactor.submit(document, [signed.action]);
  return signed;
}

describe("a report", () => {
  it("repeats the question, and says who signed, what is bound and where it stands", async () => {
    house = openHouse();
    const { entry, document: id } = await house.delegate();
    const document = await openProfile();
    house.clock.advance(minute);
    const { action, digest } = await named(document);
    house.clock.advance(minute);
    const report = await ask(wire(action, { document, kind: profileKind }), { require: ["admitted", "full", "user"] });
    expect(report).toMatchObject({
      verdict: "valid",
      binding: "full",
      operation: digest,
      document,
      signer: { user, app: appKey.did },
      delegation: { user, state: "LIVE", id, entry, may: null, revokedSince: null },
      entry: { seq: 4, index: 0, admittedAt: iso(start + minute) },
      at: iso(start + minute),
      known: iso(start + 2 * minute),
      require: ["admitted", "full", "user"],
    });
    expect(report.checks.map((check) => check.name)).toEqual([...names, "admitted", "full", "user"]);
    expect(report.checks.every((check) => check.outcome === "pass")).toBe(true);
  });

  it("has every check by name, whatever it is asked about", async () => {
    house = openHouse();
    const signed = await invoice();
    const unsigned = { ...signed.action, context: {} };
    for (const value of [wire(signed.action), wire(unsigned), wire({}), wire(null), {}, null, "text"])
      expect((await ask(value)).checks.map((check) => check.name)).toEqual(names);
  });

  it("never throws for what is wrong with an operation", async () => {
    house = openHouse();
    const { action } = await invoice();
    const anything = fc.anything({ withNullPrototype: true, withObjectString: true, withBigInt: true });
    await fc.assert(
      fc.asyncProperty(
        anything,
        fc.constantFrom("id", "type", "input", "context", "toString", "__proto__"),
        async (value, name) => {
          const changed = Object.defineProperty({ ...action }, name, { value, enumerable: true });
          for (const asked of [
            value,
            wire(value),
            wire(changed),
            { operation: value, context: value },
            { operation: { action }, context: value },
          ])
            expect((await ask(asked)).verdict).not.toBe("valid");
        },
      ),
      { numRuns: 300 },
    );
  });

  it("tells all that is wrong, not only what it finds first", async () => {
    house = openHouse();
    const { action } = await invoice();
    const broken = { ...action, input: { amount: 2 }, timestampUtcMs: iso(start + day) };
    expect(codes(await ask(wire(broken)))).toMatchObject({
      content: "CONTENT_MISMATCH",
      signature: "OK",
      time: "FROM_THE_FUTURE",
      delegation: "NOT_DELEGATED",
    });
  });

  it("reads the operation as a Switchboard hands it out: tuples joined, null for nothing, members that mean nothing", async () => {
    house = openHouse();
    await house.delegate();
    const { action } = await invoice();
    const { signer } = action.context!;
    const context = {
      prevOpIndex: null,
      prevOpHash: null,
      nonce: null,
      signer: { ...signer, signatures: [signer!.signatures[0]!.join(", ")] },
    };
    expect((await ask(wire({ ...action, context, attachments: null }))).verdict).toBe("valid");
  });
});

describe("what a signature binds", () => {
  it("is full by suite 2 and content by suite 1", async () => {
    house = openHouse();
    await house.delegate();
    const first = firstSuite({ type: "SET_AMOUNT", input: { b: 1, a: 2 }, user }, start);
    expect(await ask(wire(first))).toMatchObject({ verdict: "valid", binding: "content" });
    expect(await ask(wire((await invoice()).action))).toMatchObject({ verdict: "valid", binding: "full" });
    expect(codes(await ask(wire(first), { require: ["full"] })).full).toBe("BINDING_NOT_TAKEN");
  });

  it("stays what it was at first arrival, where members have been put into another order since", async () => {
    house = openHouse();
    const delegation = await house.delegate();
    const first = firstSuite({ type: "REVOKE", input: { revokedAt: iso(start), reason: "lost" }, user }, start);
    await house.reactor.submit(delegation.document, [first]);
    const reordered = { ...first, input: { reason: "lost", revokedAt: iso(start) } };
    const place = { document: delegation.document, kind: delegation.kind };
    expect(await ask(wire(reordered, place))).toMatchObject({ verdict: "valid", binding: "content" });
    // Elsewhere nobody knows in which order they came.
    expect(codes(await ask(wire(reordered))).content).toBe("CONTENT_MISMATCH");
    const changed = { ...first, input: { reason: "found", revokedAt: iso(start) } };
    expect(codes(await ask(wire(changed, place))).content).toBe("CONTENT_MISMATCH");
  });

  it("is nothing where any signature of several does not verify", async () => {
    house = openHouse();
    await house.delegate();
    const { action } = await invoice();
    const good = action.context!.signer!.signatures[0]!;
    const bad = good.with(4, `0x${"1".repeat(128)}`);
    const report = (signatures: unknown[]) =>
      ask(wire({ ...action, context: { signer: { ...action.context!.signer, signatures } } }));
    expect((await report([good, good])).verdict).toBe("valid");
    expect(await report([bad, good])).toMatchObject({ verdict: "invalid", binding: "none" });
    expect(await report([good, bad])).toMatchObject({ verdict: "invalid", binding: "none" });
  });

  it("is what the service attests, where it signed for a session", async () => {
    house = openHouse();
    const document = assignedId();
    const actor = { user, app: "", method: "recovery" } as const;
    const actions = [{ type: "SET_ETH_ADDRESS", input: { ethAddress: alice.address } }];
    await house.reactor.attest({
      document,
      kind: profileKind,
      actions,
      actor,
      authority: { by: "session", entry: "" },
    });
    const entry = (await house.store.entriesOf(document, 1, 1))[0]!;
    const report = await ask(wire(entry.action, { document, kind: profileKind }), { require: ["admitted"] });
    expect(report).toMatchObject({
      verdict: "valid",
      binding: "attested",
      signer: { user: "", app: operationKey.did },
    });
    expect(report.delegation).toMatchObject({ state: "SERVICE", user: "" });
    expect(codes(await ask(wire(entry.action, { document, kind: profileKind }), { require: ["user"] })).user).toBe(
      "NOT_DELEGATED",
    );
    const stateIf = async (retired: number) => {
      const keys = operationKeysOf([{ key: operationKey.did, retired: iso(retired) }]);
      const isServiceKey = (key: string, at?: number) => speaksForService(keys, key, at);
      const parts = { store: house.store, clock: house.clock.now, realm: house.realm, did: "did:web:localhost" };
      const answer = await openQuestion({ ...parts, isServiceKey }, {});
      return (await answer(wire(entry.action, { document, kind: profileKind }))).delegation?.state;
    };
    const admitted = Date.parse(entry.admittedAt);
    expect([await stateIf(admitted + 1), await stateIf(admitted)]).toEqual(["SERVICE", "NO_USER"]);
  });
});

describe("the key", () => {
  it("is LIVE, then REVOKED; what came before stays valid, with a note", async () => {
    house = openHouse();
    const delegation = await house.delegate();
    const document = await openProfile();
    const { action } = await named(document);
    const elsewhere = (await invoice()).action;
    house.clock.advance(hour);
    await house.delegating.revoke(session(alice), delegation.document, null);
    const place = { document, kind: profileKind };
    expect(await ask(wire(action, place))).toMatchObject({
      verdict: "valid",
      delegation: { state: "LIVE", revokedSince: iso(start + hour) },
    });
    expect(await ask(wire(elsewhere))).toMatchObject({
      verdict: "invalid",
      delegation: { state: "REVOKED", revokedSince: null },
    });
    house.clock.advance(hour);
    expect(await ask(wire(elsewhere), { at: iso(start + minute) })).toMatchObject({
      verdict: "valid",
      delegation: { state: "LIVE", revokedSince: iso(start + hour) },
    });
  });

  it("is NOT_YET, LIVE and EXPIRED as time goes by", async () => {
    house = openHouse();
    house.clock.advance(hour);
    await house.delegate({ life: hour });
    const { action } = await invoice();
    house.clock.advance(2 * hour);
    const state = async (at: number) => (await ask(wire(action), { at: iso(at) })).delegation!.state;
    expect(await state(start)).toBe("NOT_YET");
    expect(await state(start + hour)).toBe("LIVE");
    expect(await state(start + 2 * hour - 1)).toBe("LIVE");
    expect(await state(start + 2 * hour)).toBe("EXPIRED");
  });

  it("is KEY_COMPROMISED from the moment that the wallet tells, for entries too; logs and states stay", async () => {
    house = openHouse();
    const delegation = await house.delegate();
    const document = await openProfile();
    const { action: before } = await named(document, "before");
    house.clock.advance(hour);
    const { action: after } = await named(document, "after");
    house.clock.advance(hour);
    await house.delegating.compromise(session(alice), delegation.document, iso(start + minute));
    house.clock.advance(minute);
    const place = { document, kind: profileKind };
    expect(await ask(wire(before, place))).toMatchObject({ verdict: "valid" });
    expect(await ask(wire(after, place))).toMatchObject({
      verdict: "invalid",
      delegation: { state: "KEY_COMPROMISED" },
    });
    expect(await ask(wire(after, place), { known: iso(start + hour + minute) })).toMatchObject({ verdict: "valid" });
    expect((await house.reactor.document(document)).state).toMatchObject({ username: "after" });
  });

  it("keeps the right that an entry rests on, however many delegations came after", async () => {
    house = openHouse();
    await house.delegate({ life: 7 * day });
    const document = await openProfile();
    const { action } = await named(document);
    for (let week = 1; week <= 20; week++) {
      house.clock.set(start + week * 7 * day);
      await house.delegate({ life: 7 * day });
    }
    expect(await ask(wire(action, { document, kind: profileKind }))).toMatchObject({
      verdict: "valid",
      delegation: { state: "LIVE", grantedAt: iso(start) },
    });
  });

  it("speaks on every chain where its proof was recovered", async () => {
    house = openHouse();
    await house.delegate();
    expect((await ask(wire((await invoice(appKey, userOf(alice, 10))).action))).verdict).toBe("valid");
    expect((await ask(wire((await invoice(appKey, userOf(bob))).action))).verdict).toBe("invalid");
  });

  it("needs a limit for the kind of a document kept elsewhere, where it has limits at all", async () => {
    house = openHouse();
    await house.delegate({ may: ["acme/invoice:SET_AMOUNT"] });
    await house.delegate({ app: otherKey.did, may: ["none"] });
    expect((await ask(wire((await invoice()).action))).verdict).toBe("valid");
    const total = await house.sign({ ...foreign, type: "SET_TOTAL", input: {}, user });
    expect(codes(await ask(wire(total.action))).limits).toBe("NOT_PERMITTED");
    expect(codes(await ask(wire((await invoice(otherKey)).action))).limits).toBe("NOT_PERMITTED");
  });

  it("is taken from whichever live delegation covers the action", async () => {
    house = openHouse();
    await house.delegate({ may: ["none"] });
    const wanted = await house.delegate({ may: ["acme/invoice"] });
    await house.delegate({ may: ["acme/receipt"] });
    expect(await ask(wire((await invoice()).action))).toMatchObject({
      verdict: "valid",
      delegation: { entry: wanted.entry },
    });
  });
});

describe("a proof that an action carries", () => {
  it.each([
    ["the wallet's user", userOf(alice), "valid"],
    ["another user", userOf(bob), "invalid"],
    ["nobody", "", "valid"],
  ])("lets it in where it names %s, and is believed for the wallet's user alone", async (_what, claimed, verdict) => {
    house = openHouse();
    const { "@context": context, ...rest } = await signCredential();
    const opening = await house.opening(credentialKind, appKey, claimed);
    const { document } = opening;
    const input = { context: context!, ...rest };
    const init = await house.sign({ document, kind: credentialKind, type: "INIT", input, user: claimed });
    await house.reactor.open(opening.action, credentialKind, [init.action]);
    for (const action of [opening.action, init.action]) {
      const value = { operation: { action }, context: { documentId: document, documentType: credentialKind } };
      const report = await ask(value, { require: ["admitted"] });
      expect(report.verdict).toBe(verdict);
      expect(report.signer!.user).toBe(claimed);
    }
  });
});

describe("the moment asked about and what was known", () => {
  /** Alice's key: given at noon, an operation admitted at one, compromised from two, told at four, revoked at five. */
  async function history() {
    house = openHouse();
    const delegation = await house.delegate({ life: 3 * day });
    const elsewhere = (await invoice()).action;
    const undelegated = (await invoice(otherKey)).action;
    house.clock.set(start + hour);
    const document = await openProfile();
    const { action } = await named(document);
    house.clock.set(start + 4 * hour);
    await house.delegating.compromise(session(alice), delegation.document, iso(start + 2 * hour));
    house.clock.set(start + 5 * hour);
    await house.delegating.revoke(session(alice), delegation.document, null);
    house.clock.set(start + 6 * hour);
    const again = await house.delegate({ life: day });
    return { again, asked: [wire(elsewhere), wire(action, { document, kind: profileKind }), wire(undelegated)] };
  }

  const moments = Array.from({ length: 13 }, (_, i) => start + i * (hour / 2));

  it("always have the same answer, once they lie in the past", async () => {
    const { asked, again } = await history();
    house.clock.set(start + 7 * hour);
    const answers = async () => {
      const all: unknown[] = [];
      for (const value of asked)
        for (const at of moments)
          for (const known of moments) {
            const { verdict, binding, delegation, checks, entry } = await ask(value, {
              at: iso(at),
              known: iso(known),
            });
            all.push({ at, known, verdict, binding, delegation, checks, entry });
          }
      return all;
    };
    const first = await answers();
    await house.delegating.revoke(session(alice), again.document, null);
    house.clock.advance(day);
    await house.delegate({ may: ["acme/invoice"] });
    await house.delegate({ app: otherKey.did });
    expect(await answers()).toEqual(first);
    expect(new Set(first.map((answer) => (answer as { verdict: string }).verdict))).toEqual(
      new Set(["valid", "invalid"]),
    );
  });

  it("are told apart: what came later is not held against what was known", async () => {
    const { asked } = await history();
    house.clock.advance(minute);
    const state = async (at: number, known: number) =>
      (await ask(asked[0], { at: iso(start + at * hour), known: iso(start + known * hour) })).delegation!.state;
    expect(await state(1, 1)).toBe("LIVE");
    expect(await state(3, 3)).toBe("LIVE");
    expect(await state(3, 4.5)).toBe("KEY_COMPROMISED");
    expect(await state(1, 5.5)).toBe("LIVE");
    expect(await state(5.5, 4.5)).toBe("KEY_COMPROMISED");
    expect(await state(5.5, 3)).toBe("LIVE");
    expect(await state(6, 6)).toBe("LIVE");
  });

  it("leave out an entry that was not admitted by then", async () => {
    const { asked } = await history();
    const early = await ask(asked[1], { at: iso(start + minute), known: iso(start + minute), require: ["admitted"] });
    expect(early.entry).toBeNull();
    expect(codes(early).admitted).toBe("UNKNOWN_DOCUMENT");
    const later = await ask(asked[1], { known: iso(start + hour), require: ["admitted"] });
    expect(later.entry).toMatchObject({ index: 0 });
  });

  it("hold a date that lay ahead of them against an operation for ever", async () => {
    house = openHouse();
    await house.delegate();
    house.clock.advance(day);
    await house.delegate({ life: 3 * day });
    const { action } = await invoice();
    const question = { at: iso(start + hour), known: iso(start + hour) };
    expect(codes(await ask(wire(action), question)).time).toBe("FROM_THE_FUTURE");
    house.clock.advance(day);
    expect(codes(await ask(wire(action), question)).time).toBe("FROM_THE_FUTURE");
    expect(codes(await ask(wire(action))).time).toBe("OK");
  });

  it("are refused where they cannot be read, or were to be known before they come", async () => {
    house = openHouse();
    const { action } = await invoice();
    await expect(ask(wire(action), { at: "yesterday" })).rejects.toMatchObject({ code: "UNREADABLE_DATE" });
    await expect(ask(wire(action), { known: iso(start + minute) })).rejects.toMatchObject({ code: "INVALID_REQUEST" });
  });
});

describe("the verdict is undetermined", () => {
  const delegation: Delegation = {
    document: "d",
    entry: "e",
    user,
    key: appKey.did,
    limits: "unsaid",
    method: "recovery",
    grantedSeq: 1,
    grantedAt: start,
    expiresAt: start + day,
  };
  const knowledge: Knowledge = {
    complete: false,
    isServiceKey: () => false,
    realm: "test",
    delegationsOf: () => [delegation],
  };
  const question: Question = { known: { time: start, seq: 99 }, now: start, require: [] };
  const verdict = async (part: Partial<Knowledge>, asked: Partial<Question> = {}, value?: unknown) => {
    house = openHouse();
    const report = await verifyOperation(
      value ?? wire((await invoice()).action),
      { ...question, ...asked },
      { ...knowledge, ...part },
    );
    return [report.verdict, ...report.checks.filter((check) => check.outcome === "unknown").map((check) => check.code)];
  };

  it("nowhere that all can be told", async () => expect(await verdict({})).toEqual(["valid"]));

  it("without a snapshot of delegations", async () =>
    expect(await verdict({ delegationsOf: undefined as never })).toEqual(["undetermined", "NOT_DELEGATED"]));

  it("where a snapshot does not have the delegation; a log that is whole would have it", async () => {
    expect(await verdict({ delegationsOf: () => [] })).toEqual(["undetermined", "NOT_DELEGATED"]);
    await house.close();
    expect(await verdict({ delegationsOf: () => [], complete: true })).toEqual(["invalid"]);
  });

  it("at a moment that is still to come", async () =>
    expect(await verdict({}, { at: { time: start + 1, seq: 99 } })).toEqual(["undetermined", "BEYOND_LOG"]));

  it("where it must stand in a log that is not held", async () =>
    expect(await verdict({}, { require: ["admitted"] })).toEqual(["undetermined", "UNKNOWN_DOCUMENT"]));

  it("where suite or key type are not known, and nothing else is said then", async () => {
    house = openHouse();
    const { action } = await invoice();
    await house.close();
    const tuple = action.context!.signer!.signatures[0]!;
    const suite = {
      ...action,
      context: { signer: { ...action.context!.signer, signatures: [tuple.with(2, "r9.x")] } },
    };
    expect(await verdict({}, {}, wire(suite))).toEqual(["undetermined", "UNKNOWN_SUITE"]);
  });

  it("nowhere that something required fails, whatever else cannot be told", async () => {
    house = openHouse();
    const { action } = await invoice();
    await house.close();
    expect(await verdict({ delegationsOf: undefined as never }, {}, wire({ ...action, type: "OTHER" }))).toEqual([
      "invalid",
      "NOT_DELEGATED",
    ]);
  });
});
