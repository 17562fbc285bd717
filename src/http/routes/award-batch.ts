import { z } from "@hono/zod-openapi";
import type { Revoked } from "../../badges/award-batch.ts";
import { type AwardRequest, awardRequest } from "../../badges/award-plan.ts";
import { shownText } from "../../badges/class-definition.ts";
import { Failure } from "../../kernel/failure.ts";
import { partyOf } from "../authentication.ts";
import { csvColumns, csvRows, ndjsonAwards } from "../award-lines.ts";
import { awarded, parts, tag } from "../award-schemas.ts";
import { mediaType, refuseEncoding } from "../body.ts";
import { type Call, type Door, pathPart } from "../call.ts";
import type { Reply } from "../reply.ts";
import { type Route, route } from "../route.ts";
import { type Asks, limitOf, lineOf, problem, resultLines } from "../rows.ts";
import { refusedPart } from "../schemas.ts";
import { ndjson, streamed } from "../streamed.ts";

/** A row that came to nothing; the others are not touched by it. */
const refused = z.object({ problem: refusedPart.shape.error });

export function awardBatchRoutes(door: Door): Route[] {
  return [awardRoute(door), revocationRoute(door)];
}

function awardRoute(door: Door): Route {
  const row = awardRequest.partial({ class: true }).extend({ key: z.string().min(1).max(255) });
  const example = { key: "2026-117", recipient: { email: "ada@example.org" }, name: "Ada Lovelace" };
  const place = { line: z.int(), key: z.string().nullable() };
  const made = awarded.partial().extend({ ...place, ok: z.literal(true).optional() });
  return route("post", "/v1/orgs/{org}/awards:batch", {
    tag,
    summary: "Award badges, thousands at once",
    description:
      "Scope `awards:write`. One row per line, as NDJSON or as CSV, and a result for each, in order, as it is made. A row " +
      "is what POST /v1/orgs/{org}/awards takes, with a `key` of its own: the same file can be sent again, whole, and " +
      `makes nothing twice. Columns of a CSV: ${csvColumns.join(", ")}. At most ${limitOf(door)} rows.`,
    shared: true,
    guarded: true,
    callers: ["client"],
    parts: { org: parts.org },
    query: z.strictObject({
      class: z.string().max(64).optional().openapi({ description: "For rows that name none." }),
      dry_run: dryRun("to check every row and write nothing."),
    }),
    takes: { [ndjson]: { schema: row, example }, "text/csv": { schema: z.string(), example: "key,class,email\r\n" } },
    answers: {
      200: {
        says: "A line for each row.",
        content: { [ndjson]: { schema: z.union([made, refused.extend(place)]) } },
      },
    },
    refusals: ["FORBIDDEN", "NOT_FOUND", "NO_KEY", "UNSUPPORTED_MEDIA_TYPE"],
    handle: async (call, { query }) => {
      const party = await partyOf(door, call);
      const ask = () => door.services.badges.batch(party, pathPart(call, "org"), query.dry_run !== undefined);
      return rowsReply(door, call, ask, query.class);
    },
  });
}

/** Reads the rows of a body, CSV or NDJSON, and streams a line for each; `given` is the class of those that name none. */
export async function rowsReply(
  door: Door,
  call: Call,
  asks: () => Promise<Asks<AwardRequest>>,
  given: string | undefined,
): Promise<Reply> {
  const { raw } = call.request;
  const type = mediaType(raw);
  if (type !== ndjson && type !== "text/csv")
    throw new Failure("UNSUPPORTED_MEDIA_TYPE", `The body is ${ndjson} or text/csv.`);
  refuseEncoding(raw);
  const ask = await asks();
  const read = type === ndjson ? ndjsonAwards : csvRows;
  const rows = read(raw.body ?? new Blob([]).stream(), door.limits.bytes.stream, given);
  return streamed(door, call, ndjson, resultLines(door, call, rows, ask));
}

function revocationRoute(door: Door): Route {
  const reason = shownText(512);
  const name = z.string().min(1).max(64);
  const selection = z.union([
    z.strictObject({ awards: z.array(name).min(1).max(limitOf(door)), reason }),
    z.strictObject({ cohort: name, reason }),
    z.strictObject({ class: name, reason }),
  ]);
  const result = z.object({ award: z.string(), result: z.enum(["revoked", "would be revoked", "already revoked"]) });
  return route("post", "/v1/orgs/{org}/revocations:batch", {
    tag,
    summary: "Revoke awards, thousands at once",
    description:
      "Scope `awards:write`. By their ids, by cohort or by class, with a line for each as it is done. What is revoked " +
      "already is passed over in a cohort or a class, and said of what is named, so the same can be sent again. With " +
      "`dry_run` each line says what would become of the award.",
    shared: true,
    guarded: true,
    callers: ["client"],
    parts: { org: parts.org },
    query: z.strictObject({ dry_run: dryRun("to say what would be revoked and write nothing.") }),
    body: {
      schema: selection,
      example: { cohort: "2026-autumn", reason: "Awarded by mistake." },
      most: door.limits.bytes.body,
    },
    answers: {
      200: {
        says: "A line for each award.",
        content: { [ndjson]: { schema: z.union([result, refused.extend({ award: z.string() })]) } },
      },
    },
    refusals: ["FORBIDDEN", "NOT_FOUND", "NO_KEY"],
    handle: async (call, { body: { reason: why, ...selected }, query }) => {
      const party = await partyOf(door, call);
      const before = async (count: number) => {
        await door.runtime.pause();
        await door.gate.spend(call, count, door.clock());
      };
      const terms = { reason: why, dryRun: query.dry_run !== undefined, before };
      const revoked = await door.services.badges.revokeAll(party, pathPart(call, "org"), selected, terms);
      return streamed(door, call, ndjson, revocationLines(door, call, revoked));
    },
  });
}

/** A flag of the query: there alone, or as 1. */
function dryRun(why: string) {
  const description = `There alone, or 1, ${why}`;
  return z.enum(["", "1"]).optional().openapi({ description });
}

async function* revocationLines(
  door: Door,
  call: Call,
  revoked: AsyncGenerator<Revoked, void>,
): AsyncGenerator<string, void> {
  try {
    for await (const each of revoked)
      yield lineOf("error" in each ? { award: each.award, ...problem(door, call, each.error) } : each);
  } catch (error) {
    yield lineOf(problem(door, call, error));
  }
}
