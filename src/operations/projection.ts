import { digestOf } from "#primitives";
import { second } from "../kernel/time.ts";
import { suite1Life } from "./admit.ts";
import type { Entry } from "./entry.ts";
import type { Document } from "./fold.ts";
import type { Claim, Projection } from "./kind.ts";
import { decidingTuple } from "./operation.ts";
import { replayKey } from "./signature.ts";

/** What an entry, just folded into the document, changes in the read models; the log alone says it. */
export function projectionOf(document: Document, entry: Entry): Projection {
  const projection = document.kind.project(document.state, entry);
  if (entry.binding !== "content") return projection;
  return { ...projection, claims: [...projection.claims, onceOnly(entry)] };
}

/** What suite 1 signs fits other documents and action ids, so it is admitted once while it is young enough at all. */
function onceOnly(entry: Entry): Claim {
  const tuple = decidingTuple(entry.action)!;
  const until = Math.max(Number(tuple[0]) * second + suite1Life, Date.parse(entry.admittedAt));
  return { space: "suite1", key: digestOf(replayKey(tuple)), holder: entry.operation, until, refusal: "REPLAYED" };
}
