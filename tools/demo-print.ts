// How the demo tells its story.
import type { Check, ReplayVerdict, Verdict } from "../src/index.ts";

export function chapter(title: string): void {
  say(`\n${title}\n${"─".repeat(title.length)}`);
}

export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** How to see it for oneself; `hint` says where that comes from which stands as `…`. */
export function toCheck(command: string, hint?: string): void {
  say(`To check it: ${command}`);
  if (hint !== undefined) say(`             (… is ${hint})`);
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
