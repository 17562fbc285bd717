import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Failure } from "../../../src/kernel/failure.ts";
import type { JsonObject } from "../../../src/kernel/json.ts";
import { iso, minute } from "../../../src/kernel/time.ts";
import type { Entry } from "../../../src/operations/entry.ts";
import { emptyHead } from "../../../src/operations/fold.ts";
import type { Actor, Deed, Row } from "../../../src/operations/kind.ts";
import { parseInput } from "../../../src/operations/submission.ts";
import { attestationIn } from "../../../src/reputation/attestation-decisions.ts";
import { reputationActions } from "../../../src/reputation/attestation-inputs.ts";
import { noReputation, type Reputation } from "../../../src/reputation/reputation-state.ts";
import { type By, entryOf, noon, theDocument } from "../given.ts";
import {
  academy,
  ann,
  arbiter,
  bea,
  by,
  byKey,
  cai,
  contributed,
  contribution,
  dan,
  eve,
  evesRole,
  field,
  fields,
  guild,
  issuer,
  joined,
  key,
  kind,
  name,
  owner,
  role,
  viewer,
} from "./people.ts";

const people = [ann, bea, cai, dan, eve];
const foreign = role(ann, "owner", guild);
const evesArbiter = role(eve, "arbiter");
const rights = [owner, issuer, viewer, arbiter, evesRole, fields, key, foreign, evesArbiter, joined(), joined(guild)];
const confirmed = [contributed(eve), contributed(cai)];

/** What somebody tries: which earlier entries it is about is drawn as a number. */
type Try = { type: string; who: By; input: JsonObject; grounds: readonly Entry[]; about: number; over: number };

const said: fc.Arbitrary<JsonObject> = fc.record({
  field: fc.constantFrom(field, "craft", "other"),
  kind: fc.constantFrom("review", "contribution", "incident"),
  value: fc.constantFrom("0", "1.5", "5"),
});
const standing: fc.Arbitrary<JsonObject> = fc.oneof(
  fc.record({ standing: fc.constant("organization"), organization: fc.constantFrom(academy, guild, "") }),
  fc.record({
    standing: fc.constant("membership"),
    organization: fc.constant(""),
    context: fc.constantFrom(academy, guild),
  }),
  fc.constant({ standing: "work", organization: "", ...contribution }),
  fc.record({ standing: fc.constantFrom("unsolicited", "membership"), organization: fc.constantFrom("", academy) }),
);
const inputs: Record<string, fc.Arbitrary<JsonObject>> = {
  ATTEST: fc.tuple(said, standing).map(([what, how]) => ({ ...what, ...how })),
  RULE: fc.record({ outcome: fc.constantFrom("upheld", "struck") }),
  RESPOND: fc.constant({ _sd: [name(3)] }),
  LINK: fc.record({ other: fc.constantFrom(...people) }),
  UNLINK: fc.record({ other: fc.constantFrom(...people) }),
  JOIN: fc.record({ organization: fc.constantFrom(academy, guild) }),
  PART: fc.record({ organization: fc.constantFrom(academy, guild) }),
  HIDE: fc.constant({ evidence: name(4) }),
  SHOW: fc.constant({ policy: `r1${name(6)}`, audience: "all" }),
};
const types = Object.keys(reputationActions).filter((type) => type !== "CLOSE");
const wild: fc.Arbitrary<Pick<Try, "type" | "who" | "input" | "grounds">> = fc.constantFrom(...types).chain((type) =>
  fc.record({
    type: fc.constant(type),
    who: fc.constantFrom(...people.map(by), by(eve), byKey),
    input: inputs[type] ?? fc.constant({}),
    grounds: fc.oneof(fc.subarray(rights, { maxLength: 4 }), fc.constant(confirmed)),
  }),
);
const praise = { field, kind: "contribution", value: "1.5" };
const organized = { ...praise, standing: "organization", organization: academy };
/** What goes well where it comes at its time. */
const sound: fc.Arbitrary<Pick<Try, "type" | "who" | "input" | "grounds">> = fc.constantFrom(
  { type: "ATTEST", who: by(bea), input: organized, grounds: [issuer, fields] },
  { type: "ATTEST", who: byKey, input: organized, grounds: [key, fields] },
  {
    type: "ATTEST",
    who: by(cai),
    input: { ...praise, standing: "membership", organization: "", context: academy },
    grounds: [viewer, evesRole, joined(), fields],
  },
  {
    type: "ATTEST",
    who: by(cai),
    input: { ...praise, ...contribution, standing: "work", organization: "" },
    grounds: confirmed,
  },
  { type: "RETRACT", who: by(bea), input: {}, grounds: [issuer] },
  { type: "RETRACT", who: by(cai), input: {}, grounds: [] },
  { type: "DISPUTE", who: by(eve), input: {}, grounds: [] },
  { type: "DISPUTE", who: by(eve), input: {}, grounds: [] },
  { type: "RULE", who: by(dan), input: { outcome: "struck" }, grounds: [arbiter] },
  { type: "RULE", who: by(ann), input: { outcome: "upheld" }, grounds: [owner] },
);
/** The same by somebody else. */
const borrowed = fc.tuple(sound, fc.constantFrom(...people.map(by), byKey)).map(([asked, who]) => ({ ...asked, who }));
const tries: fc.Arbitrary<Try> = fc
  .tuple(fc.oneof(sound, borrowed, wild), fc.nat(5), fc.nat(5))
  .map(([asked, about, over]) => ({ ...asked, about, over }));

