import { describe, expect, test } from "vitest";
import { z } from "zod";
import { hasBody, parseBy, readJson } from "../../../src/http/body.ts";
import { Failure } from "../../../src/kernel/failure.ts";

const most = 1_000;

type Sent = string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>;

function post(body: Sent, headers: Record<string, string> = {}): Request {
  const init = { method: "POST", body, headers: { "content-type": "application/json", ...headers }, duplex: "half" };
  return new Request("http://localhost/", init as RequestInit);
}

function chunks(...parts: Uint8Array[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start: (controller) => {
      for (const part of parts) controller.enqueue(part);
      controller.close();
    },
  });
}

const read = (request: Request) => readJson(request, most);
const code = (expected: string) => expect.objectContaining({ code: expected });
const bytes = (text: string) => new TextEncoder().encode(text);

describe("a body", () => {
  test("is read as JSON, with or without a charset, whole or in chunks cut within a character", async () => {
    const text = '{"a":"ü"}';
    expect(await read(post(text))).toEqual({ a: "ü" });
    expect(await read(post(text, { "content-type": "application/json; charset=UTF-8" }))).toEqual({ a: "ü" });
    const whole = bytes(text);
    expect(await read(post(chunks(whole.slice(0, 7), whole.slice(7))))).toEqual({ a: "ü" });
  });

  test.each([
    ["another type", { "content-type": "text/plain" }],
    ["another charset", { "content-type": "application/json; charset=utf-16" }],
    ["a type that only begins so", { "content-type": "application/json-patch" }],
    ["a compressed body", { "content-encoding": "gzip" }],
  ])("is refused with %s", async (_name, headers) => {
    await expect(read(post("{}", headers))).rejects.toEqual(code("UNSUPPORTED_MEDIA_TYPE"));
  });

  test.each([
    [[], "The body is application/json."],
    [["application/x-ndjson"], "The body is application/json or application/x-ndjson."],
  ])("of another type is told all that the route takes, beside %j", async (others, detail) => {
    const sent = post("{}", { "content-type": "text/plain" });
    await expect(readJson(sent, most, others)).rejects.toMatchObject({ detail });
  });

  test("of exactly the limit is taken, and one byte more refused", async () => {
    expect(await read(post(`"${"a".repeat(most - 2)}"`))).toHaveLength(most - 2);
    await expect(read(post(`"${"a".repeat(most - 1)}"`))).rejects.toEqual(code("TOO_LARGE"));
  });

  test("is refused by what was declared, before it is read", async () => {
    const never = new ReadableStream<Uint8Array>({ pull: () => new Promise(() => {}) });
    await expect(read(post(never, { "content-length": "1001" }))).rejects.toEqual(code("TOO_LARGE"));
  });

  test("that goes on and on is refused as soon as it is too large", async () => {
    let sent = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        sent += 100;
        controller.enqueue(new Uint8Array(100).fill(0x20));
      },
    });
    await expect(read(post(endless))).rejects.toEqual(code("TOO_LARGE"));
    expect(sent).toBeLessThan(3 * most);
  });

  test("with a declared length that is a lie is refused all the same", async () => {
    await expect(read(post(`"${"a".repeat(2 * most)}"`, { "content-length": "2" }))).rejects.toEqual(code("TOO_LARGE"));
  });

  test.each([
    ["nothing", ""],
    ["a byte order mark", "\ufeff{}"],
    ["half an object", '{"a":1'],
    ["a name twice", '{"a":1,"a":2}'],
    ["NUL", '{"a":"\\u0000"}'],
    ["a lone surrogate", '{"a":"\\ud800"}'],
    ["a number beyond 2^53-1", '{"a":9007199254740992}'],
    ["__proto__", '{"__proto__":{}}'],
  ])("of %s is malformed", async (_name, text) => {
    await expect(read(post(text))).rejects.toEqual(code("MALFORMED_JSON"));
  });

  test("that is no UTF-8 is malformed", async () => {
    await expect(read(post(Uint8Array.of(0x22, 0xc3, 0x28, 0x22)))).rejects.toEqual(code("MALFORMED_JSON"));
    await expect(read(post(chunks(Uint8Array.of(0x22, 0xff, 0x22))))).rejects.toEqual(code("MALFORMED_JSON"));
  });

  test("nested 41 levels deep is refused", async () => {
    await expect(read(post("[".repeat(41) + "]".repeat(41)))).rejects.toEqual(code("TOO_DEEP"));
    expect(await read(post("[".repeat(40) + "]".repeat(40)))).toHaveLength(1);
  });

  test("that breaks off is the client's fault", async () => {
    const broken = new ReadableStream<Uint8Array>({ pull: (controller) => controller.error(new Error("ECONNRESET")) });
    await expect(read(post(broken))).rejects.toEqual(code("INVALID_REQUEST"));
  });

  test("is there where a type or a length says so", () => {
    const request = (headers: Record<string, string>) =>
      new Request("http://localhost/", { method: "DELETE", headers });
    expect(hasBody(request({}))).toBe(false);
    expect(hasBody(request({ "content-length": "0" }))).toBe(false);
    expect(hasBody(request({ "content-length": "2" }))).toBe(true);
    expect(hasBody(request({ "content-type": "text/plain" }))).toBe(true);
  });
});

describe("a schema", () => {
  const schema = z.strictObject({
    list: z.array(z.strictObject({ n: z.int() })),
    either: z.union([z.int(), z.null()]),
  });
  const detail = (value: unknown) => {
    try {
      parseBy(schema, value);
    } catch (error) {
      return (error as Failure).detail;
    }
    return undefined;
  };

  test("refuses with INVALID_REQUEST", () => {
    expect(() => parseBy(schema, {})).toThrow(Failure);
    expect(() => parseBy(schema, {})).toThrow(code("INVALID_REQUEST"));
  });

  test("names the first place that does not fit", () => {
    expect(detail({ list: [{ n: 1 }, { n: "1" }], either: 1 })).toMatch(/^list\.1\.n: /);
    expect(detail({ list: [{ n: 1, more: 2 }], either: 1 })).toBe('list.0: There is no member "more" here.');
    expect(detail({ list: [], either: "x" })).toBe("either: A number or null is expected.");
  });

  test("tells long names back shortened", () => {
    expect(detail({ list: [], either: 1, [`${"x".repeat(5_000)}`]: 1 })!.length).toBeLessThan(100);
  });
});
