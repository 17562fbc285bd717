import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { alice } from "../harness.ts";
import { makeAward, makeClass } from "../http/academy.ts";
import { get } from "../http/client.ts";
import { signInHere } from "./badge-scenes.ts";
import { launchBrowser, openPage } from "./harness.ts";
import { expectWellMade, looks, pictures } from "./look.ts";
import { lateScene, passDays, presentationScenes } from "./presentation-scenes.ts";
import { beginner, serveWorkshop, type Workshop } from "./reputation-scenes.ts";
import { testWallet } from "./wallet.ts";

let browser: Browser;
let service: Workshop;

beforeAll(async () => {
  browser = await launchBrowser();
  service = await serveWorkshop();
});
afterAll(async () => {
  await browser.close();
  await service.stop();
});

describe("sharing a presentation", () => {
  test("chooses by the keyboard, signs by the key of this browser, and shows it to who has the link", async () => {
    const { wallet, did } = await beginner(service);
    const [, , university] = service.organizations;
    const { id } = await makeClass(service, university!, { name: "Analytical engines" });
    await makeAward(service, university!, { class: id, recipient: { did } });
    const held = testWallet(wallet);
    const watched = await openPage(browser, service.origin, { wallets: [held] });
    const { page } = watched;
    await signInHere(page, service, wallet);
    await page.goto(`${service.origin}/me/reputation`);
    const form = page.locator('[data-deed="PRESENT"]');
    await form.getByRole("button", { name: "Sign and share" }).click();
    await page.click("dialog[open] [data-wallet]");
    await page.getByText("Choose at least one score or badge.").waitFor();
    await form.getByRole("radio", { name: "at least" }).first().focus();
    await page.keyboard.press("Space");
    await page.keyboard.press("Tab");
    await form.getByRole("button", { name: "Sign and share" }).click();
    await page.getByText("Say at least how much, as a number.").waitFor();
    await form
      .getByRole("textbox", { name: /^At least, under/ })
      .first()
      .fill("5");
    await form.getByRole("checkbox", { name: "Analytical engines" }).check();
    await form
      .getByRole("textbox", { name: /^At least, under/ })
      .first()
      .press("Enter");
    await page.waitForURL(/\/presentations\/[\w-]{28}$/);
    expect(held.asked.filter((method) => method.includes("sign"))).toEqual(["personal_sign"]);
    const text = await page.locator("article").innerText();
    expect(text).toContain("All 2 credentials in it hold.");
    expect(text).toContain("At least 5 of 100");
    expect(text).toContain("Analytical engines");
    const url = new URL(page.url());
    const file = await get(service, url.pathname, { headers: { accept: "application/vp+jwt" } });
    await page.goto(`${service.origin}/verify`);
    const buffer = Buffer.from(file.text);
    await page.setInputFiles("#file", { name: "presentation.jwt", mimeType: "application/octet-stream", buffer });
    await page.getByRole("button", { name: "Check", exact: true }).click();
    expect(await page.locator(".finding").innerText()).toContain("All 2 credentials in it hold.");
    await page.goto(`${service.origin}/me/reputation`);
    await page.getByRole("button", { name: /Delete the presentation of/ }).click();
    await page.waitForURL(/done=unshared/);
    expect((await get(service, url.pathname, { headers: { accept: "text/html" } })).status).toBe(404);
    expect(watched.errors).toEqual([]);
    expect(watched.foreign).toEqual([]);
    await watched.context.close();
  });
});

describe.each(looks)("in $theme on a $size", (look) => {
  test.each(presentationScenes)("$name is accessible, quiet and ours alone", async (scene) => {
    const watched = await openPage(browser, service.origin, { ...look, wallets: [testWallet(alice)] });
    await scene.show(watched.page, service);
    await expectWellMade(watched, scene, look);
    await watched.context.close();
  });
});

describe("a presentation on paper", () => {
  test.each(["A4", "Letter"])("fits %s, and has nothing to press", async (format) => {
    const { page, context } = await openPage(browser, service.origin, {});
    await presentationScenes[0]!.show(page, service);
    await page.emulateMedia({ media: "print" });
    for (const gone of [".top nav", ".again", ".copy"])
      expect(await page.locator(gone).first().isVisible()).toBe(false);
    const pdf = await page.pdf({ format, preferCSSPageSize: false });
    expect(pdf.toString("latin1").match(/\/Type\s*\/Page\b/g)?.length).toBeLessThanOrEqual(2);
    if (pictures && !pictures.includes("docs")) writeFileSync(join(pictures, `presentation-${format}.pdf`), pdf);
    await context.close();
  });
});

describe("a presentation whose scores have run out", () => {
  test.each(looks)("says of when they are in $theme on a $size", async (look) => {
    const watched = await openPage(browser, service.origin, { ...look });
    await presentationScenes[0]!.show(watched.page, service);
    const shown = await watched.page.title();
    if (look === looks[0]) passDays(service, 2);
    await lateScene.show(watched.page, service);
    const text = await watched.page.locator("article").innerText();
    expect(await watched.page.title()).toBe(shown);
    expect(text).toContain("1 of 3 credentials in it hold");
    expect(text).toContain("so it says what was, not what is");
    expect(text).toContain("The score now");
    await expectWellMade(watched, lateScene, look);
    await watched.context.close();
  });
});
