import { request } from "node:http";
import { connect } from "node:net";
import { createAdaptorServer, type HttpBindings, type ServerType } from "@hono/node-server";
import type { Context } from "hono";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openProfile, withContext } from "./client.ts";
import { type LocalOptions, type LocalService, startLocal } from "./server.ts";

let service: LocalService;
let server: ServerType;
let port: number;
let closing: AbortController;

async function listen(options: LocalOptions = {}): Promise<void> {
  closing = new AbortController();
  const runtime = {
    peerAddress: (c: Context) => (c.env as HttpBindings | undefined)?.incoming.socket.remoteAddress ?? "",
    pause: () => new Promise<void>((resolve) => setImmediate(resolve)),
    closing: closing.signal,
  };
  service = await startLocal({ ...options, runtime: { ...runtime, ...options.runtime } });
  server = createAdaptorServer({ fetch: service.app.fetch });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  port = (server.address() as { port: number }).port;
}

beforeEach(() => listen());
afterEach(async () => {
  closing.abort();
  await new Promise((resolve) => server.close(resolve));
  await service.close();
});

const verifyPath = "/v1/operations/verify";
const ndjson = { "content-type": "application/x-ndjson" };

function send(path: string, headers: Record<string, string> = {}, method = "POST") {
  const sent = request({ host: "127.0.0.1", port, path, method, headers });
  const response = new Promise<AsyncIterable<Buffer> & { statusCode?: number; destroy(): void }>((resolve, reject) => {
    sent.on("response", resolve);
    sent.on("error", reject);
  });
  return { sent, response };
}

async function operationLine(): Promise<string> {
  const { document, first } = await openProfile(service);
  return `${JSON.stringify(withContext(document, first.action))}\n`;
}

describe("a stream of operations", () => {
  test("is answered line by line, to a client that waits for each answer before it sends the next", async () => {
    const line = await operationLine();
    const { sent, response } = send(verifyPath, ndjson);
    sent.write(line);
    const chunks = (await response)[Symbol.asyncIterator]();
    for (let i = 0; i < 5; i++) {
      const { value } = await chunks.next();
      expect(JSON.parse(value!.toString()).verdict).toBe("valid");
      sent.write(line);
    }
    sent.end();
    expect(JSON.parse((await chunks.next()).value!.toString()).verdict).toBe("valid");
    expect((await chunks.next()).done).toBe(true);
  });

  test("is answered to a client that sends everything before it reads", async () => {
    const line = await operationLine();
    const { sent, response } = send(verifyPath, ndjson);
    const count = 2_000;
    sent.end(line.repeat(count));
    await new Promise((resolve) => sent.on("finish", resolve));
    let text = "";
    for await (const chunk of await response) text += chunk;
    expect(text.split("\n").length - 1).toBe(count);
  });

  test("holds up a client that never reads, and ends with it", async () => {
    const line = await operationLine();
    const socket = connect(port, "127.0.0.1");
    socket.write(`POST ${verifyPath} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\n`);
    socket.write("Transfer-Encoding: chunked\r\n\r\n");
    const chunk = line.repeat(1_000);
    const frame = `${Buffer.byteLength(chunk).toString(16)}\r\n${chunk}\r\n`;
    let sent = 0;
    // The results of 40 MB of lines would be 80 MB: what can be on its way is far less.
    while (sent < 40 && socket.write(frame)) sent++;
    for (; sent < 40; sent++) {
      const drained = await Promise.race([
        new Promise((resolve) => socket.once("drain", () => resolve(true))),
        stalled(() => socket.bytesWritten),
      ]);
      if (!drained) break;
      socket.write(frame);
    }
    expect(sent).toBeLessThan(40);
    socket.destroy();
    expect((await fetch(`http://127.0.0.1:${port}/health/live`)).status).toBe(200);
  });

  test("that is refused is answered before all of it was sent", async () => {
    const { sent, response } = send(verifyPath, { "content-type": "text/plain", "content-length": "1000000" });
    sent.write("x");
    expect((await response).statusCode).toBe(415);
    sent.destroy();
  });
});

describe("a body over a socket", () => {
  const post = (headers: Record<string, string>) =>
    send("/v1/auth/nonce", { "content-type": "application/json", ...headers });

  test("without a length is read up to its limit, and then refused", async () => {
    const { sent, response } = post({ "transfer-encoding": "chunked" });
    sent.on("error", () => {});
    sent.write(`"${"a".repeat(70_000)}`);
    expect((await response).statusCode).toBe(413);
    sent.destroy();
  });

  test("in many chunks is put together", async () => {
    const { sent, response } = post({ "transfer-encoding": "chunked" });
    for (const part of ['{"pur', 'pose":"si', 'gn-in"}']) sent.write(part);
    sent.end();
    expect((await response).statusCode).toBe(200);
  });

  test("that breaks off is no fault of ours", async () => {
    const { sent, response } = post({ "content-length": "100" });
    response.catch(() => {});
    const arrived = new Promise((resolve) => server.once("request", resolve));
    sent.write('{"purpose"');
    await arrived;
    sent.destroy();
    while (!service.lines.some((line) => line.route === "/v1/auth/nonce"))
      await new Promise((resolve) => setImmediate(resolve));
    expect(service.lines.find((line) => line.route === "/v1/auth/nonce")).toMatchObject({ code: "INVALID_REQUEST" });
    expect(service.lines.filter((line) => line.level === "error")).toEqual([]);
  });
});

describe("a stream of events over a socket", () => {
  const events = (headers: Record<string, string> = {}) =>
    send("/v1/operations", { accept: "text/event-stream", ...headers }, "GET");

  test("ends when the process is about to end", async () => {
    const { sent, response } = events();
    sent.end();
    const stream = await response;
    closing.abort();
    let text = "";
    for await (const chunk of stream) text += chunk;
    expect(text).toMatch(/^retry: 1000\n\n/);
  });

  test("ends in time where the runtime wants it to, and goes on where it was left", async () => {
    await new Promise((resolve) => server.close(resolve));
    await service.close();
    await listen({ runtime: { maxStream: 0 } });
    await openProfile(service);
    const { sent, response } = events({ "last-event-id": "1" });
    sent.end();
    let text = "";
    for await (const chunk of await response) text += chunk;
    expect(text).toBe("retry: 1000\n\n");
  });

  test("is given to so many at once from one address, and again when one leaves", async () => {
    const open = [];
    for (let i = 0; i < 16; i++) {
      const { sent, response } = events();
      sent.end();
      open.push(await response);
    }
    const refused = events();
    refused.sent.end();
    expect((await refused.response).statusCode).toBe(429);
    open.pop()!.destroy();
    let status: number | undefined = 429;
    while (status === 429) {
      const again = events();
      again.sent.end();
      const response = await again.response;
      status = response.statusCode;
      if (status === 200) open.push(response);
    }
    expect(status).toBe(200);
    for (const each of open) each.destroy();
  });
});

/** Resolves with false once a count has stood still for a while. */
async function stalled(count: () => number): Promise<false> {
  for (let still = 0, last = count(); still < 20; ) {
    await new Promise((resolve) => setTimeout(resolve, 25));
    still = count() === last ? still + 1 : 0;
    last = count();
  }
  return false;
}
