import type { Page } from "playwright-core";
import { expect } from "vitest";
import type { JsonObject } from "../../src/kernel/json.ts";
import { day } from "../../src/kernel/time.ts";
import { alice, bob, userOf } from "../harness.ts";
import type { Academy } from "../http/academy.ts";
import { makeAward, makeClass, write } from "../http/academy.ts";
import { attest, groundOf, signed } from "../http/attester.ts";
import { delegate, freshWallet, openProfile, post, signIn, type Wallet } from "../http/client.ts";
import { act, addClient, clientToken } from "../http/org-access.ts";
import { openNamed, say } from "../http/reputations.ts";
import { signInHere } from "./badge-scenes.ts";
import { type Served, serveLocal } from "./harness.ts";
import type { Scene } from "./scenes.ts";

/** A service in which three organisations have attested things for most of a year. */
export type Workshop = Served & { organizations: readonly Attester[]; policy: string };

/** An organisation whose client gets a new token whenever time has passed. */
type Attester = Academy & { renew(): Promise<void> };

export const pageOf = ({ origin }: Served, did: string) => `${origin}/subjects/${encodeURIComponent(did)}`;

export async function serveWorkshop(): Promise<Workshop> {
  const host = () => new URL(service.origin).host.replace(":", "%3A");
  const slugs: string[] = [];
  const fetchWellKnown = async () => {
    const body = slugs.map((slug) => `did:web:${host()}:orgs:${slug}`).join("\n");
    return { status: 200, contentType: "text/plain", body };
  };
  const service = await serveLocal({ parts: () => ({ fetchWellKnown, trustSeeds: [userOf(bob)] }) });
  const organizations: Attester[] = [];
  for (const name of ["Powerhouse", "Guild of Compilers", "Example University"])
    organizations.push(await openRenewed(service, name));
  const [first] = organizations;
  slugs.push(first!.slug);
  await act(service, first!, "SET_DOMAIN", { domain: "powerhouse.example" });
  await post(service, `/v1/orgs/${first!.slug}/domain:check`, {}, { token: first!.token });
  const { id } = await service.services.policies.get("open-work");
  return { ...service, organizations, policy: id };
}

async function openRenewed(service: Served, name: string): Promise<Attester> {
  const opened = await openNamed(service, name);
  const client = await addClient(service, opened, { scopes: ["attestations:write", "awards:write", "classes:write"] });
  const attester: Attester = {
    ...opened,
    renew: async () => {
      attester.access = await clientToken(service, client);
    },
  };
  await attester.renew();
  return attester;
}

/** Time passes; what lives for a day is made anew. */
async function pass({ clock, organizations }: Workshop, days: number): Promise<void> {
  clock.advance(days * day);
  for (const each of organizations) await each.renew();
}

const mayAll = { may: ["renown/reputation", "renown/award"] };

/** Eight months of somebody's work: praise, a badge, an incident that is disputed, and what is left out. */
export async function makeCareer(service: Workshop): Promise<void> {
  const did = userOf(alice);
  const [house, guild, university] = service.organizations as [Attester, Attester, Attester];
  await openProfile(service, alice);
  await nameProfile(service, alice, "Ada Lovelace");
  const tell = (by: Attester, more: JsonObject) => attest(service, by, did, more);
  await tell(house, {
    title: "Document drive, first release",
    narrative: "Designed the log and wrote most of it.\nEvery test that guards it is hers.",
    url: "https://github.com/powerhouse-inc/document-drive/pull/17",
  });
  await pass(service, 40);
  await tell(guild, {
    kind: "endorsement",
    field: "software",
    title: "Reviews that teach",
    narrative: "Three members learnt the craft from her comments.",
  });
  await pass(service, 35);
  await tell(university, {
    field: "teaching/mathematics",
    title: "Lectures on the analytical engine",
    work: { type: "badge", id: "course-2027-2" },
  });
  const wrong = await tell(guild, { field: "writing", title: "Sent twice" });
  await write(service, guild.access, `/v1/attestations/${wrong.attestation}/retract`, {});
  await pass(service, 50);
  const { id } = await makeClass(service, university, { name: "Teaching, level 2", tags: ["teaching"] });
  await makeAward(service, university, { class: id, recipient: { did } });
  await tell(house, {
    title: "Reactor, second release",
    value: "0.8",
    work: { type: "transaction", id: `eip155:1:0x${"5d".repeat(32)}` },
  });
  await tell(house, {
    title: "Reactor, second release",
    value: "0.8",
    work: { type: "transaction", id: `eip155:1:0x${"5d".repeat(32)}` },
  });
  await pass(service, 30);
  const incident = await tell(guild, {
    kind: "incident",
    field: "software",
    value: "0.4",
    title: "A release that broke others",
    narrative: "The upgrade of May lost settings of eleven teams.",
  });
  await tell(guild, { field: "writing", title: "The handbook of the guild", narrative: "Chapters three to seven." });
  await pass(service, 25);
  await delegate(service, alice, mayAll);
  const input = { attestation: incident.attestation, restsOn: [groundOf(incident)] };
  await say(service, alice, did, "DISPUTE", input, {
    narrative: "I was on leave that week; the release was another's.",
  });
  await write(service, guild.access, `/v1/attestations/${incident.attestation}/respond`, {
    narrative: "The tag bears her key. We have asked the arbiters.",
  });
  const stranger = freshWallet();
  await delegate(service, stranger, mayAll);
  const vouch = {
    organization: "",
    standing: "unsolicited",
    field: "software",
    kind: "vouch",
    value: "1",
    restsOn: [],
  };
  await say(service, stranger, did, "ATTEST", vouch, { title: "Call me about a job" });
  const hidden = await tell(university, { field: "writing", value: "0.3", title: "A note in the yearbook" });
  await say(service, alice, did, "HIDE", { evidence: hidden.attestation });
  await pass(service, 5);
}

