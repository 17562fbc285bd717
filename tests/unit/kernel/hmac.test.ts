import { createHmac } from "node:crypto";
import fc from "fast-check";
import { expect, it } from "vitest";
import { hmacSha256 } from "../../../src/kernel/hmac.ts";

it("computes what OpenSSL computes, for keys of up to a block", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), fc.uint8Array({ maxLength: 300 }), (key, message) => {
      expect(Buffer.from(hmacSha256(key, message))).toEqual(createHmac("sha256", key).update(message).digest());
    }),
  );
});
