import { isObject } from "./json.ts";

/** Whether two pieces of plain data say the same, member by member; one that is undefined is a member, too. */
export function isSame(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (Array.isArray(one)) return Array.isArray(other) && haveSame(one, other);
  return isObject(one) && isObject(other) && saySame(one, other);
}

function haveSame(one: readonly unknown[], other: readonly unknown[]): boolean {
  return one.length === other.length && one.every((each, i) => isSame(each, other[i]));
}

function saySame(one: Record<string, unknown>, other: Record<string, unknown>): boolean {
  const names = Object.keys(one);
  if (names.length !== Object.keys(other).length) return false;
  return names.every((name) => Object.hasOwn(other, name) && isSame(one[name], other[name]));
}
