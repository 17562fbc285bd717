import { html } from "hono/html";
import type { ListedDelegation } from "../../../services.ts";
import { copyable, didMarkup } from "../address.ts";
import type { Markup } from "../layout.ts";
import { dayOf, momentOf } from "../moment.ts";
import { factsMarkup, type Row } from "../rows.ts";
import { textFor, texts } from "../texts.ts";
import { appWithoutSite } from "./consent.ts";
import { limitsWords } from "./may-words.ts";
import { tokenField } from "./wallet-panel.ts";

/** An app that may act for somebody, or once might: what, since when, until when, and how to stop it. */
export function appRow(app: ListedDelegation, token: string): Row {
  const { me } = texts;
  const live = app.state === "LIVE" || app.state === "NOT_YET";
  const last = app.revokedAt ?? app.expiresAt;
  return {
    id: `app-${app.id}`,
    title: app.label === appWithoutSite || app.label === "" ? me.appNobody : app.label,
    line: limitsWords(app.may).join(" · "),
    end: html`${me.states[app.state]} ${dayOf(last)}`,
    ended: !live,
    more: html`${factsOf(app)}${live ? stopForm(app.id, token) : ""}${app.compromisedFrom === null ? compromiseForm(app.id, token) : ""}`,
  };
}

function factsOf(app: ListedDelegation): Markup {
  const { me } = texts;
  const by = app.revokedBy === null ? "" : (textFor(me.by, app.revokedBy) ?? "");
  const reason = app.revocationReason === null ? "" : html`<br><span class="quiet">${app.revocationReason}</span>`;
  return factsMarkup([
    [me.what, html`${limitsWords(app.may).map((words) => html`<span class="each">${words}</span>`)}`],
    [me.since, momentOf(app.grantedAt)],
    [me.until, momentOf(app.expiresAt)],
    [me.lastUsed, app.lastUsedAt === null ? me.neverUsed : momentOf(app.lastUsedAt)],
    ...(app.revokedAt === null ? [] : ([[me.ended, html`${momentOf(app.revokedAt)}, ${by}${reason}`]] as const)),
    ...(app.compromisedFrom === null ? [] : ([[me.compromised, momentOf(app.compromisedFrom)]] as const)),
    [me.key, didMarkup(app.app)],
    [me.document, copyable(app.id)],
  ]);
}

function stopForm(id: string, token: string): Markup {
  const { me } = texts;
  return html`<form class="stack act" method="post" action="/me/apps/${id}/stop">${tokenField(token)}
    <p>${me.stopLead}</p>
    <label for="reason-${id}">${me.reason}</label><input id="reason-${id}" name="reason" maxlength="200" autocomplete="off">
    <p><button class="button button-bad">${me.stop}</button></p></form>`;
}

function compromiseForm(id: string, token: string): Markup {
  const { me } = texts;
  return html`<details class="act"><summary>${me.compromise}</summary>
    <form class="stack" method="post" action="/me/apps/${id}/compromised">${tokenField(token)}
    <p>${me.compromiseLead}</p>
    <label for="from-${id}">${me.compromiseFrom}</label><input id="from-${id}" name="from" type="datetime-local" step="1" required>
    <p><button class="button button-bad">${me.compromiseDo}</button></p></form></details>`;
}
