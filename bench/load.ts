// Clients that keep their connections: as little work on this side as HTTP allows, so that the server is the limit.
import { connect, type Socket } from "node:net";

export type Answer = { status: number; body: string };

/** One connection, one request at a time. */
export type Client = { ask(request: Buffer): Promise<Answer>; close(): void };

/** A request as its bytes. */
export function requestOf(method: string, path: string, body = "", type = "application/json"): Buffer {
  const head = [
    `${method} ${path} HTTP/1.1`,
    "Host: localhost",
    ...(body === "" ? [] : [`Content-Type: ${type}`, `Content-Length: ${Buffer.byteLength(body)}`]),
  ];
  return Buffer.from(`${head.join("\r\n")}\r\n\r\n${body}`);
}

/** A client that connects with its first request, and again where the server has closed an idle connection. */
export function openClient(port: number): Client {
  let waiting: { resolve(answer: Answer): void; reject(error: unknown): void } | undefined;
  let socket: Socket | undefined;
  const open = () => {
    let read: Buffer = Buffer.alloc(0);
    const opened = connect({ port, host: "localhost", noDelay: true });
    opened.on("data", (chunk: Buffer) => {
      read = read.length === 0 ? chunk : Buffer.concat([read, chunk]);
      const answer = answerIn(read);
      if (!answer) return;
      read = read.subarray(answer.size);
      waiting?.resolve(answer);
    });
    opened.on("error", (error) => waiting?.reject(error));
    opened.on("close", () => waiting?.reject(new Error("The server closed the connection.")));
    return opened;
  };
  return {
    ask: (request) =>
      new Promise((resolve, reject) => {
        waiting = { resolve, reject };
        if (!socket || socket.destroyed) socket = open();
        socket.write(request);
      }),
    close: () => void socket?.destroy(),
  };
}

/** Sends what each client has, all clients at once; the answers in the order of each client's requests. */
export function sendAll(clients: readonly Client[], requests: readonly (readonly Buffer[])[]): Promise<Answer[][]> {
  return Promise.all(
    clients.map(async (client, i) => {
      const answers: Answer[] = [];
      for (const request of requests[i] ?? []) answers.push(await client.ask(request));
      return answers;
    }),
  );
}

/** The first answer of what has been read, and how many bytes it takes; undefined while it is not whole. */
function answerIn(read: Buffer): (Answer & { size: number }) | undefined {
  const end = read.indexOf("\r\n\r\n");
  if (end < 0) return undefined;
  const head = read.toString("latin1", 0, end);
  const length = /^content-length: *(\d+)/im.exec(head)?.[1];
  const start = end + 4;
  if (length !== undefined) {
    const size = start + Number(length);
    return read.length < size ? undefined : { ...of(head, read.toString("utf8", start, size)), size };
  }
  // Without a length the body comes in chunks; the last one is empty.
  const last = read.indexOf("0\r\n\r\n", start);
  if (last < 0) return undefined;
  return { ...of(head, read.toString("utf8", start, last)), size: last + 5 };
}

function of(head: string, body: string): Answer {
  return { status: Number(head.slice(9, 12)), body };
}
