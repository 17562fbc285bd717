import { z } from "zod";
import { ensure } from "../../../src/kernel/failure.ts";
import { createDocumentRule } from "../../../src/operations/create-document.ts";
import type { ActionRule, DocumentKind } from "../../../src/operations/kind.ts";

/** A kind as those of badges and organisations will be: opened by a signature, strict, bound in full or not at all. */
export const accountKind = "test/account";
/** A kind as reputation will be: one document per subject, where many write at once. */
export const tallyKind = "test/tally";

export type Account = { opener: string; balance: number };
export type Tally = { subject: string | null; total: number; count: number };

const amount = z.int().min(-1_000_000).max(1_000_000);

export const account: DocumentKind<Account> = {
  name: accountKind,
  ids: ["created"],
  order: "strict",
  actions: {
    CREATE_DOCUMENT: { ...createDocumentRule(accountKind), bindings: ["full"], open: false },
    ADD: full(z.strictObject({ amount })),
  },
  initial: (opener) => ({ opener: opener.user, balance: 0 }),
  decide: (state, { actor, input }) => {
    ensure(actor.user === state.opener, "FORBIDDEN");
    ensure(state.balance + (input.amount as number) >= 0, "INVALID_INPUT", "The balance cannot be negative.");
  },
  evolve: (state, { action }) =>
    action.type === "ADD" ? { ...state, balance: state.balance + (action.input.amount as number) } : state,
  project: () => ({ rows: [], claims: [] }),
  view: (state) => ({ ...state }),
};

export const tally: DocumentKind<Tally> = {
  name: tallyKind,
  ids: ["derived"],
  order: "causal",
  actions: { ADD: full(z.strictObject({ subject: z.string(), amount })) },
  initial: () => ({ subject: null, total: 0, count: 0 }),
  decide: (_state, { actor }) => ensure(actor.user !== "", "FORBIDDEN"),
  evolve: (state, { action: { input } }) => ({
    subject: input.subject as string,
    total: state.total + (input.amount as number),
    count: state.count + 1,
  }),
  project: () => ({ rows: [], claims: [] }),
  view: (state) => ({ ...state }),
};

export const testKinds = [account, tally] as unknown as DocumentKind[];
/** What a key needs to be allowed to act in them. */
export const testLimits = [accountKind, tallyKind];

function full(input: ActionRule["input"]): ActionRule {
  return { input, bindings: ["full"], open: false };
}
