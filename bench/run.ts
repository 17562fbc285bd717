// Measures what docs/speed.md promises, each figure beside its yardstick in the same run: `npm run bench`.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { readOptions, refuseOptions } from "../tools/options.ts";
import { describeMachine, opensslSpeed } from "./machine.ts";
import type { Options, Result } from "./measure.ts";

const usage = `npm run bench [-- --only <case>] [--rounds 9] [--quick] [--json]

Runs every case in turn; within a case limit, floor, the usual stack and ours take turns, round by round,
the first round warms up and is dropped. Ratios are medians of the rounds, with minimum and maximum.

  --only     one case: verify, verify-web, verify-workerd, verify-browser, batch, verify-lines, accept, sign-in,
             sign-in-wasm, sign-in-workerd, read, append, document, awards, badges, score, score-past, score-flat, epoch
  --rounds   counted rounds, 9 unless told otherwise
  --quick    smaller logs and fewer requests
  --json     one object {machine, date, cases} and nothing else
  --help     this text
`;

/** Cases by name; those that need another runtime's primitives run in a process of their own, with these arguments. */
const cases: Record<string, { file: string; node?: string[] }> = {
  verify: { file: "verify" },
  "verify-web": { file: "verify-web", node: ["--conditions=browser"] },
  "verify-workerd": { file: "verify-worker" },
  "verify-browser": { file: "verify-browser" },
  batch: { file: "batch" },
  "verify-lines": { file: "verify-lines" },
  accept: { file: "accept" },
  "sign-in": { file: "sign-in" },
  "sign-in-wasm": { file: "sign-in", node: ["--import", new URL("./with-wasm.ts", import.meta.url).href] },
  "sign-in-workerd": { file: "sign-in-worker" },
  read: { file: "read" },
  append: { file: "append" },
  document: { file: "document" },
  awards: { file: "awards" },
  score: { file: "score" },
  "score-past": { file: "score-past" },
  "score-flat": { file: "score-flat" },
  epoch: { file: "epoch" },
  badges: { file: "badges" },
};

const words = { speed: "times as fast as", cost: "times the cost of" };

const known = {
  only: { type: "string" },
  rounds: { type: "string", default: "9" },
  quick: { type: "boolean", default: false },
  json: { type: "boolean", default: false },
  here: { type: "boolean", default: false },
  help: { type: "boolean", short: "h", default: false },
} as const;
const values = readOptions(known, usage);
const options: Options = { rounds: Number(values.rounds), quick: values.quick };
const names = values.only === undefined ? Object.keys(cases) : [values.only];
const unknown = names.find((name) => !Object.hasOwn(cases, name));
const countable = Number.isSafeInteger(options.rounds) && options.rounds >= 1;

if (values.help) process.stdout.write(usage);
else if (unknown !== undefined) refuseOptions(`There is no case ${JSON.stringify(unknown)}.`, usage);
else if (!countable) refuseOptions("--rounds is a whole number from 1.", usage);
else if (values.here) process.stdout.write(JSON.stringify(await runHere(names[0]!)));
else await runAll();

async function runAll(): Promise<void> {
  const machine = await describeMachine();
  const openssl = opensslSpeed();
  if (!values.json) say(`${machine.cpu}, ${machine.cores} cores, Node ${machine.node}, OpenSSL ${machine.openssl}`);
  if (!values.json && openssl !== undefined) say(openssl);
  const results: Result[] = [];
  for (const name of names) {
    const found = cases[name]!.node ? runElsewhere(name, cases[name]!.node) : await runHere(name);
    results.push(...found);
    if (!values.json) for (const result of found) tell(result);
  }
  const date = new Date().toISOString();
  if (values.json) process.stdout.write(`${JSON.stringify({ machine, openssl, date, cases: results })}\n`);
  process.exitCode = 0;
}

async function runHere(name: string): Promise<Result[]> {
  const { run } = (await import(`./cases/${cases[name]!.file}.ts`)) as { run(options: Options): Promise<Result[]> };
  return run(options);
}

/** A case under other primitives: this command again, with arguments for Node, answering as JSON. */
function runElsewhere(name: string, node: readonly string[]): Result[] {
  const self = fileURLToPath(import.meta.url);
  const args = [...node, self, "--here", "--only", name, "--rounds", String(options.rounds)];
  const output = execFileSync(process.execPath, options.quick ? [...args, "--quick"] : args, {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
    maxBuffer: 2 ** 24,
  });
  return JSON.parse(output) as Result[];
}

function tell(result: Result): void {
  const { name, unit, ours, compared, ratio, min, max, goal, met } = result;
  const parts = [`${name}: ${figure(ours)} ${unit}`];
  if (ratio !== null)
    parts.push(`${figure(ratio)} ${words[compared.as]} ${compared.yardstick} (${figure(min!)} to ${figure(max!)})`);
  if (goal)
    parts.push(
      `goal ${goal.atLeast === undefined ? `at most ${goal.atMost}` : `at least ${goal.atLeast}`}: ${met ? "met" : "MISSED"}`,
    );
  say(`\n${parts.join(", ")}`);
  for (const [other, cost] of Object.entries(result.beside)) say(`    ${other.padEnd(24)} ${figure(cost)} ${unit}`);
  for (const note of result.notes) say(`    ${note}`);
}

function figure(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toFixed(2);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
