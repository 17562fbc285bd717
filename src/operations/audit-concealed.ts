import type { JsonObject } from "../kernel/json.ts";
import type { Finding, Replay } from "./audit-entry.ts";
import { isConcealed } from "./concealment.ts";
import type { LoggedEntry } from "./entry.ts";
import { groundsIn } from "./grounds.ts";
import { decidingTuple } from "./operation.ts";

/** The code of what cannot be told by whoever does not see all entries. */
export const concealedCode = "CONCEALED";

/** The code of what rests on a log that did not come along. */
export const leftOutCode = "LEFT_OUT";

/** What an audit knows of entries that it was not shown. */
export type Unseen = {
  count: number;
  /** The replay with its stream moved behind concealed entries, where the next entry names one of them. */
  passOver(replay: Replay, entry: LoggedEntry): Replay;
  /** Findings with those that a concealed entry may explain told as such: neither kept nor broken. */
  excuse(entry: LoggedEntry, findings: readonly Finding[]): Finding[];
};

/**
 * `wire` are all entries as they came, `order` those of them that could be read, `leftOut` the documents of logs that did
 * not come along: "" for one that is not named.
 */
export function unseenAmong(
  wire: readonly unknown[],
  order: readonly LoggedEntry[],
  leftOut: readonly string[] = [],
): Unseen {
  const missing = missingAmong(order, leftOut);
  const digests = new Set(wire.filter(isConcealed).map((entry) => (entry as { digest: unknown }).digest));
  const seen = new Set(order.map(({ operation }) => operation));
  return {
    count: wire.filter(isConcealed).length,
    passOver: (replay, entry) => (digests.has(entry.prev) ? movedBefore(replay, entry) : replay),
    excuse: (entry, found) => {
      const findings = found.map((finding) =>
        finding.code === "NOT_DELEGATED" && missing(entry) ? left(finding) : finding,
      );
      if (digests.size === 0) return findings;
      return findings.map((finding) => {
        const rests = finding.code === "NOT_DELEGATED" && namedIn(entry.action.input).some((each) => !seen.has(each));
        const follows = finding.law === "order" && finding.code === "OUT_OF_ORDER" && !seen.has(previousOf(entry));
        if (!rests && !follows) return finding;
        return { ...finding, code: concealedCode, detail: "What it rests on or follows is not shown." };
      });
    },
  };
}

/** Whether an entry's authority, or what it says that it rests on, may stand in a log that did not come along. */
function missingAmong(order: readonly LoggedEntry[], leftOut: readonly string[]): (entry: LoggedEntry) => boolean {
  if (leftOut.length === 0) return () => false;
  const [documents, anywhere] = [new Set<unknown>(leftOut), leftOut.includes("")];
  const [entries, operations] = [new Set<string>(), new Set<string>()];
  for (const { digest, operation } of order) {
    entries.add(digest);
    operations.add(operation);
  }
  return ({ authority, action }) =>
    (authority.entry !== "" && !entries.has(authority.entry)) ||
    groundsIn(action.input).some(
      ({ document, operation }) => !operations.has(operation) && (anywhere || documents.has(document)),
    );
}

function left(finding: Finding): Finding {
  return { ...finding, code: leftOutCode, detail: "What it rests on may stand in a log that was left out." };
}

/** Index and digest of what stands between are told by the entry behind it, which commits to both. */
function movedBefore(replay: Replay, { action, index, prev }: LoggedEntry): Replay {
  const { document } = replay;
  if (!document || action.scope !== "global" || document.head.entry === prev || index <= document.head.length)
    return replay;
  const head = { length: index, operation: "", entry: prev, timestampUtcMs: "" };
  return { ...replay, document: { ...document, head } };
}

function namedIn(input: JsonObject): string[] {
  return groundsIn(input).map(({ operation }) => operation);
}

function previousOf({ action }: LoggedEntry): string {
  return decidingTuple(action)?.[3] ?? "";
}
