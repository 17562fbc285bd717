import { z } from "@hono/zod-openapi";
import { sentences } from "../kernel/failure.ts";
import { isObject } from "../kernel/json.ts";
import { expectingTime } from "../kernel/misfit.ts";
import { demands } from "../verify/knowledge.ts";

/** What occurs in several answers. Requests are held to their schemas; answers are described by them, and tested. */

const codes = Object.keys(sentences) as [string, ...string[]];

export const did = z.string().openapi({ description: "A DID.", example: "did:pkh:eip155:1:0xf39f…2266" });

export const moment = z
  .string(expectingTime)
  .max(64)
  .openapi({ description: "A moment (RFC 3339).", example: "2026-11-20T12:00:00.000Z" });

export const problem = z
  .object({
    type: z.url().openapi({ description: "Where the code is explained." }),
    title: z.string().openapi({ description: "The sentence of the code." }),
    status: z.int(),
    detail: z.string().optional().openapi({ description: "What exactly was wrong." }),
    code: z.enum(codes),
    requestId: z.string().openapi({ description: "By which the log knows this request." }),
  })
  .openapi("Problem");

const authority = z.object({
  by: z.enum(["delegation", "organization", "proof", "credential", "token", "session", "service"]),
  entry: z.string().openapi({ description: "The digest of the entry that gives it, or empty." }),
});

const binding = z.enum(["full", "content", "attested"]);

export const receipt = z
  .object({
    document: z.string(),
    kind: z.string(),
    scope: z.string(),
    index: z.int().openapi({ description: "Place in the stream, from 0." }),
    seq: z.int().openapi({ description: "Place in the log, from 1, without gaps." }),
    operation: z.string().openapi({ description: "The operation digest." }),
    entry: z.string().openapi({ description: "The entry digest." }),
    binding,
    authority,
    admittedAt: moment,
  })
  .openapi("Receipt");

export const wireEntry = z
  .object({
    seq: z.int(),
    document: z.string(),
    kind: z.string(),
    branch: z.string(),
    scope: z.string(),
    index: z.int(),
    skip: z.literal(0),
    prev: z.string().openapi({ description: "The digest of the entry before in the stream, or empty." }),
    operation: z.string(),
    digest: z.string(),
    binding,
    signer: z.object({ user: z.string(), app: z.string() }),
    authority,
    admittedAt: moment,
    action: z.string().openapi({ description: "The action as JSON in a text, byte for byte as it was digested." }),
  })
  .openapi("Entry");

/** An entry, or what others see of one that is concealed. */
export const shownEntry = z.union([
  wireEntry,
  z
    .object({ seq: z.int(), kind: z.string(), digest: z.string(), concealed: z.literal(true) })
    .openapi("ConcealedEntry"),
]);

export const check = z
  .object({
    name: z.string(),
    outcome: z.enum(["pass", "fail", "unknown", "skipped"]),
    required: z.boolean().openapi({ description: "Whether the verdict rests on it." }),
    code: z.string(),
    detail: z.string(),
  })
  .openapi("Check");

export const verdict = z.enum(["valid", "invalid", "undetermined"]);

/** A contract's yes, as the service put it on record: what was asked, where and when. */
export const asChecked = z
  .object({
    method: z.literal("contract"),
    chainId: z.int(),
    address: z.string(),
    digest: z.string().openapi({ description: "The 32 bytes that it was asked about, in hex." }),
    blockNumber: z.int(),
    blockHash: z.string(),
    codeHash: z.string().openapi({ description: "keccak-256 of the account's code in that block." }),
    checkedAt: moment,
    factory: z.string().optional().openapi({ description: "What would deploy it (ERC-6492), where it was not." }),
    factoryData: z.string().optional(),
  })
  .openapi("AsChecked");

const keyReport = z.object({
  user: z.string(),
  state: z.string(),
  id: z.string().nullable(),
  entry: z.string().nullable(),
  grantedAt: z.string().nullable(),
  expiresAt: z.string().nullable(),
  may: z.array(z.string()).nullable(),
  revokedSince: z.string().nullable(),
  asChecked: asChecked.nullable(),
});

export const answering = z
  .object({ did: z.string(), seq: z.int() })
  .openapi({ description: "Who answers, and the last place of its log that was taken into account." });

export const operationReport = z
  .object({
    verdict,
    binding: z.enum(["full", "content", "attested", "none"]),
    operation: z.string().nullable(),
    document: z.string().nullable(),
    signer: z.object({ user: z.string(), app: z.string() }).nullable(),
    delegation: keyReport.nullable(),
    entry: z.object({ digest: z.string(), seq: z.int(), index: z.int(), admittedAt: moment }).nullable(),
    at: moment,
    known: moment,
    require: z.array(z.enum(demands)),
    answering: answering.nullable(),
    checks: z.array(check),
  })
  .openapi("OperationReport");

/** A result that is no report: the line or the operation could not be asked about. */
export const refusedPart = z
  .object({ error: z.object({ code: z.enum(codes), title: z.string(), detail: z.string().optional() }) })
  .openapi("RefusedPart");

export const delegation = z
  .object({
    id: z.string().openapi({ description: "The id of the document that holds it." }),
    kind: z.string(),
    entry: z.string(),
    user: z.string(),
    app: z.string(),
    label: z.string(),
    may: z.array(z.string()).nullable(),
    state: z.enum(["LIVE", "NOT_YET", "EXPIRED", "REVOKED", "KEY_COMPROMISED"]),
    method: z.enum(["recovery", "contract"]),
    grantedAt: moment,
    expiresAt: moment,
    revokedAt: moment.nullable(),
    revokedBy: z.string().nullable(),
    revocationReason: z.string().nullable(),
    compromisedFrom: moment.nullable(),
    asChecked: asChecked.nullable(),
    checkedAt: moment.nullable(),
  })
  .openapi("Delegation");

export const listedDelegation = delegation
  .extend({ lastUsedAt: moment.nullable().openapi({ description: "When it last signed something here." }) })
  .openapi("ListedDelegation");

export const session = z
  .object({
    id: z.string(),
    agent: z.string(),
    createdAt: moment,
    usedAt: moment,
    expiresAt: moment,
    current: z.boolean(),
  })
  .openapi("Session");

/** A page of a list: `next` goes into `after`. */
export function pageOfItems<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), next: z.string().nullable() });
}

/** A wallet's message and its signature over the text. */
export const walletMessage = z.strictObject({
  message: z.string().min(1).max(8192).openapi({ description: "The EIP-4361 message, as signed." }),
  signature: z.string().max(16_384).openapi({ description: "0x and hex." }),
});

/** Handed on as it came, members in order of arrival: what was signed is read by whoever checks it. */
export const rawObject = z
  .custom<Record<string, unknown>>(isObject, "An object is expected.")
  .openapi({ type: "object", additionalProperties: true });
