import { z } from "@hono/zod-openapi";
import { ensure, Failure } from "../../kernel/failure.ts";
import { isObject, parseJson } from "../../kernel/json.ts";
import { holdTo } from "../../kernel/misfit.ts";
import type { Asked } from "../../services.ts";
import { demands } from "../../verify/knowledge.ts";
import type { OperationReport } from "../../verify/operation.ts";
import { mediaType, parseBy, readJson, refuseEncoding } from "../body.ts";
import type { Call, Door } from "../call.ts";
import { examples } from "../examples.ts";
import { inFlight, maxBatch, maxDids, maxLine, maxStream } from "../limits.ts";
import { errorFields } from "../log.ts";
import { failureOf, partProblem } from "../problem.ts";
import { content, type Reply } from "../reply.ts";
import { type Route, route } from "../route.ts";
import { moment, operationReport, rawObject, refusedPart } from "../schemas.ts";
import { ndjson, streamed } from "../streamed.ts";
import { inOrder, linesOf } from "../streaming.ts";
import { signingKey } from "./operations.ts";

const require = z.array(z.enum(demands)).max(demands.length);

const batch = z.strictObject({
  operations: z.array(rawObject),
  at: moment.optional(),
  known: moment.optional(),
  require: require.optional(),
});

const questionQuery = z.strictObject({
  at: moment.optional().openapi({ description: "The moment asked about; else admission where it is ours, else now." }),
  known: moment.optional().openapi({ description: "What had been recorded by then counts; now unless given." }),
  require: z
    .string()
    .max(64)
    .optional()
    .openapi({ description: `What is demanded beside: ${demands.join(", ")}, with commas between.`, example: "full" }),
});

export function verifyRoutes(door: Door): Route[] {
  const operation = z.strictObject({ operation: rawObject, context: rawObject }).openapi("OperationWithContext");
  const results = z.object({ results: z.array(z.union([operationReport, refusedPart])) });
  return [
    route("post", "/v1/operations/verify", {
      tag: "Verification",
      summary: "Who signed this, and were they allowed to?",
      description:
        "One operation with its context, up to 10,000 in a batch, or up to 100,000 as NDJSON, streamed both ways: one line " +
        "of answer per line, in order. Every check is run and named. Documents that were never seen here verify too. For " +
        "one operation and for NDJSON the question stands in the query, for a batch in the body.",
      shared: true,
      query: questionQuery,
      takes: {
        "application/json": { schema: z.union([operation, batch]), example: examples.batch },
        [ndjson]: { schema: operation, example: examples.operationWithContext },
      },
      answers: {
        200: {
          says: "A report for each operation, in order.",
          content: {
            "application/json": { schema: results },
            [ndjson]: { schema: z.union([operationReport, refusedPart]) },
          },
        },
      },
      refusals: ["UNREADABLE_DATE", "QUOTA_EXCEEDED"],
      handle: async (call, { query }) => {
        const question = { ...query, require: demandsOf(query.require) };
        if (mediaType(call.request.raw) === ndjson) return verifyLines(door, call, question);
        return verifyJson(door, call, question);
      },
    }),
  ];
}

function demandsOf(text: string | undefined): z.output<typeof require> {
  return text === undefined ? [] : holdTo(require, text.split(","), "INVALID_REQUEST", { root: "require" });
}

type Part = OperationReport | { error: ReturnType<typeof partProblem> };
type Ask = (operation: unknown) => Promise<Part>;

/** Results up to this number are made before anything is answered. */
const maxWhole = 256;

/** Results that are sent together, some 30 KB; between them other requests have their turn. */
const together = 16;

async function verifyJson(door: Door, call: Call, asked: Asked): Promise<Reply> {
  const value = await readJson(call.request.raw, door.limits.bytes.batch, [ndjson]);
  const { operations, question } = batchOf(value, asked);
  ensure(operations.length <= maxBatch, "QUOTA_EXCEEDED", `A batch has at most ${maxBatch} operations.`);
  const dids = new Set(operations.flatMap(didsOf));
  ensure(dids.size <= maxDids, "QUOTA_EXCEEDED", `A batch names at most ${maxDids} distinct DIDs.`);
  await door.gate.spend(call, operations.length);
  const texts = batchTexts(operations, await askerOf(door, call, question), door);
  if (operations.length > maxWhole) return streamed(door, call, "application/json", texts);
  let body = "";
  for await (const text of texts) body += text;
  return content("application/json", body);
}

