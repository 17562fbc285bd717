import { html, raw } from "hono/html";
import type { ClassDefinition } from "../../../badges/class-definition.ts";
import { renderMarkdown } from "../../../badges/markdown.ts";
import type { Evidence, Result } from "../../../badges/personal.ts";
import { Failure } from "../../../kernel/failure.ts";
import { copyable, didMarkup, shortAddress } from "../address.ts";
import type { Markup } from "../layout.ts";
import { dayOf } from "../moment.ts";
import { factsMarkup } from "../rows.ts";
import { fill, textFor, texts } from "../texts.ts";
import type { BadgeView } from "./badge-view.ts";
import { domainMark, typeWords } from "./badge-words.ts";

/** One part of the page under its heading. */
export function partMarkup(id: string, title: string, body: Markup): Markup {
  return html`<section class="part" aria-labelledby="${id}"><h2 id="${id}">${title}</h2>${body}</section>`;
}

/** What was certified, how it was earned, and what there is to show for it. */
export function storyMarkup({ facts }: BadgeView): Markup {
  const { badge: words } = texts;
  const { definition } = facts.achievement;
  const { narrative, results = [], evidence = [] } = facts;
  const done = html`${narrative === undefined ? "" : markdown(narrative)}${resultsMarkup(results)}`;
  return html`${partMarkup("about", words.about, html`<p class="plain">${definition.description}</p>`)}
    ${partMarkup("criteria", words.criteria, criteriaMarkup(definition))}
    ${narrative === undefined && results.length === 0 ? "" : partMarkup("done", words.done, done)}
    ${evidence.length === 0 ? "" : partMarkup("evidence", words.evidence, evidenceMarkup(evidence))}
    ${definition.alignment.length === 0 ? "" : partMarkup("skills", words.skills, skillsMarkup(definition))}`;
}

/** Who has it, who gave it, when, and until when it holds. */
export function statementMarkup({ facts, issuer, award, profile }: BadgeView): Markup {
  const { badge: words } = texts;
  const { definition, version } = facts.achievement;
  const classPath = `/orgs/${issuer.slug}/badges/${award.state.class}`;
  const { creditsAvailable, fieldOfStudy, specialization, tags, inLanguage } = definition;
  const given = (label: string, value: Markup | string | number | undefined) =>
    value === undefined ? [] : [[label, typeof value === "number" ? String(value) : value] as const];
  return factsMarkup([
    [words.earnedBy, award.state.subject === "" ? words.nobody : earnerMarkup(award.state.subject, profile)],
    ...given(words.named, facts.earner),
    [words.issuer, html`<a href="/orgs/${issuer.slug}">${issuer.name}</a><br>${domainMark(issuer)}`],
    ...given(words.issuerSite, issuer.url ? siteMarkup(issuer.url) : undefined),
    [words.awarded, dayOf(facts.awardedAt)],
    [words.valid, validityMarkup(facts)],
    ...given(words.credits, creditsAvailable),
    ...given(words.field, fieldOfStudy),
    ...given(words.special, specialization),
    ...given(words.tags, tags.length > 0 ? tags.join(", ") : undefined),
    ...given(words.language, inLanguage && languageWords(inLanguage)),
    [words.version, html`<a href="${classPath}">${fill(words.versionText, { version })}</a>`],
  ]);
}

/** Organisations that stand beside it, each with the endorsement that it signed. */
export function endorsementsMarkup({ endorsers, award }: BadgeView): Markup {
  const { badge: words } = texts;
  return html`<ul class="plain-list">${endorsers.map(({ organization, at, comment, signed }) => {
    const path = `/b/${award.face}/endorsements/${organization.slug}`;
    return html`<li><p><b>${organization.name}</b> ${domainMark(organization)}<br><span class="quiet">${words.endorsed} ${dayOf(at)}.</span>
      ${signed ? html`<a href="${path}" type="application/vc">${words.endorsement}</a>` : ""}</p>${comment === undefined ? "" : html`<blockquote>${markdown(comment)}</blockquote>`}</li>`;
  })}</ul>`;
}

/** In words; a badge without an end says so. */
export function validityMarkup({ validFrom, validUntil }: BadgeView["facts"]): Markup {
  const { validFor, validUntil: between } = texts.badge;
  const [before = "", middle = "", after = ""] = (validUntil === undefined ? validFor : between).split(/\{\w+\}/);
  return html`${before}${dayOf(validFrom)}${middle}${validUntil === undefined ? "" : dayOf(validUntil)}${after}`;
}