type Step = { asked: Try; entry: Entry; rows: readonly Row[]; grounds: readonly Entry[] };

/** Tries one after the other as the corridor would: what is refused leaves no entry, what has ended is no ground. */
function play(asked: readonly Try[]): { steps: Step[]; state: Reputation } {
  let state = noReputation;
  const steps: Step[] = [];
  const ended = new Set<string>();
  for (const each of asked) {
    const deed = deedOf(
      each,
      steps.map(({ entry }) => entry).filter(({ digest }) => !ended.has(digest)),
    );
    if (!isAdmitted(state, deed)) continue;
    const head = { ...emptyHead, length: steps.length };
    const act = { type: each.type, input: deed.input, by: each.who };
    const entry = entryOf(kind, head, act, deed.actor);
    state = kind.evolve(state, entry);
    const { rows } = kind.project(state, entry);
    for (const { table, key: of, set } of rows) if (table === "grants" && set.ended) ended.add(of.entry!);
    steps.push({ asked: each, entry, rows, grounds: deed.grounds });
  }
  return { steps, state };
}

function deedOf({ type, who, input, grounds, about, over }: Try, standing: readonly Entry[]): Deed {
  const attestations = standing.filter(({ action }) => action.type === "ATTEST");
  const attestation = attestations[about % (attestations.length || 1)];
  const disputes = standing.filter(({ action }) => action.type === "DISPUTE");
  const dispute = disputes[over % (disputes.length || 1)];
  const links = standing.filter(({ action }) => action.type === "LINK" && action.input.other === input.other);
  const joins = standing.filter(
    ({ action }) => action.type === "JOIN" && action.input.organization === input.organization,
  );
  const named: Record<string, (Entry | undefined)[]> = {
    RETRACT: [attestation],
    DISPUTE: [attestation],
    RESPOND: [attestation],
    RULE: [dispute, standing.find(({ operation }) => operation === dispute?.action.input.attestation)],
  };
  const all = [...(named[type] ?? []).flatMap((entry) => entry ?? []), ...grounds];
  const restsOn = all.map(({ document, operation }) => ({ document, operation }));
  const ruled = named.RULE!.map((entry) => entry?.digest ?? "");
  const digests = (entries: readonly Entry[]) => entries.map(({ digest }) => digest);
  const ends = { RETRACT: [attestation?.digest], UNLINK: digests(links), PART: digests(joins) }[type];
  const over2 = type === "RULE" ? { dispute: dispute?.operation, attestation: named.RULE![1]?.operation } : {};
  const whole = {
    subject: eve,
    ...input,
    ...(type in named || type === "ATTEST" ? { restsOn } : {}),
    ...(["RETRACT", "DISPUTE", "RESPOND"].includes(type) && { attestation: attestation?.operation }),
    ...over2,
    ...(ends && { ends }),
    ...(type === "RULE" && { ends: input.outcome === "struck" ? ruled : ruled.slice(0, 1) }),
  };
  const clean = JSON.parse(JSON.stringify(whole)) as JsonObject;
  const authority = { by: who.by, entry: "" } as const;
  const actor: Actor = { user: who.user, app: who.app, binding: "full", authority, method: "recovery" };
  return { document: theDocument, type, input: clean, actor, now: noon, facts: undefined, grounds: all };
}

function isAdmitted(state: Reputation, deed: Deed): boolean {
  try {
    kind.decide(state, { ...deed, input: parseInput(kind, deed.type, deed.input) });
    return true;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return false;
  }
}

