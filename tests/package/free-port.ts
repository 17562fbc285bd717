import { once } from "node:events";
import { createServer } from "node:net";

/** Below those that systems give to whoever asks for any port: a test that starts in between must not get it. */
const [least, most] = [20_000, 30_000];

/** A port that nobody listens on, for a process that takes a while until it does. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = least + Math.floor(Math.random() * (most - least));
    const server = createServer();
    const heard = Promise.race([once(server, "listening").then(() => true), once(server, "error").then(() => false)]);
    server.listen(port, "localhost");
    const free = await heard.catch(() => false);
    server.close();
    if (free) return port;
  }
}
