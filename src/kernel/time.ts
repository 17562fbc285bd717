import { alphabets, formOf, isFormed } from "./alphabet.ts";
import { asciiOf } from "./bytes.ts";
import { Failure } from "./failure.ts";

/** Milliseconds since 1970-01-01T00:00:00Z. Only entry points read a clock; all else is told the time. */
export type Millis = number;
export type Clock = () => Millis;

export const second = 1000;
export const minute = 60 * second;
export const hour = 60 * minute;
export const day = 24 * hour;

/** How far a client's clock may run ahead before what it dates is refused. */
export const clockSkew = 5 * minute;

const dateTime = /^(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d\d):(\d\d))$/;

/** `YYYY-MM-DDTHH:MM:SS.sssZ` */
export function iso(time: Millis): string {
  const known = spelt.get(time);
  if (known !== undefined) return known;
  if (spelt.size >= maxSpelt) spelt.clear();
  const text = new Date(time).toISOString();
  spelt.set(time, text);
  return text;
}

// Reports of one batch spell the same few times over and over, and spelling one costs as much as hashing.
const spelt = new Map<Millis, string>();
const maxSpelt = 256;

/**
 * Reads an RFC 3339 date-time. Refuses what it cannot read (UNREADABLE_DATE): an unreadable expiry is not "no expiry".
 * Days that no month has, and leap seconds, are unreadable; digits beyond milliseconds are cut.
 */
export function parseTime(text: unknown): Millis {
  const exact = typeof text === "string" ? exactMillis(text) : undefined;
  if (exact !== undefined) return exact;
  const parts = typeof text === "string" ? dateTime.exec(text) : null;
  if (!parts) throw new Failure("UNREADABLE_DATE");
  const [, date, time, fraction = "", sign, offsetHours = "0", offsetMinutes = "0"] = parts;
  const local = exactMillis(`${date}T${time}.${fraction.padEnd(3, "0").slice(0, 3)}Z`);
  if (local === undefined || +offsetHours > 23 || +offsetMinutes > 59) throw new Failure("UNREADABLE_DATE");
  return local - (+offsetHours * hour + +offsetMinutes * minute) * (sign === "-" ? -1 : 1);
}

/** The same of a time that somebody sent; the refusal says under which name, and what is taken. */
export function parseNamedTime(name: string, text: unknown): Millis {
  try {
    return parseTime(text);
  } catch {
    throw new Failure("UNREADABLE_DATE", `${name}: A time is given by RFC 3339, as 2026-11-20T11:41:04Z.`);
  }
}

/** Refuses with UNREADABLE_DATE what is no time in whole milliseconds since 1970 that a date can tell. */
export function checkMillis(name: string, time: unknown): asserts time is Millis {
  const fits = Number.isSafeInteger(time) && Math.abs(time as number) <= maxMillis;
  const told = `${name}: A time is given here in whole milliseconds since 1970: Date.parse makes them of RFC 3339.`;
  if (!fits) throw new Failure("UNREADABLE_DATE", told);
}

/** The last moment that a date of ECMAScript can tell. */
const maxMillis = 8.64e15;

/** True for exactly `YYYY-MM-DDTHH:MM:SS.sssZ` with a date that exists. */
export function isExactIso(text: string): boolean {
  return exactMillis(text) !== undefined;
}

/** The form that nearly every time here has, read digit by digit; undefined where it is another or no such day is. */
function exactMillis(text: string): Millis | undefined {
  const codes = text.length === exactForm.length ? asciiOf(text) : undefined;
  if (!codes || !isFormed(codes, exactForm)) return undefined;
  const digit = (at: number) => codes[at]! - 48;
  const digits = (at: number) => digit(at) * 10 + digit(at + 1);
  const year = digits(0) * 100 + digits(2);
  const month = digits(5);
  const date = digits(8);
  const hours = digits(11);
  const minutes = digits(14);
  const seconds = digits(17);
  const exists = month >= 1 && month <= 12 && date >= 1 && date <= daysIn(year, month);
  if (!exists || hours > 23 || minutes > 59 || seconds > 59) return undefined;
  const fraction = digits(20) * 10 + digit(22);
  return daysSince1970(year, month, date) * day + hours * hour + minutes * minute + seconds * second + fraction;
}

const exactForm = formOf("dddd-dd-ddTdd:dd:dd.dddZ", { d: alphabets.digits });
const monthDays = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function daysIn(year: number, month: number): number {
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month === 2 && leap ? 29 : monthDays[month - 1]!;
}

/** Counts days of the Gregorian calendar with years that begin in March, so that the leap day comes last. */
function daysSince1970(year: number, month: number, date: number): number {
  const y = month > 2 ? year : year - 1;
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + date - 1;
  return 365 * y + Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400) + dayOfYear - 719_468;
}
