import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { serve } from "@hono/node-server";
import { build } from "vite";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** An app of somebody else's, on an origin of its own, with the browser build of a published SDK and nothing beside. */
export async function serveApp(sdk: "@renown/sdk-5" | "@renown/sdk-6"): Promise<{ origin: string; stop(): void }> {
  const code = await bundle(`${root}node_modules/${sdk}/dist/src/index.js`);
  const page = `<!doctype html><title>An app</title><script type="module">
    import * as sdk from "/sdk.js"; globalThis.sdk = sdk;</script>`;
  const fetch = (request: Request) =>
    new URL(request.url).pathname === "/sdk.js"
      ? new Response(code, { headers: { "content-type": "text/javascript" } })
      : new Response(page, { headers: { "content-type": "text/html" } });
  const { promise, resolve } = Promise.withResolvers<void>();
  const server = serve({ fetch, hostname: "127.0.0.1", port: 0 }, () => resolve());
  await promise;
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, stop: () => void server.close() };
}

async function bundle(entry: string): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: "error",
    root,
    define: { "process.env.NODE_ENV": '"production"' },
    build: {
      write: false,
      minify: false,
      target: "es2022",
      lib: { entry, formats: ["es"], fileName: "sdk" },
      rolldownOptions: { output: { codeSplitting: false } },
    },
  });
  const [first] = Array.isArray(built) ? built : [built];
  const chunk = first && "output" in first ? first.output[0] : undefined;
  if (chunk?.type !== "chunk") throw new Error("The SDK does not bundle.");
  return chunk.code;
}
