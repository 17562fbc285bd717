import { z } from "@hono/zod-openapi";
import { ensure } from "../../kernel/failure.ts";
import { isObject } from "../../kernel/json.ts";
import { maxBundleEntries } from "../../operations/bundle.ts";
import type { DocumentView } from "../../operations/document-view.ts";
import type { Work } from "../../services.ts";
import { forViewer, viewerOf } from "../authentication.ts";
import type { Call, Door } from "../call.ts";
import { examples } from "../examples.ts";
import { pageQuery } from "../query.ts";
import { json, type Reply, unlessKnown } from "../reply.ts";
import { answer, type Route, route } from "../route.ts";
import { asChecked, check, moment, rawObject, receipt, shownEntry, verdict } from "../schemas.ts";
import { admissionRefusals, documentId, documentPart, isPlace, openingCost, signingKey } from "./operations.ts";

export function documentRoutes(door: Door): Route[] {
  return [openRoute(door), getRoute(door), auditRoute(door)];
}

function openRoute(door: Door): Route {
  return route("post", "/v1/documents", {
    tag: "Documents",
    summary: "Open a document",
    description:
      "By a signed CREATE_DOCUMENT, from which the id follows, and a first run of operations: all or nothing. The kind " +
      "is that of the input's `model` unless given.",
    shared: true,
    guarded: true,
    body: {
      schema: z.strictObject({
        create: rawObject,
        kind: z.string().max(160).optional(),
        operations: z.array(rawObject).optional(),
      }),
      example: examples.opening,
      most: door.limits.bytes.body,
    },
    answers: { 201: answer("Opened.", z.object({ receipts: z.array(receipt) })) },
    refusals: [...admissionRefusals, "DOCUMENT_EXISTS", "WRONG_DOCUMENT_ID"],
    handle: async (call, { body: { create, kind, operations = [] } }) => {
      const named = kind ?? (isObject(create.input) ? create.input.model : undefined);
      ensure(typeof named === "string", "INVALID_REQUEST", "Neither `kind` nor `create.input.model` names a kind.");
      await door.gate.guardKey(call, signingKey(create));
      await door.gate.spend(call, openingCost(create, operations));
      return json({ receipts: await door.services.documents.open(create, named, operations) }, 201);
    },
  });
}

function getRoute(door: Door): Route {
  const shown = z.object({
    id: z.string(),
    kind: z.string(),
    realm: z.string(),
    state: z.looseObject({}).openapi({ description: "What clients of the kind know as its state." }),
    revision: z.record(z.string(), z.int()).openapi({ description: "Entries per scope." }),
    head: z
      .object({ operation: z.string(), entry: z.string(), timestampUtcMs: z.string() })
      .openapi({ description: "What the next signature names as its previous, and the digest of its entry." }),
  });
  const answers: Answers = new WeakMap();
  return route("get", "/v1/documents/{id}", {
    tag: "Documents",
    summary: "A document: its state and its head",
    shared: true,
    parts: documentPart,
    answers: { 200: answer("The document.", shown), 304: { says: "Nothing was appended since." } },
    refusals: ["UNKNOWN_DOCUMENT"],
    handle: async (call) => {
      const view = await door.services.documents.get(documentId(call), viewerOf(door, call));
      const { reply, etag } = answers.get(view) ?? keepAnswer(answers, view);
      return forViewer(call, unlessKnown(call.request.header("if-none-match"), etag, reply));
    },
  });
}

/** Characters of an answer that is kept; what is longer is written each time. */
const maxKeptAnswer = 65_536;

/** What is answered of a view, as long as the document stays the same: so long its view is the same object. */
type Answers = WeakMap<DocumentView, { reply: Reply; etag: string }>;

function keepAnswer(answers: Answers, view: DocumentView) {
  const etag = `"${view.revision.document ?? 0}-${view.head.entry}"`;
  const body = JSON.stringify(view);
  const headers = { "content-type": "application/json", "cache-control": "public, no-cache" };
  const made = { reply: { status: 200, headers, body }, etag };
  if (body.length <= maxKeptAnswer) answers.set(view, made);
  return made;
}

