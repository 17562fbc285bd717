import { z } from "@hono/zod-openapi";
import { ensure } from "../../kernel/failure.ts";
import { type Clock, second } from "../../kernel/time.ts";
import { preferred } from "../accept.ts";
import type { Call, Door } from "../call.ts";
import { createEventGate, type EventGate } from "../event-gate.ts";
import { nextLink, pageOf, pageQuery } from "../query.ts";
import { content, json, type Reply } from "../reply.ts";
import { answer, type Route, route } from "../route.ts";
import { shownEntry } from "../schemas.ts";
import { streamOf } from "../streaming.ts";
import { entriesCache, isPlace, mostEntries, usualEntries } from "./operations.ts";

export function logRoutes(door: Door): Route[] {
  const gate = createEventGate();
  const page = z.object({
    items: z.array(shownEntry),
    next: z.string().openapi({ description: "Where to go on, now or later: there is always a next." }),
  });
  return [
    route("get", "/v1/operations", {
      tag: "Log",
      summary: "The whole log, in commit order and without gaps",
      description:
        "As JSON, page by page; or with `Accept: text/event-stream` as events `entry` whose ids are places in the log. A " +
        "client that comes back sends the last as `Last-Event-ID` and misses nothing.",
      shared: true,
      query: pageQuery(usualEntries, mostEntries),
      headers: { "Last-Event-ID": "The place after which a stream of events goes on; it counts before `after`." },
      answers: {
        200: {
          ...answer("Entries after a place.", page),
          content: {
            "application/json": { schema: page },
            "text/event-stream": { schema: z.string(), example: 'id: 7\nevent: entry\ndata: {"seq":7}\n\n' },
          },
        },
      },
      refusals: ["NOT_ACCEPTABLE"],
      handle: async (call, { query }) => {
        const type = preferred(call.request.header("accept"), ["application/json", "text/event-stream"]);
        ensure(type !== undefined, "NOT_ACCEPTABLE");
        if (type === "text/event-stream") return streamLog(door, gate, call, placeOf(lastEvent(call) ?? query.after));
        const { limit } = pageOf(query, usualEntries);
        return pageOfLog(door, placeOf(query.after), limit);
      },
    }),
  ];
}

/** A comment that keeps proxies from closing a silent connection. */
const heartbeat = 15 * second;

/** Entries read at once for a stream. */
const portion = 100;

async function pageOfLog({ services }: Door, after: number, limit: number): Promise<Reply> {
  const items = await services.log.after(after, limit);
  const next = String(items.at(-1)?.seq ?? after);
  const full = items.length === limit;
  const headers = { vary: "accept", ...entriesCache(full) };
  return json({ items, next }, 200, full ? { ...headers, link: nextLink("/v1/operations", next, limit) } : headers);
}

function streamLog(door: Door, gate: EventGate, call: Call, after: number): Reply {
  const headers = { vary: "accept", "x-accel-buffering": "no" };
  // A client that asks for the head only opens nothing.
  if (call.request.method === "HEAD") return content("text/event-stream", null, headers);
  const leave = gate.enter(call);
  const gone = new AbortController();
  const texts = events(door, after, gone.signal, leave);
  const stop = () => {
    gone.abort();
    leave();
  };
  return content("text/event-stream", streamOf(texts, 65_536, stop), headers);
}

async function* events({ services, clock, runtime }: Door, after: number, gone: AbortSignal, leave: () => void) {
  const { log } = services;
  const deadline = deadlineOf(clock, runtime.maxStream);
  const ended = () => gone.aborted || runtime.closing?.aborted === true || deadline.left() <= 0;
  try {
    yield `retry: ${second}\n\n`;
    for (let seq = after; !ended(); ) {
      const waiting = new AbortController();
      const signals = [gone, waiting.signal, ...(runtime.closing ? [runtime.closing] : [])];
      // Waits from before it reads, so that no commit falls in between.
      const commit = log.next(Math.min(heartbeat, deadline.left()), AbortSignal.any(signals));
      const entries = await log.after(seq, portion);
      for (const entry of entries) yield `id: ${entry.seq}\nevent: entry\ndata: ${JSON.stringify(entry)}\n\n`;
      seq = entries.at(-1)?.seq ?? seq;
      if (entries.length > 0) waiting.abort();
      await commit;
      if (entries.length === 0) yield ": \n\n";
    }
  } finally {
    leave();
  }
}

function deadlineOf(clock: Clock, most: number | undefined): { left(): number } {
  const start = clock();
  return { left: () => (most === undefined ? Number.POSITIVE_INFINITY : start + most - clock()) };
}

function lastEvent({ request }: Call): string | undefined {
  const id = request.header("last-event-id");
  return id === "" ? undefined : id;
}

function placeOf(after: string | undefined): number {
  ensure(after === undefined || isPlace(after), "INVALID_REQUEST", "after: A place in the log is a number.");
  return Number(after ?? 0);
}
