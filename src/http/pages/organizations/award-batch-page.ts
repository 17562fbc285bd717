import { html } from "hono/html";
import { csvColumns } from "../../award-lines.ts";
import { partMarkup } from "../badges/badge-sections.ts";
import type { Markup, Page } from "../layout.ts";
import { fill, texts } from "../texts.ts";
import type { AwardForm } from "./award-form.ts";
import { validityWords } from "./class-page.ts";
import { type ConsoleFrame, consolePart, consolePath, consoleScripts, fieldMarkup } from "./organization-console.ts";

/** Where many badges are given from a file: it is checked first, and signed row by row. `most` rows at once. */
export function awardBatchPage(frame: ConsoleFrame, view: AwardForm & { most: number }): Page {
  const { awards: words, overview } = texts.orgConsole;
  const { batch } = words;
  const { slug } = frame.organization;
  const noKey = html`<p class="notice notice-warn">${words.noKey} <a href="${consolePath(slug, "keys")}">${overview.keysDo}</a></p>`;
  const noClass = html`<p class="empty">${words.noClass} <a href="${consolePath(slug, "badges/edit")}">${overview.badgeDo}</a></p>`;
  const body = html`<p class="quiet">${fill(batch.lead, { most: view.most.toLocaleString("en") })}</p>${view.signs ? "" : noKey}
    ${view.classes.length === 0 ? noClass : html`${columnsMarkup()}${formMarkup(view)}${resultsMarkup()}`}
    <p class="award-back"><a href="${consolePath(slug, "awards")}">${words.back}</a></p>`;
  const page = consolePart(frame, "awards", html`<div class="measure">${partMarkup("batch", batch.title, body)}</div>`);
  return { ...page, scripts: [...consoleScripts, "award-batch.browser.js"] };
}

/** Where the page is. */
export function batchPath(slug: string): string {
  return `${consolePath(slug, "awards")}/batch`;
}

function columnsMarkup(): Markup {
  const { batch } = texts.orgConsole.awards;
  const example = 'key,email,name\r\n2026-001,ada@example.org,"Lovelace, Ada"';
  return html`<details class="act"><summary>${batch.columns}</summary>
    <p class="act-text">${batch.columnsText}</p><p><code class="code">${csvColumns.join(", ")}</code></p>
    <pre class="batch-example" tabindex="0">${example}</pre></details>`;
}

/** The file is checked without a key; only giving is signed. Without a script it does nothing, so it is not shown. */
function formMarkup({ classes, chosen }: AwardForm): Markup {
  const { batch, form: words } = texts.orgConsole.awards;
  const options = classes.map(
    ({ id, definition }) =>
      html`<option value="${id}"${id === chosen ? html` selected` : ""}>${definition.name} (${validityWords(definition.validity)})</option>`,
  );
  const accept = ".csv,.ndjson,.jsonl,text/csv,application/x-ndjson";
  const file = html`<input id="file" type="file" name="file" required accept="${accept}" aria-describedby="file-hint">`;
  return html`<form class="stack deed" data-deed="awards" data-batch data-batch-words="${JSON.stringify(batch.script)}" method="post">
    ${fieldMarkup(words.class, "class", html`<select id="class" name="class" aria-describedby="class-hint">${options}</select>`, batch.classHint)}
    ${fieldMarkup(batch.file, "file", file, batch.fileHint)}
    <p class="hint">${texts.orgConsole.signs}</p>
    <p class="act-buttons"><button type="button" class="button button-plain" data-batch-check>${batch.check}</button>
      <button class="button" data-batch-give disabled>${batch.give}</button></p>
    <p class="notice" role="status" data-deed-status hidden></p></form>`;
}

/** Filled by the script, row by row. */
function resultsMarkup(): Markup {
  const { batch } = texts.orgConsole.awards;
  const file = (name: string, label: string) =>
    html`<a class="button button-plain" data-batch-file="${name}" download="results.${name}" href="">${label}</a>`;
  return html`<section class="batch" data-batch-results hidden tabindex="-1" aria-labelledby="rows"><h3 id="rows">${batch.rows}</h3>
    <p role="status" data-batch-count></p>
    <progress data-batch-progress aria-labelledby="rows" hidden></progress>
    <table class="batch-rows" data-batch-table hidden><thead><tr><th scope="col">${batch.line}</th><th scope="col">${batch.key}</th><th scope="col">${batch.became}</th></tr></thead><tbody></tbody></table>
    <p class="hint batch-end" data-batch-more hidden>${batch.more}</p>
    <div class="batch-end" data-batch-files hidden><p class="act-buttons">${file("csv", batch.csv)} ${file("ndjson", batch.ndjson)}</p><p class="hint">${batch.filesHint}</p></div></section>`;
}
