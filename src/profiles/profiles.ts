import { checksummed } from "../identity/address.ts";
import type { ProofMethod } from "../identity/delegation.ts";
import { type Did, isUserDid, parsePkh } from "../identity/did.ts";
import { ensure, Failure } from "../kernel/failure.ts";
import { asText, type JsonObject } from "../kernel/json.ts";
import type { Clock } from "../kernel/time.ts";
import type { UnsignedAction } from "../operations/client-actions.ts";
import type { UnsignedRun } from "../operations/client-door.ts";
import { assignedId } from "../operations/document-id.ts";
import type { Authority } from "../operations/entry.ts";
import type { Reactor } from "../operations/reactor.ts";
import type { OperationStore } from "../operations/store.ts";
import { isImageUrl } from "./image.ts";
import { claimsEns, foldName, isName } from "./name.ts";
import { profileKind } from "./profile.ts";
import {
  type EnsFindings,
  type EnsNames,
  type ProfileQuery,
  type ProfileRows,
  type PublicProfile,
  publicProfileOf,
  type StoredProfile,
} from "./public-profile.ts";

/** Whose wallet it is, and how that was proved. */
export type Wallet = { user: Did; method: ProofMethod };

/** A wallet that may open its profile, by what right, and what the profile says to begin with. */
export type Opening = {
  wallet: Wallet;
  authority: Authority;
  ethAddress: string;
  username?: unknown;
  userImage?: unknown;
};

export type ProfileChange = {
  username?: string | undefined;
  userImage?: string | undefined;
  showEns?: boolean | undefined;
};

export type Profiles = {
  /** The document of a wallet's profile. */
  of(wallet: Wallet): Promise<string | undefined>;
  /**
   * Opens the profile of a wallet that has none and returns its document; of one that stands nothing is changed. A name
   * that does not fit or is taken is left out, and so is an image that does not fit: signing in must not fail by them.
   */
  open(opening: Opening): Promise<string>;
  /**
   * Unsigned actions. On a new document the wallet of the address opens its profile: signed in, or by a credential that
   * was accepted just now. On one that stands a signed-in owner changes it; from anybody else nothing is taken, and
   * nothing is said, because clients send such changes unasked. Refuses with UNAUTHENTICATED, PROFILE_EXISTS, FORBIDDEN.
   */
  door(run: UnsignedRun<() => Promise<Wallet | undefined>>): Promise<void>;
  /** The document of the profile that `find` finds. */
  documentOf(identifier: string): Promise<string | undefined>;
  /** By an address, a did:pkh, a document id or a name, in this order; of an ENS name, whoever proves it. */
  find(identifier: string): Promise<PublicProfile | undefined>;
  /** Those that fit, the earliest first, save that of an ENS name whoever proves it comes first. */
  rows(query: ProfileQuery): Promise<StoredProfile[]>;
  /** Opens the profile where there is none. Refuses with INVALID_INPUT, NAME_TAKEN, TOO_MANY_REQUESTS. */
  update(wallet: Wallet, change: ProfileChange): Promise<PublicProfile>;
};

export type ProfileParts = {
  reactor: Reactor;
  store: OperationStore;
  rows: ProfileRows;
  clock: Clock;
  /** The wallet of an address that gave a credential just now, with the entry that says so. */
  recent(address: string): Promise<(Wallet & { entry: string }) | undefined>;
  ens?: EnsNames | undefined;
};

/** What wallets and clients do with profiles, other than by signed operations. */
export function createProfiles(parts: ProfileParts): Profiles {
  const { rows } = parts;
  const shown = async (stored: StoredProfile) => publicProfileOf(stored, await ensOf(parts, stored));
  return {
    of: (wallet) => holderOf(parts, wallet),
    open: (opening) => open(parts, opening),
    door: (run) => (run.fresh ? openByClient(parts, run) : changeByClient(parts, run)),
    documentOf: async (identifier) => (await findStored(parts, identifier))?.document,
    find: async (identifier) => {
      const stored = await findStored(parts, identifier);
      return stored && shown(stored);
    },
    rows: async (query) => provenFirst(await rows.find(query), parts.ens),
    update: async (wallet, change) => {
      const document = await update(parts, wallet, change);
      if (change.showEns !== undefined) await rows.setShowsEns(document, change.showEns);
      const [stored] = await rows.find({ phids: [document] });
      ensure(stored, "UNKNOWN_DOCUMENT");
      return shown(stored);
    },
  };
}

