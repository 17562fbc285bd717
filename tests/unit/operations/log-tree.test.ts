import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Consistency,
  checkConsistency,
  checkInclusion,
  consistencyProof,
  type Inclusion,
  inclusionProof,
  keptLevel,
  rootOf,
  type TreeNode,
} from "../../../src/operations/log-tree.ts";

const leaf = (i: number) => createHash("sha256").update(`entry ${i}`).digest("base64url");

/** A log of so many leaves, which counts what is read of it. */
function logOf(size: number) {
  const kept = new Map<string, string>();
  const log = {
    read: 0,
    leaves: async (from: number, to: number) => {
      log.read += to - from + 1;
      return Array.from({ length: Math.min(to, size) - from + 1 }, (_, i) => leaf(from + i));
    },
    node: async (level: number, index: number) => kept.get(`${level} ${index}`),
    keep: async (nodes: readonly TreeNode[]) => {
      for (const { level, index, hash } of nodes) kept.set(`${level} ${index}`, hash);
    },
  };
  return log;
}

/** MTH of RFC 6962, section 2.1, written down as it stands there, over node:crypto. */
function treeHash(leaves: readonly string[]): Buffer {
  const sha = (...parts: Buffer[]) => createHash("sha256").update(Buffer.concat(parts)).digest();
  if (leaves.length === 0) return sha();
  if (leaves.length === 1) return sha(Buffer.of(0), Buffer.from(leaves[0]!, "base64url"));
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  return sha(Buffer.of(1), treeHash(leaves.slice(0, k)), treeHash(leaves.slice(k)));
}

const all = (size: number) => Array.from({ length: size }, (_, i) => leaf(i + 1));
const sizes = [0, 1, 2, 3, 7, 8, 255, 256, 257, 511, 512, 513, 1000];

describe("the tree over the log", () => {
  it.each(sizes)("has the root of RFC 6962 over %i entries", async (size) => {
    expect(await rootOf(logOf(size), size)).toBe(treeHash(all(size)).toString("base64url"));
  });

  it("leads from every entry to the root, and from no other place", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 700 }), fc.nat(), async (size, pick) => {
        const log = logOf(size);
        const seq = (pick % size) + 1;
        const root = await rootOf(log, size);
        const path = await inclusionProof(log, seq, size);
        const leads = (digest: string, change: Partial<Inclusion> = {}) =>
          checkInclusion(digest, { seq, size, path, ...change }, root);
        expect(leads(leaf(seq))).toBe(true);
        expect(leads(leaf(seq + 1))).toBe(false);
        if (size > 1) expect(leads(leaf(seq), { seq: (seq % size) + 1 })).toBe(false);
        expect(leads(leaf(seq), { path: [...path, root] })).toBe(false);
        expect([0, size + 1, 0.5, Number.NaN].map((place) => leads(leaf(seq), { seq: place }))).not.toContain(true);
      }),
      { numRuns: 60 },
    );
  });

  it("shows that a longer log continues a shorter one", async () => {
    // RFC 6962, section 2.1.3: the tree of seven leaves, from three and from four.
    const log = logOf(7);
    const hash = (from: number, to: number) => treeHash(all(7).slice(from, to)).toString("base64url");
    expect(await consistencyProof(log, 3, 7)).toEqual([hash(2, 3), hash(3, 4), hash(0, 2), hash(4, 7)]);
    expect(await consistencyProof(log, 4, 7)).toEqual([hash(4, 7)]);
    expect(await consistencyProof(log, 7, 7)).toEqual([]);
  });

  it("leads from the root of before to the one of now, and from no other", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 300 }), fc.nat(), fc.nat(), async (size, pick, at) => {
        const log = logOf(size);
        const from = (pick % size) + 1;
        const [oldRoot, root] = [await rootOf(log, from), await rootOf(log, size)];
        const path = await consistencyProof(log, from, size);
        const leads = (change: Partial<Consistency> = {}, old = oldRoot, now = root) =>
          checkConsistency({ from, size, path, ...change }, old, now);
        expect(leads()).toBe(true);
        expect(leads({}, leaf(0))).toBe(false);
        expect(leads({}, oldRoot, leaf(0))).toBe(false);
        expect(leads({ path: [...path, root] })).toBe(false);
        expect([0, size + 1, 0.5, Number.NaN].map((place) => leads({ from: place }))).not.toContain(true);
        if (path.length === 0) return;
        expect(leads({ path: path.slice(1) })).toBe(false);
        expect(leads({ path: path.with(at % path.length, leaf(0)) })).toBe(false);
        expect(leads({ path: path.with(at % path.length, "no hash") })).toBe(false);
      }),
      { numRuns: 200 },
    );
  });

  it("does not lead from a log that was written anew", async () => {
    const leaves = [leaf(99), ...all(7).slice(1)];
    const anew = { ...logOf(7), leaves: async (from: number, to: number) => leaves.slice(from - 1, to) };
    for (let from = 1; from <= 7; from++) {
      const path = await consistencyProof(anew, from, 7);
      expect(checkConsistency({ from, size: 7, path }, await rootOf(logOf(from), from), await rootOf(anew, 7))).toBe(
        false,
      );
    }
  });

  it("reads again only what is not complete", async () => {
    const log = logOf(4 * 2 ** keptLevel + 3);
    await rootOf(log, 4 * 2 ** keptLevel + 3);
    log.read = 0;
    await rootOf(log, 4 * 2 ** keptLevel + 3);
    expect(log.read).toBe(3);
  });

  it("refuses places outside of the tree", async () => {
    const refused = (detail: string) => ({ code: "INVALID_REQUEST", detail: expect.stringContaining(detail) });
    await expect(inclusionProof(logOf(5), 6, 5)).rejects.toMatchObject(refused("1 to 5"));
    await expect(consistencyProof(logOf(5), 6, 5)).rejects.toMatchObject(refused("the newer, 5"));
  });
});
