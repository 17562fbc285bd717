import type { May } from "../../../identity/delegation.ts";
import { fill, textFor, texts } from "../texts.ts";

/** A limit as a proof spells it. */
export function mayName({ kind, action }: May): string {
  return action === undefined ? kind : `${kind}:${action}`;
}

/** A limit in words. */
export function mayWords(may: May): string {
  const known = textFor(texts.may.known, mayName(may));
  if (known !== undefined) return known;
  const { kind, action } = may;
  return action === undefined ? fill(texts.may.whole, { kind }) : fill(texts.may.action, { action, kind });
}

/** What a key may do, by the names of its limits; null where its proof says nothing of limits. */
export function limitsWords(names: readonly string[] | null): string[] {
  if (names === null) return [texts.may.unsaid];
  if (names.includes("none")) return [texts.may.none];
  return names.map((name) => {
    const [kind = "", action] = name.split(":");
    return mayWords(action === undefined ? { kind } : { kind, action });
  });
}
