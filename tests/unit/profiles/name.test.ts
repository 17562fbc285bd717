import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { claimsEns, composeName, foldName, isName } from "../../../src/profiles/name.ts";

describe("a name", () => {
  test.each([
    ["an ENS name", "vitalik.eth"],
    ["a shortened address", "0x1234...abcd"],
    ["letters of any script", "Ἀθηνᾶ 春 ثريا हिन्दी"],
    ["spaces, dots, dashes and apostrophes", "Anne-Marie O'Neil_3 jr."],
    ["64 letters", "ä".repeat(64)],
    ["64 letters that arrive decomposed", "a\u0308".repeat(64)],
    ["64 letters beyond the basic plane", "𐐷".repeat(64)],
  ])("may be %s", (_, name) => expect(isName(name)).toBe(true));

  test.each([
    ["empty", ""],
    ["one letter too long", "a".repeat(65)],
    ["led by a space", " ann"],
    ["ended by a space", "ann "],
    ["a control character", "a\nb"],
    ["NUL", "a\0b"],
    ["bidirectional", "a\u202eb"],
    ["zero-width", "a\u200bb"],
    ["zero-width joined", "a\u200db"],
    ["a byte order mark", "\ufeffann"],
    ["filled with an invisible letter", "a\u3164"],
    ["varied by a selector", "a\ufe0f"],
    ["a lone surrogate", "a\ud800"],
    ["led by a combining mark", "\u0308a"],
    ["an emoji", "ann 🎉"],
    ["markup", "<b>"],
    ["an at sign", "@ann"],
    ["a slash", "a/b"],
    ["a no-break space", "a\u00a0b"],
  ])("is refused when it is %s", (_, name) => expect(isName(name)).toBe(false));

  test("is kept in NFC", () => expect(composeName("Zoe\u0308")).toBe("Zo\u00eb"));

  test.each([
    ["ann", "ANN"],
    ["straße", "STRASSE"],
    ["straße", "STRAẞE"],
    ["ΟΔΟΣ", "οδοσ"],
    ["ﬁona", "fiona"],
    ["ａｎｎ", "ann"],
    ["Zoe\u0308", "zo\u00eb"],
    ["kelvin", "\u212aelvin"],
    ["a  b", "a b"],
    ["d\u0131gen", "digen"],
  ])("%s is the same as %s", (one, other) => expect(foldName(one)).toBe(foldName(other)));

  test("is another one where a letter differs", () => {
    expect(foldName("anna")).not.toBe(foldName("anne"));
    expect(foldName("resume")).not.toBe(foldName("résumé"));
  });

  test("folds to what folds no further, whatever its case and composition", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 }).filter(isName), (name) => {
        const folded = foldName(name);
        expect(foldName(folded)).toBe(folded);
        expect(foldName(composeName(name))).toBe(folded);
        expect(foldName(name.toUpperCase())).toBe(folded);
        expect(foldName(name.normalize("NFD"))).toBe(folded);
      }),
    );
  });

  test("holds no character outside its letters, whatever it is made of", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 4 }), (text) => {
        if (isName(text)) expect(text).toMatch(/^[\p{L}\p{M}\p{Nd}._\-' ]+$/u);
      }),
      { numRuns: 1000 },
    );
  });

  test("claims to be of ENS when it ends in .eth in any spelling", () => {
    expect(["ann.eth", "ANN.ETH", "ann.ｅｔｈ"].map(claimsEns)).toEqual([true, true, true]);
    expect(["ann", "eth", "ann.eth.x"].map(claimsEns)).toEqual([false, false, false]);
  });
});

describe("what names somebody exactly", () => {
  const account = "0x1bCd0000000000000000000000000000000158aF";
  const exact = [account, account.toLowerCase(), "3f2504e0-4f89-41d3-9a0c-0305e82c3301", `r1${"A".repeat(43)}`];
  test.each(exact)("is no name to choose: %s", (name) => {
    expect(isName(name)).toBe(false);
  });
});
