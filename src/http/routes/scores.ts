import { z } from "@hono/zod-openapi";
import { Failure } from "../../kernel/failure.ts";
import { pageOf as cutPage } from "../../kernel/page.ts";
import { fieldName, valueText, workNamed } from "../../reputation/attestation-inputs.ts";
import { factKinds } from "../../reputation/fact.ts";
import { maxPoints, type Spend } from "../../reputation/scores.ts";
import { subjectPart, tag } from "../attestation-schemas.ts";
import { bearerIfAny, forViewer, viewerOf } from "../authentication.ts";
import { placeText } from "../award-schemas.ts";
import { type Call, type Door, pathPart } from "../call.ts";
import { errorFields } from "../log.ts";
import { failureOf, partProblem } from "../problem.ts";
import { nextLink, pageOf, pageQuery } from "../query.ts";
import { json, keptJson, type Reply, unlessKnown } from "../reply.ts";
import { answer, type Route, route } from "../route.ts";
import { did, moment, pageOfItems, refusedPart } from "../schemas.ts";
import { explainedScore, explainedTag, scoreTag, usualFacts } from "../score-answer.ts";
import { diff, evidence, excluded, point, policyPart, score } from "../score-schemas.ts";
import { subjectOf } from "./attestations.ts";

/** Facts at once, at most. */
const most = 500;

/** Subjects in one batch. */
const maxSubjects = 100;

/** What computing a score costs of what an address may ask: as much as so many operations that are checked. */
export const scoreCost = 5;

const version = z
  .string()
  .regex(/^[1-9]\d{0,3}$/, "A version is a number.")
  .optional()
  .openapi({ description: "Of the policy; the latest unless said." });

export const asked = {
  version,
  at: moment.optional().openapi({ description: "The moment asked about: what was admitted later has not happened." }),
  from: did.optional().openapi({ description: "Whose own view it is: trust flows from this DID alone." }),
};

export const refusals = [
  "NOT_FOUND",
  "FORBIDDEN",
  "INVALID_DID",
  "INVALID_INPUT",
  "UNREADABLE_DATE",
  "FROM_THE_FUTURE",
  "QUOTA_EXCEEDED",
] as const;

export const scored = { tag, shared: true, parts: { ...subjectPart, ...policyPart } } as const;

export const scorePath = "/v1/subjects/{did}/scores/{policy}";

export function scoreRoutes(door: Door): Route[] {
  return [
    scoreRoute(door),
    ...listRoutes(door),
    batchRoute(door),
    historyRoute(door),
    diffRoute(door),
    whatIfRoute(door),
  ];
}

type Query = { version?: string | undefined; at?: string | undefined; from?: string | undefined };

/** Which score a call asks for. */
export function askedScore(call: Call, { version: named, at, from }: Query) {
  return { policy: pathPart(call, "policy"), version: named === undefined ? undefined : Number(named), at, from };
}

/** Takes what a score costs beyond what was paid when it was asked for; `now` for what is asked again and again. */
export function spendOn(door: Door, call: Call, paid = scoreCost): Spend {
  return async (cost) => {
    if (cost > paid) await door.gate.spend(call, cost - paid, door.clock());
  };
}

/** An answer that holds as long as what is shown of the score stays. */
function scoreReply(call: Call, etag: string, value: object): Reply {
  const reply = keptJson(value, { "cache-control": "public, no-cache" });
  return forViewer(call, unlessKnown(call.request.header("if-none-match"), `"${etag}"`, reply));
}

