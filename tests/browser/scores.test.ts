import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { reckonManyScores } from "../vectors/reputation/scores.ts";
import { bundle } from "./bundle.ts";
import { launchBrowser } from "./harness.ts";

const folder = new URL("../vectors/reputation/", import.meta.url);

test("scores are the same bytes in Chromium as on Node", async () => {
  const file = readFileSync(new URL("scores.json", folder), "utf8");
  const [script, browser] = await Promise.all([bundle(new URL("scores.ts", folder), "scores"), launchBrowser()]);
  try {
    const page = await browser.newPage();
    await page.evaluate(script);
    expect(await page.evaluate(`scores.reckonScores(${file})`)).toBe(file);
    expect(await page.evaluate(`scores.reckonManyScores(${file})`)).toBe(reckonManyScores(JSON.parse(file)));
  } finally {
    await browser.close();
  }
});
