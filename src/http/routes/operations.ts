import { z } from "@hono/zod-openapi";
import { utf8 } from "../../kernel/bytes.ts";
import { type Code, ensure } from "../../kernel/failure.ts";
import { isObject } from "../../kernel/json.ts";
import { forViewer, viewerOf } from "../authentication.ts";
import { readSizedJson } from "../body.ts";
import { type Call, type Door, pathPart } from "../call.ts";
import { examples } from "../examples.ts";
import { pageOf, pageQuery, pageReply } from "../query.ts";
import { json } from "../reply.ts";
import { answer, type Route, route } from "../route.ts";
import { pageOfItems, rawObject, receipt, shownEntry } from "../schemas.ts";

/** Entries at once, usual and at most: of ordinary ones a megabyte, and fewer of large ones. */
export const [usualEntries, mostEntries] = [100, 1_000];

export const documentPart = {
  id: {
    says: "The document id, percent-encoded: ids of signed headers contain `/`, `+` and `=`.",
    example: examples.document,
  },
};

/** What any operation may be refused with. */
export const admissionRefusals = [
  "INVALID_OPERATION",
  "UNKNOWN_SUITE",
  "UNKNOWN_KIND",
  "UNKNOWN_ACTION",
  "INVALID_INPUT",
  "CONTENT_MISMATCH",
  "WEAK_HASH",
  "BINDING_NOT_TAKEN",
  "BAD_SIGNATURE",
  "NOT_DELEGATED",
  "NOT_PERMITTED",
  "FORBIDDEN",
  "OUT_OF_ORDER",
  "HEAD_MOVED",
  "REPLAYED",
  "ACTION_ID_REUSED",
  "STALE",
  "FROM_THE_FUTURE",
  "RUN_TOO_LONG",
  "CONFLICT",
] as const satisfies readonly Code[];

export function operationRoutes(door: Door): Route[] {
  return [submitRoute(door), entriesRoute(door)];
}

/** A document id is opaque, but it has a grammar: what breaks it names nothing here. */
export function documentId(call: Call): string {
  const id = pathPart(call, "id");
  ensure(/^[^,\u0000-\u001f\u007f-\u009f]{1,256}$/.test(id), "UNKNOWN_DOCUMENT");
  return id;
}

/** The key that an operation claims to be signed by; "" where it names none. */
export function signingKey(operation: unknown): string {
  const context = isObject(operation) ? operation.context : undefined;
  const signer = isObject(context) ? context.signer : undefined;
  const app = isObject(signer) ? signer.app : undefined;
  return isObject(app) && typeof app.key === "string" ? app.key : "";
}

/** Bytes that an operation may have for its price: several times an ordinary one. All of it is kept for ever. */
const bytesForOne = 4_096;

/** What it costs to admit so many operations of so many bytes. */
export function admissionCost(operations: number, bytes: number): number {
  return Math.max(operations, Math.ceil(bytes / bytesForOne));
}

/** Bytes of something as JSON. */
export function sizeOf(value: unknown): number {
  return utf8(JSON.stringify(value)).length;
}

/** What it costs to admit an opening: CREATE_DOCUMENT, and a first run. */
export function openingCost(create: unknown, operations: readonly unknown[]): number {
  return admissionCost(1 + operations.length, sizeOf([create, ...operations]));
}

/** The hot path: no schema is walked here, because the reactor parses every operation itself. */
function submitRoute({ services, gate, limits }: Door): Route {
  const run = z.strictObject({
    operations: z.array(rawObject),
    kind: z.string().optional().openapi({ description: "Needed only by documents whose id is derived." }),
  });
  return route("post", "/v1/documents/{id}/operations", {
    tag: "Documents",
    summary: "Append operations",
    description:
      "One signed action as it stands, or a run of up to 100, all or nothing; a run may be signed ahead. The same action " +
      "sent again gets the same receipt.",
    shared: true,
    guarded: true,
    parts: documentPart,
    takes: { "application/json": { schema: z.union([run, rawObject]), example: examples.run } },
    answers: { 201: answer("Admitted, and on disk.", z.object({ receipts: z.array(receipt) })) },
    refusals: ["UNKNOWN_DOCUMENT", "WRONG_DOCUMENT_ID", ...admissionRefusals],
    handle: async (call) => {
      const id = documentId(call);
      const { value, size } = await readSizedJson(call.request.raw, limits.bytes.body);
      const { operations, kind } = runOf(value);
      await gate.guardKey(call, signingKey(operations[0]));
      await gate.spend(call, admissionCost(operations.length, size));
      return json({ receipts: await services.documents.submit(id, operations, kind) }, 201);
    },
  });
}

function entriesRoute(door: Door): Route {
  return route("get", "/v1/documents/{id}/operations", {
    tag: "Documents",
    summary: "The log of a document",
    description:
      "Both scopes, in commit order. A page may end before `limit` for its bytes. Of what its subject has hidden others see place, kind and digest.",
    shared: true,
    parts: documentPart,
    query: pageQuery(usualEntries, mostEntries),
    answers: { 200: answer("Entries.", pageOfItems(shownEntry)) },
    refusals: ["UNKNOWN_DOCUMENT"],
    handle: async (call, { query }) => {
      const id = documentId(call);
      const page = pageOf(query, usualEntries);
      ensure(
        page.after === undefined || isPlace(page.after),
        "INVALID_REQUEST",
        "after: A place in the log is a number.",
      );
      const found = await door.services.documents.entries(id, page, viewerOf(door, call));
      const path = `/v1/documents/${encodeURIComponent(id)}/operations`;
      return forViewer(call, pageReply(found, path, page.limit, entriesCache(found.next !== null)));
    },
  });
}

/** Whether a text is a place in the log: a number without signs or leading zeros. */
export function isPlace(text: string): boolean {
  return /^(?:0|[1-9]\d{0,14})$/.test(text);
}

/** A full page never changes; it may be kept for an hour, because what is erased must go from caches too. */
export function entriesCache(full: boolean): Record<string, string> {
  return { "cache-control": full ? "public, max-age=3600" : "public, no-cache" };
}

function runOf(value: unknown): { operations: readonly unknown[]; kind: string | undefined } {
  ensure(isObject(value), "INVALID_REQUEST", "The body is an action, or an object with `operations`.");
  if (!("operations" in value)) return { operations: [value], kind: undefined };
  const { operations, kind, ...rest } = value;
  const [unknown] = Object.keys(rest);
  ensure(unknown === undefined, "INVALID_REQUEST", `There is no member ${JSON.stringify(unknown?.slice(0, 40))} here.`);
  ensure(Array.isArray(operations), "INVALID_REQUEST", "operations: A list is expected.");
  ensure(kind === undefined || typeof kind === "string", "INVALID_REQUEST", "kind: A text is expected.");
  return { operations, kind };
}
