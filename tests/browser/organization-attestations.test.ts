import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { userOf } from "../harness.ts";
import type { Academy } from "../http/academy.ts";
import { attest, groundOf, person } from "../http/attester.ts";
import { freshWallet, get, type Wallet } from "../http/client.ts";
import { fellows, groundIn, memberOf } from "../http/fellows.ts";
import { openNamed, say } from "../http/reputations.ts";
import { signInHere } from "./badge-scenes.ts";
import { type Look, launchBrowser, openPage, type Served, serveLocal, type Watched } from "./harness.ts";
import { expectWellMade, looks, type Pictured } from "./look.ts";
import { type TestWallet, testWallet } from "./wallet.ts";

let browser: Browser;
let service: Served;
let guild: Academy;
const arbiter = freshWallet();
const subject = freshWallet();
const did = userOf(subject);

beforeAll(async () => {
  browser = await launchBrowser();
  service = await serveLocal();
  guild = await openNamed(service, "Guild of Compilers");
  await memberOf(service, guild, { wallet: arbiter, did: userOf(arbiter) }, "arbiter");
});
afterAll(async () => {
  await browser.close();
  await service.stop();
});

/** A browser in which a wallet is signed in. */
async function enter(wallet: Wallet, held: TestWallet = testWallet(wallet), look: Look = {}): Promise<Watched> {
  const watched = await openPage(browser, service.origin, { ...look, wallets: [held] });
  await signInHere(watched.page, service, wallet);
  return watched;
}

async function leave({ context, errors, foreign }: Watched): Promise<void> {
  expect([...errors, ...foreign]).toEqual([]);
  await context.close();
}

const at = (page: Page, part: string, of = guild) => page.goto(`${service.origin}/orgs/${of.slug}/console/${part}`);
const allow = (page: Page) => page.click("dialog[open] [data-wallet]");
const done = (page: Page) => page.locator("main > .notice-good").textContent();
const press = (page: Page, name: string) => page.getByRole("button", { name, exact: true }).first().click();

async function unfold(page: Page, row: string, name: string): Promise<void> {
  await page.locator(`${row} > details > summary`).click();
  await page.locator(row).getByText(name, { exact: true }).click();
}

const attestationsOf = async (did: string) =>
  (await get(service, `/v1/subjects/${encodeURIComponent(did)}/attestations`)).body.items;

