import { type Did, isUserDid, parsePkh, pkhDid } from "../identity/did.ts";
import { claimsEns } from "./name.ts";

/** A profile as kept. */
export type StoredProfile = {
  document: string;
  /** The address in lower case, a did:pkh where its chain counts, or whoever opened a profile without an address. */
  owner: string;
  /** As it was set. */
  ethAddress: string | null;
  /** The one chain that it counts on; null for every chain. */
  chainId: number | null;
  username: string | null;
  userImage: string | null;
  createdAt: string;
  updatedAt: string;
};

/** What is asked for; a profile that fits one of the values is found. Names as they are shown, addresses in any case. */
export type ProfileQuery = {
  phids?: readonly string[] | undefined;
  ethAddresses?: readonly string[] | undefined;
  usernames?: readonly string[] | undefined;
};

export type ProfileRows = {
  find(query: ProfileQuery): Promise<StoredProfile[]>;
  /** Those whose name counts as the same, the earliest first: one, or of an ENS name any who claim it. */
  named(foldedName: string): Promise<StoredProfile[]>;
  showsEns(document: string): Promise<boolean>;
  setShowsEns(document: string, shows: boolean): Promise<void>;
};

/** What ENS says, where it can be asked; what does not answer says nothing. Addresses in lower case. */
export type EnsNames = {
  /** The primary name of an address, if the name leads back to it. */
  nameOf(address: string): Promise<string | undefined>;
  /** Whether a name leads to an address. */
  provesName(name: string, address: string): Promise<boolean>;
};

/** The primary name, where the subject shows it; and whether the name of the profile is proven to be an ENS name. */
export type EnsFindings = { name: string | null; proven: boolean };

/** A profile as the read model of existing clients shows it. */
export type UserRow = {
  documentId: string;
  username: string | null;
  ethAddress: string | null;
  userImage: string | null;
  createdAt: string;
  updatedAt: string;
};

/** A profile as anybody may see it. */
export type PublicProfile = {
  documentId: string;
  did: Did;
  /** In lower case. */
  address: string;
  /** The one chain that the address counts on, where a contract proved it; else null. */
  chainId: number | null;
  username: string | null;
  /** True for a name that ends in .eth and is not confirmed by ENS. */
  usernameClaimed: boolean;
  /** The primary name of the address, where the subject shows it and ENS was asked. */
  ensName: string | null;
  userImage: string | null;
  createdAt: string;
  updatedAt: string;
};

export function userRowOf({ document, username, ethAddress, userImage, createdAt, updatedAt }: StoredProfile): UserRow {
  return { documentId: document, username, ethAddress, userImage, createdAt, updatedAt };
}

export function publicProfileOf(stored: StoredProfile, ens: EnsFindings): PublicProfile {
  const { document, username, userImage, chainId, createdAt, updatedAt } = stored;
  const did = ownerDid(stored);
  return {
    documentId: document,
    did,
    address: isUserDid(did) ? parsePkh(did).address : "",
    chainId,
    username,
    usernameClaimed: username !== null && claimsEns(username) && !ens.proven,
    ensName: ens.name,
    userImage,
    createdAt,
    updatedAt,
  };
}

/** An address that counts on every chain is named on the first. */
function ownerDid({ owner }: StoredProfile): Did {
  return owner.startsWith("0x") ? pkhDid({ chainId: 1, address: owner as `0x${string}` }) : owner;
}
