import { html } from "hono/html";
import type { Evidence } from "../../../reputation/explanation.ts";
import type { PublishedPolicy } from "../../../reputation/policy.ts";
import type { Point } from "../../../reputation/score-history.ts";
import type { Markup } from "../layout.ts";
import { dayOf, dayWords } from "../moment.ts";
import { fill, texts } from "../texts.ts";

/** The grid of the drawing: it is stretched to the width there is, and keeps its height. */
const [width, height, head] = [1000, 160, 8];
/** Where the last moment is: what came to be there stands a little longer, so that it is seen. */
const shownUntil = 975;

/** Dots at most: the latest; each leads to its row. */
const mostDots = 60;

export type Chart = {
  history: readonly Point[];
  policy: PublishedPolicy["policy"];
  /** Facts whose rows stand on the page. */
  facts: readonly Evidence[];
};

/** A score over time as a step line, drawn here, with the same as a table. */
export function chartMarkup({ history, policy, facts }: Chart): Markup | string {
  const [first, last] = [history[0], history.at(-1)];
  const moved = history.some(({ score }) => Number(score) !== 0);
  if (!first || !last || first === last || !moved) return "";
  const words = texts.subject;
  const scale = scaleOf(history, policy);
  const label = fill(words.historyTitle, { from: daysOf(first), to: daysOf(last) });
  return html`<figure class="chart">
    <div class="chart-plot">${axisMarkup(scale)}<div>
      <svg class="chart-line" viewBox="0 0 ${width} ${height}" preserveAspectRatio="none" role="img" aria-labelledby="chart-title chart-text" focusable="false">
        <title id="chart-title">${label}</title><desc id="chart-text">${describe(history, policy)}</desc>
        <path class="chart-base" d="M0 ${height}H${width}"/><path class="chart-threshold" d="M0 ${scale.y(policy.threshold)}H${width}"/>
        <path class="chart-area" d="${stepPath(history, scale)}V${height}H0z"/><path class="chart-step" d="${stepPath(history, scale)}"/>
      </svg>${dotsMarkup(facts, scale)}</div></div>
    <figcaption><span>${dayOf(first.time)}</span><span>${dayOf(last.time)}</span></figcaption></figure>
    ${facts.length === 0 ? "" : html`<p class="hint">${words.historyDots}</p>`}${tableMarkup(history)}`;
}

type Scale = { x(time: number): number; y(score: string): number; top: string; policy: PublishedPolicy["policy"] };

/** The top is the least round number above the scores and the threshold, so that small ones are seen to move. */
function scaleOf(history: readonly Point[], policy: PublishedPolicy["policy"]): Scale {
  const [from, to] = [Date.parse(history[0]!.time), Date.parse(history.at(-1)!.time)];
  const highest = Math.max(Number(policy.threshold), ...history.map(({ score }) => Number(score ?? 0)));
  const top = Math.min(Number(policy.scale.max), roundUp(highest * 1.1));
  return {
    x: (time) => round(((time - from) / Math.max(1, to - from)) * shownUntil),
    y: (score) => round(height - (Number(score) / top) * (height - head)),
    top: String(top),
    policy,
  };
}

/** 1, 2 or 5 times a power of ten, or ten of them: no less than a number. */
function roundUp(least: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(least, 1)));
  return [1, 2, 4, 5, 6, 8, 10].map((times) => times * power).find((each) => each >= least) ?? 10 * power;
}

/** A score stands from its moment on until the next. */
function stepPath(history: readonly Point[], { x, y }: Scale): string {
  const steps = history.map(({ time, score }, i) => {
    const [left, top] = [x(Date.parse(time)), y(score ?? "0")];
    return i === 0 ? `M${left} ${top}` : `H${left}V${top}`;
  });
  return `${steps.join("")}H${width}`;
}

/** In units of its own size, so that letters are as large as letters are. */
function axisMarkup({ y, top, policy: { threshold } }: Scale): Markup {
  const marks = [top, threshold, "0"].filter(
    (each, i, all) => all.findIndex((one) => Number(one) === Number(each)) === i,
  );
  const apart = marks.filter((each, i) => i === 0 || Math.abs(y(each) - y(marks[i - 1]!)) >= 14);
  return html`<svg class="chart-axis" viewBox="0 0 36 ${height}" aria-hidden="true" focusable="false">${apart.map(
    (each) => html`<text x="30" y="${Math.min(height - 1, y(each) + 4)}" text-anchor="end">${each}</text>`,
  )}</svg>`;
}

/** For whoever points at them: the rows below say the same to everybody. */
function dotsMarkup(facts: readonly Evidence[], { x }: Scale): Markup {
  const dots = facts.slice(0, mostDots).map(({ admittedAt, operation, contribution }) => {
    const at = Math.min(width, Math.max(0, x(Date.parse(admittedAt))));
    const against = contribution.startsWith("-") ? " chart-against" : "";
    return html`<a href="#fact-${operation}" tabindex="-1"><rect x="${at - 12}" width="24" height="20"/><path class="chart-dot${against}" d="M${at} 10h0"/></a>`;
  });
  return html`<svg class="chart-dots" viewBox="0 0 ${width} 20" preserveAspectRatio="none" aria-hidden="true" focusable="false">${dots}</svg>`;
}

function describe(history: readonly Point[], { threshold }: PublishedPolicy["policy"]): string {
  const scores = history.map(({ score }) => score ?? "0");
  const sorted = scores.toSorted((one, other) => Number(one) - Number(other));
  const ends = { first: scores[0] ?? "0", last: scores.at(-1) ?? "0" };
  return fill(texts.subject.historyText, { ...ends, least: sorted[0] ?? "0", most: sorted.at(-1) ?? "0", threshold });
}

/** Only the days on which something is otherwise than before; the last one always. */
function tableMarkup(history: readonly Point[]): Markup {
  const words = texts.subject;
  const turns = history.filter(({ score, passes }, i) => {
    const before = history[i - 1];
    return !before || i === history.length - 1 || before.score !== score || before.passes !== passes;
  });
  const rows = turns.toReversed().map(({ time, score, passes }) => {
    return html`<tr><th scope="row">${dayOf(time)}</th><td>${score ?? "–"}</td><td>${passes ? words.yes : words.no}</td></tr>`;
  });
  return html`<details class="chart-table"><summary>${words.historyTable}</summary><table class="plain-table"><thead><tr>
    <th scope="col">${words.historyAt}</th><th scope="col">${words.historyScore}</th><th scope="col">${words.historyPasses}</th></tr></thead><tbody>${rows}</tbody></table></details>`;
}

function daysOf({ time }: Point): string {
  return dayWords(Date.parse(time));
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
