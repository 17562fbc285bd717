import type { Page } from "playwright-core";
import { alice, appKey, bob, otherKey, signCredential, userOf } from "../harness.ts";
import type { Served } from "./harness.ts";
import { type TestWallet, testWallet } from "./wallet.ts";

/** A page in a state worth looking at. */
export type Scene = {
  name: string;
  /** Whether pictures of it are kept: in all four looks, or in light on a desktop and in dark on a phone. */
  kept?: "four" | "two";
  wallets?: () => TestWallet[];
  /** Done once, before the first look. */
  prepare?(service: Served): Promise<void>;
  show(page: Page, service: Served): Promise<unknown>;
};

const app = encodeURIComponent(appKey.did);
const back = encodeURIComponent("https://connect.phd/workspace");
const asked = "powerhouse/renown-user:SET_USERNAME,powerhouse/document-drive,acme/invoice:APPROVE";

const consentLink = (service: Served, more = "") =>
  `${service.origin}/?app=${app}&connect=${app}&network=eip155&chain=1&returnUrl=${back}${more}`;

const party = { by: "session", user: userOf(alice), session: "", method: "recovery" } as const;

async function signIn(page: Page, service: Served): Promise<void> {
  await page.goto(`${service.origin}/me`);
  await page.click("[data-wallet]");
  await page.waitForSelector("#apps");
}

async function check(page: Page, service: Served, pasted: string): Promise<void> {
  await page.goto(`${service.origin}/verify`);
  await page.fill("#pasted", pasted);
  await page.getByRole("button", { name: "Check" }).click();
  await page.waitForSelector(".finding, main .notice-bad");
}

const starting: Scene[] = [
  { name: "start", kept: "four", show: (page, { origin }) => page.goto(origin) },
  {
    name: "start-without-wallet",
    wallets: () => [],
    show: async (page, { origin }) => {
      await page.goto(origin);
      await page.waitForSelector(".wallet-none");
    },
  },
  {
    name: "start-signed-in",
    show: async (page, service) => {
      await signIn(page, service);
      await page.goto(service.origin);
    },
  },
];

const asking: Scene[] = [
  {
    name: "consent",
    kept: "four",
    show: async (page, service) => {
      await page.goto(consentLink(service, `&may=${asked}`));
      await page.check('input[value="powerhouse/document-drive"]');
      await page.waitForSelector("[data-wallet]");
    },
  },
  {
    name: "consent-login-only",
    wallets: () => [testWallet(alice), testWallet(bob, { name: "Other Wallet" })],
    show: async (page, service) => {
      await page.goto(consentLink(service, "&may=none"));
      await page.click(".technical summary");
    },
  },
  { name: "consent-older-app", show: (page, service) => page.goto(consentLink(service)) },
  {
    name: "consent-wrong-chain",
    kept: "two",
    show: async (page, service) => {
      await page.goto(consentLink(service, `&may=${asked}`).replace("chain=1&", "chain=11155111&"));
      await page.click("[data-wallet]");
      await page.waitForSelector(".notice-warn");
    },
  },
  {
    name: "consent-refused",
    wallets: () => [testWallet(alice, { refuses: { eth_signTypedData_v4: 4001 } })],
    show: async (page, service) => {
      await page.goto(consentLink(service));
      await page.click("[data-wallet]");
      await page.waitForSelector(".notice-bad");
    },
  },
  {
    name: "consent-other-account",
    wallets: () => [testWallet(alice, { signer: bob })],
    show: async (page, service) => {
      await page.goto(consentLink(service));
      await page.click("[data-wallet]");
      await page.waitForSelector(".notice-bad");
    },
  },
  {
    name: "consent-bad-link",
    show: (page, { origin }) => page.goto(`${origin}/?app=${app}&returnUrl=javascript:alert(1)`),
  },
  {
    name: "console",
    kept: "two",
    show: (page, { origin }) =>
      page.goto(`${origin}/console?session=4f9a2b10-3d5e-4a7b-9f11-0c8e5d7a6b21&connect=${app}&app=${app}`),
  },
  { name: "console-done", show: (page, { origin }) => page.goto(`${origin}/console/done`) },
  { name: "device", show: (page, { origin }) => page.goto(`${origin}/device`) },
  { name: "device-unknown", show: (page, { origin }) => page.goto(`${origin}/device?user_code=BCDF-GHJK`) },
  {
    name: "device-asks",
    kept: "two",
    show: async (page, { origin, services }) => {
      const may = ["powerhouse/renown-user", "acme/invoice:APPROVE"];
      const { userCode } = await services.devices.authorize({ app: appKey.did, may, label: "Build server" });
      await page.goto(`${origin}/device?user_code=${userCode}`);
    },
  },
];