describe("a fact, from the member who attests it to the page of whom it is about", () => {
  let attestation: string;

  test("is attested by a member, with one signature of the wallet and words that the log does not have", async () => {
    const held = testWallet(guild.wallet);
    const watched = await enter(guild.wallet, held);
    const { page } = watched;
    await at(page, "attestations");
    await page.getByRole("link", { name: "Attest something" }).click();
    await page.fill("#to", subject.address);
    await page.selectOption("#field", "software/typescript");
    await page.selectOption("#kind", "incident");
    await page.fill("#value", "0.4");
    await page.fill("#title", "A release that broke others");
    await page.fill("#narrative", "The upgrade of May lost settings\nof eleven teams.");
    expect(await page.locator("#work-id").isVisible()).toBe(false);
    await page.selectOption("#work", "url");
    await page.fill("#work-id", "https://example.org/postmortem");
    await press(page, "Sign and attest");
    expect(await page.locator("dialog").textContent()).toContain("rule over a dispute");
    await allow(page);
    await page.waitForURL(/attestations\?done=ATTEST/);
    expect(await done(page)).toContain("The attestation stands in the log.");
    expect(held.shown).toContain("- urn:renown:may:renown/reputation:ATTEST");
    expect(held.shown).not.toMatch(/renown\/reputation$|renown\/organization/m);
    const [made] = await attestationsOf(did);
    expect(made).toMatchObject({
      by: { organization: guild.document, member: guild.user },
      ...{ field: "software/typescript", kind: "incident", value: "0.4", work: { type: "url", id: "" } },
      texts: {
        title: "A release that broke others",
        narrative: "The upgrade of May lost settings\nof eleven teams.",
        url: "https://example.org/postmortem",
      },
    });
    attestation = made.attestation;
    const log = await get(service, `/v1/documents/${made.document}/operations`);
    expect(log.text).not.toMatch(/eleven teams|postmortem/);
    await leave(watched);
  });

  test("is disputed by its subject", async () => {
    const watched = await enter(subject);
    const { page } = watched;
    await page.goto(`${service.origin}/me/reputation`);
    await unfold(page, `#fact-${attestation}`, "Dispute it");
    await page.fill('[data-deed="DISPUTE"] textarea', "I was on leave that week; the release was another’s.");
    await press(page, "Sign the dispute");
    await allow(page);
    await page.waitForURL(/done=DISPUTE/);
    await leave(watched);
  });

  test("is answered by the member, who may not rule over it", async () => {
    const watched = await enter(guild.wallet);
    const { page } = watched;
    await at(page, "disputes");
    const row = page.locator(`#dispute-${attestation}`);
    await row.locator("summary").first().click();
    expect(await row.textContent()).toContain("Somebody else rules over it.");
    expect(await row.locator("form").count()).toBe(0);
    await at(page, "attestations");
    await unfold(page, `#fact-${attestation}`, "Answer the dispute");
    await page.fill('[data-deed="respond"] textarea', "The tag bears her key.");
    await press(page, "Sign the answer");
    await allow(page);
    await page.waitForURL(/done=RESPOND/);
    await leave(watched);
  });

  test("is ruled over by an arbiter, who chooses first and says why", async () => {
    const watched = await enter(arbiter);
    const { page } = watched;
    await at(page, "disputes");
    const row = `#dispute-${attestation}`;
    await unfold(page, row, "Rule over it");
    const text = await page.locator(row).textContent();
    for (const said of ["The upgrade of May", "I was on leave", "The tag bears her key.", "under Open work"])
      expect(text).toContain(said);
    await press(page, "Sign the ruling");
    expect(page.url()).not.toContain("done");
    await page.getByText("It is struck: it counts no more, for good").click();
    await page.fill(`${row} textarea`, "The key had been lent out.");
    await press(page, "Sign the ruling");
    await allow(page);
    await page.waitForURL(/disputes\?done=RULE/);
    expect(await page.locator(row).textContent()).toContain("struck");
    expect(await page.locator("#open ~ .empty").textContent()).toContain("No dispute waits");
    await leave(watched);
  });

  test("is shown with its ruling to everybody, and counts no more", async () => {
    const { page, context } = await openPage(browser, service.origin, {});
    await page.goto(`${service.origin}/subjects/${encodeURIComponent(did)}`);
    const left = await page.locator(".reasons-list").textContent();
    for (const said of [
      "Disputed 1",
      "I was on leave",
      "The tag bears her key.",
      "Struck",
      "The key had been lent out.",
    ])
      expect(left).toContain(said);
    const [shown] = await attestationsOf(did);
    expect(shown).toMatchObject({
      ruling: { outcome: "struck", texts: { narrative: "The key had been lent out." } },
      responses: [{ by: "attester", texts: { narrative: "The tag bears her key." } }],
    });
    await context.close();
    const watched = await enter(subject);
    await watched.page.goto(`${service.origin}/me/reputation`);
    expect(await watched.page.locator(`#fact-${attestation}`).textContent()).toContain("The key had been lent out.");
    expect(await watched.page.locator("#notices ~ .notices").textContent()).toContain("ruled over your dispute");
    await leave(watched);
  });
});