async function verifyLines(door: Door, call: Call, question: Asked): Promise<Reply> {
  const request = call.request.raw;
  refuseEncoding(request);
  const ask = await askerOf(door, call, question);
  const gone = new AbortController();
  const portions = meteredLines(door, call, request.body ?? new Blob([]).stream(), gone.signal);
  return streamed(door, call, ndjson, lineTexts(portions, withinDids(ask), door), () => gone.abort());
}

/** What a result is when it cannot be a report: one bad operation never spoils the others. */
async function askerOf({ services, log }: Door, call: Call, question: Asked): Promise<Ask> {
  const ask = await services.verify.operations(question);
  return async (operation) => {
    try {
      return await ask(operation);
    } catch (error) {
      if (!(error instanceof Failure)) log.error("verification failed", { id: call.id, ...errorFields(error) });
      return { error: partProblem(failureOf(error)) };
    }
  };
}

/** Refuses with QUOTA_EXCEEDED what names a DID more than a stream may name. */
function withinDids(ask: Ask): Ask {
  const named = new Set<string>();
  return async (operation) => {
    for (const did of didsOf(operation)) {
      const taken = named.size < maxDids || named.has(did);
      ensure(taken, "QUOTA_EXCEEDED", `A stream names at most ${maxDids} distinct DIDs.`);
      named.add(did);
    }
    return ask(operation);
  };
}

async function askLine(line: string | Failure, ask: Ask): Promise<Part> {
  if (line instanceof Failure) return { error: partProblem(line) };
  try {
    return await ask(parseJson(line));
  } catch (error) {
    return { error: partProblem(failureOf(error)) };
  }
}

async function* meteredLines(
  { gate, clock, limits }: Door,
  call: Call,
  body: ReadableStream<Uint8Array>,
  gone: AbortSignal,
): AsyncGenerator<(string | Failure)[], void> {
  let left = maxStream;
  for await (const arrived of linesOf(body, { line: maxLine, total: limits.bytes.stream }, gone)) {
    const lines = arrived.slice(0, left);
    left -= lines.length;
    try {
      await gate.spend(call, lines.length, clock());
    } catch (error) {
      return yield [failureOf(error)];
    }
    yield lines;
    if (lines.length < arrived.length)
      return yield [new Failure("QUOTA_EXCEEDED", `A stream has at most ${maxStream} lines.`)];
  }
}

async function* batchTexts(operations: readonly unknown[], ask: Ask, door: Door): AsyncGenerator<string, void> {
  let between = "";
  yield '{"results":[';
  for await (const results of answers(whole(operations), ask, door)) {
    yield between + results.join(",");
    between = ",";
  }
  yield "]}";
}

/** A batch as one portion. */
async function* whole<Item>(items: readonly Item[]): AsyncGenerator<readonly Item[], void> {
  yield items;
}

async function* lineTexts(
  portions: AsyncGenerator<(string | Failure)[], void>,
  ask: Ask,
  door: Door,
): AsyncGenerator<string, void> {
  for await (const results of answers(portions, (line) => askLine(line, ask), door)) yield `${results.join("\n")}\n`;
}

async function* answers<Item>(
  portions: AsyncGenerator<readonly Item[], void>,
  ask: (item: Item) => Promise<Part>,
  { runtime }: Door,
): AsyncGenerator<string[], void> {
  for await (const results of inOrder(portions, ask, { width: inFlight, together })) {
    yield results.map((result) => JSON.stringify(result));
    await runtime.pause();
  }
}

function batchOf(value: unknown, asked: Asked): { operations: readonly unknown[]; question: Asked } {
  ensure(isObject(value), "INVALID_REQUEST", "The body is {operation, context}, or an object with `operations`.");
  if ("operations" in value) {
    const { operations, ...question } = parseBy(batch, value);
    return { operations, question: { ...asked, ...question } };
  }
  const [unknown] = Object.keys(value).filter((name) => name !== "operation" && name !== "context");
  ensure(unknown === undefined, "INVALID_REQUEST", `There is no member ${JSON.stringify(unknown?.slice(0, 40))} here.`);
  return { operations: [value], question: asked };
}

/** The key and the user that an operation names, each as a text that tells it from others. */
function didsOf(value: unknown): string[] {
  const operation = isObject(value) && isObject(value.operation) ? value.operation : undefined;
  const action = isObject(operation?.action) ? operation.action : undefined;
  const context = isObject(action?.context) ? action.context : undefined;
  const signer = isObject(context?.signer) ? context.signer : undefined;
  const user = isObject(signer?.user) ? signer.user : undefined;
  const { address, chainId } = user ?? {};
  const whole = typeof address === "string" && typeof chainId === "number";
  const named = whole ? `${chainId}:${address.toLowerCase()}` : "";
  return [signingKey(action), named].filter((did) => did !== "");
}
