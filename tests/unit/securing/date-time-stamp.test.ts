import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hasOffset, parseStamp } from "../../../src/securing/date-time-stamp.ts";

describe("a dateTimeStamp", () => {
  test.each([
    ["2026-11-20T12:00:00Z", "2026-11-20T12:00:00.000Z"],
    ["2026-11-20T12:00:00-05:30", "2026-11-20T17:30:00.000Z"],
    ["2026-11-20T12:00:00", "2026-11-20T12:00:00.000Z"],
    ["2026-11-20T12:00:00.5", "2026-11-20T12:00:00.500Z"],
    ["2026-11-20T12:00:00.1234567891234+14:00", "2026-11-19T22:00:00.123Z"],
    ["2026-11-20T24:00:00.00Z", "2026-11-21T00:00:00.000Z"],
    ["12026-11-20T12:00:00Z", "+012026-11-20T12:00:00.000Z"],
    ["0001-01-01T00:00:00", "0001-01-01T00:00:00.000Z"],
    ["-0044-03-15T12:00:00Z", "-000044-03-15T12:00:00.000Z"],
  ])("%s is %s", (text, time) => {
    expect(new Date(parseStamp("validFrom", text)).toISOString()).toBe(time);
  });

  test.each([
    "2026-11-20",
    "2026-11-20 12:00:00",
    "2026-02-29T12:00:00",
    "2026-13-01T12:00:00",
    "2026-11-20T24:00:01Z",
    "2026-11-20T24:00:00.1Z",
    "2026-11-20T12:60:00",
    "2026-11-20T12:00:60",
    "2026-11-20T12:00:00.1234567891+14:01",
    "012026-11-20T12:00:00Z",
    "999999-11-20T12:00:00Z",
    "Sat 25 Feb 2023 07:16:31 PM CST",
    `2026-11-20T12:00:00.${"1".repeat(64)}Z`,
    1_700_000_000,
    null,
  ])("%s is none", (text) => {
    expect(() => parseStamp("validFrom", text)).toThrow(expect.objectContaining({ code: "UNREADABLE_DATE" }));
  });

  test("is what a date says of itself, with an offset or without", () => {
    fc.assert(
      fc.property(fc.date({ noInvalidDate: true, min: new Date(0), max: new Date("9999-01-01") }), (date) => {
        const text = date.toISOString();
        expect(parseStamp("validFrom", text)).toBe(date.getTime());
        expect(parseStamp("validFrom", text.slice(0, -1))).toBe(date.getTime());
        expect([hasOffset(text), hasOffset(text.slice(0, -1))]).toEqual([true, false]);
      }),
    );
  });
});
