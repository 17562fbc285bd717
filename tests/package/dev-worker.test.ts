import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, readFileSync, rmSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseServiceKeys } from "../../src/identity/service-keys.ts";
import { freePort } from "./free-port.ts";
import { emptyFolder, root, runNode } from "./run.ts";

describe("npm run dev:worker", () => {
  test("says how it is used, and starts nothing", async () => {
    const { code, out } = await runNode([join(root, "tools/dev-worker.ts"), "--help"]);
    expect(code).toBe(0);
    expect(out).toContain("--port");
  });

  test("ends with 2 where it does not know what it is told", async () => {
    const { code, errors } = await runNode([join(root, "tools/dev-worker.ts"), "--bad"]);
    expect(code).toBe(2);
    expect(errors).toContain("npm run dev:worker");
  });

  // In a copy of the checkout, because .dev.vars belongs to whoever works in this one.
  describe.skipIf(!existsSync(join(root, "src/worker.ts")))("in a fresh checkout", () => {
    let folder: string;

    beforeAll(() => {
      folder = emptyFolder();
      for (const part of [
        "src",
        "contracts-abi",
        "tools",
        "migrations",
        "wrangler.toml",
        "package.json",
        "tsconfig.json",
      ])
        cpSync(join(root, part), join(folder, part), { recursive: true });
      symlinkSync(join(root, "node_modules"), join(folder, "node_modules"), "junction");
    });
    afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));

    test("makes the keys once, for nobody else to read, and serves", async () => {
      await expect(serve(folder)).resolves.toBe(200);
      const vars = join(folder, ".dev.vars");
      const made = readFileSync(vars, "utf8");
      if (process.platform !== "win32") expect(statSync(vars).mode & 0o777).toBe(0o600);
      const keys = /^RENOWN_KEYS='(.*)'$/m.exec(made)?.[1];
      expect(() => parseServiceKeys(JSON.parse(keys!))).not.toThrow();
      await expect(serve(folder)).resolves.toBe(200);
      expect(readFileSync(vars, "utf8")).toBe(made);
    });
  });
});

/** The status of /health/live, once it answers. */
async function serve(folder: string): Promise<number> {
  const port = await freePort();
  const child = spawn(process.execPath, ["tools/dev-worker.ts", "--port", String(port)], { cwd: folder });
  try {
    return await firstStatus(child, `http://localhost:${port}/health/live`);
  } finally {
    child.kill("SIGTERM");
    await once(child, "exit");
  }
}

/** It says where it listens before it does; what it said last is what a failure shows. */
async function firstStatus(child: ChildProcess, url: string): Promise<number> {
  let said = "";
  child.stdout!.on("data", (chunk) => (said += chunk));
  child.stderr!.on("data", (chunk) => (said += chunk));
  while (child.exitCode === null) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer) return answer.status;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(said);
}
