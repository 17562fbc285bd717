import type { Did } from "../identity/did.ts";
import type { Clock } from "../kernel/time.ts";
import type { Kinds } from "./fold.ts";
import type { Signer } from "./signature.ts";
import type { OperationStore } from "./store.ts";

/** What a reactor is made of in one installation. */
export type Installation = {
  store: OperationStore;
  kinds: Kinds;
  realm: string;
  clock: Clock;
  /** The key that signs attested operations. */
  operationKey: Signer;
  /** Whether a key is the operation key in use: a retired one lets nothing more in. */
  isServiceKey(key: Did): boolean;
  /** Told after each commit; must not throw. */
  committed?(): void;
};

/** How often an operation that lost a race is loaded and decided again. */
export const maxAttempts = 8;
