// A score of a thousand attestations with its explanation: computed, told as of another place in the log, asked again.
import { createHash } from "node:crypto";
import { join } from "node:path";
import Database from "better-sqlite3";
import { Hono } from "hono";
import type { Did } from "../../src/identity/did.ts";
import { openSqlite } from "../../src/storage/sqlite.ts";
import { type Contender, compare, cpuOf, type Options, type Result, rotate } from "../measure.ts";
import { asking, attesting, career, openService, organizations, realm, scorePath, walletOf } from "../reputation.ts";
import { inFolder } from "../server.ts";

const attestations = 1_000;
const warmUps = 8;

export function run({ rounds, quick }: Options): Promise<Result[]> {
  return inFolder(async (folder) => {
    const file = join(folder, "score.sqlite");
    const storage = openSqlite({ file, realm });
    const log = attesting(storage);
    const raters = await organizations(log, 20);
    const subject = walletOf(1000);
    await log.attest(career(subject, raters, attestations));
    const { app } = await openService(storage);
    const path = scorePath(subject);
    const ask = asking(app);
    const [bare, explained] = [JSON.parse(await ask(path)), JSON.parse(await ask(`${path}?explain=full`))];
    const lists = JSON.parse(await ask(`${path}/evidence?limit=500`)).items as unknown[];
    const floor = new Hono();
    floor.get(path, (c) => c.json(c.req.query("explain") === undefined ? bare : explained));

    const anew = (name: string, about: Did): Contender => ({
      name,
      cost: async () => {
        await log.more(about);
        return cpuOf(1, () => ask(`${path}?explain=full`));
      },
    });
    const each = quick ? 50 : 200;
    const inTurn = (name: string, path: string, by: typeof ask): Contender => ({
      name,
      cost: () =>
        cpuOf(each, async () => {
          for (let i = 0; i < each; i++) await by(path);
        }),
    });
    const asked = asking(floor);
    const reading = readingOf(file, subject, [...lists, ...lists].slice(0, attestations));
    const first = await rotate(
      // One more about the subject, and one about somebody else: that, too, is another place in the log.
      [anew("cold", subject), anew("log moved on", walletOf(2000)), reading],
      rounds * 2,
      warmUps,
    );
    const again = await rotate(
      [
        inTurn("kept, explained", `${path}?explain=full`, ask),
        inTurn("bare Hono, explained", `${path}?explain=full`, asked),
        inTurn("kept", path, ask),
        inTurn("bare Hono", path, asked),
      ],
      rounds,
      warmUps,
    );
    reading.close();
    await storage.close();
    const common = { unit: "µs of CPU", as: "speed" } as const;
    const notes = [`${attestations} attestations by ${raters.length} organisations; ${bare.evidence.counted} count.`];
    return [
      compare(first, {
        name: "score-moved",
        unit: "µs of CPU",
        ours: "log moved on",
        yardstick: reading.name,
        as: "cost",
      }),
      compare(first, {
        name: "score-cold",
        unit: "µs of CPU",
        ours: "cold",
        yardstick: reading.name,
        as: "cost",
        notes,
      }),
      compare(again, {
        ...common,
        name: "score-explained",
        ours: "kept, explained",
        yardstick: "bare Hono, explained",
      }),
      compare(again, { ...common, name: "score-kept", ours: "kept", yardstick: "bare Hono" }),
    ];
  });
}

/** What no score can do without, as SQLite, V8 and OpenSSL do it: the rows, the text of the lists, its digest. */
function readingOf(file: string, subject: string, lists: unknown[]): Contender & { close(): void } {
  const database = new Database(file, { readonly: true });
  const rows = database
    .prepare(
      "SELECT seq, subject, rater, context, authority, field, kind, value, standing, admitted_at, valid_from, valid_until, " +
        "retracted_seq, disputed_seq, operation, document, entry, claimed_at, work_type, work_id " +
        "FROM attestations WHERE subject = ? ORDER BY seq",
    )
    .raw();
  const cost = () =>
    cpuOf(1, () => {
      const found = rows.all(subject);
      const digest = createHash("sha256").update(JSON.stringify(lists)).digest("base64url");
      if (found.length < attestations || digest.length !== 43) throw new Error("There are not so many rows.");
    });
  return { name: "rows, text, digest", cost, close: () => void database.close() };
}
