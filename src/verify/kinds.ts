import { delegation } from "../credentials/delegation.ts";
import { renownCredential } from "../credentials/renown-credential.ts";
import type { WalletCheck } from "../identity/wallet.ts";
import type { Kinds } from "../operations/fold.ts";
import type { DocumentKind } from "../operations/kind.ts";
import { profile } from "../profiles/profile.ts";

/** Every document kind that this house keeps and can replay; `maxLifetime` of a delegation in milliseconds. */
export function allKinds(wallet: WalletCheck, maxLifetime?: number): Kinds {
  const terms = maxLifetime === undefined ? { wallet } : { wallet, maxLifetime };
  const kinds: DocumentKind[] = [profile, renownCredential(terms), delegation(terms)];
  return new Map(kinds.map((kind) => [kind.name, kind]));
}
