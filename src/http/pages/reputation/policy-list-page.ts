import { html } from "hono/html";
import type { ListedPolicy } from "../../../reputation/policies.ts";
import type { Policy } from "../../../reputation/policy.ts";
import type { Markup, Page } from "../layout.ts";
import { fill, texts } from "../texts.ts";
import { policyPath, policyStyle, publisherMarkup } from "./policy-page.ts";

/** A policy in a list, with the rules of its latest version. */
export type PolicyCard = { listed: ListedPolicy; policy: Policy };

/** By what rules scores are told here. */
export function policyListPage(cards: readonly PolicyCard[], next: string | null): Page {
  const { policies: words } = texts;
  return {
    title: words.title,
    description: words.lead,
    head: policyStyle,
    body: html`<h1>${words.title}</h1><p class="lead">${words.lead}</p>
      ${cards.length === 0 ? html`<p class="empty">${words.none}</p>` : html`<ul class="policy-list">${cards.map(cardMarkup)}</ul>`}
      ${next === null ? "" : html`<p><a href="/policies?after=${next}">${words.more}</a></p>`}`,
  };
}

function cardMarkup({ listed, policy }: PolicyCard): Markup {
  const { name, version, owner } = listed;
  const { threshold, scale } = policy;
  const line = fill(texts.policies.line, { version, threshold, max: scale.max });
  return html`<li><p><a href="${policyPath(listed)}"><b>${name}</b></a></p><p>${excerpt(policy.description)}</p>
    <p class="quiet small">${line}<br>${texts.policies.owner} ${owner === null ? texts.policies.oursWithin : publisherMarkup(owner)}</p></li>`;
}

const maxExcerpt = 320;

/** What fits a list; the whole stands on the page of the policy. */
function excerpt(text: string): string {
  const characters = [...text];
  if (characters.length <= maxExcerpt) return text;
  const cut = characters.slice(0, maxExcerpt).join("");
  return `${cut.slice(0, cut.search(/\s+\S*$/)).replace(/[,;:]$/, "")} …`;
}
