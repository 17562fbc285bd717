import type { Did } from "../identity/did.ts";
import { type Millis, parseTime } from "../kernel/time.ts";
import type { LoggedEntry } from "../operations/entry.ts";
import type { OperationStore } from "../operations/store.ts";
import { accountOf } from "../reputation/accounts.ts";
import { readReputationInput } from "../reputation/attestation-inputs.ts";
import type { Ledger } from "../reputation/ledger.ts";
import { reputationKind } from "../reputation/reputation-state.ts";
import { type Follower, type FollowerStore, follow } from "./follow.ts";

/** A subject that has left, and the accounts of all who were one with it then: of none of them there is a score any more. */
export type Closing = { subject: Did; accounts: string[]; at: Millis };

export type ClosingParts = {
  log: Pick<OperationStore, "entriesAfter" | "lastSeq">;
  store: FollowerStore<Closing[]>;
  ledger: Pick<Ledger, "group">;
};

/** Follows who leaves, so that what was vouched for of their scores ends with these. */
export function followClosings({ log, store, ledger }: ClosingParts): Follower {
  const closingOf = async (subject: Did, { seq, admittedAt }: LoggedEntry): Promise<Closing> => {
    const { members } = await ledger.group(subject, seq);
    return { subject, accounts: [...new Set(members.map(accountOf))], at: parseTime(admittedAt) };
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

function closedIn({ kind, action }: LoggedEntry): Did | undefined {
  if (kind !== reputationKind || action.type !== "CLOSE") return undefined;
  return readReputationInput(action.type, action.input)?.input.subject;
}
