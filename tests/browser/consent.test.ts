import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { alice, appKey, bob, userOf } from "../harness.ts";
import { type Look, launchBrowser, openPage, type Served, serveLocal, serveText, type Watched } from "./harness.ts";
import { testWallet } from "./wallet.ts";

let browser: Browser;
let service: Served;
let watched: Watched;

beforeAll(async () => {
  browser = await launchBrowser();
  service = await serveLocal({ pages: { deepLinks: ["phd"], maxDelegationLife: 90 * 86_400_000 } });
});
afterAll(async () => {
  await browser.close();
  await service.stop();
});
afterEach(async () => {
  // One after the other, so that there is a latest.
  service.clock.advance(1000);
  expect(watched.errors).toEqual([]);
  expect(watched.foreign).toEqual([]);
  await watched.context.close();
});

const back = "https://app.example/welcome?from=renown";
const may = "powerhouse/renown-user:SET_USERNAME,acme/invoice";

function link(terms: Record<string, string> = {}): string {
  const query = new URLSearchParams({ app: appKey.did, connect: appKey.did, network: "eip155", chain: "1", ...terms });
  return `${service.origin}/?${query}`;
}

/** A page with wallets, and an app elsewhere that somebody is sent back to. */
async function open(look: Look = {}) {
  watched = await openPage(browser, service.origin, look);
  const { context, page } = watched;
  await context.route("https://app.example/**", (route) =>
    route.fulfill({ contentType: "text/html", body: "<title>App</title><h1>Welcome</h1>" }),
  );
  return page;
}

async function latest() {
  const [row] = await service.services.clients.credentials({ ethAddress: alice.address, did: appKey.did });
  return row!;
}

