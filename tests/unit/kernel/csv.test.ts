import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type CsvLimits, type CsvRecord, csvLimits, makeCsvReader } from "../../../src/kernel/csv.ts";

const read = (text: string, limits?: CsvLimits) => {
  const reader = makeCsvReader(limits);
  return [...reader.push(text), ...reader.end()].map(plain);
};
const plain = (record: CsvRecord) =>
  "fields" in record ? [record.line, ...record.fields] : `${record.failure.code} ${record.failure.detail}`;
const refused = (line: number, reason: string) => `INVALID_CSV Line ${line}: ${reason}.`;
const alone = "a carriage return stands alone";
const within = "a quote stands within a field that has none around it";
const after = "a field goes on after its closing quote";

describe("CSV", () => {
  test.each<[string, unknown[]]>([
    [
      "a,b\r\nc,d\r\n",
      [
        [1, "a", "b"],
        [2, "c", "d"],
      ],
    ],
    [
      "a,b\nc,d",
      [
        [1, "a", "b"],
        [2, "c", "d"],
      ],
    ],
    ["\ufeffa,b", [[1, "a", "b"]]],
    ["a\ufeff", [[1, "a\ufeff"]]],
    ['"a","b,c"', [[1, "a", "b,c"]]],
    ['"a""b"', [[1, 'a"b']]],
    ['""""', [[1, '"']]],
    ['""', [[1, ""]]],
    ['"",', [[1, "", ""]]],
    [",", [[1, "", ""]]],
    [" a , b ", [[1, " a ", " b "]]],
    ["", []],
    ["\r\n\n\r\n", []],
    [
      "\n\na\n\nb",
      [
        [3, "a"],
        [5, "b"],
      ],
    ],
    [
      '"a\r\nb\nc",d\ne',
      [
        [1, "a\r\nb\nc", "d"],
        [4, "e"],
      ],
    ],
    ['"a\rb"', [[1, "a\rb"]]],
    ["é,𝄞", [[1, "é", "𝄞"]]],
  ])("%j has the records %j", (text, records) => expect(read(text)).toEqual(records));

  test.each<[string, unknown[]]>([
    ['a"b,c\nd', [refused(1, within), [2, "d"]]],
    ['"a"b\nd', [refused(1, after), [2, "d"]]],
    ['"a" ,b\nd', [refused(1, after), [2, "d"]]],
    ["a\rb\nd", [refused(1, alone), [2, "d"]]],
    ["a\r\r\nd", [refused(1, alone), [2, "d"]]],
    ["a\r", [refused(1, alone)]],
    ['"a"\r"b"\nd', [refused(1, alone), [2, "d"]]],
    ['a\n"b\nc', [[1, "a"], refused(2, "a quote is not closed")]],
    ['"', [refused(1, "a quote is not closed")]],
    ['a"b,"c\nd",e"\nf', [refused(1, within), [3, "f"]]],
  ])("of %j is refused by the record", (text, records) => expect(read(text)).toEqual(records));

  test("is bounded: a field, a record, their number; and goes on after what is too large", () => {
    const limits: CsvLimits = { ...csvLimits, field: 4, record: 6, fields: 3 };
    expect(read("aaaa,bb\naaaaa\nbbbb,ccc\na,b,c\na,b,c,d\nz", limits)).toEqual([
      [1, "aaaa", "bb"],
      refused(2, "a field has more than 4 characters"),
      refused(3, "the record has more than 6 characters"),
      [4, "a", "b", "c"],
      refused(5, "the record has more than 3 fields"),
      [6, "z"],
    ]);
    expect(read('"aaa\naaa""a",b\nz', limits)).toEqual([refused(1, "a field has more than 4 characters"), [3, "z"]]);
  });

  test("passes over so many blank lines and no more", () => {
    const limits = { ...csvLimits, blank: 2 };
    expect(read("a\n\n\nb", limits)).toEqual([
      [1, "a"],
      [4, "b"],
    ]);
    expect(() => read("\n\n\n", limits)).toThrow(expect.objectContaining({ code: "INVALID_CSV" }));
  });

  test("gives the same records however it is cut", () => {
    const text = fc.string({ unit: fc.constantFrom(...'ab,"\r\n é\ufeff'), maxLength: 40 });
    fc.assert(
      fc.property(text, fc.array(fc.nat(40)), (whole, cuts) => {
        const limits = { ...csvLimits, field: 5, record: 8, fields: 3 };
        const reader = makeCsvReader(limits);
        const places = [0, ...cuts.map((cut) => cut % (whole.length + 1)).sort((a, b) => a - b), whole.length];
        const found = places.slice(1).flatMap((end, i) => reader.push(whole.slice(places[i], end)));
        expect([...found, ...reader.end()].map(plain)).toEqual(read(whole, limits));
      }),
      { numRuns: 3000 },
    );
  });

  test("gives a record as soon as its line ends", () => {
    const reader = makeCsvReader();
    expect(reader.push("a,b")).toEqual([]);
    expect(reader.push("\r")).toEqual([]);
    expect(reader.push("\nc")).toEqual([{ line: 1, fields: ["a", "b"] }]);
    expect(reader.end()).toEqual([{ line: 2, fields: ["c"] }]);
  });
});
