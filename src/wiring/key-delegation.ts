import { type DelegationState, delegationKind } from "../credentials/delegation.ts";
import type { Reactor } from "../operations/reactor.ts";
import type { OperationStore } from "../operations/store.ts";
import type { WalletWords } from "../securing/presentation-jwt.ts";

/** Where the log of a delegation stands. */
export function delegationUrl(origin: string, document: string): string {
  return `${origin}/v1/documents/${document}`;
}

/** Where the wallet gave the delegation as a sign-in message, its words go along: they need no word of ours. */
export async function walletWords(
  { store, reactor }: { store: Pick<OperationStore, "delegationByDocument">; reactor: Pick<Reactor, "document"> },
  document: string,
): Promise<WalletWords | undefined> {
  const record = await store.delegationByDocument(document);
  if (record?.kind !== delegationKind) return undefined;
  const { proof } = (await reactor.document(document)).state as DelegationState;
  return proof ? { message: proof.message, signature: proof.signature } : undefined;
}
