import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { root, runNode } from "./run.ts";

const launcher = join(root, "tools/node24.mjs");

/** Node's arguments that make the launcher believe it runs elsewhere. */
function pretending(platform: string, version: string): string[] {
  const lies = `Object.defineProperty(process, "platform", { value: "${platform}" });
    Object.defineProperty(process, "versions", { value: { ...process.versions, node: "${version}" } });`;
  return ["--import", `data:text/javascript,${encodeURIComponent(lies)}`];
}

describe("the launcher", () => {
  test("runs a command on Node 24", async () => {
    const { code, out } = await runNode([launcher, "node", "-p", "process.versions.node"]);
    expect(code).toBe(0);
    expect(Number.parseInt(out, 10)).toBeGreaterThanOrEqual(24);
  });

  test("finds the commands of npm packages", async () => {
    expect((await runNode([launcher, "tsc", "--version"])).out).toMatch(/^Version 7\./);
  });

  test("hands arguments over as they are, blanks and quotes too", async () => {
    const args = ["a b", `"c"`, "d&e"];
    const { out } = await runNode([launcher, "node", "-p", "JSON.stringify(process.argv.slice(1))", ...args]);
    expect(JSON.parse(out)).toEqual(args);
  });

  test("ends with the code of the command", async () => {
    expect((await runNode([launcher, "node", "-e", "process.exit(7)"])).code).toBe(7);
  });

  test("says one sentence where no Node 24 comes from npm and the running one is older", async () => {
    const ended = await runNode([...pretending("sunos", "20.11.0"), launcher, "node", "--version"]);
    expect(ended).toMatchObject({ code: 1, out: "" });
    expect(ended.errors).toBe(
      `Node 24 is needed: none comes from npm for sunos-${process.arch}, and this is Node 20.11.0.\n`,
    );
  });

  test("takes the running Node where none comes from npm and it is new enough", async () => {
    const lies = pretending("sunos", "24.0.0");
    const { code, out } = await runNode([...lies, launcher, "node", "-p", "process.execPath"]);
    expect(code).toBe(0);
    expect(out.trim()).toBe(process.execPath);
  });

  test("says what is missing where the command is not there", async () => {
    const { code, errors } = await runNode([launcher, "no-such-command"]);
    expect(code).not.toBe(0);
    expect(errors).toContain("no-such-command");
  });
});
