import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = join(root, ".tmp/chromium");

/** Where the browser is once it has been unpacked; it finds its fonts and its graphics beside itself. */
export const chromiumPath = join(folder, "chromium");

/** Unpacks the browser once, before any test runs: several at a time would trip over each other. */
export default async function unpackChromium(): Promise<void> {
  if (existsSync(chromiumPath)) return;
  const fresh = `${folder}-${process.pid}`;
  mkdirSync(fresh, { recursive: true });
  const before = process.env.TMPDIR;
  process.env.TMPDIR = fresh;
  try {
    const { default: chromium } = await import("@sparticuz/chromium");
    await chromium.executablePath();
    // What another run left half done goes; the whole folder appears at once.
    rmSync(folder, { recursive: true, force: true });
    renameSync(fresh, folder);
  } finally {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
    rmSync(fresh, { recursive: true, force: true });
  }
}
