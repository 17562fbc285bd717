import type { JsonObject } from "../kernel/json.ts";
import { iso, type Millis, parseTime } from "../kernel/time.ts";
import { parseOperation, type SignedOperation } from "./operation.ts";
import { type Signer, signTuple, withTuple } from "./signature.ts";

/** An action that the service signs, and where it stands. */
export type ServiceAction = {
  document: string;
  kind: string;
  scope: string;
  id: string;
  type: string;
  input: JsonObject;
  /** What it follows in its stream: the operation's digest and time, both "" in an empty one. */
  previous: { operation: string; timestampUtcMs: string };
  now: Millis;
};

/** Signs an action with the operation key: suite 2, user "". */
export async function signAction(action: ServiceAction, operationKey: Signer): Promise<SignedOperation> {
  const { document, kind, scope, id, type, input, previous, now } = action;
  // A reactor that sorts by time keeps the order of the log.
  const time = previous.timestampUtcMs ? Math.max(now, parseTime(previous.timestampUtcMs) + 1) : now;
  const place = { document, kind, branch: "main" };
  const unsigned = parseOperation({ id, type, timestampUtcMs: iso(time), input, scope }, place);
  const tuple = await signTuple(unsigned, operationKey, previous.operation, Math.floor(now / 1000));
  return withTuple(unsigned, tuple);
}
