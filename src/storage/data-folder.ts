import { mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Makes the folder of the data (mode 0700) and those above it, where they are missing. Throws an Error that names the
 * setting, the folder and what helps, where that cannot be.
 */
export function makeDataFolder(folder: string): void {
  try {
    make(folder);
  } catch (error) {
    const { code = "", path = folder, message } = error as NodeJS.ErrnoException;
    const reason = code === "EEXIST" ? `${path} is no directory` : (reasons[code] ?? message);
    throw new Error(
      `RENOWN_DATA: The directory ${folder} cannot be made: ${reason}. Name one that is there, or that this user may make.`,
    );
  }
}

/**
 * One folder after the other. Asked for all of them at once, Node tries for ever where a file system answers that the
 * folder above is missing although it is there, as /proc does.
 */
function make(folder: string): void {
  if (isFolder(folder)) return;
  const above = dirname(folder);
  if (above !== folder) make(above);
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    // Another start may just have made it.
    if (!isFolder(folder)) throw error;
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

const reasons: Readonly<Record<string, string>> = {
  ENOTDIR: "a part of its path is no directory",
  ENOENT: "nothing can be made there",
  EACCES: "this user may not write there",
  EPERM: "this user may not write there",
  EROFS: "the file system is read-only",
  ENOSPC: "the disk is full",
  ENAMETOOLONG: "its name is too long",
};
