import type { ProofMethod } from "../identity/delegation.ts";
import { ensure, Failure } from "../kernel/failure.ts";
import { canonicalJson, type JsonObject } from "../kernel/json.ts";
import type { Millis } from "../kernel/time.ts";
import { admit } from "./admit.ts";
import { ruleOf } from "./authority.ts";
import { type Decision, decideDeed, withSnapshot } from "./decide-run.ts";
import { isAssignedId } from "./document-id.ts";
import { type Authority, operationDigest } from "./entry.ts";
import { apply, type Document, kindOf, openDocument } from "./fold.ts";
import { maxAttempts } from "./installation.ts";
import type { Actor, Deed, DocumentKind, Opener } from "./kind.ts";
import { textOf } from "./operation.ts";
import { projectionOf } from "./projection.ts";
import { type Receipt, receiptOf } from "./receipt.ts";
import { signAction } from "./service-action.ts";
import { type Corridor, commit, load } from "./settle.ts";
import type { Append } from "./store.ts";
import { ensureDistinct, ensureScope, parseInput } from "./submission.ts";

/** What the service says in its own signature, and by what right. */
export type Attestation = {
  /** An assigned id; the document is opened in the same commit where it does not exist. */
  document: string;
  kind: string;
  /** Action ids may come from the client, so that it can send again what it got no answer to. */
  actions: readonly { id?: string; type: string; input: JsonObject }[];
  /** Whom the door proved. */
  actor: Opener & { method: ProofMethod };
  authority: Authority;
};

type Step = { type: string; id: string; input: JsonObject; facts: unknown };

/** Signs the actions with the operation key behind the stream's head and commits them; again where the head moved. */
export async function attest(attestation: Attestation, corridor: Corridor): Promise<Receipt[]> {
  const kind = kindOf(corridor.kinds, attestation.kind);
  ensureDistinct(attestation.actions);
  for (const { type } of attestation.actions) ensureScope({ type, scope: "global" });
  let steps: Step[] | undefined;
  for (let attempt = 1; attempt <= maxAttempts; attempt++) {
    const repeated = await repeats(attestation, corridor);
    if (repeated) return repeated;
    steps ??= await stepsOf(attestation, kind, await corridor.now());
    const before = await load(corridor, attestation.document);
    ensure(before ? before.kind.name === kind.name : isAssignedId(attestation.document), "UNKNOWN_DOCUMENT");
    const decision = await decide(attestation, kind, steps, before, corridor);
    // Signing may have let others go first; what is kept then has another head.
    const latest = await load(corridor, attestation.document);
    if (latest?.head.entry !== before?.head.entry) continue;
    const receipts = await commit(corridor, decision, attempt);
    if (receipts) return receipts;
  }
  throw new Failure("CONFLICT");
}

/** Facts are asked once: they stay true when a race is lost. */
async function stepsOf(attestation: Attestation, kind: DocumentKind, now: Millis): Promise<Step[]> {
  const steps: Step[] = [];
  for (const action of attestation.actions) {
    const input = parseInput(kind, action.type, action.input);
    const { document } = attestation;
    const deed = { document, type: action.type, input, actor: actorOf(attestation), now, grounds: [] };
    steps.push({
      type: action.type,
      id: action.id ?? crypto.randomUUID(),
      input: action.input,
      facts: await kind.facts?.(deed),
    });
  }
  return steps;
}

function actorOf({ actor, authority }: Attestation): Actor {
  return { ...actor, authority, binding: authority.by === "service" ? "full" : "attested" };
}

/** Who acts where the service speaks in its own name. */
const service: Actor = {
  user: "",
  app: "",
  method: "recovery",
  authority: { by: "service", entry: "" },
  binding: "full",
};

async function decide(
  attestation: Attestation,
  kind: DocumentKind,
  steps: readonly Step[],
  before: Document | undefined,
  corridor: Corridor,
): Promise<Decision> {
  const id = attestation.document;
  const now = await corridor.now();
  const entries: Append["entries"] = [];
  let document = before ?? openDocument(id, kind, undefined);
  const add = async (scope: string, { facts, ...action }: Step, actor: Actor): Promise<Deed> => {
    const head = scope === "document" ? document.genesis : document.head;
    const place = { document: id, kind: kind.name, scope, previous: head, now };
    const operation = await signAction({ ...place, ...action }, corridor.operationKey);
    const input = parseInput(kind, action.type, action.input);
    const deed: Deed = { document: id, type: action.type, input, actor, now, facts, grounds: [] };
    const { binding, authority } = actor;
    ensure(ruleOf(kind, action.type).bindings.includes(binding), "BINDING_NOT_TAKEN");
    decideDeed(document, deed);
    const digest = operationDigest(operation);
    const entry = admit(operation, {
      realm: corridor.realm,
      head,
      text: textOf(operation.action),
      digest,
      binding,
      authority,
      now,
    });
    document = apply(document, entry);
    entries.push({ entry, projection: projectionOf(document, entry) });
    return deed;
  };
  const actor = actorOf(attestation);
  if (!before) {
    ensure(kind.ids.includes("assigned"), "UNKNOWN_DOCUMENT");
    const input = { model: kind.name, version: 0, documentId: id };
    await add("document", { type: "CREATE_DOCUMENT", id: crypto.randomUUID(), input, facts: undefined }, actor);
  }
  for (const step of steps) {
    // Called outside of the condition: what stands in the arguments of a missing function is not done.
    const deed = await add("global", step, actor);
    const record = kind.record?.(deed);
    if (record) await add("global", { ...record, id: crypto.randomUUID(), facts: undefined }, service);
  }
  return withSnapshot(document, entries);
}

/** What was attested under an action id before: the same words give the same receipt. */
async function repeats({ document, actions }: Attestation, { store }: Corridor): Promise<Receipt[] | undefined> {
  const receipts: Receipt[] = [];
  for (const action of actions) {
    const entry = action.id === undefined ? undefined : await store.entryOfAction(document, action.id);
    if (!entry) continue;
    const same = entry.action.type === action.type && canonicalJson(entry.action.input) === canonicalJson(action.input);
    ensure(same, "ACTION_ID_REUSED");
    receipts.push(receiptOf(entry, entry.seq));
  }
  const whole = receipts.length === 0 || receipts.length === actions.length;
  ensure(whole, "ACTION_ID_REUSED", "A part of the run is in the log.");
  return receipts.length > 0 ? receipts : undefined;
}
