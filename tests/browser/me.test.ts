import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { alice, appKey, bob, otherKey, signCredential, userOf } from "../harness.ts";
import { freshWallet } from "../http/client.ts";
import { launchBrowser, openPage, type Served, serveLocal, type Watched } from "./harness.ts";
import { type TestWallet, testWallet } from "./wallet.ts";

let browser: Browser;
let service: Served;
let watched: Watched;

beforeAll(async () => {
  browser = await launchBrowser();
  service = await serveLocal();
});
afterAll(async () => {
  await browser.close();
  await service.stop();
});
afterEach(async () => {
  service.clock.advance(1000);
  expect(watched.errors).toEqual([]);
  expect(watched.foreign).toEqual([]);
  await watched.context.close();
});

async function open(wallets: TestWallet[]) {
  watched = await openPage(browser, service.origin, { wallets });
  return watched.page;
}

async function signedIn(wallet: TestWallet) {
  const page = await open([wallet]);
  await page.goto(`${service.origin}/me`);
  await page.click("[data-wallet]");
  await page.waitForSelector("#apps");
  return page;
}

/** A wallet lets a key act for it. */
async function give(account: TestWallet["account"], app = appKey.did, may?: string[]) {
  const credential = await signCredential({ wallet: account, issued: service.now(), app, ...(may && { may }) });
  return (await service.services.delegations.give({ credential }, undefined)).delegation;
}

describe("signing in on a page", () => {
  test("opens a session by a cookie that no script can read, and hands out no token", async () => {
    const wallet = testWallet(alice);
    const page = await open([wallet]);
    await page.goto(`${service.origin}/me`);
    const bodies: string[] = [];
    page.on("response", async (response) => {
      if (response.request().method() === "POST") bodies.push(await response.text().catch(() => ""));
    });
    await page.click("[data-wallet]");
    await page.waitForSelector("#apps");
    expect(wallet.shown).toContain("I sign in to Renown with this account. This moves nothing");
    expect(bodies.join()).not.toMatch(/eyJ|refreshToken|accessToken/);
    const cookies = await watched.context.cookies();
    const session = cookies.find(({ name }) => name === "__Host-renown")!;
    expect(session).toMatchObject({ httpOnly: true, secure: true, sameSite: "Lax", path: "/" });
    const nonce = cookies.find(({ name }) => name === "__Host-renown-nonce")!;
    expect(nonce).toMatchObject({ httpOnly: true, secure: true, sameSite: "Strict" });
    expect(await page.evaluate(() => (globalThis as any).document.cookie)).toBe("");
    expect(await page.evaluate(() => JSON.stringify({ ...(globalThis as any).localStorage }))).toBe("{}");
  });

  test("by a message that another browser asked for is refused: nobody is signed in as somebody else", async () => {
    const ask = async () => {
      const response = await service.fetch("/verify");
      const cookie = response.headers.get("set-cookie")!.split(";")[0]!;
      return { cookie, token: /name="token" value="([^"]+)"/.exec(await response.text())![1]! };
    };
    const send = (path: string, cookie: string, fields: Record<string, string>) =>
      service.fetch(path, {
        method: "POST",
        headers: { cookie, origin: service.origin, "content-type": "application/x-www-form-urlencoded" },
        body: new URLSearchParams(fields).toString(),
      });
    const attacker = await ask();
    const victim = await ask();
    const asked = { address: bob.address, chainId: "1" };
    const answer = await send("/sign-in/message", attacker.cookie, { token: attacker.token, ...asked });
    const { message } = await answer.json();
    const signature = await bob.signMessage({ message });
    const proof = { message, signature };
    const refused = await send("/sign-in", victim.cookie, { token: victim.token, ...proof });
    expect(refused.status).toBe(422);
    expect((await refused.json()).code).toBe("NONCE_UNKNOWN");
    expect(refused.headers.get("set-cookie")).toBeNull();
    const nonce = answer.headers.get("set-cookie")!.split(";")[0]!;
    const own = await send("/sign-in", `${attacker.cookie}; ${nonce}`, { token: attacker.token, ...proof });
    expect(own.status).toBe(204);
    expect(own.headers.get("set-cookie")).toMatch(
      /^__Host-renown=[^;]+; Path=\/; Max-Age=\d+; HttpOnly; Secure; SameSite=Lax$/,
    );
    watched = await openPage(browser, service.origin);
  });

  test("with another account than the one that was given says which one signed", async () => {
    const page = await open([testWallet(alice, { signer: bob })]);
    await page.goto(`${service.origin}/me`);
    await page.click("[data-wallet]");
    await expect.poll(() => page.textContent("[data-status]")).toContain(`The account ${bob.address.slice(0, 6)}`);
    expect(await page.locator("#apps").count()).toBe(0);
  });

  test("is remembered by the start page, and ended there", async () => {
    const page = await signedIn(testWallet(alice));
    await page.goto(service.origin);
    expect(await page.textContent(".here")).toContain("You are signed in.");
    await page.click("text=Sign out");
    await page.waitForSelector("[data-sign-in]");
    await page.goto(`${service.origin}/me`);
    expect(await page.locator("#apps").count()).toBe(0);
  });
});

