import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { alice, bob, userOf } from "../harness.ts";
import { earn, readAward } from "../http/academy.ts";
import { freshWallet, get, signIn } from "../http/client.ts";
import {
  bakedPicture,
  give,
  giveTo,
  issuerDoes,
  type Schools,
  said,
  serveSchools,
  signInHere,
} from "./badge-scenes.ts";
import { launchBrowser, openPage, serveText, type Watched } from "./harness.ts";
import { type TestWallet, testWallet } from "./wallet.ts";

let browser: Browser;
let service: Schools;
let watched: Watched | undefined;

beforeAll(async () => {
  browser = await launchBrowser();
  service = await serveSchools();
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

async function visit(url: string, wallets: TestWallet[] = []): Promise<Page> {
  watched ??= await openPage(browser, service.origin, { wallets });
  await watched.page.goto(url);
  return watched.page;
}

const mailed = (more = {}) => give(service, { recipient: { email: "ada@example.com" }, ...more });
const stateOf = async (award: string) => (await readAward(service, service.academy, award)).body;
const html = { headers: { accept: "text/html" } };

describe("claiming a badge by its link", () => {
  test("makes it the wallet’s own, with one signature, and keeps its link", async () => {
    const made = await mailed();
    const wallet = testWallet(freshWallet());
    const page = await visit(made.claimLink!, [wallet]);
    expect(await page.isVisible("[data-claim-waits]")).toBe(false);
    await page.click("[data-wallet]");
    await page.waitForSelector("[data-claimed]:visible");
    expect(page.url()).toBe(made.url);
    expect(wallet.asked.filter((method) => method.includes("sign"))).toEqual(["personal_sign"]);
    expect(wallet.shown).toMatch(/sign in my name for renown\/award, and nothing else, until/);
    expect(wallet.shown).toContain("- urn:renown:may:renown/award");
    expect(await stateOf(made.award)).toMatchObject({ subject: userOf(wallet.account), claimed: true, accepted: true });
    expect(await page.textContent(".seal-word")).toBe("Valid");
    expect(await page.locator("[data-claim]").count()).toBe(0);
    await page.reload();
    expect(await page.isVisible("[data-claimed]")).toBe(false);
  });

  test("never sends the secret to the service with a page", async () => {
    const made = await mailed();
    const wallet = testWallet(freshWallet());
    watched = await openPage(browser, service.origin, { wallets: [wallet] });
    const asked: string[] = [];
    watched.page.on("request", (request) => asked.push(`${request.url()} ${request.headers().referer ?? ""}`));
    const page = await visit(made.claimLink!);
    await page.waitForSelector("[data-wallet]");
    expect(asked.join()).not.toContain("claim=");
    expect(asked.join()).not.toContain(made.claimLink!.split("=")[1]);
  });

  test("is for whoever has the link: the page alone offers nothing but to open it", async () => {
    const made = await mailed();
    const page = await visit(made.url, [testWallet(alice)]);
    expect(await page.innerText("[data-claim-waits]")).toContain("Nobody has claimed it yet");
    expect(await page.isVisible("[data-claim]")).toBe(false);
  });

  test("with a wrong secret is refused, and says so", async () => {
    const made = await mailed();
    const wrong = `${made.url}#claim=${"A".repeat(22)}`;
    const page = await visit(wrong, [testWallet(freshWallet())]);
    await page.click("[data-wallet]");
    expect(await page.textContent(".wallet-status .notice-bad")).toContain("BAD_CLAIM");
    expect(await stateOf(made.award)).toMatchObject({ subject: null });
  });

  test("loses nothing where the wallet says no, and works at the second try", async () => {
    const made = await mailed();
    const wallet = testWallet(freshWallet(), { refuses: { personal_sign: 4001 } });
    const page = await visit(made.claimLink!, [wallet]);
    await page.click("[data-wallet]");
    expect(await page.textContent(".wallet-status .notice-bad")).toContain("You said no in the wallet");
    wallet.refuses = {};
    await page.click("[data-wallet]");
    await page.waitForSelector("[data-claimed]:visible");
  });

  test("says which account signed where it is another", async () => {
    const made = await mailed();
    const page = await visit(made.claimLink!, [testWallet(alice, { signer: bob })]);
    await page.click("[data-wallet]");
    const told = await page.textContent(".wallet-status .notice-bad");
    expect(told).toContain(`The account ${bob.address.slice(0, 6)}…${bob.address.slice(-4)} signed`);
    expect(await stateOf(made.award)).toMatchObject({ subject: null });
  });

  test("works on whatever chain the wallet is", async () => {
    const made = await mailed();
    const wallet = testWallet(freshWallet(), { chainId: 11155111 });
    const page = await visit(made.claimLink!, [wallet]);
    await page.click("[data-wallet]");
    await page.waitForSelector("[data-claimed]:visible");
    const { subject } = await stateOf(made.award);
    expect(subject).toBe(`did:pkh:eip155:11155111:${wallet.account.address.toLowerCase()}`);
  });
});

describe("the page of a badge", () => {
  test("says what, to whom, from whom, and that the domain is verified", async () => {
    const made = await giveTo(service, alice, said);
    await earn(service, alice, made.award, "SHOW_NAME", { shown: true });
    const page = await visit(made.url);
    const text = await page.innerText("main");
    for (const words of ["Welding, level 1", "Ada Lovelace", "Example Academy", "verified: example.edu", "97 %"])
      expect(text).toContain(words);
    expect(text).toContain("Photographs of ten seams");
    expect(await page.innerHTML(".prose >> nth=0")).toContain("<strong>ten seams</strong>");
    expect(await page.locator(".prose h1, .prose h2").count()).toBe(0);
    const picture = page.locator(".badge-picture");
    expect(await picture.evaluate((image: any) => image.naturalWidth)).toBeGreaterThan(0);
  });

  test("keeps the earner’s name to itself until the earner shows it", async () => {
    const made = await giveTo(service, alice, said);
    const { text } = await get(service, new URL(made.url).pathname, html);
    expect(text).not.toContain("Ada Lovelace");
  });

  test("runs nothing that an issuer wrote, and loads nothing from elsewhere", async () => {
    const evil = '<script>globalThis.evil = 1</script><img src="https://evil.example/x">';
    const made = await giveTo(
      service,
      alice,
      {
        narrative: `${evil} ![x](https://evil.example/y) [y](javascript:alert(1))`,
        evidence: [{ name: evil, narrative: evil }],
      },
      { name: `X ${evil}`, description: evil, criteria: { narrative: evil } },
    );
    const page = await visit(made.url);
    expect(await page.evaluate(() => "evil" in globalThis)).toBe(false);
    expect(await page.locator("main img").count()).toBe(1);
    expect(await page.locator('a[href^="javascript"]').count()).toBe(0);
  });

  test.each([
    ["revoke", { reason: "A mistake" }, "took this badge back", "No longer valid: taken back on"],
    ["suspend", { reason: "A pause" }, "has suspended this badge", "Suspended since"],
  ])("tells that it was taken by %s, and why", async (what, body, sentence, over) => {
    const made = await giveTo(service, bob);
    const { status } = await issuerDoes(service, made, what, body);
    expect(status).toBeLessThan(300);
    const page = await visit(made.url);
    expect(await page.textContent(".seal-word")).toBe("Not valid");
    const text = await page.innerText("main");
    for (const words of [sentence, over, body.reason]) expect(text).toContain(words);
  });

  test("of a badge that its earner gave back says so", async () => {
    const made = await giveTo(service, bob);
    await earn(service, bob, made.award, "REJECT");
    const page = await visit(made.url);
    expect(await page.innerText(".seal-sentence")).toContain("The earner does not want this badge");
  });

  test("tells link previews and machines what it is", async () => {
    const made = await giveTo(service, alice);
    const { text, headers } = await get(service, new URL(made.url).pathname, html);
    expect(text).toContain('<meta property="og:title" content="Welding, level 1">');
    expect(text).toContain(`<meta property="og:image" content="${made.url}/card.png">`);
    expect(text).toContain(`<link rel="alternate" type="application/vc+jwt" href="${made.url}">`);
    expect(headers.get("link")).toContain('type="application/vc"');
    expect(headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
    expect(headers.get("set-cookie")).toBeNull();
    const card = await service.fetch(`${new URL(made.url).pathname}/card.png`);
    expect(card.headers.get("content-type")).toBe("image/png");
    const jwt = await get(service, new URL(made.url).pathname, { headers: { accept: "application/vc+jwt" } });
    expect(jwt.text).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
  });

  test("gives its files by links, each what it says", async () => {
    const made = await giveTo(service, alice);
    const page = await visit(made.url);
    const links = await page
      .locator(".files a")
      .evaluateAll((all: any[]) => all.map((each) => each.getAttribute("href")));
    expect(links.map((link: string) => link.split("/").at(-1))).toEqual(["badge.svg", "badge.json", "badge.jwt"]);
    for (const link of links) {
      const answer = await service.fetch(link);
      expect(answer.status).toBe(200);
      expect(answer.headers.get("content-disposition")).toMatch(/^attachment; filename="[\w-]+\.(svg|json|jwt)"$/);
      expect((await answer.text()).length).toBeGreaterThan(500);
    }
    expect((await service.fetch(`${new URL(made.url).pathname}/badge.png`)).status).toBe(404);
  });

  test("prints what belongs on paper, on one page of A4 or Letter", async () => {
    const made = await giveTo(service, alice, said);
    const page = await visit(made.url);
    await page.emulateMedia({ media: "print" });
    expect(await page.isVisible(".qr")).toBe(true);
    for (const gone of [".files", "[data-print]", ".top nav", ".foot"])
      expect(await page.isVisible(gone), gone).toBe(false);
    for (const format of ["A4", "Letter"]) {
      const pdf = (await page.pdf({ format })).toString("latin1");
      expect(pdf.match(/\/Type \/Page\b(?!s)/g)?.length, format).toBe(1);
    }
  });
});

describe("a badge that its earner hides", () => {
  test("is for others as if it had never been, on every face", async () => {
    const made = await giveTo(service, bob);
    const path = new URL(made.url).pathname;
    await earn(service, bob, made.award, "HIDE");
    const absent = "/b/AAAAAAAAAAAAAAAAAAAAAA";
    const plain = (text: string) => text.replaceAll(/[0-9a-f-]{36}/g, "");
    for (const more of ["", "/picture", "/badge.svg", "/badge.json", "/card.png"]) {
      const hidden = await get(service, path + more, html);
      const none = await get(service, absent + more, html);
      expect([hidden.status, plain(hidden.text)], more).toEqual([404, plain(none.text)]);
    }
    const framed = await get(service, `/embed${path}`);
    expect([framed.status, framed.text]).toEqual([404, (await get(service, `/embed${absent}`)).text]);
    const page = await visit(made.url);
    expect(await page.textContent("h1")).toBe("There is nothing at this address");
  });

  test("is still there for the earner, who is told that it is hidden", async () => {
    const wallet = freshWallet();
    const made = await giveTo(service, wallet);
    await earn(service, wallet, made.award, "HIDE");
    watched = await openPage(browser, service.origin);
    await signInHere(watched.page, service, wallet);
    const page = await visit(made.url);
    expect(await page.innerText("main")).toContain("The earner has hidden this badge");
    expect(await page.textContent(".seal-word")).toBe("Valid");
    expect(await page.locator(".badge-picture").evaluate((image: any) => image.naturalWidth)).toBeGreaterThan(0);
  });
});

describe("the card for other sites", () => {
  test("shows in a frame of any origin, with no cookie and no script", async () => {
    const made = await giveTo(service, alice);
    const address = made.url.replace("/b/", "/embed/b/");
    const { headers, text } = await get(service, new URL(address).pathname);
    expect(headers.get("set-cookie")).toBeNull();
    expect(headers.get("content-security-policy")).toContain("frame-ancestors *");
    expect(headers.get("content-security-policy")).not.toContain("script-src");
    expect(text).not.toMatch(/<script|<form|style=/);
    const other = await serveText(
      `<!doctype html><title>x</title><iframe src="${address}"></iframe><iframe src="${made.url}"></iframe>`,
    );
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(other.origin);
    expect(await page.frameLocator("iframe >> nth=0").locator(".seal-word").textContent()).toBe("Valid");
    expect(await page.frameLocator("iframe >> nth=1").locator("h1").count()).toBe(0);
    expect(await context.cookies()).toEqual([]);
    await context.close();
    other.stop();
  });

  test("says loudly that a badge is over", async () => {
    const made = await giveTo(service, bob);
    await issuerDoes(service, made, "revoke", { reason: "A mistake" });
    const { text } = await get(service, new URL(made.url).pathname.replace("/b/", "/embed/b/"));
    expect(text).toContain("Not valid");
    expect(text).toContain("took this badge back");
  });
});

describe("one’s own badges", () => {
  async function openMine(wallet: TestWallet): Promise<Page> {
    watched = await openPage(browser, service.origin, { wallets: [wallet] });
    await signInHere(watched.page, service, wallet.account);
    return visit(`${service.origin}/me/badges`);
  }

  const press = async (page: Page, name: string) => {
    const row = page.locator(".row").first();
    if ((await row.locator("details").first().getAttribute("open")) === null)
      await row.locator("summary").first().click();
    await page.getByRole("button", { name, exact: true }).click();
  };

  test("ask the wallet once, and then are changed by the browser’s key alone", async () => {
    const wallet = testWallet(freshWallet());
    const made = await give(service, { recipient: { did: userOf(wallet.account) }, name: "Ada" });
    const page = await openMine(wallet);
    expect(await page.innerText(".row")).toContain("new");
    await press(page, "Accept it");
    await page.click("dialog[open] [data-wallet]");
    await page.waitForURL(/done=ACCEPT/);
    expect(await stateOf(made.award)).toMatchObject({ accepted: true });
    const signed = wallet.asked.length;
    await press(page, "Hide it");
    await page.waitForURL(/done=HIDE/);
    expect(await stateOf(made.award)).toMatchObject({ hidden: true });
    await press(page, "Show it again");
    await page.waitForURL(/done=UNHIDE/);
    await press(page, "Put my name on it: Ada");
    await page.waitForURL(/done=SHOW_NAME/);
    expect((await get(service, new URL(made.url).pathname, html)).text).toContain("Ada");
    await page.locator(".row summary").first().click();
    await page.getByText("I do not want this badge").click();
    await page.getByRole("button", { name: "Give it back" }).click();
    await page.waitForURL(/done=REJECT/);
    expect(await stateOf(made.award)).toMatchObject({ status: "revoked" });
    expect(wallet.asked.length).toBe(signed);
  });

  test("are changed by the account that they belong to and by no other", async () => {
    const owner = freshWallet();
    const made = await give(service, { recipient: { did: userOf(owner) } });
    watched = await openPage(browser, service.origin, { wallets: [testWallet(freshWallet())] });
    await signInHere(watched.page, service, owner);
    const page = await visit(`${service.origin}/me/badges`);
    await press(page, "Accept it");
    await page.click("dialog[open] [data-wallet]");
    expect(await page.textContent("dialog .notice-bad")).toContain("The badge is of the account");
    expect(await stateOf(made.award)).toMatchObject({ accepted: false });
    await page.getByRole("button", { name: "Not now" }).click();
    expect(await page.isVisible("dialog")).toBe(false);
  });

  test("ask the wallet anew where the key was stopped elsewhere", async () => {
    const wallet = testWallet(freshWallet());
    const made = await give(service, { recipient: { did: userOf(wallet.account) } });
    const page = await openMine(wallet);
    await press(page, "Accept it");
    await page.click("dialog[open] [data-wallet]");
    await page.waitForURL(/done=ACCEPT/);
    const { token } = await signIn(service, wallet.account);
    const { items } = (await get(service, "/v1/me/delegations", { token })).body;
    const party = { by: "session", user: userOf(wallet.account), session: "", method: "recovery" } as const;
    for (const { id } of items) await service.services.delegations.revoke(party, id, null);
    await press(page, "Hide it");
    await page.click("dialog[open] [data-wallet]");
    await page.waitForURL(/done=HIDE/);
    expect(await stateOf(made.award)).toMatchObject({ hidden: true });
  });

  test("are found on whatever chain they were awarded", async () => {
    const wallet = freshWallet();
    await give(service, { recipient: { did: `did:pkh:eip155:8453:${wallet.address.toLowerCase()}` } });
    watched = await openPage(browser, service.origin);
    await signInHere(watched.page, service, wallet);
    const page = await visit(`${service.origin}/me/badges`);
    expect(await page.locator(".row").count()).toBe(1);
  });

  test("need somebody who is signed in", async () => {
    const page = await visit(`${service.origin}/me/badges`, [testWallet(freshWallet())]);
    await page.click("[data-wallet]");
    await page.waitForSelector(".empty");
    expect(page.url()).toBe(`${service.origin}/me/badges`);
  });
});

describe("checking a badge", () => {
  async function check(given: { file?: Buffer; pasted?: string; person?: string }): Promise<Page> {
    const page = await visit(`${service.origin}/verify`);
    if (given.file)
      await page.setInputFiles("#file", { name: "badge.svg", mimeType: "image/svg+xml", buffer: given.file });
    if (given.pasted !== undefined) await page.fill("#pasted", given.pasted);
    if (given.person !== undefined) await page.fill("#person", given.person);
    await page.getByRole("button", { name: "Check", exact: true }).click();
    await page.waitForSelector(".finding, main .notice-bad, .refusal");
    return page;
  }

  test("by its picture says whose it is and which domain stands behind it", async () => {
    const made = await giveTo(service, alice);
    const page = await check({ file: await bakedPicture(service, made), person: userOf(alice) });
    expect(await page.textContent(".seal-word")).toBe("Valid");
    expect(await page.textContent(".seal-sentence")).toContain("it is this person’s");
    const text = await page.innerText(".finding");
    for (const words of ["verified: example.edu", "an SVG picture", "It is for this DID."])
      expect(text).toContain(words);
  });

  test("by an e-mail address, while it waits for its earner", async () => {
    const made = await mailed();
    const right = await check({ pasted: made.url, person: "ada@example.com" });
    expect(await right.textContent(".seal-word")).toBe("Valid");
    const wrong = await check({ pasted: made.url, person: "eve@example.com" });
    expect(await wrong.textContent(".seal-word")).toBe("Not valid");
    expect(await wrong.textContent(".seal-sentence")).toContain("somebody else’s");
  });

  test.each(["badge.json", "badge.jwt"])("by the text of %s", async (file) => {
    const made = await giveTo(service, bob);
    await issuerDoes(service, made, "revoke", { reason: "A mistake" });
    const { text } = await get(service, `${new URL(made.url).pathname}/${file}`);
    const page = await check({ pasted: text });
    expect(await page.textContent(".seal-word")).toBe("Not valid");
    expect(await page.textContent(".seal-sentence")).toContain("The issuer has taken this badge back");
  });

  test("by a claim link forgets the secret in it", async () => {
    const made = await mailed();
    const page = await check({ pasted: made.claimLink! });
    expect(await page.textContent(".seal-word")).toBe("Valid");
    expect(await page.content()).not.toContain("claim=");
  });

  test("says what is wrong with a picture that carries none", async () => {
    const picture = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>';
    const page = await check({ file: Buffer.from(picture) });
    expect(await page.innerText(".finding")).toContain("NOT_BAKED");
  });
});

describe("without any script", () => {
  test("a badge that waits is seen and downloaded, and says what claiming takes", async () => {
    const made = await mailed();
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(made.claimLink!);
    expect(await page.innerText("main")).toContain("Only a script can ask a wallet to sign");
    expect(await page.textContent(".seal-word")).toBe("Valid");
    const download = page.waitForEvent("download");
    await page.locator(".files a").first().click();
    expect((await download).suggestedFilename()).toBe("welding-level-1.svg");
    await context.close();
  });

  test("a badge is checked by its file, and by its link", async () => {
    const made = await giveTo(service, alice);
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(`${service.origin}/verify`);
    const buffer = await bakedPicture(service, made);
    await page.setInputFiles("#file", { name: "badge.svg", mimeType: "image/svg+xml", buffer });
    await page.getByRole("button", { name: "Check", exact: true }).click();
    expect(await page.textContent(".seal-word")).toBe("Valid");
    await page.fill("#pasted", made.url);
    await page.getByRole("button", { name: "Check", exact: true }).click();
    expect(await page.innerText(".finding")).toContain("the page at its link");
    await context.close();
  });

  test("one’s own badges are listed, and say that changing them takes one", async () => {
    const wallet = freshWallet();
    await give(service, { recipient: { did: userOf(wallet) } });
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await signInHere(page, service, wallet);
    await page.goto(`${service.origin}/me/badges`);
    expect(await page.locator(".row").count()).toBe(1);
    expect(await page.innerText("main")).toContain("which only a script can ask for");
    await page.click(".row summary");
    expect(await page.locator("[data-act]:visible").count()).toBe(0);
    await context.close();
  });
});

describe("the first view", () => {
  test.each(["badge", "embed", "verify", "mine"])("of %s weighs less than 60 KB", async (name) => {
    const made = name === "badge" ? await mailed() : await giveTo(service, alice);
    watched = await openPage(browser, service.origin, { wallets: [testWallet(alice)] });
    const { page, context } = watched;
    if (name === "mine") await signInHere(page, service, bob);
    const client = await context.newCDPSession(page);
    await client.send("Network.enable");
    let weight = 0;
    client.on("Network.loadingFinished", ({ encodedDataLength }) => {
      weight += encodedDataLength;
    });
    const urls = { badge: made.url, embed: made.url.replace("/b/", "/embed/b/"), verify: `${service.origin}/verify` };
    await page.goto(urls[name as keyof typeof urls] ?? `${service.origin}/me/badges`);
    await page.waitForLoadState("networkidle");
    expect(weight).toBeGreaterThan(4096);
    expect(weight).toBeLessThan(60 * 1024);
  });
});
