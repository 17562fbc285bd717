import { z } from "@hono/zod-openapi";
import { classDefinition } from "../badges/class-definition.ts";
import { personalMembers } from "../badges/personal.ts";
import { requireScope } from "../credentials/party.ts";
import type { Once } from "../organizations/idempotency.ts";
import type { Party } from "../services.ts";
import { partyOf } from "./authentication.ts";
import type { Call, Door } from "./call.ts";
import { idempotencyHeader, idempotencyRefusals, withIdempotency } from "./idempotency.ts";
import { json, type Reply } from "./reply.ts";
import { did, moment } from "./schemas.ts";

/** What routes about badges have in common. */
export const tag = "Badges";

export const parts = {
  org: { says: "The organisation's slug, or the id of its document.", example: "example-academy" },
  class: { says: "The id of the badge class.", example: "r1QmFkZ2UgY2xhc3MgdGhhdCBpcyBnaXZlbiBhbiBleGE" },
  award: { says: "The id of the award.", example: "r1QXdhcmQgdGhhdCBpcyBnaXZlbiBhcyBhbiBleGFtcGw" },
} as const;

/** By a client of the organisation, and done once for each key. */
export const written = { tag, guarded: true, shared: true, callers: ["client"], headers: idempotencyHeader } as const;

/** What any write by a client may be refused with. */
export const writeRefusals = [
  ...idempotencyRefusals,
  "FORBIDDEN",
  "NOT_FOUND",
  "NO_KEY",
  "NOT_DELEGATED",
  "CONFLICT",
] as const;

export const shownClass = z
  .object({
    id: z.string(),
    organization: z.string().openapi({ description: "The organisation's document." }),
    version: z.int(),
    operation: z.string().openapi({ description: "The operation digest by which awards rest on this version." }),
    definition: classDefinition,
    archived: z.boolean(),
    test: z.boolean(),
    createdAt: moment,
    updatedAt: moment,
  })
  .openapi("BadgeClass");

const standing = z.enum(["active", "held", "suspended", "revoked", "cancelled"]);

export const shownAward = z
  .object({
    id: z.string(),
    organization: z.string(),
    class: z.string(),
    version: z.int(),
    subject: did.nullable().openapi({ description: "Null until it is claimed." }),
    status: standing,
    url: z.string().nullable(),
    claimed: z.boolean(),
    accepted: z.boolean(),
    hidden: z.boolean(),
    test: z.boolean(),
    cohort: z.string().nullable(),
    validFrom: moment,
    validUntil: moment.nullable(),
    heldUntil: moment.nullable(),
    awardedAt: moment,
    updatedAt: moment,
    reason: z.string().nullable(),
    endorsements: z.array(z.object({ organization: z.string(), at: moment })),
    personal: z.object(personalMembers).nullable().openapi({
      description:
        "What it says of the earner; null for nothing, once that is erased, and without the scope `awards:read`.",
    }),
  })
  .openapi("Award");

export const awarded = z
  .object({
    award: z.string(),
    url: z.string().openapi({ description: "The public page of the badge." }),
    claimLink: z.string().optional().openapi({ description: "For the earner alone: whoever has it can claim it." }),
    status: standing,
  })
  .openapi("Awarded");

/** A write of a client's. */
export type Write<Answer extends object> = {
  scope: "classes:write" | "awards:write" | "attestations:write";
  /** What was asked for, for telling one request from another. */
  body: unknown;
  status?: number;
  /** `name` says which write it is, the same in each attempt; see `Once`. What it answers is kept for a day. */
  write(party: Party, once: Once): Promise<Answer>;
  /** What is said of a person in the answer: asked each time it is given, for it can be erased meanwhile. */
  told?(party: Party, answer: Answer): Promise<object>;
};

/**
 * Does a write once for each Idempotency-Key. Whoever lacks the scope is not told either what another has done under the
 * key. Takes one from the operations of the address.
 */
export async function writeOnce<Answer extends object>(door: Door, call: Call, asked: Write<Answer>): Promise<Reply> {
  const { scope, body, status = 200, write, told } = asked;
  const party = requireScope(await partyOf(door, call), scope);
  await door.gate.spend(call, 1);
  const text = JSON.stringify(body);
  const reply = await withIdempotency(door, call, party, text, async (once) => json(await write(party, once), status));
  if (!told || typeof reply.body !== "string") return reply;
  const answer = JSON.parse(reply.body) as Answer;
  return { ...reply, body: JSON.stringify({ ...answer, ...(await told(party, answer)) }) };
}

/** The place behind which a page begins; a place is a number. */
export const placeText = z
  .string()
  .regex(/^(?:0|[1-9]\d{0,14})$/, "A place is a number.")
  .optional()
  .openapi({ description: "Where the page before ended: its `next`." });