function scoreRoute(door: Door): Route {
  const { scores } = door.services;
  const lists = z.object({ evidence: pageOfItems(evidence), excluded: pageOfItems(excluded) });
  return route("get", scorePath, {
    ...scored,
    summary: "A score, and why",
    description:
      "Of a subject under a policy, as of a place in the log. With `explain=full` the facts come along: those that " +
      "count, with what each gives, and those that do not, with why; further ones at `…/evidence` and `…/excluded`. While " +
      "the log is still being followed others see no badges nor endorsements among them: these may be hidden by now.",
    query: z.strictObject({
      ...asked,
      explain: z.literal("full").optional().openapi({ description: "`full` for the facts behind it." }),
    }),
    answers: { 200: answer("The score.", score.extend({ lists: lists.optional() })), 304: { says: "It is the same." } },
    refusals,
    handle: async (call, { query: { explain, ...query } }) => {
      const subject = subjectOf(call);
      await door.gate.spend(call, scoreCost);
      const viewer = viewerOf(door, call);
      // A bulk of writes is no reason to have no answer: it says up to where.
      const which = { ...askedScore(call, query), lagging: true };
      if (explain === undefined) {
        const found = await scores.score(viewer, subject, which, spendOn(door, call));
        return scoreReply(call, scoreTag(found), found);
      }
      const explanation = await scores.explain(viewer, subject, which, spendOn(door, call));
      return scoreReply(call, explainedTag(explanation), explainedScore(explanation));
    },
  });
}

function listRoutes(door: Door): Route[] {
  const { scores } = door.services;
  const parts = [
    { name: "evidence", summary: "The facts that count in a score", schema: evidence },
    { name: "excluded", summary: "The facts that do not count in a score, and why", schema: excluded },
  ] as const;
  return parts.map(({ name, summary, schema }) =>
    route("get", `${scorePath}/${name}`, {
      ...scored,
      summary,
      query: pageQuery(usualFacts, most).extend({ ...asked, after: placeText }),
      answers: { 200: answer("In the order of the log.", pageOfItems(schema)) },
      refusals,
      handle: async (call, { query: { after: from, limit: wanted, ...query } }) => {
        const subject = subjectOf(call);
        await door.gate.spend(call, scoreCost);
        const { after = "0", limit } = pageOf({ after: from, limit: wanted }, usualFacts);
        const which = askedScore(call, query);
        const found = await scores.explain(viewerOf(door, call), subject, which, spendOn(door, call));
        const list: { seq: number }[] = found[name];
        const page = cutPage(
          list.filter(({ seq }) => seq > Number(after)),
          limit,
          ({ seq }) => String(seq),
        );
        const own = `/v1/subjects/${encodeURIComponent(subject)}/scores/${encodeURIComponent(which.policy)}/${name}`;
        const given = Object.entries(query).filter((each): each is [string, string] => each[1] !== undefined);
        const next = page.next === null ? {} : { link: nextLink(own, page.next, limit, Object.fromEntries(given)) };
        return forViewer(call, json(page, 200, { "cache-control": "public, no-cache", ...next }));
      },
    }),
  );
}

function batchRoute(door: Door): Route {
  const result = z.union([score, refusedPart]);
  return route("post", "/v1/scores:batch", {
    tag,
    summary: "Scores of several subjects under one policy",
    description: "In their order, each as `GET` gives it, or why there is none.",
    shared: true,
    body: {
      schema: z.strictObject({
        policy: z.string().min(1).max(64),
        version: z.int().min(1).max(9_999).optional(),
        at: moment.optional(),
        subjects: z.array(z.string().min(1).max(512)).min(1).max(maxSubjects),
      }),
      example: { policy: "open-work", subjects: [subjectPart.did.example] },
    },
    answers: { 200: answer("A result for each.", z.object({ results: z.array(result) })) },
    refusals: ["NOT_FOUND", "UNREADABLE_DATE", "FROM_THE_FUTURE"],
    handle: async (call, { body: { subjects, ...which } }) => {
      await door.gate.spend(call, scoreCost * subjects.length);
      const caller = await bearerIfAny(door, call);
      // All as of one moment, whatever is admitted meanwhile.
      const at = which.at ?? new Date(door.clock()).toISOString();
      const results: unknown[] = [];
      for (const subject of subjects) {
        try {
          const asking = { ...which, at };
          results.push(await door.services.scores.score(async () => caller, subject, asking, spendOn(door, call)));
        } catch (error) {
          if (!(error instanceof Failure)) door.log.error("score failed", { id: call.id, ...errorFields(error) });
          results.push({ error: partProblem(failureOf(error)) });
        }
        await door.runtime.pause();
      }
      return forViewer(call, json({ results }));
    },
  });
}

