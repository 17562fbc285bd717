import { expect } from "vitest";
import type { Limits, ProofMethod } from "../../src/identity/delegation.ts";
import { type Did, parsePkh } from "../../src/identity/did.ts";
import { Failure } from "../../src/kernel/failure.ts";
import type { JsonObject } from "../../src/kernel/json.ts";
import { iso, type Millis, minute } from "../../src/kernel/time.ts";
import { admit } from "../../src/operations/admit.ts";
import { authorise, ruleOf } from "../../src/operations/authority.ts";
import { type Authority, type Binding, type Entry, operationDigest } from "../../src/operations/entry.ts";
import { emptyHead } from "../../src/operations/fold.ts";
import type { Actor, Deed, DocumentKind, Opener, Projection } from "../../src/operations/kind.ts";
import { parseOperation, textOf } from "../../src/operations/operation.ts";
import type { Head } from "../../src/operations/store.ts";
import { parseInput } from "../../src/operations/submission.ts";

/** The fixed clock: acts without a time of their own happen then. */
export const noon: Millis = Date.UTC(2026, 10, 20, 12);

export const serviceKey: Did = "did:key:zDnaerDaTF5BXEavCrfRZEk316dpbLsfPDZ3WJ5hRTPFU2169";
export const theDocument = "5b6a3c2e-0000-4222-8333-444455556666";

/** Who acts: a signed operation rests on a delegation with `limits`, an attested one on what the door has proved. */
export type By = {
  user: Did | "";
  app: Did | "";
  binding: Binding;
  by: Authority["by"];
  method?: ProofMethod;
  limits?: Limits;
};

/** `grounds` are the entries that `input.restsOn` would name. */
export type Act = { type: string; input: JsonObject; by: By; at?: Millis; grounds?: readonly Entry[] };

export type Outcome<State> = { state: State; entry: Entry; projection: Projection; view: JsonObject };

type Folded<State> = { state: State; head: Head };

/**
 * Takes acts through a kind as the corridor does, without a store: input, binding, authority, facts, decision, fold.
 * The log must be one that is admitted; `then` expects a failure code or members of the view.
 */
export function given<State>(kind: DocumentKind<State>, log: readonly Act[] = [], opener: Opener = nobody) {
  return {
    when: (act: Act) => ({
      // biome-ignore lint/suspicious/noThenProperty: it reads as given, when, then, and is never awaited half-way
      async then(expected: string | JsonObject): Promise<Outcome<State>> {
        let document: Folded<State> = { state: kind.initial(opener), head: emptyHead };
        for (const earlier of log) document = after(document, await admitted(kind, document, earlier));
        const outcome = await attempt(kind, document, act);
        if (outcome instanceof Failure) {
          expect(outcome.code, outcome.detail).toBe(expected);
          return undefined as never;
        }
        if (typeof expected === "string") expect.fail(`It was admitted, ${expected} was expected.`);
        expect(outcome.view).toMatchObject(expected);
        return outcome;
      },
    }),
  };
}

/** An entry as it stands in the log, for folds that ask nobody. */
export function entryOf<State>(kind: DocumentKind<State>, head: Head, act: Act, actor: Actor): Entry {
  const { type, input, at = noon } = act;
  const id = `5b6a3c2e-1111-4222-8333-${String(head.length).padStart(12, "0")}`;
  const context = { signer: signerOf(actor) };
  const action = { id, type, timestampUtcMs: iso(at), input, scope: "global", context };
  const operation = parseOperation(action, { document: theDocument, kind: kind.name, branch: "main" });
  const { binding, authority } = actor;
  const digest = operationDigest(operation);
  const text = textOf(operation.action);
  return admit(operation, { realm: "main", head, text, digest, binding, authority, now: at });
}

const nobody: Opener = { user: "", app: "" };

async function attempt<State>(kind: DocumentKind<State>, document: Folded<State>, act: Act) {
  try {
    return await admitted(kind, document, act);
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
}

async function admitted<State>(kind: DocumentKind<State>, document: Folded<State>, act: Act): Promise<Outcome<State>> {
  const { type, at: now = noon } = act;
  const input = parseInput(kind, type, act.input);
  if (!ruleOf(kind, type).bindings.includes(act.by.binding)) throw new Failure("BINDING_NOT_TAKEN");
  const actor = actorOf(kind, document.state, act, input);
  const deed: Omit<Deed, "facts"> = { document: theDocument, type, input, actor, now, grounds: act.grounds ?? [] };
  kind.decide(document.state, { ...deed, facts: await kind.facts?.(deed) });
  const entry = entryOf(kind, document.head, act, { ...actor, user: act.by.user });
  const state = kind.evolve(document.state, entry);
  return { state, entry, projection: kind.project(state, entry), view: kind.view(state) };
}

function actorOf<State>(kind: DocumentKind<State>, state: State, act: Act, input: JsonObject): Actor {
  const { user, app, binding, by, method = "recovery", limits = "unsaid" } = act.by;
  const now = act.at ?? noon;
  if (binding === "attested") return { user, app, binding, method, authority: { by, entry: "" } };
  const { type, grounds = [] } = act;
  const asked = { document: theDocument, type, input, signer: { user, app }, binding, now, grounds };
  const life = { grantedSeq: 1, grantedAt: 0, expiresAt: now + minute };
  const delegation = { document: "given elsewhere", entry: "E".repeat(43), user, key: app, limits, method, ...life };
  return authorise(kind, state, asked, by === "delegation" ? [delegation] : [], (key) => key === serviceKey);
}

function after<State>(document: Folded<State>, { state, entry }: Outcome<State>): Folded<State> {
  const { operation, digest, action } = entry;
  const { timestampUtcMs } = action;
  return { state, head: { length: document.head.length + 1, operation, entry: digest, timestampUtcMs } };
}

/** Kinds never look at signatures, so these have the form of one and no more. */
function signerOf({ user, app, binding }: Actor) {
  const key = binding === "attested" || app === "" ? serviceKey : app;
  const content = binding === "content" ? `${"A".repeat(43)}=` : `r2.${"A".repeat(43)}`;
  const named = binding === "attested" || user === "" ? undefined : parsePkh(user);
  return {
    user: { address: named?.address ?? "", networkId: named ? "eip155" : "", chainId: named?.chainId ?? 0 },
    app: { name: "test", key },
    signatures: [[String(noon / 1000), key, content, "", `0x${"1".repeat(128)}`]],
  };
}
