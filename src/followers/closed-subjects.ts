import type { Did } from "../identity/did.ts";
import { type Millis, parseTime } from "../kernel/time.ts";
import type { LoggedEntry } from "../operations/entry.ts";
import type { OperationStore } from "../operations/store.ts";
import { readReputationInput } from "../reputation/attestation-inputs.ts";
import type { Ledger } from "../reputation/ledger.ts";
import { reputationKind } from "../reputation/reputation-state.ts";
import { type Follower, type FollowerStore, follow } from "./follow.ts";

/** A subject that has left. */
export type Closing = {
  subject: Did;
  /** All who were one with it then, itself among them: of none of them there is a score any more. */
  members: readonly Did[];
  /** Whether it left by a key of its own, which is its owner's on every chain. A contract leaves on its own chain alone. */
  everywhere: boolean;
  at: Millis;
};

export type ClosingParts = {
  log: Pick<OperationStore, "entriesAfter" | "lastSeq" | "documentOfGrant" | "delegationByDocument">;
  store: FollowerStore<Closing[]>;
  ledger: Pick<Ledger, "group">;
};

/** Follows who leaves, so that what was vouched for of their scores ends with these. */
export function followClosings({ log, store, ledger }: ClosingParts): Follower {
  const closingOf = async (subject: Did, entry: LoggedEntry): Promise<Closing> => {
    const { members } = await ledger.group(subject, entry.seq);
    return { subject, members, everywhere: await isByOwnKey(log, entry), at: parseTime(entry.admittedAt) };
  };
  return follow({
    log,
    store,
    read: async (entries) => {
      const closings: Closing[] = [];
      for (const entry of entries) {
        const subject = closedIn(entry);
        if (subject !== undefined) closings.push(await closingOf(subject, entry));
      }
      return closings.length > 0 ? closings : undefined;
    },
  });
}

/** By how the delegation was proved that the entry stands by. Where that is not known, it speaks for one chain. */
async function isByOwnKey(log: ClosingParts["log"], { authority }: LoggedEntry): Promise<boolean> {
  const document = authority.by === "delegation" ? await log.documentOfGrant(authority.entry) : undefined;
  const delegation = document === undefined ? undefined : await log.delegationByDocument(document);
  return delegation?.method === "recovery";
}

function closedIn({ kind, action }: LoggedEntry): Did | undefined {
  if (kind !== reputationKind || action.type !== "CLOSE") return undefined;
  return readReputationInput(action.type, action.input)?.input.subject;
}
