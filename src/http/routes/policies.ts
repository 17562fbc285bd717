import { z } from "@hono/zod-openapi";
import { digestOf } from "#primitives";
import { ensure } from "../../kernel/failure.ts";
import { policySchemaPath } from "../../reputation/policy-schema.ts";
import { forViewer, viewerOf } from "../authentication.ts";
import { type Call, type Door, pathPart } from "../call.ts";
import { examples } from "../examples.ts";
import { partProblem } from "../problem.ts";
import { pageOf, pageQuery, pageReply } from "../query.ts";
import { content, json, unlessKnown } from "../reply.ts";
import { answer, type Route, route } from "../route.ts";
import { did, moment, pageOfItems, rawObject, receipt, refusedPart } from "../schemas.ts";
import { admissionCost, admissionRefusals, openingCost, signingKey, sizeOf } from "./operations.ts";
import { spendOn } from "./scores.ts";

/** Policies at once, usual and at most. */
const [usual, most] = [50, 200];

/** Versions that are listed beside a policy. */
const mostListed = 100;

/** Subjects that one dry run scores. */
const mostSubjects = 20;

/** What scoring a subject counts for at least; more facts and trust that is learned anew count for more. */
const scoreCosts = 100;

const tag = "Policies";

const id = { says: "The policy's document, or a name of the service's own.", example: "open-work" };

const hash = z.string().openapi({ description: "base64url(SHA-256) of the policy as RFC 8785 writes it." });

const listed = z
  .object({
    id: z.string().openapi({ description: "Its document." }),
    alias: z.string().nullable().openapi({ description: "By which the service finds its own." }),
    owner: did.nullable().openapi({ description: "Who publishes; null for the service." }),
    name: z.string(),
    version: z.int().openapi({ description: "The latest." }),
    hash,
    createdAt: moment,
    updatedAt: moment,
  })
  .openapi("Policy");

const policyBody = rawObject.openapi({
  type: "object",
  additionalProperties: true,
  description: `What its JSON Schema takes, which stands at \`${policySchemaPath}\`.`,
});

const published = z
  .object({
    id: z.string(),
    version: z.int(),
    hash,
    policy: policyBody,
    operation: z.string().openapi({ description: "The operation that published it." }),
    publishedAt: moment,
  })
  .openapi("PublishedPolicy");

const version = z.object({
  version: z.int(),
  hash,
  publishedAt: moment,
  supersededAt: moment.nullable().openapi({ description: "When its owner said that another has taken its place." }),
});

const latest = published
  .extend({ alias: listed.shape.alias, owner: listed.shape.owner, versions: z.array(version) })
  .openapi("LatestPolicy");

const dryScore = z.object({ subject: did, score: z.string().nullable(), passes: z.boolean() });

const checked = z
  .object({
    hash,
    words: z.array(z.object({ title: z.string(), sentences: z.array(z.string()) })),
    warnings: z.array(z.string()).openapi({ description: "What is allowed and yet seldom meant." }),
    dryRun: z
      .array(z.union([dryScore, z.object({ subject: did, error: refusedPart.shape.error })]))
      .nullable()
      .openapi({ description: "Scores of the named subjects under it, or null." }),
  })
  .openapi("PolicyCheck");

const asked = z
  .strictObject({
    policy: policyBody.optional(),
    subjects: z.array(did.max(256)).max(mostSubjects).optional(),
    create: rawObject.optional(),
    operations: z.array(rawObject).optional(),
  })
  .refine(
    ({ policy, subjects, create, operations }) =>
      policy ? create === undefined && operations === undefined : create && operations && subjects === undefined,
    "Either `policy` to have it checked, with `subjects` to have them scored, or `create` and `operations`, signed.",
  );

export function policyRoutes(door: Door): Route[] {
  return [postRoute(door), listRoute(door), getRoute(door), versionRoute(door), schemaRoute(door)];
}

