import { html } from "hono/html";
import type { ClassVersionView } from "../../../badges/badges.ts";
import type { ClassView } from "../../../badges/class-changes.ts";
import type { ClassDefinition } from "../../../badges/class-definition.ts";
import { parseTime } from "../../../kernel/time.ts";
import type { Membership, OrganizationView } from "../../../services.ts";
import { copyable } from "../address.ts";
import { badgeStyle } from "../badges/badge-page.ts";
import { criteriaMarkup, languageWords, partMarkup, skillsMarkup } from "../badges/badge-sections.ts";
import { closedBanner, domainMark, typeWords } from "../badges/badge-words.ts";
import type { Markup, Page } from "../layout.ts";
import { dayOf, dayWords } from "../moment.ts";
import { factsMarkup } from "../rows.ts";
import { fill, texts } from "../texts.ts";
import { countWords } from "./class-grid.ts";
import { organizationStyle } from "./organization-style.ts";

export type ClassPage = {
  organization: OrganizationView;
  badgeClass: ClassView;
  /** The version that is shown, and all there are, the latest first. */
  shown: ClassVersionView;
  versions: readonly ClassVersionView[];
  count: number;
  membership: Membership | undefined;
  origin: string;
};

/** A badge before anybody has it: what it stands for, what has to be done for it, and how often it was given. */
export function classPage(view: ClassPage): Page {
  const { organization, badgeClass, shown } = view;
  const { badgeClass: words } = texts;
  const { definition } = shown;
  const path = classPath(organization.slug, badgeClass.id);
  return {
    title: definition.name,
    description: fill(words.description, { issuer: organization.name }),
    wide: true,
    head: html`${badgeStyle}${organizationStyle}${badgeClass.test ? html`<meta name="robots" content="noindex">` : ""}`,
    body: html`<article class="badge">${noticesMarkup(view, path)}
      <header class="badge-head"><img class="badge-picture" src="${path}/picture?v=${shown.version}" alt="${altOf(definition)}" width="240" height="240">
        <div><p class="place">${typeWords(definition.type)}</p><h1 class="display">${definition.name}</h1>
        <p class="lead">${words.by} <a href="/orgs/${organization.slug}">${organization.name}</a> ${domainMark(organization)}<br>${countWords(view.count)}</p>
        ${manageMarkup(view)}</div></header>
      <div class="columns"><div>
        ${partMarkup("about", texts.badge.about, html`<p class="plain">${definition.description}</p>`)}
        ${partMarkup("criteria", words.criteria, criteriaMarkup(definition))}
        ${definition.alignment.length === 0 ? "" : partMarkup("skills", texts.badge.skills, skillsMarkup(definition))}
      </div><div>${partMarkup("facts", words.facts, factsOf(view))}${versionsMarkup(view, path)}</div></div></article>`,
  };
}

/** Where a class stands for people. */
export function classPath(slug: string, id: string): string {
  return `/orgs/${slug}/badges/${encodeURIComponent(id)}`;
}

/** How long an award holds, in words. */
export function validityWords(validity: ClassDefinition["validity"]): string {
  const { validForEver, validDay, validDays, validUntil } = texts.badgeClass;
  if (validity === null) return validForEver;
  if ("until" in validity) return fill(validUntil, { day: dayWords(parseTime(validity.until)) });
  return validity.days === 1 ? validDay : fill(validDays, { days: validity.days.toLocaleString("en") });
}

function noticesMarkup({ organization, badgeClass, shown }: ClassPage, path: string): Markup {
  const { badgeClass: words } = texts;
  const older = fill(words.older, { version: shown.version, latest: badgeClass.version });
  return html`${closedBanner(organization)}${badgeClass.test ? html`<p class="badge-test" role="note"><b>${texts.badge.test}</b> <span>${words.test}</span></p>` : ""}
    ${badgeClass.archived ? html`<p class="notice notice-warn" role="note">${words.archived}</p>` : ""}
    ${shown.version === badgeClass.version ? "" : html`<p class="notice" role="note">${older} <a href="${path}">${words.toLatest}</a></p>`}`;
}

function manageMarkup({ membership, badgeClass, organization }: ClassPage): Markup | string {
  const governs = membership?.role === "owner" || membership?.role === "admin";
  if (!governs) return "";
  return html`<p class="class-manage"><a href="/orgs/${organization.slug}/console/badges#class-${badgeClass.id}">${texts.badgeClass.manage}</a></p>`;
}

function factsOf({ organization, shown }: ClassPage): Markup {
  const { badgeClass: words } = texts;
  const { definition } = shown;
  const { creditsAvailable, tags, inLanguage } = definition;
  return factsMarkup([
    [words.issuer, html`<a href="/orgs/${organization.slug}">${organization.name}</a>`],
    [words.valid, validityWords(definition.validity)],
    [words.suspendable, definition.suspendable ? words.suspendableYes : words.suspendableNo],
    ...(creditsAvailable === undefined ? [] : ([[words.credits, String(creditsAvailable)]] as const)),
    ...(tags.length === 0 ? [] : ([[words.tags, tags.join(", ")]] as const)),
    ...(inLanguage === undefined ? [] : ([[words.language, languageWords(inLanguage)]] as const)),
  ]);
}

function versionsMarkup({ versions, shown, badgeClass, origin }: ClassPage, path: string): Markup {
  const { badgeClass: words } = texts;
  const items = versions.map(({ version, createdAt }) => {
    const name = fill(words.version, { version });
    const link =
      version === shown.version ? html`<b>${name}</b>` : html`<a href="${path}?version=${version}">${name}</a>`;
    return html`<li>${link} <span class="quiet">${dayOf(createdAt)}${version === badgeClass.version ? `, ${words.current}` : ""}</span></li>`;
  });
  const id = `${origin}/v1/badge-classes/${badgeClass.id}/versions/${shown.version}`;
  return html`${partMarkup("versions", words.versions, html`<p class="quiet">${words.versionsLead}</p><ul class="version-list">${items}</ul>`)}
    <details class="technical"><summary>${texts.organization.technical}</summary>${factsMarkup([
      [words.id, copyable(id)],
      [texts.organization.document, copyable(badgeClass.id)],
    ])}</details>`;
}

function altOf({ name, image }: ClassDefinition): string {
  return image?.alt ?? fill(texts.badge.picture, { name });
}
