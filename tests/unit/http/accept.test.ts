import { describe, expect, test } from "vitest";
import { preferred } from "../../../src/http/accept.ts";

const offered = ["application/json", "text/event-stream"] as const;

describe("the preferred media type", () => {
  test.each([
    [undefined, "application/json"],
    ["", "application/json"],
    ["*/*", "application/json"],
    ["text/event-stream", "text/event-stream"],
    ["text/*", "text/event-stream"],
    ["Text/Event-Stream; charset=utf-8", "text/event-stream"],
    ["application/json;q=0.5, text/event-stream", "text/event-stream"],
    ["*/*;q=0.1, application/json;q=0", "text/event-stream"],
    ["application/json;q=0, */*", "text/event-stream"],
    ["text/html", undefined],
    ["application/json;q=0", undefined],
    ["application/json;q=nonsense", undefined],
  ])("for %s is %s", (accept, type) => {
    expect(preferred(accept, offered)).toBe(type);
  });
});
