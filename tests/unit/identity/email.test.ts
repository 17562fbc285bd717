import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { maxEmail, parseEmail } from "../../../src/identity/email.ts";
import { Failure } from "../../../src/kernel/failure.ts";

const code = (text: string) => {
  try {
    return parseEmail(text);
  } catch (error) {
    return error instanceof Failure ? error.code : error;
  }
};

describe("an e-mail address", () => {
  test.each([
    ["ada@example.org", "ada@example.org"],
    ["  ada@example.org ", "ada@example.org"],
    ["Ada.Lovelace+badges@Example.ORG", "Ada.Lovelace+badges@example.org"],
    ["o'neil!#$%&*/=?^_`{|}~-@example.org", "o'neil!#$%&*/=?^_`{|}~-@example.org"],
    ["zoë@example.org", "zoë@example.org"],
    ["zoe\u0308@example.org", "zoë@example.org"],
    ["用户@例子.测试", "用户@xn--fsqu00a.xn--0zwm56d"],
    ["a@BÜCHER.example", "a@xn--bcher-kva.example"],
    [`${"a".repeat(64)}@example.org`, `${"a".repeat(64)}@example.org`],
    ["a@a-b.c1.museum", "a@a-b.c1.museum"],
  ])("is read: %s", (text, email) => expect(parseEmail(text)).toBe(email));

  test.each([
    "",
    " ",
    "ada",
    "@example.org",
    "ada@",
    "ada@localhost",
    "ada@example",
    "ada@.example.org",
    "ada@example..org",
    "ada@example.org.",
    "ada@-example.org",
    "ada@example-.org",
    "ada@127.0.0.1",
    "ada@[127.0.0.1]",
    "ada@example.123",
    "ada@exa mple.org",
    "ada@exam%70le.org",
    "ada@example.org:25",
    "ada@example.org/x",
    "ada@example.org?x",
    "a b@example.org",
    ".ada@example.org",
    "ada.@example.org",
    "a..da@example.org",
    '"ada"@example.org',
    "ada@bob@example.org",
    "Ada <ada@example.org>",
    "<ada@example.org>",
    "ada@example.org, bob@example.org",
    "ada@example.org;bob@example.org",
    "ada@example.org\r\nBcc: bob@example.org",
    "ada@example.org\n",
    "\nada@example.org",
    "ada\0@example.org",
    "ada\t@example.org",
    "ada\u200b@example.org",
    "ada\u202e@example.org",
    "ada\u2028@example.org",
    "ada@example.org\u00a0",
    "\ud800@example.org",
    `${"a".repeat(65)}@example.org`,
    `a@${"a".repeat(64)}.org`,
    `a@${"abcdefgh.".repeat(30)}org`,
  ])("is refused: %j", (text) => expect(code(text)).toBe("INVALID_EMAIL"));

  test("is one line of one form, whatever comes in, and reads as itself", () => {
    const noise = fc.string({ unit: fc.constantFrom(...'aA.@-+<>,;:"\\ \r\n\0é例\u200b%/'), maxLength: 40 });
    const near = fc.tuple(noise, noise).map(([a, b]) => `${a}@${b}.org`);
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: "binary" }), noise, near, fc.emailAddress()), (text) => {
        const read = code(text);
        if (read === "INVALID_EMAIL") return;
        const email = read as string;
        expect(email.length).toBeLessThanOrEqual(maxEmail);
        expect(email).not.toMatch(/[\p{C}\p{Z}<>,;:"\\()[\]]/u);
        expect(email.split("@")).toHaveLength(2);
        expect(parseEmail(email)).toBe(email);
      }),
      { numRuns: 2_000 },
    );
  });
});
