import { html } from "hono/html";
import { partMarkup } from "../badges/badge-sections.ts";
import type { Markup, Page } from "../layout.ts";
import { texts } from "../texts.ts";
import {
  type ConsoleFrame,
  consolePart,
  consolePath,
  deedForm,
  donePath,
  fieldMarkup,
  governs,
  optionalField,
  wordsField,
} from "./organization-console.ts";
import type { FieldView } from "./organization-page.ts";

/** Where a member attests something for the organisation, in one of its fields. */
export function attestationFormPage(frame: ConsoleFrame, fields: readonly FieldView[]): Page {
  const { attestations: words } = texts.orgConsole;
  const { slug } = frame.organization;
  const [first] = fields;
  const form =
    first &&
    deedForm({
      deed: "attest",
      next: donePath(slug, "attestations", "ATTEST"),
      // All fields stand in one list, which one operation has set.
      data: { fields: first.operation },
      fields: formFields(fields),
      label: words.form.do,
    });
  const body = html`<p class="quiet">${words.newLead}</p>${form ?? noFields(frame)}
    <p class="award-back"><a href="${consolePath(slug, "attestations")}">${words.back}</a></p>`;
  const part = html`<div class="measure">${partMarkup("attest", words.newTitle, body)}</div>`;
  return consolePart(frame, "attestations", part, "attestations");
}

function noFields(frame: ConsoleFrame): Markup {
  const { attestations: words } = texts.orgConsole;
  const way = html`${words.noFields} <a href="${consolePath(frame.organization.slug)}">${words.fieldsDo}</a>`;
  return html`<p class="empty">${governs(frame) ? way : words.noFieldsViewer}</p>`;
}

function formFields(fields: readonly FieldView[]): Markup {
  const { form: words } = texts.orgConsole.attestations;
  const to = html`<input id="to" name="subject" required maxlength="512" autocomplete="off" spellcheck="false" autocapitalize="none" aria-describedby="to-hint">`;
  const value = html`<input id="value" name="value" required inputmode="decimal" maxlength="25" pattern="(0|[1-9][0-9]{0,14})([.][0-9]{1,9})?" value="1" autocomplete="off" aria-describedby="value-hint">`;
  const title = html`<input id="title" name="title" maxlength="200" autocomplete="off" aria-describedby="title-hint">`;
  return html`${fieldMarkup(words.to, "to", to, words.toHint)}
    ${fieldMarkup(words.field, "field", selectOf("field", "field", fieldNames(fields)))}
    ${fieldMarkup(words.kind, "kind", selectOf("kind", "kind", Object.entries(words.kinds)))}
    ${fieldMarkup(words.value, "value", value, words.valueHint)}
    ${optionalField(words.name, "title", title, words.nameHint)}
    ${wordsField("narrative", words.narrative, { hint: words.narrativeHint })}
    ${fieldMarkup(words.work, "work", selectOf("work", "work", Object.entries(words.works)))}
    <div class="stack if-work">${fieldMarkup(words.workId, "work-id", html`<input id="work-id" name="workId" maxlength="2048" autocomplete="off" spellcheck="false" autocapitalize="none" aria-describedby="work-id-hint">`, words.workHint)}</div>
    <details class="act"><summary>${words.more}</summary><div class="stack">
    ${optionalField(words.from, "valid-from", html`<input id="valid-from" name="validFrom" type="datetime-local" aria-describedby="valid-from-hint">`, words.fromHint)}
    ${optionalField(words.until, "valid-until", html`<input id="valid-until" name="validUntil" type="datetime-local" aria-describedby="valid-until-hint">`, words.untilHint)}
    </div></details><p class="hint">${texts.orgConsole.signs}</p>`;
}

function fieldNames(fields: readonly FieldView[]): [string, string][] {
  return fields.map(({ id, name }) => [id, name === id ? id : `${name} (${id})`]);
}

function selectOf(id: string, name: string, options: readonly (readonly [string, string])[]): Markup {
  return html`<select id="${id}" name="${name}">${options.map(([value, label]) => html`<option value="${value}">${label}</option>`)}</select>`;
}
