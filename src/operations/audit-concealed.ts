import { isObject, type JsonObject } from "../kernel/json.ts";
import type { Finding, Replay } from "./audit-entry.ts";
import { isConcealed } from "./concealment.ts";
import type { LoggedEntry } from "./entry.ts";
import { decidingTuple } from "./operation.ts";

/** The code of what cannot be told by whoever does not see all entries. */
export const concealedCode = "CONCEALED";

/** What an audit knows of entries that it was not shown. */
export type Unseen = {
  count: number;
  /** The replay with its stream moved behind concealed entries, where the next entry names one of them. */
  passOver(replay: Replay, entry: LoggedEntry): Replay;
  /** Findings with those that a concealed entry may explain told as such: neither kept nor broken. */
  excuse(entry: LoggedEntry, findings: readonly Finding[]): Finding[];
};

/** `wire` are all entries as they came, `order` those of them that could be read. */
export function unseenAmong(wire: readonly unknown[], order: readonly LoggedEntry[]): Unseen {
  const digests = new Set(wire.filter(isConcealed).map((entry) => (entry as { digest: unknown }).digest));
  const seen = new Set(order.map(({ operation }) => operation));
  return {
    count: wire.filter(isConcealed).length,
    passOver: (replay, entry) => (digests.has(entry.prev) ? movedBefore(replay, entry) : replay),
    excuse: (entry, findings) => {
      if (digests.size === 0) return [...findings];
      return findings.map((finding) => {
        const rests = finding.code === "NOT_DELEGATED" && namedIn(entry.action.input).some((each) => !seen.has(each));
        const follows = finding.law === "order" && finding.code === "OUT_OF_ORDER" && !seen.has(previousOf(entry));
        if (!rests && !follows) return finding;
        return { ...finding, code: concealedCode, detail: "What it rests on or follows is not shown." };
      });
    },
  };
}

/** Index and digest of what stands between are told by the entry behind it, which commits to both. */
function movedBefore(replay: Replay, { action, index, prev }: LoggedEntry): Replay {
  const { document } = replay;
  if (!document || action.scope !== "global" || document.head.entry === prev || index <= document.head.length)
    return replay;
  const head = { length: index, operation: "", entry: prev, timestampUtcMs: "" };
  return { ...replay, document: { ...document, head } };
}

function namedIn({ restsOn: named }: JsonObject): string[] {
  if (!Array.isArray(named)) return [];
  return named.flatMap((each) => (isObject(each) && typeof each.operation === "string" ? [each.operation] : []));
}

function previousOf({ action }: LoggedEntry): string {
  return decidingTuple(action)?.[3] ?? "";
}
