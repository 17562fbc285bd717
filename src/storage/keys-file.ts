import { randomUUID } from "node:crypto";
import {
  closeSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import type { Kysely } from "kysely";
import { makeServiceKeys, parseServiceKeys, type ServiceKeys } from "../identity/service-keys.ts";
import { Failure } from "../kernel/failure.ts";
import { parseJson } from "../kernel/json.ts";
import type { Millis } from "../kernel/time.ts";
import { isBegun } from "./installation-store.ts";
import type { Tables } from "./tables.ts";

/**
 * Makes the keys of a database in a file (mode 0600), unless another start has just made them. Throws an Error where the
 * database rests on keys already: with others everything that was signed would be somebody else's.
 */
export async function makeKeys(path: string, db: Kysely<Tables>, now: Millis): Promise<ServiceKeys> {
  const begun = await isBegun(db);
  // Whoever begins a database has put its keys there before.
  const kept = readKeys(path);
  if (kept) return kept;
  if (begun)
    throw new Error(
      `${path} is missing, and the database beside it was begun with its keys: bring it back, or set RENOWN_KEYS, or begin with an empty folder.`,
    );
  // Two first starts at once: linking fails for the second, and both use what the first has made.
  writeKeys(path, await makeServiceKeys(now), "new");
  const made = readKeys(path);
  if (!made)
    throw new Error(`${path} is a link that leads nowhere: take it away, or bring back the file that it names.`);
  return made;
}

/** The keys in a file; undefined where there is none. Throws an Error that names the file and what is wrong with it. */
export function readKeys(path: string): ServiceKeys | undefined {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return undefined;
    const helps = code === "EISDIR" ? "it is a directory, and must be a file." : "let this user read the file.";
    throw new Error(`The keys in ${path} cannot be read (${code}): ${helps}`);
  }
  try {
    return parseServiceKeys(parseJson(text));
  } catch (error) {
    throw new Error(`The keys in ${path} cannot be used: ${mistakeIn(text, error)} Bring back a copy of the file.`);
  }
}

/**
 * What somebody must know whose file of keys lets others of this machine in: its mode, and what mends it. Undefined where
 * it is closed to them, and on Windows, where a mode says nothing of that.
 */
export function exposureOf(path: string): { file: string; mode: string; remedy: string } | undefined {
  const mode = statSync(path).mode & 0o7777;
  if (process.platform === "win32" || (mode & 0o077) === 0) return undefined;
  return { file: path, mode: mode.toString(8).padStart(4, "0"), remedy: `chmod 600 ${path}` };
}

function mistakeIn(text: string, error: unknown): string {
  if (text.trim() === "") return "The file is empty.";
  if (error instanceof Failure) return error.detail ?? "It is no JSON, or only a part of it is there.";
  return (error as Error).message;
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
