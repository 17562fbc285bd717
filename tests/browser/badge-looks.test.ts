import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, test } from "vitest";
import { alice } from "../harness.ts";
import { badgeScenes, type Schools, serveSchools } from "./badge-scenes.ts";
import { launchBrowser, openPage } from "./harness.ts";
import { expectWellMade, looks } from "./look.ts";
import { testWallet } from "./wallet.ts";

let browser: Browser;
let service: Schools;

beforeAll(async () => {
  browser = await launchBrowser();
  service = await serveSchools();
});
afterAll(async () => {
  await browser.close();
  await service.stop();
});

describe.each(looks)("in $theme on a $size", (look) => {
  test.each(badgeScenes)("$name is accessible, quiet and ours alone", async (scene) => {
    const wallets = scene.wallets?.() ?? [testWallet(alice)];
    const watched = await openPage(browser, service.origin, { ...look, wallets });
    await scene.show(watched.page, service);
    await expectWellMade(watched, scene, look);
    await watched.context.close();
  });
});
