import { z } from "@hono/zod-openapi";
import { ensure } from "../../kernel/failure.ts";
import { preferred } from "../accept.ts";
import type { Call, Door } from "../call.ts";
import { eventReply, eventText } from "../event-stream.ts";
import { nextLink, pageOf, pageQuery } from "../query.ts";
import { json, type Reply } from "../reply.ts";
import { answer, type Route, route } from "../route.ts";
import { shownEntry } from "../schemas.ts";
import { entriesCache, isPlace, mostEntries, usualEntries } from "./operations.ts";

export function logRoutes(door: Door): Route[] {
  const page = z.object({
    items: z.array(shownEntry),
    next: z.string().openapi({ description: "Where to go on, now or later: there is always a next." }),
  });
  return [
    route("get", "/v1/operations", {
      tag: "Log",
      summary: "The whole log, in commit order and without gaps",
      description:
        "As JSON, page by page, where a page may end before `limit` for its bytes; or with `Accept: text/event-stream` as " +
        "events `entry` whose ids are places in the log. A client that comes back sends the last as `Last-Event-ID` and " +
        "misses nothing.",
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
        if (type === "text/event-stream") return streamLog(door, call, placeOf(lastEvent(call) ?? query.after));
        const { limit } = pageOf(query, usualEntries);
        return pageOfLog(door, placeOf(query.after), limit);
      },
    }),
  ];
}

/** Entries read at once for a stream, and bytes of their actions' texts: so much waits for a client that reads slowly. */
const [portion, portionBytes] = [100, 500_000];

async function pageOfLog({ services }: Door, after: number, limit: number): Promise<Reply> {
  const { items, full } = await services.log.after(after, limit);
  const next = String(items.at(-1)?.seq ?? after);
  const headers = { vary: "accept", ...entriesCache(full) };
  return json({ items, next }, 200, full ? { ...headers, link: nextLink("/v1/operations", next, limit) } : headers);
}

function streamLog(door: Door, call: Call, after: number): Reply {
  return eventReply(door, call, after, async (seq) => {
    const { items } = await door.services.log.after(seq, portion, portionBytes);
    const events = items.map((entry) => eventText("entry", entry.seq, entry));
    return { events, place: items.at(-1)?.seq ?? seq };
  });
}

function lastEvent({ request }: Call): string | undefined {
  const id = request.header("last-event-id");
  return id === "" ? undefined : id;
}

function placeOf(after: string | undefined): number {
  ensure(after === undefined || isPlace(after), "INVALID_REQUEST", "after: A place in the log is a number.");
  return Number(after ?? 0);
}
