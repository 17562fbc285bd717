import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { alice, bob, userOf } from "../harness.ts";
import { freshWallet } from "../http/client.ts";
import { type Look, launchBrowser, openPage, type Served, serveLocal, type Watched } from "./harness.ts";
import { smallPng } from "./small-png.ts";
import { testWallet } from "./wallet.ts";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
/** Where pictures go: `RENOWN_PICTURES=docs/images` writes those that are kept, any other folder gets them all. */
const pictures = process.env.RENOWN_PICTURES;
const root = fileURLToPath(new URL("../..", import.meta.url));

let browser: Browser;
let service: Served;
/** What the domain answers, by address. */
const files = new Map<string, string>();
const slug = "example-academy";
const carol = freshWallet();

beforeAll(async () => {
  browser = await launchBrowser();
  const parts = () => ({
    fetchWellKnown: async (url: string) => {
      const body = files.get(url);
      return { status: body === undefined ? 404 : 200, body: body ?? "", contentType: "text/plain" };
    },
  });
  service = await serveLocal({ parts });
});
afterAll(async () => {
  await browser.close();
  await service.stop();
});

async function enter(wallet = testWallet(alice), look: Look = {}): Promise<Watched> {
  const watched = await openPage(browser, service.origin, { ...look, wallets: [wallet] });
  await watched.page.goto(`${service.origin}/orgs`);
  await watched.page.click("[data-wallet]");
  await watched.page.waitForSelector("#make");
  return watched;
}

const at = (page: Page, part = "") => page.goto(`${service.origin}/orgs/${slug}/console${part}`);

/** Sends a form, and lets the wallet say yes where it is asked. */
async function sign(page: Page, button: string, asks = false): Promise<void> {
  await page.getByRole("button", { name: button, exact: true }).click();
  if (!asks) return;
  await page.locator("dialog [data-wallet]").click();
}

const notice = (page: Page) => page.locator("main > .notice-good").textContent();

