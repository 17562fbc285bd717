import { z } from "@hono/zod-openapi";
import type { ZodType } from "zod";
import { ensure } from "../kernel/failure.ts";
import type { Page, PageRequest } from "../services.ts";
import { parseBy } from "./body.ts";
import { json, type Reply } from "./reply.ts";

/** Reads the query of a URL by a schema of texts. Refuses with INVALID_REQUEST what is unknown or stands twice. */
export function readQuery<T>(url: string, schema: ZodType<T>): T {
  const start = url.indexOf("?");
  if (start < 0) return parseBy(schema, {}, "parameter");
  const values = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(url.slice(start + 1))) {
    const once = !values.has(name);
    ensure(once, "INVALID_REQUEST", `The parameter ${JSON.stringify(name.slice(0, 40))} stands twice.`);
    values.set(name, value);
  }
  return parseBy(schema, Object.fromEntries(values), "parameter");
}

export const noQuery = z.strictObject({});

/** `after` and `limit` of a list. */
export function pageQuery(usual: number, most: number) {
  return z.strictObject({
    after: z.string().min(1).max(512).optional().openapi({ description: "Where the page before ended: its `next`." }),
    limit: z
      .string()
      .regex(/^[1-9]\d*$/, "A limit is a whole number from 1.")
      .refine((value) => Number(value) <= most, `At most ${most} at once.`)
      .optional()
      .openapi({ description: `How many at most: 1 to ${most}, ${usual} unless said.` }),
  });
}

export function pageOf(query: { after?: string | undefined; limit?: string | undefined }, usual: number): PageRequest {
  return { after: query.after, limit: query.limit === undefined ? usual : Number(query.limit) };
}

/** A page, with a link to the next (RFC 8288) where there is one. `path` is that of the list. */
export function pageReply<T>(
  page: Page<T>,
  path: string,
  limit: number,
  headers: Record<string, string> = {},
  asked: Record<string, string> = {},
): Reply {
  const link = page.next === null ? {} : { link: nextLink(path, page.next, limit, asked) };
  return json(page, 200, { ...headers, ...link });
}

/** `asked` is what else the list was asked by. */
export function nextLink(path: string, after: string, limit: number, asked: Record<string, string> = {}): string {
  const others = Object.entries(asked).map(([name, value]) => `&${name}=${encodeURIComponent(value)}`);
  return `<${path}?after=${encodeURIComponent(after)}&limit=${limit}${others.join("")}>; rel="next"`;
}
