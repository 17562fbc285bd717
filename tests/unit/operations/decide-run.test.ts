import { describe, expect, it } from "vitest";
import type { Delegation } from "../../../src/identity/delegation.ts";
import { minute } from "../../../src/kernel/time.ts";
import { decideRun } from "../../../src/operations/decide-run.ts";
import { createdId, derivedId } from "../../../src/operations/document-id.ts";
import { apply, type Document, emptyHead, openDocument, snapshotEvery } from "../../../src/operations/fold.ts";
import type { Claim, DocumentKind } from "../../../src/operations/kind.ts";
import { type Previous, signOpening, signOperation } from "../../../src/operations/sign.ts";
import { prepare, type Submission } from "../../../src/operations/submission.ts";
import { alice, appKey, bob, start, userOf } from "../../harness.ts";
import { type Account, account, accountKind, tally, tallyKind, testLimits } from "./test-kinds.ts";

const realm = "test";
const user = userOf(alice);
const context = { realm, now: start, isServiceKey: () => false };
const live = (who: string): Delegation => ({
  document: "d",
  entry: "E".repeat(43),
  user: who,
  key: appKey.did,
  limits: testLimits.map((kind) => ({ kind })),
  method: "recovery",
  grantedSeq: 1,
  grantedAt: start - minute,
  expiresAt: start + minute,
});
const lookups = {
  delegationsOf: async (who: string) => [live(who)],
  predecessorOf: async () => undefined,
  groundOf: async () => undefined,
};
const strict = account as unknown as DocumentKind;
const causal = tally as unknown as DocumentKind;

async function opened() {
  const { document: id, operation } = await signOpening({ realm, kind: accountKind, user }, appKey, start);
  return { id, create: await prepare(operation, strict, lookups), fresh: openDocument(id, strict, undefined) };
}

async function add(id: string, amount: number, previous?: Previous, who = user, kind = accountKind) {
  const input = kind === tallyKind ? { subject: user, amount } : { amount };
  const intent = { document: id, kind, type: "ADD", input, user: who };
  const signed = await signOperation(previous ? { ...intent, previous } : intent, appKey, start);
  return { ...signed, submission: await prepare(signed.operation, kind === tallyKind ? causal : strict, lookups) };
}

const refusal = (document: Document, run: Submission[]) => {
  try {
    decideRun(document, run, context);
    return undefined;
  } catch (error) {
    const { code, detail } = error as { code: string; detail?: string };
    return { code, detail };
  }
};

describe("given a document that nobody has opened", () => {
  it("when an opening comes with a run, then both streams begin in one commit", async () => {
    const { id, create, fresh } = await opened();
    const one = await add(id, 1);
    const two = await add(id, 2, one.previous);
    const { document, append } = decideRun(fresh, [create, one.submission, two.submission], context);
    expect(append.entries.map(({ entry }) => [entry.action.scope, entry.index])).toEqual([
      ["document", 0],
      ["global", 0],
      ["global", 1],
    ]);
    expect(append.entries[2]!.entry.prev).toBe(append.entries[1]!.entry.digest);
    expect(append.entries[1]!.entry.prev).toBe("");
    expect(document.state).toEqual({ opener: user, balance: 3 });
    expect(document.head).toMatchObject({ length: 2, operation: two.digest });
    expect(document.genesis).toMatchObject({ length: 1, operation: create.digest });
  });

  it("when its opening follows something, then it is OUT_OF_ORDER", async () => {
    const id = createdId(realm, accountKind, { user, app: appKey.did }, "00000000-0000-4000-8000-000000000001");
    const intent = {
      document: id,
      kind: accountKind,
      type: "CREATE_DOCUMENT",
      input: { model: accountKind, version: 0, documentId: id },
      user,
      scope: "document",
      id: "00000000-0000-4000-8000-000000000001",
      previous: { operation: "A".repeat(43), timestampUtcMs: "2026-11-20T11:00:00.000Z" },
    };
    const { operation } = await signOperation(intent, appKey, start);
    const submission = await prepare(operation, strict, lookups);
    expect(refusal(openDocument(id, strict, undefined), [submission])?.code).toBe("OUT_OF_ORDER");
  });

  it("when something else comes first, then it is not taken for a derived one", async () => {
    const { id, fresh } = await opened();
    expect(refusal(fresh, [(await add(id, 1)).submission])?.code).toBe("WRONG_DOCUMENT_ID");
  });
});

