import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { clockSkew, day, hour, isExactIso, iso, minute, parseTime, second } from "../../../src/kernel/time.ts";

const moment = fc.integer({ min: Date.parse("0000-01-02T00:00:00Z"), max: Date.parse("9999-12-31T23:59:59.999Z") });
const unreadable = expect.objectContaining({ code: "UNREADABLE_DATE" });

describe("a time", () => {
  test("that is written is read again", () => {
    fc.assert(
      fc.property(moment, (time) => {
        expect(parseTime(iso(time))).toBe(time);
        expect(isExactIso(iso(time))).toBe(true);
      }),
    );
  });

  test("is the same in every zone", () => {
    fc.assert(
      fc.property(moment, fc.integer({ min: -23 * 60 - 59, max: 23 * 60 + 59 }), (time, offset) => {
        const [hours, minutes] = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60];
        const zone = `${offset < 0 ? "-" : "+"}${String(hours).padStart(2, "0")}:${String(minutes).padStart(2, "0")}`;
        const local = iso(time + offset * minute).replace("Z", zone);
        fc.pre(/^\d{4}-/.test(local));
        expect(parseTime(local)).toBe(time);
      }),
    );
  });

  test.each([
    ["2026-11-20T12:00:00Z", "2026-11-20T12:00:00.000Z"],
    ["2026-11-20t12:00:00z", "2026-11-20T12:00:00.000Z"],
    ["2026-11-20T12:00:00.5Z", "2026-11-20T12:00:00.500Z"],
    ["2026-11-20T12:00:00.999999999Z", "2026-11-20T12:00:00.999Z"],
    ["2028-02-29T00:00:00Z", "2028-02-29T00:00:00.000Z"],
    ["2026-11-20T00:30:00+01:00", "2026-11-19T23:30:00.000Z"],
  ])("%s is %s", (text, written) => expect(iso(parseTime(text))).toBe(written));

  test.each([
    "",
    "never",
    "2026-11-20",
    "2026-11-20T12:00:00",
    "2026-11-20 12:00:00Z",
    "2026-11-20T12:00Z",
    "2026-11-20T24:00:00Z",
    "2026-11-20T12:60:00Z",
    "2026-11-20T12:00:60Z",
    "2026-02-30T12:00:00Z",
    "2026-02-29T12:00:00Z",
    "2026-13-01T12:00:00Z",
    "2026-00-01T12:00:00Z",
    "2026-01-00T12:00:00Z",
    "2026-11-20T12:00:00.Z",
    "2026-11-20T12:00:00.1234567890Z",
    "2026-11-20T12:00:00+24:00",
    "2026-11-20T12:00:00+01:60",
    "2026-11-20T12:00:00+0100",
    "+02026-11-20T12:00:00Z",
    "-2026-11-20T12:00:00Z",
    " 2026-11-20T12:00:00Z",
    "2026-11-20T12:00:00Z\n",
    "２026-11-20T12:00:00Z",
    "1795165369",
  ])("is refused where it is %j", (text) => expect(() => parseTime(text)).toThrow(unreadable));

  it.each([undefined, null, 1795165369, new Date(0), ["2026-11-20T12:00:00Z"]])(
    "is refused where it is no text: %s",
    (value) => expect(() => parseTime(value)).toThrow(unreadable),
  );
});

describe("the exact form", () => {
  test.each([
    "2026-11-20T12:00:00Z",
    "2026-11-20T12:00:00.0000Z",
    "2026-11-20T12:00:00.000z",
    "2026-02-30T12:00:00.000Z",
  ])("is not %s", (text) => expect(isExactIso(text)).toBe(false));

  test("is what a time is written in, and nothing else that is read", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."0123456789-T:.Z"), minLength: 24, maxLength: 24 }), (text) => {
        if (isExactIso(text)) expect(iso(parseTime(text))).toBe(text);
      }),
    );
  });
});

test("the units are milliseconds, and a clock may be five minutes ahead", () => {
  expect([second, minute, hour, day, clockSkew]).toEqual([1000, 60_000, 3_600_000, 86_400_000, 300_000]);
});
