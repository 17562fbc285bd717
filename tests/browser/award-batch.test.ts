import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Academy, makeClass, openAcademy } from "../http/academy.ts";
import { get } from "../http/client.ts";
import { type Look, launchBrowser, openPage, type Served, serveLocal, type Watched } from "./harness.ts";
import { testWallet } from "./wallet.ts";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

let browser: Browser;
let service: Served;
let academy: Academy;
beforeAll(async () => {
  browser = await launchBrowser();
  service = await serveLocal();
  academy = await openAcademy(service, {}, ["P-256", "Ed25519"]);
  await makeClass(service, academy);
});
afterAll(async () => {
  await browser.close();
  await service.stop();
});

async function enter(look: Look): Promise<Watched> {
  const watched = await openPage(browser, service.origin, { ...look, wallets: [testWallet(academy.wallet)] });
  await watched.page.goto(`${service.origin}/orgs`);
  await watched.page.click("[data-wallet]");
  await watched.page.waitForSelector("#make");
  return watched;
}

const open = (page: Page) => page.goto(`${service.origin}/orgs/${academy.slug}/console/awards/batch`);
const choose = (page: Page, name: string, text: string) =>
  page.setInputFiles("#file", { name, mimeType: "text/csv", buffer: Buffer.from(text) });
const give = (page: Page) => page.locator("[data-batch-give]");
const counted = (page: Page) => page.locator("[data-batch-count]");

/** Nothing that a reader of the page would stumble over, and nothing that sticks out. */
async function inspect({ page }: Watched, { size }: Look): Promise<void> {
  await page.evaluate(() => (globalThis as any).document.fonts.ready);
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => (globalThis as any).axe.run());
  expect(violations.map(({ id, nodes }: any) => `${id}: ${nodes.map((node: any) => node.target).join(" ")}`)).toEqual(
    [],
  );
  const width = await page.evaluate(() => (globalThis as any).document.documentElement.scrollWidth);
  expect(width).toBeLessThanOrEqual(size === "phone" ? 390 : 1280);
}

async function saved(page: Page, name: string): Promise<string> {
  const [download] = await Promise.all([page.waitForEvent("download"), page.click(`[data-batch-file="${name}"]`)]);
  expect(download.suggestedFilename()).toBe(`results.${name}`);
  return readFileSync((await download.path())!, "utf8");
}

const looks: Look[] = [
  { theme: "light", size: "desktop" },
  { theme: "dark", size: "phone" },
];

