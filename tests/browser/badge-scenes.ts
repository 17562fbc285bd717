import type { Page } from "playwright-core";
import type { JsonObject } from "../../src/kernel/json.ts";
import { alice, bob, userOf } from "../harness.ts";
import { type Academy, earn, type Made, makeAward, makeClass, openAcademy, write } from "../http/academy.ts";
import { delegate, freshWallet, post, signIn, type Wallet } from "../http/client.ts";
import { act } from "../http/org-access.ts";
import { type Served, serveLocal } from "./harness.ts";
import type { Scene } from "./scenes.ts";
import { testWallet } from "./wallet.ts";

/** A service with two organisations, one of them with a domain of its own. */
export type Schools = Served & { academy: Academy; guild: Academy };

export async function serveSchools(): Promise<Schools> {
  const slugs: string[] = [];
  const fetchWellKnown = async (url: string) => {
    if (!url.startsWith("https://example.edu/") || !url.endsWith(".txt"))
      return { status: 404, contentType: "", body: "" };
    const host = new URL(service.origin).host.replace(":", "%3A");
    return {
      status: 200,
      contentType: "text/plain",
      body: slugs.map((slug) => `did:web:${host}:orgs:${slug}`).join("\n"),
    };
  };
  const service = await serveLocal({ parts: () => ({ fetchWellKnown }) });
  const academy = await openAcademy(service, {}, ["P-256", "Ed25519"]);
  slugs.push(academy.slug);
  await act(service, academy, "SET_DOMAIN", { domain: "example.edu" });
  const checked = await post(service, `/v1/orgs/${academy.slug}/domain:check`, {}, { token: academy.token });
  if (checked.body?.domain?.verified !== true) throw new Error(checked.text);
  const guild = await openAcademy(service);
  await act(service, guild, "SET_PROFILE", { name: "Guild of Welders" });
  return { ...service, academy, guild };
}

/** A class that says all that one can say. */
export const welding = {
  name: "Welding, level 1",
  description: "Can plan, prepare and weld butt and fillet joints in mild steel safely and without supervision.",
  criteria: {
    narrative:
      "# Practice\n\nHas welded **ten seams** that hold:\n\n- five butt joints\n- five fillet joints\n\nas [the handbook](https://example.edu/handbook) asks.",
    url: "https://example.edu/courses/welding",
  },
  image: null,
  type: "CertificateOfCompletion",
  tags: ["welding", "metal"],
  alignment: [
    {
      targetName: "Welding, Cutting, Soldering and Brazing",
      targetUrl: "https://skills.example/51-4121",
      targetFramework: "Occupations",
      targetCode: "51-4121.00",
      targetDescription: "Joins metal parts by heat.",
    },
  ],
  validity: { days: 730 },
  suspendable: true,
  creditsAvailable: 6,
  fieldOfStudy: "Metal work",
  inLanguage: "en",
};

/** What an award says of a person. */
export const said = {
  name: "Ada Lovelace",
  narrative: "Worked *calmly* and to the millimetre.",
  evidence: [
    {
      id: "https://example.edu/seams/17",
      name: "Photographs of ten seams",
      genre: "Photographs",
      description: "Before and after.",
    },
  ],
  results: [{ value: "97 %", status: "Completed" }],
} as const satisfies JsonObject;

export const faceOf = ({ url }: Made) => new URL(url).pathname.split("/").at(-1)!;

let classes = 0;

/** An award of a class of its own. */
export async function give(
  service: Schools,
  request: JsonObject,
  more: JsonObject = {},
  academy: Academy = service.academy,
): Promise<Made & { class: string }> {
  const { id } = await makeClass(service, academy, { ...welding, ...more, tags: ["welding", `t${++classes}`] });
  return { ...(await makeAward(service, academy, { class: id, ...request })), class: id };
}

/** The same, to a wallet that has a key and has accepted it. */
export async function giveTo(service: Schools, wallet: Wallet, request: JsonObject = {}, more: JsonObject = {}) {
  await delegate(service, wallet, { may: ["renown/award"] });
  return give(service, { recipient: { did: userOf(wallet) }, ...request }, more);
}

/** What the issuer does to one award. */
export function issuerDoes(service: Schools, { award }: Made, what: string, body: JsonObject = {}) {
  return write(service, service.academy.access, `/v1/awards/${award}/${what}`, body);
}

/** The guild says something in favour of a badge. */
export async function endorse(service: Schools, { url }: Made): Promise<void> {
  const body = { badge: url, comment: "The joints were tested by *us*." };
  const answer = await write(service, service.guild.access, `/v1/orgs/${service.guild.slug}/endorsements`, body);
  if (answer.status !== 201) throw new Error(answer.text);
}

export async function signInHere(page: Page, service: Served, wallet: Wallet): Promise<void> {
  const { cookie } = await signIn(service, wallet);
  service.bringCookie(cookie);
  await page.goto(`${service.origin}/signed-in-for-a-test`);
}

/** The bytes of a baked picture. */
export async function bakedPicture(service: Served, made: Made): Promise<Buffer> {
  const answer = await service.fetch(`${new URL(made.url).pathname}/badge.svg`);
  return Buffer.from(await answer.arrayBuffer());
}

type BadgeScene = Omit<Scene, "prepare" | "show"> & { show(page: Page, service: Schools): Promise<unknown> };

const made = new Map<string, Promise<Made>>();

/** Makes an award for a scene once, whatever look it is shown in. */
function once(name: string, make: () => Promise<Made>): Promise<Made> {
  const known = made.get(name) ?? make();
  made.set(name, known);
  return known;
}

