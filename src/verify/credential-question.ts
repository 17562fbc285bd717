import type { IssuedCredential } from "../credentials/issued.ts";
import type { AsChecked } from "../identity/as-checked.ts";
import type { Did } from "../identity/did.ts";
import type { WalletCheck } from "../identity/wallet.ts";
import type { Millis } from "../kernel/time.ts";
import type { ResolveIssuer } from "../securing/issuer-metadata.ts";
import type { ShownTo } from "../securing/key-binding.ts";
import type { ResolveKey } from "../securing/vc-jwt.ts";
import type { Answering } from "./knowledge.ts";

/** What verification may ask. What is missing is not asked, and what it would have told is unknown. */
export type CredentialKnowledge = {
  /** Who answers, and up to which place of its log. */
  answering?: Answering;
  resolveKey: ResolveKey;
  /** How issuers of SD-JWT VCs are found, and the origin by which the service itself is one; DIDs alone unless given. */
  issuers?: { resolve: ResolveIssuer; origin: string };
  wallet: Pick<WalletCheck, "checkDigest">;
  fetchStatusList?: FetchStatusList;
  /** The issuer whose records are held here. */
  own?: { did: Did; find(credentialId: string): Promise<IssuedCredential | undefined> };
  /** What the log says of a Renown credential; undefined where it does not hold it. */
  endingOf?(credentialId: string, issuer: Did): Promise<RenownEnding | undefined>;
};

/** How a Renown credential stands in the log: the first two undefined while it has not ended. */
export type RenownEnding = {
  revokedAt: Millis | undefined;
  /** Since when its key counts as compromised, and when the wallet said so. */
  compromise: { from: Millis; saidAt: Millis } | undefined;
  /** Where a contract held its proof for its own when it was entered: that proof's signature, and the record. */
  contract?: { proofValue: string; asChecked: AsChecked } | undefined;
};

/**
 * The text of a status list credential, by https and without following redirects. Refuses with STATUS_UNAVAILABLE what
 * does not answer, in time, in size, or from an address that may be called.
 */
export type FetchStatusList = (url: string) => Promise<string>;

/** `at` is the moment asked about and `known` what had been recorded by then; both are now unless given. */
export type CredentialQuestion = { at?: Millis; known?: Millis; now: Millis };
export type Moments = Required<CredentialQuestion>;

/** With what its holder was given, a credential must be bound to that, as SD-JWT VCs alone can be. */
export type ShownQuestion = CredentialQuestion & ShownTo;
