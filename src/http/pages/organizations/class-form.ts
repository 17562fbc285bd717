import { html } from "hono/html";
import type { ClassView } from "../../../badges/class-changes.ts";
import { achievementTypes, type ClassDefinition } from "../../../badges/class-definition.ts";
import { partMarkup } from "../badges/badge-sections.ts";
import { typeWords } from "../badges/badge-words.ts";
import type { Markup, Page } from "../layout.ts";
import { fill, texts } from "../texts.ts";
import { classPath } from "./class-page.ts";
import {
  type ConsoleFrame,
  consolePart,
  consolePath,
  deedForm,
  donePath,
  fieldMarkup,
  optionalField,
} from "./organization-console.ts";

/** Skills that a form has room for. */
const skillRows = 3;

/** Where a badge is defined, or its next version. */
export function classFormPage(frame: ConsoleFrame, badgeClass: ClassView | undefined): Page {
  const { badges: words } = texts.orgConsole;
  const { slug } = frame.organization;
  const title = badgeClass ? fill(words.reviseTitle, { name: badgeClass.definition.name }) : words.newTitle;
  const data = badgeClass && {
    class: badgeClass.id,
    version: badgeClass.version,
    definition: badgeClass.definition,
    test: badgeClass.test,
  };
  const form = deedForm({
    deed: "class",
    next: donePath(slug, "badges", badgeClass ? "revised" : "badge"),
    ...(data && { data }),
    fields: fieldsMarkup(frame, badgeClass),
    label: badgeClass ? fill(words.form.saveRevision, { version: badgeClass.version + 1 }) : words.form.save,
  });
  const back = html`<p><a href="${consolePath(slug, "badges")}">${words.form.cancel}</a></p>`;
  return consolePart(
    frame,
    "badges",
    html`<div class="measure">${partMarkup("badge", title, html`${form}${back}`)}</div>`,
  );
}

function fieldsMarkup(frame: ConsoleFrame, badgeClass: ClassView | undefined): Markup {
  const { form: words } = texts.orgConsole.badges;
  const given = badgeClass?.definition;
  return html`${fieldMarkup(words.name, "name", html`<input id="name" name="name" required maxlength="256" value="${given?.name ?? ""}">`)}
    ${fieldMarkup(words.about, "about", html`<textarea id="about" name="description" class="words" rows="3" required maxlength="4096" aria-describedby="about-hint">${given?.description ?? ""}</textarea>`, words.aboutHint)}
    ${fieldMarkup(words.criteria, "criteria", html`<textarea id="criteria" name="narrative" class="words" rows="5" maxlength="16384" aria-describedby="criteria-hint">${given?.criteria.narrative ?? ""}</textarea>`, words.criteriaHint)}
    ${optionalField(words.criteriaUrl, "criteria-url", html`<input id="criteria-url" name="criteriaUrl" type="url" pattern="https://.+" maxlength="2048" value="${given?.criteria.url ?? ""}" aria-describedby="criteria-url-hint">`, words.urlHint)}
    ${fieldMarkup(words.type, "type", typePicker(given?.type ?? "Badge"))}
    ${imageMarkup(frame, badgeClass)}
    ${validityMarkup(given?.validity ?? null)}
    ${skillsMarkup(given)}
    ${optionalField(words.tags, "tags", html`<input id="tags" name="tags" maxlength="2048" value="${given?.tags.join(", ") ?? ""}" aria-describedby="tags-hint">`, words.tagsHint)}
    ${optionalField(words.language, "language", html`<input id="language" name="inLanguage" maxlength="35" pattern="[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,4}" value="${given?.inLanguage ?? ""}" aria-describedby="language-hint">`, words.languageHint)}
    ${badgeClass ? "" : suspendableMarkup()}<p class="hint">${texts.orgConsole.signs}</p>`;
}

function typePicker(chosen: string): Markup {
  const types: string[] = [...achievementTypes];
  if (!types.includes(chosen)) types.push(chosen);
  const options = types.map(
    (type) => html`<option value="${type}"${type === chosen ? html` selected` : ""}>${typeWords(type)}</option>`,
  );
  return html`<select id="type" name="type">${options}</select>`;
}

function imageMarkup({ organization }: ConsoleFrame, badgeClass: ClassView | undefined): Markup {
  const { form: words } = texts.orgConsole.badges;
  const image = badgeClass?.definition.image;
  const now = image
    ? html`<p class="image-now"><img src="${classPath(organization.slug, badgeClass.id)}/picture?v=${badgeClass.version}" alt="${words.imageNow}" width="96" height="96">
      <label class="tick"><input type="checkbox" name="imageless" value="yes"><span>${words.imageDrop}</span></label></p>`
    : "";
  return html`${now}${optionalField(words.image, "image", html`<input id="image" class="drop" name="image" type="file" accept="image/png,image/svg+xml" aria-describedby="image-hint">`, words.imageHint)}
    ${optionalField(words.alt, "alt", html`<input id="alt" name="alt" maxlength="512" value="${image?.alt ?? ""}" aria-describedby="alt-hint">`, words.altHint)}`;
}

function validityMarkup(validity: ClassDefinition["validity"]): Markup {
  const { form: words } = texts.orgConsole.badges;
  const days = validity && "days" in validity ? String(validity.days) : "";
  const until = validity && "until" in validity ? validity.until.slice(0, 16) : "";
  const chosen = days ? "days" : until ? "until" : "none";
  const radio = (value: string, label: string) =>
    html`<label class="choice"><input type="radio" name="validity" value="${value}"${value === chosen ? html` checked` : ""}><span>${label}</span></label>`;
  return html`<fieldset class="plain-set choices validity"><legend>${words.validity}</legend>
    ${radio("none", words.validityNone)}${radio("days", words.validityDays)}
    <div class="if-days">${fieldMarkup(words.days, "days", html`<input id="days" name="days" type="number" min="1" max="36525" value="${days}">`)}</div>
    ${radio("until", words.validityUntil)}
    <div class="if-until">${fieldMarkup(words.until, "until", html`<input id="until" name="until" type="datetime-local" value="${until}">`)}</div></fieldset>`;
}

function skillsMarkup(given: ClassDefinition | undefined): Markup {
  const { form: words } = texts.orgConsole.badges;
  const known = given?.alignment ?? [];
  const rows = Math.max(skillRows, Math.min(32, known.length + 1));
  const pairs = Array.from({ length: rows }, (_, i) => {
    const skill = known[i];
    return html`<div class="skill"><div><label for="skill-${i}">${fill(words.skillName, { n: i + 1 })}</label><input id="skill-${i}" name="skillName" maxlength="256" value="${skill?.targetName ?? ""}"></div>
      <div><label for="skill-url-${i}">${words.skillUrl}</label><input id="skill-url-${i}" name="skillUrl" type="url" pattern="https://.+" maxlength="2048" value="${skill?.targetUrl ?? ""}"></div></div>`;
  });
  return html`<fieldset class="plain-set"><legend>${words.skills} <span class="optional">${words.optional}</span></legend><p class="hint">${words.skillsHint}</p>${pairs}</fieldset>`;
}

function suspendableMarkup(): Markup {
  const { form: words } = texts.orgConsole.badges;
  return html`<label class="tick"><input type="checkbox" name="suspendable" value="yes"><span>${words.suspendable}<span class="hint each">${words.suspendableHint}</span></span></label>`;
}
