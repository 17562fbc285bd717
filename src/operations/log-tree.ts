import { sha256 } from "#primitives";
import { type Bytes, base64url, concat, fromBase64url } from "../kernel/bytes.ts";
import { ensure } from "../kernel/failure.ts";

/** Reads the log's leaves and the hashes of complete subtrees that were computed before. */
export type TreeReader = {
  /** Entry digests (base64url) of the places `from` to `to`, both included, from 1. */
  leaves(from: number, to: number): Promise<string[]>;
  /** The kept hash of the complete subtree `index` of 2^level leaves, from 0; undefined where none is kept. */
  node(level: number, index: number): Promise<string | undefined>;
  keep(nodes: readonly TreeNode[]): Promise<void>;
};

export type TreeNode = { level: number; index: number; hash: string };

/** The log as it stood at a size: whoever keeps one can hold later ones to it. */
export type Checkpoint = { realm: string; size: number; root: string; time: string };

/** Subtrees from 2^8 leaves on are kept: below, a page of leaves is hashed faster than rows are read. */
export const keptLevel = 8;

/** RFC 6962, section 2.1: the hash of a leaf, which is the 32 bytes of an entry digest. */
export function leafHash(digest: string): Bytes {
  const bytes = fromBase64url(digest);
  ensure(bytes?.length === 32, "INVALID_OPERATION", "A leaf is a digest of 32 bytes.");
  return sha256(concat(leafPrefix, bytes));
}

/** Whether a value can be a leaf: base64url of 32 bytes. */
export function isLeaf(digest: unknown): digest is string {
  return typeof digest === "string" && fromBase64url(digest)?.length === 32;
}

/** The root over the first `size` entries, base64url. */
export async function rootOf(reader: TreeReader, size: number): Promise<string> {
  return base64url(size === 0 ? sha256("") : await rangeHash(reader, 0, size));
}

/** The audit path of the entry at `seq` (from 1) in the tree of `size` (RFC 6962, section 2.1.1), leaf first. */
export async function inclusionProof(reader: TreeReader, seq: number, size: number): Promise<string[]> {
  ensure(
    seq >= 1 && seq <= size,
    "INVALID_REQUEST",
    `The place lies outside of the tree, whose entries are 1 to ${size}.`,
  );
  const path: Bytes[] = [];
  let start = 0;
  let length = size;
  while (length > 1) {
    const split = largestPowerBelow(length);
    const right = seq - 1 - start >= split;
    path.push(right ? await rangeHash(reader, start, split) : await rangeHash(reader, start + split, length - split));
    start = right ? start + split : start;
    length = right ? length - split : split;
  }
  return path.reverse().map(base64url);
}

/** Shows that the tree of `size` continues the tree of `old` (RFC 6962, section 2.1.2). */
export async function consistencyProof(reader: TreeReader, old: number, size: number): Promise<string[]> {
  ensure(old >= 1 && old <= size, "INVALID_REQUEST", `The older size is from 1 to the newer, ${size}.`);
  const proof = await subproof(reader, old, 0, size, true);
  return proof.map(base64url);
}

/** Where an entry stands, and the audit path from it to the root: what `GET /v1/log/inclusion` answers. */
export type Inclusion = { seq: number; size: number; path: readonly string[] };

/** How a tree continues one of before: what `GET /v1/log/consistency` answers. */
export type Consistency = { from: number; size: number; path: readonly string[] };

/** Whether an audit path leads from an entry digest to a root (RFC 9162, section 2.1.3.2). */
export function checkInclusion(digest: string, { seq, size, path }: Inclusion, root: string): boolean {
  if (!isPlaceIn(seq, size)) return false;
  let hash = leafHash(digest);
  const arrived = climb(seq - 1, size - 1, path, (sibling, isLeft) => {
    hash = isLeft ? joined(sibling, hash) : joined(hash, sibling);
  });
  return arrived && base64url(hash) === root;
}

