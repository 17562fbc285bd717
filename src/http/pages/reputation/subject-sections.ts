import { html } from "hono/html";
import { parseDecimal } from "../../../reputation/decimal.ts";
import type { Evidence } from "../../../reputation/explanation.ts";
import { exclusions } from "../../../reputation/fact.ts";
import { kindTitle } from "../../../reputation/policy-words.ts";
import { copyable, didMarkup } from "../address.ts";
import type { Markup } from "../layout.ts";
import { dayOf, momentOf } from "../moment.ts";
import { factsMarkup } from "../rows.ts";
import { fill, texts } from "../texts.ts";
import { excludedMarkup } from "./subject-evidence.ts";
import { fewOfEach, type SubjectView, type ToldScore } from "./subject-view.ts";
import { factsWords, nextWords, plainDecimal, pointsText, ratersWords, sureWords } from "./subject-words.ts";

/** The score on its scale, whether it passes and what is missing, in words; how sure it is, and what comes next. */
export function scoreMarkup({ shown }: SubjectView, { score }: ToldScore): Markup {
  const words = texts.subject;
  const { policy } = shown;
  const { level, text } = sureWords(score, policy.minRaters);
  const raters =
    score.raters === 0
      ? words.nobodyYet
      : fill(words.ratersText, {
          raters: ratersWords(score.raters),
          facts: factsWords(score.evidence.counted),
        });
  const trust = score.trust && fill(words.trustText, { edges: score.trust.edges, nodes: score.trust.nodes });
  return html`<section class="score" aria-label="${words.score}"><div class="score-head">${ringMarkup(score)}
      <div><p class="score-number"><b>${score.score}</b> <span class="quiet">${fill(words.of, { max: score.scale.max })}</span></p>
      <p class="score-word score-${score.passes ? "passes" : "not-yet"}">${score.passes ? words.state.passes : words.state.notYet}</p>
      <p>${needText(score, policy.minRaters)}</p></div></div>
    ${factsMarkup([
      [words.raters, raters],
      [words.sure, html`${level}${text === "" ? "" : html`<br><span class="quiet">${text}</span>`}`],
      ...(trust ? ([[words.trust, trust]] as const) : []),
      [words.next, nextWords(score)],
      [words.asOf, html`${dayOf(score.asOf.time)}, ${fill(words.asOfPlace, { position: score.asOf.position })}`],
    ])}</section>`;
}

