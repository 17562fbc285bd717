import { z } from "@hono/zod-openapi";
import { Failure } from "../../kernel/failure.ts";
import type { Door } from "../call.ts";
import { errorFields } from "../log.ts";
import { json } from "../reply.ts";
import { answer, type Route, route } from "../route.ts";

export function healthRoutes({ services, runtime, log }: Door): Route[] {
  return [
    route("get", "/health/live", {
      tag: "Health",
      summary: "Does the process answer?",
      uncounted: true,
      answers: { 200: answer("It does.", z.object({ status: z.literal("live") }), { status: "live" }) },
      refusals: [],
      handle: () => json({ status: "live" }),
    }),
    route("get", "/health/ready", {
      tag: "Health",
      summary: "Can it serve?",
      uncounted: true,
      answers: { 200: answer("The database answers.", z.object({ status: z.literal("ready") }), { status: "ready" }) },
      refusals: ["UNAVAILABLE"],
      handle: async (call) => {
        if (runtime.closing?.aborted) throw new Failure("UNAVAILABLE", "The process is about to end.");
        try {
          await services.ready();
        } catch (error) {
          log.warn("not ready", { id: call.id, ...errorFields(error) });
          throw new Failure("UNAVAILABLE", "The database does not answer.");
        }
        return json({ status: "ready" });
      },
    }),
  ];
}
