import { z } from "@hono/zod-openapi";
import { answering, check, moment, verdict } from "./schemas.ts";

const endorsementReport = z.object({
  of: z.enum(["credential", "achievement", "issuer"]),
  verdict,
  id: z.string().nullable(),
  issuer: z.string().nullable(),
  comment: z.string().nullable(),
  checks: z.array(check),
});

/** What a badge, or any verifiable credential, turned out to be. */
export const badgeReport = z
  .object({
    verdict,
    carrier: z.enum(["jwt", "json", "url", "image/png", "image/svg+xml"]).nullable(),
    form: z.enum(["vc+jwt", "data-integrity", "eip712", "unknown"]),
    id: z.string().nullable(),
    types: z.array(z.string()),
    issuer: z.string().nullable(),
    issuerName: z.string().nullable(),
    domain: z.string().nullable().openapi({ description: "The domain that stands behind the issuer." }),
    subjects: z.array(z.string()),
    achievement: z.string().nullable(),
    validFrom: z.string().nullable(),
    validUntil: z.string().nullable(),
    status: z.enum(["active", "suspended", "revoked", "unknown"]),
    test: z.boolean().openapi({ description: "Whether it was made in test mode, and attests nothing." }),
    at: moment,
    known: moment,
    answering: answering.nullable(),
    checks: z.array(check),
    endorsements: z.array(endorsementReport),
  })
  .openapi("BadgeReport");
