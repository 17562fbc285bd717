import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { userOf } from "../harness.ts";
import { signed } from "../http/attester.ts";
import { get, signIn, type Wallet } from "../http/client.ts";
import { signInHere } from "./badge-scenes.ts";
import { launchBrowser, openPage, signedInPath, type Watched } from "./harness.ts";
import { beginner, pageOf, serveWorkshop, type Workshop } from "./reputation-scenes.ts";
import { type TestWallet, testWallet } from "./wallet.ts";

let browser: Browser;
let service: Workshop;
let watched: Watched | undefined;

beforeAll(async () => {
  browser = await launchBrowser();
  service = await serveWorkshop();
});
afterAll(async () => {
  await browser.close();
  await service.stop();
});
beforeEach(() => {
  watched = undefined;
});
afterEach(async () => {
  expect(watched?.errors ?? []).toEqual([]);
  expect(watched?.foreign ?? []).toEqual([]);
  await watched?.context.close();
});

/** My reputation as a wallet sees it that is signed in, in a browser that has it. */
async function openMine(wallet: Wallet, held: TestWallet = testWallet(wallet)): Promise<Page> {
  watched = await openPage(browser, service.origin, { wallets: [held] });
  const { page } = watched;
  await signInHere(page, service, wallet);
  await page.goto(`${service.origin}/me/reputation`);
  return page;
}

/** Opens the first row and one of its folds. */
async function unfold(page: Page, name: string) {
  await page.locator("#attestations ~ .rows .row > details > summary").first().click();
  await page.getByText(name, { exact: true }).first().click();
}

/** Lets the key of this browser act, by the wallet that is listed. */
async function allow(page: Page): Promise<void> {
  await page.click("dialog[open] [data-wallet]");
}

const done = (page: Page) => page.locator(".notice-good").textContent();
const attestationOf = async (attestation: string) => (await get(service, `/v1/attestations/${attestation}`)).body;
const signatures = ({ asked }: TestWallet) => asked.filter((method) => method.includes("sign"));

