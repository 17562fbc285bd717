import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { parsePkh } from "../../../src/identity/did.ts";
import type { Json, JsonObject } from "../../../src/kernel/json.ts";
import { createdId, derivedId, ensureSubject, isAssignedId } from "../../../src/operations/document-id.ts";
import { type Entry, entryDigest, operationDigest } from "../../../src/operations/entry.ts";
import { decidingTuple, parseOperation } from "../../../src/operations/operation.ts";
import { signOpening, signOperation } from "../../../src/operations/sign.ts";
import { matchContent, replayKey, signedMessage, withTuple } from "../../../src/operations/signature.ts";
import { verifyOperation } from "../../../src/verify/operation.ts";
import { alice, appKey, bob, openHouse, otherKey, start, userOf } from "../../harness.ts";
import { canonical, digestOf, idOf, judge } from "../../vectors/reference.ts";

const place = { document: "5b6a3c2e-1111-4222-8333-444455556666", kind: "acme/invoice", branch: "main" };
const intent = { ...place, type: "SET_AMOUNT", user: userOf(alice), id: "00000000-0000-4000-8000-000000000001" };
const signed = await signOperation({ ...intent, input: { amount: 1, of: ["a", { b: null }] } }, appKey, start);
const earlier = { operation: signed.digest, timestampUtcMs: signed.action.timestampUtcMs };
const next = await signOperation({ ...intent, input: { amount: 2 }, previous: earlier }, appKey, start);
const copy = <T>(value: T): T => JSON.parse(JSON.stringify(value));

describe("the operation digest", () => {
  it("is what an implementation computes that shares no code", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: "grapheme" }), fc.jsonValue({ maxDepth: 3 })), (input) => {
        const action = { ...copy(signed.action), input: copy(input) as JsonObject };
        const operation = readable(action);
        fc.pre(operation !== undefined);
        expect(operationDigest(operation!)).toBe(digestOf(action, place));
      }),
    );
  });

  it("does not depend on the order of members", () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 })),
        fc.infiniteStream(fc.nat()),
        (input, keys) => {
          const action = { ...copy(signed.action), input: copy(input) as JsonObject };
          const operation = readable(action);
          fc.pre(operation !== undefined);
          const other = parseOperation(shuffled(action as unknown as Json, keys), place);
          expect(operationDigest(other)).toBe(operationDigest(operation!));
        },
      ),
    );
  });

  it("does not depend on the signature, nor on what stands outside of B", () => {
    const action = copy(signed.action) as unknown as {
      context: Record<string, unknown> & { signer: { app: { name: string } } };
    };
    Object.assign(action.context, { prevOpIndex: 3, prevOpHash: "x", nonce: "y" });
    action.context.signer.app.name = "other";
    const tuple = decidingTuple(signed.action)!.with(4, `0x${"1".repeat(128)}`);
    (action.context.signer as unknown as { signatures: unknown[] }).signatures = [tuple];
    expect(operationDigest(parseOperation(action, place))).toBe(signed.digest);
  });

  it("says which suite signed, so that the same action has another in each", () => {
    const operation = parseOperation(copy(signed.action), place);
    const [signedAt, app, , prev, signature] = decidingTuple(operation.action)!;
    const first = withTuple(operation, [signedAt, app, `${"A".repeat(43)}=`, prev, signature]);
    const { context: _, ...bare } = operation.action;
    const unsigned = parseOperation(
      { ...bare, context: { signer: { ...signerOf(operation), signatures: [] } } },
      place,
    );
    const digests = [operation, first, unsigned].map(operationDigest);
    expect(new Set(digests).size).toBe(3);
    expect(digests[2]).toBe(digestOf(unsigned.action as unknown as Record<string, unknown>, place));
  });
});

describe("a signature of suite 2", () => {
  const knowledge = { complete: true, isServiceKey: () => false, realm: "test", delegationsOf: () => [live()] };
  const question = { known: { time: start, seq: 9 }, now: start, require: [] };
  const report = (action: unknown, where: typeof place) =>
    verifyOperation(
      {
        operation: { action },
        context: { documentId: where.document, documentType: where.kind, branch: where.branch },
      },
      question,
      { ...knowledge, delegationsOf: (user, key) => [{ ...live(), user, key }] },
    );

  it("verifies as it stands, whatever order the members arrive in", async () => {
    expect((await report(signed.action, place)).verdict).toBe("valid");
    await fc.assert(
      fc.asyncProperty(fc.infiniteStream(fc.nat()), async (keys) => {
        const action = shuffled(copy(next.action) as unknown as Json, keys);
        expect((await report(action, place)).verdict).toBe("valid");
      }),
      { numRuns: 50 },
    );
  });

  test("breaks with any one bit of what it binds", async () => {
    let tried = 0;
    for (const { action, where } of [...flips(next.action), ...placeFlips(next.action)]) {
      const before = digestOf(copy(next.action) as unknown as Record<string, unknown>, place);
      // The letter case of an address is no part of B.
      if (isReadable(action, where) && digestOf(action, where) === before) continue;
      const { verdict, checks } = await report(action, where);
      const unknownSuite = checks[0]!.code === "UNKNOWN_SUITE";
      expect(verdict, JSON.stringify(action)).toBe(unknownSuite ? "undetermined" : "invalid");
      tried++;
    }
    expect(tried).toBeGreaterThan(2000);
  });

  test("breaks with any one bit of itself", async () => {
    const tuple = decidingTuple(next.action)!;
    for (let at = 2; at < 130; at++)
      for (const bit of [1, 2, 4, 8]) {
        const digit = (Number.parseInt(tuple[4][at]!, 16) ^ bit).toString(16);
        const signature = tuple[4].slice(0, at) + digit + tuple[4].slice(at + 1);
        const action = copy(next.action) as unknown as Record<string, unknown>;
        signerIn(action).signatures = [tuple.with(4, signature)];
        expect((await report(action, place)).verdict).toBe("invalid");
      }
  });

  function live() {
    return {
      document: "d",
      entry: "e",
      user: "",
      key: "",
      limits: "unsaid" as const,
      method: "recovery" as const,
      grantedSeq: 1,
      grantedAt: start,
      expiresAt: start + 1000,
    };
  }
});

