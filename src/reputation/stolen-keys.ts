import type { Millis } from "../kernel/time.ts";

/** Since when keys may have been others', by the entry that gave them their right. */
export type Compromises = readonly { authority: string; from: Millis }[];

/** Whether what was admitted at a moment may be another's than who had the right by which it was signed. */
export type IsStolen = (authority: string | null, at: Millis | null) => boolean;

export function stolenKeys(compromises: Compromises): IsStolen {
  const since = new Map<string, Millis>();
  for (const { authority, from } of compromises) since.set(authority, Math.min(from, since.get(authority) ?? from));
  if (since.size === 0) return () => false;
  return (authority, at) => {
    const from = authority === null ? undefined : since.get(authority);
    return from !== undefined && at !== null && from <= at;
  };
}
