// Puts a new key in use and retires the one until now, which stays listed so that what it signed still verifies.
import { join } from "node:path";
import { parseArgs } from "node:util";
import { rotate } from "../src/identity/service-keys.ts";
import { readKeys, writeKeys } from "../src/storage/keys-file.ts";

const help = `Usage: npm run keys:rotate [-- --operation]

Puts a new signing key (credentials, access tokens) in use; with --operation a new
operation key (operations that the service signs itself). Reads and writes
$RENOWN_DATA/keys.json (./data unless set), prints the new key's kid on stdout,
and on stderr what to do next: restart the server now, for it signs with the retired
key until then, and that counts for nothing. Keys that come from the
environment (RENOWN_KEYS) are rotated where they are kept, not here.`;

try {
  const { values } = parseArgs({ options: { operation: { type: "boolean" }, help: { type: "boolean", short: "h" } } });
  if (values.help) console.info(help);
  else await tell(values.operation ? "operation" : "signing");
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}

function keysPath(): string {
  if (process.env.RENOWN_KEYS) throw new Error("The keys come from RENOWN_KEYS, so there is no file to rotate.");
  return join(process.env.RENOWN_DATA || "data", "keys.json");
}

/** The kid alone on stdout, for scripts; beside it, for people, what it is and what comes next. */
async function tell(which: "signing" | "operation"): Promise<void> {
  const path = keysPath();
  console.info(await rotateFile(path, which));
  console.error(`This is the new ${which} key; ${path} lists the one until now as retired.
Restart the service now: until then it signs with the retired key, and what that signs from now on counts for nothing.
On Workers put the file again: wrangler secret put RENOWN_KEYS.`);
}

/** Rotates the keys in a file; what it returns is the kid of the key now in use. */
async function rotateFile(path: string, which: "signing" | "operation"): Promise<string> {
  const kept = readKeys(path);
  if (!kept) throw new Error(`${path} cannot be read; the first start of the server makes it.`);
  const keys = await rotate(kept, which, Date.now());
  writeKeys(path, keys, "replace");
  return keys[which].find((key) => key.retired === undefined)!.kid;
}
