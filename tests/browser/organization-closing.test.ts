import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { alice } from "../harness.ts";
import { launchBrowser, openPage, type Served, serveLocal, type Watched } from "./harness.ts";
import { testWallet } from "./wallet.ts";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const pictures = process.env.RENOWN_PICTURES;
const slug = "closing-academy";

let browser: Browser;
let service: Served;
let owner: Watched;
beforeAll(async () => {
  browser = await launchBrowser();
  service = await serveLocal({});
  owner = await openPage(browser, service.origin, { wallets: [testWallet(alice)] });
  const { page } = owner;
  await page.goto(`${service.origin}/orgs`);
  await page.click("[data-wallet]");
  await page.fill("#name", "Closing Academy");
  await page.fill("#slug", slug);
  await page.getByRole("button", { name: "Make the organisation" }).click();
  await page.locator("dialog [data-wallet]").click();
  await page.waitForURL(/\/console\?done=opened/);
});
afterAll(async () => {
  await browser.close();
  await service.stop();
});

async function inspect(page: Page, name: string): Promise<void> {
  await page.evaluate(axe);
  const found = await page.evaluate(
    "axe.run().then(({ violations }) => violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]))",
  );
  expect(found, name).toEqual([]);
  if (!pictures) return;
  mkdirSync(pictures, { recursive: true });
  writeFileSync(join(pictures, `${name}.png`), await page.screenshot({ fullPage: true }));
}

test("an owner says what the organisation attests in, a field on each line", async () => {
  const { page } = owner;
  await page.getByText("Set the fields it attests in").click();
  await page.fill("#fields", "teaching\nteaching/mathematics | Mathematics | onet:25-1022.00\n\n");
  await inspect(page, "organization-fields");
  await page.getByRole("button", { name: "Sign and save" }).click();
  await page.waitForURL(/done=fields/);
  const { items } = await service.services.organizations.fields(slug, { limit: 9 });
  expect(items).toMatchObject([
    { id: "teaching", name: "teaching", codes: [] },
    { id: "teaching/mathematics", name: "Mathematics", codes: ["onet:25-1022.00"] },
  ]);
  await page.getByText("Set the fields it attests in").click();
  const lines = "teaching | teaching\nteaching/mathematics | Mathematics | onet:25-1022.00";
  expect(await page.inputValue("#fields")).toBe(lines);
  await page.fill("#fields", "Teaching | Teaching");
  await page.getByRole("button", { name: "Sign and save" }).click();
  await page.locator("[data-deed-status].notice-bad").waitFor();
  expect(await page.locator("[data-deed-status].notice-bad").textContent()).toContain("INVALID_INPUT");
});

test("an owner closes it, with a reason that everybody reads", async () => {
  const { page } = owner;
  await page.goto(`${service.origin}/orgs/${slug}/console`);
  await page.getByText("Close the organisation").click();
  await page.fill("#reason", "Merged with another school.");
  await inspect(page, "organization-close");
  await page.getByRole("button", { name: "Sign and close it for ever" }).click();
  await page.waitForURL(`${service.origin}/orgs/${slug}`);
  expect(await page.textContent("main")).toContain("The reason given: Merged with another school.");
  await inspect(page, "organization-closed");
  expect((await page.goto(`${service.origin}/orgs/${slug}/console`))!.status()).toBe(403);
  expect(owner.foreign).toEqual([]);
});
