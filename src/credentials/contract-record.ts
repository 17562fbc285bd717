import { type AsChecked, asCheckedForm, isOf, readAsChecked } from "../identity/as-checked.ts";
import type { Account } from "../identity/did.ts";
import type { WalletProof } from "../identity/wallet.ts";
import { ensure } from "../kernel/failure.ts";
import { isObject, type JsonObject } from "../kernel/json.ts";
import type { Entry } from "../operations/entry.ts";
import type { ActionRule, Deed } from "../operations/kind.ts";
import { recordAction } from "../operations/recorded-checks.ts";
import type { Grant } from "./grant.ts";

/** What a wallet signed, as contracts are asked about it. */
export type SignedProof = { account: Account; digest: Uint8Array; signature: string };

/** A contract's yes, put on record by the service alone: behind INIT, and again whenever it was asked again. */
export const recording: Readonly<Record<typeof recordAction, ActionRule>> = {
  [recordAction]: { input: asCheckedForm, bindings: ["full"], open: false },
};

/** What the service puts on record about a deed whose facts are a proof by contract. */
export function recordOf({ type, facts }: Deed): { type: string; input: JsonObject } | undefined {
  const asChecked = type === "INIT" && isObject(facts) ? (facts as WalletProof).asChecked : undefined;
  return asChecked && { type: recordAction, input: recordInput(asChecked) };
}

/** The record as an action's input: JSON has no members that are undefined. */
export function recordInput({ factory, factoryData, ...rest }: AsChecked): JsonObject {
  return { ...rest, ...(factory !== undefined && { factory }), ...(factoryData !== undefined && { factoryData }) };
}

/** Refuses with NOT_INITIALIZED, FORBIDDEN, and with INVALID_INPUT a record of another question than this proof's. */
export function decideRecord(grant: Grant | null, proof: SignedProof | undefined, { actor, input }: Deed): void {
  ensure(grant && proof, "NOT_INITIALIZED");
  ensure(actor.authority.by === "service", "FORBIDDEN");
  const record = readAsChecked(input);
  const fits = grant.method === "contract" && record && isOf(record, proof.account, proof.digest);
  ensure(fits, "INVALID_INPUT", "The record is of another proof than the one that stands here.");
}

/** The grant with a record folded in: the first stays, of later ones the time. */
export function evolveRecord(grant: Grant, { action, authority, digest, admittedAt }: Entry): Grant {
  const record = action.type === recordAction && authority.by === "service" ? readAsChecked(action.input) : undefined;
  if (!record) return grant;
  return { ...grant, check: { entry: digest, first: grant.check?.first ?? record, at: admittedAt } };
}
