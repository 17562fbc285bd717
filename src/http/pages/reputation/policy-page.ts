import { html } from "hono/html";
import { factKinds } from "../../../reputation/fact.ts";
import type { ListedPolicy, ListedVersion } from "../../../reputation/policies.ts";
import type { KindRule, PublishedPolicy } from "../../../reputation/policy.ts";
import { policySchemaPath } from "../../../reputation/policy-schema.ts";
import { kindTitle, type PolicyPart, policyWords } from "../../../reputation/policy-words.ts";
import { copyable, didMarkup } from "../address.ts";
import { assetPath } from "../assets.ts";
import { partMarkup } from "../badges/badge-sections.ts";
import type { Markup, Page } from "../layout.ts";
import { dayOf } from "../moment.ts";
import { factsMarkup } from "../rows.ts";
import { fill, texts } from "../texts.ts";

export type PolicyPage = {
  listed: ListedPolicy;
  /** The version that is shown, and all there are to show, the latest first. */
  shown: PublishedPolicy;
  versions: readonly ListedVersion[];
};

export const policyStyle: Markup = html`<link rel="stylesheet" href="${assetPath("policies.css")}">`;

/** A policy for people: its rules in words, number by number, and who signed them. */
export function policyPage(view: PolicyPage): Page {
  const { shown } = view;
  const { policies: words } = texts;
  const { policy, version } = shown;
  return {
    title: policy.name,
    description: fill(words.description, { name: policy.name, version }),
    wide: true,
    head: policyStyle,
    body: html`<article class="policy">${noticesMarkup(view)}
      <header class="policy-head"><p class="place"><a href="/policies">${words.title}</a></p><h1 class="display">${policy.name}</h1>
      <p class="lead">${policy.description}</p></header>
      <div class="columns"><div>
        ${partMarkup("glance", words.glance, glanceMarkup(shown))}
        ${policyWords(policy).map((part, i) => rulesMarkup(part, i))}
      </div><div>${partMarkup("statement", words.statement, statementMarkup(view))}${versionsMarkup(view)}${technicalMarkup(view)}</div></div></article>`,
  };
}

/** Where a policy stands for people: under its short name, where it has one. */
export function policyPath({ id, alias }: Pick<ListedPolicy, "id" | "alias">, version?: number): string {
  const path = `/policies/${encodeURIComponent(alias ?? id)}`;
  return version === undefined ? path : `${path}/${version}`;
}

/** Who publishes it. */
export function publisherMarkup(owner: string | null): Markup | string {
  return owner === null ? texts.policies.ours : didMarkup(owner);
}

function noticesMarkup({ listed, shown, versions }: PolicyPage): Markup {
  const { policies: words } = texts;
  const superseded = versions.find(({ version }) => version === shown.version)?.supersededAt ?? null;
  const older = fill(words.older, { version: shown.version, latest: listed.version });
  return html`${superseded === null ? "" : html`<p class="notice notice-warn" role="note">${words.superseded}</p>`}
    ${shown.version === listed.version ? "" : html`<p class="notice" role="note">${older} <a href="${policyPath(listed)}">${words.toLatest}</a></p>`}`;
}

function glanceMarkup({ policy }: PublishedPolicy): Markup {
  const { policies: words } = texts;
  const rows = factKinds.flatMap((kind) => {
    const rule = policy.kinds[kind];
    return rule ? [glanceRow(kindTitle(kind), rule)] : [];
  });
  const heads = [words.kind, words.points, words.halves, words.most];
  return html`<p class="quiet">${words.glanceLead}</p><table class="policy-glance"><thead><tr>${heads.map(
    (head) => html`<th scope="col">${head}</th>`,
  )}</tr></thead><tbody>${rows}</tbody></table>`;
}

function glanceRow(title: string, { points, halfLifeDays, cap }: KindRule): Markup {
  const { policies: words } = texts;
  const against = points.startsWith("-");
  const most = cap === null ? words.noCap : fill(against ? words.against : words.for, { cap });
  const halves = halfLifeDays === null ? words.never : fill(words.days, { days: halfLifeDays });
  return html`<tr${against ? html` class="policy-against"` : ""}><th scope="row">${title}</th><td>${points.replace("-", "−")}</td><td>${halves}</td><td>${most}</td></tr>`;
}

function rulesMarkup({ title, sentences }: PolicyPart, place: number): Markup {
  const items = sentences.map((sentence) => html`<li>${sentence}</li>`);
  return partMarkup(`rules-${place}`, title, html`<ul class="policy-rules">${items}</ul>`);
}

function statementMarkup({ listed, shown }: PolicyPage): Markup {
  const { policies: words } = texts;
  const { threshold, scale } = shown.policy;
  return factsMarkup([
    [words.owner, publisherMarkup(listed.owner)],
    [words.version, String(shown.version)],
    [words.published, dayOf(shown.publishedAt)],
    [words.passes, fill(words.passesText, { threshold, max: scale.max })],
    ...(listed.alias === null ? [] : ([[words.short, html`<code>${listed.alias}</code>`]] as const)),
  ]);
}

function versionsMarkup({ listed, shown, versions }: PolicyPage): Markup {
  const { policies: words } = texts;
  const items = versions.map(({ version, publishedAt, supersededAt }) => {
    const name = fill(words.latest, { version });
    const link =
      version === shown.version ? html`<b>${name}</b>` : html`<a href="${policyPath(listed, version)}">${name}</a>`;
    const state =
      supersededAt !== null ? `, ${words.replaced}` : version === listed.version ? `, ${words.current}` : "";
    return html`<li>${link} <span class="quiet">${dayOf(publishedAt)}${state}</span></li>`;
  });
  const list = html`<p class="quiet">${words.versionsLead}</p><ul class="policy-versions">${items}</ul>`;
  return partMarkup("versions", words.versions, list);
}

function technicalMarkup({ listed, shown }: PolicyPage): Markup {
  const { policies: words } = texts;
  const id = encodeURIComponent(listed.id);
  return html`<details class="technical"><summary>${words.technical}</summary>${factsMarkup([
    [words.document, copyable(listed.id)],
    [words.hash, copyable(shown.hash)],
    [words.operation, copyable(shown.operation)],
    [words.json, html`<a href="/v1/policies/${id}/${shown.version}">${words.jsonLink}</a>`],
    [words.schema, html`<a href="${policySchemaPath}">${words.schemaLink}</a>`],
    [words.log, html`<a href="/v1/documents/${id}/operations">${words.logLink}</a>`],
  ])}</details>`;
}
