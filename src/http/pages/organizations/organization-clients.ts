import { html } from "hono/html";
import type { ClientView, HandedOut } from "../../../organizations/client.ts";
import { scopes } from "../../../organizations/inputs.ts";
import { copyable, copyableLater } from "../address.ts";
import { partMarkup } from "../badges/badge-sections.ts";
import type { Markup, Page } from "../layout.ts";
import { dayOf, momentOf } from "../moment.ts";
import { tokenField } from "../people/wallet-panel.ts";
import { factsMarkup, type Row, rowsMarkup } from "../rows.ts";
import { fill, texts } from "../texts.ts";
import {
  type ConsoleFrame,
  consolePart,
  consolePath,
  deedForm,
  donePath,
  fieldMarkup,
  foldedDeed,
} from "./organization-console.ts";

export type ClientsView = {
  clients: readonly ClientView[];
  next: string | null;
  tokenEndpoint: string;
};

/** The programs that act for an organisation, for those who govern it. */
export function clientsPage(frame: ConsoleFrame, { clients, next, tokenEndpoint }: ClientsView): Page {
  const { clients: words } = texts.orgConsole;
  const live = clients.filter(({ revokedAt }) => revokedAt === null);
  const ended = clients.filter(({ revokedAt }) => revokedAt !== null);
  const list = html`<p class="quiet">${words.lead}</p>${factsMarkup([[words.endpoint, copyable(tokenEndpoint)]])}
    ${live.length === 0 ? html`<p class="empty">${words.none}</p>` : rowsMarkup(live.map((each) => clientRow(frame, each)))}
    ${ended.length === 0 ? "" : html`<details class="ended"><summary>${fill(words.ended, { count: ended.length })}</summary>${rowsMarkup(ended.map((each) => clientRow(frame, each)))}</details>`}
    ${next === null ? "" : html`<p><a href="${consolePath(frame.organization.slug, "clients")}?from=${encodeURIComponent(next)}">${words.more}</a></p>`}`;
  return consolePart(
    frame,
    "clients",
    html`<div class="columns"><div>${partMarkup("clients", words.title, list)}</div><div>${addMarkup(frame, tokenEndpoint)}</div></div>`,
  );
}

/** What a client proves itself with, shown this once. */
export function secretPage(frame: ConsoleFrame, handed: HandedOut, tokenEndpoint: string): Page {
  const { clients: words } = texts.orgConsole;
  const facts = secretFacts(handed, tokenEndpoint);
  return consolePart(
    frame,
    "clients",
    html`<section class="card secret" aria-labelledby="secret"><h2 id="secret">${words.rotated}</h2><p class="notice notice-warn">${words.once}</p>${facts}
      <p><a href="${consolePath(frame.organization.slug, "clients")}">${words.back}</a></p></section>`,
  );
}

function secretFacts({ client, secret }: Pick<HandedOut, "client" | "secret">, tokenEndpoint: string): Markup {
  const { clients: words } = texts.orgConsole;
  return factsMarkup([
    [words.id, copyable(client)],
    [words.secret, copyable(secret)],
    [words.endpoint, copyable(tokenEndpoint)],
  ]);
}

function clientRow(frame: ConsoleFrame, each: ClientView): Row {
  const { clients: words } = texts.orgConsole;
  const { client, name, mode, since, revokedAt } = each;
  const facts = factsMarkup([
    [words.id, copyable(client)],
    [
      words.scopes,
      html`${each.scopes.map((scope) => html`<span class="each">${words.scopeWords[scope]} <code>${scope}</code></span>`)}`,
    ],
    [words.mode, words.modes[mode]],
    [words.since, momentOf(since)],
    ...(revokedAt === null ? ([[words.secrets, secretsMarkup(frame, each)]] as const) : []),
    ...(revokedAt === null ? [] : ([[words.revoked, momentOf(revokedAt)]] as const)),
  ]);
  return {
    id: `client-${client}`,
    title: name,
    line: each.scopes.map((scope) => words.scopeWords[scope]).join(" · "),
    end: html`${revokedAt === null ? words[mode] : words.revoked} ${dayOf(revokedAt ?? since)}`,
    ended: revokedAt !== null,
    more: html`${facts}${revokedAt === null ? actsMarkup(frame, each) : ""}`,
  };
}