async function nameProfile(service: Served, wallet: Wallet, username: string): Promise<void> {
  const { cookie } = await signIn(service, wallet);
  const page = await service.fetch("/me", { headers: { cookie, accept: "text/html" } });
  const token = /name="token" value="([\w-]+)"/.exec(await page.text())![1]!;
  const body = new URLSearchParams({ token, username, userImage: "" });
  const headers = { cookie, origin: service.origin, "sec-fetch-site": "same-origin" };
  expect((await service.fetch("/me/profile", { method: "POST", body, headers })).status).toBe(303);
}

/** Somebody with a key that may do everything about reputations, and one fact that is too little. */
export async function beginner(
  service: Workshop,
): Promise<{ wallet: Wallet; did: string; fact: Awaited<ReturnType<typeof attest>> }> {
  const wallet = freshWallet();
  await delegate(service, wallet, mayAll);
  const did = userOf(wallet);
  const [house] = service.organizations;
  return { wallet, did, fact: await attest(service, house!, did, { title: "A first patch" }) };
}

const made = new Map<string, Promise<string>>();

/** Made once, whatever look it is shown in: a subject by its DID. */
function once(name: string, make: () => Promise<string>): Promise<string> {
  const known = made.get(name) ?? make();
  made.set(name, known);
  return known;
}

const career = (service: Workshop) =>
  once("career", async () => {
    await makeCareer(service);
    return userOf(alice);
  });

/** Rows and folds at once; all unless said. */
function openAll(page: Page, which = "details"): Promise<void> {
  return page.evaluate((selector) => {
    for (const each of (globalThis as any).document.querySelectorAll(selector)) each.open = true;
  }, which);
}

type ReputationScene = Omit<Scene, "prepare" | "show"> & { show(page: Page, service: Workshop): Promise<unknown> };

/** One after another, because time passes in the first. */
export const reputationScenes: readonly ReputationScene[] = [
  {
    name: "reputation",
    kept: "four",
    show: async (page, service) => {
      await page.goto(pageOf(service, await career(service)));
      await page.click("#evidence ~ .rows summary >> nth=1");
    },
  },
  {
    name: "reputation-opened",
    show: async (page, service) => {
      await page.goto(pageOf(service, await career(service)));
      await openAll(page);
    },
  },
  {
    name: "reputation-trust",
    show: async (page, service) => page.goto(`${pageOf(service, await career(service))}?policy=renown-trust`),
  },
  {
    name: "reputation-mine",
    kept: "four",
    show: async (page, service) => {
      await career(service);
      await signInHere(page, service, alice);
      await page.goto(`${service.origin}/me/reputation`);
      await page.click("#attestations ~ .rows summary >> nth=0");
    },
  },
  {
    name: "reputation-mine-opened",
    show: async (page, service) => {
      await career(service);
      await signInHere(page, service, alice);
      await page.goto(`${service.origin}/me/reputation`);
      await openAll(page, ".row:first-child details, .danger details");
      await page.click("text=Only those whom I name >> nth=0");
    },
  },
  {
    name: "reputation-mine-empty",
    show: async (page, service) => {
      await signInHere(page, service, freshWallet());
      await page.goto(`${service.origin}/me/reputation`);
    },
  },
  {
    name: "reputation-resume",
    kept: "two",
    show: async (page, service) => page.goto(`${pageOf(service, await career(service))}/resume`),
  },
  {
    name: "reputation-not-yet",
    show: async (page, service) =>
      page.goto(pageOf(service, await once("beginner", async () => (await beginner(service)).did))),
  },
  { name: "reputation-empty", show: async (page, service) => page.goto(pageOf(service, userOf(freshWallet()))) },
  {
    name: "reputation-unshown",
    show: async (page, service) => {
      const did = await once("unshown", async () => {
        const { wallet, did: subject } = await beginner(service);
        await signed(service, wallet, subject, "SHOW", { policy: service.policy, audience: "nobody" });
        return subject;
      });
      await page.goto(pageOf(service, did));
    },
  },
  {
    name: "reputation-closed",
    show: async (page, service) => {
      const did = await once("closed", async () => {
        const { wallet, did: subject } = await beginner(service);
        await signed(service, wallet, subject, "CLOSE");
        return subject;
      });
      await page.goto(pageOf(service, did));
    },
  },
];
