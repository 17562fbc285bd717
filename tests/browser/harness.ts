import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { type LocalOptions, type LocalService, startLocal } from "../http/server.ts";
import { chromiumPath } from "./chromium.ts";
import { injectWallets, type TestWallet } from "./wallet.ts";

/** Arguments of our own: those of the package switch off what these tests are about. */
const args = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"];

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: chromiumPath, args, headless: true });
}

export type Served = LocalService & {
  stop(): Promise<void>;
  /** What `signedInPath` sets, as `name=value`. */
  bringCookie(cookie: string): void;
};

/** The whole service in memory, over real HTTP on a free port of this machine. */
export async function serveLocal(options: Omit<LocalOptions, "origin"> = {}): Promise<Served> {
  let app: LocalService["app"] | undefined;
  const { promise: listening, resolve } = Promise.withResolvers<void>();
  let cookie = "";
  const fetch = (request: Request) => (request.url.endsWith(signedInPath) ? cookied(cookie) : app!.fetch(request));
  const server = serve({ fetch, hostname: "localhost", port: 0 }, () => resolve());
  await listening;
  const { port } = server.address() as AddressInfo;
  const bringCookie = (value: string) => {
    cookie = value;
  };
  const service = await startLocal({ ...options, origin: `http://localhost:${port}` });
  app = service.app;
  const stop = async () => {
    server.close();
    if ("closeAllConnections" in server) server.closeAllConnections();
    await service.close();
  };
  return { ...service, stop, bringCookie };
}

/** A page that the service has not, which sets a session's cookie: drivers set none with such a name on http. */
export const signedInPath = "/signed-in-for-a-test";

function cookied(cookie: string): Response {
  return new Response("", { headers: { "set-cookie": `${cookie}; Path=/; HttpOnly; Secure; SameSite=Lax` } });
}

/** A page of somebody else's, on another origin of this machine. */
export async function serveText(html: string): Promise<{ origin: string; stop(): void }> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const fetch = () => new Response(html, { headers: { "content-type": "text/html" } });
  const server = serve({ fetch, hostname: "127.0.0.1", port: 0 }, () => resolve());
  await promise;
  const { port } = server.address() as AddressInfo;
  return { origin: `http://127.0.0.1:${port}`, stop: () => void server.close() };
}

export type Look = { theme?: "light" | "dark"; size?: "phone" | "desktop"; wallets?: readonly TestWallet[] };

const sizes = { phone: { width: 390, height: 844 }, desktop: { width: 1280, height: 900 } };

/** What went wrong in a page without anybody having asked. */
export type Watched = { context: BrowserContext; page: Page; errors: string[]; foreign: string[] };

/** A page of a browser of its own: nothing is shared with others, and everything that goes wrong is written down. */
export async function openPage(browser: Browser, origin: string, look: Look = {}): Promise<Watched> {
  const { theme = "light", size = "desktop", wallets = [] } = look;
  const context = await browser.newContext({
    colorScheme: theme,
    viewport: sizes[size],
    deviceScaleFactor: 1,
    reducedMotion: "reduce",
    permissions: ["clipboard-read", "clipboard-write"],
  });
  await injectWallets(context, wallets);
  const page = await context.newPage();
  const errors: string[] = [];
  const foreign: string[] = [];
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error" && !/status of 4\d\d/.test(message.text())) errors.push(message.text());
  });
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (url.protocol !== "data:" && url.origin !== origin && !request.isNavigationRequest())
      foreign.push(request.url());
  });
  return { context, page, errors, foreign };
}
