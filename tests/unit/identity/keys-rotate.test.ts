import { execFile } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { makeServiceKeys, parseServiceKeys, signerAt } from "../../../src/identity/service-keys.ts";
import { minute } from "../../../src/kernel/time.ts";
import { now } from "./message.ts";

const tool = new URL("../../../tools/keys-rotate.ts", import.meta.url).pathname;
const run = promisify(execFile);

describe("keys:rotate", () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "renown-keys-"));
    path = join(folder, "keys.json");
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const rotate = (args: string[] = [], environment: Record<string, string> = {}) =>
    run(process.execPath, [tool, ...args], { env: { ...process.env, RENOWN_DATA: folder, ...environment } });
  const read = () => parseServiceKeys(JSON.parse(readFileSync(path, "utf8")));

  test("puts a new signing key in use, keeps the old one, and says the new one's name", async () => {
    const before = await makeServiceKeys(now);
    writeFileSync(path, JSON.stringify(before));
    chmodSync(path, 0o644);
    const { stdout, stderr } = await rotate();
    const after = read();
    expect(stdout.trim()).toBe(signerAt(after).kid);
    const retired = after.signing[0]!.retired!;
    expect(stderr).toContain(`retires at ${retired}. Restart the service before then: `);
    expect(Date.parse(retired) - Date.parse(after.signing[1]!.created)).toBe(15 * minute);
    expect(after.signing).toHaveLength(2);
    expect(after.signing[0]).toEqual({ ...before.signing[0], retired: expect.any(String) });
    expect({ ...after, signing: before.signing }).toEqual(before);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(["keys.json"]);
  });

  test("rotates the operation key where asked to", async () => {
    const before = await makeServiceKeys(now);
    writeFileSync(path, JSON.stringify(before));
    const { stdout } = await rotate(["--operation"]);
    const after = read();
    expect(stdout.trim()).toBe(after.operation[1]!.kid);
    expect(after.signing).toEqual(before.signing);
  });

  test("retires the old key at once where it is told to, and says what that means", async () => {
    writeFileSync(path, JSON.stringify(await makeServiceKeys(now)));
    const { stderr } = await rotate(["--operation", "--now"]);
    const [old, fresh] = read().operation;
    expect(old!.retired).toBe(fresh!.created);
    expect(stderr).toContain("until it has the new key, what it signs counts for nothing");
  });

  test("does not give a key that retires soon any longer", async () => {
    writeFileSync(path, JSON.stringify(await makeServiceKeys(now)));
    await rotate();
    const { retired } = read().signing[0]!;
    expect((await rotate()).stderr).toContain(`retires at ${retired}. Restart`);
    expect(read().signing.map((key) => key.retired)).toEqual([retired, expect.any(String), undefined]);
  });

  test("retires at once what was to retire soon as well, for the leak may be found late", async () => {
    writeFileSync(path, JSON.stringify(await makeServiceKeys(now)));
    await rotate();
    await rotate(["--now"]);
    const [first, second, third] = read().signing;
    expect([first!.retired, second!.retired]).toEqual([third!.created, third!.created]);
  });

  test.each([
    ["there are no keys", undefined, [], {}, "keys.json cannot be read"],
    ["the keys are empty", "", [], {}, "keys.json cannot be used: The file is empty."],
    ["the keys are cut", '{"signing":[', [], {}, "keys.json cannot be used: It is no JSON"],
    ["the keys are broken", '{"signing":[]}', [], {}, "is not"],
    ["npm has taken the options", "{}", [], { npm_config_now: "true" }, "put -- before them"],
    ["the keys come from the environment", "{}", [], { RENOWN_KEYS: "{}" }, "The keys come from RENOWN_KEYS"],
  ])("fails with a sentence where %s, and changes nothing", async (_name, text, args, environment, sentence) => {
    if (text !== undefined) writeFileSync(path, text);
    await expect(rotate(args, environment)).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining(sentence),
    });
    expect(readdirSync(folder).map((name) => readFileSync(join(folder, name), "utf8"))).toEqual(
      text === undefined ? [] : [text],
    );
  });

  test("tells how it is used, where it is asked for something else as well", async () => {
    await expect(rotate(["--everything"])).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/--everything.*npm run keys:rotate/s),
    });
    expect((await rotate(["--help"])).stdout).toContain("npm run keys:rotate");
  });
});
