import { html } from "hono/html";
import { badgeTitle } from "../../../badges/achievement-credential.ts";
import { content, type Reply } from "../../reply.ts";
import { assetPath } from "../assets.ts";
import type { Markup } from "../layout.ts";
import { momentOf } from "../moment.ts";
import { sealShape } from "../seal.ts";
import { fill, texts } from "../texts.ts";
import { badgeStyle } from "./badge-page.ts";
import type { BadgeView } from "./badge-view.ts";
import { domainMark, sealOf } from "./badge-words.ts";

/** The only page that others may frame: it runs nothing, posts nothing and keeps nothing. */
const embedHeaders = {
  "content-security-policy": [
    "default-src 'none'",
    "style-src 'self'",
    "font-src 'self'",
    "img-src 'self'",
    "form-action 'none'",
    "base-uri 'none'",
    "frame-ancestors *",
  ].join("; "),
  "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=()",
  "cross-origin-resource-policy": "cross-origin",
  // It can be hidden or taken back at any time.
  "cache-control": "no-cache",
};

/** A badge as a small card on a page of somebody else's. */
export function embedReply(view: BadgeView): Reply {
  const { facts, issuer, award, now } = view;
  const { verdict, sentence } = sealOf(view);
  const title = badgeTitle(facts);
  const test = facts.test
    ? html`<p class="badge-test" role="note"><b>${texts.badge.test}</b> <span>${texts.badge.testText}</span></p>`
    : "";
  return framed(
    title,
    html`${test}<div class="embed-head"><img src="/b/${award.face}/picture" alt="" width="72" height="72">
      <div><h1>${title}</h1><p class="quiet">${fill(texts.embed.by, { issuer: issuer.name })}<br>${domainMark(issuer)}</p></div></div>
    <p class="embed-verdict seal-${verdict}">${sealShape(verdict)}<span><b class="seal-word">${texts.seal.words[verdict]}</b> ${sentence}
      <span class="quiet">${texts.badge.checked} ${momentOf(now)}.</span></span></p>
    <p><a href="${facts.id}" target="_blank" rel="noopener">${texts.embed.open}</a></p>`,
  );
}

/** What stands in the frame where no badge is, or none that others see. */
export function noEmbedReply(): Reply {
  return framed(texts.embed.none, html`<h1>${texts.embed.none}</h1>`, 404);
}

function framed(title: string, body: Markup, status = 200): Reply {
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${title}</title>
<link rel="stylesheet" href="${assetPath("style.css")}">
${badgeStyle}
</head>
<body class="embed"><main>${body}</main></body>
</html>
`;
  return { ...content("text/html; charset=utf-8", String(page), embedHeaders), status };
}
