// Prints fresh keys as one line of JSON, for installations that take them from the environment: `npm run -s keys:make`.
import { makeServiceKeys } from "../src/identity/service-keys.ts";
import { readOptions } from "./options.ts";

const help = `Usage: npm run -s keys:make | npx wrangler secret put RENOWN_KEYS

Prints all keys of a new installation as one line of JSON. They are secret, and
whoever has them speaks for the service: pipe them on, or keep them in a vault.
`;

const values = readOptions({ help: { type: "boolean", short: "h" } }, help);
process.stdout.write(values.help ? help : `${JSON.stringify(await makeServiceKeys(Date.now()))}\n`);
