import { z } from "@hono/zod-openapi";
import { forViewer, viewerOf } from "../authentication.ts";
import type { Door } from "../call.ts";
import { json } from "../reply.ts";
import { answer, type Route, route } from "../route.ts";
import { score } from "../score-schemas.ts";
import { subjectOf } from "./attestations.ts";
import { asked, askedScore, refusals, scoreCost, scored, scorePath } from "./scores.ts";

export function scoreExportRoutes(door: Door): Route[] {
  return [
    route("get", `${scorePath}/export`, {
      ...scored,
      summary: "Every log that a score rests on, and the score",
      description:
        "For `npm run replay`, which audits the logs, computes the score of them alone, and compares it byte by byte. A " +
        "score by trust rests on the whole log. What the subject hides is concealed from others, who cannot compute it. " +
        "Logs of others that are too long are named in `leftOut`: fetch them as bundles, page by page, and give them to the replay.",
      guarded: true,
      query: z.strictObject(asked),
      answers: {
        200: answer("A bundle with the question and the score.", z.looseObject({ question: z.looseObject({}), score })),
      },
      refusals,
      handle: async (call, { query }) => {
        const subject = subjectOf(call);
        await door.gate.spend(call, scoreCost);
        const viewer = viewerOf(door, call);
        const work = {
          spend: (entries: number) => door.gate.spend(call, entries, door.clock()),
          pause: door.runtime.pause,
          most: door.limits.bundle,
        };
        return forViewer(call, json(await door.services.exportScore(viewer, subject, askedScore(call, query), work)));
      },
    }),
  ];
}