function holderOf({ store, clock }: ProfileParts, { user, method }: Wallet): Promise<string | undefined> {
  const { address, chainId } = parsePkh(user);
  return store.holderOf("profile", method === "contract" ? `eip155:${chainId}:${address}` : address, clock());
}

async function open(parts: ProfileParts, { wallet, authority, ...wishes }: Opening): Promise<string> {
  const { ethAddress, username, userImage } = wishes;
  const actions = [
    addressAction(wallet, { ethAddress }),
    ...(typeof username === "string" ? [{ type: "SET_USERNAME", input: { username } }] : []),
    ...(typeof userImage === "string" && userImage !== "" ? [{ type: "SET_USER_IMAGE", input: { userImage } }] : []),
  ];
  const known = await holderOf(parts, wallet);
  if (known !== undefined) return known;
  try {
    return await attestOpening(parts, { document: assignedId(), wallet, authority, actions });
  } catch (error) {
    const holder = isFailure(error, "PROFILE_EXISTS") ? await holderOf(parts, wallet) : undefined;
    if (holder === undefined) throw error;
    return holder;
  }
}

async function openByClient(parts: ProfileParts, run: UnsignedRun<() => Promise<Wallet | undefined>>): Promise<void> {
  const { document, actions, caller } = run;
  for (const { type } of actions) ensure(wishes.includes(type), "UNKNOWN_ACTION");
  const first = actions.find(({ type }) => type === "SET_ETH_ADDRESS");
  ensure(first, "FORBIDDEN", "A new profile begins with the address that it is of.");
  const address = asText(first.input.ethAddress).toLowerCase();
  const { authority, ...wallet } = await openerOf(parts, address, await caller());
  const rest = actions.filter((action) => action !== first);
  const all = [{ ...first, ...addressAction(wallet, { ethAddress: first.input.ethAddress! }) }, ...rest];
  await attestOpening(parts, { document, wallet, authority, actions: all });
}

/** Who may open the profile of an address: its wallet, signed in, or one that gave a credential just now. */
async function openerOf(
  { recent }: ProfileParts,
  address: string,
  caller: Wallet | undefined,
): Promise<Wallet & { authority: Authority }> {
  const signedIn = caller && parsePkh(caller.user).address === address;
  if (signedIn) return { ...caller, authority: { by: "session", entry: "" } };
  const giver = isAddress(address) ? await recent(address) : undefined;
  ensure(giver, "UNAUTHENTICATED", "No credential of this address was accepted in the last ten minutes.");
  const { entry, ...wallet } = giver;
  return { ...wallet, authority: { by: "credential", entry } };
}

async function changeByClient(
  { reactor }: ProfileParts,
  { document, actions, caller }: UnsignedRun<() => Promise<Wallet | undefined>>,
): Promise<void> {
  for (const { type } of actions) ensure(wishes.includes(type), "UNKNOWN_ACTION");
  const wallet = await caller();
  if (!wallet) return;
  const authority = { by: "session", entry: "" } as const;
  await reactor.attest({ document, kind: profileKind, actions, actor: { ...wallet, app: "" }, authority });
}

async function update(parts: ProfileParts, wallet: Wallet, change: ProfileChange): Promise<string> {
  const { username, userImage } = change;
  const changes = [
    ...(username !== undefined ? [{ type: "SET_USERNAME", input: { username } }] : []),
    ...(userImage !== undefined ? [{ type: "SET_USER_IMAGE", input: { userImage } }] : []),
  ];
  const known = await holderOf(parts, wallet);
  if (known !== undefined && changes.length === 0) return known;
  const ethAddress = checksummed(parsePkh(wallet.user).address);
  const actions = known === undefined ? [addressAction(wallet, { ethAddress }), ...changes] : changes;
  const document = known ?? assignedId();
  const authority = { by: "session", entry: "" } as const;
  await parts.reactor.attest({ document, kind: profileKind, actions, actor: { ...wallet, app: "" }, authority });
  return document;
}

type AttestedOpening = {
  document: string;
  wallet: Wallet;
  authority: Authority;
  /** The address first. */
  actions: readonly UnsignedAction[];
};

