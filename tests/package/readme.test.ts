import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { settings } from "../../src/config.ts";
import { sentences } from "../../src/kernel/failure.ts";
import { freePort } from "./free-port.ts";
import { emptyFolder, root } from "./run.ts";

const read = (path: string) => readFileSync(join(root, path), "utf8");
const decisions = readdirSync(join(root, "docs/decisions")).map((name) => `docs/decisions/${name}`);
const pages = readdirSync(join(root, "docs")).filter((name) => name.endsWith(".md"));
const papers = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", ...pages.map((name) => `docs/${name}`), ...decisions];
const { scripts } = JSON.parse(read("package.json"));

/** Papers whose commands form one script each. */
const guides = ["docs/http.md", "docs/badges.md"];

/** Blocks of a paper between fences, in order. */
function blocksOf(paper: string): Block[] {
  const fences = read(paper).matchAll(/^```(\w*)\n(.*?)^```$/gms);
  return [...fences].map(([, language = "", text = ""]) => ({ language, text }));
}

/** Rows of the table that begins with `head`, as the texts of their cells, without the marks of code. */
function tableOf(paper: string, head: string): string[][] {
  const lines = read(paper).split("\n");
  const rows = lines.slice(lines.findIndex((line) => line.startsWith(head)) + 2);
  const end = rows.findIndex((line) => !line.startsWith("|"));
  return rows.slice(0, end < 0 ? undefined : end).map((row) =>
    row
      .slice(1, -1)
      .split("|")
      .map((cell) => cell.trim().replace(/^`([^`]*)`$/, "$1")),
  );
}

describe.each(papers)("%s", (paper) => {
  const text = read(paper);

  test("names only files that are there", () => {
    const named = /(?<![\w./~-])(?:src|tests|tools|docs|bench|migrations|contracts-abi|\.ci)\/[\w./-]*[\w/]/g;
    const paths = [...text.matchAll(named)].map(([path]) => path);
    expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  test("links only to what is there", () => {
    const prose = text.replaceAll(/^```.*?^```$/gms, "");
    const links = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1]!);
    const own = links.filter((link) => !/^(https?:|#)/.test(link)).map((link) => link.replace(/#.*/, ""));
    expect(own.filter((link) => !existsSync(join(root, dirname(paper), link)))).toEqual([]);
  });

  test("names only scripts that npm has", () => {
    const named = [...text.matchAll(/\bnpm (?:run (?:--silent )?([\w:-]+)|(start|test)\b)/g)].map(
      (match) => match[1] ?? match[2]!,
    );
    expect(named.filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
  });

  test("names only codes and settings that the source knows", () => {
    const words = [...text.matchAll(/\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b|`([A-Z]{4,})`/g)].map(
      ([all, one]) => one ?? all,
    );
    expect(words.filter((word) => !known.has(word))).toEqual([]);
  });
});

/** Every word in capitals that the source writes as a text or a name, and those that belong to others. */
const known = new Set([
  ...readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts"))
    .flatMap((path) => [...read(join("src", path)).matchAll(/(?<=["'\s.])[A-Z][A-Z0-9_]*(?=["':])/g)].map(String)),
  ...Object.keys(sentences),
  ...Object.keys(settings),
  // Variables of the examples and of a test, a signal, and what Powerhouse's reactor knows and this one refuses.
  ...[
    "TOKEN",
    "USER_DID",
    "RENOWN_RPC_1",
    "RENOWN_URL",
    "OPEN_BADGES_SCHEMA",
    "SIGTERM",
    "SIGINT",
    "UNDO",
    "REDO",
    "NOOP",
    "PRUNE",
    "LOAD_STATE",
  ],
]);

describe("the README", () => {
  test("has every setting in its table, with what it is unless set and what it means", () => {
    const rows = Object.entries(settings).map(([name, { unset, means }]) => [name, unset, means]);
    expect(tableOf("README.md", "| setting |")).toEqual(rows);
  });

  test("has every script for users among its commands", () => {
    const named = new Set([...read("README.md").matchAll(/\bnpm (?:run )?([\w:-]+)/g)].map((match) => match[1]));
    expect(Object.keys(scripts).filter((name) => name !== "format" && !named.has(name))).toEqual([]);
  });
});

describe("what the papers print", () => {
  let folder: string;
  let server: ChildProcess;
  let url: string;

  beforeAll(async () => {
    folder = emptyFolder();
    url = `http://localhost:${await freePort()}`;
    const env = { ...process.env, PORT: new URL(url).port, RENOWN_ORIGIN: "", RENOWN_DATA: join(folder, "data") };
    const limits = { RENOWN_REALM: "", RENOWN_KEYS: "", RENOWN_RATE_BURST: "1000", RENOWN_LOG_LEVEL: "error" };
    server = spawn(process.execPath, [join(root, "src/node.ts")], {
      env: { ...env, ...limits },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const died = once(server, "exit").then(() => Promise.reject(new Error("The server did not start.")));
    await Promise.race([once(server.stdout!, "data"), died]);
  });
  afterAll(async () => {
    if (server.exitCode === null && server.kill("SIGTERM")) await once(server, "exit");
    rmSync(folder, { recursive: true, force: true });
  });

  const run = (command: string, args: string[], cwd = folder) =>
    execFileSync(command, args, { cwd, encoding: "utf8", env: { ...process.env, RENOWN: url } });
  const runText = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return run(process.execPath, [name]);
  };

  test("does what the README says: sign in, delegate, revoke; then verify over HTTP and in process", () => {
    const [contributor, hostApp] = blocksOf("README.md").filter(({ language }) => language === "ts");
    const story = runText("try.ts", contributor!.text);
    expect(story).toMatch(/^signed in: did:pkh:.*^delegated: LIVE .*^admitted: .*^revoked: REVOKED$/ms);
    const verdicts = runText("check.ts", hostApp!.text);
    expect(verdicts).toMatch(/^undetermined .*^pass signature .*^unknown delegation .*^valid /ms);
    expect(verdicts).toMatch(/^when it was admitted: valid\nas of now: invalid REVOKED$/m);
  });

  test.skipIf(!canFollow())("verifies with the command that the README gives", () => {
    const [command] = blocksOf("README.md").filter(({ text }) => text.includes("/v1/operations/verify"));
    const { results } = JSON.parse(run("sh", ["-c", command!.text.replace("http://localhost:8787", url)]));
    expect(results).toMatchObject([{ verdict: "valid", binding: "full" }]);
  });

  test.skipIf(!canFollow())("replays a score from the whole log with the loop of docs/reputation.md", () => {
    const [loop] = blocksOf("docs/reputation.md").filter(({ text }) => text.includes("--root"));
    const replay = loop!.text.replace("npm run replay --", `node '${join(root, "tools/replay.ts")}'`);
    const subject = `did:pkh:eip155:1:0x${"1".repeat(40)}`;
    const told = run("sh", ["-c", `set -e\nDID=${subject}\n${replay}`]);
    for (const name of ["root", "log", "admission"]) expect(told).toMatch(new RegExp(`^ {2}pass +${name}: `, "m"));
    expect(told).toMatch(/^Verdict: equal$/m);
  });

  test("calls each address of the API by its name, and says for whom it is", async () => {
    const { paths } = (await (await fetch(`${url}/openapi.json`)).json()) as { paths: Paths };
    const rows = [];
    for (const [path, methods] of Object.entries(paths)) {
      const shared = await sharedMethods(url + path.replace(/\{\w+\}/g, "x"));
      for (const [name, { summary, security = [] }] of Object.entries(methods)) {
        const callers = security.flatMap((each) => Object.keys(each)).map((caller) => whom[caller]);
        const method = name.toUpperCase();
        const who = callers.filter((each) => each !== "").join(", ") || "anybody";
        rows.push([`${method} ${path}`, summary, who, shared.includes(method) ? "yes" : ""]);
      }
    }
    expect(tableOf("docs/http.md", "| address |")).toEqual(rows);
  });

  // curl and a shell are the reader's; where a machine lacks them nobody could follow the guides.
  test.skipIf(!canFollow()).each(guides)("answers in %s as the server does", { timeout: 300_000 }, (guide) => {
    const blocks = blocksOf(guide);
    const mark = "----- next -----";
    const steps = blocks.flatMap(({ language, text }, i) =>
      language === "sh" ? [{ script: text, printed: answerTo(blocks[i + 1]) }] : [],
    );
    // What the README awards and checks rests on what that guide leaves.
    const more = blocksOf("README.md").filter(
      ({ text }) => guide === "docs/badges.md" && text.includes(".tmp/badges/"),
    );
    for (const { text } of more) steps.push({ script: text.replace("http://localhost:8787", url), printed: undefined });
    const script = steps.map((step) => `${step.script}printf '\\n${mark}\\n'\n`).join("");
    // A guide works in the folder of a checkout, and leaves files there.
    const tools = join(folder, "tools");
    if (!existsSync(tools)) symlinkSync(join(root, "tools"), tools, "junction");
    const outputs = run("sh", ["-c", `set -e\n${script}`]).split(`${mark}\n`);
    expect(steps.length).toBeGreaterThan(15);
    if (more.length > 0) {
      const [awarded, checked] = outputs.slice(-3);
      expect(awarded).toMatch(/"claimLink":.*"key":"2026-003","ok":true/s);
      expect(checked).toContain('"carrier":"image/svg+xml"');
    }
    for (const [i, { printed }] of steps.entries()) {
      const answered = outputs[i]!.trim();
      if (printed?.language === "text")
        expect(answered.replaceAll(" ", "")).toBe(printed.text.trim().replaceAll(" ", ""));
      if (printed?.language === "json")
        expect(outline(JSON.parse(answered))).toEqual(outline(JSON.parse(printed.text)));
    }
  });
});

