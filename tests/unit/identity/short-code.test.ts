import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { codeOf, randomCode, shownCode, typedCode } from "../../../src/identity/short-code.ts";

const form = /^[BCDFGHJKLMNPQRSTVWXZ]{8}$/;

describe("a short code", () => {
  test("has eight consonants, and another each time", () => {
    const codes = Array.from({ length: 200 }, randomCode);
    for (const code of codes) expect(code).toMatch(form);
    expect(new Set(codes).size).toBe(200);
    expect(new Set(codes.join("")).size).toBe(20);
  });

  test("follows from a text alone", () => {
    expect(codeOf("renown-console-1 a b")).toBe(codeOf("renown-console-1 a b"));
    fc.assert(fc.property(fc.string(), (text) => form.test(codeOf(text))));
    expect(new Set(Array.from({ length: 500 }, (_, i) => codeOf(String(i)))).size).toBe(500);
  });

  test("is read as people type it, and nothing else is", () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const code = codeOf(String(seed));
        for (const typed of [shownCode(code), code.toLowerCase(), ` ${shownCode(code)}\n`, code.split("").join(" ")])
          expect(typedCode(typed)).toBe(code);
      }),
    );
    for (const text of ["", "BCDFGHJ", "BCDFGHJKL", "ABCDFGHJ", "BCDFGHJ1", "é".repeat(8), "B".repeat(10_000)])
      expect(typedCode(text)).toBeUndefined();
    fc.assert(fc.property(fc.string(), (text) => typedCode(text) === undefined || form.test(typedCode(text)!)));
  });
});
