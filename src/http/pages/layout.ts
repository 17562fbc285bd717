import { html, raw } from "hono/html";
import { content, type Reply } from "../reply.ts";
import type { AssetName } from "./asset-files.ts";
import { assetPath } from "./assets.ts";
import { fill, texts } from "./texts.ts";

export type Markup = ReturnType<typeof html>;

export type Page = {
  title: string;
  body: Markup;
  /** What a page is about for whoever only sees a link to it. */
  description?: string;
  /** Which of the places in the head this is. */
  place?: keyof typeof texts.nav;
  wide?: boolean;
  /** Scripts of its own, each beside those it imports: what is named is fetched at once. */
  scripts?: readonly AssetName[];
  /** More elements of the head. */
  head?: Markup;
};

/**
 * What a page may do: load and ask from here alone, show the icons that wallets hand over as data, post to us, and be
 * framed by nobody. Nothing inline runs.
 */
const pagePolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "font-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join("; ");

const pageHeaders = {
  "content-security-policy": pagePolicy,
  "cross-origin-opener-policy": "same-origin-allow-popups",
  "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=()",
  // Other sites learn nothing of where somebody was; our own forms still say that they are ours.
  "referrer-policy": "same-origin",
};

/** A whole page. Everything put into the template is escaped. */
export function layout(page: Page): string {
  const { title, body, description, wide = false, place } = page;
  return String(html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title === texts.brand ? title : fill(texts.title, { title })}</title>
${description === undefined ? "" : html`<meta name="description" content="${description}">`}
<link rel="preload" href="${assetPath("figtree.woff2")}" as="font" type="font/woff2" crossorigin>
<link rel="stylesheet" href="${assetPath("style.css")}">
<link rel="icon" href="/favicon.svg" type="image/svg+xml">
${scriptsMarkup(page.scripts ?? [])}
${page.head ?? ""}
</head>
<body class="${wide ? "wide" : "narrow"}">
<a class="skip" href="#content">${texts.skip}</a>
<header class="top"><a class="brand" href="/">${leaf}<span>${texts.brand}</span></a>
<nav aria-label="${texts.navLabel}">${navMarkup(place)}</nav></header>
<main id="content" tabindex="-1">${body}</main>
<footer class="foot"><p>${texts.footer}</p></footer>
</body>
</html>
`);
}

/** A page as an answer; `cache-control` may be given, otherwise nobody keeps it. */
export function pageReply(page: Page, headers: Readonly<Record<string, string>> = {}, status = 200): Reply {
  return { ...content("text/html; charset=utf-8", layout(page), { ...pageHeaders, ...headers }), status };
}

/** To another page of ours after a form was posted (RFC 9110, section 15.4.4). `path` begins with one slash. */
export function redirect(path: string, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status: 303, headers: { location: path, ...headers }, body: null };
}

/** The leaf of the brand, as a picture of its own too. */
export const leafPath =
  "M13.6 2.4c-6.3.3-10.3 2.7-11 7.2-.2 1.3 0 2.6.5 3.8L9.8 6.7l.8.8-6.6 6.6c1 .3 2 .4 3.1.2 4.4-.8 6.6-5.2 6.5-11.9z";

const leaf = html`<svg viewBox="0 0 16 16" aria-hidden="true" focusable="false"><path d="${raw(leafPath)}" fill="currentColor"/></svg>`;

function scriptsMarkup(own: readonly AssetName[]): Markup {
  const all: AssetName[] = ["page.browser.js", ...own];
  return html`${all.map(
    (name) => html`<script type="module" src="${assetPath(name)}"></script>
`,
  )}`;
}

function navMarkup(place: Page["place"]): Markup {
  const links = Object.entries(texts.nav).map(([name, { href, label }]) => {
    const here = name === place ? html` aria-current="page"` : "";
    return html`<a href="${href}"${here}>${label}</a>`;
  });
  return html`${links}`;
}
