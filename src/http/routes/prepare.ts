import { z } from "@hono/zod-openapi";
import type { JsonObject } from "../../kernel/json.ts";
import { viewerOf } from "../authentication.ts";
import type { Door } from "../call.ts";
import { examples } from "../examples.ts";
import { json } from "../reply.ts";
import { answer, type Route, route } from "../route.ts";
import { rawObject } from "../schemas.ts";

const unsigned = z
  .object({
    digest: z.string().openapi({ description: "The operation digest." }),
    message: z
      .object({ hex: z.string(), text: z.string() })
      .openapi({ description: "The bytes to sign by ECDSA P-256 with SHA-256, in hex and as a text." }),
    tuple: z
      .array(z.string())
      .length(4)
      .openapi({ description: "The signature's tuple but for its last string: `0x` and r || s in lower hex." }),
    action: rawObject.openapi({ description: "The action, whose `context.signer.signatures` takes the whole tuple." }),
  })
  .openapi("UnsignedOperation");

/** For people who sign outside: prepare, sign, submit. */
export function prepareRoutes(door: Door): Route[] {
  return [
    route("post", "/v1/documents:prepare", {
      tag: "Documents",
      summary: "Prepare operations for whoever signs them elsewhere",
      description:
        "Answers for each operation with the bytes to sign, and for a new document with its CREATE_DOCUMENT. With the " +
        "signatures put in they go to `POST /v1/documents` or `POST /v1/documents/{id}/operations`. Nothing is kept.",
      shared: true,
      body: {
        schema: z.strictObject({
          kind: z.string().min(1).max(160),
          document: z.string().min(1).max(256).optional().openapi({
            description: "Left out to open a new one, or where it follows from the subject that the inputs name.",
          }),
          user: z.string().max(128).openapi({ description: "A did:pkh in lower case, or empty for a key of its own." }),
          app: z.string().max(128).openapi({ description: "The did:key (P-256) that will sign." }),
          operations: z.array(z.strictObject({ type: z.string().max(128), input: rawObject })),
        }),
        example: {
          kind: "renown/organization",
          user: examples.user,
          app: examples.app,
          operations: [{ type: "INIT", input: { slug: "example-academy", name: "Example Academy" } }],
        },
        most: door.limits.bytes.body,
      },
      answers: {
        200: answer(
          "The operations, in order.",
          z.object({
            kind: z.string(),
            document: z.string(),
            create: unsigned.nullable(),
            operations: z.array(unsigned),
          }),
        ),
      },
      refusals: [
        "INVALID_DID",
        "UNKNOWN_KIND",
        "UNKNOWN_ACTION",
        "UNKNOWN_DOCUMENT",
        "WRONG_DOCUMENT_ID",
        "INVALID_INPUT",
        "INVALID_OPERATION",
        "RUN_TOO_LONG",
      ],
      handle: async (call, { body: { operations, ...wish } }) => {
        await door.gate.spend(call, 1 + operations.length);
        // What comes next tells what stands there, and that is for those alone who may see it.
        if (wish.document !== undefined) await door.services.documents.get(wish.document, viewerOf(door, call));
        const asked = operations.map(({ type, input }) => ({ type, input: input as JsonObject }));
        return json(await door.services.prepare({ ...wish, operations: asked }));
      },
    }),
  ];
}
