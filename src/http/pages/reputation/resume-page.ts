import { html } from "hono/html";
import type { Millis } from "../../../kernel/time.ts";
import { copyable, wholeDidMarkup } from "../address.ts";
import type { Markup, Page } from "../layout.ts";
import { markOf } from "../mark.ts";
import { dayWords } from "../moment.ts";
import { fill, texts } from "../texts.ts";
import { saidTitle, wordsMarkup } from "./subject-evidence.ts";
import { headMarkup } from "./subject-page.ts";
import { scorePath, sumByField } from "./subject-sections.ts";
import { type FactDetail, type SubjectView, subjectPath, type ToldScore } from "./subject-view.ts";
import { factsWords, kindInField, nameOf, percentOf, pointsText, raterLine, ratersWords } from "./subject-words.ts";

/** What counts for somebody, by field, on paper: A4 and Letter. */
export function resumePage(view: SubjectView, told: ToldScore, now: Millis): Page {
  const { resume: words } = texts;
  const { did, profile } = view;
  const name = nameOf(did, profile);
  return {
    title: fill(words.title, { name }),
    description: fill(words.description, { name }),
    head: headMarkup(name, view.url),
    body: html`<article class="resume"><header class="resume-head">${markOf(did, "large")}<div><p class="place">${words.place}</p><h1>${name}</h1>
      <p class="quiet">${wholeDidMarkup(did)}</p></div></header>
      ${lineMarkup(view, told)}${told.rows.length === 0 ? html`<p class="empty">${words.none}</p>` : fieldsMarkup(told)}${checkMarkup(view, told, now)}
      <p class="hint again">${words.print} <a href="${subjectPath(did, view.listed.alias ?? view.listed.id)}">${words.back}</a></p></article>`,
  };
}

function lineMarkup({ shown }: SubjectView, { score }: ToldScore): Markup {
  const { resume: words, subject } = texts;
  const line = fill(words.line, {
    score: score.score ?? "",
    max: score.scale.max,
    policy: shown.policy.name,
    version: shown.version,
    state: (score.passes ? subject.state.passes : subject.state.notYet).toLowerCase(),
    raters: ratersWords(score.raters),
    facts: factsWords(score.evidence.counted),
  });
  const sure =
    score.uncertainty.n === "0" ? "" : ` ${fill(words.sure, { percent: percentOf(score.uncertainty.lower) })}`;
  return html`<p class="lead">${line}${sure}</p>`;
}

function fieldsMarkup({ rows, evidence, names }: ToldScore): Markup {
  const { resume: words } = texts;
  const parts = sumByField(rows.map(({ fact }) => fact)).map(({ field, sum }) => {
    const items = rows.filter(({ fact }) => fact.field === field).map((each) => itemMarkup(each, names));
    return html`<section class="resume-field"><h2>${field} <span class="points">${pointsText(sum, true)}</span></h2><ul>${items}</ul></section>`;
  });
  const more = evidence.length - rows.length;
  return html`${parts}${more > 0 ? html`<p class="quiet">${fill(words.more, { count: more })}</p>` : ""}`;
}

function itemMarkup({ fact, attestation, badge }: FactDetail, names: ToldScore["names"]): Markup {
  const said = attestation?.texts ?? null;
  const title = badge?.title ?? saidTitle(said) ?? kindInField(fact.kind, fact.field);
  const link = badge ? html`<a href="${badge.path}"><b>${title}</b></a>` : html`<b>${title}</b>`;
  const disputed = fact.status === "disputed" ? html` · <b>${texts.standing.states.disputed}</b>` : "";
  const [before = "", between = "", after = ""] = texts.resume.by.split(/\{\w+\}/);
  const by = html`${before}${raterLine(fact.rater, names)}${between}${dayWords(Date.parse(fact.admittedAt))}${after}`;
  return html`<li><p>${link} <span class="quiet small">${texts.subject.oneKind[fact.kind]}${disputed} · ${by}</span></p>${said === "erased" ? "" : wordsMarkup(said)}</li>`;
}

function checkMarkup(view: SubjectView, { score }: ToldScore, now: Millis): Markup {
  const { resume: words } = texts;
  const { position, time, digest } = score.asOf;
  return html`<section class="resume-check"><h2>${words.check}</h2><p>${fill(words.checkText, { day: dayWords(now) })}</p>
    <p>${copyable(`${view.url}?policy=${encodeURIComponent(view.listed.alias ?? view.listed.id)}`)}<br>${copyable(`${new URL(view.url).origin}${scorePath(view)}/export`)}</p>
    <p class="small quiet">${fill(words.asOf, { position, time, digest })}</p></section>`;
}
