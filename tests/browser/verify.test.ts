import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { signCredential } from "../harness.ts";
import { appToken, delegate, freshWallet, openProfile, signIn, withContext } from "../http/client.ts";
import { launchBrowser, openPage, type Served, serveLocal, type Watched } from "./harness.ts";

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
  expect(watched.errors).toEqual([]);
  expect(watched.foreign).toEqual([]);
  await watched.context.close();
});

/** Pastes and asks; what came of it, check by check. */
async function check(pasted: unknown, at = "") {
  watched = await openPage(browser, service.origin);
  const { page } = watched;
  await page.goto(`${service.origin}/verify`);
  await page.fill("#pasted", typeof pasted === "string" ? pasted : JSON.stringify(pasted));
  if (at) await page.fill("#at", at);
  await page.getByRole("button", { name: "Check" }).click();
  await page.waitForSelector(".finding, main .notice-bad, .refusal");
  const outcomes = await page
    .locator(".check")
    .evaluateAll((items: any[]) =>
      Object.fromEntries(
        items.map((item) => [
          item.querySelector(".check-name").firstChild.textContent,
          item.className.replace("check check-", ""),
        ]),
      ),
    );
  return {
    page,
    verdict: await page.locator(".seal-word").allTextContents(),
    outcomes,
    text: await page.innerText("main"),
  };
}

describe("what somebody pastes to be checked", () => {
  test("is an operation, with every check in words", async () => {
    const profile = await openProfile(service);
    const { verdict, outcomes, text } = await check(withContext(profile.document, profile.first.action));
    expect(verdict).toEqual(["Valid"]);
    expect(outcomes).toMatchObject({
      "The signature is genuine": "pass",
      "The content is what was signed": "pass",
      "The key spoke for the user": "pass",
      "The key was allowed to do this": "pass",
    });
    expect(text).toContain("The key that signed this was allowed to, at the time.");
    expect(text).toMatch(/In the log\s+entry \d+/);
  });

  test("is an operation that was changed, and says which check failed and why", async () => {
    const profile = await openProfile(service);
    const action = { ...profile.first.action, input: { ethAddress: freshWallet().address } };
    const { verdict, outcomes, text } = await check(withContext(profile.document, action));
    expect(verdict).toEqual(["Not valid"]);
    expect(outcomes["The content is what was signed"]).toBe("fail");
    expect(text).toContain("CONTENT_MISMATCH");
  });

  test("is several operations at once", async () => {
    const profile = await openProfile(service);
    const operation = withContext(profile.document, profile.first.action);
    const { verdict } = await check({ operations: [operation, operation] });
    expect(verdict).toEqual(["Valid", "Valid"]);
  });

  test("is a Renown credential, now and at another moment", async () => {
    const credential = await signCredential({ issued: service.now() });
    await service.services.delegations.give({ credential }, undefined);
    const now = await check(credential);
    expect(now.verdict).toEqual(["Valid"]);
    expect(now.text).toContain("Nobody has revoked it");
    await watched.context.close();
    const later = await check({ credential }, "2027-01-01T00:00:00");
    expect(later.verdict).toEqual(["Not valid"]);
    expect(later.outcomes["It is in force"]).toBe("fail");
    expect(later.text).toContain("Checked as of\nFriday, 1 January 2027, 00:00 UTC");
  });

  test("is a credential that this service issued", async () => {
    const { answer } = await signIn(service);
    const { verdict, outcomes } = await check(answer.credential);
    expect(verdict).toEqual(["Valid"]);
    expect(outcomes["The issuer has not taken it back"]).toBe("pass");
  });

  test("is an app’s own token, and whether its wallet still allows the app", async () => {
    const wallet = freshWallet();
    const token = await appToken(service, wallet);
    const before = await check(`Bearer ${token}`);
    expect(before.verdict).toEqual(["Not valid"]);
    expect(before.outcomes["The wallet still allows this app"]).toBe("fail");
    await watched.context.close();
    await delegate(service, wallet);
    const after = await check(token);
    expect(after.verdict).toEqual(["Valid"]);
    expect(after.text).toContain("An app's own token".replace("'", "’"));
  });

  test("is a token of ours, live and made up", async () => {
    const { token } = await signIn(service);
    expect((await check(token)).verdict).toEqual(["Valid"]);
    await watched.context.close();
    const [header, payload] = token.split(".");
    const forged = await check(`${header}.${payload}.${"A".repeat(86)}`);
    expect(forged.verdict).toEqual(["Not valid"]);
    expect(forged.text).toContain("INVALID_TOKEN");
  });

  test.each(["hello", "{", "[]", "{}", "a.b.c", "<script>alert(1)</script>", '{"a":1,"a":2}'])(
    "is nothing that can be read: %s",
    async (pasted) => {
      const { text, page } = await check(pasted);
      expect(text).toContain("This is no operation, credential or token that can be read");
      expect(await page.inputValue("#pasted")).toBe(pasted);
    },
  );
});