describe("the content of a signature", () => {
  it("is judged as an implementation judges it that shares no code", () => {
    const { good, binds } = judge(copy(signed.action) as unknown as Record<string, unknown>, place);
    expect({ good, binds }).toEqual({ good: true, binds: "full" });
    expect(matchContent(signed.operation, decidingTuple(signed.action)!, signed.digest)).toBe("full");
  });

  it("frames what is signed by its length in UTF-16 units", () => {
    expect(new TextDecoder().decode(signedMessage("1", "a", "é", "😀"))).toBe("\x19Signed Operation:\n51aé😀");
  });

  it("is used once as the four strings that are signed, not as the signature", () => {
    const tuple = decidingTuple(signed.action)!;
    expect(replayKey(tuple.with(4, "0x") as never)).toBe(replayKey(tuple));
    expect(replayKey(tuple.with(3, "x") as never)).not.toBe(replayKey(tuple));
  });
});

describe("signing", () => {
  it("dates an operation later than the one it follows, even where the clock has gone back", async () => {
    const before = { operation: signed.digest, timestampUtcMs: "2026-11-20T12:00:00.000Z" };
    const late = await signOperation({ ...intent, input: {}, previous: before }, appKey, start - 60_000);
    expect(late.action.timestampUtcMs).toBe("2026-11-20T12:00:00.001Z");
    expect(decidingTuple(late.action)![3]).toBe(signed.digest);
  });

  it("opens a document whose id binds realm, kind, user, key and action", async () => {
    const terms = { realm: "test", kind: "acme/invoice", user: userOf(alice), id: intent.id };
    const { document, action } = await signOpening(terms, appKey, start);
    expect(document).toBe(
      idOf({ realm: "test", kind: "acme/invoice", user: userOf(alice), app: appKey.did, nonce: intent.id }),
    );
    expect(action).toMatchObject({
      type: "CREATE_DOCUMENT",
      scope: "document",
      input: { documentId: document, model: "acme/invoice", version: 0 },
    });
    const others = [
      signOpening({ ...terms, realm: "main" }, appKey, start),
      signOpening({ ...terms, kind: "acme/receipt" }, appKey, start),
      signOpening({ ...terms, user: userOf(bob) }, appKey, start),
      signOpening({ ...terms, user: "" }, appKey, start),
      signOpening(terms, otherKey, start),
      signOpening({ ...terms, id: "00000000-0000-4000-8000-000000000002" }, appKey, start),
    ];
    const ids = (await Promise.all(others)).map((each) => each.document);
    expect(new Set([document, ...ids]).size).toBe(7);
  });

  it.each([
    { input: { a: undefined } as unknown as JsonObject },
    { type: "lower" },
    { id: "x" },
    { user: "alice.eth" },
  ])("refuses what could not be read: %j", async (part) => {
    await expect(signOperation({ ...intent, input: {}, ...part }, appKey, start)).rejects.toMatchObject({
      name: "Failure",
    });
  });
});

describe("document ids", () => {
  it("of a subject follow from realm, kind and subject alone", () => {
    const subject = userOf(alice);
    const id = derivedId("test", "renown/reputation", subject);
    expect(id).toBe(idOf({ realm: "test", kind: "renown/reputation", subject }));
    expect(id).toMatch(/^r1[A-Za-z0-9_-]{43}$/);
    expect(() => ensureSubject("test", "renown/reputation", id, { subject })).not.toThrow();
    for (const other of [
      {},
      { subject: 1 },
      { subject: userOf(alice, 10) },
      { subject: subject.toUpperCase() },
    ] as JsonObject[])
      expect(() => ensureSubject("test", "renown/reputation", id, other)).toThrow(
        expect.objectContaining({ code: "WRONG_DOCUMENT_ID" }),
      );
  });

  it("are never the same for a subject and for an opener", () => {
    const did = userOf(alice);
    expect(createdId("test", "a/b", { user: did, app: "" }, "")).not.toBe(derivedId("test", "a/b", did));
  });

  it("that are assigned are random UUIDs", () => {
    expect(isAssignedId(crypto.randomUUID())).toBe(true);
    expect(isAssignedId(crypto.randomUUID().toUpperCase())).toBe(false);
    expect(isAssignedId(`r1${"A".repeat(43)}`)).toBe(false);
  });
});

