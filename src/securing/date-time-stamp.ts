import { unlessRefused } from "../kernel/attempt.ts";
import { Failure } from "../kernel/failure.ts";
import { day, hour, type Millis, minute, parseTime } from "../kernel/time.ts";

/**
 * Reads a dateTimeStamp (XML Schema 1.1, part 2) of a credential or proof of anybody: longer years, longer fractions and
 * 24:00:00 too, which RFC 3339 has not. Without an offset it is UTC. Refuses with UNREADABLE_DATE, by the `name` of the
 * member.
 * @see https://www.w3.org/TR/vc-data-model-2.0/#representing-time section 5.8, and Data Integrity 1.0, section 2.1
 */
export function parseStamp(name: string, text: unknown): Millis {
  const usual = unlessRefused(() => parseTime(text));
  const time = usual ?? (typeof text === "string" && text.length <= maxLength ? readStamp(text) : undefined);
  if (time === undefined)
    throw new Failure("UNREADABLE_DATE", `${name}: A time is a dateTimeStamp, as 2026-11-20T11:41:04Z.`);
  return time;
}

/** Whether a dateTimeStamp says how it stands to UTC, as it must. */
export function hasOffset(text: string): boolean {
  return /(?:[Zz]|[+-]\d\d:\d\d)$/.test(text);
}

const maxLength = 64;

const stamp = /^(-?(?:[1-9]\d{3,5}|0\d{3}))-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:Z|([+-])(\d\d):(\d\d))?$/;

/** The last moment that a date of ECMAScript tells. */
const maxMillis = 8.64e15;

function readStamp(text: string): Millis | undefined {
  const parts = stamp.exec(text);
  if (!parts) return undefined;
  const [, year, month, date, hours, minutes, seconds, fraction = "", sign, offsetHours = "0", offsetMinutes = "0"] =
    parts;
  const midnight = midnightOf(Number(year), Number(month), Number(date));
  const offset = Number(offsetHours) * hour + Number(offsetMinutes) * minute;
  const inRange = Number(hours) <= 24 && Number(minutes) <= 59 && Number(seconds) <= 59 && Number(offsetMinutes) <= 59;
  if (midnight === undefined || !inRange || offset > 14 * hour) return undefined;
  const within = Number(hours) * hour + Number(minutes) * minute + Number(seconds) * 1000;
  // Midnight at the end of a day is the only moment of its 24th hour.
  if (within > day || (within === day && Number(fraction) > 0)) return undefined;
  const time = midnight + within + Number(fraction.padEnd(3, "0").slice(0, 3)) - (sign === "-" ? -offset : offset);
  return Math.abs(time) <= maxMillis ? time : undefined;
}

function midnightOf(year: number, month: number, date: number): Millis | undefined {
  const midnight = new Date(0);
  midnight.setUTCFullYear(year, month - 1, date);
  const exists = midnight.getUTCMonth() === month - 1 && midnight.getUTCDate() === date;
  return exists ? midnight.getTime() : undefined;
}
