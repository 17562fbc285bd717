// The whole story against a running server, with wallets and keys that are thrown away: `npm run demo`.
import { playBadges } from "./demo-badges.ts";
import { playOperations } from "./demo-operations.ts";
import { say } from "./demo-print.ts";
import { playReputation } from "./demo-reputation.ts";
import { type DemoServer, findServer } from "./demo-server.ts";
import { readOptions } from "./options.ts";

const usage = `npm run demo [-- --url http://localhost:8787]

Signs in with a fresh wallet, delegates an app key, signs an operation, verifies it, revokes the key, shows that the
next operation is refused, audits the log offline, and holds it to a checkpoint of before. Then an academy awards
badges, a learner claims hers by the link, a verifier checks the picture of it, and the academy takes another one back.
Last, three organisations attest work, a mishap is disputed and struck, the score moves and says why, and is computed
again from its export alone.
Without --url it takes the server on http://localhost:8787, and leaves its people, organisations and badges there; where
none answers it starts one over an empty folder for as long as it runs.
`;

const values = readOptions({ url: { type: "string" }, help: { type: "boolean", short: "h" } }, usage);
if (values.help) {
  process.stdout.write(usage);
  process.exit();
}

let server: DemoServer | undefined;
try {
  const found = await findServer(values.url?.replace(/\/+$/, ""));
  server = found;
  // Whoever reads only the first lines has seen enough.
  process.stdout.on("error", () => void found.stop().finally(() => process.exit()));
  await playOperations(server.url);
  await playBadges(server.url);
  await playReputation(server.url);
  if (server.own)
    say("\nThis server ends now. To try the lines above: npm start, then npm run demo -- --url http://localhost:8787");
} catch (error) {
  // Whoever has ended it by a signal knows why.
  if (process.exitCode === undefined) say(`\nThe story broke off: ${error instanceof Error ? error.message : error}`);
  process.exitCode ??= 1;
} finally {
  await server?.stop();
}