describe("an academy on pages", () => {
  let owner: Watched;
  beforeAll(async () => {
    owner = await enter();
  });
  afterAll(async () => {
    expect(owner.errors).toEqual([]);
    expect(owner.foreign).toEqual([]);
    await owner.context.close();
  });

  test("is opened with a key of the browser, which the wallet lets act in words", async () => {
    const { page } = owner;
    await page.fill("#name", "Example Academy");
    await page.fill("#slug", slug);
    await page.fill("#description", "Teaches welding since 1904.");
    await page.fill("#url", "https://example.edu/");
    await page.getByRole("button", { name: "Make the organisation" }).click();
    expect(await page.locator("dialog").textContent()).toContain("for one hour");
    await inspect(page, { name: "organization-asking" });
    await page.locator("dialog [data-wallet]").click();
    await page.waitForURL(/\/console\?done=opened/);
    expect(await notice(page)).toContain("The organisation stands");
    await inspect(page, { name: "organization-opened" });
    const found = await service.services.organizations.get(slug);
    expect(found).toMatchObject({ name: "Example Academy", description: "Teaches welding since 1904." });
    const [member] = (await service.services.organizations.members(slug, { limit: 5 })).items;
    expect(member).toMatchObject({ user: userOf(alice), role: "owner" });
  });

  test("makes its three keys in one go, without the wallet", async () => {
    const { page } = owner;
    await at(page, "/keys");
    await sign(page, "Sign and put to use");
    await page.waitForURL(/done=keys/);
    const keys = await service.services.organizations.keys(slug);
    expect(keys.map(({ type, made }) => `${type} ${made}`).sort()).toEqual([
      "Ed25519 true",
      "P-256 true",
      "secp256k1 true",
    ]);
  });

  test("proves its domain by a file", async () => {
    const { page } = owner;
    await at(page, "/domain");
    await page.fill('[name="domain"]', "example.edu");
    await sign(page, "Sign and set");
    await page.waitForURL(/done=domain/);
    await page.getByRole("button", { name: "Look now" }).click();
    await page.waitForURL(/done=looked/);
    expect(await page.locator(".seal").textContent()).toContain("Neither of the two files");
    await inspect(page, { name: "organization-domain-unproved" });
    const { did } = await service.services.organizations.get(slug);
    files.set("https://example.edu/.well-known/renown-organization.txt", `${did}\n`);
    service.clock.advance(60_000);
    await page.getByRole("button", { name: "Look now" }).click();
    await expect.poll(() => page.locator(".seal-word").textContent()).toContain("names this organisation");
    await page.goto(`${service.origin}/orgs/${slug}`);
    expect(await page.locator(".domain-good").textContent()).toContain("verified: example.edu");
  });

  test("proves its domain by a file that is signed here, too", async () => {
    const { page } = owner;
    await at(page, "/domain");
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByText("signed now").click()]);
    files.set("https://example.edu/.well-known/did-configuration.json", readFileSync((await download.path())!, "utf8"));
    service.clock.advance(60_000);
    await page.getByRole("button", { name: "Look now" }).click();
    await expect.poll(() => page.locator(".seal").textContent()).toContain("a DID configuration");
  });

  test("gives roles, changes them and takes them away", async () => {
    const { page } = owner;
    await at(page, "/members");
    await page.fill("#user", bob.address);
    await sign(page, "Sign and add");
    await page.waitForURL(/done=member/);
    await page.fill("#user", userOf(carol));
    await page.locator("#role-viewer").check();
    await sign(page, "Sign and add");
    await expect.poll(() => page.locator(".row").count()).toBe(3);
    const row = page.locator(`#member-${carol.address.slice(2).toLowerCase()}`);
    await row.locator("summary").first().click();
    await row.getByText("Remove this member").click();
    await row.getByRole("button", { name: "Sign and remove" }).click();
    await page.waitForURL(/done=removed/);
    const { items } = await service.services.organizations.members(slug, { limit: 5 });
    expect(items.map(({ role }) => role).sort()).toEqual(["issuer", "owner"]);
  });

  test("hands a program its secret once, and a new one", async () => {
    const { page } = owner;
    await at(page, "/clients");
    await page.fill("#client-name", "Course catalogue");
    await page.locator('[name="scope"][value="awards:write"]').check();
    await sign(page, "Sign and add");
    await page.waitForSelector("[data-secret]:not([hidden])");
    const client = await page.locator('[data-filled="client"] code').textContent();
    const secret = await page.locator('[data-filled="secret"] code').textContent();
    await inspect(page, { name: "organization-secret" });
    const proof = { client_id: client!, client_secret: secret!, grant_type: "client_credentials" };
    const token = () => service.app.request("/oauth/token", { method: "POST", body: new URLSearchParams(proof) });
    expect((await token()).status).toBe(200);
    await at(page, "/clients");
    await page.locator(`#client-${client} summary`).first().click();
    expect(await page.content()).not.toContain(secret!);
    await page.getByText("Make a new secret").first().click();
    await page.locator('[name="immediately"]').check();
    await page.getByRole("button", { name: "Make a new secret" }).click();
    await page.waitForSelector("#secret");
    expect((await token()).status).toBe(401);
  });

  test("defines a badge with a picture, and revises it", async () => {
    const { page } = owner;
    await at(page, "/badges/edit");
    await page.fill("#name", "Welding, level 1");
    await page.fill("#about", "Joins steel so that it holds.");
    await page.fill("#criteria", "Has welded **ten** seams.\n\n- under supervision\n- without a flaw");
    await page.selectOption("#type", "Certificate");
    await page.setInputFiles("#image", { name: "seal.svg", mimeType: "image/svg+xml", buffer: Buffer.from(picture) });
    await page.fill("#alt", "A spark on steel");
    await page.locator('[name="validity"][value="days"]').check();
    await page.fill("#days", "730");
    await page.fill("#skill-0", "Arc welding");
    await page.fill("#skill-url-0", "https://skills.example/arc-welding");
    await page.fill("#tags", "welding, metal");
    await page.locator('[name="suspendable"]').check();
    await sign(page, "Sign and define");
    await page.waitForURL(/done=badge/);
    await page.locator(".row summary").first().click();
    await page.getByRole("link", { name: "Revise" }).click();
    await page.fill("#about", "Joins steel and aluminium so that they hold.");
    await sign(page, "Sign version 2");
    await page.waitForURL(/done=revised/);
    const [found] = await service.services.badges.classes(slug, true, { after: 0, limit: 5 });
    expect(found!.view).toMatchObject({ version: 2, definition: { validity: { days: 730 }, suspendable: true } });
    expect(found!.view.definition).toMatchObject({
      image: { type: "image/svg+xml", alt: "A spark on steel" },
      tags: ["welding", "metal"],
      alignment: [{ targetName: "Arc welding", targetUrl: "https://skills.example/arc-welding" }],
    });
    await page.goto(`${service.origin}/orgs/${slug}/badges/${found!.view.id}?version=1`);
    expect(await page.textContent("main")).toContain("This is version 1");
    expect(await page.locator(".prose strong").textContent()).toBe("ten");
  });

  test("awards it by e-mail, corrects the address, and revokes", async () => {
    const { page } = owner;
    await at(page, "/awards/new");
    await page.fill("#to", "ada@exmaple.org");
    await page.fill('[name="name"]', "Ada Lovelace");
    await sign(page, "Sign and award");
    await page.waitForSelector("[data-awarded]:not([hidden])");
    const first = await page.locator("[data-awarded] .link-shown code").textContent();
    await inspect(page, { name: "organization-awarded" });
    expect(first).toMatch(/\/b\/[\w-]{22}#claim=[\w-]{22}$/);
    await at(page, "/awards?who=ada%40exmaple.org");
    const row = page.locator(".row").first();
    await row.locator("summary").first().click();
    await row.getByText("Correct the address").click();
    await row.locator('[name="email"]').fill("ada@example.org");
    await row.getByRole("button", { name: "Sign and send anew" }).click();
    await row.locator("[data-claim-link]:not([hidden])").waitFor();
    const second = await row.locator("[data-claim-link] code").textContent();
    expect(second).not.toBe(first);
    expect((await service.app.request(new URL(first!).pathname)).status).toBe(404);
    const face = await service.app.request(new URL(second!).pathname, { headers: { accept: "application/vc" } });
    expect(JSON.parse(await face.text())).toMatchObject({
      credentialSubject: { achievement: { name: "Welding, level 1" } },
    });
    await at(page, "/awards?who=ada%40example.org");
    await row.locator("summary").first().click();
    await row.getByText("Show and send the claim link again").click();
    await row.getByRole("button", { name: "Show the claim link" }).click();
    expect(await page.locator(".link-shown code").textContent()).toBe(second);
    await at(page, "/awards");
    await row.locator("summary").first().click();
    await row.getByText("Revoke", { exact: true }).click();
    await row.locator('[id^="revoke"]').fill("Awarded by mistake.");
    await row.locator('[id^="revoke"]').press("Enter");
    await page.waitForURL(/done=REVOKE/);
    expect(await row.textContent()).toContain("revoked");
  });

  test("lets an issuer award a wallet, suspend and reinstate, and nothing more", async () => {
    const issuer = await enter(testWallet(bob));
    const { page } = issuer;
    expect(await page.locator(".org-list").textContent()).toContain("Example Academy");
    await at(page);
    expect(await page.locator(".parts").textContent()).not.toContain("API");
    await at(page, "/badges");
    expect(await page.getByRole("link", { name: "Define a badge" }).count()).toBe(0);
    expect((await at(page, "/badges/edit"))!.status()).toBe(403);
    await at(page, "/awards/new");
    await page.fill("#to", carol.address);
    await sign(page, "Sign and award", true);
    await page.waitForSelector("[data-awarded]:not([hidden])");
    expect(await page.locator("[data-awarded] [data-claim-link]").isVisible()).toBe(false);
    const row = page.locator(".row").first();
    await at(page, "/awards");
    await row.locator("summary").first().click();
    await row.getByText("Suspend", { exact: true }).click();
    await row.locator('[id^="suspend"]').fill("Under review.");
    await row.locator('[id^="suspend"]').press("Enter");
    await page.waitForURL(/done=SUSPEND/);
    await row.locator("summary").first().click();
    await row.getByText("Reinstate", { exact: true }).click();
    await row.locator("[open] [open] button").click();
    await page.waitForURL(/done=REINSTATE/);
    expect(await row.textContent()).toContain("in force");
    expect(issuer.errors).toEqual([]);
    await issuer.context.close();
  });

  test("undoes what is held back, and awards no badge that is archived", async () => {
    const { page } = owner;
    await at(page, "/awards/new");
    await page.fill("#to", carol.address);
    await page.getByText("More about this award").click();
    await page.fill("#hold", "30");
    await sign(page, "Sign and award");
    await page.waitForSelector("[data-awarded]:not([hidden])");
    await at(page, "/awards");
    const row = page.locator(".row").first();
    expect(await row.textContent()).toContain("held back");
    await row.locator("summary").first().click();
    await row.getByText("Cancel", { exact: true }).click();
    await row.getByRole("button", { name: "Sign" }).click();
    await page.waitForURL(/done=CANCEL/);
    expect(await row.textContent()).toContain("cancelled");
    await at(page, "/badges");
    await row.locator("summary").first().click();
    await row.getByText("Archive", { exact: true }).click();
    await row.getByRole("button", { name: "Sign and archive" }).click();
    await page.waitForURL(/done=archived/);
    await at(page, "/awards/new");
    expect(await page.textContent("main")).toContain("Define a badge first");
    await page.goto(`${service.origin}/orgs/${slug}`);
    expect(await page.textContent("main")).toContain("No longer awarded (1)");
    await at(page, "/badges");
    await row.locator("summary").first().click();
    await row.getByText("Take it up again", { exact: true }).click();
    await row.getByRole("button", { name: "Sign and take it up" }).click();
    await page.waitForURL(/done=restored/);
  });

  test("rotates a key, says that one has leaked, and changes its profile", async () => {
    const { page } = owner;
    await at(page, "/keys");
    await page.locator('[name="type"][value="Ed25519"]').check();
    await sign(page, "Sign and put to use");
    await page.waitForURL(/done=keys/);
    await page.getByText("Retired keys (1)").click();
    const row = page.locator(".ended .row");
    await row.locator("summary").first().click();
    await row.getByText("Others may have had it").click();
    await row.locator('[name="from"]').fill("2026-11-20T11:00:00");
    await row.getByRole("button", { name: "Sign and say so" }).click();
    await page.waitForURL(/done=retired/);
    const keys = await service.services.organizations.keys(slug);
    expect(keys.filter(({ retiredAt }) => retiredAt !== null)).toMatchObject([
      { type: "Ed25519", compromisedFrom: "2026-11-20T11:00:00.000Z" },
    ]);
    await at(page);
    await page.getByText("Change the profile").click();
    await page.fill("#email", "office@example.edu");
    await sign(page, "Sign and save");
    await page.waitForURL(/done=profile/);
    expect(await service.services.organizations.get(slug)).toMatchObject({
      email: "office@example.edu",
      url: "https://example.edu/",
    });
  });

  test("shows its console to nobody else", async () => {
    const other = await enter(testWallet(carol));
    expect((await at(other.page))!.status()).toBe(403);
    expect(await other.page.textContent("main")).toContain("FORBIDDEN");
    await other.context.close();
  });

  test("asks for the account that is the member, and tells what the service refuses", async () => {
    const wallet = testWallet(bob);
    const { page, context, errors } = await enter(wallet);
    await at(page, "/awards/new");
    await page.fill("#to", "did:example:no body");
    wallet.account = carol;
    await sign(page, "Sign and award", true);
    await page.locator("dialog .notice-bad").waitFor();
    expect(await page.locator("dialog .notice-bad").textContent()).toContain("Choose the other account");
    await page.keyboard.press("Escape");
    wallet.account = bob;
    await sign(page, "Sign and award", true);
    await page.locator("[data-deed-status].notice-bad").waitFor();
    expect(await page.locator("[data-deed-status]").textContent()).toContain("INVALID_DID");
    expect(await page.inputValue("#to")).toBe("did:example:no body");
    await inspect(page, { name: "organization-award-refused" });
    expect(errors).toEqual([]);
    await context.close();
  });

  test("is left by a member who wishes to", async () => {
    const { user } = (await service.services.organizations.members(slug, { limit: 9 })).items.find(
      ({ role }) => role === "issuer",
    )!;
    const { page, context } = await enter(testWallet(bob));
    await at(page, "/members");
    const row = page.locator(`#member-${user.slice(-40)}`);
    await row.locator("summary").first().click();
    await row.getByText("Leave the organisation").click();
    await sign(page, "Sign and leave", true);
    await page.waitForURL(/orgs\?done=left/);
    expect(await notice(page)).toContain("You have left");
    expect((await at(page))!.status()).toBe(403);
    await context.close();
  });
});