describe("an app asks to act for somebody", () => {
  test("and gets what was ticked, until the day that was chosen, and the person back", async () => {
    const wallet = testWallet(alice);
    const page = await open({ wallets: [wallet] });
    await page.goto(link({ returnUrl: back, may }));
    expect(await page.textContent("h1")).toBe("Let app.example act for you?");
    expect(await page.textContent(".asker")).toBe("https://app.example");
    await page.waitForSelector("[data-wallet]");
    expect(wallet.asked).toEqual([]);
    expect(await page.textContent(".summary")).toContain("may know who you are until");
    await page.check('input[value="acme/invoice"]');
    expect(await page.locator(".summary").innerText()).toContain("may sign what is ticked in your name until");
    await page.check('input[name="days"][value="30"]');
    expect(await page.locator(".summary").innerText()).toContain("Sunday, 20 December 2026");
    await page.click("[data-wallet]");
    await page.waitForURL("https://app.example/**");
    const url = new URL(page.url());
    expect(url.search).toBe(`?from=renown&user=${encodeURIComponent(encodeURIComponent(userOf(alice)))}`);
    expect(wallet.asked).toEqual(["eth_requestAccounts", "eth_chainId", "eth_signTypedData_v4"]);
    const row = await latest();
    expect(row.type).toEqual(["VerifiableCredential", "RenownCredential", "renown:may:acme/invoice"]);
    expect(row).toMatchObject({ credentialSubjectId: appKey.did, credentialSubjectApp: "https://app.example" });
    expect(row.issuerEthereumAddress).toBe(alice.address);
    expect(row.expirationDate).toBe("2026-12-20T12:00:00.000Z");
    expect(wallet.shown).toMatchObject({
      domain: { version: "1", chainId: 1 },
      primaryType: "VerifiableCredential",
      message: { id: row.credentialId, issuanceDate: row.issuanceDate },
    });
  });

  test("and gets nothing but who it is where nothing is ticked", async () => {
    const page = await open({ wallets: [testWallet(alice)] });
    await page.goto(link({ returnUrl: back, may }));
    await page.click("[data-wallet]");
    await page.waitForURL("https://app.example/**");
    expect((await latest()).type).toEqual(["VerifiableCredential", "RenownCredential", "renown:may:none"]);
  });

  test("only to know who it is, and is asked for nothing else", async () => {
    const page = await open({ wallets: [testWallet(alice)] });
    await page.goto(link({ returnUrl: back, may: "none" }));
    expect(await page.textContent("h1")).toBe("Tell app.example who you are?");
    expect(await page.locator('[name="may[]"]').count()).toBe(0);
    await page.click("[data-wallet]");
    await page.waitForURL("https://app.example/**");
    expect((await latest()).type).toEqual(["VerifiableCredential", "RenownCredential", "renown:may:none"]);
  });

  test("without saying for what, as older apps do, and is told in words what that means", async () => {
    const page = await open({ wallets: [testWallet(alice)] });
    await page.goto(link({ returnUrl: back }));
    expect(await page.textContent(".statement")).toContain("does not say what it wants");
    expect(await page.locator('[name="may[]"]').count()).toBe(0);
    await page.click("[data-wallet]");
    await page.waitForURL("https://app.example/**");
    expect((await latest()).type).toEqual(["VerifiableCredential", "RenownCredential"]);
  });

  test("on a device, which its own scheme opens", async () => {
    const page = await open({ wallets: [testWallet(alice)] });
    await page.goto(link({ deeplink: "phd" }));
    const left = page.waitForEvent("request", (request) => request.url().startsWith("phd:"));
    await page.click("[data-wallet]");
    expect((await left).url()).toBe(`phd://login/${encodeURIComponent(userOf(alice))}`);
  });

  test("and is refused by a click that goes back without a signature", async () => {
    const wallet = testWallet(alice);
    const page = await open({ wallets: [wallet] });
    await page.goto(link({ returnUrl: back, may }));
    await page.click("text=No, go back");
    await page.waitForURL("https://app.example/**");
    expect(page.url()).toBe(back);
    expect(wallet.asked).toEqual([]);
  });

  test("by a link on another site, and that is said", async () => {
    const page = await open({ wallets: [testWallet(alice)] });
    await page.context().route("http://evil.example/**", (route) =>
      route.fulfill({
        contentType: "text/html",
        body: `<a href="${link({ returnUrl: back, may }).replaceAll("&", "&amp;")}">x</a>`,
      }),
    );
    await page.goto("http://evil.example/");
    await page.click("a");
    await page.waitForURL(`${service.origin}/**`);
    expect(await page.textContent(".notice-warn")).toContain("from http://evil.example, not from https://app.example");
  });
});

describe("no open redirect", () => {
  test.each([
    ["a script", { returnUrl: "javascript:alert(1)" }],
    ["data", { returnUrl: "data:text/html,x" }],
    ["http elsewhere", { returnUrl: "http://app.example/" }],
    ["a scheme that nobody registered", { returnUrl: "evil://login" }],
    ["a deep link that nobody registered", { deeplink: "javascript" }],
    ["a name and password", { returnUrl: "https://bank.example@app.example/" }],
    ["no address at all", { returnUrl: "//app.example" }],
  ])("to %s", async (_name, terms) => {
    const page = await open({ wallets: [testWallet(alice)] });
    const response = await page.goto(link(terms as Record<string, string>));
    expect(response!.status()).toBe(400);
    expect(await page.textContent("h1")).toBe("The app’s link cannot be followed");
    expect(await page.locator("[data-wallets]").count()).toBe(0);
    expect(await page.content()).not.toContain("app.example");
  });

  test("but to http on this machine, and to https", async () => {
    const page = await open();
    for (const returnUrl of ["http://localhost:3000/x", "http://127.0.0.1/", "https://app.example:8443/"]) {
      await page.goto(link({ returnUrl }));
      expect(await page.textContent(".asker")).toBe(new URL(returnUrl).origin);
    }
  });
});

