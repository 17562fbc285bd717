import { parseKeyDid, parsePkh } from "../identity/did.ts";
import { speaksFor } from "../identity/proof-reach.ts";
import { ensure } from "../kernel/failure.ts";
import { clockSkew, parseTime } from "../kernel/time.ts";
import { createDocumentRule } from "../operations/create-document.ts";
import type { ActionRule, Actor, Deed, DocumentKind } from "../operations/kind.ts";
import { type Inputs, inputs, type Role, roles } from "./inputs.ts";
import { projectOrganization } from "./organization-rows.ts";
import {
  evolveOrganization,
  initialOrganization,
  type Member,
  type Organization,
  organizationKind,
} from "./organization-state.ts";
import { viewOrganization } from "./organization-view.ts";

/** How much one organisation may hold; a thousand members are a quarter of a megabyte of state. */
export const maxMembers = 1000;
export const maxClients = 100;
/** Revoked ones with them. */
export const maxClientsEver = 1000;
/** Retired ones with them. */
export const maxKeys = 100;

/**
 * An organisation: who may act for it, its keys, the clients of its API, its domain. Its opener is its first owner; the
 * last owner stays. Its own keys do nothing here: people alone govern it, and the service records what it finds at the
 * domain. Once an owner, or the service for its operator, has closed it, nobody acts for it again. Refuses with FORBIDDEN, NOT_INITIALIZED, ALREADY_INITIALIZED, NAME_TAKEN, ALREADY_SET, ALREADY_REVOKED,
 * REVOKED, INVALID_INPUT, FROM_THE_FUTURE, QUOTA_EXCEEDED, CONFLICT.
 * @see docs/operations.md, "Kinds"
 */
export const organization: DocumentKind<Organization> = {
  name: organizationKind,
  ids: ["created"],
  order: "strict",
  actions: {
    CREATE_DOCUMENT: { ...createDocumentRule(organizationKind), bindings: ["full"], open: false },
    ...Object.fromEntries(Object.entries(inputs).map(([type, input]) => [type, rule(input)])),
  },
  initial: initialOrganization,
  decide,
  evolve: evolveOrganization,
  project: projectOrganization,
  view: viewOrganization,
};

/** The strongest role that an actor has; a wallet proved by contract has those of its own chain. */
export function roleOf({ members }: Organization, actor: Pick<Actor, "user" | "method">): Role | undefined {
  const held = members.filter((each) => isMember(each, actor)).map((each) => each.role);
  return roles.find((role) => held.includes(role));
}

function rule(input: ActionRule["input"]): ActionRule {
  return { input, bindings: ["full"], open: false };
}

function decide(state: Organization, deed: Deed): void {
  ensure(state.slug !== "" || deed.type === "INIT", "NOT_INITIALIZED");
  if (deed.type === "INIT") decideInit(state, deed.actor);
  else if (deed.type === "RECORD_DOMAIN") decideRecord(state, deed);
  else if (deed.type === "CLOSE") decideClosing(state, deed.actor);
  else decideGovernance(state, deed);
}

function decideGovernance(state: Organization, deed: Deed): void {
  const { type, input, actor } = deed;
  ensureOpen(state);
  const role = roleOf(state, actor);
  const leaves = type === "REMOVE_MEMBER" && isMember({ user: input.user as string }, actor);
  ensure(role === "owner" || role === "admin" || (role && leaves), "FORBIDDEN");
  if (type === "SET_MEMBER") decideSetMember(state, role, input as Inputs["SET_MEMBER"]);
  if (type === "REMOVE_MEMBER") decideRemoval(state, role, leaves, input as Inputs["REMOVE_MEMBER"]);
  if (type === "ADD_KEY") decideKey(state, input as Inputs["ADD_KEY"]);
  if (type === "RETIRE_KEY") decideRetirement(state, deed);
  if (type === "ADD_CLIENT") decideClient(state, input as Inputs["ADD_CLIENT"]);
  if (type === "REVOKE_CLIENT") decideClientEnd(state, input as Inputs["REVOKE_CLIENT"]);
}

function decideInit(state: Organization, { user }: Actor): void {
  ensure(state.slug === "", "ALREADY_INITIALIZED");
  ensure(user !== "" && user === state.opener.user, "FORBIDDEN", "The wallet that opens it is its first owner.");
}

