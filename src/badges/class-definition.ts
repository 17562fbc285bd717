import { z } from "zod";
import { expectingTime } from "../kernel/misfit.ts";
import { parseTime } from "../kernel/time.ts";
import { achievementTypes, targetTypes } from "../securing/open-badge-definitions.ts";
import { isMarkdown, markdownRule, maxMarkdownLength } from "./markdown-rule.ts";

export { achievementTypes };

/** Members of each definition are bounded, so that an action with one fits its 65,536 characters. */
const limits = { name: 256, description: 4_096, url: 2_048, alt: 512, tags: 32, alignment: 32 };

/** A text that shows: not empty, no white space around it, no control characters but line breaks and tabs. */
export function shownText(most: number) {
  const plain = (text: string) => text.trim() === text && !/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/.test(text);
  return z.string().min(1).max(most).refine(plain, "It begins and ends with what shows, without control characters.");
}

/** Markdown as pages render it. */
export function markdownText(most: number) {
  return shownText(most).refine(isMarkdown, markdownRule);
}

/** An https URL as a browser would write it, with no name or password in it. */
export const httpsUrl = z
  .string()
  .max(limits.url)
  .refine((text) => {
    if (!URL.canParse(text)) return false;
    const { protocol, username, password } = new URL(text);
    return protocol === "https:" && username === "" && password === "" && !/\s/.test(text);
  }, "It is an https URL.");

/** base64url(SHA-256) */
export const digestText = z.string().regex(/^[A-Za-z0-9_-]{43}$/, "It is base64url of a SHA-256 digest.");

/** An RFC 3339 moment that can be read. */
export const momentText = z
  .string(expectingTime)
  .max(64)
  .refine((text) => isMoment(text), "A time is given by RFC 3339, as 2026-11-20T11:41:04Z.");

const extension = z
  .string()
  .regex(
    /^ext:[A-Za-z0-9._][A-Za-z0-9._:-]{0,63}$/,
    "It is a type of Open Badges 3.0, or an extension: `ext:` and a name.",
  );

const criteria = z
  .strictObject({ narrative: markdownText(maxMarkdownLength).optional(), url: httpsUrl.optional() })
  .refine(({ narrative, url }) => narrative !== undefined || url !== undefined, "A narrative or a URL is needed.");

const image = z.strictObject({
  digest: digestText,
  type: z.enum(["image/png", "image/svg+xml"]),
  alt: shownText(limits.alt).optional(),
});

const alignment = z.strictObject({
  targetName: shownText(limits.name),
  targetUrl: httpsUrl,
  targetType: z.union([z.enum(targetTypes), extension]).optional(),
  targetFramework: shownText(limits.name).optional(),
  targetCode: shownText(limits.name).optional(),
  targetDescription: shownText(limits.description).optional(),
});

const validity = z.union([z.strictObject({ days: z.int().min(1).max(36_525) }), z.strictObject({ until: momentText })]);

/** What awards of a class say. Written by the organisation, kept in the log, published. */
export const classDefinition = z.strictObject({
  name: shownText(limits.name),
  description: shownText(limits.description),
  /** Markdown and, or, a page of the organisation's own. */
  criteria,
  image: image.nullable(),
  type: z.union([z.enum(achievementTypes), extension]),
  tags: z.array(shownText(64)).max(limits.tags),
  alignment: z.array(alignment).max(limits.alignment),
  /** How long an award holds unless it says so itself: days from its beginning, a fixed end, or for ever. */
  validity: validity.nullable(),
  /** Whether awards may be suspended for a while. It stays as it is while there are awards of it. */
  suspendable: z.boolean(),
  creditsAvailable: z.number().min(0).max(1_000_000).optional(),
  fieldOfStudy: shownText(limits.name).optional(),
  specialization: shownText(limits.name).optional(),
  humanCode: shownText(limits.name).optional(),
  /** The language of its texts (BCP 47). */
  inLanguage: z
    .string()
    .regex(/^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,4}$/, "A language is named by BCP 47, as en or pt-BR.")
    .optional(),
});

export type ClassDefinition = z.output<typeof classDefinition>;
export type Alignment = z.output<typeof alignment>;

function isMoment(text: string): boolean {
  try {
    parseTime(text);
    return true;
  } catch {
    return false;
  }
}
