/**
 * Writes tests/vectors/{valid,invalid}: signs what each law needs with the test keys, plays it, holds what comes of it to
 * what `tools/vectors` expects of it, and writes both down. The same files come out each time.
 */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { iso } from "../src/kernel/time.ts";
import { operationKey } from "../tests/harness.ts";
import { type Outcome, play, type Vector } from "../tests/vectors/play.ts";
import type { Case } from "./vectors/cases.ts";
import { invalidCases } from "./vectors/invalid.ts";
import { now, realm } from "./vectors/signing.ts";
import { validCases } from "./vectors/valid.ts";

export const folder = new URL("../tests/vectors/", import.meta.url);

/** Every vector under its path, as its file has it. */
export async function makeVectors(): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const [place, cases] of [
    ["valid", await validCases()],
    ["invalid", await invalidCases()],
  ] as const)
    for (const each of cases) {
      const path = `${place}/${each.name}.json`;
      if (files.has(path)) throw new Error(`${path} stands there twice.`);
      files.set(path, `${JSON.stringify(await makeVector(each), null, 2)}\n`);
    }
  return files;
}

async function makeVector(each: Case): Promise<Vector> {
  const vector = {
    law: each.law ?? sentence(each.name),
    realm,
    now: iso(each.now ?? now),
    operationKeys: [operationKey.did] as [string],
    given: [...(each.given ?? [])],
    when: each.when,
  };
  const outcome = await play(vector);
  const difference = compare(each, outcome);
  if (difference) throw new Error(`${each.name}: ${difference}\n${JSON.stringify(outcome, null, 2)}`);
  // What the service attests has ids and signatures of its own, so no digest of an entry behind it is the same twice.
  const then = each.given?.some((step) => "attest" in step) ? { ...outcome, entry: undefined } : outcome;
  return { ...vector, then };
}

/** Checks that are not named are expected to pass as they usually do. */
function compare({ expect }: Case, outcome: Outcome): string | undefined {
  if (expect.submit !== outcome.submit) return `submit is ${outcome.submit}, not ${expect.submit}`;
  const { verify } = outcome;
  if (expect.verdict !== verify?.verdict) return `the verdict is ${verify?.verdict}, not ${expect.verdict}`;
  if (expect.binding !== verify?.binding) return `the binding is ${verify?.binding}, not ${expect.binding}`;
  const unread = verify?.checks.grammar !== "OK";
  for (const [name, code] of Object.entries(verify?.checks ?? {})) {
    const usual = unread && name !== "grammar" ? ["SKIPPED"] : name === "document" ? ["OK", "OPAQUE"] : ["OK"];
    const wanted = expect.checks?.[name] !== undefined ? [expect.checks[name]] : usual;
    if (!wanted.includes(code)) return `the check ${name} says ${code}, not ${wanted.join(" or ")}`;
  }
  return undefined;
}

function sentence(name: string): string {
  const words = name.replaceAll("-", " ");
  return `${words[0]!.toUpperCase()}${words.slice(1)}.`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const files = await makeVectors();
  for (const place of ["valid/", "invalid/"]) {
    mkdirSync(new URL(place, folder), { recursive: true });
    for (const name of readdirSync(new URL(place, folder))) rmSync(new URL(place + name, folder));
  }
  for (const [path, text] of files) writeFileSync(new URL(path, folder), text);
  process.stdout.write(`${files.size} vectors\n`);
}