describe("given a document that stands", () => {
  async function standing() {
    const { id, create, fresh } = await opened();
    const first = await add(id, 10);
    return { id, create, first, document: decideRun(fresh, [create, first.submission], context).document };
  }

  it("when it is opened again, then DOCUMENT_EXISTS", async () => {
    const { create, document } = await standing();
    expect(refusal(document, [create])?.code).toBe("DOCUMENT_EXISTS");
  });

  it("when one operation of a run is refused, then all are, and the refusal says which", async () => {
    const { id, document, first } = await standing();
    const one = await add(id, -9, first.previous);
    const two = await add(id, -9, one.previous);
    const refused = refusal(document, [one.submission, two.submission]);
    expect(refused).toEqual({
      code: "INVALID_INPUT",
      detail: "Operation 2 of the run. The balance cannot be negative.",
    });
    expect(document.state).toEqual({ opener: user, balance: 10 });
    expect(refusal(document, [one.submission])).toBeUndefined();
  });

  it("when another user comes, then FORBIDDEN", async () => {
    const { id, document, first } = await standing();
    expect(refusal(document, [(await add(id, 1, first.previous, userOf(bob))).submission])?.code).toBe("FORBIDDEN");
  });

  it("when two follow the same one in a run, then the second is HEAD_MOVED", async () => {
    const { id, document, first } = await standing();
    const [one, two] = [await add(id, 1, first.previous), await add(id, 2, first.previous)];
    expect(refusal(document, [one.submission, two.submission])).toMatchObject({ code: "HEAD_MOVED" });
  });

  it("when a run reaches so far, then a snapshot covers all of it", async () => {
    const { id, document, first } = await standing();
    let previous = first.previous;
    const run: Submission[] = [];
    for (let i = 0; i < snapshotEvery - 1; i++) {
      const next = await add(id, 1, previous);
      previous = next.previous;
      run.push(next.submission);
    }
    const short = decideRun(document, run.slice(0, -1), context);
    expect(short.append.snapshot).toBeUndefined();
    expect(short.document.snapshotLength).toBe(0);
    const long = decideRun(document, run, context);
    expect(long.append.snapshot?.length).toBe(snapshotEvery);
    expect(JSON.parse(long.append.snapshot!.state)).toEqual(long.document.state);
    expect(long.document.snapshotLength).toBe(snapshotEvery);
  });
});

describe("given a document of a subject", () => {
  const id = derivedId(realm, tallyKind, user);
  const fresh = openDocument(id, causal, undefined);

  it("when the first operation comes, then it has index 0 and needs no opening", async () => {
    const { document, append } = decideRun(fresh, [(await add(id, 1, undefined, user, tallyKind)).submission], context);
    expect(append.entries[0]!.entry).toMatchObject({ index: 0, prev: "" });
    expect(document.state).toEqual({ subject: user, total: 1, count: 1 });
  });

  it("when a later one names another subject, then WRONG_DOCUMENT_ID", async () => {
    const { document } = decideRun(fresh, [(await add(id, 1, undefined, user, tallyKind)).submission], context);
    const intent = { document: id, kind: tallyKind, type: "ADD", input: { subject: userOf(bob), amount: 1 }, user };
    const { operation } = await signOperation(intent, appKey, start);
    const submission = await prepare(operation, causal, lookups);
    expect(refusal(document, [submission])?.code).toBe("WRONG_DOCUMENT_ID");
    expect(refusal(fresh, [submission])?.code).toBe("WRONG_DOCUMENT_ID");
  });

  it("when operations of a run name each other, then they are found in the run", async () => {
    const one = await add(id, 1, undefined, user, tallyKind);
    const two = await add(id, 2, one.previous, user, tallyKind);
    const three = await add(id, 3, one.previous, user, tallyKind);
    const run = [one, two, three].map((each) => each.submission);
    expect(decideRun(fresh, run, context).document.state).toMatchObject({ total: 6 });
    expect(refusal(fresh, [two.submission, one.submission])?.code).toBe("OUT_OF_ORDER");
  });
});

describe("claims of one run", () => {
  const claiming = (claims: (amount: number) => Claim[]): DocumentKind =>
    ({
      ...account,
      project: (_state: Account, { action }: { action: { input: { amount?: number } } }) => ({
        rows: [],
        claims: action.input.amount === undefined ? [] : claims(action.input.amount),
      }),
    }) as unknown as DocumentKind;
  const claim = (key: string, holder: string): Claim => ({
    space: "username",
    key,
    holder,
    until: null,
    refusal: "NAME_TAKEN",
  });

  async function twice(kind: DocumentKind) {
    const { id, create } = await opened();
    const one = await add(id, 1);
    const two = await add(id, 2, one.previous);
    return refusal(openDocument(id, kind, undefined), [create, one.submission, two.submission])?.code;
  }

  it("may be made by one holder twice, and not by two", async () => {
    expect(await twice(claiming(() => [claim("a", "same")]))).toBeUndefined();
    expect(await twice(claiming((amount) => [claim("a", `holder ${amount}`)]))).toBe("NAME_TAKEN");
    expect(await twice(claiming((amount) => [claim(`key ${amount}`, `holder ${amount}`)]))).toBeUndefined();
  });
});

describe("preparing", () => {
  it.each([
    ["CREATE_DOCUMENT in global", "CREATE_DOCUMENT", "global"],
    ["another action in document", "ADD", "document"],
    ["an action in another scope", "ADD", "local"],
  ])("refuses %s", async (_what, type, scope) => {
    const input = { amount: 1 };
    const { operation } = await signOperation(
      { document: "d", kind: accountKind, type, input, user, scope },
      appKey,
      start,
    );
    await expect(prepare(operation, strict, lookups)).rejects.toMatchObject({ code: "INVALID_OPERATION" });
  });

  it("folds what it admits as a replay would", async () => {
    const { id, create, fresh } = await opened();
    const one = await add(id, 5);
    const { document, append } = decideRun(fresh, [create, one.submission], context);
    const replayed = append.entries.reduce((doc, { entry }) => apply(doc, entry), openDocument(id, strict, undefined));
    expect(replayed).toEqual(document);
    expect(openDocument(id, strict, undefined).head).toBe(emptyHead);
  });
});
