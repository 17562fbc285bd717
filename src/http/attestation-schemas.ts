import { z } from "@hono/zod-openapi";
import { factKinds } from "../reputation/fact.ts";
import { textMembers } from "../reputation/texts.ts";
import { did, moment } from "./schemas.ts";

/** What routes about reputation have in common. */
export const tag = "Reputation";

export const subjectPart = {
  did: {
    says: "The subject's DID.",
    example: "did:pkh:eip155:1:0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266",
  },
} as const;

export const attestationPart = {
  attestation: {
    says: "The operation digest of the attestation.",
    example: "Q29tbWl0bWVudCB0byBhbiBhdHRlc3RhdGlvbiBoZXJl",
  },
} as const;

const place = z.int().openapi({ description: "Its place in the log." });

export const attested = z
  .object({
    attestation: z.string().openapi({ description: "The operation digest by which the attestation is known." }),
    document: z.string(),
    subject: did,
    seq: place,
    admittedAt: moment,
  })
  .openapi("Attested");

const texts = z.union([
  z.object({ ...textMembers, audience: z.array(did).optional() }),
  z.literal("erased").openapi({ description: "Its subject has erased what was said. The rest stands." }),
  z.null(),
]);

const told = { operation: z.string(), at: moment, texts };

export const shownAttestation = z
  .object({
    attestation: z.string(),
    document: z.string(),
    seq: place,
    entry: z.string(),
    subject: did,
    by: z
      .object({ person: did.optional(), organization: z.string().optional(), member: did.optional() })
      .openapi({ description: "A person, or an organisation and who acted for it." }),
    kind: z.enum(factKinds),
    field: z.string(),
    value: z.string().openapi({ description: "A decimal." }),
    standing: z
      .enum(["organization", "membership", "work", "unsolicited"])
      .openapi({ description: "By what right it was said; what is unsolicited is shown to its subject alone." }),
    context: z.string().nullable().openapi({ description: "The organisation that both belonged to." }),
    work: z.object({ type: z.enum(["operation", "badge", "transaction", "url"]), id: z.string() }).nullable(),
    texts,
    claimedAt: z.string().openapi({ description: "What the client said; nothing is decided by it." }),
    admittedAt: moment,
    validFrom: moment.nullable(),
    validUntil: moment.nullable(),
    retracted: z.object({ operation: z.string(), at: moment }).nullable(),
    dispute: z.object(told).nullable(),
    ruling: z.object({ ...told, outcome: z.enum(["upheld", "struck"]) }).nullable(),
    responses: z.array(z.object({ ...told, by: z.enum(["subject", "attester"]) })),
    hidden: z.boolean(),
  })
  .openapi("Attestation");

export const notice = z
  .object({
    seq: place,
    what: z.enum(["attested", "retracted", "responded", "ruled"]),
    operation: z.string(),
    attestation: z.string(),
    at: moment,
  })
  .openapi("ReputationNotice");
