import { type AwardRequest, awardRequest } from "../badges/award-plan.ts";
import { type CsvRecord, makeCsvReader } from "../kernel/csv.ts";
import { ensure, Failure } from "../kernel/failure.ts";
import { parseBy } from "./body.ts";
import { ndjsonRows, type Row, rowOf } from "./rows.ts";

/** Rows of NDJSON; `given` is the class of those that name none. */
export function ndjsonAwards(body: ReadableStream<Uint8Array>, total: number, given: string | undefined) {
  return ndjsonRows(body, total, (value) => awardOf(value, given));
}

function awardOf(value: object, given: string | undefined): AwardRequest {
  return parseBy(awardRequest, { ...(given !== undefined && { class: given }), ...value });
}

/** Rows of CSV, whose first record names the columns; lines are those of the file. */
export async function* csvRows(
  body: ReadableStream<Uint8Array>,
  total: number,
  given: string | undefined,
): AsyncGenerator<Row<AwardRequest>[], void> {
  const reader = makeCsvReader();
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let columns: readonly string[] | undefined;
  let size = 0;
  const rowsOf = (records: readonly CsvRecord[]): Row<AwardRequest>[] =>
    records.flatMap((record) => {
      if (columns !== undefined) return [csvRow(record, columns, given)];
      columns = columnsOf(record);
      return [];
    });
  try {
    for await (const piece of piecesOf(body)) {
      size += piece.length;
      ensure(size <= total, "TOO_LARGE", `At most ${total} bytes are taken at once.`);
      yield rowsOf(reader.push(decoder.decode(piece, { stream: true })));
    }
    yield rowsOf([...reader.push(decoder.decode()), ...reader.end()]);
  } catch (error) {
    yield [{ line: 0, key: null, error: error instanceof Failure ? error : brokenBody() }];
  }
}

/** Columns of a CSV, each with the member of a request that it fills. */
export const csvColumns = [
  "key",
  "class",
  "did",
  "email",
  "name",
  "narrative",
  "evidence",
  "result",
  "validFrom",
  "validUntil",
  "holdMinutes",
  "cohort",
] as const;

type Column = (typeof csvColumns)[number];

function columnsOf(record: CsvRecord): readonly string[] {
  if ("failure" in record) throw record.failure;
  const names = record.fields.map((field) => field.trim());
  const unknown = names.find((name) => !csvColumns.includes(name as Column));
  ensure(unknown === undefined, "INVALID_CSV", `There is no column ${JSON.stringify(unknown?.slice(0, 40))}.`);
  ensure(new Set(names).size === names.length, "INVALID_CSV", "A column stands twice.");
  return names;
}

function csvRow(record: CsvRecord, columns: readonly string[], given: string | undefined): Row<AwardRequest> {
  const { line } = record;
  if ("failure" in record) return { line, key: null, error: record.failure };
  return rowOf(
    line,
    () => requestOf(record.fields, columns),
    (value) => awardOf(value, given),
  );
}

/** What a record says as JSON would; an empty field says nothing. */
function requestOf(fields: readonly string[], columns: readonly string[]): Record<string, unknown> {
  ensure(fields.length === columns.length, "INVALID_CSV", `The header has ${columns.length} columns.`);
  const cells = Object.fromEntries(
    columns.map((name, i) => [name, fields[i]!.trim()]).filter(([, text]) => text !== ""),
  );
  const { did, email, evidence, result, holdMinutes, ...rest } = cells as Partial<Record<Column, string>>;
  return {
    ...rest,
    recipient: { ...(did !== undefined && { did }), ...(email !== undefined && { email }) },
    ...(evidence !== undefined && { evidence: [{ id: evidence }] }),
    ...(result !== undefined && { results: [{ value: result }] }),
    ...(holdMinutes !== undefined && { holdMinutes: Number(holdMinutes) }),
  };
}

function brokenBody(): Failure {
  return new Failure("INVALID_REQUEST", "The body ended before it was whole, or is not UTF-8.");
}

async function* piecesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}