function postRoute(door: Door): Route {
  const { policies } = door.services;
  return route("post", "/v1/policies", {
    tag,
    summary: "Check a policy, or publish one",
    description:
      "With `policy` nothing is kept: the answer has its hash, its rules in words, what is seldom meant and, for the " +
      "`subjects` that are named, their scores under it: of those who show all scores and hide nothing, or of oneself. With `create` and `operations`, signed by a key that its wallet " +
      "lets do so, the document is opened: CREATE_DOCUMENT of kind `renown/policy` and PUBLISH `{policy}`. Later versions are " +
      "operations of that document.",
    shared: true,
    guarded: true,
    body: { schema: asked, example: examples.policyCheck, most: door.limits.bytes.body },
    answers: {
      200: answer("What it comes to.", checked),
      201: answer("Published.", z.object({ id: z.string(), receipts: z.array(receipt) })),
    },
    refusals: [...admissionRefusals, "DOCUMENT_EXISTS", "WRONG_DOCUMENT_ID", "NAME_TAKEN"],
    handle: async (call, { body: { policy, subjects = [], create, operations = [] } }) => {
      const cost = policy ? admissionCost(1, sizeOf(policy)) : openingCost(create, operations);
      await door.gate.spend(call, cost + subjects.length * scoreCosts);
      if (policy) return forViewer(call, json(await checkOf(door, call, policy, subjects)));
      await door.gate.guardKey(call, signingKey(create!));
      const receipts = await policies.open(create, operations);
      return json({ id: receipts[0]!.document, receipts }, 201);
    },
  });
}

async function checkOf(door: Door, call: Call, policy: object, subjects: readonly string[]) {
  const { policies, scores } = door.services;
  const checked = policies.check(policy);
  if (subjects.length === 0) return { ...checked, dryRun: null };
  const found = await scores.dryRun(viewerOf(door, call), policy, subjects, spendOn(door, call, scoreCosts));
  const dryRun = found.map((each) =>
    "failure" in each ? { subject: each.subject, error: partProblem(each.failure) } : each,
  );
  return { ...checked, dryRun };
}

function listRoute({ services }: Door): Route {
  return route("get", "/v1/policies", {
    tag,
    summary: "Policies, in the order in which they were first published",
    shared: true,
    query: pageQuery(usual, most),
    answers: { 200: answer("A page.", pageOfItems(listed)) },
    refusals: [],
    handle: async (_, { query }) => {
      const page = pageOf(query, usual);
      return pageReply(await services.policies.list(page), "/v1/policies", page.limit);
    },
  });
}

function getRoute({ services }: Door): Route {
  return route("get", "/v1/policies/{id}", {
    tag,
    summary: "A policy in its latest version",
    description: `With its versions, at most ${mostListed} of them, the latest first.`,
    shared: true,
    parts: { id },
    answers: { 200: answer("The policy.", latest), 304: { says: "Nothing has changed." } },
    refusals: ["NOT_FOUND"],
    handle: async (call) => {
      const name = pathPart(call, "id");
      const { policies } = services;
      const { alias, owner, version: last } = await policies.get(name);
      const [found, versions] = await Promise.all([
        policies.find(name, last),
        policies.versions(name, last + 1, mostListed),
      ]);
      ensure(found, "NOT_FOUND");
      const reply = json({ ...found, alias, owner, versions }, 200, { "cache-control": "public, no-cache" });
      return unlessKnown(call.request.header("if-none-match"), `"${digestOf(reply.body as string)}"`, reply);
    },
  });
}

const forever = "public, max-age=31536000, immutable";

function versionRoute({ services }: Door): Route {
  return route("get", "/v1/policies/{id}/{version}", {
    tag,
    summary: "A published version; it never changes",
    shared: true,
    parts: { id, version: { says: "From 1.", example: "1" } },
    answers: { 200: answer("The version.", published), 304: { says: "It is the same, as ever." } },
    refusals: ["NOT_FOUND"],
    handle: async (call) => {
      const found = await services.policies.find(pathPart(call, "id"), policyVersionOf(call));
      ensure(found, "NOT_FOUND");
      const reply = json(found, 200, { "cache-control": forever });
      return unlessKnown(call.request.header("if-none-match"), `"${found.hash}"`, reply);
    },
  });
}

/** The version that a path names; refuses with NOT_FOUND what is none. */
export function policyVersionOf(call: Call): number {
  const text = pathPart(call, "version");
  ensure(/^[1-9]\d{0,3}$/.test(text), "NOT_FOUND");
  return Number(text);
}

/** A schema of one name stays what it is, but for its words. */
const publishedFor = 86_400;

function schemaRoute({ services }: Door): Route {
  let text: string | undefined;
  return route("get", policySchemaPath, {
    tag,
    operation: "getPolicySchema",
    summary: "The JSON Schema of policies",
    description: "JSON Schema 2020-12. What one member must hold of another is told in its `$comment`.",
    shared: true,
    answers: {
      200: { says: "The schema.", content: { "application/schema+json": { schema: rawObject } } },
      304: { says: "Nothing has changed." },
    },
    refusals: [],
    handle: (call) => {
      text ??= JSON.stringify(services.policies.schema());
      const headers = { "cache-control": `public, max-age=${publishedFor}` };
      const reply = content("application/schema+json", text, headers);
      return unlessKnown(call.request.header("if-none-match"), `"${digestOf(text)}"`, reply);
    },
  });
}
