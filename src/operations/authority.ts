import { covers, type Delegation, type LifeCode, lifeOf } from "../identity/delegation.ts";
import type { Did } from "../identity/did.ts";
import { ensure, Failure } from "../kernel/failure.ts";
import type { JsonObject } from "../kernel/json.ts";
import type { Millis } from "../kernel/time.ts";
import type { Binding, Entry } from "./entry.ts";
import type { ActionRule, Actor, DocumentKind, Opener } from "./kind.ts";

/** A signed action as the authority to do it is asked for. */
export type Asked = {
  document: string;
  type: string;
  input: JsonObject;
  signer: Opener;
  binding: Binding;
  now: Millis;
  grounds: readonly Entry[];
};

/**
 * By what right a signer acts: the service's own key, an organisation's, a live delegation that covers the action, or the
 * proof that the action carries. Refuses with NOT_DELEGATED or NOT_PERMITTED.
 */
export function authorise(
  kind: DocumentKind,
  state: unknown,
  asked: Asked,
  delegations: readonly Delegation[],
  isServiceKey: (key: Did) => boolean,
): Actor {
  const { signer, binding, now } = asked;
  const rule = ruleOf(kind, asked.type);
  if (signer.user === "" && isServiceKey(signer.app))
    return { ...signer, binding, authority: { by: "service", entry: "" }, method: "recovery" };
  const key = signer.user === "" ? kind.byKey?.(state, { ...asked, app: signer.app }, asked.grounds) : undefined;
  if (key !== undefined)
    return { ...signer, binding, authority: { by: "organization", entry: key }, method: "recovery" };
  const live = delegations.filter((each) => lifeNow(each, now) === "LIVE");
  const delegation = live.find((each) => permits(kind, state, rule, asked, each));
  if (delegation) {
    const authority = { by: "delegation", entry: delegation.entry } as const;
    return { ...signer, binding, authority, method: delegation.method };
  }
  // Without a delegation the user is a claim, so it does not act here: the proof in the action does.
  if (rule.selfProving)
    return { user: "", app: signer.app, binding, authority: { by: "proof", entry: "" }, method: "recovery" };
  ensure(live.length > 0, "NOT_DELEGATED", lifeDetail(delegations, now));
  throw new Failure("NOT_PERMITTED");
}

/**
 * As much of `authorise` as needs no document, so that who has no right at all is refused before a signature is checked.
 * Refuses with NOT_DELEGATED.
 */
export function ensureStanding(
  kind: DocumentKind,
  rule: ActionRule,
  signer: Opener,
  delegations: readonly Delegation[],
  now: Millis,
  isServiceKey: (key: Did) => boolean,
): void {
  const unnamed = signer.user === "" && (kind.byKey !== undefined || isServiceKey(signer.app));
  if (rule.selfProving || unnamed) return;
  ensure(hasLive(delegations, now), "NOT_DELEGATED", lifeDetail(delegations, now));
}

/** Whether any of the delegations is live at the end of the log. */
export function hasLive(delegations: readonly Delegation[], now: Millis): boolean {
  return delegations.some((each) => lifeNow(each, now) === "LIVE");
}

export function ruleOf(kind: DocumentKind, type: string): ActionRule {
  const rule = Object.hasOwn(kind.actions, type) ? kind.actions[type] : undefined;
  ensure(rule, "UNKNOWN_ACTION");
  return rule;
}

function permits(kind: DocumentKind, state: unknown, rule: ActionRule, asked: Asked, delegation: Delegation): boolean {
  if (covers(delegation.limits, kind.name, asked.type, rule.open)) return true;
  const authority = { by: "delegation", entry: delegation.entry } as const;
  const actor: Actor = { ...asked.signer, binding: asked.binding, authority, method: delegation.method };
  const { document, type, input, grounds } = asked;
  return kind.ofItself?.(state, { document, type, input, actor, grounds }) ?? false;
}

/** At the end of the log, where an operation is about to be admitted. */
function lifeNow(delegation: Delegation, now: Millis): LifeCode {
  const moment = { time: now, seq: Number.MAX_SAFE_INTEGER };
  return lifeOf(delegation, moment, moment);
}

function lifeDetail(delegations: readonly Delegation[], now: Millis): string {
  const latest = delegations[0];
  if (!latest) return "The user has delegated nothing to this key.";
  return lifeSentences[lifeNow(latest, now)];
}

/** What a delegation is, in words. */
export const lifeSentences: Record<LifeCode, string> = {
  LIVE: "The delegation is live.",
  NOT_YET: "The delegation was not given yet.",
  EXPIRED: "The delegation has expired.",
  REVOKED: "The delegation was revoked.",
  KEY_COMPROMISED: "The wallet says that the key was compromised by then.",
};
