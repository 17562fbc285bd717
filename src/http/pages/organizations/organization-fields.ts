import { html } from "hono/html";
import type { Markup } from "../layout.ts";
import { texts } from "../texts.ts";
import { type ConsoleFrame, deedForm, donePath, fieldMarkup, foldedDeed } from "./organization-console.ts";
import type { FieldView } from "./organization-page.ts";

/** The whole taxonomy, a field on each line: its id, its name, its codes. */
export function fieldsForm(frame: ConsoleFrame, fields: readonly FieldView[]): Markup {
  const { overview: words, signs } = texts.orgConsole;
  const lines = fields.map(({ id, name, codes }) => [id, name, codes.join(" ")].filter(Boolean).join(" | "));
  const control = html`<textarea id="fields" name="fields" rows="6" maxlength="60000" spellcheck="false" autocapitalize="none" aria-describedby="fields-hint" placeholder="teaching/mathematics | Mathematics | onet:25-1022.00">${lines.join("\n")}</textarea>`;
  const entered = html`${fieldMarkup(words.fieldsLabel, "fields", control, words.fieldsHint)}<p class="hint">${signs}</p>`;
  const next = donePath(frame.organization.slug, "overview", "fields");
  return html`<details class="act"><summary>${words.fields}</summary><p class="act-text">${words.fieldsText}</p>
    ${deedForm({ deed: "fields", next, fields: entered, label: words.save })}</details>`;
}

/** The end of an organisation, for its owners. */
export function closeForm({ organization }: ConsoleFrame): Markup {
  const { overview: words } = texts.orgConsole;
  const control = html`<input id="reason" name="reason" required maxlength="500" autocomplete="off" aria-describedby="reason-hint">`;
  return foldedDeed(words.close, words.closeText, {
    deed: "close",
    next: `/orgs/${organization.slug}`,
    fields: fieldMarkup(words.closeReason, "reason", control, words.closeReasonHint),
    label: words.closeDo,
    look: "button button-bad",
  });
}
