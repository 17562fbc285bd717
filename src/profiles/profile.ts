import { z } from "zod";
import { maxChainId, parsePkh, pkhDid } from "../identity/did.ts";
import { speaksFor } from "../identity/proof-reach.ts";
import { ensure } from "../kernel/failure.ts";
import { readAs } from "../kernel/misfit.ts";
import { day, iso, type Millis } from "../kernel/time.ts";
import { createDocumentRule } from "../operations/create-document.ts";
import type { Entry } from "../operations/entry.ts";
import type { ActionRule, Actor, Claim, Deed, DocumentKind, Opener, Projection, Row } from "../operations/kind.ts";
import { imageRule, isImageUrl } from "./image.ts";
import { claimsEns, composeName, foldName, isName, nameRule } from "./name.ts";

export const profileKind = "powerhouse/renown-user";

/** How long a name that was given up is kept from others. */
export const nameRest = 90 * day;
/** Names that one profile keeps from others at a time: who changes it more often has to wait. */
export const maxFormerNames = 16;

export type Profile = {
  opener: Opener;
  username: string | null;
  /** As it was set, in any letter case. */
  ethAddress: string | null;
  /** The one chain that a contract's proof spoke for; null where the address counts on every chain. */
  chainId: number | null;
  userImage: string | null;
  /** Folded names given up, each kept from others until then. */
  former: readonly { key: string; until: Millis }[];
  /** Times of the first and the last entry of `global`, "" before. */
  createdAt: string;
  updatedAt: string;
};

/**
 * A person's profile: a name, an address, an image, owned by the address once it is set and by its opener until then.
 * Refuses with FORBIDDEN, ALREADY_SET, TOO_MANY_REQUESTS; names and addresses that others hold at commit.
 * @see docs/operations.md, "Kinds"
 */
export const profile: DocumentKind<Profile> = {
  name: profileKind,
  ids: ["created", "assigned"],
  order: "causal",
  actions: {
    CREATE_DOCUMENT: createDocumentRule(profileKind),
    SET_USERNAME: rule(z.strictObject({ username: z.string().refine(isName, nameRule) })),
    SET_ETH_ADDRESS: rule(
      z.strictObject({
        ethAddress: z.string().regex(/^0x[0-9a-fA-F]{40}$/, "An address has 0x and 40 hex digits."),
        chainId: z.int().min(1).max(maxChainId).optional(),
      }),
    ),
    // The empty text takes the image away.
    SET_USER_IMAGE: rule(
      z.strictObject({ userImage: z.union([z.literal(""), z.string().refine(isImageUrl, imageRule)]) }),
    ),
  },
  initial: (opener) => ({
    opener,
    username: null,
    ethAddress: null,
    chainId: null,
    userImage: null,
    former: [],
    createdAt: "",
    updatedAt: "",
  }),
  decide,
  evolve,
  project,
  view: ({ username, ethAddress, userImage }) => ({ username, ethAddress, userImage }),
};

function rule(input: ActionRule["input"]): ActionRule {
  return { input, bindings: ["full", "content", "attested"], open: true };
}

function decide(state: Profile, deed: Deed): void {
  const { type, actor, now } = deed;
  ensure(mayAct(state, type, actor), "FORBIDDEN");
  // A credential stands in the open and can be sent again by anybody, so it speaks in the run that opens a profile only.
  const opening = state.createdAt === "" || state.createdAt === iso(now);
  ensure(
    actor.authority.by !== "credential" || opening,
    "FORBIDDEN",
    "A credential opens a profile, and changes none.",
  );
  if (type === "SET_ETH_ADDRESS") decideAddress(state, deed);
  if (type === "SET_USERNAME") decideName(state, deed);
}

/** The owner may: the address once it is set, until then who opened it. What the service opened begins with an address. */
function mayAct(state: Profile, type: string, actor: Actor): boolean {
  const { ethAddress, chainId, opener } = state;
  if (ethAddress !== null) return speaksFor(actor, { address: ethAddress.toLowerCase(), chainId });
  if (opener.user === "") return type === "SET_ETH_ADDRESS";
  // A proof by recovery speaks for the address on every chain, whichever the document was opened on.
  return actor.user === opener.user || speaksFor(actor, { ...parsePkh(opener.user), chainId: null });
}

