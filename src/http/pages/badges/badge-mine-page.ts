import { html } from "hono/html";
import { type AwardFacts, badgeTitle } from "../../../badges/achievement-credential.ts";
import type { SeenAward } from "../../../badges/award-facts.ts";
import type { Millis } from "../../../kernel/time.ts";
import type { Guest } from "../guest.ts";
import type { Markup, Page } from "../layout.ts";
import { dayOf } from "../moment.ts";
import { tokenField, walletPanel } from "../people/wallet-panel.ts";
import { factsMarkup, type Row, rowsMarkup } from "../rows.ts";
import { fill, textFor, texts } from "../texts.ts";
import { badgeStyle } from "./badge-page.ts";
import { validityMarkup } from "./badge-sections.ts";
import { periodOf } from "./badge-view.ts";

/** A badge of somebody's own. */
export type MyBadge = {
  award: SeenAward;
  facts: AwardFacts;
  /** The earner's name, as the issuer knows it. */
  name: string | undefined;
};

export type MyBadges = {
  badges: readonly MyBadge[];
  /** Where the list goes on. */
  before: number | undefined;
  /** What was just done, by the name of its action. */
  done: string | undefined;
  now: Millis;
};

/** What others have awarded to whoever is signed in, and what they make of it. */
export function myBadgesPage({ formToken }: Guest, { badges, before, done, now }: MyBadges): Page {
  const { mine } = texts;
  const notice = done === undefined ? undefined : textFor(mine.done, done);
  return {
    title: mine.title,
    place: "me",
    scripts: ["wallets.browser.js", "wallet-panel.browser.js", "badge-key.browser.js", "my-badges.browser.js"],
    head: badgeStyle,
    body: html`${notice === undefined ? "" : html`<p class="notice notice-good" role="status">${notice}</p>`}
      <p class="place"><a href="/me">${mine.back}</a></p><h1>${mine.title}</h1><p class="lead">${mine.lead}</p>
      ${badges.length === 0 ? html`<p class="empty">${mine.none}</p>` : listMarkup(badges, now)}
      ${before === undefined ? "" : html`<p><a href="/me/badges?before=${before}">${mine.more}</a></p>`}
      ${badges.length === 0 ? "" : askDialog(formToken)}`,
  };
}

function listMarkup(badges: readonly MyBadge[], now: Millis): Markup {
  return html`<noscript><p class="notice notice-warn">${texts.mine.noScript}</p></noscript>
    <div data-my-badges data-words="${JSON.stringify(texts.mine.words)}">${rowsMarkup(badges.map((each) => rowOf(each, now)))}</div>`;
}

/** The wallet is asked here, when it has not been for a while. */
function askDialog(token: string): Markup {
  const { ask, askText, label, asked, cancel } = texts.mine;
  return html`<dialog class="ask-wallet" data-ask aria-labelledby="ask-title"><form method="dialog" data-ask-form>${tokenField(token)}
    <h2 id="ask-title">${ask}</h2><p>${askText}</p>${walletPanel({ label, done: asked })}
    <p class="deny"><button type="button" class="quiet-button" data-ask-cancel>${cancel}</button></p></form></dialog>`;
}

function rowOf(mine: MyBadge, now: Millis): Row {
  const { award, facts } = mine;
  const state = stateOf(mine, now);
  const { mine: words } = texts;
  return {
    id: `badge-${award.face}`,
    title: badgeTitle(facts),
    line: html`${facts.issuer.name}, ${dayOf(facts.awardedAt)}`,
    end: html`<span class="badge-state badge-state-${state}">${words.states[state]}</span>`,
    ended: award.state.end !== null,
    more: html`<div class="my-badge"><img src="/b/${award.face}/picture" alt="" width="96" height="96" loading="lazy">
      ${factsMarkup([
        [texts.badge.valid, validityMarkup(facts)],
        [words.seen, award.state.hidden ? words.seenNothing : words.seenAll],
        [texts.badge.link, html`<a href="/b/${award.face}">${words.open}</a>`],
      ])}</div>${actsMarkup(mine)}`,
  };
}

type ShownState = keyof typeof texts.mine.states;

/** The one thing that matters most about it. */
function stateOf({ award: { state }, facts }: MyBadge, now: Millis): ShownState {
  if (state.end) return state.end.by === "earner" ? "rejected" : "revoked";
  if (state.suspension) return "suspended";
  if (periodOf({ facts, now }) === "expired") return "expired";
  if (state.hidden) return "hidden";
  return state.acceptedAt === null ? "new" : "active";
}

function actsMarkup(mine: MyBadge): Markup | string {
  const { award, name } = mine;
  const { state } = award;
  const { mine: words } = texts;
  const open = state.end === null;
  const named = name === undefined ? "" : fill(words.showName, { name });
  const shown = state.hidden ? ["UNHIDE", words.unhide] : ["HIDE", words.hide];
  const acts = [
    ...(open && state.acceptedAt === null ? [actButton(mine, "ACCEPT", words.accept, {}, "button")] : []),
    actButton(mine, shown[0]!, shown[1]!, {}),
    ...(open && state.nameShown ? [actButton(mine, "SHOW_NAME", words.hideName, { shown: false })] : []),
    ...(open && !state.nameShown && name !== undefined ? [actButton(mine, "SHOW_NAME", named, { shown: true })] : []),
  ];
  const reject = html`<details class="act"><summary>${words.rejectTitle}</summary><p>${words.rejectText}</p>
    <p>${actButton(mine, "REJECT", words.reject, {}, "button button-bad")}</p></details>`;
  return html`<div class="acts" data-acts><div class="act-buttons">${acts}</div>${open ? reject : ""}
    <p class="hint">${words.signs}</p><p class="notice" role="status" data-act-status hidden></p></div>`;
}

function actButton(
  { award }: MyBadge,
  type: string,
  label: string,
  input: object,
  look = "button button-plain",
): Markup {
  return html`<button type="button" class="${look}" data-act="${type}" data-document="${award.document}" data-user="${award.state.subject}" data-input="${JSON.stringify(input)}">${label}</button>`;
}
