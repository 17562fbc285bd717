import { html } from "hono/html";
import type { Reply } from "./reply.ts";
import { content } from "./reply.ts";

export type Markup = ReturnType<typeof html>;

/** What a page may load: our own stylesheet, and nothing else from anywhere. */
const pagePolicy =
  "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** A whole page. Everything put into the template is escaped. */
export function layout({ title, body, wide = false }: { title: string; body: Markup; wide?: boolean }): string {
  return String(html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>${title}</title>
    <link rel="stylesheet" href="/docs.css">
  </head>
  <body class="${wide ? "wide" : "narrow"}"><main>${body}</main></body>
</html>
`);
}

export function pageReply(page: string): Reply {
  return content("text/html; charset=utf-8", page, {
    "content-security-policy": pagePolicy,
    "cache-control": "public, max-age=300",
  });
}
