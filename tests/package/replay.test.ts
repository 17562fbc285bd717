import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { day, iso } from "../../src/kernel/time.ts";
import { attest, openAttester, person } from "../http/attester.ts";
import { get } from "../http/client.ts";
import { act } from "../http/org-access.ts";
import { exported } from "../http/score-exporter.ts";
import { startLocal } from "../http/server.ts";
import { emptyFolder, root, runNode } from "./run.ts";

const tool = join(root, "tools/replay.ts");

describe("npm run replay", () => {
  let folder: string;
  let subject: string;
  let at: string;
  const pages: string[] = [];
  beforeAll(async () => {
    folder = emptyFolder();
    const limits = { bundle: 100 };
    const service = await startLocal({ limits });
    const { did } = await person(service);
    const labs = [await openAttester(service), await openAttester(service)];
    for (const lab of labs) await attest(service, lab, did);
    const whole = await exported(service, did);
    [subject, at] = [did, whole.question.at];
    keep("export.json", whole);
    keep("better.json", { ...whole, score: { ...whole.score, score: "99.0" } });
    keep("score.json", whole.score);
    keep("refusal.json", { type: "https://renown.example/problems/TOO_MANY_REQUESTS", status: 429 });
    keep("did.json", (await get(service, "/.well-known/did.json")).body);
    keep("root.json", (await get(service, "/v1/log")).body);
    const { body } = await get(service, "/v1/operations?limit=1000");
    writeFileSync(join(folder, "log.ndjson"), body.items.map((entry: object) => JSON.stringify(entry)).join("\n"));
    expect(at).toBe(iso(service.now()));
    const { document } = labs[0]!;
    for (let i = 0; i < limits.bundle; i++) await act(service, labs[0]!, "SET_PROFILE", { name: `Name ${i}` });
    keep("partial.json", await exported(service, did));
    for (let after: number | null = 0; after !== null; pages.push(`page-${pages.length}.json`)) {
      const page = await get(service, `/v1/documents/${document}/audit?bundle=1&after=${after}&limit=60`);
      keep(`page-${pages.length}.json`, page.body);
      after = page.body.page.next;
    }
    await service.close();
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const keep = (name: string, value: unknown) => writeFileSync(join(folder, name), JSON.stringify(value));
  const run = (...args: string[]) => runNode([tool, "--realm", "test", ...args], { cwd: folder });

  test("says how it is used", async () => {
    const { code, out } = await run("--help");
    expect(code).toBe(0);
    expect(out).toContain("--operation-keys");
  });

  test("ends with 0 where all holds and the bytes are equal, and says whose keys it took", async () => {
    const asked = ["--policy", "open-work@1", "--subject", subject, "--at", at];
    const { code, out } = await run("--log", "export.json", ...asked, "--operation-keys", "did.json");
    expect(code, out).toBe(0);
    expect(out).toMatch(/^ {2}pass +signatures: /m);
    expect(out).toMatch(/^ {2}score 20\.0 \(does not pass\), digest [\w-]{43}$/m);
    expect(out).toMatch(/^Verdict: equal$/m);
    expect(out).not.toContain("untrusted");
    const alone = await run("--log", "export.json");
    expect(alone.code).toBe(0);
    expect(alone.out).toContain("untrusted");
  });

  test("holds the whole log to the root that the service has signed", async () => {
    const asked = ["--policy", "open-work@1", "--subject", subject, "--at", at, "--score", "score.json"];
    const rooted = (log: string, keys: string) =>
      run("--log", log, ...asked, "--root", "root.json", "--operation-keys", keys);
    const { code, out } = await rooted("log.ndjson", "did.json");
    expect(code, out).toBe(0);
    for (const name of ["root", "log", "admission"]) expect(out).toMatch(new RegExp(`^ {2}pass +${name}: `, "m"));
    const later = ["--at", iso(Date.parse(at) + day), "--root", "root.json", "--operation-keys", "did.json"];
    const stale = await run("--log", "log.ndjson", ...asked, ...later);
    expect([stale.code, stale.out]).toEqual([1, expect.stringMatching(/^Verdict: undetermined$/m)]);
    expect(stale.out).toContain(`unknown  root: NOT_COMPLETE. The root was signed at ${at}`);
    const part = await rooted("export.json", "did.json");
    expect([part.code, part.out]).toEqual([1, expect.stringMatching(/^Verdict: undetermined$/m)]);
    const keyless = await rooted("log.ndjson", "did:key:zDnaeYmK68TqnNGnPsZ8uEVDgJQdr7JW7pcFQsutbPREeWEmC");
    expect([keyless.code, keyless.errors]).toEqual([2, expect.stringContaining("needs the log key")]);
  });

  test("takes logs that an export leaves out from files of their own, and names them where they are not given", async () => {
    const logs = pages.flatMap((page) => ["--log", page]);
    expect(pages).toHaveLength(2);
    const { code, out } = await run("--log", "partial.json", ...logs, "--operation-keys", "did.json");
    expect(code, out).toBe(0);
    expect(out).toMatch(/^Verdict: equal$/m);
    const without = await run("--log", "partial.json");
    expect(without.code).toBe(1);
    expect(without.out).toMatch(/^ {2}unknown +leftOut: LEFT_OUT\. Logs did not come along: r1/m);
    expect(without.out).toMatch(/^Verdict: undetermined$/m);
    const lacking = await run("--log", "partial.json", ...logs.slice(0, -2));
    expect([lacking.code, lacking.errors]).toEqual([2, expect.stringContaining("is missing")]);
  });

  test("refuses an export of another realm by name", async () => {
    const { code, errors } = await runNode([tool, "--log", "export.json"], { cwd: folder });
    expect([code, errors]).toEqual([2, expect.stringContaining("the realm test, and not of main")]);
  });

  test("computes of the whole log what nobody has exported", async () => {
    const asked = ["--policy", "open-work", "--subject", subject, "--at", at];
    const whole = ["--log", "log.ndjson", "--operation-keys", "did.json", ...asked];
    const { code, out } = await run(...whole, "--score", "score.json");
    expect(code, out).toBe(0);
    expect(out).toContain("Every place up to");
    const none = await run(...whole);
    expect(none.code).toBe(1);
    expect(none.out).toContain("There is no score to compare with.");
  });

  test("ends with 1 where the number is another, and with 2 where it cannot begin", async () => {
    const { code, out } = await run("--log", "better.json", "--json");
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ verdict: "unequal", differs: ["score"] });
    for (const [args, why] of [
      [[], "--log is missing"],
      [["--log", "none.json"], "none.json cannot be read"],
      [["--log", "did.json"], "neither an export"],
      [["--log", "refusal.json"], "refusal.json holds a refusal of the service, TOO_MANY_REQUESTS"],
      [["--log", "export.json", "--operation-keys", "refusal.json"], "TOO_MANY_REQUESTS: ask again"],
      [["--log", "export.json", "--at", "yesterday"], "UNREADABLE_DATE"],
      [["--log", "export.json", "--subject", `${subject.slice(0, -1)}x`], "INVALID_INPUT"],
      [["--log", "export.json", "--score", "score.json", "--digest", "x"], "not both"],
    ] as const) {
      const { code: ended, errors } = await run(...args);
      expect([ended, errors]).toEqual([2, expect.stringContaining(why)]);
      expect(errors).toContain("--help");
    }
  });
});
