import type { Reactor } from "../operations/reactor.ts";
import { organizationKind } from "./organization-state.ts";

/**
 * Closes an organisation in the service's own name, for its operator: nobody acts for it again. `reason` is one plain
 * line, public for ever. Refuses with REVOKED where it is closed, with NOT_INITIALIZED and INVALID_INPUT.
 */
export async function closeForOperator(
  reactor: Pick<Reactor, "attest">,
  document: string,
  reason: string,
): Promise<void> {
  await reactor.attest({
    document,
    kind: organizationKind,
    actions: [{ type: "CLOSE", input: { reason } }],
    actor: { user: "", app: "", method: "recovery" },
    authority: { by: "service", entry: "" },
  });
}
