import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ask, freshWallet, get, openProfile, post, signName } from "../http/client.ts";
import { launchBrowser, openPage, type Served, serveLocal } from "./harness.ts";

let browser: Browser;
let service: Served;
let profile: Awaited<ReturnType<typeof openProfile>>;

beforeAll(async () => {
  browser = await launchBrowser();
  service = await serveLocal();
  profile = await openProfile(service);
  const previous = {
    operation: profile.receipts.at(-1)!.operation as string,
    timestampUtcMs: profile.first.action.timestampUtcMs,
  };
  service.clock.advance(1000);
  const named = await signName(service, profile, "Ada <b>Lovelace".replace("<b>", ""), previous);
  const answer = await post(service, `/v1/documents/${encodeURIComponent(profile.document)}/operations`, {
    operations: [named.action],
  });
  expect(answer.status, answer.text).toBe(201);
});
afterAll(async () => {
  await browser.close();
  await service.stop();
});

describe("a public profile", () => {
  test("is found by address in any case, by DID, by document and by name", async () => {
    const { address } = profile.wallet;
    for (const id of [address, address.toLowerCase(), profile.user, profile.document, "ada lovelace"]) {
      const { page, context, errors, foreign } = await openPage(browser, service.origin);
      const response = await page.goto(`${service.origin}/profile/${encodeURIComponent(id)}`);
      expect(response!.status(), id).toBe(200);
      expect(await page.textContent("h1")).toBe("Ada Lovelace");
      expect(await page.locator(".mark").count()).toBe(1);
      expect([...errors, ...foreign]).toEqual([]);
      await context.close();
    }
  });

  test("is data for whoever asks for data, and a DID document for whoever asks for that", async () => {
    const path = `/profile/${profile.wallet.address}`;
    const data = await get(service, path, { headers: { accept: "application/json" } });
    expect(data.headers.get("content-type")).toBe("application/json");
    expect(data.headers.get("vary")).toBe("accept");
    expect(data.headers.get("access-control-allow-origin")).toBe("*");
    expect(data.body).toMatchObject({ documentId: profile.document, username: "Ada Lovelace", did: profile.user });
    expect((await get(service, new URL(data.body.links.log).pathname)).status).toBe(200);
    const known = { accept: "application/json", "if-none-match": data.headers.get("etag")! };
    expect((await get(service, path, { headers: known })).status).toBe(304);
    for (const type of ["application/did", "application/did+json"]) {
      const document = await get(service, path, { headers: { accept: type } });
      expect(document.headers.get("content-type")).toBe(type);
      expect(document.body.id).toBe(profile.user);
    }
    const none = await get(service, path, { headers: { accept: "image/png" } });
    expect(none.status).toBe(406);
  });

  test("has a card for whoever shows links: words, and its mark as a picture", async () => {
    const { text } = await get(service, `/profile/${profile.wallet.address}`);
    expect(text).toContain('<meta property="og:title" content="Ada Lovelace">');
    const image = /property="og:image" content="([^"]+)"/.exec(text)![1]!;
    expect(image.startsWith(`${service.origin}/profile/0x`)).toBe(true);
    const response = await service.fetch(new URL(image).pathname);
    expect(response.headers.get("content-type")).toBe("image/png");
    const { page, context } = await openPage(browser, service.origin);
    await page.goto(`${service.origin}/verify`);
    const size = await page.evaluate(async (url) => {
      const picture = new (globalThis as any).Image();
      picture.src = url;
      await picture.decode();
      return [picture.naturalWidth, picture.naturalHeight];
    }, image);
    expect(size).toEqual([1200, 630]);
    await context.close();
  });

  test("that nobody has opened is a page of its own, or a problem for programs", async () => {
    for (const id of [freshWallet().address, "nobody", "did:key:zDna", "x".repeat(500)]) {
      const response = await ask(service, "GET", `/profile/${id}`, { headers: { accept: "text/html" } });
      expect(response.status).toBe(404);
      expect(response.text).toContain("There is no profile here");
      const data = await get(service, `/profile/${id}`, { headers: { accept: "application/json" } });
      expect(data.status).toBe(404);
      expect(data.body.code).toBe("NOT_FOUND");
    }
  });
});
