import { ensure, Failure } from "./failure.ts";

/** A record with the line that it begins on, the first being 1, or why there is none (INVALID_CSV). */
export type CsvRecord = { line: number; fields: string[] } | { line: number; failure: Failure };

/** UTF-16 units of a field and of a record, fields of a record, and blank lines of a text. */
export type CsvLimits = { field: number; record: number; fields: number; blank: number };

/** Enough for a row with a narrative; what is longer is a quote that nobody closed. */
export const csvLimits: CsvLimits = { field: 16_384, record: 65_536, fields: 128, blank: 100_000 };

/** Takes a text in pieces, cut anywhere, and gives its records as they become complete. */
export type CsvReader = { push(text: string): CsvRecord[]; end(): CsvRecord[] };

/**
 * Reads RFC 4180, with LF for CRLF, a byte order mark and blank lines let pass. A record that breaks the form or a limit
 * is a failure; reading goes on after it. Keeps no more than a record. Throws INVALID_CSV beyond the blank lines it takes.
 */
export function makeCsvReader(limits: CsvLimits = csvLimits): CsvReader {
  const read = { line: 1, blank: 0, place: "start", returned: false, begun: false } as const;
  const state: State = { ...fresh(1), ...read, limits, found: [] };
  return {
    push(text) {
      for (let i = 0; i < text.length; i++) takeCharacter(state, text[i]!);
      return state.found.splice(0);
    },
    end() {
      if (state.place === "quoted") fail(state, "a quote is not closed");
      if (state.returned) fail(state, "a carriage return stands alone");
      endRecord(state);
      return state.found.splice(0);
    },
  };
}

/** Where the next character stands: `closed` is after a quote that ends a field or is the first half of one within. */
type Place = "start" | "plain" | "quoted" | "closed";

/** A record as far as it is read. `reason` says why it is none. */
type Draft = { first: number; fields: string[]; field: string; size: number; reason: string | undefined };

type State = Draft & {
  line: number;
  /** Blank lines so far. */
  blank: number;
  place: Place;
  /** Whether the last character was a carriage return outside quotes. */
  returned: boolean;
  begun: boolean;
  limits: CsvLimits;
  found: CsvRecord[];
};

function fresh(line: number): Draft {
  return { first: line, fields: [], field: "", size: 0, reason: undefined };
}

function takeCharacter(state: State, character: string): void {
  const isMark = !state.begun && character === "\ufeff";
  state.begun = true;
  if (isMark) return;
  if (character === "\n") state.line++;
  if (state.place === "quoted") {
    if (character === '"') state.place = "closed";
    else append(state, character);
  } else if (state.place === "closed" && character === '"' && !state.returned) {
    state.place = "quoted";
    append(state, character);
  } else takeOutside(state, character);
}

function takeOutside(state: State, character: string): void {
  if (character === "\n") {
    endRecord(state);
    return;
  }
  if (state.returned) fail(state, "a carriage return stands alone");
  state.returned = character === "\r";
  if (state.returned) return;
  if (character === ",") endField(state);
  else if (character === '"' && state.place === "start") state.place = "quoted";
  else {
    if (character === '"') fail(state, "a quote stands within a field that has none around it");
    else if (state.place === "closed") fail(state, "a field goes on after its closing quote");
    state.place = "plain";
    append(state, character);
  }
}

function append(state: State, character: string): void {
  if (state.reason) return;
  state.size++;
  const { field, record } = state.limits;
  if (state.field.length >= field) fail(state, `a field has more than ${field} characters`);
  else if (state.size > record) fail(state, `the record has more than ${record} characters`);
  else state.field += character;
}

function endField(state: State): void {
  state.place = "start";
  if (state.reason) return;
  state.fields.push(state.field);
  state.field = "";
  const { fields } = state.limits;
  if (state.fields.length >= fields) fail(state, `the record has more than ${fields} fields`);
}

/** Gives the record, unless its line is blank. */
function endRecord(state: State): void {
  const { first, reason, fields, field, place } = state;
  if (reason) state.found.push({ line: first, failure: new Failure("INVALID_CSV", `Line ${first}: ${reason}.`) });
  else if (place !== "start" || fields.length > 0) state.found.push({ line: first, fields: [...fields, field] });
  else passOver(state);
  Object.assign(state, fresh(state.line), { place: "start", returned: false });
}

function passOver(state: State): void {
  const { blank } = state.limits;
  ensure(++state.blank <= blank, "INVALID_CSV", `At most ${blank} blank lines are passed over.`);
}

/** The first reason stays, and what was read of the record goes. */
function fail(state: State, reason: string): void {
  if (!state.reason) Object.assign(state, { reason, fields: [], field: "" });
}