describe("a wallet", () => {
  test("on another chain is brought to the one that is asked for by one click", async () => {
    const wallet = testWallet(alice);
    const page = await open({ wallets: [wallet] });
    await page.goto(link({ returnUrl: back, chain: "11155111" }));
    await page.click("[data-wallet]");
    await expect.poll(() => page.textContent("[data-status]")).toContain("is on Ethereum, and Sepolia is asked for");
    expect(wallet.asked).not.toContain("eth_signTypedData_v4");
    await page.click("text=Switch to Sepolia and sign");
    await page.waitForURL("https://app.example/**");
    expect(decodeURIComponent(new URL(page.url()).searchParams.get("user")!)).toBe(userOf(alice, 11_155_111));
  });

  test("that does not know the chain says so", async () => {
    const page = await open({ wallets: [testWallet(alice, { knows: [1] })] });
    await page.goto(link({ returnUrl: back, chain: "137" }));
    await page.click("[data-wallet]");
    await page.click("text=Switch to Polygon and sign");
    await expect.poll(() => page.textContent("[data-status]")).toContain("does not know Polygon");
  });

  test("in which somebody says no leaves everything as it was, and can be asked again", async () => {
    const wallet = testWallet(alice, { refuses: { eth_signTypedData_v4: 4001 } });
    const page = await open({ wallets: [wallet] });
    const before = (await latest()).credentialId;
    await page.goto(link({ returnUrl: back }));
    await page.click("[data-wallet]");
    await expect.poll(() => page.textContent("[data-status]")).toContain("You said no in the wallet");
    expect((await latest()).credentialId).toBe(before);
    wallet.refuses = {};
    await page.click("[data-wallet]");
    await page.waitForURL("https://app.example/**");
    expect((await latest()).credentialId).not.toBe(before);
  });

  test.each([
    ["is locked", { eth_requestAccounts: 4100 }, "Unlock it"],
    ["is asked already", { eth_requestAccounts: -32_002 }, "has a question open already"],
    ["cannot sign such a message", { eth_signTypedData_v4: 4200 }, "cannot sign a message of this kind"],
    ["fails", { eth_signTypedData_v4: -32_603 }, "The test wallet says -32603."],
  ])("that %s is told so in words", async (_name, refuses, words) => {
    const page = await open({
      wallets: [testWallet(alice, { refuses: refuses as unknown as Record<string, number> })],
    });
    await page.goto(link({ returnUrl: back }));
    await page.click("[data-wallet]");
    await expect.poll(() => page.textContent("[data-status]")).toContain(words);
  });

  test("that is silent is waited for, and no longer when somebody says so", async () => {
    const page = await open({ wallets: [testWallet(alice, { silent: ["eth_requestAccounts"] })] });
    await page.clock.install();
    await page.goto(link({ returnUrl: back }));
    await page.clock.runFor(1000);
    await page.click("[data-wallet]");
    await expect.poll(() => page.textContent("[data-status]")).toContain("asks you now");
    await page.clock.runFor(9000);
    await expect.poll(() => page.textContent("[data-status]")).toContain("Still waiting for Test Wallet");
    await page.click("text=Stop waiting");
    await expect.poll(() => page.textContent("[data-status]")).toContain("Nothing was signed here");
  });

  test("that signs with another account is refused by that account’s name", async () => {
    const page = await open({ wallets: [testWallet(alice, { signer: bob })] });
    await page.goto(link({ returnUrl: back }));
    await page.click("[data-wallet]");
    const signer = `${bob.address.slice(0, 6)}…${bob.address.slice(-4)}`;
    await expect.poll(() => page.textContent("[data-status]")).toContain(`The account ${signer} signed`);
    expect(page.url()).toContain(service.origin);
  });

  test("among several is one of a list, each with its name and icon", async () => {
    const [first, second] = [testWallet(alice, { name: "First" }), testWallet(bob, { name: "Second <b>" })];
    const page = await open({ wallets: [first, second] });
    await page.goto(link({ returnUrl: back }));
    await expect
      .poll(() => page.locator("[data-wallet]").allTextContents())
      .toEqual(["Allow with First", "Allow with Second <b>"]);
    expect(await page.locator("[data-wallet] img").count()).toBe(2);
    await page.click("text=Allow with Second");
    await page.waitForURL("https://app.example/**");
    expect(first.asked).toEqual([]);
    expect(page.url()).toContain(bob.address.toLowerCase().slice(2));
  });

  test("that is missing is explained, with no link to any", async () => {
    const page = await open();
    await page.goto(link({ returnUrl: back }));
    await page.waitForSelector(".wallet-none");
    expect(await page.textContent("[data-list]")).toContain("A wallet keeps your keys");
    expect(await page.locator("[data-list] a").count()).toBe(0);
  });

  test("of the older kind, which stands in the window, is found too", async () => {
    const page = await open();
    await page.addInitScript(() => {
      (globalThis as any).ethereum = { request: async () => [] };
    });
    await page.goto(link({ returnUrl: back }));
    await expect.poll(() => page.textContent("[data-wallet]")).toBe("Allow with the wallet in this browser");
    await page.click("[data-wallet]");
    await expect.poll(() => page.textContent("[data-status]")).toContain("gives no account");
  });
});

