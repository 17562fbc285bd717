import { z } from "@hono/zod-openapi";
import { atOnce, type Revoked } from "../../badges/award-batch.ts";
import { awardRequest } from "../../badges/award-plan.ts";
import type { Awarded, Outcome } from "../../badges/awarding.ts";
import { shownText } from "../../badges/class-definition.ts";
import { Failure } from "../../kernel/failure.ts";
import { partyOf } from "../authentication.ts";
import { csvColumns, csvRows, ndjsonRows, type Row } from "../award-lines.ts";
import { awarded, parts, tag } from "../award-schemas.ts";
import { mediaType, refuseEncoding } from "../body.ts";
import { type Call, type Door, pathPart } from "../call.ts";
import { maxHeldResults, maxRows } from "../limits.ts";
import { errorFields } from "../log.ts";
import { failureOf, partProblem } from "../problem.ts";
import { content, type Reply } from "../reply.ts";
import { type Route, route } from "../route.ts";
import { refusedPart } from "../schemas.ts";
import { streamOf } from "../streaming.ts";

type Asks = (
  rows: readonly { request: z.output<typeof awardRequest>; key: string }[],
) => Promise<Outcome<Awarded | null>[]>;

const ndjson = "application/x-ndjson";

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
      dry_run: z.literal("1").optional().openapi({ description: "1 to check every row and write nothing." }),
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
      const { raw } = call.request;
      const party = await partyOf(door, call);
      const type = mediaType(raw);
      if (type !== ndjson && type !== "text/csv")
        throw new Failure("UNSUPPORTED_MEDIA_TYPE", `The body is ${ndjson} or text/csv.`);
      refuseEncoding(raw);
      const ask = await door.services.badges.batch(party, pathPart(call, "org"), query.dry_run === "1");
      const read = type === ndjson ? ndjsonRows : csvRows;
      const rows = read(raw.body ?? new Blob([]).stream(), door.limits.bytes.stream, query.class);
      return lines(resultLines(door, call, rows, ask));
    },
  });
}

function revocationRoute(door: Door): Route {
  const reason = shownText(512);
  const name = z.string().min(1).max(64);
  const selection = z.union([
    z.strictObject({ awards: z.array(name).min(1).max(limitOf(door)), reason }),
    z.strictObject({ cohort: name, reason }),
    z.strictObject({ class: name, reason }),
  ]);
  const result = z.object({ award: z.string() });
  return route("post", "/v1/orgs/{org}/revocations:batch", {
    tag,
    summary: "Revoke awards, thousands at once",
    description:
      "Scope `awards:write`. By their ids, by cohort or by class, with a line for each as it is done. What is revoked " +
      "already is passed over, so the same can be sent again.",
    shared: true,
    guarded: true,
    callers: ["client"],
    parts: { org: parts.org },
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
    handle: async (call, { body: { reason: why, ...selected } }) => {
      const party = await partyOf(door, call);
      const before = async (count: number) => {
        await door.runtime.pause();
        await door.gate.spend(call, count, door.clock());
      };
      const revoked = await door.services.badges.revokeAll(party, pathPart(call, "org"), selected, why, before);
      return lines(revocationLines(door, call, revoked));
    },
  });
}

function limitOf({ limits }: Door): number {
  return limits.rows ?? maxRows;
}

function lines(texts: AsyncGenerator<string, void>): Reply {
  // A proxy that gathers the answer would keep the client waiting.
  return content(ndjson, streamOf(texts, maxHeldResults), { "x-accel-buffering": "no" });
}

async function* resultLines(
  door: Door,
  call: Call,
  portions: AsyncIterable<Row[]>,
  ask: Asks,
): AsyncGenerator<string, void> {
  const most = limitOf(door);
  let count = 0;
  for await (const portion of portions) {
    for (let i = 0; i < portion.length; i += atOnce) {
      const rows = portion.slice(i, i + atOnce).slice(0, most - count);
      count += rows.length;
      try {
        await door.gate.spend(call, rows.length, door.clock());
      } catch (error) {
        return yield lineOf({ line: rows[0]?.line ?? 0, key: null, ...problem(door, call, error) });
      }
      if (rows.length > 0) yield await textOf(door, call, rows, ask);
      if (rows.length < Math.min(atOnce, portion.length - i)) {
        const failure = new Failure("QUOTA_EXCEEDED", `A batch has at most ${most} rows.`);
        return yield lineOf({ line: portion[i + rows.length]!.line, key: null, ...problem(door, call, failure) });
      }
      await door.runtime.pause();
    }
  }
}

async function textOf(door: Door, call: Call, rows: readonly Row[], ask: Asks): Promise<string> {
  const asked = rows.flatMap((row) => ("request" in row ? [{ request: row.request, key: `row ${row.key}` }] : []));
  const outcomes = (await ask(asked)).values();
  let text = "";
  for (const row of rows) {
    const { line, key } = row;
    const outcome = "error" in row ? row : outcomes.next().value!;
    const result = "error" in outcome ? problem(door, call, outcome.error) : (outcome.done ?? { ok: true });
    text += lineOf({ line, key, ...result });
  }
  return text;
}

async function* revocationLines(
  door: Door,
  call: Call,
  revoked: AsyncGenerator<Revoked, void>,
): AsyncGenerator<string, void> {
  try {
    for await (const { award, error } of revoked)
      yield lineOf({ award, ...(error !== undefined && problem(door, call, error)) });
  } catch (error) {
    yield lineOf(problem(door, call, error));
  }
}

function problem({ log }: Door, call: Call, error: unknown) {
  if (!(error instanceof Failure)) log.error("row failed", { id: call.id, ...errorFields(error) });
  return { problem: partProblem(failureOf(error)) };
}

function lineOf(value: object): string {
  return `${JSON.stringify(value)}\n`;
}
