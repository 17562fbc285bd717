import { html } from "hono/html";
import type { Markup } from "./layout.ts";

export type Row = {
  /** What the row is found by within its page. */
  id?: string;
  title: Markup | string;
  /** One line of what it comes to. */
  line: Markup | string;
  /** Its state or its day, at the end of the line. */
  end?: Markup | string;
  /** Shown when the row is opened. */
  more: Markup;
  ended?: boolean;
};

/** Rows of evidence: who or what, what it says, when; each opens in place. */
export function rowsMarkup(rows: readonly Row[]): Markup {
  return html`<ul class="rows">${rows.map(rowMarkup)}</ul>`;
}

/** A statement: labels and what they stand for. */
export function factsMarkup(facts: readonly (readonly [string, Markup | string])[]): Markup {
  return html`<dl class="facts">${facts.map(([label, fact]) => html`<div><dt>${label}</dt><dd>${fact}</dd></div>`)}</dl>`;
}

function rowMarkup({ id, title, line, end = "", more, ended = false }: Row): Markup {
  return html`<li class="row${ended ? " row-ended" : ""}"${idOf(id)}><details>
    <summary><span class="row-title">${title}</span><span class="row-line">${line}</span><span class="row-end">${end}</span></summary>
    <div class="row-more">${more}</div></details></li>`;
}

function idOf(id: string | undefined): Markup | string {
  return id === undefined ? "" : html` id="${id}"`;
}
