import type { Did, KeyType } from "../identity/did.ts";
import { seal, unseal } from "../identity/sealing.ts";
import type { ServiceKeys } from "../identity/service-keys.ts";
import { ensure } from "../kernel/failure.ts";
import { day, type Millis } from "../kernel/time.ts";
import type { GroundName } from "../operations/grounds.ts";
import type { Signer } from "../operations/signature.ts";
import type { ProofSigner } from "../securing/data-integrity.ts";
import { type KeySigner, makePrivateKey, type Secp256k1Signer, signerOfKey } from "../securing/keys.ts";
import { findOrganization, type HeldKey, type OrganizationStore, organizationDid } from "./directory.ts";
import { jwkMethodId, methodId } from "./organization-document.ts";

/** What an operation that a key signs, or says to have been signed by it, rests on: its ADD_KEY. */
type Grounded = { key: Did; ground: GroundName };

/** What signs in an organisation's name: its keys in use whose private halves are here. */
export type OrganizationSigners = {
  organization: string;
  did: Did;
  slug: string;
  name: string;
  /** Signs operations: `user` "", `app` its did:key. None of a closed organisation does. */
  operation: (Signer & Grounded) | undefined;
  /** Sign credentials, Ed25519 before P-256. */
  credential: readonly (ProofSigner & Grounded)[];
  /** Signs twins of EIP-712; `method` is its DID URL. */
  twin: (Secp256k1Signer & Grounded & { method: string }) | undefined;
};

export type OrganizationKeys = {
  /** By the organisation's document. Refuses with NOT_FOUND. */
  signersOf(organization: string): Promise<OrganizationSigners>;
  /** Makes a pair; it counts once ADD_KEY stands in the log. Refuses with QUOTA_EXCEEDED. */
  make(organization: string, type: KeyType, now: Millis): Promise<Did>;
  /** Forgets private halves that sign nothing any more; at most `limit`. */
  forget(now: Millis, limit: number): Promise<number>;
};

/** Keys of one organisation that were made and wait for their ADD_KEY. */
export const maxWaiting = 10;

/** How long a key that was made waits, and how long the private half of a retired one stays. */
const keptFor = 7 * day;

/** Signers kept, of some kilobytes each: making one costs more than a signature. */
const maxKept = 1024;

const purpose = "organization key";

export function openOrganizationKeys(store: OrganizationStore, keys: ServiceKeys, origin: string): OrganizationKeys {
  const open = openSigners(keys);
  return {
    async signersOf(organization) {
      const { slug, profile, closed } = await findOrganization(store, organization);
      const did = organizationDid(origin, slug);
      const held = await store.heldKeys(organization);
      const signers = await Promise.all(held.map((each) => open(organization, each)));
      const can = rolesOf(did, signers);
      return { organization, did, slug, name: profile.name, ...can, ...(closed && { operation: undefined }) };
    },
    async make(organization, type, now) {
      const privateKey = makePrivateKey(type);
      const { did: key } = signerOfKey(type, privateKey);
      const sealed = await seal(keys, purpose, privateKey);
      const kept = await store.keepKey({ organization, key, sealed, createdAt: now }, maxWaiting);
      ensure(kept, "QUOTA_EXCEEDED", `${maxWaiting} keys wait for their ADD_KEY already.`);
      return key;
    },
    forget: (now, limit) => store.forgetKeys(now - keptFor, limit),
  };
}

type Opened = (KeySigner | Secp256k1Signer) & Grounded;

/** Opens what is sealed, once for each key; what cannot be opened, after a change of secrets, signs nothing. */
function openSigners(keys: ServiceKeys) {
  const kept = new Map<string, Opened>();
  return async (document: string, { key, type, operation, sealed }: HeldKey): Promise<Opened | undefined> => {
    const name = `${operation} ${key}`;
    const known = kept.get(name);
    if (known) return known;
    const privateKey = await unseal(keys, purpose, sealed);
    if (!privateKey) return undefined;
    const opened = { ...signerOfKey(type, privateKey), key, ground: { document, operation } };
    if (kept.size >= maxKept) kept.delete(kept.keys().next().value!);
    kept.set(name, opened);
    return opened;
  };
}

function rolesOf(
  did: Did,
  opened: readonly (Opened | undefined)[],
): Pick<OrganizationSigners, "operation" | "credential" | "twin"> {
  const ofType = (type: KeyType) => opened.find((each) => each?.type === type);
  const named = <T extends Opened>(signer: T) => ({ ...signer, method: methodId(did, signer.key) });
  const [ed25519, p256, secp256k1] = [ofType("Ed25519"), ofType("P-256"), ofType("secp256k1")];
  const jwkMethod = p256 && jwkMethodId(did, p256.key);
  const credential = [ed25519 && named(ed25519), p256 && { ...named(p256), jwkMethod }].flatMap((each) =>
    each ? [each as ProofSigner & Grounded] : [],
  );
  return { operation: p256, credential, twin: secp256k1 && named(secp256k1 as Secp256k1Signer & Grounded) };
}
