import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launchBrowser, openPage, type Served, serveLocal } from "../browser/harness.ts";
import { testWallet } from "../browser/wallet.ts";
import { alice, bob, start, userOf } from "../harness.ts";
import { serveApp } from "./sdk-page.ts";

/**
 * The browser builds of the published SDKs, unmodified, in a page of another origin: their own storage, their own keys,
 * their own requests. Only the clock is ours, because what is signed carries the time.
 */
let browser: Browser;
let service: Served;
beforeAll(async () => {
  browser = await launchBrowser();
  service = await serveLocal();
});
afterAll(async () => {
  await browser.close();
  await service.stop();
});

async function open(app: { origin: string }, wallet = alice) {
  const { context, page, errors } = await openPage(browser, app.origin, { wallets: [testWallet(wallet)] });
  await context.clock.setFixedTime(start);
  // 5.3.2 asks this host for profiles, whatever it was told; here it is this service.
  await context.route("https://www.renown.id/**", async (route) => {
    const request = route.request();
    const headers = { "content-type": request.headers()["content-type"] ?? "" };
    const body = request.postData();
    const answer = await service.fetch(new URL(request.url()).pathname, {
      method: request.method(),
      ...(body !== null && { headers, body }),
    });
    await route.fulfill({
      status: answer.status,
      headers: Object.fromEntries(answer.headers),
      body: Buffer.from(await answer.arrayBuffer()),
    });
  });
  const visit = async (path: string) => {
    await page.goto(app.origin + path);
    await page.waitForFunction("globalThis.sdk");
  };
  return { context, page, errors, visit };
}

/** Sends somebody to the portal as the SDKs do, and has them agree; they come back with `user` in the address. */
async function comeBack(page: Page, query: Record<string, string>) {
  await page.goto(`${service.origin}/?${new URLSearchParams({ ...query, network: "eip155", chain: "1" })}`);
  await page.click("[data-wallet]");
  await page.waitForURL((url) => url.origin !== service.origin);
  await page.waitForFunction("globalThis.sdk");
  return new URL(page.url()).searchParams.get("user")!;
}

describe("@renown/sdk 6.0.1 in a browser", () => {
  test("logs in by redirect and return, learns the profile, proves its key, and is logged out by revocation", async () => {
    const app = await serveApp("@renown/sdk-6");
    const { context, page, errors, visit } = await open(app);
    await visit("/start");
    const build = `(async () => (globalThis.renown = await new sdk.RenownBuilder("app", { baseUrl: "${service.origin}" }).build()))()`;
    const did = await page.evaluate<string>(`${build}.then(({ did }) => did)`);
    expect(did).toMatch(/^did:key:zDn/);
    const user = await comeBack(page, { app: did, connect: did, returnUrl: `${app.origin}/welcome` });
    expect(decodeURIComponent(user)).toBe(userOf(alice));
    const logIn = `${build}.then((renown) => renown.login(decodeURIComponent(new URLSearchParams(location.search).get("user"))))`;
    const loggedIn = await page.evaluate<any>(logIn);
    expect(loggedIn).toMatchObject({ address: alice.address, chainId: 1, did: userOf(alice) });
    expect(loggedIn.credential.credentialSubject).toEqual({ id: did, app: app.origin });
    await page.waitForFunction("renown.user?.profile?.documentId");
    expect(await page.evaluate<any>("renown.user.profile")).toMatchObject({ ethAddress: alice.address });
    await visit("/later");
    expect(await page.evaluate<any>(`${build}.then(({ user, status }) => ({ did: user.did, status }))`)).toEqual({
      did: userOf(alice),
      status: "authorized",
    });
    const [row] = await service.services.clients.credentials({ ethAddress: alice.address, did });
    const revoke = `renown.getBearerToken({ expiresIn: 60 }).then((token) => fetch(
      "${service.origin}/api/auth/credential?id=${row!.documentId}&reason=bye",
      { method: "DELETE", headers: { Authorization: "Bearer " + token } })).then((answer) => answer.json())`;
    expect(await page.evaluate(revoke)).toEqual({ result: true, credentialId: row!.documentId });
    expect(await page.evaluate(`renown.login("${userOf(alice)}").catch(({ message }) => message)`)).toContain("404");
    expect(errors).toEqual([]);
    await context.close();
    app.stop();
  });

  test("reads refusals across origins: none is hidden by the browser", async () => {
    const app = await serveApp("@renown/sdk-6");
    const { context, page, visit } = await open(app);
    await visit("/start");
    const asked = (path: string, init: object) =>
      page.evaluate<any>(
        `fetch("${service.origin}${path}", ${JSON.stringify(init)}).then(async (answer) => [answer.status, await answer.json()])`,
      );
    const headers = { "Content-Type": "application/json", Authorization: "Bearer nonsense" };
    expect(await asked("/api/credential/renown", { method: "POST", headers, body: "{}" })).toMatchObject([400, {}]);
    const body = JSON.stringify({ credentialId: "urn:uuid:x", address: alice.address });
    expect(await asked("/api/credential/renown", { method: "DELETE", headers, body })).toMatchObject([
      401,
      { code: "INVALID_TOKEN" },
    ]);
    expect(await asked("/api/switchboard", {})).toEqual([200, { endpoint: `${service.origin}/graphql` }]);
    const query = JSON.stringify({ query: "{ renownCredentials(input: {}) { documentId } }" });
    const json = { "Content-Type": "application/json" };
    expect(await asked("/graphql", { method: "POST", headers: json, body: query })).toEqual([
      200,
      { data: { renownCredentials: [] } },
    ]);
    await context.close();
    app.stop();
  });
});

