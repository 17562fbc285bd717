import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { reckonMany } from "../vectors/reputation/arithmetic.ts";
import { bundle } from "./bundle.ts";
import { launchBrowser } from "./harness.ts";

const folder = new URL("../vectors/reputation/", import.meta.url);

test("reputation's arithmetic gives the same bytes in Chromium as on Node", async () => {
  const file = readFileSync(new URL("arithmetic.json", folder), "utf8");
  const [script, browser] = await Promise.all([
    bundle(new URL("arithmetic.ts", folder), "arithmetic"),
    launchBrowser(),
  ]);
  try {
    const page = await browser.newPage();
    await page.evaluate(script);
    expect(await page.evaluate(`arithmetic.reckon(${file})`)).toBe(file);
    expect(await page.evaluate("arithmetic.reckonMany()")).toBe(reckonMany());
  } finally {
    await browser.close();
  }
});
