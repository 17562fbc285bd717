import type { AsChecked } from "../identity/as-checked.ts";
import type { LifeCode } from "../identity/delegation.ts";
import type { Did } from "../identity/did.ts";

/** What is known of the key at the moment asked about. */
export type KeyReport = {
  user: Did;
  state: LifeCode | "NOT_DELEGATED" | "PROOF" | "SERVICE" | "NO_USER" | "UNKNOWN";
  /** The delegation that was found, null where there is none. */
  id: string | null;
  entry: string | null;
  grantedAt: string | null;
  expiresAt: string | null;
  /** Names of limits, null where nothing was said or nothing was found. */
  may: string[] | null;
  /** A later revocation: a note, no failure. */
  revokedSince: string | null;
  /** Where a contract gave it, what that said yes to then, as the service put it on record. */
  asChecked: AsChecked | null;
};
