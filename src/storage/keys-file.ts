import { randomUUID } from "node:crypto";
import { closeSync, fsyncSync, linkSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { makeServiceKeys, parseServiceKeys, type ServiceKeys } from "../identity/service-keys.ts";
import { parseJson } from "../kernel/json.ts";
import type { Millis } from "../kernel/time.ts";

/** The keys in a file, made (mode 0600) where there is none. Throws an Error that names the member which is wrong. */
export async function readOrMakeKeys(path: string, now: Millis): Promise<ServiceKeys> {
  const kept = readKeys(path);
  if (kept) return kept;
  // Two first starts at once: linking fails for the second, and both use what the first has made.
  writeKeys(path, await makeServiceKeys(now), "new");
  return readKeys(path)!;
}

/** The keys in a file; undefined where there is none. */
export function readKeys(path: string): ServiceKeys | undefined {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new Error(`The keys in ${path} cannot be read.`);
  }
  return parseServiceKeys(parseJson(text));
}

/** Written beside it and put in its place at once: whenever the power fails there are keys, the old or the new ones. */
export function writeKeys(path: string, keys: ServiceKeys, how: "new" | "replace"): void {
  const draft = `${path}.${randomUUID()}`;
  try {
    const file = openSync(draft, "wx", 0o600);
    try {
      writeFileSync(file, `${JSON.stringify(keys, null, 2)}\n`);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    if (how === "replace") renameSync(draft, path);
    else linkUnlessThere(draft, path);
  } finally {
    rmSync(draft, { force: true });
  }
}

function linkUnlessThere(draft: string, path: string): void {
  try {
    linkSync(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}