/** Whether a proof leads from the root of a tree of before to the root of one that continues it (RFC 9162, section 2.1.4.2). */
export function checkConsistency({ from, size, path }: Consistency, oldRoot: string, root: string): boolean {
  if (!isPlaceIn(from, size)) return false;
  if (from === size) return path.length === 0 && oldRoot === root;
  let node = from - 1;
  let last = size - 1;
  for (; node % 2 === 1; node = Math.floor(node / 2)) last = Math.floor(last / 2);
  // Where the tree of before is a subtree as it stands, its root is left out of the proof.
  const [first, ...others] = node === 0 ? [oldRoot, ...path] : path;
  if (!isLeaf(first)) return false;
  let oldHash = fromBase64url(first)!;
  let hash = oldHash;
  const arrived = climb(node, last, others, (sibling, isLeft) => {
    if (isLeft) oldHash = joined(sibling, oldHash);
    hash = isLeft ? joined(sibling, hash) : joined(hash, sibling);
  });
  return arrived && base64url(oldHash) === oldRoot && base64url(hash) === root;
}

/**
 * Follows a path of hashes from a node up the tree, whose last node on that level is `last`: tells each, and whether it
 * stands on the left. True where it ends at the root.
 */
function climb(
  node: number,
  last: number,
  path: readonly string[],
  meet: (sibling: Bytes, isLeft: boolean) => void,
): boolean {
  for (const sibling of path) {
    if (!isLeaf(sibling) || last === 0) return false;
    const isLeft = node % 2 === 1 || node === last;
    meet(fromBase64url(sibling)!, isLeft);
    if (isLeft) for (; node % 2 === 0 && node !== 0; node = Math.floor(node / 2)) last = Math.floor(last / 2);
    node = Math.floor(node / 2);
    last = Math.floor(last / 2);
  }
  return last === 0;
}

/** The text that the log key signs: four lines, each ended by U+000A. */
export function checkpointText({ realm, size, root, time }: Checkpoint): string {
  return `renown-log-1 ${realm}\n${size}\n${root}\n${time}\n`;
}

function isPlaceIn(place: number, size: number): boolean {
  return Number.isSafeInteger(place) && Number.isSafeInteger(size) && place >= 1 && place <= size;
}

const leafPrefix = Uint8Array.of(0);
const nodePrefix = Uint8Array.of(1);

function joined(left: Uint8Array, right: Uint8Array): Bytes {
  return sha256(concat(nodePrefix, left, right));
}

function largestPowerBelow(length: number): number {
  let power = 1;
  while (power * 2 < length) power *= 2;
  return power;
}

/** The hash of `length` leaves from `start`, keeping what is complete and large enough. */
async function rangeHash(reader: TreeReader, start: number, length: number): Promise<Bytes> {
  const level = Math.log2(length);
  const complete = Number.isInteger(level) && start % length === 0;
  if (length <= 2 ** keptLevel && !(complete && level === keptLevel)) return smallHash(reader, start, length);
  if (complete) {
    const kept = await reader.node(level, start / length);
    if (kept !== undefined) return fromBase64url(kept)!;
  }
  const hash = level === keptLevel ? await smallHash(reader, start, length) : await splitHash(reader, start, length);
  if (complete) await reader.keep([{ level, index: start / length, hash: base64url(hash) }]);
  return hash;
}

async function splitHash(reader: TreeReader, start: number, length: number): Promise<Bytes> {
  const split = largestPowerBelow(length);
  return joined(await rangeHash(reader, start, split), await rangeHash(reader, start + split, length - split));
}

async function smallHash(reader: TreeReader, start: number, length: number): Promise<Bytes> {
  const leaves = await reader.leaves(start + 1, start + length);
  ensure(leaves.length === length, "UNAVAILABLE");
  return hashAll(leaves.map(leafHash));
}

function hashAll(hashes: readonly Bytes[]): Bytes {
  if (hashes.length === 1) return hashes[0]!;
  const split = largestPowerBelow(hashes.length);
  return joined(hashAll(hashes.slice(0, split)), hashAll(hashes.slice(split)));
}

/** SUBPROOF of RFC 6962; `whole` while the old tree is a subtree as it stands. */
async function subproof(
  reader: TreeReader,
  old: number,
  start: number,
  length: number,
  whole: boolean,
): Promise<Bytes[]> {
  if (old === length) return whole ? [] : [await rangeHash(reader, start, length)];
  const split = largestPowerBelow(length);
  if (old <= split) {
    const proof = await subproof(reader, old, start, split, whole);
    return [...proof, await rangeHash(reader, start + split, length - split)];
  }
  const proof = await subproof(reader, old - split, start + split, length - split, false);
  return [...proof, await rangeHash(reader, start, split)];
}
