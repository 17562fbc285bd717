import { html } from "hono/html";
import type { Guest } from "../guest.ts";
import type { Markup, Page } from "../layout.ts";
import { texts } from "../texts.ts";
import { tokenField, walletPanel } from "./wallet-panel.ts";

/** Where somebody signs in; `next` is a page of ours. */
export function signInPanel({ formToken }: Guest, next: string): Markup {
  const { title, lead, label, done } = texts.signIn;
  return html`<form class="card sign-in" data-sign-in method="post" action="/sign-in">${tokenField(formToken)}
    <h2>${title}</h2><p>${lead}</p>${walletPanel({ label, next, done })}</form>`;
}

/** What stands in the place of a page that is about whoever is signed in. */
export function signInPage(guest: Guest, next: string): Page {
  return {
    title: texts.signIn.title,
    place: "me",
    scripts: ["wallets.browser.js", "wallet-panel.browser.js", "sign-in.browser.js"],
    body: html`<h1>${texts.me.title}</h1><p class="lead">${texts.signIn.needed}</p>${signInPanel(guest, next)}`,
  };
}
