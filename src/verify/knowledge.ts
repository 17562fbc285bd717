import type { KeyCheck } from "../identity/app-key.ts";
import type { Delegation, Moment } from "../identity/delegation.ts";
import type { Did } from "../identity/did.ts";
import type { Millis } from "../kernel/time.ts";
import type { LoggedEntry } from "../operations/entry.ts";
import type { OwnedKey } from "./organization-key.ts";

/** Who answers a question, and the last place of its log that it has taken into account. */
export type Answering = { did: Did; seq: number };

/** What the verifier knows beside the operation itself. */
export type Knowledge = {
  /** Undefined where no snapshot of delegations is held: then nobody's right can be told. */
  delegationsOf?(user: Did, key: Did): Promise<readonly Delegation[]> | readonly Delegation[];
  /** The delegation whose entry has this digest, however many came after it. */
  delegationOf?(entry: string): Promise<Delegation | undefined> | Delegation | undefined;
  /** The delegation that a document holds, where only the latest of a key are given by `delegationsOf`. */
  delegationIn?(document: string): Promise<Delegation | undefined> | Delegation | undefined;
  /** The key that an entry of an organisation's log gives. */
  ownedKey?(entry: string): Promise<OwnedKey | undefined> | OwnedKey | undefined;
  /** True for the service that keeps the log: what it does not know of is not so. False for a snapshot. */
  complete: boolean;
  /** The entry that an operation became, if the log is held here and has it. */
  entryOf?(document: string, operation: string): Promise<LoggedEntry | undefined> | LoggedEntry | undefined;
  /** Whether a key speaks for the service in what was admitted at a time; `at` is undefined for what no log holds. */
  isServiceKey(key: Did, at: Millis | undefined): boolean;
  /** Who answers, and up to which place of its log; undefined where a library asks on its own. */
  answering?: Answering;
  /** Checks signatures by another means than the runtime's own. */
  keyOf?: (did: Did) => KeyCheck;
  /** The realm whose document ids can be computed. */
  realm: string;
};

/** What can be demanded beside what is always required. */
export const demands = ["full", "user", "admitted"] as const;
export type Demand = (typeof demands)[number];

export type Question = {
  /** The moment asked about; admission where the entry is held, else now. */
  at?: Moment;
  /** What had been recorded by then counts. */
  known: Moment;
  now: Millis;
  require: readonly Demand[];
};