function decideAddress(state: Profile, { input, actor }: Deed): void {
  ensure(state.ethAddress === null, "ALREADY_SET");
  const { ethAddress, chainId } = input as { ethAddress: string; chainId?: number };
  const byContract = actor.method === "contract";
  // The log must say by itself what the address reaches, or a replay could not.
  ensure(
    byContract === (chainId !== undefined),
    "INVALID_INPUT",
    "chainId is given for a contract wallet, and only then.",
  );
  const own = speaksFor(actor, { address: ethAddress.toLowerCase(), chainId: chainId ?? null });
  ensure(own, "FORBIDDEN", "The address is another's.");
}

function decideName(state: Profile, { input, now }: Deed): void {
  const key = foldName((input as { username: string }).username);
  const resting = state.former.filter((name) => name.until > now && name.key !== key);
  ensure(resting.length < maxFormerNames, "TOO_MANY_REQUESTS", "The name was changed too often; wait.");
}

function evolve(state: Profile, entry: Entry): Profile {
  const { type, input } = entry.action;
  const action = Object.hasOwn(profile.actions, type) ? profile.actions[type] : undefined;
  const { admittedAt } = entry;
  const means = type !== "CREATE_DOCUMENT" && action && readAs(action.input, input) !== undefined;
  if (!means || Number.isNaN(Date.parse(admittedAt))) return state;
  return { ...change(state, entry), createdAt: state.createdAt || admittedAt, updatedAt: admittedAt };
}

/** The input has passed the schema of its action. */
function change(state: Profile, { action: { type, input }, admittedAt }: Entry): Profile {
  if (type === "SET_USERNAME") return rename(state, composeName(input.username as string), Date.parse(admittedAt));
  if (type === "SET_USER_IMAGE") return { ...state, userImage: (input.userImage as string) || null };
  if (state.ethAddress !== null) return state;
  return { ...state, ethAddress: input.ethAddress as string, chainId: (input.chainId as number | undefined) ?? null };
}

function rename(state: Profile, username: string, now: Millis): Profile {
  const key = foldName(username);
  const former = state.former.filter((name) => name.until > now && name.key !== key);
  const old = state.username === null ? key : foldName(state.username);
  const rests = old !== key && isHeld(old);
  return { ...state, username, former: rests ? [...former, { key: old, until: now + nameRest }] : former };
}

/** A name of ENS is only claimed here: whoever came first must not keep it from the one whom ENS knows by it. */
function isHeld(name: string): boolean {
  return !claimsEns(name);
}

function project(state: Profile, entry: Entry): Projection {
  if (state.createdAt === "") return { rows: [], claims: [] };
  return { rows: [rowOf(state, entry.document)], claims: claimsOf(state, entry) };
}

function rowOf(state: Profile, document: string): Row {
  const { username, ethAddress, chainId } = state;
  const set = {
    owner: ownerOf(state),
    eth_address: ethAddress,
    address_folded: ethAddress?.toLowerCase() ?? null,
    chain_id: chainId,
    username,
    username_folded: username === null ? null : foldName(username),
    user_image: state.userImage,
    created_at: state.createdAt,
    updated_at: state.updatedAt,
  };
  return { table: "profiles", key: { document }, set };
}

/** An address alone where it counts on every chain, a DID where the chain is part of it or nothing is set yet. */
function ownerOf({ ethAddress, chainId, opener }: Profile): string {
  if (ethAddress === null) return opener.user;
  const address = ethAddress.toLowerCase() as `0x${string}`;
  return chainId === null ? address : pkhDid({ chainId, address });
}

function claimsOf(state: Profile, { action, document: holder, admittedAt }: Entry): Claim[] {
  const { username, ethAddress, chainId, former } = state;
  if (action.type === "SET_ETH_ADDRESS" && ethAddress !== null) {
    const address = ethAddress.toLowerCase();
    const key = chainId === null ? address : `eip155:${chainId}:${address}`;
    return [{ space: "profile", key, holder, until: null, refusal: "PROFILE_EXISTS" }];
  }
  if (action.type !== "SET_USERNAME" || username === null) return [];
  const given = former.filter(({ until }) => until === Date.parse(admittedAt) + nameRest);
  const names = [...(isHeld(username) ? [{ key: foldName(username), until: null }] : []), ...given];
  return names.map(({ key, until }) => ({ space: "username", key, holder, until, refusal: "NAME_TAKEN" }));
}