/** An earner as those who look can tell them: an account with a profile leads there. */
function earnerMarkup(subject: string, profile: BadgeView["profile"]): Markup {
  if (!profile) return didMarkup(subject);
  const words = fill(texts.badge.profile, { name: profile.username ?? shortAddress(profile.address) });
  return html`${didMarkup(subject)}<br><a href="/profile/${profile.address}">${words}</a>`;
}

/** Markdown below the headings of the page; what is too much for it is shown as it stands. */
export function markdown(text: string): Markup {
  try {
    const lower = (_: string, slash: string, level: string) => `<${slash}h${Math.min(6, Number(level) + 2)}>`;
    return html`<div class="prose">${raw(renderMarkdown(text).replaceAll(/<(\/?)h([1-6])>/g, lower))}</div>`;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return html`<p class="plain">${text}</p>`;
  }
}

export function criteriaMarkup({ criteria: { narrative, url } }: ClassDefinition): Markup {
  const more =
    url === undefined ? "" : html`<p>${outside(url, fill(texts.badge.criteriaMore, { host: hostOf(url) }))}</p>`;
  return html`${narrative === undefined ? "" : markdown(narrative)}${more}`;
}

function resultsMarkup(results: readonly Result[]): Markup | string {
  if (results.length === 0) return "";
  const { results: label, resultStates } = texts.badge;
  const words = results.map(({ value, status }) =>
    [value, status && (textFor(resultStates, status) ?? status)].filter(Boolean).join(", "),
  );
  return factsMarkup([[label, words.join("; ")]]);
}

function evidenceMarkup(evidence: readonly Evidence[]): Markup {
  const { evidenceOne, evidenceNote, forWhom, genre: kind } = texts.badge;
  const items = evidence.map(({ id, name, description, narrative, genre, audience }) => {
    const title = name ?? (id === undefined ? evidenceOne : hostOf(id));
    const aside = [genre && `${kind}: ${genre}`, audience && `${forWhom}: ${audience}`].filter(Boolean).join(" · ");
    return html`<li><p><b>${id === undefined ? title : outside(id, title)}</b>${id === undefined ? "" : html` <span class="quiet">${hostOf(id)}</span>`}
      ${aside === "" ? "" : html`<br><span class="quiet">${aside}</span>`}</p>
      ${description === undefined ? "" : html`<p class="plain">${description}</p>`}${narrative === undefined ? "" : markdown(narrative)}</li>`;
  });
  const links = evidence.some(({ id }) => id !== undefined);
  return html`<ul class="plain-list">${items}</ul>${links ? html`<p class="hint">${evidenceNote}</p>` : ""}`;
}

export function skillsMarkup({ alignment }: ClassDefinition): Markup {
  const items = alignment.map(({ targetName, targetUrl, targetFramework, targetCode, targetDescription }) => {
    const where = [targetFramework, targetCode].filter(Boolean).join(" · ") || hostOf(targetUrl);
    return html`<li><p><b>${outside(targetUrl, targetName)}</b><br><span class="quiet">${where}</span></p>
      ${targetDescription === undefined ? "" : html`<p class="plain">${targetDescription}</p>`}</li>`;
  });
  return html`<p class="quiet">${texts.badge.skillsLead}</p><ul class="plain-list">${items}</ul>`;
}

/** A link to a site of somebody else's, which learns nothing of where its visitor was. */
export function outside(url: string, words: string): Markup {
  return html`<a href="${url}" rel="nofollow ugc noopener noreferrer">${words}</a>`;
}

function siteMarkup(url: string): Markup | string {
  return url.startsWith("https:") ? outside(url, hostOf(url)) : url;
}

export function hostOf(url: string): string {
  return URL.parse(url)?.host ?? url;
}

export function languageWords(tag: string): string {
  try {
    return new Intl.DisplayNames(["en"], { type: "language" }).of(tag) ?? tag;
  } catch {
    return tag;
  }
}

/** What kind of thing it is, above its name. */
export function kindMarkup({ facts }: BadgeView): Markup {
  return html`<p class="place">${typeWords(facts.achievement.definition.type)}</p>`;
}

/** What whoever looks closer wants to copy. */
export function technicalMarkup({ facts, award, issuer }: BadgeView): Markup {
  const { badge: words } = texts;
  return html`<details class="technical"><summary>${words.technical}</summary>${factsMarkup([
    [words.credential, copyable(facts.id)],
    [words.did, copyable(issuer.did)],
    [words.document, copyable(award.document)],
    [
      words.log,
      html`<a href="/v1/documents/${encodeURIComponent(award.document)}/operations">/v1/documents/…/operations</a>`,
    ],
  ])}</details>`;
}
