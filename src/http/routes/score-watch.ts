import { z } from "@hono/zod-openapi";
import { digestOf } from "#primitives";
import { ensure, Failure } from "../../kernel/failure.ts";
import { canonicalJson } from "../../kernel/json.ts";
import { second } from "../../kernel/time.ts";
import type { Score } from "../../reputation/score.ts";
import { preferred } from "../accept.ts";
import { viewerOf } from "../authentication.ts";
import type { Door } from "../call.ts";
import { eventReply, eventText } from "../event-stream.ts";
import { type Route, route } from "../route.ts";
import { subjectOf } from "./attestations.ts";
import { asked, askedScore, refusals, scored, scorePath, spendOn } from "./scores.ts";

/** A stream computes its score again at most so often, however much is admitted. */
const pace = 2 * second;

const eventStream = "text/event-stream";

export function scoreWatchRoutes(door: Door): Route[] {
  const { at: _, ...now } = asked;
  return [
    route("get", `${scorePath}/watch`, {
      ...scored,
      summary: "A score as it changes",
      description:
        "As events `score`, each with the whole score, the first at once. The id of an event is a digest of what is shown: " +
        "a client that comes back sends it as `Last-Event-ID` and is told only if something has changed.",
      query: z.strictObject(now),
      headers: { "Last-Event-ID": "The digest of the score that the client has." },
      answers: {
        200: {
          says: "A stream of events.",
          content: { [eventStream]: { schema: z.string(), example: "id: …\nevent: score\ndata: {}\n\n" } },
        },
      },
      refusals: [...refusals, "TOO_MANY_REQUESTS", "NOT_ACCEPTABLE"],
      handle: async (call, { query }) => {
        const accepted = preferred(call.request.header("accept"), ["application/json", eventStream]) === eventStream;
        ensure(accepted, "NOT_ACCEPTABLE", `This is a stream: ask for ${eventStream}.`);
        const subject = subjectOf(call);
        const which = { ...askedScore(call, query), lagging: true };
        const viewer = viewerOf(door, call);
        // Paid for whenever it is computed; a stream that has used up what its address may ask ends.
        const spend = spendOn(door, call, 0);
        const read = () => door.services.scores.score(viewer, subject, which, spend);
        // What is refused is refused before the stream begins.
        await read();
        const known = call.request.header("last-event-id") ?? "";
        const next = async (seen: string) => {
          const score = await unlessSpent(read);
          if (!score) return undefined;
          const place = shownDigest(score);
          return { events: place === seen ? [] : [eventText("score", place, score)], place };
        };
        return eventReply(door, call, known, next, pace);
      },
    }),
  ];
}

/** Undefined where the address may ask no more for now. */
async function unlessSpent<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof Failure && error.code === "TOO_MANY_REQUESTS") return undefined;
    throw error;
  }
}

/** Of all that is told but the places in the log, which change with every entry, whomever it concerns. */
function shownDigest({ asOf, trust, evidence, ...shown }: Score): string {
  const { counted, hidden } = evidence;
  return digestOf(canonicalJson({ ...shown, from: trust?.from ?? null, counted, hidden }));
}