const subject = fc.constantFrom(eve, eve, eve, ann);
/** Actions as their schemas take them, and others. */
const actions: fc.Arbitrary<{ type: string; input: JsonObject }> = fc.oneof(
  fc.tuple(subject, said, standing).map(([of, what, how]) => {
    return { type: "ATTEST", input: { subject: of, restsOn: [], ...what, ...how } };
  }),
  fc
    .tuple(subject, fc.constantFrom("LINK", "JOIN", "HIDE", "SHOW"))
    .chain(([of, type]) => inputs[type]!.map((input) => ({ type, input: { subject: of, ...input } }))),
  fc.tuple(subject, inputs.LINK!).map(([of, input]) => {
    return { type: "UNLINK", input: { subject: of, ...input, ends: [name(2)] } };
  }),
  subject.map((of) => ({ type: "CLOSE", input: { subject: of } })),
  fc.record({
    type: fc.oneof(fc.constantFrom(...Object.keys(reputationActions)), fc.string()),
    input: fc.oneof(
      fc.dictionary(fc.string(), fc.jsonValue()) as fc.Arbitrary<JsonObject>,
      fc.record(
        {
          subject,
          restsOn: fc.constantFrom([], [{ document: "d", operation: name(1) }]),
          attestation: fc.constant(name(1)),
          dispute: fc.constant(name(2)),
          outcome: fc.constantFrom("struck", "upheld", "else"),
          ends: fc.constantFrom([name(2)], [name(2), name(1)], []),
          _sd: fc.constant([name(5)]),
        },
        { requiredKeys: ["subject"] },
      ) as fc.Arbitrary<JsonObject>,
    ),
  }),
);
const entries = fc.tuple(actions, fc.nat(99_999_999)).map(([{ type, input }, n]) => {
  const action = { type, input, scope: "global", timestampUtcMs: iso(noon) };
  const place = { kind: kind.name, document: theDocument, admittedAt: iso(noon + minute) };
  const authority = { by: "delegation", entry: "" };
  return { ...place, action, digest: name(n), operation: name(n), authority } as unknown as Entry;
});

describe("a reputation", () => {
  it("folds whatever a log holds, and its state stays small", () => {
    fc.assert(
      fc.property(fc.array(entries, { maxLength: 60 }), (log) => {
        let state = noReputation;
        for (const entry of log) {
          const before = state;
          state = kind.evolve(state, entry);
          kind.project(state, entry);
          expect(state.attestations).toBeGreaterThanOrEqual(before.attestations);
          if (before.closedAt !== null) expect(state).toBe(before);
          if (before.subject !== "") expect(state.subject).toBe(before.subject);
          expect(JSON.stringify(state).length).toBeLessThan(1_500);
        }
      }),
    );
  });

  it("lets nobody attest in another's name", () => {
    let seen = 0;
    fc.assert(
      fc.property(fc.array(tries, { minLength: 5, maxLength: 20 }), (asked) => {
        for (const { entry, rows, grounds, asked: by } of play(asked).steps) {
          const attestation = attestationIn(entry);
          if (!attestation) continue;
          seen++;
          const { set } = rows.find(({ table }) => table === "attestations")!;
          expect(set.attester).toBe(by.who.user);
          expect(by.who.user).not.toBe(eve);
          if (attestation.standing !== "organization") expect(set.rater).toBe(by.who.user);
          else {
            const acting = { [ann]: owner, [bea]: issuer, "": key }[by.who.user];
            expect([set.rater, grounds.includes(acting!)]).toEqual([acting?.document, true]);
          }
        }
      }),
    );
    expect(seen).toBeGreaterThan(50);
  });

  it("lets no attestation end but by who attested, or by a ruling over its subject's dispute", () => {
    const ways = { retracted: 0, struck: 0 };
    fc.assert(
      fc.property(fc.array(tries, { minLength: 10, maxLength: 40 }), (asked) => {
        const { steps } = play(asked);
        for (const { entry, rows, asked: by } of steps) {
          const gone = rows.filter(({ table, set }) => table === "grants" && set.ended).map(({ key: of }) => of.entry);
          for (const attestation of steps.filter((each) => gone.includes(each.entry.digest))) {
            const said = attestationIn(attestation.entry);
            if (!said) continue;
            expect(by.who.user).not.toBe(eve);
            if (entry.action.type === "RETRACT") {
              ways.retracted++;
              if (said.organization === "") expect(by.who.user).toBe(attestation.asked.who.user);
              continue;
            }
            ways.struck++;
            expect([entry.action.type, entry.action.input.outcome]).toEqual(["RULE", "struck"]);
            const disputed = steps.find(({ entry: each }) => each.operation === entry.action.input.dispute);
            expect([disputed?.entry.action.type, disputed?.asked.who.user]).toEqual(["DISPUTE", eve]);
            expect(by.who.user).not.toBe(attestation.asked.who.user);
          }
        }
      }),
      { numRuns: 300 },
    );
    expect(ways.retracted).toBeGreaterThan(5);
    expect(ways.struck).toBeGreaterThan(0);
  });

  it("shows each ruling in the row of what it rules over", () => {
    let seen = 0;
    fc.assert(
      fc.property(fc.array(tries, { minLength: 10, maxLength: 40 }), (asked) => {
        for (const { entry, rows } of play(asked).steps) {
          if (entry.action.type !== "RULE") continue;
          seen++;
          const { attestation, outcome } = entry.action.input;
          const row = rows.find(({ table }) => table === "attestations")!;
          expect([row.key.operation, row.set.ruling, row.set.outcome]).toEqual([attestation, entry.operation, outcome]);
        }
      }),
      { numRuns: 300 },
    );
    expect(seen).toBeGreaterThan(0);
  });
});
