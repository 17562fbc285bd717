import { type Clock, iso } from "../kernel/time.ts";

export const levels = ["debug", "info", "warn", "error", "silent"] as const;
export type Level = (typeof levels)[number];

/** A structured log: one JSON object per line. Fields hold no secrets, no bodies, no query strings. */
export type Log = {
  debug(message: string, fields?: Fields): void;
  info(message: string, fields?: Fields): void;
  warn(message: string, fields?: Fields): void;
  error(message: string, fields?: Fields): void;
};

type Fields = Readonly<Record<string, unknown>>;

/** Writes what is at least of `level`; `write` gets each line without its end. */
export function createLog(level: Level, write: (line: string) => void, clock: Clock): Log {
  const least = levels.indexOf(level);
  const at = (name: Exclude<Level, "silent">) => {
    if (levels.indexOf(name) < least) return () => {};
    return (message: string, fields?: Fields) =>
      write(JSON.stringify({ time: iso(clock()), level: name, message, ...fields }));
  };
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

/**
 * Gathers lines and writes them together, when `later` calls back: a system call for each would cost more than the line.
 * `flush` writes at once what is left.
 */
export function gatherLines(write: (text: string) => void, later: (flush: () => void) => void) {
  let gathered = "";
  const flush = () => {
    const text = gathered;
    gathered = "";
    if (text !== "") write(text);
  };
  const line = (text: string) => {
    if (gathered === "") later(flush);
    gathered += `${text}\n`;
  };
  return { line, flush };
}

/** An error as fields. The stack belongs into the log and nowhere else. */
export function errorFields(error: unknown): Fields {
  if (!(error instanceof Error)) return { error: String(error) };
  const { name, message, stack, cause } = error;
  return { error: name, reason: message, stack, ...(cause === undefined ? {} : { cause: errorFields(cause) }) };
}
