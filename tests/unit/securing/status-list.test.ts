import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { base64url } from "../../../src/kernel/bytes.ts";
import { parseCredential } from "../../../src/securing/data-model.ts";
import {
  decodeBits,
  emptyBits,
  encodeBits,
  maxListBytes,
  minEntries,
  parseStatusEntry,
  parseStatusList,
  setBit,
  statusAt,
  statusEntry,
  statusListCredential,
} from "../../../src/securing/status-list.ts";

/** The example of Bitstring Status List 1.0, section 2.2: 131,072 entries, none set. */
const published = "uH4sIAAAAAAAAA-3BMQEAAADCoPVPbQwfoAAAAAAAAAAAAAAAAAAAAIC3AYbSVKsAQAAA";
const list = "https://renown.example/v1/status-lists/1";

describe("the bits", () => {
  test("expand from the published example", async () => {
    expect(await decodeBits(published)).toEqual(emptyBits(minEntries));
  });

  test("have the first entry as the left-most bit", () => {
    const bits = emptyBits(16);
    setBit(bits, 0);
    setBit(bits, 15);
    expect([...bits]).toEqual([0b1000_0000, 0b0000_0001]);
  });

  test("tell exactly the indexes that were set, after a journey through the encoding", async () => {
    const indexes = fc.uniqueArray(fc.nat(minEntries - 1), { maxLength: 50 });
    await fc.assert(
      fc.asyncProperty(indexes, async (set) => {
        const bits = emptyBits(minEntries);
        for (const index of set) setBit(bits, index);
        const read = await decodeBits(await encodeBits(bits));
        const found = [...Array(minEntries).keys()].filter((index) => statusAt(read, index) === 1);
        expect(found).toEqual([...set].sort((a, b) => a - b));
      }),
      { numRuns: 20 },
    );
  });

  test("tell statuses of several bits, the first bit the highest", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 4, maxLength: 32 }), fc.integer({ min: 1, max: 32 }), (bits, size) => {
        const text = [...bits].map((byte) => byte.toString(2).padStart(8, "0")).join("");
        const last = Math.floor(text.length / size) - 1;
        for (const index of [0, last]) {
          expect(statusAt(bits, index, size)).toBe(Number.parseInt(text.slice(index * size, (index + 1) * size), 2));
        }
        expect(statusAt(bits, last + 1, size)).toBeUndefined();
      }),
    );
  });

  test.each([
    ["a gzip bomb", `u${base64url(gzipSync(new Uint8Array(maxListBytes + 1)))}`],
    ["another multibase", published.replace("u", "m")],
    ["padding", `${published}=`],
    ["what is no GZIP", "uAAAA"],
    ["a GZIP that breaks off", published.slice(0, 40)],
  ])("refuse %s", async (_, encoded) => {
    await expect(decodeBits(encoded)).rejects.toMatchObject({ code: "INVALID_CREDENTIAL" });
  });

  test("are taken at exactly the budget", async () => {
    expect(await decodeBits(published, minEntries / 8)).toHaveLength(minEntries / 8);
    await expect(decodeBits(published, minEntries / 8 - 1)).rejects.toMatchObject({ code: "INVALID_CREDENTIAL" });
  });
});

describe("a status entry", () => {
  test("is read as it was made", () => {
    const entry = statusEntry(list, 94567, "revocation");
    expect(parseStatusEntry(entry)).toEqual({ purpose: "revocation", index: 94567, list, size: 1, messages: [] });
  });

  const messages = ["0x0", "0x1", "0x2", "0x3"].map((status) => ({ status, message: `means ${status}` }));

  test("of several bits says what each status means, and may refer to more", () => {
    const told = { statusPurpose: "message", statusSize: 2, statusMessage: messages };
    const entry = { ...statusEntry(list, 5, "message"), ...told, statusReference: "https://x.example/states" };
    expect(parseStatusEntry(entry)).toMatchObject({ size: 2, messages: [{ status: 0 }, {}, {}, { status: 3 }] });
  });

  test.each([
    ["of another type", { type: "StatusList2021Entry" }],
    ["without a purpose", { statusPurpose: undefined }],
    ["with its index as a number", { statusListIndex: 5 }],
    ["with a negative index", { statusListIndex: "-1" }],
    ["with an index of leading zeros", { statusListIndex: "05" }],
    ["without a list", { statusListCredential: "1" }],
    ["of no bits", { statusSize: 0 }],
    ["of two bits without what they mean", { statusSize: 2 }],
    ["that says too little of what two bits mean", { statusSize: 2, statusMessage: messages.slice(1) }],
    ["whose messages are no list", { statusMessage: messages[0] }],
    ["whose message has no hexadecimal status", { statusMessage: [{ status: "0", message: "x" }, messages[1]] }],
    ["with a reference that is no URL", { statusReference: ["https://x.example/", "x"] }],
    ["with the id of its list", { id: list }],
  ])("is refused %s", (_, change) => {
    expect(() => parseStatusEntry({ ...statusEntry(list, 5, "revocation"), ...change })).toThrow(
      expect.objectContaining({ code: "INVALID_CREDENTIAL" }),
    );
  });
});

describe("a status list credential", () => {
  const credential = statusListCredential({
    id: list,
    issuer: "did:web:renown.example",
    purpose: "revocation",
    encodedList: published,
    validFrom: 0,
    validUntil: 1,
    ttl: 300_000,
  });

  test("follows the data model and is read as it was made", () => {
    expect(parseCredential(credential)).toMatchObject({ id: list, validFrom: 0, validUntil: 1 });
    expect(parseStatusList(credential)).toEqual({ purposes: ["revocation"], encodedList: published });
  });

  test("may name several purposes", () => {
    const credentialSubject = {
      ...(credential.credentialSubject as object),
      statusPurpose: ["revocation", "suspension"],
    };
    expect(parseStatusList({ ...credential, credentialSubject }).purposes).toEqual(["revocation", "suspension"]);
  });

  test.each([
    ["of another type", { type: ["VerifiableCredential"] }],
    ["with another subject", { credentialSubject: { type: "StatusList2021", encodedList: published } }],
    ["without a purpose", { credentialSubject: { type: "BitstringStatusList", encodedList: published } }],
  ])("is refused %s", (_, change) => {
    expect(() => parseStatusList({ ...credential, ...change })).toThrow(
      expect.objectContaining({ code: "INVALID_CREDENTIAL" }),
    );
  });
});