const mine: Scene[] = [
  { name: "me-signed-out", show: (page, { origin }) => page.goto(`${origin}/me`) },
  { name: "me-empty", wallets: () => [testWallet(bob)], show: signIn },
  {
    name: "me",
    kept: "four",
    prepare: givenApps,
    show: async (page, service) => {
      await service.services.auth.endAllSessions(party);
      await signIn(page, service);
      await page.click("#apps ~ .rows summary >> nth=0");
    },
  },
  {
    name: "me-done",
    show: async (page, service) => {
      await signIn(page, service);
      await page.goto(`${service.origin}/me?done=app`);
      await page.click(".ended summary >> nth=0");
    },
  },
];

const others: Scene[] = [
  { name: "profile", kept: "four", show: (page, { origin }) => page.goto(`${origin}/profile/${alice.address}`) },
  { name: "profile-missing", show: (page, { origin }) => page.goto(`${origin}/profile/nobody`) },
  { name: "verify", show: (page, { origin }) => page.goto(`${origin}/verify`) },
  {
    name: "verify-valid",
    kept: "four",
    show: async (page, service) => {
      const credential = await signCredential({ issued: service.now(), wallet: bob, app: otherKey.did });
      await service.services.delegations.give({ credential }, undefined);
      await check(page, service, JSON.stringify(credential));
    },
  },
  {
    name: "verify-invalid",
    kept: "two",
    show: async (page, service) => {
      const credential = await signCredential({ issued: service.now() });
      const changed = { ...credential, credentialSubject: { id: otherKey.did, app: "https://app.example" } };
      await check(page, service, JSON.stringify(changed, null, 1));
    },
  },
  { name: "verify-unreadable", show: (page, service) => check(page, service, "hello") },
  { name: "docs", show: (page, { origin }) => page.goto(`${origin}/docs`) },
  { name: "docs-part", show: (page, { origin }) => page.goto(`${origin}/docs/sign-in`) },
  { name: "docs-forms", show: (page, { origin }) => page.goto(`${origin}/docs/forms`) },
  { name: "docs-refusals", show: (page, { origin }) => page.goto(`${origin}/docs/refusals`) },
  { name: "problem", show: (page, { origin }) => page.goto(`${origin}/problems/HEAD_MOVED`) },
  { name: "not-found", kept: "two", show: (page, { origin }) => page.goto(`${origin}/nowhere`) },
];

export const scenes: readonly Scene[] = [...starting, ...asking, ...mine, ...others];

/** Apps of every sort that somebody let act for them, and a name. */
async function givenApps({ services, clock, now }: Served): Promise<void> {
  const given: [string, string[] | undefined, number][] = [
    [appKey.did, ["powerhouse/renown-user:SET_USERNAME", "powerhouse/document-drive"], 7],
    [otherKey.did, undefined, 30],
    [appKey.did, ["none"], 1],
    [otherKey.did, ["acme/invoice:APPROVE"], 7],
  ];
  for (const [app, may, days] of given) {
    const terms = { app, ...(may && { may }), issued: now(), life: days * 86_400_000 };
    const { delegation } = await services.delegations.give({ credential: await signCredential(terms) }, undefined);
    if (may?.[0] === "acme/invoice:APPROVE")
      await services.delegations.revoke(party, delegation.id, "The project is over.");
    clock.advance(1000);
  }
  await services.profiles.update(party, { username: "Ada Lovelace", userImage: "https://pictures.example/ada.png" });
}
