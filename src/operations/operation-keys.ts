import type { Did } from "../identity/did.ts";
import { type Millis, parseNamedTime } from "../kernel/time.ts";

/** An operation key as an auditor names it: a did:key, with the time of its retirement (RFC 3339) where it has one. */
export type NamedKey = Did | { key: Did; retired?: string | undefined };

/** The operation keys of a service, each with its retirement; undefined for one in use. */
export type OperationKeys = ReadonlyMap<Did, Millis | undefined>;

/** Refuses with UNREADABLE_DATE a retirement that cannot be read. */
export function operationKeysOf(named: readonly NamedKey[]): OperationKeys {
  return new Map(
    named.map((each) => {
      const { key, retired } = typeof each === "string" ? { key: each } : each;
      return [key, retired === undefined ? undefined : parseNamedTime("retired", retired)];
    }),
  );
}

/**
 * Whether a key speaks for the service: one that was retired does only in what was admitted before, because whoever
 * finds it later can still sign with it. `admittedAt` is undefined for what no log holds.
 */
export function speaksForService(keys: OperationKeys, key: Did, admittedAt: Millis | undefined): boolean {
  const retired = keys.get(key);
  if (retired === undefined) return keys.has(key);
  return admittedAt !== undefined && admittedAt < retired;
}
