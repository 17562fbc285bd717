import { createPrivateKey, sign as nodeSign } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  base58,
  base64,
  base64url,
  concat,
  equalBytes,
  fromBase58,
  fromBase64,
  fromBase64url,
  fromHex,
  fromUtf8,
  hex,
  utf8,
} from "../../../src/kernel/bytes.ts";
import { derOfRaw, rawOfDer } from "../../../src/kernel/der.ts";
import keys from "../../keys.json" with { type: "json" };

const bytes = (size = 80) => fc.uint8Array({ maxLength: size });

describe("texts of bytes", () => {
  test("are those of Node, and lead back", () => {
    fc.assert(
      fc.property(bytes(), (value) => {
        expect(hex(value)).toBe(Buffer.from(value).toString("hex"));
        expect(base64(value)).toBe(Buffer.from(value).toString("base64"));
        expect(base64url(value)).toBe(Buffer.from(value).toString("base64url"));
        expect(fromHex(hex(value))).toEqual(value);
        expect(fromBase64(base64(value))).toEqual(value);
        expect(fromBase64url(base64url(value))).toEqual(value);
        expect(fromBase58(base58(value))).toEqual(value);
      }),
    );
  });

  test("have one spelling: what is read is spelt the same again", () => {
    const text = (letters: string) => fc.string({ unit: fc.constantFrom(...letters), maxLength: 12 });
    fc.assert(
      fc.property(text("AQgw+/=-_ \nzé"), (spelt) => {
        const standard = fromBase64(spelt);
        const url = fromBase64url(spelt);
        if (standard) expect(base64(standard)).toBe(spelt);
        if (url) expect(base64url(url)).toBe(spelt);
      }),
      { numRuns: 5000 },
    );
  });

  test.each(["A", "AB", "QQ=", "QQ", "QR==", "QQ===", "====", "Q Q=", "QQ==\n", "QQ=Q"])(
    "are refused in base64 where they are %j",
    (text) => expect(fromBase64(text)).toBeUndefined(),
  );

  test.each(["A", "QR", "QQ==", "Q+", "Q/", "Q ", "é"])("are refused in base64url where they are %j", (text) =>
    expect(fromBase64url(text)).toBeUndefined(),
  );

  test.each(["0", "O", "I", "l", "é", "1".repeat(129)])("are refused in base58 where they are %j", (text) =>
    expect(fromBase58(text)).toBeUndefined(),
  );

  test.each(["0", "0x00", "zz", "0g", "00 ", "é", "é0", "0é", `${"0".repeat(600)}é0`, "é".repeat(300)])(
    "are refused in hex where they are %j",
    (text) => expect(fromHex(text)).toBeUndefined(),
  );

  test("are read in hex however many they are", () => {
    for (const size of [255, 256, 257, 5000]) {
      const value = Uint8Array.from({ length: size }, (_, i) => i * 7);
      expect(fromHex(hex(value))).toEqual(value);
      expect(fromHex(`0x${hex(value)}`, 2)).toEqual(value);
    }
  });

  test("are read in hex of either case", () => expect(fromHex("aAbB")).toEqual(Uint8Array.of(0xaa, 0xbb)));

  test("keep the zeros that base58 begins with", () => expect(base58(Uint8Array.of(0, 0, 1))).toBe("112"));
});

describe("UTF-8", () => {
  test("leads back, a byte order mark too", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(fromUtf8(utf8(text))).toBe(text.toWellFormed());
      }),
    );
    expect(fromUtf8(utf8("\ufeffa"))).toBe("\ufeffa");
  });

  test.each([[[0xff]], [[0xc0, 0x80]], [[0xed, 0xa0, 0x80]], [[0xe2, 0x82]]])("is refused where it is %j", (list) =>
    expect(() => fromUtf8(Uint8Array.from(list))).toThrow(TypeError),
  );
});

describe("bytes", () => {
  test("are joined in order", () => {
    fc.assert(
      fc.property(fc.array(bytes(), { maxLength: 5 }), (parts) => {
        expect(concat(...parts)).toEqual(Uint8Array.from(Buffer.concat(parts)));
      }),
    );
  });

  test("are equal where all are", () => {
    fc.assert(
      fc.property(bytes(), bytes(), (a, b) => {
        expect(equalBytes(a, b)).toBe(Buffer.compare(a, b) === 0);
        expect(equalBytes(a, a.slice())).toBe(true);
        expect(equalBytes(a, concat(a, Uint8Array.of(0)))).toBe(false);
      }),
    );
  });
});

describe("DER", () => {
  const small = fc
    .tuple(fc.nat(32), fc.uint8Array({ minLength: 32, maxLength: 32 }))
    .map(([zeros, value]) => value.fill(0, 0, zeros));
  const raw = fc.tuple(small, small).map(([r, s]) => concat(r, s));

  test("leads back to r || s, however many zeros they begin with", () => {
    fc.assert(
      fc.property(raw, (value) => {
        expect(rawOfDer(derOfRaw(value))).toEqual(value);
      }),
      { numRuns: 1000 },
    );
  });

  test("has the shortest integers, none of them negative", () => {
    fc.assert(
      fc.property(raw, (value) => {
        const der = derOfRaw(value);
        expect(der[0]).toBe(0x30);
        expect(der[1]).toBe(der.length - 2);
        for (const at of [2, 4 + der[3]!]) {
          const [tag, length, head, next] = der.subarray(at);
          expect(tag).toBe(2);
          expect(head! & 0x80).toBe(0);
          if (length! > 1) expect(head !== 0 || (next! & 0x80) !== 0).toBe(true);
        }
      }),
    );
  });

  test("is read as OpenSSL writes it", () => {
    const key = createPrivateKey({ key: keys.apps.first, format: "jwk" });
    for (let i = 0; i < 200; i++) {
      const der = nodeSign("sha256", Buffer.from(`message ${i}`), key);
      expect(derOfRaw(rawOfDer(der))).toEqual(Uint8Array.from(der));
    }
  });
});