function decideRecord({ domain }: Organization, { input, actor }: Deed): void {
  ensure(actor.authority.by === "service", "FORBIDDEN", "The service alone records what it has found.");
  ensure(domain?.name === input.domain, "CONFLICT", "The domain is another by now.");
}

function decideClosing(state: Organization, actor: Actor): void {
  ensureOpen(state);
  const may = actor.authority.by === "service" || roleOf(state, actor) === "owner";
  ensure(may, "FORBIDDEN", "Its owners close it, and the operator of the service.");
}

function ensureOpen({ closed }: Organization): void {
  ensure(closed === null, "REVOKED", "The organisation is closed.");
}

function isMember(member: Pick<Member, "user">, actor: Pick<Actor, "user" | "method">): boolean {
  // A DID ends with its address, in lower case; most members are told apart by it.
  if (actor.user === "" || member.user.slice(-40) !== actor.user.slice(-40)) return false;
  return speaksFor(actor, parsePkh(member.user));
}

/** Owners and admins are an owner's affair. */
function ensureBelow(role: Role | undefined, other: Role): void {
  const governs = other === "owner" || other === "admin";
  ensure(role === "owner" || !governs, "FORBIDDEN", "Owners and admins are named and removed by owners.");
}

function decideSetMember(state: Organization, role: Role | undefined, { user, role: given }: Inputs["SET_MEMBER"]) {
  const before = state.members.find((each) => each.user === user);
  ensureBelow(role, given);
  if (before) {
    ensureBelow(role, before.role);
    ensure(before.role !== given, "ALREADY_SET", "The member has this role.");
    ensureOwnerLeft(state, before);
  } else ensure(state.members.length < maxMembers, "QUOTA_EXCEEDED", `It has at most ${maxMembers} members.`);
}

function decideRemoval(
  state: Organization,
  role: Role | undefined,
  leaves: boolean,
  { user }: Inputs["REMOVE_MEMBER"],
): void {
  const before = state.members.find((each) => each.user === user);
  ensure(before, "INVALID_INPUT", "It has no such member.");
  if (!leaves) ensureBelow(role, before.role);
  ensureOwnerLeft(state, before);
}

function ensureOwnerLeft({ members }: Organization, changed: Member): void {
  const left = changed.role !== "owner" || members.some((each) => each.role === "owner" && each !== changed);
  ensure(left, "FORBIDDEN", "The last owner stays.");
}

function decideKey({ keys }: Organization, { key }: Inputs["ADD_KEY"]): void {
  const known = keys.find((each) => each.key === key);
  ensure(known?.retiredAt !== null || !known, "ALREADY_SET", "The key is in use.");
  ensure(!known, "REVOKED", "A retired key does not come back.");
  ensure(keys.length < maxKeys, "QUOTA_EXCEEDED", `It has at most ${maxKeys} keys, retired ones with them.`);
}

function decideRetirement({ keys }: Organization, { input, now }: Deed): void {
  const { key, compromisedFrom } = input as Inputs["RETIRE_KEY"];
  const known = keys.find((each) => each.key === key);
  ensure(known, "INVALID_INPUT", `It has no such ${parseKeyDid(key).type} key.`);
  // A retired one may still be said to have been compromised, once.
  const says = compromisedFrom !== undefined && known.compromisedFrom === null;
  ensure(known.retiredAt === null || says, "ALREADY_REVOKED");
  ensure(compromisedFrom === undefined || parseTime(compromisedFrom) <= now + clockSkew, "FROM_THE_FUTURE");
}

function decideClient({ clients }: Organization, { client }: Inputs["ADD_CLIENT"]): void {
  const known = clients.find((each) => each.client === client);
  ensure(!known || known.revokedAt !== null, "ALREADY_SET", "There is such a client.");
  ensure(!known, "REVOKED", "A revoked client does not come back.");
  const live = clients.filter((each) => each.revokedAt === null).length;
  ensure(live < maxClients, "QUOTA_EXCEEDED", `It has at most ${maxClients} clients at a time.`);
  ensure(clients.length < maxClientsEver, "QUOTA_EXCEEDED", `It has at most ${maxClientsEver} clients in all.`);
}

function decideClientEnd({ clients }: Organization, { client }: Inputs["REVOKE_CLIENT"]): void {
  const known = clients.find((each) => each.client === client);
  ensure(known, "INVALID_INPUT", "It has no such client.");
  ensure(known.revokedAt === null, "ALREADY_REVOKED");
}
