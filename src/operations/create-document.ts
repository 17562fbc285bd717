import { z } from "zod";
import type { ActionRule } from "./kind.ts";

/** Characters of what means nothing here, each member by itself. */
const maxAside = 1024;

const aside = z
  .looseObject({})
  .refine((value) => JSON.stringify(value).length <= maxAside, `It has at most ${maxAside} characters.`);

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
    slug: z.string().max(256).optional(),
    name: z.string().max(256).optional(),
    signing: aside.optional(),
    meta: aside.optional(),
    protocolVersions: aside.optional(),
  });
  return { input, bindings: ["full", "attested"], open: true, selfProving };
}
