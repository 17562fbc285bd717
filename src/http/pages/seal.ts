import { html, raw } from "hono/html";
import type { Check, Outcome, Verdict } from "../../kernel/report.ts";
import type { Markup } from "./layout.ts";
import { fill, textFor, texts } from "./texts.ts";

export type Sealed = {
  verdict: Verdict;
  sentence: string;
  checks: readonly Check[];
  /** Whether the list of checks is open from the start. */
  open?: boolean;
  /** What the verdict is on, where a page has several. */
  of?: string;
};

/** A verdict as a shape, a word and a sentence; it opens into the checks it rests on, each with its reason. */
export function sealMarkup({ verdict, sentence, checks, open = false, of }: Sealed): Markup {
  const passed = checks.filter((check) => check.outcome === "pass").length;
  return html`<section class="seal seal-${verdict}" aria-label="${of === undefined ? texts.seal.label : `${texts.seal.label}: ${of}`}">
    <div class="seal-head">${sealShape(verdict)}
      <div><p class="seal-word">${texts.seal.words[verdict]}</p><p class="seal-sentence">${sentence}</p></div></div>
    <details${raw(open ? " open" : "")}>
      <summary>${fill(texts.seal.count, { passed, all: checks.length })}</summary>
      <ul class="checks">${checks.map(checkMarkup)}</ul>
    </details>
  </section>`;
}

/** Round for yes, an octagon for no, a square on its corner for neither: to be told apart without colour. */
export function sealShape(verdict: Verdict): Markup {
  return html`<svg class="seal-shape seal-${verdict}-tone" viewBox="0 0 48 48" aria-hidden="true" focusable="false">${raw(shapes[verdict])}</svg>`;
}

function checkMarkup({ name, outcome, required, code, detail }: Check): Markup {
  const aside = required ? "" : html` <span class="quiet">${texts.seal.aside}</span>`;
  const small = code === "OK" || code === "SKIPPED" ? "" : html` <code class="code">${code}</code>`;
  return html`<li class="check check-${outcome}">${outcomeShape(outcome)}
    <div><p class="check-name">${textFor(texts.checks.names, name) ?? name}<span class="check-outcome">${texts.checks.outcomes[outcome]}</span></p>
    <p class="check-detail">${detail}${small}${aside}</p></div></li>`;
}

const line = 'fill="none" stroke="var(--card)" stroke-width="3.5" stroke-linecap="round" stroke-linejoin="round"';

const shapes: Readonly<Record<Verdict, string>> = {
  valid: `<path class="seal-ground" d="${scallop()}"/><path ${line} d="m16.5 24.5 5.2 5.3 10-11"/>`,
  invalid: `<path class="seal-ground" d="M15.7 4h16.6L44 15.7v16.6L32.3 44H15.7L4 32.3V15.7z"/><path ${line} d="m17.5 17.5 13 13m0-13-13 13"/>`,
  undetermined: `<path class="seal-ground" d="M21.9 3.9a3 3 0 0 1 4.2 0l18 18a3 3 0 0 1 0 4.2l-18 18a3 3 0 0 1-4.2 0l-18-18a3 3 0 0 1 0-4.2z"/><path ${line} d="M19.5 19.6c.3-2.6 2.2-4.1 4.7-4.1 2.6 0 4.5 1.6 4.5 4 0 3.3-4.4 3.6-4.4 6.9m0 5.6v.1"/>`,
};

/** A rosette of sixteen leaves. */
function scallop(): string {
  const points = Array.from({ length: 16 }, (_, i) => {
    const angle = (i * Math.PI) / 8;
    return `${(24 + 19 * Math.cos(angle)).toFixed(1)} ${(24 + 19 * Math.sin(angle)).toFixed(1)}`;
  });
  return `M${points.join("A3.8 3.8 0 0 1 ")}A3.8 3.8 0 0 1 ${points[0]}z`;
}

const small = 'fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round"';

const outcomeShapes: Readonly<Record<Outcome, string>> = {
  pass: `<circle cx="10" cy="10" r="8" ${small}/><path ${small} d="m6.8 10.2 2.3 2.4 4.2-4.8"/>`,
  fail: `<path ${small} d="M6.7 2h6.6L18 6.7v6.6L13.3 18H6.7L2 13.3V6.7z"/><path ${small} d="m7.3 7.3 5.4 5.4m0-5.4-5.4 5.4"/>`,
  unknown: `<path ${small} d="m10 1.8 8.2 8.2-8.2 8.2L1.8 10z"/><path ${small} d="M8.3 8.3c.1-1 .8-1.6 1.8-1.6s1.8.6 1.8 1.6c0 1.3-1.8 1.3-1.8 2.7m0 2.3v.1"/>`,
  skipped: `<circle cx="10" cy="10" r="8" ${small} stroke-dasharray="2.5 3.8"/><path ${small} d="M6.8 10h6.4"/>`,
};

function outcomeShape(outcome: Outcome): Markup {
  return html`<svg class="check-shape" viewBox="0 0 20 20" aria-hidden="true" focusable="false">${raw(outcomeShapes[outcome])}</svg>`;
}
