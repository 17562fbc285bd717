import { html } from "hono/html";
import type { AwardView } from "../../../badges/award-view.ts";
import type { ClassView } from "../../../badges/class-changes.ts";
import { copyable, shownDid } from "../address.ts";
import { partMarkup } from "../badges/badge-sections.ts";
import type { Markup, Page } from "../layout.ts";
import { dayOf, momentOf } from "../moment.ts";
import { factsMarkup, type Row, rowsMarkup } from "../rows.ts";
import { texts } from "../texts.ts";
import { actsMarkup } from "./award-acts.ts";
import { batchPath } from "./award-batch-page.ts";
import { awards, type ConsoleFrame, consolePart, consolePath } from "./organization-console.ts";

/** What awards are looked for by; a text each, "" for anything. */
export type AwardWish = { class: string; standing: string; who: string };

export type AwardsView = {
  awards: readonly AwardView[];
  next: string | undefined;
  classes: readonly ClassView[];
  wish: AwardWish;
  signs: boolean;
};

/** Whom the organisation has given what. */
export function awardsPage(frame: ConsoleFrame, view: AwardsView): Page {
  const { awards: words } = texts.orgConsole;
  const { slug } = frame.organization;
  const { next, wish } = view;
  const on = new URLSearchParams({ ...wish, after: next ?? "" });
  const list = html`<p class="quiet">${words.lead}</p>
    ${awards(frame) ? html`<p><a class="button" href="${consolePath(slug, "awards/new")}">${words.new}</a> <a class="button button-plain" href="${batchPath(slug)}">${words.batch.title}</a></p>` : ""}
    ${view.signs ? "" : html`<p class="notice notice-warn">${words.noKey} <a href="${consolePath(slug, "keys")}">${texts.orgConsole.overview.keysDo}</a></p>`}
    ${filterMarkup(frame, view)}
    ${view.awards.length === 0 ? html`<p class="empty">${words.none}</p>` : rowsMarkup(view.awards.map((each) => awardRow(frame, view, each)))}
    ${next === undefined ? "" : html`<p><a href="${consolePath(slug, "awards")}?${on.toString()}">${words.more}</a></p>`}`;
  return consolePart(frame, "awards", partMarkup("awards", words.title, list));
}

function filterMarkup({ organization }: ConsoleFrame, { classes, wish }: AwardsView): Markup {
  const { awards: words } = texts.orgConsole;
  const path = consolePath(organization.slug, "awards");
  const option = (value: string, label: string, chosen: string) =>
    html`<option value="${value}"${value === chosen ? html` selected` : ""}>${label}</option>`;
  const states = (["active", "suspended", "revoked", "cancelled"] as const).map((each) =>
    option(each, words.standings[each], wish.standing),
  );
  const asked = wish.class !== "" || wish.standing !== "" || wish.who !== "";
  return html`<form class="filter" method="get" action="${path}">
    <div><label for="class">${words.class}</label><select id="class" name="class">${option("", words.anyClass, wish.class)}${classes.map(({ id, definition }) => option(id, definition.name, wish.class))}</select></div>
    <div><label for="standing">${words.standing}</label><select id="standing" name="standing">${option("", words.anyStanding, wish.standing)}${states}</select></div>
    <div class="filter-who"><label for="who">${words.who}</label><input id="who" name="who" maxlength="512" value="${wish.who}" aria-describedby="who-hint" autocomplete="off"></div>
    <p class="filter-do"><button class="button button-plain">${words.search}</button>${asked ? html` <a href="${path}">${words.clear}</a>` : ""}</p>
    <p class="hint" id="who-hint">${words.whoHint}</p></form>`;
}

function awardRow(frame: ConsoleFrame, { classes }: AwardsView, award: AwardView): Row {
  const { awards: words } = texts.orgConsole;
  const given = classes.find(({ id }) => id === award.class);
  const { subject, personal, status, test } = award;
  const named = personal?.name;
  const who = subject === null ? words.unclaimed : shownDid(subject);
  const states = [words.standings[status], ...stateWords(award), ...(test ? [words.test] : [])];
  return {
    id: `award-${award.id}`,
    title: given?.definition.name ?? award.class,
    line: html`${named === undefined ? "" : html`${named} · `}${who}`,
    end: html`<span class="award-${status}">${states.join(", ")}</span> · ${dayOf(award.awardedAt)}`,
    ended: status === "revoked" || status === "cancelled",
    more: html`${factsOf(award)}${awards(frame) ? actsMarkup(frame, award, given) : ""}`,
  };
}

function stateWords({ subject, accepted, hidden }: AwardView): string[] {
  const { awards: words } = texts.orgConsole;
  if (subject === null) return [];
  return [...(accepted ? [words.accepted] : []), ...(hidden ? [words.hidden] : [])];
}

function factsOf(award: AwardView): Markup {
  const { awards: words } = texts.orgConsole;
  const { id, subject, url, validUntil, heldUntil, status, reason, cohort, personal, version, awardedAt } = award;
  const path = url === null ? null : new URL(url).pathname;
  return factsMarkup([
    [words.who, subject === null ? words.unclaimed : copyable(subject)],
    ...(personal?.name === undefined ? [] : ([[words.name, personal.name]] as const)),
    ...(path === null ? [] : ([[words.page, html`<a href="${path}">${words.pageLink}</a>`]] as const)),
    [words.awarded, momentOf(awardedAt)],
    [words.valid, validUntil === null ? words.forEver : momentOf(validUntil)],
    ...(status === "held" && heldUntil !== null ? ([[words.held, momentOf(heldUntil)]] as const) : []),
    ...(reason === null ? [] : ([[words.reason, reason]] as const)),
    ...(cohort === null ? [] : ([[words.cohort, cohort]] as const)),
    [words.version, String(version)],
    [words.document, copyable(id)],
  ]);
}
