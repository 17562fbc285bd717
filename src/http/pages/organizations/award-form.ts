import { html } from "hono/html";
import type { ClassView } from "../../../badges/class-changes.ts";
import { copyableLater } from "../address.ts";
import { partMarkup } from "../badges/badge-sections.ts";
import type { Markup, Page } from "../layout.ts";
import { texts } from "../texts.ts";
import { validityWords } from "./class-page.ts";
import {
  type ConsoleFrame,
  consolePart,
  consolePath,
  deedForm,
  fieldMarkup,
  optionalField,
} from "./organization-console.ts";

export type AwardForm = {
  classes: readonly ClassView[];
  /** The class that was chosen before. */
  chosen: string;
  /** Whether the organisation has a key that signs credentials. */
  signs: boolean;
};

/** Where one badge is given to one person. */
export function awardFormPage(frame: ConsoleFrame, view: AwardForm): Page {
  const { awards: words, overview } = texts.orgConsole;
  const { slug } = frame.organization;
  const noKey = html`<p class="notice notice-warn">${words.noKey} <a href="${consolePath(slug, "keys")}">${overview.keysDo}</a></p>`;
  const noClass = html`<p class="empty">${words.noClass} <a href="${consolePath(slug, "badges/edit")}">${overview.badgeDo}</a></p>`;
  const form = deedForm({
    deed: "award",
    next: consolePath(slug, "awards"),
    fields: fieldsMarkup(view),
    label: words.form.do,
  });
  const body = html`<p class="quiet">${words.newLead}</p>${view.signs ? "" : noKey}${view.classes.length === 0 ? noClass : form}
    ${awardedMarkup(frame)}<p class="award-back"><a href="${consolePath(slug, "awards")}">${words.back}</a></p>`;
  return consolePart(frame, "awards", html`<div class="measure">${partMarkup("award", words.newTitle, body)}</div>`);
}

function fieldsMarkup({ classes, chosen }: AwardForm): Markup {
  const { form: words } = texts.orgConsole.awards;
  const options = classes.map(
    ({ id, definition }) =>
      html`<option value="${id}"${id === chosen ? html` selected` : ""}>${definition.name} (${validityWords(definition.validity)})</option>`,
  );
  const to = html`<input id="to" name="to" required maxlength="512" autocomplete="off" spellcheck="false" autocapitalize="none" aria-describedby="to-hint">`;
  return html`${fieldMarkup(words.class, "class", html`<select id="class" name="class">${options}</select>`)}
    ${fieldMarkup(words.to, "to", to, words.toHint)}
    ${optionalField(words.nameLabel, "name", html`<input id="name" name="name" maxlength="256" autocomplete="off" aria-describedby="name-hint">`, words.nameHint)}
    <details class="act"><summary>${words.more}</summary><div class="stack">
    ${optionalField(words.narrative, "narrative", html`<textarea id="narrative" name="narrative" class="words" rows="3" maxlength="8192" aria-describedby="narrative-hint"></textarea>`, words.narrativeHint)}
    ${optionalField(words.evidence, "evidence", html`<input id="evidence" name="evidence" type="url" pattern="https://.+" maxlength="2048" aria-describedby="evidence-hint">`, words.evidenceHint)}
    ${optionalField(words.until, "valid-until", html`<input id="valid-until" name="validUntil" type="datetime-local" aria-describedby="valid-until-hint">`, words.untilHint)}
    ${optionalField(words.hold, "hold", html`<input id="hold" name="hold" type="number" min="1" max="1440" aria-describedby="hold-hint">`, words.holdHint)}
    ${optionalField(words.cohort, "cohort", html`<input id="cohort" name="cohort" maxlength="64" aria-describedby="cohort-hint">`, words.cohortHint)}
    </div></details><p class="hint">${texts.orgConsole.signs}</p>`;
}

/** Shown when it is done: the page of the badge, and the link by which it is claimed. */
function awardedMarkup({ organization }: ConsoleFrame): Markup {
  const { form: words } = texts.orgConsole.awards;
  const { slug } = organization;
  return html`<section class="card secret" data-awarded hidden tabindex="-1" aria-labelledby="awarded"><h3 id="awarded">${words.done}</h3>
    <p>${words.doneText}<br><a data-award-page href="/"></a></p>
    <div data-claim-link hidden><p><b>${words.claimLink}</b></p><p class="link-shown">${copyableLater("claim")}</p><p class="hint">${words.claimText}</p></div>
    <p class="act-buttons"><a class="button" href="${consolePath(slug, "awards/new")}">${words.next}</a> <a class="button button-plain" href="${consolePath(slug, "awards")}">${words.list}</a></p></section>`;
}
