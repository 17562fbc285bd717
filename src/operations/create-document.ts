import { z } from "zod";
import type { ActionRule } from "./kind.ts";

/**
 * The rule for CREATE_DOCUMENT of a kind, with the input that Powerhouse gives it; what is beside model, version and
 * document id is kept in the log and means nothing here.
 */
export function createDocumentRule(kind: string, selfProving = false): ActionRule {
  const input = z.strictObject({
    model: z.literal(kind),
    version: z.literal(0),
    documentId: z.string(),
    branch: z.literal("main").optional(),
    slug: z.string().optional(),
    name: z.string().optional(),
    signing: z.looseObject({}).optional(),
    meta: z.looseObject({}).optional(),
    protocolVersions: z.looseObject({}).optional(),
  });
  return { input, bindings: ["full", "attested"], open: true, selfProving };
}
