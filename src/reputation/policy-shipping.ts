import { Failure } from "../kernel/failure.ts";
import type { JsonObject } from "../kernel/json.ts";
import type { Clock } from "../kernel/time.ts";
import type { Reactor } from "../operations/reactor.ts";
import { signOpening, signOperation } from "../operations/sign.ts";
import type { Signer } from "../operations/signature.ts";
import type { PolicyStore } from "./policies.ts";
import { policyKind } from "./policy.ts";
import { policyHash } from "./policy-schema.ts";
import type { ShippedPolicy } from "./shipped-policies.ts";

export type ShippingParts = {
  realm: string;
  clock: Clock;
  store: Pick<PolicyStore, "byAlias">;
  reactor: Pick<Reactor, "open" | "attest">;
  /** Signs in the service's own name. */
  operationKey: Signer;
};

/**
 * Publishes what comes with the service, in the service's own name: a first version where there is none, a next one
 * where the text is another than the latest. Done again it changes nothing, and so it does where another process is first.
 */
export async function publishShipped(parts: ShippingParts, shipped: readonly ShippedPolicy[]): Promise<void> {
  for (const each of shipped) {
    const known = await parts.store.byAlias(each.alias);
    if (known?.hash === policyHash(each.policy)) continue;
    await (known ? publishNext(parts, known.document, each) : openFirst(parts, each)).catch(unlessStands);
  }
}

async function openFirst({ realm, clock, reactor, operationKey }: ShippingParts, shipped: ShippedPolicy) {
  const now = clock();
  const create = await signOpening({ realm, kind: policyKind, user: "" }, operationKey, now);
  const { document } = create;
  const intent = { document, kind: policyKind, type: "PUBLISH", input: inputOf(shipped), user: "" } as const;
  const first = await signOperation(intent, operationKey, now);
  await reactor.open(create.action, policyKind, [first.action]);
}

async function publishNext({ reactor }: ShippingParts, document: string, shipped: ShippedPolicy): Promise<void> {
  await reactor.attest({
    document,
    kind: policyKind,
    actions: [{ type: "PUBLISH", input: inputOf(shipped) }],
    actor: { user: "", app: "", method: "recovery" },
    authority: { by: "service", entry: "" },
  });
}

function inputOf({ policy, alias }: ShippedPolicy): JsonObject {
  return { policy, alias } as unknown as JsonObject;
}

/** Another process was first: its document has the name, or its version is the same. */
function unlessStands(error: unknown): void {
  const stands = error instanceof Failure && (error.code === "NAME_TAKEN" || error.code === "UNCHANGED");
  if (!stands) throw error;
}
