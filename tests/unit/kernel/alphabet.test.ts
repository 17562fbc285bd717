import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Alphabet, alphabets, formOf, isFormed, isSpelt } from "../../../src/kernel/alphabet.ts";

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
  hyphen: /^\u002d*$/,
  colon: /^\u003a*$/,
  point: /^\u002e*$/,
  T: /^\u0054*$/,
  Z: /^\u005a*$/,
  version: /^[12345678]*$/,
  variant: /^[89ab]*$/,
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
    // Long ones are read another way than short ones, and longer than a line of bytes that is kept, yet another.
    const unit = fc.constantFrom(..."0aF");
    const text = fc.oneof(fc.string({ unit, maxLength: 40 }), fc.string({ unit, minLength: 60, maxLength: 600 }));
    const strange = fc.constantFrom("g", "G", ",", " ", "é", "\ud800", "\n", "\0");
    fc.assert(
      fc.property(text, text, strange, (before, after, character) => {
        expect(isSpelt(before + after, alphabets.hex)).toBe(true);
        expect(isSpelt(before + character + after, alphabets.hex)).toBe(false);
      }),
    );
  });

  it("judges from its start to its end alone, whatever stands around them", () => {
    const hex: Alphabet = alphabets.hex;
    expect([isSpelt("0xab", hex), isSpelt("0xab", hex, 2), isSpelt("0xab", hex, 4)]).toEqual([false, true, true]);
    expect([isSpelt("abx", hex, 0, 2), isSpelt("abx", hex, 0, 3), isSpelt("abx", hex, 3, 3)]).toEqual([
      true,
      false,
      true,
    ]);
    const long = "é".repeat(3) + "ab".repeat(50);
    expect([isSpelt(long, hex), isSpelt(long, hex, 3), isSpelt(long, hex, 2)]).toEqual([false, true, false]);
    const short = "ab".repeat(10);
    expect([isSpelt(long, hex, 3, 200), isSpelt(short, hex, 0, 100)]).toEqual([false, false]);
  });
});

describe("a form", () => {
  const form = formOf("Mxx-T:.Z", { M: alphabets.version, x: alphabets.lowerHex });
  const codesOf = (text: string) => new TextEncoder().encode(text);

  it("is kept by a text whose every character is of the alphabet of its place", () => {
    expect(isFormed(codesOf("1af-T:.Z"), form)).toBe(true);
  });

  it("is broken by one character that is not, wherever it stands", () => {
    for (let at = 0; at < form.length; at++) {
      const codes = codesOf("1af-T:.Z");
      codes[at] = "_".charCodeAt(0);
      expect(isFormed(codes, form), String(at)).toBe(false);
    }
  });

  it("is not made of places that nobody has named", () => expect(() => formOf("M?", { M: 1 })).toThrow("?"));
});
