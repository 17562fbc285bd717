import type { Did } from "../identity/did.ts";
import { ensure } from "../kernel/failure.ts";
import type { Entry } from "./entry.ts";
import type { Deed } from "./kind.ts";
import type { Right, Rights, Role } from "./organization-right.ts";

/** What an action asks of whoever acts for an organisation. */
export type Needed = {
  organization: string;
  roles: readonly Role[];
  /** What a client of the API must have been given. */
  scope: string;
  /** Whether it is for trying out: a client of mode `test` does that and nothing else. */
  test: boolean;
};

/**
 * Whether a deed is done for the organisation: by a member in one of the roles, or by the organisation's own key, with
 * the scope where a client of its API is named beside it. Refuses with WRONG_ORGANIZATION and FORBIDDEN.
 */
export function ensureActs({ actor, grounds }: Deed, rightOf: Rights, needed: Needed): void {
  const rights = grounds.flatMap((ground) => rightOf(ground) ?? []);
  const foreign = rights.some(({ organization }) => organization !== needed.organization);
  ensure(!foreign, "WRONG_ORGANIZATION", "It rests on a right in another organisation.");
  const acts = actor.user === "" ? keyActs(rights, actor.app, needed) : memberActs(rights, actor.user, needed);
  ensure(acts, "FORBIDDEN", "What it rests on does not give the right to do this for the organisation.");
}

/** The digest of the entry that makes a key the organisation's own; undefined where none of the grounds does. */
export function keyGround(rightOf: Rights, app: Did, grounds: readonly Entry[]): string | undefined {
  for (const ground of grounds) {
    const right = rightOf(ground);
    if (right && "key" in right && right.key === app) return right.entry;
  }
  return undefined;
}

/** Rights kept in memory: those that a few busy organisations act by. */
const maxKept = 1_024;

/**
 * Reads each entry once: a batch rests on the same few thousands of times. A digest that somebody claims is not enough to
 * be taken for an entry, so what it was read from must be the same.
 */
export function keepRights(rightOf: Rights): Rights {
  const kept = new Map<string, { entry: Pick<Entry, "kind" | "document" | "text">; right: Right | undefined }>();
  return (entry) => {
    const { kind, document, text, digest } = entry;
    const known = kept.get(digest);
    const same = known?.entry.text === text && known.entry.document === document && known.entry.kind === kind;
    if (known && same) return known.right;
    const right = rightOf(entry);
    if (kept.size >= maxKept) kept.delete(kept.keys().next().value!);
    kept.set(digest, { entry: { kind, document, text }, right });
    return right;
  };
}

function memberActs(rights: readonly Right[], user: Did, { roles }: Needed): boolean {
  return rights.some((right) => "member" in right && right.member === user && roles.includes(right.role));
}

function keyActs(rights: readonly Right[], app: Did, { scope, test }: Needed): boolean {
  const own = rights.some((right) => "key" in right && right.key === app);
  const clients = rights.filter((right) => "client" in right);
  return own && clients.every(({ scopes, mode }) => scopes.includes(scope) && (mode === "test") === test);
}
