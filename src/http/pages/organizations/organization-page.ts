import { html } from "hono/html";
import { parseTime } from "../../../kernel/time.ts";
import type { Membership, OrganizationServices, OrganizationView } from "../../../services.ts";
import { copyable } from "../address.ts";
import { badgeStyle } from "../badges/badge-page.ts";
import { hostOf, outside, partMarkup } from "../badges/badge-sections.ts";
import { closedBanner, domainMark } from "../badges/badge-words.ts";
import type { Markup, Page } from "../layout.ts";
import { markOf } from "../mark.ts";
import { dayOf, dayWords } from "../moment.ts";
import { factsMarkup } from "../rows.ts";
import { fill, texts } from "../texts.ts";
import { type ClassCard, classGrid } from "./class-grid.ts";
import { organizationStyle } from "./organization-style.ts";

export type FieldView = Awaited<ReturnType<OrganizationServices["fields"]>>["items"][number];

export type OrganizationPage = {
  organization: OrganizationView;
  /** What whoever looks is in it. */
  membership: Membership | undefined;
  classes: readonly ClassCard[];
  /** What it attests in. */
  fields: readonly FieldView[];
  /** Where the list of classes goes on. */
  next: string | undefined;
};

/** An organisation for people: who it is, what stands behind its name, what it awards. */
export function organizationPage({ organization, membership, classes, fields, next }: OrganizationPage): Page {
  const { organization: words } = texts;
  const { name, description, did } = organization;
  const open = classes.filter(({ archived }) => !archived);
  const ended = classes.filter(({ archived }) => archived);
  return {
    title: name,
    description: fill(words.description, { name }),
    wide: true,
    head: html`${badgeStyle}${organizationStyle}`,
    body: html`${closedBanner(organization, "closed")}<header class="org-head">${markOf(did, "large")}<div><h1>${name}</h1>
      <p class="org-domain">${domainMark(organization)} <span class="quiet">${domainSentence(organization)}</span></p></div>
      ${membership === undefined ? "" : manageLink(membership)}</header>
      ${description ? html`<p class="lead plain">${description}</p>` : ""}
      ${partMarkup("classes", words.classes, open.length > 0 ? classGrid(open) : html`<p class="empty">${words.classesNone}</p>`)}
      ${ended.length === 0 ? "" : html`<details class="ended"><summary>${fill(words.classesEnded, { count: ended.length })}</summary>${classGrid(ended)}</details>`}
      ${next === undefined ? "" : html`<p><a href="/orgs/${organization.slug}?after=${next}">${words.more}</a></p>`}
      <div class="columns"><div>${partMarkup("about", words.about, aboutMarkup(organization))}${fieldsMarkup(fields)}</div>
      <div>${technicalMarkup(organization)}</div></div>`,
  };
}

/** Since when the domain says yes, or does not. */
export function domainSentence({ domain }: Pick<OrganizationView, "domain">): string {
  const { organization: words } = texts;
  if (!domain) return words.noDomain;
  if (domain.since === null) return fill(words.neverChecked, { domain: domain.name });
  const day = dayWords(parseTime(domain.since));
  return domain.verified
    ? fill(words.verifiedSince, { day })
    : fill(words.notVerifiedSince, { domain: domain.name, day });
}

function fieldsMarkup(fields: readonly FieldView[]): Markup | string {
  const { organization: words } = texts;
  if (fields.length === 0) return "";
  const list = fields.map(({ id, name }) => html`<li>${name} <code>${id}</code></li>`);
  return partMarkup("fields", words.fields, html`<ul class="plain-list">${list}</ul>`);
}

function manageLink({ slug, role }: Membership): Markup {
  const { organization: words, orgConsole } = texts;
  return html`<p class="org-manage"><a class="button button-plain" href="/orgs/${slug}/console">${words.manage}</a>
    <span class="hint">${fill(words.manageText, { role: orgConsole.roles[role] })}</span></p>`;
}

function aboutMarkup({ url, email, domain, createdAt }: OrganizationView): Markup {
  const { organization: words } = texts;
  return factsMarkup([
    ...(url ? ([[words.site, url.startsWith("https:") ? outside(url, hostOf(url)) : url]] as const) : []),
    ...(email ? ([[words.mail, html`<a href="mailto:${email}">${email}</a>`]] as const) : []),
    ...(domain ? ([[words.domain, domain.name]] as const) : []),
    [words.since, dayOf(createdAt)],
  ]);
}

function technicalMarkup({ id, did, slug }: OrganizationView): Markup {
  const { organization: words } = texts;
  return html`<details class="technical"><summary>${words.technical}</summary>${factsMarkup([
    [words.did, copyable(did)],
    [words.didDocument, html`<a href="/orgs/${slug}/did.json">${words.didDocumentLink}</a>`],
    [words.document, copyable(id)],
    [words.log, html`<a href="/v1/documents/${encodeURIComponent(id)}/operations">/v1/documents/…/operations</a>`],
  ])}</details>`;
}
