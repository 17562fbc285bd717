import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Alphabet, alphabets, isSpelt } from "../../../src/kernel/alphabet.ts";

const patterns: Record<keyof typeof alphabets, RegExp> = {
  hex: /^[0-9a-fA-F]*$/,
  base64url: /^[A-Za-z0-9_-]*$/,
  base58: /^[123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz]*$/,
  plain: /^[^,\u0000-\u001f\u007f-\uffff]*$/,
  unescaped: /^[\u0020\u0021\u0023-\u005b\u005d-\u007e]*$/,
  lowerHex: /^[0123456789abcdef]*$/,
  digits: /^[0123456789]*$/,
  slug: /^[abcdefghijklmnopqrstuvwxyz0123456789-]*$/,
  word: /^[abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_]*$/,
};
const names = Object.keys(patterns) as (keyof typeof alphabets)[];

describe("isSpelt", () => {
  it("says of every character what the alphabet's pattern says", () => {
    const characters = Array.from({ length: 0x10000 }, (_, code) => String.fromCharCode(code));
    for (const name of names) {
      const misjudged = characters.filter((each) => isSpelt(each, alphabets[name]) !== patterns[name].test(each));
      expect(misjudged, name).toEqual([]);
    }
  });

  it("finds one strange character wherever it stands", () => {
    const text = fc.string({ unit: fc.constantFrom(..."0aF"), maxLength: 60 });
    const strange = fc.constantFrom("g", "G", ",", " ", "é", "\ud800", "\n", "\0");
    fc.assert(
      fc.property(text, text, strange, (before, after, character) => {
        expect(isSpelt(before + after, alphabets.hex)).toBe(true);
        expect(isSpelt(before + character + after, alphabets.hex)).toBe(false);
      }),
    );
  });

  it("judges from its start to its end alone", () => {
    const hex: Alphabet = alphabets.hex;
    expect([isSpelt("0xab", hex), isSpelt("0xab", hex, 2), isSpelt("0xab", hex, 4)]).toEqual([false, true, true]);
    expect([isSpelt("abx", hex, 0, 2), isSpelt("abx", hex, 0, 3), isSpelt("abx", hex, 3, 3)]).toEqual([
      true,
      false,
      true,
    ]);
  });
});
