// The same in a page of Chromium, beside the library of C in this process.
import { bundle } from "../../tests/browser/bundle.ts";
import unpackChromium from "../../tests/browser/chromium.ts";
import { launchBrowser, serveText } from "../../tests/browser/harness.ts";
import { type Contender, compare, type Options, type Result, rotate, wallOf } from "../measure.ts";
import { libcrypto, makeOperations } from "../verifying.ts";

/** How many a page has in flight in the case that has some. */
const width = 16;

export async function run({ rounds }: Options): Promise<Result[]> {
  const { house, operations, prepared } = await makeOperations(256);
  await unpackChromium();
  const [script, browser, site] = await Promise.all([
    bundle(new URL("../browser/verify.ts", import.meta.url), "bench"),
    launchBrowser(),
    serveText("<title>bench</title>"),
  ]);
  try {
    const page = await browser.newPage();
    // WebCrypto is there for pages of a secure context alone.
    await page.goto(site.origin);
    await page.evaluate(`${script}; globalThis.operations = ${JSON.stringify(operations)}`);
    const inPage = (name: string, call: string): Contender => ({ name, cost: () => page.evaluate<number>(call) });
    const contenders = [
      libcrypto(prepared, wallOf),
      inPage("ours", "bench.timeOne(operations, 1)"),
      inPage("ours, 16 at once", `bench.timeOne(operations, ${width})`),
      inPage("webcrypto alone", `bench.timeCall(${operations.length})`),
    ];
    const costs = await rotate(contenders, rounds * 3, 8);
    const common = { unit: "µs", yardstick: "libcrypto", as: "speed" } as const;
    return [
      compare(costs, { ...common, name: "verify-browser", ours: "ours", goal: { of: "ratio", atLeast: 0.45 } }),
      compare(costs, { ...common, name: "verify-browser-limit", ours: "webcrypto alone" }),
      compare(costs, { ...common, name: "verify-browser-16", ours: "ours, 16 at once" }),
    ];
  } finally {
    await browser.close();
    site.stop();
    await house.close();
  }
}