describe("the entry digest", () => {
  it("covers all that the specification names, and nothing else", async () => {
    const house = openHouse();
    await house.delegate();
    const [entry] = await house.store.entriesAfter(1, 1);
    await house.close();
    const { seq, digest, text, action, operation, ...rest } = entry!;
    const { realm, kind, document, branch, index, prev, binding, authority, admittedAt } = rest;
    const covered = {
      suite: "renown-entry-1",
      ...{ realm, kind, document, branch, scope: action.scope, index, skip: 0, prev, operation },
      text: sha256(text),
      ...{ binding, signer: { user: "", app: decidingTuple(action)![1] }, authority, admittedAt },
    };
    expect(sha256(canonical(covered))).toBe(digest);
    const parts: Partial<Entry>[] = [
      { realm: "x" },
      { kind: "a/b" },
      { document: "x" },
      { branch: "x" },
      { index: 7 },
      { prev: "x" },
      { operation: "x" },
      { text: "x" },
      { binding: "full" },
      { authority: { by: "session", entry: "" } },
      { authority: { ...authority, entry: "x" } },
      { admittedAt: "2026-11-20T12:00:00.001Z" },
    ];
    for (const part of parts) expect(entryDigest({ ...entry!, ...part }), JSON.stringify(part)).not.toBe(digest);
    expect(entryDigest({ ...entry!, ...({ seq: seq + 1 } as object) })).toBe(digest);
  });
});

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("base64url");
}

function readable(action: unknown) {
  try {
    return parseOperation(action, place);
  } catch {
    return undefined;
  }
}

function isReadable(action: unknown, where: typeof place): boolean {
  try {
    parseOperation(action, where);
    return true;
  } catch {
    return false;
  }
}

type Wire = Record<string, unknown>;

function signerOf({ action }: { action: unknown }): Wire {
  return signerIn(copy(action) as Wire);
}

function signerIn(action: Wire): Wire {
  return (action.context as Wire).signer as Wire;
}

/** The same members in another order, at every depth. */
function shuffled(value: Json, keys: { next(): { value?: number } }): Json {
  if (Array.isArray(value)) return value.map((each) => shuffled(each, keys));
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).map(([name, member]) => ({ name, member, key: keys.next().value! }));
  members.sort((a, b) => a.key - b.key);
  return Object.fromEntries(members.map(({ name, member }) => [name, shuffled(member, keys)]));
}

/** Every text with each of its bits turned in turn. */
function bits(text: string): string[] {
  const turned: string[] = [];
  for (let at = 0; at < text.length; at++)
    for (let bit = 0; bit < 7; bit++)
      turned.push(text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ (1 << bit)) + text.slice(at + 1));
  return turned;
}

/** Copies of an action with one bit of B turned: in its members, its user, its key, and the tuple's times and prev. */
function* flips(action: unknown): Generator<{ action: Wire; where: typeof place }> {
  const edit = (change: (wire: Wire) => void) => {
    const wire = copy(action) as Wire;
    change(wire);
    return { action: wire, where: place };
  };
  const original = copy(action) as Wire;
  for (const name of ["id", "type", "timestampUtcMs", "scope"])
    for (const text of bits(original[name] as string)) yield edit((wire) => (wire[name] = text));
  for (const text of bits(JSON.stringify(original.input))) {
    const input = parsed(text);
    if (input !== undefined) yield edit((wire) => (wire.input = input));
  }
  const { user, app, signatures } = signerIn(original) as { user: Wire; app: Wire; signatures: string[][] };
  for (const text of bits(user.address as string)) yield edit((wire) => ((signerIn(wire).user as Wire).address = text));
  for (let bit = 0; bit < 31; bit++)
    yield edit((wire) => ((signerIn(wire).user as Wire).chainId = parsePkh(userOf(alice)).chainId ^ (1 << bit)));
  for (const text of bits(app.key as string))
    yield edit((wire) => {
      (signerIn(wire).app as Wire).key = text;
      signerIn(wire).signatures = [signatures[0]!.with(1, text)];
    });
  for (const at of [0, 3])
    for (const text of bits(signatures[0]![at]!))
      yield edit((wire) => (signerIn(wire).signatures = [signatures[0]!.with(at, text)]));
}

function* placeFlips(action: unknown): Generator<{ action: Wire; where: typeof place }> {
  for (const name of ["document", "kind", "branch"] as const)
    for (const text of bits(place[name])) yield { action: copy(action) as Wire, where: { ...place, [name]: text } };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