describe("my reputation", () => {
  test("disputes and answers with one signature of the wallet, in words that the log does not have", async () => {
    const { wallet, fact } = await beginner(service);
    const held = testWallet(wallet);
    const page = await openMine(wallet, held);
    await unfold(page, "Dispute it");
    await page.fill('[data-deed="DISPUTE"] textarea', "It was “another’s” patch.\nNot mine.");
    await page.getByRole("button", { name: "Sign the dispute" }).click();
    await allow(page);
    await page.waitForURL(/done=DISPUTE/);
    expect(await done(page)).toContain("The dispute is signed");
    expect(held.shown).toContain("- urn:renown:may:renown/reputation");
    await unfold(page, "Answer it");
    expect(await page.getByRole("button", { name: "Sign the dispute" }).count()).toBe(0);
    await page.fill('[data-deed="RESPOND"] textarea', "Please look at the tag.");
    await page.getByRole("button", { name: "Sign the answer" }).click();
    await page.waitForURL(/done=RESPOND/);
    expect(signatures(held)).toEqual(["personal_sign"]);
    const shown = await attestationOf(fact.attestation);
    expect(shown.dispute.texts).toEqual({ narrative: "It was “another’s” patch.\nNot mine." });
    expect(shown.responses).toMatchObject([{ by: "subject", texts: { narrative: "Please look at the tag." } }]);
    const log = await get(service, `/v1/documents/${fact.document}/operations`);
    expect(log.text).not.toContain("look at the tag");
  });

  test("hides and shows, and takes one away from who sees the score", async () => {
    const { wallet, did, fact } = await beginner(service);
    const page = await openMine(wallet);
    await unfold(page, "Hide it");
    await page.getByRole("button", { name: "Hide it" }).click();
    await allow(page);
    await page.waitForURL(/done=HIDE/);
    expect((await get(service, `/v1/attestations/${fact.attestation}`)).status).toBe(404);
    await unfold(page, "Show it again");
    await page.getByRole("button", { name: "Show it again" }).click();
    await page.waitForURL(/done=UNHIDE/);
    expect((await attestationOf(fact.attestation)).hidden).toBe(false);
    const friend = (await beginner(service)).wallet;
    const audience = page.locator('[data-deed="SHOW"]').first();
    await audience.getByText("Only those whom I name").click();
    await audience.getByRole("button").click();
    await page.getByText("Name at least one DID.").waitFor();
    await audience.locator("textarea").fill(userOf(friend).replace("0x", "0X"));
    await audience.getByRole("button").click();
    await page.waitForURL(/done=SHOW/);
    expect(await page.locator('[data-deed="SHOW"] textarea').first().inputValue()).toBe(userOf(friend));
    const path = `/v1/subjects/${encodeURIComponent(did)}/scores/open-work`;
    expect((await get(service, path)).status).toBe(403);
    const { token } = await signIn(service, friend);
    expect((await get(service, path, { token })).status).toBe(200);
  });

  test("names another wallet as one’s own, and no longer", async () => {
    const { wallet } = await beginner(service);
    const other = (await beginner(service)).wallet;
    const page = await openMine(wallet);
    await page.fill("#other", "0x12");
    await page.getByRole("button", { name: "Name this wallet as mine" }).click();
    await allow(page);
    await page.getByText("An address is 0x and 40 digits.").waitFor();
    await page.fill("#other", other.address);
    await page.getByRole("button", { name: "Name this wallet as mine" }).click();
    await page.waitForURL(/done=LINK/);
    expect(await page.getByText("has not named this wallet yet").count()).toBe(1);
    await signed(service, other, userOf(other), "LINK", { other: userOf(wallet) });
    await page.reload();
    expect(await page.getByText("counts as one with this wallet").count()).toBe(1);
    await page.getByRole("button", { name: "No longer mine" }).click();
    await page.waitForURL(/done=UNLINK/);
    expect(await page.getByText("You have named no other wallet.").count()).toBe(1);
  });

  test("leaves only after the word was typed, and for ever", async () => {
    const { wallet, did } = await beginner(service);
    const page = await openMine(wallet);
    await page.getByText("Leave altogether", { exact: true }).click();
    await page.fill("#sure", "yes");
    await page.getByRole("button", { name: "Close my reputation for ever" }).click();
    expect(await page.locator("dialog[open]").count()).toBe(0);
    await page.fill("#sure", "LEAVE");
    await page.getByRole("button", { name: "Close my reputation for ever" }).click();
    await allow(page);
    await page.waitForURL(/done=CLOSE/);
    expect(await page.locator("[data-deed]").count()).toBe(0);
    await page.goto(pageOf(service, did));
    expect(await page.locator(".score-none h2").textContent()).toBe("Closed");
  });

  test("says so where the wallet refuses, or another account signs, and nothing is lost", async () => {
    const { wallet } = await beginner(service);
    const other = (await beginner(service)).wallet;
    const held = testWallet(wallet, { refuses: { personal_sign: 4001 } });
    const page = await openMine(wallet, held);
    await unfold(page, "Dispute it");
    await page.fill('[data-deed="DISPUTE"] textarea', "Kept");
    await page.getByRole("button", { name: "Sign the dispute" }).click();
    await allow(page);
    await page.waitForSelector("dialog .wallet-status .notice-bad");
    held.refuses = {};
    held.account = other;
    await allow(page);
    await page.getByText("Choose that one in your wallet").waitFor();
    held.account = wallet;
    await allow(page);
    await page.waitForURL(/done=DISPUTE/);
    expect(await page.locator(".state-disputed").count()).toBe(1);
  });

  test("erases without any script, and says what needs one", async () => {
    const { wallet, fact } = await beginner(service);
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    service.bringCookie((await signIn(service, wallet)).cookie);
    await page.goto(service.origin + signedInPath);
    await page.goto(`${service.origin}/me/reputation`);
    expect(await page.locator("noscript .notice-warn").first().textContent()).toContain("Erasing works without.");
    expect(await page.getByRole("button", { name: "Sign this choice" }).first().isVisible()).toBe(false);
    await page.getByText("Erase all words", { exact: true }).click();
    await page.getByText("I know that this cannot be undone.").click();
    await page.getByRole("button", { name: "Erase all words for good" }).click();
    expect(await done(page)).toContain("All words are erased");
    expect((await attestationOf(fact.attestation)).texts).toBe("erased");
    await context.close();
  });
});

describe("a subject’s page", () => {
  test("leads by a dot of the chart to its row, and by the keyboard to another policy", async () => {
    const { did } = await beginner(service);
    watched = await openPage(browser, service.origin, {});
    const { page } = watched;
    await page.goto(pageOf(service, did));
    await page.locator(".chart-dots a").first().click();
    expect(page.url()).toMatch(/#fact-[\w-]{43}$/);
    const link = page.getByRole("link", { name: "Renown trust" });
    await link.focus();
    await page.keyboard.press("Enter");
    await page.waitForURL(/policy=renown-trust/);
    expect(await page.locator(".choose [aria-current]").textContent()).toBe("Renown trust");
  });
});