describe("@renown/sdk 5.3.2 in a browser", () => {
  test("logs in by redirect and return without naming its app, learns the profile, and is out once revoked", async () => {
    const app = await serveApp("@renown/sdk-5");
    const { context, page, errors, visit } = await open(app, bob);
    await visit("/start");
    const init = `(async () => {
      globalThis.connectCrypto = new sdk.ConnectCrypto(new sdk.BrowserKeyStorage());
      const did = await connectCrypto.did();
      globalThis.renown = sdk.initRenown(did, "app", "${service.origin}");
      return did;
    })()`;
    const did = await page.evaluate<string>(init);
    await comeBack(page, { connect: did, returnUrl: `${app.origin}/welcome` });
    await page.evaluate(`${init}.then(() => sdk.handleRenownReturn())`);
    const user = await page.evaluate<any>("renown.user");
    expect(user).toMatchObject({ did: userOf(bob), credential: { credentialSubject: { id: did, app: app.origin } } });
    expect(new URL(page.url()).searchParams.has("user")).toBe(false);
    const profile = await page.evaluate<any>("sdk.fetchProfileDataForUser(renown.user)");
    const [row] = await service.services.clients.users({ ethAddresses: [bob.address] });
    expect(profile).toMatchObject({ documentId: row!.documentId, ethAddress: bob.address });
    const [credential] = await service.services.clients.credentials({ ethAddress: bob.address, did });
    const revoke = `connectCrypto.getBearerToken("${service.origin}", "${bob.address}", true, { expiresIn: 60 }).then((token) =>
      fetch("${service.origin}/api/credential/renown", { method: "DELETE",
        headers: { "Content-Type": "application/json", Authorization: "Bearer " + token },
        body: JSON.stringify({ credentialId: "${credential!.credentialId}", address: "${bob.address}", reason: "User logged out" }) }))
      .then((answer) => answer.json())`;
    expect(await page.evaluate(revoke)).toEqual({ result: true });
    const again = `renown.login("${userOf(bob)}").catch(({ message }) => message)`;
    expect(await page.evaluate(again)).toBe("Failed to get credential");
    expect(await page.evaluate("renown.user")).toBeUndefined();
    expect(errors).toEqual([]);
    await context.close();
    app.stop();
  });
});
