import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Failure } from "../../../src/kernel/failure.ts";
import { readClientRun } from "../../../src/operations/client-actions.ts";

const id = "5b6a3c2e-1111-4222-8333-444455556666";
const action = (more: object = {}) => ({
  id,
  type: "SET",
  timestampUtcMs: "2026-11-20T12:00:00.000Z",
  input: {},
  scope: "global",
  ...more,
});
const signed = (more: object = {}) =>
  action({ context: { signer: { user: null, app: { name: "x", key: "k" }, signatures: ["a, b, c, d, e"] } }, ...more });
const codeOf = (values: unknown[]) => {
  try {
    readClientRun(values);
    return "read";
  } catch (error) {
    return error instanceof Failure ? error.code : error;
  }
};

describe("actions of Powerhouse's clients", () => {
  test("that nobody signed are reduced to what the service can attest", () => {
    const members = { context: { prevOpIndex: null, signer: { signatures: [] } }, more: 1 };
    expect(readClientRun([action(members)])).toEqual({ unsigned: [{ id, type: "SET", input: {} }] });
    expect(readClientRun([action({ id: "short" })])).toEqual({ unsigned: [{ type: "SET", input: {} }] });
    expect(readClientRun([action({ context: null }), action({ id: undefined })])).toMatchObject({
      unsigned: [{ id }, {}],
    });
  });

  test("that are signed are handed on, without the nulls around them", () => {
    const input = { a: null, b: [null] };
    expect(readClientRun([signed({ input })])).toEqual({
      signed: [
        { ...action({ input }), context: { signer: { app: { name: "x", key: "k" }, signatures: ["a, b, c, d, e"] } } },
      ],
    });
  });

  test.each([
    [1_763_640_000_000, "2025-11-20T12:00:00.000Z"],
    ["1763640000000", "2025-11-20T12:00:00.000Z"],
    [1_763_640_000_000.9, "2025-11-20T12:00:00.000Z"],
    ["2025-11-20T12:00:00Z", "2025-11-20T12:00:00Z"],
  ])("carry their time as milliseconds or as a text: %s", (timestampUtcMs, time) => {
    expect(readClientRun([signed({ timestampUtcMs })])).toMatchObject({ signed: [{ timestampUtcMs: time }] });
  });

  test("are refused where they cannot be read, or are signed in part", () => {
    for (const values of [
      [],
      [7],
      [null],
      [action({ type: 7 })],
      [action({ input: [] })],
      [action({ scope: "local" })],
    ])
      expect(codeOf(values)).toBe("INVALID_OPERATION");
    expect(codeOf([action(), signed()])).toBe("INVALID_OPERATION");
    expect(codeOf([action({ timestampUtcMs: 1e20 })])).toBe("INVALID_OPERATION");
    expect(codeOf(Array.from({ length: 101 }, () => action()))).toBe("RUN_TOO_LONG");
    expect(codeOf([action({ input: { a: "\u0000" } })])).toBe("MALFORMED_JSON");
    expect(codeOf([action({ input: JSON.parse(`${'{"a":'.repeat(40)}1${"}".repeat(40)}`) })])).toBe("TOO_DEEP");
  });

  test("of any form are read or refused by a code, and never change what was given", () => {
    const anything = fc.array(
      fc.oneof(
        fc.anything(),
        fc.record({
          id: fc.anything(),
          type: fc.anything(),
          input: fc.object(),
          context: fc.anything(),
          timestampUtcMs: fc.anything(),
          scope: fc.constantFrom("global", "x"),
        }),
      ),
    );
    fc.assert(
      fc.property(anything, (values) => {
        const before = structuredClone(values);
        expect(typeof codeOf(values)).toBe("string");
        expect(values).toEqual(before);
      }),
    );
  });
});
