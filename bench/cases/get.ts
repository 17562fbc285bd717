// What host apps read all day: a document, a credential, a status list. CPU of the server, beside a bare Hono answer of
// the same bytes.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { createSiweMessage } from "viem/siwe";
import { fromBase64url, fromUtf8 } from "../../src/kernel/bytes.ts";
import type { SignedInAnswer } from "../../src/services.ts";
import { openClient, requestOf, sendAll } from "../load.ts";
import { type Contender, compare, type Options, type Result, rotate } from "../measure.ts";
import { inFolder, type Server, startOurs, startServer } from "../server.ts";
import { openWriter, post } from "../writers.ts";

const clients = 32;

export function run({ rounds, quick }: Options): Promise<Result[]> {
  return inFolder(async (folder) => {
    const ours = await startOurs(folder);
    const paths = await makePaths(ours);
    const answers = await Promise.all(Object.values(paths).map((path) => answerOf(ours, path)));
    const file = join(folder, "answers.json");
    writeFileSync(file, JSON.stringify(answers));
    const floor = await startServer("./servers/floor.ts", { BENCH_ANSWERS: file });
    const results: Result[] = [];
    for (const [name, path] of Object.entries(paths)) {
      const each = quick ? 32 : 96;
      const contenders = [underLoad("ours", ours, path, each), underLoad("bare Hono", floor, path, each)];
      const costs = await rotate(contenders, rounds, 4);
      for (const { close } of contenders) close();
      const goal = { of: "ratio", atLeast: 0.6 } as const;
      const notes = [`${answers.find((answer) => answer.path === path)!.body.length} bytes.`];
      const compared = { ours: "ours", yardstick: "bare Hono", as: "speed" } as const;
      results.push(compare(costs, { name: `get-${name}`, unit: "µs of CPU", ...compared, goal, notes }));
    }
    await Promise.all([ours.stop(), floor.stop()]);
    return results;
  });
}

/** A profile that somebody has written to, their credential, and the list that tells whether it was revoked. */
async function makePaths({ url }: Server) {
  const { document } = await openWriter(url, "bench");
  const { credential } = await signIn(url);
  const claims = JSON.parse(fromUtf8(fromBase64url(credential.split(".")[1]!)!));
  const pathOf = (id: string) => new URL(id).pathname;
  return {
    document: `/v1/documents/${document}`,
    credential: pathOf(claims.id),
    "status-list": pathOf(claims.credentialStatus.statusListCredential),
  };
}

async function signIn(url: string): Promise<SignedInAnswer> {
  const wallet = privateKeyToAccount(generatePrivateKey());
  const asked = (await post(`${url}/v1/auth/nonce`, { purpose: "sign-in" })) as { nonce: string; statement: string };
  const { address } = wallet;
  const site = { domain: "localhost:8787", uri: "http://localhost:8787", version: "1", chainId: 1 } as const;
  const message = createSiweMessage({ ...site, address, issuedAt: new Date(), nonce: asked.nonce, statement: asked.statement });
  const signature = await wallet.signMessage({ message });
  return (await post(`${url}/v1/auth/siwe`, { message, signature })) as SignedInAnswer;
}

async function answerOf({ url }: Server, path: string) {
  const answer = await fetch(url + path);
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
  return { path, type: answer.headers.get("content-type")!, body: await answer.text() };
}

function underLoad(name: string, server: Server, path: string, each: number): Contender & { close(): void } {
  const open = Array.from({ length: clients }, () => openClient(server.port));
  const requests = open.map(() => Array.from({ length: each }, () => requestOf("GET", path)));
  const cost = async () => {
    const start = await server.cpu();
    const answers = await sendAll(open, requests);
    const end = await server.cpu();
    const refused = answers.flat().find(({ status }) => status !== 200);
    if (refused) throw new Error(`${name} answered ${refused.status}: ${refused.body.slice(0, 300)}`);
    return (end - start) / (clients * each);
  };
  return { name, cost, close: () => open.forEach((client) => client.close()) };
}
