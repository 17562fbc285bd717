import { html } from "hono/html";
import { copyable } from "../address.ts";
import { partMarkup } from "../badges/badge-sections.ts";
import { domainMark } from "../badges/badge-words.ts";
import type { Markup, Page } from "../layout.ts";
import { factsMarkup } from "../rows.ts";
import { texts } from "../texts.ts";
import {
  type ConsoleFrame,
  type ConsolePart,
  consolePart,
  consolePath,
  deedForm,
  donePath,
  fieldMarkup,
  governs,
  optionalField,
} from "./organization-console.ts";
import { closeForm, fieldsForm } from "./organization-fields.ts";
import { domainSentence, type FieldView } from "./organization-page.ts";

/** What an organisation has of what its badges need. */
export type Standing = { keys: boolean; domain: boolean; badge: boolean; award: boolean };

/** What it needs to be believed, and how the world sees it. */
export function overviewPage(frame: ConsoleFrame, standing: Standing, fields: readonly FieldView[]): Page {
  const { overview: words } = texts.orgConsole;
  const { organization } = frame;
  const facts = factsMarkup([
    [
      texts.organization.domain,
      html`${domainMark(organization)}<br><span class="quiet">${domainSentence(organization)}</span>`,
    ],
    [words.slug, organization.slug],
    [words.did, copyable(organization.did)],
  ]);
  const profile = html`<details class="act"><summary>${words.profile}</summary>${profileForm(frame)}</details>${fieldsForm(frame, fields)}`;
  const end = frame.membership.role === "owner" ? closeForm(frame) : "";
  return consolePart(
    frame,
    "overview",
    html`<div class="columns"><div>${partMarkup("steps", words.steps, stepsMarkup(frame, standing))}</div>
      <div>${partMarkup("facts", words.facts, html`${facts}${governs(frame) ? profile : ""}${end}`)}</div></div>`,
  );
}

type Step = { name: keyof Standing; part: ConsolePart; title: string; text: string; link: string; path: string };

function stepsMarkup(frame: ConsoleFrame, standing: Standing): Markup {
  const { overview: words } = texts.orgConsole;
  const { slug } = frame.organization;
  const steps: Step[] = [
    {
      name: "keys",
      part: "keys",
      title: words.keys,
      text: words.keysText,
      link: words.keysDo,
      path: consolePath(slug, "keys"),
    },
    {
      name: "domain",
      part: "domain",
      title: words.domain,
      text: words.domainText,
      link: words.domainDo,
      path: consolePath(slug, "domain"),
    },
    {
      name: "badge",
      part: "badges",
      title: words.badge,
      text: words.badgeText,
      link: words.badgeDo,
      path: consolePath(slug, "badges/edit"),
    },
    {
      name: "award",
      part: "awards",
      title: words.award,
      text: words.awardText,
      link: words.awardDo,
      path: consolePath(slug, "awards/new"),
    },
  ];
  const may = ({ name }: Step) => governs(frame) || (name === "award" && frame.membership.role === "issuer");
  // The first that is not done is the next to do.
  const next = steps.find((step) => !standing[step.name] && may(step));
  return html`<ol class="steps">${steps.map((step) => {
    const { name, title, text, link, path, part } = step;
    const ready = standing[name];
    const look = step === next ? "button" : "button button-plain";
    const act = ready || !may(step) ? "" : html`<p><a class="${look}" href="${path}">${link}</a></p>`;
    return html`<li class="step${ready ? " step-ready" : ""}"><p class="step-head"><a href="${consolePath(slug, part)}">${title}</a>
      <span class="step-state">${ready ? words.ready : words.open}</span></p><p class="quiet">${text}</p>${act}</li>`;
  })}</ol>`;
}

function profileForm({ organization }: ConsoleFrame): Markup {
  const { overview: words } = texts.orgConsole;
  const { name, description, url, email, image, slug } = organization;
  const fields = html`${fieldMarkup(words.name, "name", html`<input id="name" name="name" required maxlength="200" value="${name}">`)}
    ${optionalField(words.about, "description", html`<textarea id="description" name="description" class="words" rows="4" maxlength="2000">${description ?? ""}</textarea>`)}
    ${optionalField(words.url, "url", html`<input id="url" name="url" type="url" pattern="https://.+" maxlength="2048" value="${url ?? ""}">`)}
    ${optionalField(words.email, "email", html`<input id="email" name="email" type="email" maxlength="254" value="${email ?? ""}">`)}`;
  const data = image === null ? {} : { image };
  return deedForm({ deed: "profile", next: donePath(slug, "overview", "profile"), data, fields, label: words.save });
}
