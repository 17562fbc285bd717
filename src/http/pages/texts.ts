import words from "./texts.json" with { type: "json" };
import badgeWords from "./texts-badges.json" with { type: "json" };
import organizationWords from "./texts-organizations.json" with { type: "json" };
import policyWords from "./texts-policies.json" with { type: "json" };
import presentationWords from "./texts-presentations.json" with { type: "json" };
import reputationWords from "./texts-reputation.json" with { type: "json" };

/**
 * Every word on every page, in files that hold nothing else. Sentences say who, what, until when and how to undo; what
 * stands in braces is filled in.
 */
export const texts = {
  ...words,
  ...badgeWords,
  ...organizationWords,
  ...policyWords,
  ...presentationWords,
  ...reputationWords,
};

/** Puts values in the place of `{name}`; what is not given stays as it is. */
export function fill(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replaceAll(/\{(\w+)\}/g, (whole, name: string) =>
    Object.hasOwn(values, name) ? String(values[name]) : whole,
  );
}

/** A text of a table by a name that comes from elsewhere. */
export function textFor(table: Readonly<Record<string, string>>, name: string | number): string | undefined {
  return Object.hasOwn(table, String(name)) ? table[name] : undefined;
}

/** A chain in words. */
export function chainName(chainId: number): string {
  return textFor(texts.chains, chainId) ?? fill(texts.chainNumber, { id: chainId });
}
