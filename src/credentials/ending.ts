import { z } from "zod";
import { parsePkh } from "../identity/did.ts";
import { speaksFor } from "../identity/proof-reach.ts";
import { ensure } from "../kernel/failure.ts";
import { expectingTime, readAs } from "../kernel/misfit.ts";
import { clockSkew, type Millis, parseNamedTime, parseTime } from "../kernel/time.ts";
import type { Entry } from "../operations/entry.ts";
import type { ActionRule, Actor, Deed } from "../operations/kind.ts";
import { appOf } from "../operations/operation.ts";
import type { Grant, Revoker } from "./grant.ts";

/** Characters of the reason that a revocation gives. */
export const maxReason = 1024;

// `revokedAt` is what the client claims; a revocation is dated by its entry.
const revoke = z.strictObject({ revokedAt: z.string().nullish(), reason: z.string().max(maxReason).nullish() });
const compromise = z.strictObject({ from: z.string(expectingTime) });

/** The actions that end what a wallet gave, the same in every kind that holds a wallet's proof. */
export const endings: Readonly<Record<"REVOKE" | "SET_COMPROMISED_FROM", ActionRule>> = {
  REVOKE: { input: revoke, bindings: ["full", "content", "attested"], open: false },
  SET_COMPROMISED_FROM: { input: compromise, bindings: ["full", "attested"], open: false },
};

/**
 * Decides REVOKE and SET_COMPROMISED_FROM. Refuses with NOT_INITIALIZED, FORBIDDEN, BINDING_NOT_TAKEN, ALREADY_REVOKED,
 * ALREADY_SET, UNREADABLE_DATE, FROM_THE_FUTURE.
 * @see docs/operations.md, "Who may speak"
 */
export function decideEnding(grant: Grant | null, deed: Deed): void {
  ensure(grant, "NOT_INITIALIZED");
  if (deed.type === "REVOKE") decideRevoke(grant, deed);
  else decideCompromise(grant, deed);
}

/** A key may take back what it was given, whatever its limits say; nothing else of its own. */
export function endsItself(grant: Grant | null, { type, actor }: Pick<Deed, "type" | "actor">): boolean {
  return type === "REVOKE" && grant !== null && isKey(grant, actor);
}

/** The grant with an ending folded in; other actions, and whatever cannot be read, leave it as it is. */
export function evolveEnding(grant: Grant, entry: Entry): Grant {
  const { type, input } = entry.action;
  if (type === "REVOKE" && grant.revocation === null) {
    const read = readAs(revoke, input);
    if (!read) return grant;
    const by = revokerOf(grant, entry);
    return {
      ...grant,
      revocation: { entry: entry.digest, at: entry.admittedAt, by, reason: read.reason ?? null },
    };
  }
  if (type !== "SET_COMPROMISED_FROM" || grant.compromise !== null) return grant;
  const from = readTime(input.from);
  if (from === undefined) return grant;
  // A client's clock may run ahead, yet nobody knows of a compromise that is still to come.
  const latest = readTime(entry.admittedAt) ?? from;
  return { ...grant, compromise: { entry: entry.digest, from: Math.min(from, latest) } };
}

function decideRevoke(grant: Grant, { actor, input }: Deed): void {
  const byOperator = actor.authority.by === "service";
  const byItself = isKey(grant, actor) && ["token", "delegation"].includes(actor.authority.by);
  if (!byOperator && !(byItself && isOfWallet(grant, actor))) ensureWallet(grant, actor);
  ensure(grant.revocation === null, "ALREADY_REVOKED");
  const { revokedAt } = input as z.infer<typeof revoke>;
  if (typeof revokedAt === "string") parseNamedTime("input.revokedAt", revokedAt);
}

function decideCompromise(grant: Grant, { actor, input, now }: Deed): void {
  // A thief who holds the key could clear or blacken what it signed, so the key itself has no say.
  ensure(!isKey(grant, actor), "FORBIDDEN");
  ensureWallet(grant, actor);
  ensure(grant.compromise === null, "ALREADY_SET");
  ensure(parseNamedTime("input.from", input.from) <= now + clockSkew, "FROM_THE_FUTURE");
}

/** The wallet acts by its session, or by another key that it has allowed exactly this. */
function ensureWallet(grant: Grant, actor: Actor): void {
  const { by } = actor.authority;
  ensure(isOfWallet(grant, actor) && (by === "session" || by === "delegation"), "FORBIDDEN");
  // What suite 1 signs names no document, so it could be turned against another key than the one that was meant.
  ensure(by === "session" || actor.binding === "full", "BINDING_NOT_TAKEN");
}

function isKey(grant: Grant, actor: Actor): boolean {
  return grant.key !== "" && actor.app === grant.key;
}

function isOfWallet(grant: Grant, actor: Actor): boolean {
  return speaksFor(actor, parsePkh(grant.user));
}

function revokerOf(grant: Grant, { action, authority }: Entry): Revoker {
  if (authority.by === "service") return "operator";
  return authority.by === "token" || appOf(action) === grant.key ? "key" : "wallet";
}

function readTime(text: unknown): Millis | undefined {
  try {
    return parseTime(text);
  } catch {
    return undefined;
  }
}