describe("my page", () => {
  test("shows an app that may act for me, and stops it", async () => {
    const wallet = testWallet(freshWallet());
    const { id } = await give(wallet.account, appKey.did, ["powerhouse/renown-user:SET_USERNAME"]);
    const page = await signedIn(wallet);
    const row = page.locator(`#app-${id}`);
    expect(await row.locator("summary").first().innerText()).toContain("Change your name");
    await row.locator("summary").first().click();
    await row.locator('[name="reason"]').fill("I lost the phone");
    await row.getByRole("button", { name: "Stop this app" }).click();
    await page.waitForURL("**/me?done=app#apps");
    expect(await page.textContent(".notice-good")).toContain("may no longer act for you");
    expect(await service.services.delegations.live(userOf(wallet.account), appKey.did)).toBeUndefined();
    await page.click("text=Ended (1)");
    await page.locator(`#app-${id} summary`).first().click();
    expect(await page.locator(`#app-${id}`).innerText()).toContain("I lost the phone");
    expect(await page.locator(`#app-${id}`).innerText()).toContain("by you");
  });

  test("takes note that somebody else has a key, once", async () => {
    const wallet = testWallet(freshWallet());
    const { id } = await give(wallet.account, otherKey.did);
    const page = await signedIn(wallet);
    await page.locator(`#app-${id} summary`).first().click();
    await page.click("text=Somebody else has this key");
    await page.fill(`#from-${id}`, "2026-11-20T12:00:00");
    await page.click("text=Note it");
    await page.waitForURL("**/me?done=compromised#apps");
    const { items } = await service.services.delegations.mine(
      { by: "session", user: userOf(wallet.account), session: "", method: "recovery" },
      { limit: 5 },
    );
    expect(items[0]).toMatchObject({ compromisedFrom: "2026-11-20T12:00:00.000Z" });
    await page.click("text=Ended (1)");
    await page.locator(`#app-${id} summary`).first().click();
    expect(await page.locator("text=Somebody else has this key").count()).toBe(0);
  });

  test("opens my profile with its first name, changes it, and others see that", async () => {
    const wallet = testWallet(freshWallet());
    const page = await signedIn(wallet);
    expect(await page.textContent("#identity + .facts")).toContain("You have no profile yet");
    await page.fill("#username", "Ada Lovelace");
    await page.fill("#image", "https://pics.example/ada.png");
    await page.click("text=Save");
    await page.waitForURL("**/me?done=profile");
    expect(await page.textContent("h1")).toBe("Ada Lovelace");
    await page.click("text=Your public profile");
    expect(await page.textContent("h1")).toBe("Ada Lovelace");
    expect(await page.locator("img").count()).toBe(0);
  });

  test("leaves the log alone where nothing was changed", async () => {
    const wallet = testWallet(freshWallet());
    const page = await signedIn(wallet);
    await page.fill("#username", "Grace Hopper");
    await page.click("text=Save");
    await page.waitForURL("**/me?done=profile");
    const { updatedAt } = (await service.services.profiles.find("Grace Hopper"))!;
    service.clock.advance(60_000);
    await page.click("text=Save");
    await page.waitForURL("**/me?done=profile");
    expect((await service.services.profiles.find("Grace Hopper"))!.updatedAt).toBe(updatedAt);
  });

  test("says in words that a name is taken", async () => {
    const first = await signedIn(testWallet(freshWallet()));
    await first.fill("#username", "Only One");
    await first.click("text=Save");
    await first.waitForURL("**/me?done=profile");
    await watched.context.close();
    const page = await signedIn(testWallet(freshWallet()));
    await page.fill("#username", "only  one");
    await page.click("text=Save");
    await page.waitForSelector(".refusal");
    expect(await page.textContent("h1")).toBe("The name is taken.");
    expect(await page.textContent(".refusal")).toContain("Choose another name");
  });

  test("revokes a credential of mine", async () => {
    const page = await signedIn(testWallet(freshWallet()));
    const row = page.locator("#credentials ~ .rows .row").first();
    await row.locator("summary").click();
    await row.getByRole("button", { name: "Revoke it" }).click();
    await page.waitForURL("**/me?done=credential#credentials");
    expect(await page.locator("#credentials ~ .rows .row").first().innerText()).toContain("Revoked");
  });

  test("shows where I am signed in, ends one session, and all of them", async () => {
    const wallet = testWallet(freshWallet());
    const other = await signedIn(wallet);
    const elsewhere = watched.context;
    service.clock.advance(1000);
    const page = await signedIn(wallet);
    const rows = page.locator("#sessions ~ .rows .row");
    expect(await rows.count()).toBe(2);
    await rows.nth(1).locator("summary").click();
    await rows.nth(1).getByRole("button", { name: "End it" }).click();
    await page.waitForURL("**/me?done=session#sessions");
    expect(await rows.count()).toBe(1);
    await other.goto(`${service.origin}/me`);
    expect(await other.locator("#apps").count()).toBe(0);
    await elsewhere.close();
    await page.click("text=Sign out everywhere");
    await page.waitForURL(`${service.origin}/`);
    await page.goto(`${service.origin}/me`);
    expect(await page.locator("#apps").count()).toBe(0);
  });

  test("copies a DID to the clipboard", async () => {
    const wallet = testWallet(freshWallet());
    const page = await signedIn(wallet);
    await page.locator("#identity + .facts [data-copy]").first().click();
    expect(await page.evaluate(() => (globalThis as any).navigator.clipboard.readText())).toBe(userOf(wallet.account));
    await expect.poll(() => page.locator("#identity + .facts .copied").count()).toBe(1);
  });
});
