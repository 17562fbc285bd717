import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isImageUrl } from "../../../src/profiles/image.ts";

describe("image URLs are https or ipfs only", () => {
  test.each([
    "https://euc.li/vitalik.eth",
    "https://cdn.example:8443/a/b.png?w=1&h=%20#x",
    "ipfs://bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi/1.png",
    "HTTPS://example.com/a.png",
    `https://example.com/${"a".repeat(2028)}`,
  ])("takes %s", (url) => expect(isImageUrl(url)).toBe(true));

  test.each([
    ["http", "http://example.com/a.png"],
    ["a script", "javascript:alert(1)"],
    ["data", "data:image/svg+xml,<svg/>"],
    ["a file", "file:///etc/passwd"],
    ["ftp", "ftp://example.com/a"],
    ["no scheme", "//example.com/a.png"],
    ["nothing", ""],
    ["no host", "https:///"],
    ["ipfs without a name", "ipfs://"],
    ["one slash", "https:/example.com"],
    ["a name and a password", "https://a:b@example.com/"],
    ["a password", "https://:b@example.com/"],
    ["ipfs with a path alone", "ipfs:///1.png"],
    ["a name", "ipfs://a@bafy/1.png"],
    ["a backslash", "https://example.com\\@evil.example/"],
    ["a line break in the scheme", "ht\ntps://example.com/"],
    ["a space", "https://example.com/a b"],
    ["a quote", 'https://example.com/"onerror="x'],
    ["a bad port", "https://example.com:99999/"],
    ["2,049 characters", `https://example.com/${"a".repeat(2029)}`],
  ])("refuses %s", (_, url) => expect(isImageUrl(url)).toBe(false));

  test("answers for any text", () => {
    fc.assert(fc.property(fc.string({ unit: "binary" }), (rest) => void isImageUrl(`https://${rest}`)));
  });
});
