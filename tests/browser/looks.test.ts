import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { alice } from "../harness.ts";
import { type Look, launchBrowser, openPage, type Served, serveLocal } from "./harness.ts";
import { expectWellMade, looks } from "./look.ts";
import { type Scene, scenes } from "./scenes.ts";
import { testWallet } from "./wallet.ts";

/** What the first view of a page may weigh, altogether. */
const maxWeight = 60 * 1024;

let browser: Browser;
let service: Served;
const prepared = new Set<Scene>();

beforeAll(async () => {
  browser = await launchBrowser();
  service = await serveLocal();
});
afterAll(async () => {
  await browser.close();
  await service.stop();
});

async function show(scene: Scene, look: Look) {
  const wallets = scene.wallets?.() ?? [testWallet(alice)];
  const watched = await openPage(browser, service.origin, { ...look, wallets });
  if (!prepared.has(scene)) await scene.prepare?.(service);
  prepared.add(scene);
  await scene.show(watched.page, service);
  await watched.page.evaluate(() => (globalThis as any).document.fonts.ready);
  return watched;
}

describe.each(looks)("in $theme on a $size", (look) => {
  test.each(scenes)("$name is accessible, quiet and ours alone", async (scene) => {
    const watched = await show(scene, look);
    await expectWellMade(watched, scene, look);
    await watched.context.close();
  });
});

describe("the first view", () => {
  const first = scenes.filter(({ name }) =>
    /^(start|consent|console|device|me-signed-out|profile|verify|docs|docs-part|problem|not-found)$/.test(name),
  );

  test.each(first)("of $name weighs less than 60 KB and moves nothing", async (scene) => {
    const { page, context } = await openPage(browser, service.origin, { wallets: [testWallet(alice)] });
    const client = await context.newCDPSession(page);
    await client.send("Network.enable");
    let weight = 0;
    client.on("Network.loadingFinished", ({ encodedDataLength }) => {
      weight += encodedDataLength;
    });
    await page.addInitScript(() => {
      const target = globalThis as any;
      target.shifted = 0;
      new target.PerformanceObserver((list: any) => {
        for (const entry of list.getEntries()) if (!entry.hadRecentInput) target.shifted += entry.value;
      }).observe({ type: "layout-shift", buffered: true });
    });
    await scene.show(page, service);
    await page.waitForLoadState("networkidle");
    expect(weight).toBeGreaterThan(4096);
    expect(weight).toBeLessThan(maxWeight);
    expect(await page.evaluate(() => (globalThis as any).shifted)).toBeLessThan(0.01);
    await context.close();
  });
});

describe("colours", () => {
  const on = (back: string, ...fronts: string[]) => fronts.map((front) => ({ front, back }));
  const text = [
    ...on("paper", "ink", "quiet", "laurel", "bad", "warn"),
    ...on("card", "ink", "quiet", "laurel", "bad", "warn"),
    ...on("good-wash", "ink"),
    ...on("warn-wash", "ink", "quiet", "warn"),
    ...on("bad-wash", "ink", "quiet"),
  ];
  const edges = [...on("card", "edge"), ...on("paper", "edge"), ...on("fill", "on-laurel")];

  test.each(["light", "dark"] as const)("have a contrast of 7 for text and 3 for edges, %s", async (theme) => {
    const { page, context } = await openPage(browser, service.origin, { theme });
    await page.goto(`${service.origin}/verify`);
    for (const { front, back } of text)
      expect(await contrast(page, front, back), `${front} on ${back}`).toBeGreaterThanOrEqual(7);
    for (const { front, back } of edges)
      expect(await contrast(page, front, back), `${front} on ${back}`).toBeGreaterThanOrEqual(3);
    await context.close();
  });
});

/** WCAG 2.2, between two of the stylesheet's colours as the browser paints them. */
function contrast(page: Page, front: string, back: string): Promise<number> {
  return page.evaluate(
    (names) => {
      const { document, getComputedStyle } = globalThis as any;
      const [one, other] = names.map((name) => {
        document.body.style.setProperty("color", `var(--${name})`);
        const canvas = document.createElement("canvas").getContext("2d");
        canvas.fillStyle = getComputedStyle(document.body).color;
        canvas.fillRect(0, 0, 1, 1);
        const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map((value: number) => {
          const part = value / 255;
          return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
      });
      return (Math.max(one!, other!) + 0.05) / (Math.min(one!, other!) + 0.05);
    },
    [front, back],
  );
}

describe("with the keyboard alone", () => {
  test("the content is one step away, and every control shows that it has the focus", async () => {
    const { page, context } = await show(scenes.find(({ name }) => name === "consent")!, {});
    await page.goto(page.url());
    await page.waitForSelector("[data-wallet]");
    await page.keyboard.press("Tab");
    expect(await focused(page)).toMatchObject({ text: "Skip to the content", visible: true });
    await page.keyboard.press("Enter");
    expect(await page.evaluate(() => (globalThis as any).document.activeElement.id)).toBe("content");
    const seen: string[] = [];
    for (let step = 0; step < 30; step++) {
      await page.keyboard.press("Tab");
      const at = await focused(page);
      if (at.end) break;
      expect(at.visible, `${at.text} is visible`).toBe(true);
      expect(at.outlined, `${at.text} is outlined`).toBe(true);
      seen.push(at.text);
    }
    expect(seen.join()).toContain("Allow with Test Wallet");
    expect(seen.join()).toContain("Technical details");
    await context.close();
  });
});

type Focused = { text: string; visible: boolean; outlined: boolean; end: boolean };

async function focused(page: Page): Promise<Focused> {
  return page.evaluate(() => {
    const { document, getComputedStyle } = globalThis as any;
    const element = document.activeElement;
    const box = element.getBoundingClientRect();
    const style = getComputedStyle(element);
    return {
      text: element.innerText || element.name || "",
      visible: box.width > 1 && box.height > 1,
      end: element === document.body,
      outlined: style.outlineStyle !== "none" && Number.parseFloat(style.outlineWidth) >= 2,
    };
  });
}
