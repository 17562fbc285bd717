import { html } from "hono/html";
import { mostCounted } from "../../../badges/award-count.ts";
import type { ClassView } from "../../../badges/class-changes.ts";
import type { Markup } from "../layout.ts";
import { fill, texts } from "../texts.ts";

/** A class as a card shows it: `path` is its page, `count` how many awards everybody may know of. */
export type ClassCard = Pick<ClassView, "id" | "version" | "definition" | "archived"> & { path: string; count: number };

/** Badges of an organisation, each with its picture. */
export function classGrid(classes: readonly ClassCard[]): Markup {
  return html`<ul class="class-grid">${classes.map(
    ({ path, version, definition: { name, description }, count }) => html`<li><a class="class-card" href="${path}">
      <img src="${path}/picture?v=${version}" alt="" width="96" height="96" loading="lazy">
      <span><b>${name}</b><span class="class-text">${description}</span><span class="quiet small">${countWords(count)}</span></span></a></li>`,
  )}</ul>`;
}

/** `Awarded 12 times`; where they are too many to count, that they are more. */
export function countWords(count: number): string {
  const { awarded, awardedOnce, awardedNever, awardedMore } = texts.organization;
  if (count === 0) return awardedNever;
  if (count === 1) return awardedOnce;
  const most = mostCounted.toLocaleString("en");
  return count > mostCounted
    ? fill(awardedMore, { count: most })
    : fill(awarded, { count: count.toLocaleString("en") });
}
