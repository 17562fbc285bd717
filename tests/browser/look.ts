import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { expect } from "vitest";
import type { Look, Watched } from "./harness.ts";
import { smallPng } from "./small-png.ts";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const root = fileURLToPath(new URL("../..", import.meta.url));

/** Where pictures go: `RENOWN_PICTURES=docs/images` writes those that are kept, any other folder gets them all. */
export const pictures = process.env.RENOWN_PICTURES;

/** How pages are looked at; from all sides where pictures are taken. */
export const looks: Look[] = [
  { theme: "light", size: "desktop" },
  { theme: "dark", size: "phone" },
  ...(pictures
    ? ([
        { theme: "dark", size: "desktop" },
        { theme: "light", size: "phone" },
      ] as const)
    : []),
];

/** Which pictures of a scene are kept in the papers. */
export type Pictured = { name: string; kept?: "two" | "four" | undefined };

/** A page that is shown: accessible, quiet, ours alone, and nothing sticks out; takes its picture where that is asked for. */
export async function expectWellMade({ page, errors, foreign }: Watched, scene: Pictured, look: Look): Promise<void> {
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
}

async function keepPicture(page: Page, { name, kept }: Pictured, { theme, size }: Look): Promise<void> {
  const folder = join(root, pictures!);
  const usual = looks.slice(0, 2).some((look) => look.theme === theme && look.size === size);
  const wanted = kept === "four" || (kept === "two" && usual);
  if (folder.endsWith(join("docs", "images")) && !wanted) return;
  mkdirSync(folder, { recursive: true });
  const picture = smallPng(await page.screenshot({ fullPage: true }));
  writeFileSync(join(folder, `${name}-${theme}-${size}.png`), picture);
}