function secretsMarkup(frame: ConsoleFrame, { client, secrets, jwk }: ClientView): Markup | string {
  const { clients: words } = texts.orgConsole;
  if (secrets.length === 0) return jwk === null ? words.secretsNone : "private_key_jwt";
  const path = `${consolePath(frame.organization.slug, "clients")}/${client}/secrets`;
  return html`<ul class="plain-list secrets">${secrets.map(
    ({
      id,
      createdAt,
      lastUsedAt,
      expiresAt,
    }) => html`<li><form method="post" action="${path}/${id}/removal">${tokenField(frame.token)}
      <span><code>${id.slice(0, 6)}…</code> ${placed(words.made, createdAt)}, ${lastUsedAt === null ? words.unused : placed(words.used, lastUsedAt)}${expiresAt === null ? "" : html`, ${placed(words.ends, expiresAt)}`}</span>
      <button class="quiet-button">${words.take}<span class="spoken"> ${id.slice(0, 6)}</span></button></form></li>`,
  )}</ul>`;
}

/** A text with a day in it. */
function placed(text: string, moment: string): Markup {
  const [before = "", after = ""] = text.split("{day}");
  return html`${before}${dayOf(moment)}${after}`;
}

function actsMarkup(frame: ConsoleFrame, { client }: ClientView): Markup {
  const { clients: words } = texts.orgConsole;
  const { slug } = frame.organization;
  const rotate = html`<details class="act"><summary>${words.rotate}</summary><p class="act-text">${words.rotateText}</p>
    <form class="stack" method="post" action="${consolePath(slug, "clients")}/${client}/secrets">${tokenField(frame.token)}
    <label class="tick"><input type="checkbox" name="immediately" value="yes"><span>${words.rotateNow}</span></label>
    <p><button class="button">${words.rotateDo}</button></p></form></details>`;
  const revoke = foldedDeed(words.revoke, words.revokeText, {
    deed: "clientEnd",
    next: donePath(slug, "clients", "revokedClient"),
    fields: html`<input type="hidden" name="client" value="${client}">`,
    label: words.revokeDo,
    look: "button button-bad",
  });
  return html`${rotate}${revoke}`;
}

function addMarkup(frame: ConsoleFrame, tokenEndpoint: string): Markup {
  const { clients: words, signs } = texts.orgConsole;
  const ticks = scopes.map(
    (scope) =>
      html`<label class="tick"><input type="checkbox" name="scope" value="${scope}"><span>${words.scopeWords[scope]}<code>${scope}</code></span></label>`,
  );
  const modes = (["live", "test"] as const).map(
    (mode) =>
      html`<label class="choice"><input type="radio" name="mode" value="${mode}"${mode === "live" ? html` checked` : ""}><span>${words.modes[mode]}</span></label>`,
  );
  const fields = html`${fieldMarkup(words.name, "client-name", html`<input id="client-name" name="name" required maxlength="200" autocomplete="off" aria-describedby="client-name-hint">`, words.nameHint)}
    <fieldset class="plain-set"><legend>${words.scopes}</legend>${ticks}</fieldset>
    <fieldset class="plain-set choices"><legend>${words.mode}</legend>${modes}</fieldset><p class="hint">${signs}</p>`;
  const next = donePath(frame.organization.slug, "clients", "client");
  return html`<section class="card" aria-labelledby="add"><h2 id="add">${words.add}</h2>${deedForm({ deed: "client", next, fields, label: words.addDo })}
    <div class="secret" data-secret hidden tabindex="-1"><h2>${words.shown}</h2><p class="notice notice-warn">${words.once}</p>
      ${factsMarkup([
        [words.id, copyableLater("client")],
        [words.secret, copyableLater("secret")],
        [words.endpoint, copyable(tokenEndpoint)],
      ])}<p><a href="${next}">${words.back}</a></p></div></section>`;
}