type Block = { language: string; text: string };
type Paths = Record<string, Record<string, { summary: string; security?: Record<string, unknown>[] }>>;

/** Callers of the API's description in the words of the guide; the cookie of a page stands for the wallet's session too. */
const whom: Record<string, string> = {
  session: "the wallet's session",
  page: "",
  app: "the app's own token",
  operator: "the operator",
  client: "an organisation's client",
};

/** The methods that pages of other origins may use there. */
async function sharedMethods(address: string): Promise<string[]> {
  const { headers } = await fetch(address, { method: "OPTIONS" });
  return (headers.get("access-control-allow-methods") ?? "").split(", ");
}

function canFollow(): boolean {
  try {
    execFileSync("sh", ["-c", "command -v curl"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

function answerTo(block: Block | undefined): Block | undefined {
  return block && ["json", "text"].includes(block.language) ? block : undefined;
}

/** Members whose values are the same in every run. */
const telling = new Set(
  "verdict binding state outcome required code name kind scope by method status title index skip form types".split(" "),
);

/** What two answers to the same command have in common: the names, the types, and what is telling. */
function outline(value: unknown, name = ""): unknown {
  if (Array.isArray(value)) return value.map((each) => outline(each, name));
  if (typeof value !== "object" || value === null) return telling.has(name) ? value : typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, outline(each, key)]));
}
