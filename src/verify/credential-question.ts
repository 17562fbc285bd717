import type { IssuedCredential } from "../credentials/issued.ts";
import type { AsChecked } from "../identity/as-checked.ts";
import type { Did } from "../identity/did.ts";
import type { WalletCheck } from "../identity/wallet.ts";
import { type Code, Failure } from "../kernel/failure.ts";
import { type Check, fail, pass, unknown } from "../kernel/report.ts";
import type { Millis } from "../kernel/time.ts";
import type { ResolveKey } from "../securing/vc-jwt.ts";
import type { Answering } from "./knowledge.ts";

/** What verification may ask. What is missing is not asked, and what it would have told is unknown. */
export type CredentialKnowledge = {
  /** Who answers, and up to which place of its log. */
  answering?: Answering;
  resolveKey: ResolveKey;
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

/** Runs one check: what `run` refuses is its outcome, by code, and `detail` what it says when it passes. */
export async function attempt<T>(
  name: string,
  detail: string,
  run: () => T | Promise<T>,
): Promise<{ check: Check; value?: T }> {
  try {
    return { value: await run(), check: pass(name, detail) };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const outcome = undetermined.has(error.code) ? unknown : fail;
    return { check: outcome(name, error.code, error.detail ?? error.message) };
  }
}

/** Codes that say nothing about the credential: what could not be asked, or is not understood here. */
const undetermined: ReadonlySet<Code> = new Set<Code>([
  "UNKNOWN_SUITE",
  "UNSUPPORTED_DID_METHOD",
  "DID_UNREACHABLE",
  "STATUS_UNAVAILABLE",
  "CONTRACT_WALLET",
  "QUOTA_EXCEEDED",
  "UNAVAILABLE",
]);
