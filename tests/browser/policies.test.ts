import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { JsonObject } from "../../src/kernel/json.ts";
import { changePolicy, publishPolicy } from "../http/resources/policies.ts";
import { sample, seeds } from "../unit/reputation/policy-samples.ts";
import { launchBrowser, openPage, type Served, serveLocal } from "./harness.ts";
import { expectWellMade, looks } from "./look.ts";

type Scene = { name: string; kept?: "two"; path(): string };

let browser: Browser;
let service: Served;
/** A policy of somebody's own, with an older version that is superseded. */
let own: string;
const longest = {
  ...sample,
  name: "Welding and everything that goes with it, ".repeat(2).trim(),
  fields: ["welding/*"],
};

const scenes: Scene[] = [
  { name: "policies", path: () => "/policies" },
  { name: "policy", kept: "two", path: () => "/policies/open-work" },
  { name: "policy-trust", path: () => "/policies/renown-trust/1" },
  { name: "policy-own", path: () => `/policies/${own}` },
  { name: "policy-superseded", path: () => `/policies/${own}/1` },
  { name: "policy-none", path: () => "/policies/nobody-has-it" },
];

beforeAll(async () => {
  browser = await launchBrowser();
  service = await serveLocal({ parts: () => ({ trustSeeds: seeds }) });
  const { id, wallet } = await publishPolicy(service, sample);
  for (const [type, input] of [
    ["PUBLISH", { policy: longest }],
    ["RETIRE", { version: 1 }],
  ] as const)
    await changePolicy(service, id, wallet, type, input as unknown as JsonObject);
  own = id;
});
afterAll(async () => {
  await browser.close();
  await service.stop();
});

describe.each(looks)("in $theme on a $size", (look) => {
  test.each(scenes)("$name is accessible, quiet and ours alone", async (scene) => {
    const watched = await openPage(browser, service.origin, look);
    await watched.page.goto(service.origin + scene.path());
    await expectWellMade(watched, scene, look);
    await watched.context.close();
  });
});

describe("a policy on its page", () => {
  test("leads from the list to its rules, to its versions, and to what was signed", async () => {
    const { page, context } = await openPage(browser, service.origin, {});
    await page.goto(`${service.origin}/policies`);
    await page.getByRole("link", { name: "Open work" }).click();
    await page.waitForURL(/\/policies\/open-work$/);
    expect(await page.locator("h1").textContent()).toBe("Open work");
    const row = page.getByRole("row", { name: /^Incidents/ });
    expect(await row.getByRole("cell").allTextContents()).toEqual(["−20", "730 days", "down to −60"]);
    await page.goto(`${service.origin}/policies/${own}/1`);
    expect(await page.locator(".notice-warn").textContent()).toContain("another version has taken its place");
    await page.getByRole("link", { name: "Read the latest" }).click();
    expect(await page.locator("h1").textContent()).toBe(longest.name);
    await page.locator("details.technical summary").click();
    await page.getByRole("link", { name: "The rules, as they were signed" }).click();
    expect(JSON.parse((await page.locator("body").textContent())!)).toMatchObject({ version: 2, policy: longest });
    await context.close();
  });

  test("is read without script", async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(`${service.origin}/policies/open-work`);
    expect(await page.locator(".policy-rules").first().textContent()).toContain("Facts of every field count.");
    await context.close();
  });
});
