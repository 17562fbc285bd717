// How the demo tells its story.
import type { Check, ReplayVerdict, Verdict } from "../src/index.ts";

export function chapter(title: string): void {
  say(`\n${title}\n${"─".repeat(title.length)}`);
}

export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

export function toCheck(command: string): void {
  say(`To check it: ${command}`);
}

/** What a report says, with the name of what it is about: its verdict, and every check. */
export function tell(
  about: string,
  { verdict, checks }: { verdict: Verdict | ReplayVerdict; checks: readonly Check[] },
): void {
  say(`${about}: ${verdict}`);
  for (const { outcome, name, code, detail } of checks)
    say(`  ${outcome}  ${name}: ${code === "OK" ? "" : `${code}. `}${detail}`);
}
