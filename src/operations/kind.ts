import type { ZodType } from "zod";
import type { ProofMethod } from "../identity/delegation.ts";
import type { Did } from "../identity/did.ts";
import type { ContractCheck } from "../identity/wallet.ts";
import type { JsonObject } from "../kernel/json.ts";
import type { Millis } from "../kernel/time.ts";
import type { Authority, Binding, Entry } from "./entry.ts";
import type { Settle } from "./tallies.ts";

/** Who acts: in a signed operation the user and key it names, in an attested one those whom the door has proved. */
export type Actor = {
  user: Did | "";
  app: Did | "";
  binding: Binding;
  authority: Authority;
  /** How the wallet's proof was checked; a contract's speaks for its own chain only. */
  method: ProofMethod;
};

/** What `decide` is told beside the state: the action with its input parsed, and what had to be asked elsewhere. */
export type Deed = {
  document: string;
  type: string;
  input: JsonObject;
  actor: Actor;
  /** Admission time. */
  now: Millis;
  /** What `facts` of the kind found out, undefined where it has none. */
  facts: unknown;
  /** The entries that `input.restsOn` names, in its order; each stands. Empty where the action rests on none. */
  grounds: readonly Entry[];
};

export type ActionRule = {
  /** The input's schema; what passes it is what `decide` and `evolve` read. */
  input: ZodType;
  bindings: readonly Binding[];
  /** Whether a key may do it in its user's documents when its delegation names no limits. */
  open: boolean;
  /** True where the action proves itself: no delegation is needed, whoever sends it. */
  selfProving?: boolean;
  /** True where the input has `restsOn`: entries, of this document or others, that give what the action needs. */
  rests?: boolean;
};

/** In a row, stands for the place in the log of the entry being written. */
export const here = Symbol("the place of this entry");

export type Value = string | number | null | typeof here;

/** A row of a read model: `set` is written under `key`, members not named stay. */
export type Row = { table: string; key: Record<string, string>; set: Record<string, Value> };

/** Something there is only one of: the commit fails (`refusal`) while another holder has it. */
export type Claim = {
  space: string;
  key: string;
  holder: string;
  /** Held for ever, or until then. */
  until: Millis | null;
  refusal:
    | "NAME_TAKEN"
    | "PROFILE_EXISTS"
    | "CREDENTIAL_KNOWN"
    | "REPLAYED"
    | "CONFLICT"
    | "WRONG_ORGANIZATION"
    | "ALREADY_SET";
};

/** What an entry changes in the read models; replaying the log in order gives the same tables. */
export type Projection = { rows: Row[]; claims: Claim[] };

/** Who opened a document: the signer of its CREATE_DOCUMENT, or whom the door proved. */
export type Opener = { user: Did | ""; app: Did | "" };

/** What a key without a user asks to do. */
export type KeyAsked = { type: string; input: JsonObject; app: Did };

/** A document kind is a decider: a pure decision, a pure fold, a pure projection. */
export type DocumentKind<State = unknown> = {
  name: string;
  ids: readonly ("created" | "derived" | "assigned")[];
  order: "strict" | "causal";
  actions: Readonly<Record<string, ActionRule>>;
  initial(opener: Opener): State;
  /**
   * Asks what a decision needs and pure code cannot know (a proof's signature). Runs before `decide`, never on replay;
   * in an audit, which asks no chain, `recorded` answers for contracts.
   */
  facts?(deed: Omit<Deed, "facts">, recorded?: ContractCheck): Promise<unknown>;
  /**
   * Counts what a signed deed uses of a limit, once it is decided and before anything else is: told what became of it.
   * Never on replay.
   */
  count?(deed: Deed): Settle | undefined;
  /** What the service puts on record about the deed, in its own name and in the same commit, behind it. */
  record?(deed: Deed): { type: string; input: JsonObject } | undefined;
  /** True where the key acts on its own authority over itself, whatever its limits say. */
  ofItself?(state: State, deed: Omit<Deed, "facts" | "now">): boolean;
  /**
   * The digest of the entry by which a key that names no user acts: an organisation's own. Undefined where it is none.
   */
  byKey?(state: State, asked: KeyAsked, grounds: readonly Entry[]): string | undefined;
  /** Throws a Failure where this actor may not do this now. */
  decide(state: State, deed: Deed): void;
  /** Total: whatever the log holds, it returns a state. */
  evolve(state: State, entry: Entry): State;
  /** The rows and claims that this entry, just folded into `state`, has changed. */
  project(state: State, entry: Entry): Projection;
  /** What the API shows of the state. */
  view(state: State): JsonObject;
};