/** Leaves out wishes that cannot be met, whatever the reason; the address itself is no wish. */
async function attestOpening(parts: ProfileParts, opening: AttestedOpening): Promise<string> {
  const { document, wallet, authority, actions } = opening;
  const fitting = actions.filter(fits);
  const attest = (wished: readonly UnsignedAction[]) =>
    parts.reactor.attest({ document, kind: profileKind, actions: wished, actor: { ...wallet, app: "" }, authority });
  try {
    await attest(fitting);
  } catch (error) {
    if (!isFailure(error, "NAME_TAKEN")) throw error;
    await attest(fitting.filter(({ type }) => type !== "SET_USERNAME"));
  }
  return document;
}

function fits({ type, input }: UnsignedAction): boolean {
  if (type === "SET_USERNAME") return typeof input.username === "string" && isName(input.username);
  if (type !== "SET_USER_IMAGE") return true;
  return typeof input.userImage === "string" && isImageUrl(input.userImage);
}

/** Actions that unsigned runs may have. */
const wishes: readonly string[] = ["SET_ETH_ADDRESS", "SET_USERNAME", "SET_USER_IMAGE"];

/** The address of a contract counts on its own chain, and the log says so by itself. */
function addressAction({ user, method }: Wallet, input: JsonObject): UnsignedAction {
  const { chainId } = parsePkh(user);
  return { type: "SET_ETH_ADDRESS", input: method === "contract" ? { ...input, chainId } : input };
}

async function findStored(parts: ProfileParts, identifier: string): Promise<StoredProfile | undefined> {
  const { rows } = parts;
  if (identifier.length > maxIdentifier) return undefined;
  if (isAddress(identifier)) return reached(await rows.find({ ethAddresses: [identifier] }), undefined);
  if (identifier.startsWith("did:")) {
    const did = identifier.toLowerCase();
    if (!isUserDid(did)) return undefined;
    const { address, chainId } = parsePkh(did);
    return reached(await rows.find({ ethAddresses: [address] }), chainId);
  }
  const [byId] = await rows.find({ phids: [identifier] });
  return byId ?? (isName(identifier) ? namedBy(parts, identifier) : undefined);
}

/** Several may claim an ENS name: it goes to whoever proves it, and to the earliest while nobody does. */
async function namedBy({ rows, ens }: ProfileParts, name: string): Promise<StoredProfile | undefined> {
  return (await provenFirst(await rows.named(foldName(name)), ens))[0];
}

async function provenFirst(found: StoredProfile[], ens: EnsNames | undefined): Promise<StoredProfile[]> {
  const claims = found.filter(({ username }) => username !== null && claimsEns(username));
  if (!ens || found.length < 2 || claims.length === 0) return found;
  const proven = new Set<StoredProfile>();
  for (const each of claims) if (await isProven(each, ens)) proven.add(each);
  return [...proven, ...found.filter((each) => !proven.has(each))];
}

/** Document ids are the longest. */
const maxIdentifier = 256;

/** That of the asked chain, else that of every chain; without a chain one that is of a single chain will do. */
function reached(found: readonly StoredProfile[], chainId: number | undefined): StoredProfile | undefined {
  const everywhere = found.find((each) => each.chainId === null);
  if (chainId === undefined) return everywhere ?? found[0];
  return found.find((each) => each.chainId === chainId) ?? everywhere;
}

async function ensOf({ rows, ens }: ProfileParts, stored: StoredProfile): Promise<EnsFindings> {
  const address = mainnetAddress(stored);
  if (!ens || address === undefined) return { name: null, proven: false };
  const [name, proven] = await Promise.all([
    rows.showsEns(stored.document).then((shows) => (shows ? ens.nameOf(address) : undefined)),
    isProven(stored, ens),
  ]);
  return { name: name ?? null, proven };
}

async function isProven(stored: StoredProfile, ens: EnsNames | undefined): Promise<boolean> {
  const { username } = stored;
  const address = mainnetAddress(stored);
  if (!ens || address === undefined || username === null || !claimsEns(username)) return false;
  return ens.provesName(username, address);
}

/** ENS names belong to addresses on mainnet, so a contract on another chain has none of them. */
function mainnetAddress({ ethAddress, chainId }: StoredProfile): string | undefined {
  return ethAddress === null || (chainId !== null && chainId !== 1) ? undefined : ethAddress.toLowerCase();
}

function isAddress(text: string): boolean {
  return /^0x[0-9a-fA-F]{40}$/.test(text);
}

function isFailure(error: unknown, code: Failure["code"]): boolean {
  return error instanceof Failure && error.code === code;
}