/** What the facts of each field give, the most first, as bars. */
export function fieldsMarkup({ score, evidence }: ToldScore, own: boolean): Markup {
  const words = texts.subject;
  const sums = sumByField(evidence);
  const [shown, others] = [sums.slice(0, mostFields), sums.slice(mostFields)];
  const bars = shown.map(({ field, sum }) => ({ label: field, sum }));
  if (others.length > 0)
    bars.push({
      label: fill(words.fieldsOthers, { count: others.length }),
      sum: others.reduce((all, { sum }) => all + sum, 0n),
    });
  if (!own && score.evidence.hidden.count > 0)
    bars.push({ label: words.fieldHidden, sum: parseDecimal(score.evidence.hidden.sum) });
  const most = bars.reduce((least, { sum }) => (amount(sum) > least ? amount(sum) : least), 1n);
  return html`<p class="quiet">${words.fieldsLead}</p><ul class="bars">${bars.map(({ label, sum }) => {
    const share = Number((amount(sum) * 1000n) / most) / 10;
    return html`<li><span class="bar-label">${label}</span><span class="bar-points">${pointsText(sum, true)}</span>
      <svg class="bar${sum < 0n ? " bar-against" : ""}" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true" focusable="false"><rect class="bar-ground" width="100" height="4"/><rect class="bar-fill" width="${share}" height="4"/></svg></li>`;
  })}</ul>${kindsMarkup(score)}`;
}

/** What was left out, by reasons. */
export function excludedPart(view: SubjectView, told: ToldScore): Markup {
  const words = texts.subject;
  const { score, excluded } = told;
  const beyond = beyondMarkup(score);
  if (score.excluded.total === 0 && excluded.length === 0)
    return html`${beyond === "" ? html`<p class="quiet">${words.excludedNone}</p>` : beyond}`;
  const few = fewOfEach(excluded);
  const groups = exclusions.flatMap((reason) => {
    const seen = excluded.filter((each) => each.reason === reason).length;
    const count = Math.max(seen, score.excluded.byReason[reason] ?? 0);
    const { title, text } = words.reasons[reason];
    const rows = few.filter((each) => each.reason === reason);
    const more = seen - rows.length;
    return count === 0
      ? []
      : [
          html`<li><details><summary><span><b>${title}</b> <span class="count">${count}</span></span></summary><p class="quiet">${text}</p>
        <ul class="excluded-rows">${rows.map((each) => excludedMarkup(each, told))}</ul>
        ${more > 0 ? html`<p class="hint">${fill(words.excludedMore, { count: more })}</p>` : ""}
        ${count > seen ? html`<p class="hint">${fill(words.excludedUnseen, { count: count - seen })}</p>` : ""}</details></li>`,
        ];
  });
  return html`<p class="quiet">${words.excludedLead}</p><ul class="reasons-list">${groups}</ul>${beyond}
    <p class="small"><a href="${scorePath(view)}/excluded">${words.excludedAll}</a></p>`;
}

/** Facts that are listed nowhere, because a score does not take them in. */
function beyondMarkup({ excluded: { beyond } }: ToldScore["score"]): Markup | string {
  const { beyondOne, beyondMany } = texts.subject;
  if (beyond === 0) return "";
  const count = beyond.toLocaleString("en");
  return html`<p class="notice">${beyond === 1 ? beyondOne : fill(beyondMany, { count })}</p>`;
}

/** How to compute it again, and as of when it stands. */
export function checkMarkup(view: SubjectView, { score }: ToldScore): Markup {
  const words = texts.subject;
  const { time, position, digest } = score.asOf;
  const group = score.group
    .filter((each) => each !== view.did)
    .map((each) => html`<span class="each">${didMarkup(each)}</span>`);
  const hides = score.evidence.hidden.count > 0 && !view.own;
  return html`<p>${words.checkText}</p><pre tabindex="0"><code>npm run replay -- --log export.json</code></pre>${hides ? html`<p class="hint">${words.checkHidden}</p>` : ""}
    <p><a class="button button-plain" href="${scorePath(view)}/export" download="export.json">${words.export}</a></p>
    <details class="technical"><summary>${words.technical}</summary>${factsMarkup([
      [words.did, copyable(view.did)],
      ...(group.length === 0 ? [] : ([[words.group, html`${group}`]] as const)),
      [words.asOfTime, momentOf(time)],
      [words.asOfPosition, String(position)],
      ...(digest === "" ? [] : ([[words.asOfDigest, copyable(digest)]] as const)),
      [words.asOfScore, copyable(score.evidence.digest)],
      [words.policyHash, copyable(score.policy.hash)],
      [words.json, html`<a href="${scorePath(view)}?explain=full">${words.jsonLink}</a>`],
      [
        words.log,
        html`<a href="/v1/subjects/${encodeURIComponent(view.did)}/attestations">${words.attestationsLink}</a>`,
      ],
    ])}</details>`;
}

export function scorePath({ did, listed }: Pick<SubjectView, "did" | "listed">): string {
  return `/v1/subjects/${encodeURIComponent(did)}/scores/${encodeURIComponent(listed.alias ?? listed.id)}`;
}

/** Fields with a bar of their own. */
const mostFields = 12;

/** Sums of contributions by field, the largest amounts first. */
export function sumByField(evidence: readonly Evidence[]): { field: string; sum: bigint; count: number }[] {
  const sums = new Map<string, { field: string; sum: bigint; count: number }>();
  for (const { field, contribution } of evidence) {
    const known = sums.get(field) ?? { field, sum: 0n, count: 0 };
    sums.set(field, { field, sum: known.sum + parseDecimal(contribution), count: known.count + 1 });
  }
  return [...sums.values()].sort(
    (one, other) => Number(amount(other.sum) - amount(one.sum)) || (one.field < other.field ? -1 : 1),
  );
}

function kindsMarkup({ components }: ToldScore["score"]): Markup {
  const words = texts.subject;
  const rows = components
    .filter(({ facts }) => facts > 0)
    .map(({ kind, facts, sum, points }) => {
      return html`<tr><th scope="row">${kindTitle(kind)}</th><td>${facts}</td><td>${pointsText(sum)}</td><td>${pointsText(points)}</td></tr>`;
    });
  if (rows.length === 0) return html``;
  const heads = [words.kind, words.facts, words.sum, words.given];
  return html`<table class="plain-table kinds"><thead><tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead><tbody>${rows}</tbody></table>`;
}

/** The score as an arc of the whole scale, with a mark where the threshold is. */
function ringMarkup({ score, scale, threshold, passes }: ToldScore["score"]): Markup {
  const round = 2 * Math.PI * 40;
  const share = Math.min(1, Number(score) / Number(scale.max));
  const turn = Math.min(360, (Number(threshold) / Number(scale.max)) * 360);
  const label = fill(texts.subject.scoreLabel, { score: score ?? "0", max: scale.max, threshold });
  const arc =
    share === 0
      ? ""
      : html`<circle class="ring-arc" cx="50" cy="50" r="40" stroke-dasharray="${(share * round).toFixed(1)} ${round.toFixed(1)}" transform="rotate(-90 50 50)"/>`;
  return html`<svg class="ring ring-${passes ? "passes" : "not-yet"}" viewBox="0 0 100 100" role="img" aria-label="${label}" focusable="false"><circle class="ring-ground" cx="50" cy="50" r="40"/>${arc}
    <path class="ring-mark" d="M50 3v14" transform="rotate(${turn.toFixed(1)} 50 50)"/>${passes ? html`<path class="ring-tick" d="m36 51 10 10.5 19-22"/>` : ""}</svg>`;
}

function needText({ score, threshold, passes, raters }: ToldScore["score"], least: number): string {
  const words = texts.subject;
  const need = fill(passes ? words.passesText : words.notYetText, {
    threshold: plainDecimal(threshold),
    raters: ratersWords(Math.max(1, least)),
  });
  if (passes) return need;
  const missing = parseDecimal(threshold) - parseDecimal(score ?? "0");
  const points = missing > 0n ? ` ${fill(words.points, { points: pointsText(missing) })}` : "";
  const found = ratersWords(raters);
  const few = raters > 0 && raters < least ? ` ${fill(words.missingRaters, { found, needed: least })}` : "";
  return `${need}${points}${few}`;
}

function amount(units: bigint): bigint {
  return units < 0n ? -units : units;
}
