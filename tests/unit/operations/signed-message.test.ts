import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { signedMessage } from "../../../src/operations/signature.ts";

describe("the bytes that a tuple signs", () => {
  const bytesOf = (text: string) => new TextEncoder().encode(`\x19Signed Operation:\n${text.length}${text}`);

  it("are the UTF-8 of the framed text, whatever it is made of", () => {
    const text = fc.string({ unit: "grapheme", maxLength: 300 });
    fc.assert(
      fc.property(text, text, (app, content) => {
        expect(signedMessage("1700000000", app, content, "")).toEqual(bytesOf(`1700000000${app}${content}`));
      }),
    );
  });

  it("stay as they are while thousands more are made", () => {
    const texts = Array.from({ length: 3000 }, (_, i) => `did:key:zDn${i}`.padEnd(11 + (i % 200), "é"));
    const messages = texts.map((text) => signedMessage("1700000000", text, "r2.", ""));
    expect(messages).toEqual(texts.map((text) => bytesOf(`1700000000${text}r2.`)));
  });

  it("are made of texts that are longer than what is set aside for them", () => {
    const long = "€".repeat(20_000);
    expect(signedMessage("1700000000", long, "", "")).toEqual(bytesOf(`1700000000${long}`));
  });
});
