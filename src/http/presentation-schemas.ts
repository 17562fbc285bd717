import { z } from "@hono/zod-openapi";
import { type ServedCode, servedSentences } from "../credentials/presenting.ts";
import { appDidPattern } from "../identity/app-key.ts";
import { maxPresented } from "../verify/presentation.ts";
import { badgeReport } from "./badge-schemas.ts";
import { answering, check, did, moment, rawObject, verdict } from "./schemas.ts";

const servedCodes = Object.keys(servedSentences) as [ServedCode, ...ServedCode[]];

const chosenScore = z.strictObject({
  policy: z.string().min(1).max(128),
  version: z.int().min(1).max(9_999).optional().openapi({ description: "Of the policy; the latest unless said." }),
  atLeast: z
    .string()
    .min(1)
    .max(32)
    .optional()
    .openapi({ description: "Says no more than that the score is at least so much (a decimal)." }),
});

/** What a subject chooses to show. */
export const presentationChoice = z
  .strictObject({
    scores: z.array(chosenScore).max(maxPresented).default([]),
    badges: z
      .array(z.string().min(1).max(256))
      .max(maxPresented)
      .default([])
      .openapi({ description: "Documents of awards of one's own that everybody may see." }),
    key: z
      .string()
      .regex(appDidPattern, "An app key is a did:key of P-256.")
      .optional()
      .openapi({ description: "The did:key (P-256) that will sign; an app's own unless said." }),
    lifeSeconds: z.int().min(60).optional().openapi({ description: "Seven days unless said, thirty at most." }),
    audience: z.string().min(1).max(512).optional().openapi({ description: "One verifier alone: `aud`." }),
    nonce: z.string().min(1).max(512).optional().openapi({ description: "What that verifier gave." }),
  })
  .openapi("PresentationChoice");

/** All but the signature. */
export const preparedPresentation = z
  .object({
    id: z.string(),
    key: did,
    header: rawObject,
    payload: rawObject,
    signing: z.string().openapi({
      description:
        "The bytes to sign, ES256: these characters. With a dot and the signature (base64url) behind it is the vp+jwt.",
    }),
    expiresAt: moment,
  })
  .openapi("PreparedPresentation");

/** One that is kept, as its subject sees it. */
export const presentationView = z
  .object({
    id: z.string(),
    url: z.string().openapi({ description: "Whoever has it sees the presentation." }),
    key: did,
    scores: z.int(),
    badges: z.int(),
    keptAt: moment,
    expiresAt: moment,
  })
  .openapi("SharedPresentation");

/** The same in the list of its subject's. */
export const listedPresentation = presentationView
  .extend({
    served: z
      .boolean()
      .nullable()
      .openapi({ description: "Whether whoever has the address sees it now; null where that was not looked at." }),
    code: z.enum(servedCodes).openapi({ description: "Why." }),
    detail: z.string(),
  })
  .openapi("ListedPresentation");

/** What a presentation turned out to be. */
export const presentationReport = z
  .object({
    verdict,
    form: z.enum(["vp+jwt", "data-integrity", "unknown"]),
    id: z.string().nullable(),
    holder: z.string().nullable(),
    at: moment,
    answering: answering.nullable(),
    checks: z.array(check),
    credentials: z.array(badgeReport),
  })
  .openapi("PresentationReport");
