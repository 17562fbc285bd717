// A signed operation over HTTP, from the socket to the disk and back: 32 clients, synchronous=FULL, CPU of the server.
import { join } from "node:path";
import Database from "better-sqlite3";
import { rebuild } from "../../src/operations/rebuild.ts";
import { openSqlite } from "../../src/storage/sqlite.ts";
import { allKinds } from "../../src/verify/kinds.ts";
import { wallet } from "../../tests/harness.ts";
import { openClient, requestOf, sendAll } from "../load.ts";
import { type Contender, compare, type Options, type Result, rotate } from "../measure.ts";
import { signStream } from "../operations.ts";
import { inFolder, type Server, startOurs, startServer } from "../server.ts";
import { openWriter } from "../writers.ts";

const clients = 32;
// Until then the compiler is still at work, beside the requests.
const warmUps = 10;
const realm = "bench";

export function run({ rounds, quick }: Options): Promise<Result[]> {
  return inFolder(async (folder) => {
    const each = quick ? 16 : 32;
    const ours = await startOurs(folder);
    const others = { limit: "./servers/limit.ts", floor: "./servers/floor.ts", naive: "./servers/naive.ts" };
    const servers = new Map([["ours", ours]]);
    for (const [name, file] of Object.entries(others))
      servers.set(name, await startServer(file, { RENOWN_DATA: folder }));
    const requests = await makeRequests(ours, each * (rounds + warmUps));
    const before = countEntries(folder);
    const contenders = [...servers].map(([name, server]) => underLoad(name, server, requests, each));
    const costs = await rotate(contenders, rounds, warmUps);
    for (const { close } of contenders) close();
    await Promise.all([...servers.values()].map((server) => server.stop()));
    const notes = await checked(
      folder,
      countEntries(folder) - before,
      contenders.find(({ name }) => name === "ours")!.accepted(),
    );
    return [
      compare(costs, {
        name: "accept",
        unit: "µs of CPU",
        ours: "ours",
        yardstick: "limit",
        as: "speed",
        goal: { of: "ratio", atLeast: 0.6, stretch: 0.75 },
        notes,
      }),
    ];
  });
}

/** What each client sends, one after the other. */
async function makeRequests({ url }: Server, count: number): Promise<Buffer[][]> {
  const all: Buffer[][] = [];
  for (let i = 0; i < clients; i++) {
    const stream = await openWriter(url, realm);
    const actions = await signStream(stream, count, Date.now());
    const path = `/v1/documents/${stream.document}/operations`;
    all.push(actions.map((action) => requestOf("POST", path, JSON.stringify(action))));
  }
  return all;
}

type Loaded = Contender & { accepted(): number; close(): void };

/** Each call sends the next `each` requests of every client; the cost is CPU of the server for one of them. */
function underLoad(name: string, server: Server, requests: Buffer[][], each: number): Loaded {
  const open = requests.map(() => openClient(server.port));
  let sent = 0;
  let accepted = 0;
  const cost = async () => {
    const start = await server.cpu();
    const answers = await sendAll(
      open,
      requests.map((own) => own.slice(sent, sent + each)),
    );
    const end = await server.cpu();
    sent += each;
    const refused = answers.flat().find(({ status }) => status !== 201);
    if (refused) throw new Error(`${name} answered ${refused.status}: ${refused.body.slice(0, 300)}`);
    accepted += answers.flat().length;
    return (end - start) / (each * open.length);
  };
  return { name, cost, accepted: () => accepted, close: () => void open.map((client) => client.close()) };
}

/** Rows equal answers, and the read models equal what a replay of the log makes of it. */
async function checked(folder: string, rows: number, accepted: number): Promise<string[]> {
  if (rows !== accepted) throw new Error(`${accepted} were acknowledged, and ${rows} stand in the log.`);
  const file = join(folder, "renown.sqlite");
  const before = readModels(file);
  const storage = openSqlite({ file, realm });
  await rebuild(storage.operations, storage.readModels, allKinds(wallet));
  await storage.close();
  if (readModels(file) !== before) throw new Error("The read models are not what a replay makes of the log.");
  return [`${rows} rows for ${accepted} answers of 201.`, "The read models equal a replay."];
}

function countEntries(folder: string): number {
  return withDatabase(join(folder, "renown.sqlite"), (database) =>
    database.prepare<[], number>("SELECT count(*) FROM entries").pluck().get(),
  )!;
}

function readModels(file: string): string {
  const tables = ["grants", "claims", "delegations", "renown_credentials", "profiles"];
  return withDatabase(file, (database) =>
    JSON.stringify(tables.map((table) => database.prepare(`SELECT * FROM ${table} ORDER BY 1, 2`).all())),
  );
}

function withDatabase<T>(file: string, read: (database: Database.Database) => T): T {
  const database = new Database(file, { readonly: true });
  try {
    return read(database);
  } finally {
    database.close();
  }
}
