import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, rmSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freePort } from "./free-port.ts";
import { emptyFolder, root, runNode } from "./run.ts";

const demo = join(root, "tools/demo.ts");

describe("npm run demo", () => {
  let folder: string;
  let server: ChildProcess;
  let told: string;
  beforeAll(async () => {
    folder = emptyFolder();
    const port = String(await freePort());
    const settings = { PORT: port, RENOWN_ORIGIN: "", RENOWN_DATA: folder, RENOWN_KEYS: "", RENOWN_LOG_LEVEL: "error" };
    const env = { ...process.env, ...settings };
    server = spawn(process.execPath, [join(root, "src/node.ts")], { env, stdio: ["ignore", "pipe", "inherit"] });
    const died = once(server, "exit").then(() => Promise.reject(new Error("The server did not start.")));
    await Promise.race([once(server.stdout!, "data"), died]);
    const { code, out } = await runNode([demo, "--url", `http://localhost:${port}`]);
    expect(code, out).toBe(0);
    told = out;
  });
  afterAll(async () => {
    if (server.exitCode === null && server.kill("SIGTERM")) await once(server, "exit");
    rmSync(folder, { recursive: true, force: true });
  });

  test("says how it is used, and plays nothing", async () => {
    const { code, out } = await runNode([demo, "--help"]);
    expect(code).toBe(0);
    expect(out).toContain("--url");
    expect(out).not.toContain("A wallet signs in");
  });

  test("says so and ends with 1 where there is no server to play against", async () => {
    const { code, out } = await runNode([demo, "--url", "http://localhost:1"]);
    expect(code).toBe(1);
    expect(out).toMatch(/The story broke off: http:\/\/localhost:1 cannot be reached: \S/);
  });

  test("says how it is used and ends with 2 where it does not know what it is told", async () => {
    const { code, out, errors } = await runNode([demo, "--bad"]);
    expect(code).toBe(2);
    expect(out).toBe("");
    expect(errors).toContain("--bad");
    expect(errors).toContain("npm run demo [-- --url");
  });

  test("labels every report that it prints", () => {
    const reports = told.split("\n").filter((line) => /: (valid|invalid|undetermined|equal)$/.test(line));
    expect(reports.map((line) => line.replace(/, signed by .*\)/, ""))).toEqual([
      "And it has a credential: valid",
      "The operation: valid",
      "The operation that was refused: invalid",
      "The one from before the revocation: valid",
      "The audit: valid",
      "The library, asking nobody: valid",
      "The badge in the picture: valid",
      "The credential that was kept: invalid",
      "The audit: valid",
      "The score from the export alone: equal",
    ]);
  });

  test("tells of an academy, a learner who claims, and a verifier", () => {
    expect(told).toContain("Is it ada@example.org's? valid: pass");
    expect(told).toContain("Is it mallory@example.org's? invalid: fail");
    expect(told).toContain("with the same Idempotency-Key: the same award.");
    expect(told).toMatch(/the credential now names did:pkh:eip155:1:0x[0-9a-f]{40}$/m);
    expect(told).toContain("With another name in it: invalid (proof[0]: BAD_SIGNATURE, proof[1]: BAD_SIGNATURE).");
    expect(told).toContain("It was valid (active), and is revoked now.");
    expect(told).toMatch(/fail {2}status:revocation: REVOKED\./);
    expect(told).toContain("Without the academy's log, which gives it the right to award: invalid");
  });

  test("tells of three organisations, a dispute, and a score that moves and says why", () => {
    expect(told).toMatch(/^At place \d+ of the log: 20\.0; it does not pass/m);
    expect(told).toMatch(/^At place \d+ of the log: 40\.0; it passes/m);
    expect(told).toMatch(/^ {2}entry \d+, incident: from -20 to 0 \((retracted|disputed)\)$/m);
    expect(told).toMatch(/^ {2}entry \d+ is left out: .*"struck"/m);
    expect(told).toContain("With the incident turned into an endorsement: refused (digests: CONTENT_MISMATCH");
  });

  test("says with each step how to check it", () => {
    expect(told.match(/^To check it: curl -s /gm)?.length).toBeGreaterThan(10);
    expect(told.match(/^To check it: .*…/gm)?.length).toBe(told.match(/^ +\(… is /gm)?.length);
    expect(told).toMatch(/npm run replay -- --log export\.json --operation-keys did\.json --policy/);
    // What is fetched answers for the moment that is asked about, on whatever day that is.
    expect(told).toMatch(/\/export\?at=(\S+)' -o export\.json\n.*\n.*npm run replay .* --at \1$/m);
  });
});

describe("a server of the demo's own", () => {
  const begin = `const { startServer } = await import(${JSON.stringify(join(root, "tools/demo-server.ts"))});
    process.stdout.write("url " + (await startServer()).url + "\\n");`;

  test.skipIf(process.platform === "win32").each(["SIGINT", "SIGTERM"] as const)(
    "takes no settings of its caller, and leaves nothing behind at %s",
    async (signal) => {
      const folder = emptyFolder();
      const foreign = { RENOWN_SMTP_URL: "smtp://mail.example.org", RENOWN_RATE_BURST: "1" };
      const child = spawn(process.execPath, ["--input-type=module", "-e", begin], {
        env: { ...process.env, TMPDIR: folder, ...foreign },
        stdio: ["ignore", "pipe", "inherit"],
      });
      const exit = once(child, "exit");
      const url = await Promise.race([
        urlIn(child),
        exit.then(([code]) => Promise.reject(new Error(`Ended: ${code}`))),
      ]);
      for (let i = 0; i < 3; i++) expect((await fetch(`${url}/v1/log`)).status).toBe(200);
      expect(readdirSync(folder)).toHaveLength(1);
      child.kill(signal);
      expect(await exit).toEqual([128 + constants.signals[signal], null]);
      expect(readdirSync(folder)).toEqual([]);
      rmSync(folder, { recursive: true });
    },
  );
});

/** The address that a program tells on a line of its own. */
async function urlIn({ stdout }: ChildProcess): Promise<string> {
  let said = "";
  for await (const chunk of stdout!) {
    said += chunk;
    const url = /^url (\S+)$/m.exec(said)?.[1];
    if (url !== undefined) return url;
  }
  throw new Error(said);
}
