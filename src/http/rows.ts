import { ensure, Failure } from "../kernel/failure.ts";
import { isObject, parseJson } from "../kernel/json.ts";
import type { Call, Door } from "./call.ts";
import { maxLine, maxRows } from "./limits.ts";
import { errorFields } from "./log.ts";
import { failureOf, partProblem } from "./problem.ts";
import { linesOf } from "./streaming.ts";

/** One row of a batch: where it stands, its key as far as it can be read, and what it asks or why that is refused. */
export type Row<Request> = { line: number; key: string | null } & ({ request: Request } | { error: unknown });

/** What becomes of rows, in their order; what is told of each goes into its line. */
export type Asks<Request> = (
  rows: readonly { request: Request; key: string }[],
) => Promise<({ done: object | null } | { error: unknown })[]>;

/** Rows that are worked at together, so that their writes share commits. */
const atOnce = 256;

/** Rows of NDJSON, in portions as they arrive; lines are counted without blank ones. */
export async function* ndjsonRows<Request>(
  body: ReadableStream<Uint8Array>,
  total: number,
  parse: (value: object) => Request,
): AsyncGenerator<Row<Request>[], void> {
  let line = 0;
  for await (const lines of linesOf(body, { line: maxLine, total })) {
    yield lines.map((text) => rowOf(++line, () => (text instanceof Failure ? refuse(text) : parseJson(text)), parse));
  }
}

/** A row as it was read: an object with a key of its own beside what it asks. */
export function rowOf<Request>(line: number, read: () => unknown, parse: (value: object) => Request): Row<Request> {
  let key: string | null = null;
  try {
    const value = read();
    ensure(isObject(value), "INVALID_REQUEST", "A row is an object.");
    const { key: named, ...rest } = value;
    ensure(isKey(named), "INVALID_REQUEST", "key: Each row has its own, 1 to 255 characters.");
    key = named;
    return { line, key, request: parse(rest) };
  } catch (error) {
    return { line, key, error };
  }
}

/** By what a row of a batch is known to the log, by whomever it is sent. */
export function rowKey(key: string): string {
  return `row ${key}`;
}

export function limitOf({ limits }: Door): number {
  return limits.rows ?? maxRows;
}

export async function* resultLines<Request>(
  door: Door,
  call: Call,
  portions: AsyncIterable<Row<Request>[]>,
  ask: Asks<Request>,
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
        const { line, key } = rows[0] ?? portion[i]!;
        return yield lineOf({ line, key, ...problem(door, call, error) });
      }
      if (rows.length > 0) yield await textOf(door, call, rows, ask);
      if (rows.length < Math.min(atOnce, portion.length - i)) {
        const failure = new Failure("QUOTA_EXCEEDED", `A batch has at most ${most} rows.`);
        const { line, key } = portion[i + rows.length]!;
        return yield lineOf({ line, key, ...problem(door, call, failure) });
      }
      await door.runtime.pause();
    }
  }
}

async function textOf<Request>(
  door: Door,
  call: Call,
  rows: readonly Row<Request>[],
  ask: Asks<Request>,
): Promise<string> {
  const asked = rows.flatMap((row) => ("request" in row ? [{ request: row.request, key: rowKey(row.key!) }] : []));
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

/** Why a row came to nothing, as its line says it. */
export function problem({ log }: Door, call: Call, error: unknown) {
  if (!(error instanceof Failure)) log.error("row failed", { id: call.id, ...errorFields(error) });
  return { problem: partProblem(failureOf(error)) };
}

export function lineOf(value: object): string {
  return `${JSON.stringify(value)}\n`;
}

function isKey(value: unknown): value is string {
  return typeof value === "string" && value.length >= 1 && value.length <= 255;
}

function refuse(failure: Failure): never {
  throw failure;
}
