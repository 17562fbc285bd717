import { html } from "hono/html";
import { partMarkup } from "../badges/badge-sections.ts";
import { typeWords } from "../badges/badge-words.ts";
import type { Markup, Page } from "../layout.ts";
import { dayOf } from "../moment.ts";
import { factsMarkup, type Row, rowsMarkup } from "../rows.ts";
import { fill, texts } from "../texts.ts";
import { type ClassCard, countWords } from "./class-grid.ts";
import { validityWords } from "./class-page.ts";
import {
  awards,
  type ConsoleFrame,
  consolePart,
  consolePath,
  donePath,
  foldedDeed,
  governs,
} from "./organization-console.ts";

export type ConsoleClass = ClassCard & { operation: string; test: boolean; createdAt: string; updatedAt: string };

/** The badges of an organisation for its members. */
export function consoleBadgesPage(
  frame: ConsoleFrame,
  classes: readonly ConsoleClass[],
  next: string | undefined,
): Page {
  const { badges: words } = texts.orgConsole;
  const { slug } = frame.organization;
  const add = html`<p><a class="button" href="${consolePath(slug, "badges/edit")}">${words.new}</a></p>`;
  const list = html`<p class="quiet">${words.lead}</p>${governs(frame) ? add : ""}
    ${classes.length === 0 ? html`<p class="empty">${words.none}</p>` : rowsMarkup(classes.map((each) => classRow(frame, each)))}
    ${next === undefined ? "" : html`<p><a href="${consolePath(slug, "badges")}?after=${next}">${words.more}</a></p>`}`;
  return consolePart(frame, "badges", partMarkup("badges", words.title, list));
}

function classRow(frame: ConsoleFrame, each: ConsoleClass): Row {
  const { badges: words } = texts.orgConsole;
  const { id, definition, version, archived, test, path, count, updatedAt } = each;
  const { slug } = frame.organization;
  const state = [...(test ? [words.testState] : []), ...(archived ? [words.archivedState] : [])];
  const edit = `${consolePath(slug, "badges/edit")}?class=${encodeURIComponent(id)}`;
  const award = `${consolePath(slug, "awards/new")}?class=${encodeURIComponent(id)}`;
  const links = html`<p class="act-buttons">${archived || !awards(frame) || test ? "" : html`<a class="button" href="${award}">${words.award}</a>`}
    ${archived || !governs(frame) ? "" : html`<a class="button button-plain" href="${edit}">${words.revise}</a>`}
    <a class="button button-plain" href="${path}">${words.page}</a></p>`;
  const facts = factsMarkup([
    [texts.badgeClass.valid, validityWords(definition.validity)],
    [texts.badge.version, html`${version}, ${dayOf(updatedAt)}`],
  ]);
  return {
    id: `class-${id}`,
    title: definition.name,
    line: html`${typeWords(definition.type)} · ${fill(words.version, { version })} · ${countWords(count)}`,
    end: state.join(", "),
    ended: archived,
    more: html`<div class="my-badge"><img src="${path}/picture?v=${version}" alt="" width="96" height="96" loading="lazy">
      <div><p class="plain">${definition.description}</p>${facts}</div></div>${links}${governs(frame) ? endForm(frame, each) : ""}`,
  };
}

function endForm(frame: ConsoleFrame, { id, version, definition, archived, test }: ConsoleClass): Markup {
  const { badges: words } = texts.orgConsole;
  const data = { class: id, version, definition, test };
  const { slug } = frame.organization;
  if (archived)
    return foldedDeed(words.restore, words.restoreText, {
      deed: "classReturn",
      next: donePath(slug, "badges", "restored"),
      data,
      fields: html``,
      label: words.restoreDo,
    });
  return foldedDeed(words.archive, words.archiveText, {
    deed: "classEnd",
    next: donePath(slug, "badges", "archived"),
    data: { class: id },
    fields: html``,
    label: words.archiveDo,
    look: "button button-bad",
  });
}
