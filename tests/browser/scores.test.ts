import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build, type Rolldown } from "vite";
import { expect, test } from "vitest";
import { reckonManyScores } from "../vectors/reputation/scores.ts";
import { launchBrowser } from "./harness.ts";

const folder = new URL("../vectors/reputation/", import.meta.url);

/** Scoring as one script that leaves it in `scores`. */
async function bundle(): Promise<string> {
  const entry = fileURLToPath(new URL("scores.ts", folder));
  const built = await build({
    configFile: false,
    logLevel: "silent",
    build: { write: false, target: "es2022", lib: { entry, formats: ["iife"], name: "scores" } },
  });
  const { output } = (Array.isArray(built) ? built[0] : built) as Rolldown.RolldownOutput;
  return output[0].code;
}

test("scores are the same bytes in Chromium as on Node", async () => {
  const file = readFileSync(new URL("scores.json", folder), "utf8");
  const [script, browser] = await Promise.all([bundle(), launchBrowser()]);
  try {
    const page = await browser.newPage();
    await page.evaluate(script.replace(/^(var|const|let) scores\b/m, "globalThis.scores"));
    expect(await page.evaluate(`scores.reckonScores(${file})`)).toBe(file);
    expect(await page.evaluate(`scores.reckonManyScores(${file})`)).toBe(reckonManyScores(JSON.parse(file)));
  } finally {
    await browser.close();
  }
});
