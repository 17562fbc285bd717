import { describe, expect, test } from "vitest";
import { createLog, errorFields, gatherLines } from "../../../src/http/log.ts";

const clock = () => Date.UTC(2026, 10, 20, 12);

describe("the log", () => {
  test("writes one JSON object per line, whatever stands in it", () => {
    const lines: string[] = [];
    createLog("info", (line) => lines.push(line), clock).info("request", { id: "1", path: "a\nb" });
    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toContain("\n");
    expect(JSON.parse(lines[0]!)).toEqual({
      time: "2026-11-20T12:00:00.000Z",
      level: "info",
      message: "request",
      id: "1",
      path: "a\nb",
    });
  });

  test("leaves out what is below its level", () => {
    const lines: string[] = [];
    const log = createLog("warn", (line) => lines.push(line), clock);
    log.debug("a");
    log.info("b");
    log.warn("c");
    log.error("d");
    expect(lines.map((line) => JSON.parse(line).message)).toEqual(["c", "d"]);
    const silent = createLog("silent", (line) => lines.push(line), clock);
    silent.error("e");
    expect(lines).toHaveLength(2);
  });

  test("keeps an error's stack and its cause", () => {
    const fields = errorFields(new Error("outer", { cause: new TypeError("inner") }));
    expect(fields).toMatchObject({ error: "Error", reason: "outer", cause: { error: "TypeError", reason: "inner" } });
    expect(fields.stack).toContain("log.test.ts");
    expect(errorFields("text")).toEqual({ error: "text" });
  });

  test("is written together, each line once, and what is left when asked", () => {
    const written: string[] = [];
    const waiting: (() => void)[] = [];
    const { line, flush } = gatherLines(
      (text) => written.push(text),
      (run) => waiting.push(run),
    );
    line("a");
    line("b");
    expect(written).toEqual([]);
    expect(waiting).toHaveLength(1);
    waiting.pop()!();
    line("c");
    flush();
    waiting.pop()!();
    expect(written).toEqual(["a\nb\n", "c\n"]);
  });
});
