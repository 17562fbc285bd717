import { html } from "hono/html";
import { pass } from "../../kernel/report.ts";
import { shortDid } from "./address.ts";
import type { Guest } from "./guest.ts";
import type { Markup, Page } from "./layout.ts";
import { markOf } from "./mark.ts";
import { signInPanel } from "./people/sign-in-panel.ts";
import { tokenField } from "./people/wallet-panel.ts";
import { sealMarkup } from "./seal.ts";
import { fill, texts } from "./texts.ts";

/** What this is, and the way in. */
export function startPage(did: string, guest: Guest): Page {
  const { title, lead, description, reasons, identity } = texts.start;
  const origin = html`<p class="quiet small">${fill(identity, { did })} <a href="/.well-known/did.json">did.json</a></p>`;
  return {
    title: texts.brand,
    description,
    wide: true,
    ...(guest.session === undefined && {
      scripts: ["wallets.browser.js", "wallet-panel.browser.js", "sign-in.browser.js"],
    }),
    head: html`<meta property="og:title" content="${texts.brand}"><meta property="og:description" content="${description}">`,
    body: html`<div class="hero"><div><h1 class="display">${title}</h1><p class="lead">${lead}</p></div>
      ${guest.session ? hereMarkup(guest) : signInPanel(guest, "/me")}</div>
      <div class="reasons">${reasons.map(reasonMarkup)}</div>
      ${exampleMarkup()}
      ${origin}`,
  };
}

function reasonMarkup(reason: (typeof texts.start.reasons)[number]): Markup {
  return html`<section><h2>${reason.title}</h2><p>${reason.text}</p><p><a href="${reason.href}">${reason.link}</a></p></section>`;
}

function hereMarkup({ session, formToken }: Guest): Markup {
  const user = session?.user ?? "";
  return html`<section class="card here">${markOf(user, "large")}
    <div><p>${texts.start.signedIn}<br><b>${shortDid(user)}</b></p>
    <p><a class="button" href="/me">${texts.start.toMe}</a></p>
    <form method="post" action="/sign-out">${tokenField(formToken)}<button class="quiet-button">${texts.signIn.out}</button></form></div></section>`;
}

/** What a verdict looks like, before there is one. */
function exampleMarkup(): Markup {
  const { example, exampleNote, exampleSentence, exampleChecks } = texts.start;
  const checks = Object.entries(exampleChecks).map(([name, detail]) => pass(name, detail));
  return html`<section class="example"><div><h2>${example}</h2><p class="quiet">${exampleNote}</p></div>
    ${sealMarkup({ verdict: "valid", sentence: exampleSentence, checks, open: true })}</section>`;
}
