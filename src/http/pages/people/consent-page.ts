import { html } from "hono/html";
import type { Millis } from "../../../kernel/time.ts";
import { didMarkup } from "../address.ts";
import type { Markup, Page } from "../layout.ts";
import { fill, texts } from "../texts.ts";
import { appWithoutSite, type ConsentRequest } from "./consent.ts";
import { consentForm } from "./consent-form.ts";
import type { ReturnAddress } from "./return-address.ts";

export type ConsentView = {
  request: ConsentRequest;
  /** The site that somebody came from, where the browser says so. */
  cameFrom: string | undefined;
  token: string;
  now: Millis;
  maxLife: Millis;
};

/** An app asks to act for somebody. */
export function consentPage({ request, cameFrom, token, now, maxLife }: ConsentView): Page {
  const { app, back, asked, chainId } = request;
  const { consent } = texts;
  const who = whoAsks(back);
  const returns = back.url !== undefined || back.deepLink !== undefined;
  const title = fill(asked?.length === 0 ? consent.titleLogin : consent.title, { who });
  const form = consentForm({
    who: back.site === undefined ? consent.it : host(back.site),
    asker: html`${askerMarkup(back)}<p class="hint">${consent.withKey} ${didMarkup(app)}</p>${warning(cameFrom, back)}`,
    app,
    label: back.site ?? appWithoutSite,
    asked,
    chainId,
    now,
    maxLife,
    token,
    panel: { label: consent.allow, next: "app", done: returns ? consent.done : consent.doneHere },
    details: back.url === undefined ? [] : [[consent.returnTo, html`<code>${back.url}</code>`]],
  });
  return {
    title,
    scripts: ["wallets.browser.js", "wallet-panel.browser.js", "consent.browser.js"],
    body: html`<article class="ask" data-return="${back.url ?? ""}" data-deep-link="${back.deepLink ?? ""}">
      <h1>${title}</h1>
      <p class="lead">${asked?.length === 0 ? consent.leadLogin : consent.lead}</p>
      ${form}
      ${back.url === undefined ? "" : html`<p class="deny"><a href="${back.url}">${consent.deny}</a></p>`}
    </article>`,
  };
}

/** Never a name that the app claims: its site, or what kind of thing it is. */
function whoAsks({ site }: ReturnAddress): string {
  return site === undefined ? texts.consent.app : host(site);
}

function askerMarkup({ site, deepLink, url }: ReturnAddress): Markup {
  const { consent } = texts;
  if (site !== undefined) return html`<p class="asker">${site}</p><p class="hint">${consent.whoSite}</p>`;
  const scheme = deepLink ?? url?.split(":", 1)[0];
  if (scheme !== undefined)
    return html`<p class="asker">${consent.anApp}</p><p class="hint">${fill(consent.whoDevice, { scheme })} ${consent.whoNobody}</p>`;
  return html`<p class="asker">${consent.anApp}</p><p class="hint">${consent.whoNobody}</p>`;
}

/** Anybody can make a link that names another's site; a browser that says where it came from gives that away. */
function warning(cameFrom: string | undefined, { site }: ReturnAddress): Markup | string {
  if (cameFrom === undefined || site === undefined || cameFrom === site) return "";
  return html`<p class="notice notice-warn">${fill(texts.consent.cameFrom, { origin: cameFrom, site })}</p>`;
}

function host(site: string): string {
  return new URL(site).host;
}
