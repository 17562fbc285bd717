import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { alice } from "../harness.ts";
import { type Look, launchBrowser, openPage } from "./harness.ts";
import { reputationScenes, serveWorkshop, type Workshop } from "./reputation-scenes.ts";
import { smallPng } from "./small-png.ts";
import { testWallet } from "./wallet.ts";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
/** As in looks.test.ts: `docs/images` gets the pictures that are kept, any other folder all. */
const pictures = process.env.RENOWN_PICTURES;
const root = fileURLToPath(new URL("../..", import.meta.url));

const looks: Look[] = [
  { theme: "light", size: "desktop" },
  { theme: "dark", size: "phone" },
  ...(pictures
    ? ([
        { theme: "dark", size: "desktop" },
        { theme: "light", size: "phone" },
      ] as const)
    : []),
];

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
    const { page, context, errors, foreign } = await openPage(browser, service.origin, { ...look, wallets });
    await scene.show(page, service);
    await page.evaluate(() => (globalThis as any).document.fonts.ready);
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() => (globalThis as any).axe.run());
    const found = violations.map(({ id, nodes }: any) => `${id}: ${nodes.map((node: any) => node.target).join(" ")}`);
    expect(found).toEqual([]);
    expect(errors).toEqual([]);
    expect(foreign).toEqual([]);
    const width = await page.evaluate(() => (globalThis as any).document.documentElement.scrollWidth);
    expect(width, "nothing sticks out at the side").toBeLessThanOrEqual(look.size === "phone" ? 390 : 1280);
    if (pictures) await keepPicture(page, scene, look);
    await context.close();
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
    if (pictures && !pictures.includes("docs")) writeFileSync(join(root, pictures, `resume-${format}.pdf`), pdf);
    await context.close();
  });
});

async function keepPicture(
  page: Page,
  { name, kept }: (typeof reputationScenes)[number],
  { theme, size }: Look,
): Promise<void> {
  const folder = join(root, pictures!);
  const usual = looks.slice(0, 2).some((look) => look.theme === theme && look.size === size);
  if (folder.endsWith(join("docs", "images")) && !(kept === "four" || (kept === "two" && usual))) return;
  mkdirSync(folder, { recursive: true });
  const picture = smallPng(await page.screenshot({ fullPage: true }));
  writeFileSync(join(folder, `${name}-${theme}-${size}.png`), picture);
}
