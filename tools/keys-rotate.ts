// Puts a new key in use and retires the one until now, which stays listed so that what it signed still verifies.
import { join } from "node:path";
import { parseArgs } from "node:util";
import { rotate } from "../src/identity/service-keys.ts";
import { readKeys, writeKeys } from "../src/storage/keys-file.ts";

const help = `Usage: npm run keys:rotate [-- --operation]

Puts a new signing key (credentials, access tokens) in use; with --operation a new
operation key (operations that the service signs itself). Reads and writes
$RENOWN_DATA/keys.json (./data unless set) and prints the new key's kid.
A running server uses the new key after a restart. Keys that come from the
environment (RENOWN_KEYS) are rotated where they are kept, not here.`;

try {
  const { values } = parseArgs({ options: { operation: { type: "boolean" }, help: { type: "boolean", short: "h" } } });
  if (values.help) console.info(help);
  else console.info(await rotateFile(keysPath(), values.operation ? "operation" : "signing"));
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}

function keysPath(): string {
  if (process.env.RENOWN_KEYS) throw new Error("The keys come from RENOWN_KEYS, so there is no file to rotate.");
  return join(process.env.RENOWN_DATA || "data", "keys.json");
}

/** Rotates the keys in a file; what it returns is the kid of the key now in use. */
async function rotateFile(path: string, which: "signing" | "operation"): Promise<string> {
  const kept = readKeys(path);
  if (!kept) throw new Error(`${path} cannot be read; the first start of the server makes it.`);
  const keys = await rotate(kept, which, Date.now());
  writeKeys(path, keys, "replace");
  return keys[which].find((key) => key.retired === undefined)!.kid;
}
