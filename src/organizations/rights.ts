import { type Entry, signerOf } from "../operations/entry.ts";
import type { Right } from "../operations/organization-right.ts";
import { readInput } from "./inputs.ts";
import { organizationKind } from "./organization-state.ts";

/**
 * Reads what an admitted entry gives; undefined where it gives nothing of the kind. Whether it still stands is not asked
 * here: an entry that has ended gave the same.
 */
export function rightOf(entry: Entry): Right | undefined {
  if (entry.kind !== organizationKind) return undefined;
  const { type, input } = entry.action;
  const from = { organization: entry.document, entry: entry.digest };
  if (type === "INIT") return readInput(type, input) && { ...from, member: signerOf(entry).user, role: "owner" };
  if (type === "SET_MEMBER") {
    const given = readInput(type, input);
    return given && { ...from, member: given.user, role: given.role };
  }
  if (type === "ADD_KEY") {
    const given = readInput(type, input);
    return given && { ...from, key: given.key };
  }
  if (type === "SET_FIELDS") {
    const given = readInput(type, input);
    return given && { ...from, fields: given.fields.map(({ id }) => id) };
  }
  if (type !== "ADD_CLIENT") return undefined;
  const given = readInput(type, input);
  return given && { ...from, client: given.client, scopes: given.scopes, mode: given.mode };
}
