import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { appKey, signCredential } from "../harness.ts";
import { freshWallet, signIn } from "../http/client.ts";
import { launchBrowser, type Served, serveLocal, signedInPath } from "./harness.ts";

let browser: Browser;
let service: Served;

beforeAll(async () => {
  browser = await launchBrowser();
  service = await serveLocal();
});
afterAll(async () => {
  await browser.close();
  await service.stop();
});

/** A page of a browser that runs no script, signed in if a cookie is given. */
async function open(cookie?: string): Promise<Page> {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  if (cookie) {
    service.bringCookie(cookie);
    await page.goto(service.origin + signedInPath);
  }
  return page;
}

describe("without any script", () => {
  test("something can be checked", async () => {
    const page = await open();
    await page.goto(`${service.origin}/verify`);
    await page.fill("#pasted", JSON.stringify(await signCredential({ issued: service.now() })));
    await page.getByRole("button", { name: "Check" }).click();
    expect(await page.textContent(".seal-word")).toBe("Valid");
    expect(await page.locator(".copy").first().isVisible()).toBe(false);
    await page.context().close();
  });

  test("an app can be stopped, a name set, and a session ended", async () => {
    const wallet = freshWallet();
    const credential = await signCredential({ wallet, issued: service.now() });
    const { delegation } = await service.services.delegations.give({ credential }, undefined);
    const { cookie } = await signIn(service, wallet);
    const page = await open(cookie);
    await page.goto(`${service.origin}/me`);
    await page.locator(`#app-${delegation.id} summary`).first().click();
    await page.getByRole("button", { name: "Stop this app" }).click();
    expect(await page.textContent(".notice-good")).toContain("may no longer act for you");
    await page.fill("#username", "Without Script");
    await page.getByRole("button", { name: "Save" }).click();
    expect(await page.textContent("h1")).toBe("Without Script");
    await page.getByRole("button", { name: "Sign out", exact: true }).click();
    await page.goto(`${service.origin}/me`);
    expect(await page.locator("#apps").count()).toBe(0);
    await page.context().close();
  });

  test("a device and a command line can be refused", async () => {
    const { userCode } = await service.services.devices.authorize({ app: appKey.did });
    const page = await open();
    await page.goto(`${service.origin}/device`);
    await page.fill("#code", userCode);
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByRole("button", { name: "No, refuse it" }).click();
    expect(await page.textContent("h1")).toBe("Refused");
    const session = crypto.randomUUID();
    await page.goto(`${service.origin}/console?session=${session}&connect=${encodeURIComponent(appKey.did)}`);
    await page.getByRole("button", { name: "No, this was not me" }).click();
    expect(await page.textContent("h1")).toBe("Refused");
    await page.context().close();
  });
});
