import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { alice } from "../harness.ts";
import { launchBrowser, openPage } from "./harness.ts";
import { expectWellMade, looks, pictures } from "./look.ts";
import { reputationScenes, serveWorkshop, type Workshop } from "./reputation-scenes.ts";
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

describe.each(looks)("in $theme on a $size", (look) => {
  test.each(reputationScenes)("$name is accessible, quiet and ours alone", async (scene) => {
    const wallets = [testWallet(alice)];
    const watched = await openPage(browser, service.origin, { ...look, wallets });
    await scene.show(watched.page, service);
    await expectWellMade(watched, scene, look);
    await watched.context.close();
  });
});

describe("a résumé on paper", () => {
  test.each(["A4", "Letter"])("fits %s, says how to check it, and has nothing to press", async (format) => {
    const { page, context } = await openPage(browser, service.origin, {});
    const scene = reputationScenes.find(({ name }) => name === "reputation-resume")!;
    await scene.show(page, service);
    await page.emulateMedia({ media: "print" });
    expect(await page.locator(".resume-check").isVisible()).toBe(true);
    for (const gone of [".top nav", ".again", ".copy"])
      expect(await page.locator(gone).first().isVisible()).toBe(false);
    const pdf = await page.pdf({ format, preferCSSPageSize: false });
    expect(pdf.toString("latin1").match(/\/Type\s*\/Page\b/g)?.length).toBeLessThanOrEqual(2);
    if (pictures && !pictures.includes("docs")) writeFileSync(join(pictures, `resume-${format}.pdf`), pdf);
    await context.close();
  });
});