describe.each(looks)("awarding from a file, in $theme on a $size", (look) => {
  const group = `${look.theme}-${look.size}`;
  const row = (n: number, email: string, name = "") => `${group}-${n},${email},${name},${group}`;
  const file = [
    "key,email,name,cohort",
    ...Array.from({ length: 20 }, (_, n) => row(n, `learner${n}@example.org`, n === 0 ? '"Lovelace, Ada"' : "")),
    row(20, "nobody"),
    `=${row(21, "nobody")}`,
    "",
  ].join("\r\n");
  const awarded = async () => {
    const list = `/v1/orgs/${academy.slug}/awards?limit=100&cohort=${group}`;
    return (await get(service, list, { token: academy.access })).body.items as { status: string; personal: unknown }[];
  };
  let watched: Watched;
  beforeAll(async () => {
    watched = await enter(look);
  });
  afterAll(async () => {
    expect(watched.errors).toEqual([]);
    expect(watched.foreign).toEqual([]);
    await watched.context.close();
  });

  test("checks the file first, and says of each bad row why", async () => {
    const { page } = watched;
    await open(page);
    expect(await give(page).isDisabled()).toBe(true);
    await inspect(watched, look);
    await choose(page, "cohort.csv", file);
    await page.click("[data-batch-check]");
    await expect.poll(() => counted(page).textContent()).toBe("20 rows can be awarded, 2 cannot.");
    expect(await give(page).textContent()).toBe("Sign and award 20");
    const rows = page.locator("[data-batch-table] tbody tr");
    expect(await rows.count()).toBe(2);
    expect(await rows.first().textContent()).toMatch(new RegExp(`^22${group}-20.*INVALID_EMAIL$`));
    expect(await awarded()).toEqual([]);
    await inspect(watched, look);
    const csv = (await saved(page, "csv")).split("\r\n");
    expect(csv[0]).toBe("line,key,award,url,claimLink,status,code,problem");
    // What a table program would take for a formula is a text.
    expect(csv[22]).toMatch(/^23,'=/);
  });

  test("forgets what was checked when another file is chosen", async () => {
    const { page } = watched;
    await choose(page, "empty.csv", "key,email\r\n");
    expect(await give(page).isDisabled()).toBe(true);
    expect(await page.locator("[data-batch-results]").isVisible()).toBe(false);
    await page.click("[data-batch-check]");
    await expect.poll(() => page.locator("[data-deed-status]").textContent()).toBe("There is no row in this file.");
    await choose(page, "columns.csv", "key,surname\r\n1,x\r\n");
    await page.click("[data-batch-check]");
    await expect.poll(() => page.locator("[data-batch-table]").textContent()).toContain("INVALID_CSV");
  });

  test("signs row by row once the wallet has said yes, and hands out what came of each", async () => {
    const { page } = watched;
    await choose(page, "cohort.csv", file);
    await page.click("[data-batch-check]");
    await give(page).click();
    await page.locator("dialog [data-wallet]").click();
    await expect.poll(() => counted(page).textContent(), { timeout: 20_000 }).toBe("20 awarded, 2 not, 0 to go.");
    expect(await give(page).isDisabled()).toBe(true);
    expect(await page.locator("[data-batch-table] tbody tr").count()).toBe(22);
    expect(await page.locator("[data-batch-table] tbody a").count()).toBe(20);
    await inspect(watched, look);
    const made = await awarded();
    expect(made).toHaveLength(20);
    expect(made.filter(({ personal }) => personal !== null)).toMatchObject([{ personal: { name: "Lovelace, Ada" } }]);
    const lines = (await saved(page, "ndjson")).trim().split("\n");
    const results = lines.map((line) => JSON.parse(line));
    expect(results).toHaveLength(22);
    expect(results[0]).toMatchObject({ line: 2, status: "active", claimLink: expect.stringContaining("#claim=") });
    expect(results[20]).toMatchObject({ line: 22, code: "INVALID_EMAIL" });
    const face = await get(service, new URL(results[0].url).pathname, { headers: { accept: "application/vc" } });
    expect(face.body.proof).toHaveLength(2);
  });

  test("brings the same file again and makes nothing twice", async () => {
    const { page } = watched;
    await open(page);
    await choose(page, "cohort.csv", file);
    await page.click("[data-batch-check]");
    await give(page).click();
    await expect.poll(() => counted(page).textContent(), { timeout: 20_000 }).toBe("20 awarded, 2 not, 0 to go.");
    expect(await awarded()).toHaveLength(20);
  });

  test("goes on where it stopped, when the service answers again", async () => {
    const { page } = watched;
    await open(page);
    const more = ["key,email,cohort", ...Array.from({ length: 18 }, (_, n) => `again-${row(n, `a${n}@example.org`)}`)];
    await choose(page, "more.csv", `key,email,name,cohort\r\n${more.slice(1).join("\r\n")}\r\n`);
    await page.click("[data-batch-check]");
    await expect.poll(() => give(page).textContent()).toBe("Sign and award 18");
    let sent = 0;
    await page.route("**/console/awards/rows", (route) => (++sent === 2 ? route.abort() : route.continue()));
    await give(page).click();
    await expect.poll(() => page.locator("[data-deed-status]").textContent()).toContain("did not answer");
    expect(await give(page).textContent()).toBe("Sign and award 2");
    await page.unroute("**/console/awards/rows");
    await give(page).click();
    await expect.poll(() => counted(page).textContent()).toBe("18 awarded, 0 not, 0 to go.");
    expect(await awarded()).toHaveLength(38);
    // The browser itself says that a request came to nothing.
    expect(watched.errors.splice(0)).toEqual([expect.stringContaining("ERR_FAILED")]);
  });
});