describe("the forms about attestations", () => {
  test("take one back after it is confirmed", async () => {
    const { did } = await person(service);
    const made = await attest(service, guild, did, { title: "Sent twice" });
    const watched = await enter(guild.wallet);
    const { page } = watched;
    await at(page, "attestations");
    const row = `#fact-${made.attestation}`;
    await unfold(page, row, "Take it back");
    await page.locator(row).getByRole("button", { name: "Sign and take it back" }).click();
    expect(await page.locator("dialog[open]").count()).toBe(0);
    await page.locator(row).getByText("I know that this cannot be undone.").click();
    await page.locator(row).getByRole("button", { name: "Sign and take it back" }).click();
    await allow(page);
    await page.waitForURL(/done=RETRACT/);
    expect(await page.locator(row).textContent()).toContain("taken back");
    await leave(watched);
  });

  test("say in words what the service refuses, and keep what was filled in", async () => {
    const watched = await enter(guild.wallet);
    const { page } = watched;
    await at(page, "attestations/new");
    await page.fill("#to", guild.wallet.address);
    await press(page, "Sign and attest");
    await allow(page);
    const status = page.locator("[data-deed-status].notice-bad");
    await status.waitFor();
    expect(await status.textContent()).toContain("FORBIDDEN");
    expect(await page.inputValue("#to")).toBe(guild.wallet.address);
    await page.selectOption("#work", "url");
    for (const [work, said] of [
      ["", "Say which it is"],
      ["http://example.org/", "begins with https://"],
    ] as const) {
      await page.fill("#work-id", work);
      await press(page, "Sign and attest");
      await page.getByText(said).waitFor();
    }
    await page.selectOption("#work", "");
    await page.fill("#to", "nobody");
    await press(page, "Sign and attest");
    await page.getByText("INVALID_DID").waitFor();
    await leave(watched);
  });
});

type ConsoleScene = Pictured & { show(page: Page): Promise<unknown>; as?: () => Wallet };

let filled: Promise<Academy> | undefined;

/** An organisation with something of each state. */
async function fill(): Promise<Academy> {
  const workshop = await openNamed(service, "Powerhouse");
  await memberOf(service, workshop, { wallet: arbiter, did: userOf(arbiter) }, "arbiter");
  const [one, two] = [await person(service), await person(service)];
  const disputed = async (who: typeof one, made: Awaited<ReturnType<typeof attest>>, narrative: string) => {
    const input = { attestation: made.attestation, restsOn: [groundOf(made)] };
    await say(service, who.wallet, who.did, "DISPUTE", input, { narrative });
  };
  const { subject, made } = await fellows(service, workshop);
  await disputed(subject, made, "We have never worked together.");
  const fields = ["software", "software/typescript", "writing"].map((id) => ({ id, name: id }));
  await groundIn(service, workshop, "SET_FIELDS", { fields });
  await attest(service, workshop, one.did, {
    title: "Document drive, first release",
    narrative: "Designed the log and wrote most of it.",
    url: "https://github.com/powerhouse-inc/document-drive/pull/17",
  });
  await attest(service, workshop, two.did, { kind: "endorsement", field: "software", title: "Reviews that teach" });
  const incident = await attest(service, workshop, one.did, {
    kind: "incident",
    field: "software",
    value: "0.4",
    title: "A release that broke others",
    narrative: "The upgrade of May lost settings of eleven teams.",
  });
  await disputed(one, incident, "I was on leave that week; the release was another’s.");
  return workshop;
}

const workshop = () => {
  filled ??= fill();
  return filled;
};

const scenes: ConsoleScene[] = [
  {
    name: "organization-attestations",
    kept: "two",
    show: async (page) => {
      await at(page, "attestations", await workshop());
      await page.locator(".row summary").first().click();
    },
  },
  { name: "organization-attestation-form", show: async (page) => at(page, "attestations/new", await workshop()) },
  {
    name: "organization-attestation-form-open",
    show: async (page) => {
      await at(page, "attestations/new", await workshop());
      await page.selectOption("#work", "transaction");
      await page.getByText("When it holds").click();
    },
  },
  {
    name: "organization-disputes",
    kept: "two",
    as: () => arbiter,
    show: async (page) => {
      await at(page, "disputes", await workshop());
      await page.locator(".row summary").first().click();
      await page.getByText("Rule over it").first().click();
    },
  },
  {
    name: "reputation-ruled",
    show: async (page) => {
      await page.goto(`${service.origin}/subjects/${encodeURIComponent(did)}`);
      await page.locator(".reasons-list summary").first().click();
    },
  },
  {
    name: "organization-disputes-none",
    as: () => guild.wallet,
    show: (page) => at(page, "disputes"),
  },
];

describe.each(looks)("in $theme on a $size", (look) => {
  test.each(scenes)("$name is accessible, quiet and ours alone", async (scene) => {
    const wallet = scene.as?.() ?? (await workshop()).wallet;
    const watched = await enter(wallet, testWallet(wallet), look);
    await scene.show(watched.page);
    await expectWellMade(watched, scene, look);
    await watched.context.close();
  });
});