const richly = (service: Schools) =>
  once("rich", async () => {
    const rich = await giveTo(service, alice, said);
    await earn(service, alice, rich.award, "ACCEPT");
    await earn(service, alice, rich.award, "SHOW_NAME", { shown: true });
    await endorse(service, rich);
    return rich;
  });

const waiting = (service: Schools) => once("waiting", () => give(service, { recipient: { email: "ada@example.com" } }));

const opened = async (page: Page, { url }: { url: string }) => {
  await page.goto(url);
  await page.waitForSelector(".badge h1");
};

export const badgeScenes: readonly BadgeScene[] = [
  { name: "badge", kept: "four", show: async (page, service) => opened(page, await richly(service)) },
  { name: "badge-waiting", show: async (page, service) => opened(page, await waiting(service)) },
  {
    name: "badge-claim",
    kept: "two",
    show: async (page, service) => {
      await opened(page, { url: (await waiting(service)).claimLink! });
      await page.waitForSelector("[data-claim] [data-wallet]");
    },
  },
  {
    name: "badge-claim-without-wallet",
    wallets: () => [],
    show: async (page, service) => {
      await opened(page, { url: (await waiting(service)).claimLink! });
      await page.waitForSelector(".wallet-none");
    },
  },
  {
    name: "badge-claim-refused",
    wallets: () => [testWallet(bob, { refuses: { personal_sign: 4001 } })],
    show: async (page, service) => {
      await opened(page, { url: (await waiting(service)).claimLink! });
      await page.click("[data-wallet]");
      await page.waitForSelector(".wallet-status .notice-bad");
    },
  },
  {
    name: "badge-revoked",
    kept: "two",
    show: async (page, service) => {
      const revoked = await once("revoked", async () => {
        const given = await giveTo(service, bob);
        await issuerDoes(service, given, "revoke", { reason: "The exam was somebody else’s." });
        return given;
      });
      await opened(page, revoked);
    },
  },
  {
    name: "badge-suspended",
    show: async (page, service) => {
      const suspended = await once("suspended", async () => {
        const given = await giveTo(service, bob);
        await issuerDoes(service, given, "suspend", { reason: "The licence fee is due." });
        return given;
      });
      await opened(page, suspended);
    },
  },
  {
    name: "badge-expired",
    show: async (page, service) => {
      const dates = { validFrom: "2026-01-01T00:00:00Z", validUntil: "2026-11-01T00:00:00Z" };
      await opened(page, await once("expired", () => giveTo(service, bob, dates)));
    },
  },
  {
    name: "badge-test",
    kept: "two",
    show: async (page, service) => {
      const tried = await once("test", async () => {
        const academy = await openAcademy(service, { mode: "test" });
        return give(service, { recipient: { did: userOf(bob) } }, {}, academy);
      });
      await opened(page, tried);
    },
  },
  {
    name: "badge-hidden",
    show: async (page, service) => {
      const hidden = await once("hidden", async () => {
        const given = await giveTo(service, bob);
        await earn(service, bob, given.award, "HIDE");
        return given;
      });
      await signInHere(page, service, bob);
      await opened(page, hidden);
    },
  },
  {
    name: "badge-embedded",
    kept: "two",
    show: async (page, service) => {
      // As large as the frame that the page of a badge offers.
      await page.setViewportSize({ width: 360, height: 240 });
      await page.goto((await richly(service)).url.replace("/b/", "/embed/b/"));
    },
  },
  { name: "badge-absent", show: (page, { origin }) => page.goto(`${origin}/b/AAAAAAAAAAAAAAAAAAAAAA`) },
  { name: "badge-embedded-absent", show: (page, { origin }) => page.goto(`${origin}/embed/b/AAAAAAAAAAAAAAAAAAAAAA`) },
  {
    name: "badge-mine",
    kept: "four",
    show: async (page, service) => {
      await richly(service);
      await once("new", () => giveTo(service, alice, { name: "Ada Lovelace" }, { name: "First aid at work" }));
      await signInHere(page, service, alice);
      await page.goto(`${service.origin}/me/badges`);
      await page.click(".rows summary >> nth=0");
    },
  },
  {
    name: "badge-mine-asks",
    show: async (page, service) => {
      await richly(service);
      await signInHere(page, service, alice);
      await page.goto(`${service.origin}/me/badges`);
      await page.click(".rows summary >> nth=0");
      await page.waitForSelector("dialog [data-wallet]", { state: "attached" });
      await page.locator("[data-act]:visible").first().click();
      await page.waitForSelector("dialog[open] [data-wallet]");
    },
  },
  {
    name: "badge-mine-empty",
    show: async (page, service) => {
      await signInHere(page, service, freshWallet());
      await page.goto(`${service.origin}/me/badges`);
    },
  },
  {
    name: "badge-verify-valid",
    kept: "two",
    show: async (page, service) => {
      const buffer = await bakedPicture(service, await richly(service));
      await page.goto(`${service.origin}/verify`);
      await page.setInputFiles("#file", { name: "welding.svg", mimeType: "image/svg+xml", buffer });
      await page.fill("#person", userOf(alice));
      await page.getByRole("button", { name: "Check", exact: true }).click();
      await page.waitForSelector(".finding");
    },
  },
  {
    name: "badge-verify-other",
    show: async (page, service) => {
      await page.goto(`${service.origin}/verify`);
      await page.fill("#pasted", (await richly(service)).url);
      await page.fill("#person", "somebody@example.com");
      await page.getByRole("button", { name: "Check", exact: true }).click();
      await page.waitForSelector(".finding");
    },
  },
];
