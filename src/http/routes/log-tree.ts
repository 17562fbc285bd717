import { z } from "@hono/zod-openapi";
import { expecting } from "../../kernel/misfit.ts";
import type { Door } from "../call.ts";
import { json } from "../reply.ts";
import { answer, type Route, route } from "../route.ts";
import { moment } from "../schemas.ts";

const hash = z.string().openapi({ description: "base64url of 32 bytes." });
const path = z.array(hash);

/** What makes the log hold still: a signed root, and the proofs of RFC 6962 against it. */
export function logTreeRoutes(door: Door): Route[] {
  return [checkpointRoute(door), ...proofRoutes(door)];
}

function checkpointRoute({ services }: Door): Route {
  const checkpoint = z
    .object({ realm: z.string(), size: z.int(), root: hash, time: moment, signature: z.string() })
    .openapi("Checkpoint");
  return route("get", "/v1/log", {
    tag: "Log",
    summary: "The log as it stands now, signed",
    description:
      "Size, root and time, signed by the log key (`#log` of the DID document, Ed25519). Keep it and compare.",
    shared: true,
    answers: { 200: answer("A checkpoint.", checkpoint) },
    refusals: [],
    handle: async () => json(await services.log.checkpoint()),
  });
}

function proofRoutes({ services }: Door): Route[] {
  const place = (says: string) => numeral.openapi({ description: says });
  const size = place("Entries of the tree; those of the log now unless given.").optional();
  return [
    route("get", "/v1/log/inclusion", {
      tag: "Log",
      summary: "That an entry stands where it stands",
      shared: true,
      query: z.strictObject({ seq: place("The place of the entry, from 1."), size }),
      answers: { 200: answer("The audit path.", z.object({ seq: z.int(), size: z.int(), root: hash, path })) },
      refusals: [],
      handle: async (_call, { query }) => json(await services.log.inclusion(Number(query.seq), numberOf(query.size))),
    }),
    route("get", "/v1/log/consistency", {
      tag: "Log",
      summary: "That the log only grew",
      shared: true,
      query: z.strictObject({ from: place("Entries of the older tree, at least 1."), size }),
      answers: { 200: answer("The proof.", z.object({ from: z.int(), size: z.int(), path })) },
      refusals: [],
      handle: async (_call, { query }) =>
        json(await services.log.consistency(Number(query.from), numberOf(query.size))),
    }),
  ];
}

const numeral = z.string(expecting("a number from 1")).regex(/^[1-9]\d{0,14}$/, "It is a number from 1.");

function numberOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}