function historyRoute(door: Door): Route {
  return route("get", `${scorePath}/history`, {
    ...scored,
    summary: "How a score has moved",
    query: z.strictObject({
      version,
      from: asked.from,
      since: moment.openapi({ description: "Where it begins; the first point lies one span behind." }),
      to: moment.optional().openapi({ description: "The last point; now unless given." }),
      points: z
        .string()
        .regex(/^[1-9]\d{0,2}$/, "A number of points.")
        .optional()
        .openapi({ description: `1 to ${maxPoints}, 30 unless said; fewer where the policy learns trust.` }),
    }),
    answers: { 200: answer("Points, the earliest first.", z.object({ points: z.array(point) })) },
    refusals,
    handle: async (call, { query: { since, to, points = "30", ...query } }) => {
      const subject = subjectOf(call);
      await door.gate.spend(call, scoreCost * Number(points));
      const span = { since, to, points: Number(points) };
      const which = askedScore(call, query);
      const viewer = viewerOf(door, call);
      const found = await door.services.scores.history(viewer, subject, which, span, spendOn(door, call));
      return forViewer(call, json({ points: found }, 200, { "cache-control": "public, no-cache" }));
    },
  });
}

function diffRoute(door: Door): Route {
  return route("get", `${scorePath}/diff`, {
    ...scored,
    summary: "Which operations moved a score",
    query: z.strictObject({
      ...asked,
      before: moment.openapi({ description: "The earlier moment; `at` is the later one." }),
    }),
    answers: { 200: answer("What entered, left and changed.", diff) },
    refusals,
    handle: async (call, { query: { before, ...query } }) => {
      const subject = subjectOf(call);
      await door.gate.spend(call, 2 * scoreCost);
      const which = askedScore(call, query);
      const viewer = viewerOf(door, call);
      const found = await door.services.scores.diff(viewer, subject, which, before, spendOn(door, call));
      return forViewer(call, json(found, 200, { "cache-control": "public, no-cache" }));
    },
  });
}

function whatIfRoute(door: Door): Route {
  const hypothesis = z.strictObject({
    rater: z.string().min(1).max(512),
    raterIs: z.enum(["organization", "person"]),
    issuer: z.string().max(64),
    kind: z.enum(factKinds),
    field: fieldName,
    value: valueText,
    work: workNamed.optional(),
  });
  return route("post", `${scorePath}/what-if`, {
    ...scored,
    summary: "What a score would be",
    description:
      "With facts that nobody has stated, without operations that stand, or under a policy of your own. For its subject " +
      "alone (FORBIDDEN) where that hides anything; under a policy of your own where that shows all its scores.",
    query: z.strictObject({ version, from: asked.from }),
    body: {
      schema: z.strictObject({
        add: z.array(hypothesis).max(100).optional(),
        remove: z.array(z.string().length(43)).max(1_000).optional(),
        policy: z.looseObject({}).optional(),
      }),
      example: {
        add: [
          {
            rater: "an organisation",
            raterIs: "organization",
            issuer: "an organisation",
            kind: "review",
            field: "software",
            value: "5",
          },
        ],
      },
    },
    answers: { 200: answer("The supposed score, and what makes the difference.", z.object({ supposed: score, diff })) },
    refusals,
    handle: async (call, { query, body: { add, ...supposed } }) => {
      const subject = subjectOf(call);
      await door.gate.spend(call, 2 * scoreCost);
      const facts = add?.map(({ work, ...each }) => (work === undefined ? each : { ...each, work }));
      const given = { ...supposed, ...(facts && { add: facts }) };
      const which = askedScore(call, query);
      const viewer = viewerOf(door, call);
      const found = await door.services.scores.whatIf(viewer, subject, which, given, spendOn(door, call));
      return forViewer(call, json(found));
    },
  });
}
