import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { iso } from "../../src/kernel/time.ts";
import { attest, openAttester, person } from "../http/attester.ts";
import { get } from "../http/client.ts";
import { exported } from "../http/score-exporter.ts";
import { startLocal } from "../http/server.ts";
import { emptyFolder, root, runNode } from "./run.ts";

const tool = join(root, "tools/replay.ts");

describe("npm run replay", () => {
  let folder: string;
  let subject: string;
  let at: string;
  beforeAll(async () => {
    folder = emptyFolder();
    const service = await startLocal();
    const { did } = await person(service);
    for (const lab of [await openAttester(service), await openAttester(service)]) await attest(service, lab, did);
    const whole = await exported(service, did);
    [subject, at] = [did, whole.question.at];
    keep("export.json", whole);
    keep("better.json", { ...whole, score: { ...whole.score, score: "99.0" } });
    keep("score.json", whole.score);
    keep("did.json", (await get(service, "/.well-known/did.json")).body);
    const { body } = await get(service, "/v1/operations?limit=1000");
    writeFileSync(join(folder, "log.ndjson"), body.items.map((entry: object) => JSON.stringify(entry)).join("\n"));
    expect(at).toBe(iso(service.now()));
    await service.close();
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const keep = (name: string, value: unknown) => writeFileSync(join(folder, name), JSON.stringify(value));
  const run = (...args: string[]) => runNode([tool, ...args], { cwd: folder });

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

  test("computes of the whole log what nobody has exported", async () => {
    const asked = ["--policy", "open-work", "--subject", subject, "--at", at, "--realm", "test"];
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
