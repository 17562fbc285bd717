// Entries of the size that signed operations have, made fast: nothing checks their signatures here.
import { type Entry, entryDigest, operationDigest } from "../src/operations/entry.ts";
import type { Append } from "../src/operations/store.ts";
import { profileKind } from "../src/profiles/profile.ts";
import { appKey } from "../tests/harness.ts";

/** Makes appends for documents that nobody else has; counts entries and the bytes of their actions. */
export function synthetic(realm: string) {
  let documents = 0;
  let count = 0;
  let bytes = 0;
  const make = (document: string, index: number, prev: string, previous: string): Entry => {
    const tuple = ["1795165369", appKey.did, `r2.${"A".repeat(43)}`, previous, `0x${"7e".repeat(64)}`] as const;
    const user = { address: "0x19e7e376e7c213b7e7e7e46cc70a5dd086daff2a", networkId: "eip155", chainId: 1 };
    const action = {
      id: crypto.randomUUID(),
      type: "SET_USER_IMAGE",
      timestampUtcMs: "2026-11-20T12:00:00.000Z",
      input: { userImage: `https://images.example/${count}.png` },
      scope: "global",
      context: { signer: { user, app: { name: "https://app.example", key: appKey.did }, signatures: [tuple] } },
    };
    const placed = { document, kind: profileKind, branch: "main", action };
    const text = JSON.stringify(action);
    const entry = {
      ...placed,
      text,
      realm,
      index,
      prev,
      operation: operationDigest(placed),
      binding: "full",
      authority: { by: "service", entry: "" },
      admittedAt: "2026-11-20T12:00:00.000Z",
    } as const;
    count++;
    bytes += text.length;
    return { ...entry, digest: entryDigest(entry) };
  };
  const append = (document: string, entries: Entry[]): Append => ({
    document,
    kind: profileKind,
    entries: entries.map((entry) => ({ entry, projection: { rows: [], claims: [] } })),
  });
  return {
    count: () => count,
    bytes: () => bytes,
    /** A new document with its first entries. */
    document: (length: number): Append => {
      const document = `r1${String(++documents).padStart(43, "0")}`;
      const entries: Entry[] = [];
      for (let i = 0; i < length; i++)
        entries.push(make(document, i, entries.at(-1)?.digest ?? "", entries.at(-1)?.operation ?? ""));
      return append(document, entries);
    },
    /** The next entry behind an append. */
    after: ({ document, entries }: Append): Append => {
      const { entry } = entries.at(-1)!;
      return append(document, [make(document, entry.index + 1, entry.digest, entry.operation)]);
    },
  };
}
