import { spawn } from "node:child_process";
import { chmodSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { makeServiceKeys, operationDid, rotate, type ServiceKeys } from "../../src/identity/service-keys.ts";
import { keepBeginning } from "../../src/storage/installation-store.ts";
import { openSqlite } from "../../src/storage/sqlite.ts";
import { emptyFolder, root, runNode } from "./run.ts";

const now = Date.parse("2026-11-20T12:00:00.000Z");

let data: string;
let keys: ServiceKeys;
beforeEach(async () => {
  data = emptyFolder();
  keys = await makeServiceKeys(now);
});
afterEach(() => rmSync(data, { recursive: true, force: true }));

const pathOf = (name: string) => join(data, name);
const putKeys = (text: string) => writeFileSync(pathOf("keys.json"), text);

/** A database as a start with these keys leaves it. */
async function begin(given: ServiceKeys): Promise<void> {
  const storage = openSqlite({ file: pathOf("renown.sqlite"), realm: "main" });
  await keepBeginning(storage.db, { realm: "main", did: "did:web:localhost%3A8787", keys: given, clock: () => now });
  await storage.close();
}

/** Starts the server, which refuses: with 1, nothing on stdout, and one line behind the heading. */
async function refused(settings: Record<string, string> = {}): Promise<string> {
  const { code, out, errors } = await runNode([join(root, "src/node.ts")], { env: environment(settings) });
  expect([code, out]).toEqual([1, ""]);
  const [heading, line, ...more] = errors.split("\n");
  expect([heading, more]).toEqual(["The configuration has mistakes:", [""]]);
  return line!;
}

function environment(given: Record<string, string>): Record<string, string | undefined> {
  const settings = Object.entries(process.env).filter(([name]) => !name.startsWith("RENOWN_"));
  const env = {
    RENOWN_KEYS: "",
    RENOWN_REALM: "",
    PORT: "0",
    RENOWN_ORIGIN: "http://localhost:8787",
    RENOWN_DATA: data,
  };
  return { ...Object.fromEntries(settings), ...env, ...given };
}

describe("a start that is refused", () => {
  test("makes no keys where a database has lost its own", async () => {
    await begin(keys);
    const line = await refused();
    expect(line).toContain(`${pathOf("keys.json")} is missing`);
    expect(line).toContain("bring it back");
    expect(readdirSync(data)).not.toContain("keys.json");
  });

  test("names the key that keys of before a rotation lack, and changes nothing", async () => {
    const rotated = await rotate(keys, "operation", now);
    await begin(rotated);
    putKeys(JSON.stringify(keys));
    const line = await refused();
    expect(line).toContain(operationDid(rotated.operation[1]!));
    expect(line).toContain("bring back its latest keys.json");
    expect(readFileSync(pathOf("keys.json"), "utf8")).toBe(JSON.stringify(keys));
  });

  test.each([
    ["is empty", () => "", "The file is empty."],
    ["is cut", (whole: string) => whole.slice(0, 100), "only a part of it is there"],
    ["has a broken key", (whole: string) => whole.replace('"P-256"', '"P-384"'), "is no private JWK of P-256."],
  ])("names keys.json where it %s, and makes no database", async (_, change, says) => {
    const text = change(JSON.stringify(keys));
    putKeys(text);
    const line = await refused();
    expect(line).toContain(`The keys in ${pathOf("keys.json")} cannot be used: `);
    expect(line).toContain(says);
    expect(line).toContain("Bring back a copy");
    expect(readdirSync(data)).toEqual(["keys.json"]);
    expect(readFileSync(pathOf("keys.json"), "utf8")).toBe(text);
  });

  test.each([
    ["cut in the middle", () => truncateSync(pathOf("renown.sqlite"), 40_000)],
    ["cut in its first bytes", () => truncateSync(pathOf("renown.sqlite"), 60)],
    ["another file", () => writeFileSync(pathOf("renown.sqlite"), "x".repeat(9000))],
  ])("names renown.sqlite where it is %s, and makes no keys", async (_, spoil) => {
    await begin(keys);
    spoil();
    const line = await refused();
    expect(line).toContain(`The database ${pathOf("renown.sqlite")} cannot be opened: `);
    expect(line).toContain("bring back a backup");
    expect(readdirSync(data)).not.toContain("keys.json");
  });

  test.each([
    ["is a file", () => pathOf("file"), "file is no directory. "],
    ["lies below a file", () => pathOf("file/data"), "file is no directory. "],
  ])("names RENOWN_DATA where it %s", async (_, folder, says) => {
    writeFileSync(pathOf("file"), "");
    const line = await refused({ RENOWN_DATA: folder() });
    expect(line).toMatch(/^ {2}RENOWN_DATA: The directory /);
    expect(line).toContain(says);
    expect(line).toContain("Name one");
  });

  test.runIf(process.platform === "linux")("names RENOWN_DATA where nothing can be made, as below /proc", async () => {
    expect(await refused({ RENOWN_DATA: "/proc/nope/data" })).toMatch(
      /^ {2}RENOWN_DATA: .*nothing can be made there\./,
    );
  });

  test("names HOST where it is no address of this machine", async () => {
    const line = await refused({ HOST: "192.0.2.1" });
    expect(line).toMatch(/^ {2}HOST: 192\.0\.2\.1 is no address of this machine; 0\.0\.0\.0/);
  });
});

describe("a start with arguments", () => {
  const startWith = (...args: string[]) => runNode([join(root, "src/node.ts"), ...args], { env: environment({}) });

  test.each(["--help", "-h"])("says how it is used by %s, and opens nothing", async (name) => {
    const { code, out, errors } = await startWith(name);
    expect([code, errors]).toEqual([0, ""]);
    for (const setting of ["PORT", "HOST", "RENOWN_DATA", "RENOWN_ORIGIN", "README"]) expect(out).toContain(setting);
    expect(readdirSync(data)).toEqual([]);
  });

  test.each([
    [["--port", "9999"], "--port"],
    [["--help", "9999"], "9999"],
  ])("ends with 2 where there is no such one: %j", async (args, unknown) => {
    const { code, out, errors } = await startWith(...args);
    expect([code, out]).toEqual([2, ""]);
    expect(errors).toContain(`There is no argument "${unknown}" here.\n\nUsage: npm start\n`);
    expect(readdirSync(data)).toEqual([]);
  });
});

/** Starts the server, which listens, and stops it: what it said. */
async function started(settings: Record<string, string> = {}): Promise<string> {
  const env = environment(settings) as NodeJS.ProcessEnv;
  const child = spawn(process.execPath, [join(root, "src/node.ts")], { env });
  let out = "";
  const ended = new Promise((resolve) => child.once("close", (code) => resolve(code)));
  const listens = new Promise<void>((resolve) => {
    child.stdout.on("data", (text) => {
      out += text;
      if (out.includes("Renown listens on")) resolve();
    });
  });
  await Promise.race([listens, ended]);
  child.kill("SIGTERM");
  expect(await ended).toBe(0);
  return out;
}

describe("a start", () => {
  test("makes the data directory and those above it, for nobody else, and says by which signal it ends", async () => {
    const folder = pathOf("a/b");
    const out = await started({ RENOWN_DATA: folder });
    for (const each of [folder, pathOf("a")]) expect(statSync(each).mode & 0o777).toBe(0o700);
    const last = out.trimEnd().split("\n").at(-1)!;
    expect(JSON.parse(last)).toMatchObject({ level: "info", message: "stopping", signal: "SIGTERM" });
  });

  describe.skipIf(process.platform === "win32")("with keys in a file", () => {
    const warnings = (out: string) => out.split("\n").filter((line) => line.includes('"level":"warn"'));

    test.each(["0640", "0604"])("warns where others of this machine may read it, by mode %s", async (mode) => {
      putKeys(JSON.stringify(keys));
      chmodSync(pathOf("keys.json"), mode);
      const [warning, ...more] = warnings(await started());
      expect(more).toEqual([]);
      expect(JSON.parse(warning!)).toMatchObject({
        message: "others may read the keys",
        file: pathOf("keys.json"),
        mode,
        remedy: `chmod 600 ${pathOf("keys.json")}`,
      });
    });

    test("warns of nothing where nobody else may, and of no file that is not read", async () => {
      expect(warnings(await started())).toEqual([]);
      chmodSync(pathOf("keys.json"), 0o644);
      const whole = readFileSync(pathOf("keys.json"), "utf8");
      expect(warnings(await started({ RENOWN_KEYS: whole }))).toEqual([]);
    });
  });
});
