import { html } from "hono/html";
import type { ServedCode } from "../../../credentials/presenting.ts";
import type { ListedPolicy } from "../../../reputation/policies.ts";
import type { Markup } from "../layout.ts";
import { dayOf, dayWords } from "../moment.ts";
import { tokenField } from "../people/wallet-panel.ts";
import { fill, texts } from "../texts.ts";

/** A badge that can be shown: its document, and what it is called. */
export type ShowableBadge = { award: string; title: string };

/** One that is shared, as its subject sees it. */
export type SharedPresentation = {
  id: string;
  url: string;
  scores: number;
  badges: number;
  keptAt: string;
  expiresAt: string;
  code: ServedCode;
};

export type Sharing = {
  policies: readonly ListedPolicy[];
  badges: readonly ShowableBadge[];
  /** Whether there are more badges than are listed. */
  more: boolean;
  shared: readonly SharedPresentation[];
};

/** Where a subject chooses what to show, and sees what it shares. The script prepares, signs and brings it. */
export function presentationPart({ policies, badges, more, shared }: Sharing, token: string): Markup {
  const { share: words } = texts.presentation;
  const lives = Object.entries(words.lives).map(
    ([value, label]) => html`<option value="${value}"${value === "604800" ? html` selected` : ""}>${label}</option>`,
  );
  return html`<p>${words.text}</p><form class="deed stack present" data-deed="PRESENT">
    <fieldset class="choices"><legend><b>${words.scores}</b></legend>${policies.map(policyChoice)}<p class="hint">${words.note}</p></fieldset>
    <fieldset class="choices"><legend><b>${words.badges}</b></legend>${
      badges.length === 0 ? html`<p class="quiet">${words.noBadges}</p>` : badges.map(badgeChoice)
    }${more ? html`<p class="hint">${fill(words.moreBadges, { count: badges.length })}</p>` : ""}</fieldset>
    <label for="present-life">${words.days}</label><select id="present-life" name="life">${lives}</select>
    <p><button class="button">${words.do}</button></p><p class="notice" role="status" data-deed-status hidden></p></form>
    ${sharedMarkup(shared, token)}`;
}

function policyChoice({ id, name }: ListedPolicy, place: number): Markup {
  const { share: words } = texts.presentation;
  const radio = (value: string, label: string) => {
    const [field, checked] = [`present-${place}-${value || "no"}`, value === "" ? html` checked` : ""];
    return html`<label class="choice" for="${field}"><input type="radio" id="${field}" name="say-${place}" value="${value}"${checked}><span>${label}</span></label>`;
  };
  const least = fill(words.leastLabel, { policy: name });
  return html`<fieldset class="present-policy" data-policy="${id}"><legend>${name}</legend>${radio("", words.sayNothing)}${radio("score", words.sayWhole)}
    <span class="present-at-least">${radio("least", words.sayLeast)}<input name="least-${place}" inputmode="decimal" maxlength="32" autocomplete="off" aria-label="${least}"></span></fieldset>`;
}

function badgeChoice({ award, title }: ShowableBadge): Markup {
  return html`<label class="tick"><input type="checkbox" name="badge" value="${award}"><span>${title}</span></label>`;
}

function sharedMarkup(shared: readonly SharedPresentation[], token: string): Markup {
  const { share: words } = texts.presentation;
  if (shared.length === 0) return html``;
  const items = shared.map((each) => {
    const what = fill(words.deleteOf, { day: dayWords(Date.parse(each.keptAt)) });
    const gone = each.code !== "SHARED" && each.code !== "NOT_CHECKED";
    return html`<li>${gone ? whatWords(each) : html`<a href="/presentations/${each.id}">${whatWords(each)}</a>`} <span class="quiet small">${dayOf(each.keptAt)}, ${texts.verify.to} ${dayOf(each.expiresAt)}</span>
      ${each.code === "SHARED" ? "" : html`<p class="hint">${words.standing[each.code]}</p>`}<form class="present-end" method="post" action="/me/reputation/presentations/${each.id}/delete">${tokenField(token)}<button class="quiet-button" aria-label="${what}">${words.delete}</button></form></li>`;
  });
  return html`<h3 id="shared">${words.kept}</h3><ul class="notices">${items}</ul>`;
}

function whatWords({ scores, badges }: SharedPresentation): string {
  const { scoreOne, scoreMany, badgeOne, badgeMany, and } = texts.presentation.share;
  const one = scores === 1 ? scoreOne : fill(scoreMany, { count: scores });
  const other = badges === 1 ? badgeOne : fill(badgeMany, { count: badges });
  if (badges === 0) return one;
  return scores === 0 ? other : fill(and, { one, other });
}