describe("the page itself", () => {
  test("has no signing without a click: no wallet is asked anything before", async () => {
    const wallet = testWallet(alice);
    const page = await open({ wallets: [wallet] });
    const session = crypto.randomUUID();
    const key = encodeURIComponent(appKey.did);
    const links = [
      link({ returnUrl: back }),
      link({ returnUrl: back, may }),
      `${service.origin}/console?session=${session}&connect=${key}`,
    ];
    for (const each of [...links, `${service.origin}/me`, service.origin]) {
      await page.goto(each);
      await page.waitForSelector("[data-wallet]");
      await page.waitForLoadState("networkidle");
      await page.press("body", "Enter");
    }
    expect(wallet.asked).toEqual([]);
  });

  test("has no framing: no other site shows it", async () => {
    const page = await open();
    const outer = await serveText(`<iframe src="${link({ returnUrl: back }).replaceAll("&", "&amp;")}"></iframe>`);
    await page.goto(outer.origin);
    await expect.poll(() => watched.errors.join()).toContain("frame-ancestors 'none'");
    await outer.stop();
    watched.errors.length = 0;
  });

  test("says who asks and what for without any script", async () => {
    watched = await openPage(browser, service.origin);
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(link({ returnUrl: back, may }));
    await page.check('input[value="acme/invoice"]');
    expect(await page.locator(".summary").innerText()).toContain("may sign what is ticked");
    expect(await page.locator(".wallets").innerText()).toContain("Only a script can ask a wallet");
    expect(await page.locator(".wallet-looking").isVisible()).toBe(false);
    await context.close();
  });

  test("keeps nothing that comes from elsewhere", async () => {
    watched = await openPage(browser, service.origin);
    const post = (path: string, headers: Record<string, string>, body = "") =>
      service.fetch(path, {
        method: "POST",
        headers: { "content-type": "application/x-www-form-urlencoded", ...headers },
        body,
      });
    const page = await service.fetch("/verify");
    const cookie = page.headers.get("set-cookie")!.split(";")[0]!;
    const token = /name="token" value="([^"]+)"/.exec(await page.text())![1]!;
    for (const path of [
      "/consent",
      "/consent/message",
      "/sign-in",
      "/sign-in/message",
      "/sign-out",
      "/verify",
      "/console/deny",
      "/device/deny",
      "/me/profile",
      "/me/sessions/end",
    ]) {
      const foreign = await post(
        path,
        { cookie, origin: "https://evil.example", "sec-fetch-site": "cross-site" },
        `token=${token}`,
      );
      expect(foreign.status, path).toBe(403);
      expect((await post(path, { cookie, origin: "null" }, `token=${token}`)).status).toBe(403);
      expect((await post(path, { cookie }, `token=${token}`)).status).toBe(403);
      expect((await post(path, { cookie, origin: service.origin })).status).toBe(403);
      expect((await post(path, { cookie, origin: service.origin }, "token=x")).status).toBe(403);
      expect((await post(path, { origin: service.origin }, `token=${token}`)).status).toBe(403);
    }
  });
});