const picture = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><circle cx="32" cy="32" r="30" fill="#12507a"/><path d="M36 8 20 36h10l-4 20 18-28H34z" fill="#f0dd9a"/></svg>`;

type Scene = { name: string; kept?: boolean; open?: string; path: string };

const scenes: Scene[] = [
  { name: "organization", kept: true, path: `/orgs/${slug}` },
  { name: "organization-class", kept: true, path: "class" },
  { name: "organization-list", path: "/orgs" },
  { name: "organization-console", kept: true, path: `/orgs/${slug}/console` },
  { name: "organization-members", path: `/orgs/${slug}/console/members`, open: ".row summary" },
  { name: "organization-keys", path: `/orgs/${slug}/console/keys`, open: ".row summary" },
  { name: "organization-domain", path: `/orgs/${slug}/console/domain` },
  { name: "organization-clients", path: `/orgs/${slug}/console/clients`, open: ".row summary" },
  { name: "organization-badges", path: `/orgs/${slug}/console/badges`, open: ".row summary" },
  { name: "organization-badge-form", path: `/orgs/${slug}/console/badges/edit` },
  { name: "organization-awards", kept: true, path: `/orgs/${slug}/console/awards`, open: ".row summary" },
  { name: "organization-award-form", path: `/orgs/${slug}/console/awards/new`, open: ".deed summary" },
];

const looks: Look[] = [
  { theme: "light", size: "desktop" },
  { theme: "dark", size: "phone" },
];

describe.each(looks)("in $theme on a $size", (look) => {
  let watched: Watched;
  beforeAll(async () => {
    watched = await enter(testWallet(alice), look);
  });
  afterAll(() => watched.context.close());

  test.each(scenes)("$name is accessible, quiet and ours alone", async (scene) => {
    const { page, errors, foreign } = watched;
    await show(page, scene);
    await inspect(page, scene, look);
    expect([...errors, ...foreign]).toEqual([]);
  });
});

describe("what everybody sees", () => {
  test.each(["organization", "organization-class"])("of %s weighs less than 60 KB at first", async (name) => {
    const { page, context } = await openPage(browser, service.origin);
    const client = await context.newCDPSession(page);
    await client.send("Network.enable");
    let weight = 0;
    client.on("Network.loadingFinished", ({ encodedDataLength }) => {
      weight += encodedDataLength;
    });
    await show(page, scenes.find((scene) => scene.name === name)!);
    await page.waitForLoadState("networkidle");
    expect(weight).toBeGreaterThan(4096);
    expect(weight).toBeLessThan(60 * 1024);
    await context.close();
  });

  test("runs without a script", async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(`${service.origin}/orgs/${slug}`);
    await page.getByRole("link", { name: "Welding, level 1" }).click();
    expect(await page.textContent("h1")).toBe("Welding, level 1");
    await page.getByRole("link", { name: "Version 1" }).click();
    expect(await page.textContent("main")).toContain("This is version 1");
    await context.close();
  });
});

describe("with the keyboard alone", () => {
  test("a form is sent, the dialog takes the focus and gives it back", async () => {
    const { page, context } = await enter();
    await page.focus("#name");
    await page.keyboard.type("Another Academy");
    await page.keyboard.press("Tab");
    await page.keyboard.type("another-academy");
    await page.keyboard.press("Enter");
    await page.locator("dialog [data-wallet]").waitFor();
    const inDialog = () => page.evaluate(() => (globalThis as any).document.activeElement.closest("dialog") !== null);
    expect(await inDialog()).toBe(true);
    await page.keyboard.press("Escape");
    await expect.poll(() => page.evaluate(() => (globalThis as any).document.activeElement.id)).toBe("slug");
    await page.keyboard.press("Enter");
    await page.locator("dialog [data-wallet]").waitFor();
    await page.locator("dialog [data-wallet]").press("Enter");
    await page.waitForURL(/another-academy\/console\?done=opened/);
    await context.close();
  });
});

/** Nobody is shut out, and nothing sticks out at the side. */
async function inspect(page: Page, scene: Pick<Scene, "name" | "kept">, look: Look = looks[0]!): Promise<void> {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => (globalThis as any).axe.run());
  const found = violations.map(({ id, nodes }: any) => `${id}: ${nodes.map((node: any) => node.target).join(" ")}`);
  expect(found).toEqual([]);
  const width = await page.evaluate(() => (globalThis as any).document.documentElement.scrollWidth);
  expect(width, "nothing sticks out at the side").toBeLessThanOrEqual(look.size === "phone" ? 390 : 1280);
  if (pictures) await keepPicture(page, scene, look);
}

async function show(page: Page, { path, open }: Scene): Promise<void> {
  const [badge] = await service.services.badges.classes(slug, true, { after: 0, limit: 1 });
  await page.goto(service.origin + (path === "class" ? `/orgs/${slug}/badges/${badge!.view.id}` : path));
  if (open) await page.locator(open).first().click();
  await page.evaluate(() => (globalThis as any).document.fonts.ready);
}

async function keepPicture(
  page: Page,
  { name, kept }: Pick<Scene, "name" | "kept">,
  { theme, size }: Look,
): Promise<void> {
  const folder = join(root, pictures!);
  if (folder.endsWith(join("docs", "images")) && !kept) return;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}-${theme}-${size}.png`), smallPng(await page.screenshot({ fullPage: true })));
}
