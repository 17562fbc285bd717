// Puts a new key in use and retires the one until now, which stays listed so that what it signed still verifies.
import { join } from "node:path";
import { rotate, type ServiceKeys } from "../src/identity/service-keys.ts";
import { type Millis, minute } from "../src/kernel/time.ts";
import { readKeys, writeKeys } from "../src/storage/keys-file.ts";
import { readOptions } from "./options.ts";

/** Minutes that a service has to take the new key up, while what it signs with the old one still counts. */
const grace = 15;

const help = `Usage: npm run keys:rotate [-- --operation] [--now]

Puts a new signing key (credentials, access tokens) in use; with --operation a new
operation key (operations that the service signs itself). Reads and writes
$RENOWN_DATA/keys.json (./data unless set), prints the new key's kid on stdout,
and on stderr what to do next: restart the service within ${grace} minutes, for then the
old key retires, and what it signs after that counts for nothing. With --now it
retires at once, as for a key that has leaked: stop the service first. Keys that come
from the environment (RENOWN_KEYS) are rotated where they are kept, not here.
`;

const options = {
  operation: { type: "boolean" },
  now: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

const values = readOptions(options, help);
try {
  if (values.help) process.stdout.write(help);
  else await tell(values.operation ? "operation" : "signing", values.now === true);
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}

function keysPath(): string {
  if (process.env.RENOWN_KEYS) throw new Error("The keys come from RENOWN_KEYS, so there is no file to rotate.");
  return join(process.env.RENOWN_DATA || "data", "keys.json");
}

/** The kid alone on stdout, for scripts; beside it, for people, what it is and what comes next. */
async function tell(which: "signing" | "operation", atOnce: boolean): Promise<void> {
  const swallowed = ["npm_config_now", "npm_config_operation"].some((name) => process.env[name]);
  if (swallowed) throw new Error("npm has taken the options for its own: put -- before them.");
  const path = keysPath();
  const now = Date.now();
  const keys = await rotateFile(path, which, now, atOnce ? now : now + grace * minute);
  console.info(keys[which].find((key) => key.retired === undefined)!.kid);
  // Whoever rotates twice may run a service that signs with the first of them still.
  const until = keys[which].flatMap(({ retired }) => (retired && Date.parse(retired) > now ? [retired] : [])).sort()[0];
  const next =
    until === undefined
      ? "The one until now is retired. Start the service: until it has the new key, what it signs counts for nothing."
      : `The one until now retires at ${until}. Restart the service before then: what it signs with the old one later counts for nothing.`;
  console.error(`This is the new ${which} key in ${path}.
${next}
On Workers put the file anew: wrangler secret put RENOWN_KEYS.`);
}

/** Rotates the keys in a file. */
async function rotateFile(
  path: string,
  which: "signing" | "operation",
  now: Millis,
  until: Millis,
): Promise<ServiceKeys> {
  const kept = readKeys(path);
  if (!kept) throw new Error(`${path} cannot be read; the first start of the server makes it.`);
  const keys = await rotate(kept, which, now, until);
  writeKeys(path, keys, "replace");
  return keys;
}
