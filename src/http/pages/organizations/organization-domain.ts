import { html } from "hono/html";
import { copyable } from "../address.ts";
import { partMarkup } from "../badges/badge-sections.ts";
import type { Markup, Page } from "../layout.ts";
import { momentOf } from "../moment.ts";
import { tokenField } from "../people/wallet-panel.ts";
import { factsMarkup } from "../rows.ts";
import { sealShape } from "../seal.ts";
import { textFor, texts } from "../texts.ts";
import {
  type ConsoleFrame,
  consolePart,
  consolePath,
  deedForm,
  donePath,
  fieldMarkup,
  foldedDeed,
  governs,
} from "./organization-console.ts";

/** Which domain stands behind an organisation, what it said last, and how it says yes; `signs` where a P-256 key is kept here. */
export function domainPage(frame: ConsoleFrame, signs: boolean): Page {
  const { domain: words } = texts.orgConsole;
  const { domain } = frame.organization;
  return consolePart(
    frame,
    "domain",
    html`<div class="columns"><div>${partMarkup("domain", words.title, html`<p class="quiet">${words.lead}</p>${foundMarkup(frame)}`)}
      ${domain ? partMarkup("how", words.how, howMarkup(frame, domain.name, signs && governs(frame))) : ""}</div>
      <div>${governs(frame) ? setMarkup(frame) : ""}</div></div>`,
  );
}

function foundMarkup(frame: ConsoleFrame): Markup {
  const { domain: words } = texts.orgConsole;
  const { domain, slug } = frame.organization;
  if (!domain) return html`<p class="empty">${words.none}</p>`;
  const { verified, since, checkedAt, method, code } = domain;
  const verdict = verified ? "valid" : since === null ? "undetermined" : "invalid";
  const word = { valid: words.verified, invalid: words.notVerified, undetermined: words.unknown }[verdict];
  const why = code === null ? undefined : (textFor(words.why, code) ?? words.whyOther);
  const facts = factsMarkup([
    [words.label, html`<b>${domain.name}</b>`],
    ...(since === null ? [] : ([[words.since, momentOf(since)]] as const)),
    ...(checkedAt === null ? [] : ([[words.checked, momentOf(checkedAt)]] as const)),
    ...(method === null ? [] : ([[words.method, words.methods[method]]] as const)),
  ]);
  return html`<div class="seal seal-${verdict} domain-seal"><div class="seal-head">${sealShape(verdict)}
    <div><p class="seal-word">${word}</p>${why === undefined ? "" : html`<p>${why} <code class="code">${code}</code></p>`}</div></div>${facts}
    <form method="post" action="${consolePath(slug, "domain")}/check">${tokenField(frame.token)}<p><button class="${verified ? "button button-plain" : "button"}">${words.check}</button></p></form></div>`;
}

function howMarkup({ organization }: ConsoleFrame, domain: string, signs: boolean): Markup {
  const { domain: words } = texts.orgConsole;
  const { did, slug } = organization;
  const fetched = html`<a href="${consolePath(slug, "domain")}/did-configuration.json" download>${words.fetchLink}</a>`;
  const at = (file: string) => copyable(`https://${domain}/.well-known/${file}`);
  return html`<p class="quiet">${words.howLead}</p>
    <h3>1. ${words.file}</h3><p>${words.fileText}</p>
    ${factsMarkup([
      [words.address, at("renown-organization.txt")],
      [words.content, copyable(did)],
    ])}
    <h3>2. ${words.configuration}</h3><p>${words.configurationText}</p>
    ${factsMarkup([
      [words.address, at("did-configuration.json")],
      ...(signs ? ([[words.fetch, fetched]] as const) : []),
    ])}<p class="hint">${signs ? words.configurationNote : words.configurationNoKey}</p>`;
}

function setMarkup(frame: ConsoleFrame): Markup {
  const { domain: words, signs } = texts.orgConsole;
  const { domain, slug } = frame.organization;
  const control = html`<input id="name" name="domain" required maxlength="253" pattern="([a-z0-9]([a-z0-9\\-]*[a-z0-9])?\\.)+[a-z][a-z0-9\\-]*[a-z0-9]" autocapitalize="none" spellcheck="false" inputmode="url" aria-describedby="name-hint">`;
  const fields = html`${fieldMarkup(words.label, "name", control, words.hint)}<p class="hint">${signs}</p>`;
  const set = deedForm({ deed: "domain", next: donePath(slug, "domain", "domain"), fields, label: words.setDo });
  const remove = foldedDeed(words.remove, words.removeText, {
    deed: "domain",
    next: donePath(slug, "domain", "domainless"),
    fields: html`<input type="hidden" name="domain" value="">`,
    label: words.removeDo,
    look: "button button-bad",
  });
  return html`<section class="card" aria-labelledby="set"><h2 id="set">${domain ? words.change : words.set}</h2>${set}${domain ? remove : ""}</section>`;
}
