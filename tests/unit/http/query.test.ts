import { describe, expect, test } from "vitest";
import { nextLink, noQuery, pageOf, pageQuery, readQuery } from "../../../src/http/query.ts";

const url = (query: string) => `http://localhost/v1/operations${query}`;
const invalid = expect.objectContaining({ code: "INVALID_REQUEST" });

describe("a query", () => {
  test("is read by its schema", () => {
    expect(readQuery(url("?after=7&limit=20"), pageQuery(50, 200))).toEqual({ after: "7", limit: "20" });
    expect(readQuery(url(""), pageQuery(50, 200))).toEqual({});
  });

  test("is decoded once", () => {
    expect(readQuery(url("?after=a%2Bb%252F"), pageQuery(50, 200))).toEqual({ after: "a+b%2F" });
  });

  test.each([
    ["an unknown name", "?befor=7"],
    ["a name twice", "?after=1&after=2"],
    ["an empty place", "?after="],
    ["a limit of 0", "?limit=0"],
    ["a limit that is too high", "?limit=201"],
    ["a limit that is no number", "?limit=1e2"],
    ["__proto__", "?__proto__=1"],
  ])("is refused for %s", (_name, query) => {
    expect(() => readQuery(url(query), pageQuery(50, 200))).toThrow(invalid);
  });

  test.each([
    ["1001", 1000, "limit: At most 1000 at once."],
    ["10000", 1000, "limit: At most 1000 at once."],
    ["9".repeat(400), 1000, "limit: At most 1000 at once."],
    ["0", 200, "limit: A limit is a whole number from 1."],
    ["ten", 200, "limit: A limit is a whole number from 1."],
  ])("says of a limit of %s, of at most %i, what is wrong", (limit, most, detail) => {
    expect(() => readQuery(url(`?limit=${limit}`), pageQuery(50, most))).toThrow(expect.objectContaining({ detail }));
  });

  test("is refused where none is taken", () => {
    expect(() => readQuery(url("?x=1"), noQuery)).toThrow(invalid);
    expect(readQuery(url("?"), noQuery)).toEqual({});
  });

  test("of a page has the usual limit unless it says another", () => {
    expect(pageOf({}, 50)).toEqual({ after: undefined, limit: 50 });
    expect(pageOf({ after: "7", limit: "20" }, 50)).toEqual({ after: "7", limit: 20 });
  });

  test("goes on where the page ended, whatever stands there", () => {
    expect(nextLink("/v1/x", "a+b/&", 5)).toBe('</v1/x?after=a%2Bb%2F%26&limit=5>; rel="next"');
  });
});
