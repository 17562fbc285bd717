import { deflateSync, inflateSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseCompact } from "../../../src/identity/jws.ts";
import { base64url } from "../../../src/kernel/bytes.ts";
import type { Json } from "../../../src/kernel/json.ts";
import {
  parseTokenStatus,
  readTokenList,
  signTokenList,
  statusInToken,
  tokenStatus,
} from "../../../src/securing/token-status-list.ts";
import { issuerKey, now } from "./sd-jwt-scene.ts";

const uri = "https://issuer.example/lists/1";
const list = { uri, issuer: "https://issuer.example", size: 1024, at: now, until: now + 3_600_000, ttl: 300_000 };
const compact = (payload: Json, typ = "statuslist+jwt") =>
  [JSON.stringify({ alg: "ES256", typ }), JSON.stringify(payload), "signature"]
    .map((part) => Buffer.from(part).toString("base64url"))
    .join(".");

describe("a Status List Token", () => {
  test("packs statuses from the lowest bit up, as the specification's example of one bit has it", async () => {
    // draft-ietf-oauth-status-list, section 4.1: statuses 1,0,0,1,1,1,0,1 and 1,1,0,0,0,1,0,1 make the bytes B9 and A3.
    const revoked = [0, 3, 4, 5, 7, 8, 9, 13, 15];
    const jws = parseCompact(await signTokenList({ ...list, size: 16, revoked }, issuerKey.signer), 100_000);
    const { lst } = jws.payload.status_list as { lst: string };
    expect([...inflateSync(Buffer.from(lst, "base64url"))]).toEqual([0xb9, 0xa3]);
    expect(jws.header).toMatchObject({ typ: "statuslist+jwt", kid: issuerKey.signer.kid });
    const iat = now / 1000;
    expect(jws.payload).toMatchObject({ sub: uri, iat, exp: iat + 3600, ttl: 300, status_list: { bits: 1 } });
  });

  test("says of each place what was revoked, and nothing beyond its end", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.nat(1023), { maxLength: 40 }), async (revoked) => {
        const jws = parseCompact(await signTokenList({ ...list, revoked }, issuerKey.signer), 100_000);
        const read = await readTokenList(jws, uri);
        const found = Array.from({ length: 1024 }, (_, i) => i).filter((i) => statusInToken(read, i) === 1);
        expect(found).toEqual(revoked.toSorted((a, b) => a - b));
        expect(statusInToken(read, 1024)).toBeUndefined();
      }),
      { numRuns: 10 },
    );
  });

  test.each([
    [2, [0b11_10_01_00], [0, 1, 2, 3]],
    [4, [0xf0], [0, 15]],
    [8, [200, 3], [200, 3]],
  ])("of %i bits is read from the lowest up", (bits, bytes, statuses) => {
    const read = { bits, bytes: Uint8Array.from(bytes) };
    expect(statuses.map((_, i) => statusInToken(read, i))).toEqual(statuses);
    expect(statusInToken(read, statuses.length)).toBeUndefined();
  });

  test("is refused where it is of another type, place or form, or a bomb", async () => {
    const lst = base64url(Uint8Array.from(deflateSync(Uint8Array.of(1))));
    const body = { sub: uri, status_list: { bits: 1, lst } };
    expect(await readTokenList(parseCompact(compact(body)), uri)).toMatchObject({ bits: 1 });
    const bomb = Buffer.from(deflateSync(Buffer.alloc(3 * 2 ** 20))).toString("base64url");
    const wrong = [
      compact(body, "JWT"),
      compact({ ...body, sub: "https://issuer.example/lists/2" }),
      compact({ sub: uri }),
      compact({ ...body, status_list: { bits: 3, lst } }),
      compact({ ...body, status_list: { bits: 1, lst: "***" } }),
      compact({ ...body, status_list: { bits: 1, lst: "AAAA" } }),
      compact({ ...body, status_list: { bits: 1, lst: bomb } }),
    ];
    for (const each of wrong)
      await expect(readTokenList(parseCompact(each), uri), each).rejects.toMatchObject({ code: "INVALID_CREDENTIAL" });
  });
});

describe("the status of a credential", () => {
  test("names a place in a list, or is of another kind", () => {
    expect(parseTokenStatus(tokenStatus({ index: 7, list: uri }))).toEqual({ index: 7, list: uri });
    expect(parseTokenStatus({ other: {} })).toBeUndefined();
  });

  test.each(["x", null, { status_list: {} }, { status_list: { idx: -1, uri } }, { status_list: { idx: 1, uri: "x" } }])(
    "is refused as %j",
    (status) => {
      expect(() => parseTokenStatus(status)).toThrowError(expect.objectContaining({ code: "INVALID_CREDENTIAL" }));
    },
  );
});
