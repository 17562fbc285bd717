// Reading a document, a credential, a status list and a score over HTTP, by CPU of the server, beside bare Hono with the same bytes.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createSiweMessage } from "viem/siwe";
import { alice, userOf } from "../../tests/harness.ts";
import { attest, openAttester } from "../../tests/http/attester.ts";
import { serviceAt } from "../academy.ts";
import { type Client, openClient, requestOf, sendAll } from "../load.ts";
import { type Contender, compare, type Options, type Result, rotate } from "../measure.ts";
import { scorePath } from "../reputation.ts";
import { inFolder, type Server, startOurs, startServer } from "../server.ts";
import { openWriter, post } from "../writers.ts";

const clients = 16;
const origin = "http://localhost:8787";

export function run({ rounds, quick }: Options): Promise<Result[]> {
  return inFolder(async (folder) => {
    const ours = await startOurs(folder, { RENOWN_LOG_LEVEL: "warn" });
    const paths = await makePaths(ours);
    const fixed = [];
    for (const path of Object.values(paths)) {
      const answer = await fetch(ours.url + path);
      fixed.push({ path, type: answer.headers.get("content-type"), body: await answer.text() });
    }
    const file = join(folder, "answers.json");
    writeFileSync(file, JSON.stringify(fixed));
    const floor = await startServer("./servers/floor.ts", { BENCH_ANSWERS: file });
    const results: Result[] = [];
    for (const [name, path] of Object.entries(paths)) {
      const each = quick ? 50 : 200;
      const contenders = [reading("ours", ours, path, each), reading("bare Hono", floor, path, each)];
      const costs = await rotate(contenders, rounds, 6);
      for (const { close } of contenders) close();
      const goal = { of: "ratio", atLeast: 0.6 } as const;
      results.push(
        compare(costs, {
          name: `read-${name}`,
          unit: "µs of CPU",
          ours: "ours",
          yardstick: "bare Hono",
          as: "speed",
          goal,
        }),
      );
    }
    await Promise.all([ours.stop(), floor.stop()]);
    return results;
  });
}

/** A document, and the credential, status list and score of somebody who has signed in. */
async function makePaths(server: Server): Promise<Record<string, string>> {
  const { url } = server;
  const { document } = await openWriter(url, "bench");
  const nonce = (await post(`${url}/v1/auth/nonce`, { purpose: "sign-in" })) as { nonce: string; statement: string };
  const site = { domain: new URL(origin).host, uri: origin, version: "1", chainId: 1 } as const;
  const message = createSiweMessage({ address: alice.address, ...site, ...nonce, issuedAt: new Date() });
  const proof = { message, signature: await alice.signMessage({ message }) };
  const { credential } = (await post(`${url}/v1/auth/siwe`, proof)) as { credential: string };
  const { id, credentialStatus } = JSON.parse(Buffer.from(credential.split(".")[1]!, "base64url").toString());
  const service = serviceAt(server);
  const lab = await openAttester(service);
  for (const work of ["a", "b", "c"])
    await attest(service, lab, userOf(alice), { work: { type: "operation", id: work.repeat(43) } });
  return {
    document: `/v1/documents/${document}`,
    credential: new URL(id).pathname,
    "status-list": new URL(credentialStatus.statusListCredential).pathname,
    score: scorePath(userOf(alice)),
  };
}

type Reading = Contender & { close(): void };

function reading(name: string, server: Server, path: string, each: number): Reading {
  const open: Client[] = Array.from({ length: clients }, () => openClient(server.port));
  const requests = open.map(() => Array.from({ length: each }, () => requestOf("GET", path)));
  const cost = async () => {
    const start = await server.cpu();
    const answers = (await sendAll(open, requests)).flat();
    const end = await server.cpu();
    const refused = answers.find(({ status }) => status !== 200);
    if (refused) throw new Error(`${name} answered ${refused.status}: ${refused.body.slice(0, 300)}`);
    return (end - start) / answers.length;
  };
  return { name, cost, close: () => void open.map((client) => client.close()) };
}