function auditRoute(door: Door): Route {
  const bundleQuery = pageQuery(...bundlePages).extend({
    bundle: z.literal("1").optional().openapi({ description: "1 for the evidence itself instead of its audit." }),
  });
  return route("get", "/v1/documents/{id}/audit", {
    tag: "Documents",
    summary: "Replay a document from nothing",
    description:
      "Every law by name, and what breaks it. With `bundle=1` one file with the entries, the delegations they rest on, " +
      "their proofs and revocations, and log positions: for anybody to audit without this service. With `after` (0 first) " +
      "it is a page of the log with what that rests on, of `limit` entries or some 4 MB, and `page.next` says where the next one begins. Others' logs that are " +
      "too long are named in `leftOut`: they are bundles of their own.",
    shared: true,
    guarded: true,
    parts: documentPart,
    query: bundleQuery,
    answers: { 200: answer("The audit, or the bundle.", z.union([auditReport, bundle])) },
    refusals: ["UNKNOWN_DOCUMENT", "QUOTA_EXCEEDED"],
    handle: async (call, { query }) => {
      const id = documentId(call);
      const { audit, bundle } = door.services.documents;
      const viewer = viewerOf(door, call);
      const whole = query.bundle === "1";
      const page = bundlePage(query, door.limits.bundle);
      const work = workOf(door, call, whole ? 1 : auditCost);
      return forViewer(call, json(whole ? await bundle(id, viewer, work, page) : await audit(id, viewer, work)));
    },
  });
}

/** Entries of the document in a page of its bundle, usual and at most. */
const bundlePages = [2_000, 5_000] as const;

function bundlePage(
  { bundle, after, limit }: { [Name in "bundle" | "after" | "limit"]?: string | undefined },
  most = maxBundleEntries,
) {
  if (after === undefined && limit === undefined) return {};
  ensure(bundle === "1", "INVALID_REQUEST", "There are pages of bundles, and none of audits.");
  ensure(after !== undefined && isPlace(after), "INVALID_REQUEST", "after: A place in the log is a number.");
  return { page: { after: Number(after), limit: Math.min(most, Number(limit ?? bundlePages[0])) } };
}

/** An entry that is replayed costs about as much as so many operations that are checked. */
const auditCost = 5;

/** What an award rests on may be the log of a large organisation, so every log is counted as it is read. */
function workOf({ gate, clock, runtime, limits }: Door, call: Call, cost: number): Work {
  const spend = (entries: number) => gate.spend(call, entries * cost, clock());
  return { spend, pause: () => runtime.pause(), most: limits.bundle };
}

const asOf = z.object({ seq: z.int(), time: moment });

const auditReport = z
  .object({
    verdict,
    document: z.string(),
    kind: z.string(),
    realm: z.string(),
    asOf,
    entries: z.int(),
    head: z.string(),
    checks: z.array(check),
    findings: z.array(
      z.object({ law: z.string(), seq: z.int(), document: z.string(), code: z.string(), detail: z.string() }),
    ),
    service: z.object({ did: z.string(), operationKeys: z.array(z.string()), trusted: z.boolean() }),
    asChecked: z.array(asChecked.extend({ seq: z.int(), document: z.string() })),
    state: z.looseObject({}).nullable(),
    delegations: z.array(z.looseObject({ document: z.string(), user: z.string(), key: z.string() })).openapi({
      description: "The delegations in the logs, as the library's `verifyOperation` takes them; times in milliseconds.",
    }),
  })
  .openapi("AuditReport");

const bundle = z
  .object({
    format: z.literal("renown-bundle-1"),
    realm: z.string(),
    document: z.string(),
    kind: z.string(),
    asOf,
    service: z.object({
      did: z.string(),
      operationKeys: z.array(z.string()),
      retired: z.record(z.string(), z.string()).optional().openapi({
        description: "When those of the operation keys were retired that are no longer in use.",
      }),
    }),
    logs: z.array(z.object({ document: z.string(), kind: z.string(), entries: z.array(shownEntry) })),
    leftOut: z
      .array(z.object({ document: z.string(), kind: z.string(), entries: z.int(), why: z.enum(["long", "log"]) }))
      .optional()
      .openapi({ description: "Logs that are too long to come along; `log` for the whole log, `/v1/operations`." }),
    page: z
      .object({ after: z.int(), next: z.int().nullable() })
      .optional()
      .openapi({ description: "Of a bundle in pages: behind which place the next one begins." }),
  })
  .openapi("Bundle");
