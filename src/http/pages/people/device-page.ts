import { html } from "hono/html";
import { parseMay } from "../../../identity/delegation.ts";
import type { DeviceRequest } from "../../../identity/device.ts";
import type { Millis } from "../../../kernel/time.ts";
import { didMarkup } from "../address.ts";
import type { Markup, Page } from "../layout.ts";
import { fill, texts } from "../texts.ts";
import { appWithoutSite } from "./consent.ts";
import { consentForm } from "./consent-form.ts";
import { codeMarkup, denyForm } from "./console-page.ts";

/** Where the code that a device shows is typed (RFC 8628, section 3.3). A look-up changes nothing, so it is a GET. */
export function deviceCodePage(code: string, unknown: boolean): Page {
  const { title, lead, field, go } = texts.device;
  const wrong = html`<p class="notice notice-bad" id="wrong">${texts.device.unknown}</p>`;
  return {
    title,
    body: html`<article class="ask"><h1>${title}</h1><p class="lead">${lead}</p>
      <form class="stack" method="get" action="/device">
        <label for="code">${field}</label>
        ${unknown ? wrong : ""}
        <input id="code" class="code-field" name="user_code" value="${code}" required maxlength="32" autocomplete="off"
          autocapitalize="characters" spellcheck="false" placeholder="WDJB-MJHT"${invalid(unknown)}>
        <p><button class="button">${go}</button></p>
      </form></article>`,
  };
}

export type DeviceView = { request: DeviceRequest; token: string; now: Millis; maxLife: Millis };

/** A device asks to act for somebody. */
export function devicePage({ request, token, now, maxLife }: DeviceView): Page {
  const { device: words, consent } = texts;
  const { app, may, label, userCode } = request;
  const claimed = label === "" ? "" : html`<p class="hint">${fill(words.label, { label })}</p>`;
  const form = consentForm({
    who: consent.it,
    asker: html`<p class="asker">${words.asker}</p><p>${didMarkup(app)}</p>${claimed}`,
    app,
    label: labelOf(label),
    asked: may === null ? undefined : may.filter((name) => name !== "none").map(parseMay),
    now,
    maxLife,
    token,
    purpose: { device: userCode },
    panel: { label: words.allow, next: "/device/done", done: words.ready.title },
  });
  return {
    title: words.consent,
    scripts: ["wallets.browser.js", "wallet-panel.browser.js", "consent.browser.js"],
    body: html`<article class="ask"><h1>${words.consent}</h1><p class="lead">${words.consentLead}</p>
      ${codeMarkup(texts.console.code, userCode, texts.device.codeHint)}
      ${form}
      ${denyForm("/device/deny", { device: userCode }, token, words.deny)}</article>`,
  };
}

function invalid(unknown: boolean): Markup | string {
  return unknown ? html` aria-invalid="true" aria-describedby="wrong"` : "";
}

/** What the credential calls the device: its own name for itself, unless that could be taken for a site. */
function labelOf(label: string): string {
  return label === "" || /[/:]|\.\w/.test(label) ? appWithoutSite : label;
}
