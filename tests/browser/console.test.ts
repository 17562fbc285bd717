import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { alice, appKey, otherKey, userOf } from "../harness.ts";
import { type Look, launchBrowser, openPage, type Served, serveLocal, type Watched } from "./harness.ts";
import { testWallet } from "./wallet.ts";

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

async function open(look: Look = { wallets: [testWallet(alice)] }) {
  watched = await openPage(browser, service.origin, look);
  return watched.page;
}

async function asked(session: string) {
  return (await service.fetch(`/api/console/session/${session}`)).json();
}

describe("a command line", () => {
  const link = (session: string, key = appKey.did) =>
    `${service.origin}/console?session=${session}&connect=${encodeURIComponent(key)}&app=${encodeURIComponent(key)}`;

  test("is signed in by somebody who compares its code, and gets its result once", async () => {
    const session = crypto.randomUUID();
    const page = await open();
    await page.goto(link(session));
    expect(await page.textContent("h1")).toBe("Let a command line act for you?");
    const { code } = (await service.services.console.get(session))!;
    expect(await page.textContent(".code-large [aria-hidden]")).toBe(code);
    expect(await asked(session)).toMatchObject({ status: "pending" });
    await page.click("[data-wallet]");
    await page.waitForURL("**/console/done");
    expect(await page.textContent("h1")).toBe("The command line is signed in");
    const result = await asked(session);
    expect(result).toMatchObject({ status: "ready", did: userOf(alice), connectDid: appKey.did });
    expect(await asked(session)).toMatchObject({ status: "pending" });
    await page.goto(link(session));
    expect(await page.textContent("h1")).toBe("This sign-in is over");
  });

  test("is refused by a form, never by a link", async () => {
    const session = crypto.randomUUID();
    const page = await open();
    await page.goto(link(session));
    const before = await service.fetch(`/console/deny?console=${session}`);
    expect(before.status).toBe(405);
    await page.click("text=No, this was not me");
    await page.waitForURL("**/console/denied");
    expect(await page.textContent("h1")).toBe("Refused");
    expect((await service.services.console.get(session))!.status).toBe("denied");
    await page.goto(link(session));
    expect(await page.textContent("h1")).toBe("Refused");
  });

  test("is not signed in by a credential for another key", async () => {
    const session = crypto.randomUUID();
    const page = await open();
    await page.goto(link(session));
    await page.locator('input[name="app"]').evaluate((input: any, did) => (input.value = did), otherKey.did);
    await page.click("[data-wallet]");
    await expect.poll(() => page.textContent("[data-status]")).toContain("FORBIDDEN");
    expect(await asked(session)).toMatchObject({ status: "pending" });
  });

  test("that shares its session with another key is told that it is taken", async () => {
    const session = crypto.randomUUID();
    const page = await open();
    await page.goto(link(session));
    const response = await page.goto(link(session, otherKey.did));
    expect(response!.status()).toBe(409);
    expect(await page.locator("[data-wallets]").count()).toBe(0);
  });

  test.each(["", "session=short", `session=${"a".repeat(36)}&connect=did:key:zDna`, `session=${"a".repeat(36)}`])(
    "with a broken link is refused: %s",
    async (query) => {
      const page = await open();
      expect((await page.goto(`${service.origin}/console?${query}`))!.status()).toBe(400);
      expect(await page.locator("[data-wallets]").count()).toBe(0);
    },
  );
});

describe("a device", () => {
  const authorize = () =>
    service.services.devices.authorize({ app: appKey.did, may: ["powerhouse/renown-user"], label: "Build server" });

  test("is let in by the code that it shows, in any letter case, for what was ticked", async () => {
    const { userCode, deviceCode } = await authorize();
    const page = await open();
    await page.goto(`${service.origin}/device`);
    await page.fill("#code", userCode.toLowerCase().replace("-", " "));
    await page.press("#code", "Enter");
    await page.waitForSelector(".code-large");
    expect(await page.textContent(".code-large [aria-hidden]")).toBe(userCode);
    expect(await page.textContent(".statement")).toContain("It calls itself “Build server”, which nobody has checked.");
    await page.check('input[value="powerhouse/renown-user"]');
    await page.click("[data-wallet]");
    await page.waitForURL("**/device/done");
    service.clock.advance(6000);
    const answer = await service.services.devices.token(deviceCode, appKey.did);
    expect(answer).toMatchObject({ delegation: { user: userOf(alice), key: appKey.did } });
  });

  test("is refused by a form, and told so", async () => {
    const { userCode, deviceCode } = await authorize();
    const page = await open();
    await page.goto(`${service.origin}/device?user_code=${userCode}`);
    await page.click("text=No, refuse it");
    await page.waitForURL("**/device/denied");
    service.clock.advance(6000);
    expect(await service.services.devices.token(deviceCode, appKey.did)).toEqual({ error: "access_denied" });
  });

  test("with a code that nobody knows is not found, and the field says why", async () => {
    const page = await open();
    const response = await page.goto(`${service.origin}/device?user_code=BCDF-GHJK`);
    expect(response!.status()).toBe(404);
    expect(await page.getAttribute("#code", "aria-invalid")).toBe("true");
    expect(await page.textContent("#wrong")).toContain("No device waits with this code");
  });
});
