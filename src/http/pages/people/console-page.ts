import { html } from "hono/html";
import type { Did } from "../../../identity/did.ts";
import type { Verdict } from "../../../kernel/report.ts";
import type { Millis } from "../../../kernel/time.ts";
import { didMarkup } from "../address.ts";
import type { Markup, Page } from "../layout.ts";
import { sealShape } from "../seal.ts";
import { texts } from "../texts.ts";
import { appWithoutSite } from "./consent.ts";
import { consentForm } from "./consent-form.ts";
import { tokenField } from "./wallet-panel.ts";

export type ConsoleView = {
  session: { id: string; connect: Did; code: string };
  token: string;
  now: Millis;
  maxLife: Millis;
};

/** A command line asks to act for somebody. */
export function consolePage({ session, token, now, maxLife }: ConsoleView): Page {
  const { console: words, consent } = texts;
  const form = consentForm({
    who: consent.it,
    asker: html`<p class="asker">${consent.program}</p><p>${didMarkup(session.connect)}</p>`,
    app: session.connect,
    label: appWithoutSite,
    asked: undefined,
    now,
    maxLife,
    token,
    purpose: { console: session.id },
    panel: { label: words.allow, next: "/console/done", done: words.ready.title },
  });
  return {
    title: words.title,
    scripts: ["wallets.browser.js", "wallet-panel.browser.js", "consent.browser.js"],
    body: html`<article class="ask"><h1>${words.title}</h1><p class="lead">${words.lead}</p>
      ${codeMarkup(words.code, session.code, words.codeHint)}
      ${form}
      ${denyForm("/console/deny", { console: session.id }, token, words.deny)}</article>`,
  };
}

/** A short code that a person compares, its letters apart for whoever listens. */
export function codeMarkup(label: string, code: string, hint: string): Markup {
  const spoken = [...code.replace("-", "")].join(" ");
  return html`<div class="compare"><p class="label">${label}</p>
    <p class="code-large"><span aria-hidden="true">${code}</span><span class="spoken">${spoken}</span></p>
    <p class="hint">${hint}</p></div>`;
}

/** Says no: a form, so that no link and no picture can say it. */
export function denyForm(
  action: string,
  fields: Readonly<Record<string, string>>,
  token: string,
  label: string,
): Markup {
  const hidden = Object.entries(fields).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  );
  return html`<form class="deny" method="post" action="${action}">${tokenField(token)}${hidden}
    <button class="quiet-button">${label}</button></form>`;
}

/** How a request that waited here came out: signed in, refused, or too late to say. */
export function outcomePage(verdict: Verdict, { title, text }: { title: string; text: string }): Page {
  return {
    title,
    body: html`<article class="ask outcome">${sealShape(verdict)}<h1>${title}</h1><p class="lead">${text}</p></article>`,
  };
}
