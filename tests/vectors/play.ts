import { z } from "zod";
import { Failure } from "../../src/kernel/failure.ts";
import { type JsonObject, parseJson } from "../../src/kernel/json.ts";
import { parseTime } from "../../src/kernel/time.ts";
import type { Receipt } from "../../src/operations/receipt.ts";
import { openQuestion } from "../../src/verify/question.ts";
import { openHouse, operationKey } from "../harness.ts";

const action = z.record(z.string(), z.unknown());
const question = z.strictObject({
  at: z.string().optional(),
  known: z.string().optional(),
  require: z.array(z.enum(["full", "user", "admitted"])).optional(),
});
const opening = z.strictObject({ kind: z.string(), create: action, operations: z.array(action) });
const run = z.strictObject({ document: z.string(), kind: z.string(), operations: z.array(action).min(1) });
const attestation = z.strictObject({
  document: z.string(),
  kind: z.string(),
  by: z.enum(["proof", "session"]),
  user: z.string(),
  actions: z.array(z.strictObject({ id: z.string(), type: z.string(), input: action })).min(1),
});
const wire = z.strictObject({
  operation: z.record(z.string(), z.unknown()),
  context: z.record(z.string(), z.unknown()),
});

const step = z.union([
  z.strictObject({ at: z.string(), open: opening }),
  z.strictObject({ at: z.string(), submit: run }),
  z.strictObject({ at: z.string(), attest: attestation }),
]);

/** The shape of a vector's file; docs/operations.md, "Vectors", says what its members mean. */
export const vectorShape = z.strictObject({
  law: z.string().min(10),
  realm: z.string(),
  now: z.string(),
  operationKeys: z.tuple([z.literal(operationKey.did)]),
  given: z.array(step),
  when: z.union([
    z.strictObject({ open: opening, question: question.optional() }),
    z.strictObject({ submit: run, question: question.optional() }),
    z.strictObject({ verify: wire, question: question.optional() }),
    z.strictObject({ text: z.string(), document: z.string(), kind: z.string() }),
  ]),
  // biome-ignore lint/suspicious/noThenProperty: the files read as given, when, then
  then: z.strictObject({
    submit: z.string().optional(),
    operation: z.string().nullish(),
    entry: z.string().optional(),
    verify: z
      .strictObject({ verdict: z.string(), binding: z.string(), checks: z.record(z.string(), z.string()) })
      .optional(),
  }),
});

export type Vector = z.infer<typeof vectorShape>;
export type Outcome = Vector["then"];
type When = Vector["when"];
type House = ReturnType<typeof openHouse>;

/** Plays a vector through the real reactor over SQLite in memory and asks the real verifier. */
export async function play(vector: Omit<Vector, "then">): Promise<Outcome> {
  const house = openHouse([], { realm: vector.realm });
  try {
    for (const each of vector.given) {
      house.clock.set(parseTime(each.at));
      await enter(house, each);
    }
    house.clock.set(parseTime(vector.now));
    return { ...(await submitted(house, vector.when)), ...(await verified(house, vector.when)) };
  } finally {
    await house.close();
  }
}

function enter(house: House, each: z.infer<typeof step>): Promise<unknown> {
  if ("open" in each) return house.reactor.open(each.open.create, each.open.kind, each.open.operations);
  if ("submit" in each) return house.reactor.submit(each.submit.document, each.submit.operations, each.submit.kind);
  const { document, kind, by, user, actions } = each.attest;
  const named = actions.map(({ id, type, input }) => ({ id, type, input: input as JsonObject }));
  const actor = { user, app: "", method: "recovery" } as const;
  return house.reactor.attest({ document, kind, actions: named, actor, authority: { by, entry: "" } });
}

async function submitted(house: House, when: When): Promise<Outcome> {
  if ("verify" in when) return {};
  try {
    const receipts = await submit(house, when);
    return { submit: "admitted", entry: receipts.at(-1)!.entry };
  } catch (error) {
    if (error instanceof Failure) return { submit: error.code };
    throw error;
  }
}

async function submit(house: House, when: Exclude<When, { verify: unknown }>): Promise<Receipt[]> {
  if ("open" in when) return house.reactor.open(when.open.create, when.open.kind, when.open.operations);
  if ("text" in when) return house.reactor.submit(when.document, [parseJson(when.text)], when.kind);
  return house.reactor.submit(when.submit.document, when.submit.operations, when.submit.kind);
}

async function verified(house: House, when: When): Promise<Outcome> {
  if ("text" in when) return {};
  const { store, clock, realm, isServiceKey } = house;
  const ask = await openQuestion(
    { store, clock: clock.now, realm, did: "did:web:localhost", isServiceKey },
    when.question ?? {},
  );
  const { verdict, binding, checks, operation } = await ask(wireOf(when));
  return { operation, verify: { verdict, binding, checks: Object.fromEntries(checks.map((c) => [c.name, c.code])) } };
}

/** The last operation of what is submitted, as Powerhouse carries it. */
function wireOf(when: Exclude<When, { text: unknown }>): unknown {
  if ("verify" in when) return when.verify;
  const { kind, operations } = "open" in when ? when.open : when.submit;
  const last = "open" in when ? (operations.at(-1) ?? when.open.create) : operations.at(-1)!;
  const document = "open" in when ? documentOf(when.open.create) : when.submit.document;
  return { operation: { action: last }, context: { documentId: document, documentType: kind, branch: "main" } };
}

function documentOf(create: Record<string, unknown>): string {
  return String((create.input as JsonObject | undefined)?.documentId);
}
