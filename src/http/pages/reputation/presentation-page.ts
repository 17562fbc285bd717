import { html } from "hono/html";
import { type Millis, parseTime } from "../../../kernel/time.ts";
import { copyable, didMarkup, shortDid, wholeDidMarkup } from "../address.ts";
import { assetPath } from "../assets.ts";
import { named } from "../badges/badge-words.ts";
import type { Markup, Page } from "../layout.ts";
import { markOf } from "../mark.ts";
import { dayOf, momentOf } from "../moment.ts";
import { factsMarkup } from "../rows.ts";
import { sealMarkup } from "../seal.ts";
import { fill, texts } from "../texts.ts";
import { policyPath } from "./policy-page.ts";
import type { PresentationView, SaidScore, ShownCredential } from "./presentation-view.ts";
import { reputationStyle } from "./subject-page.ts";
import { subjectPath } from "./subject-view.ts";
import { nameOf, plainDecimal } from "./subject-words.ts";

/** Stylesheets of pages that show presentations. */
export const presentationStyle: Markup = html`${reputationStyle}<link rel="stylesheet" href="${assetPath("presentations.css")}">`;

/** Where a presentation stands. */
export type SharedAt = { url: string; file: string };

/** What somebody shows, on a page that can be printed: who, what, by which key, until when, and every check. */
export function presentationPage(view: PresentationView, { url, file }: SharedAt): Page {
  const { presentation: words } = texts;
  const { holder } = view.report;
  const name = holderName(view);
  return {
    title: fill(words.title, { name }),
    description: fill(words.description, { name }),
    head: html`${presentationStyle}<meta name="robots" content="noindex, nofollow"><link rel="alternate" type="application/vp+jwt" href="${file}">`,
    body: html`<article class="resume presentation"><header class="resume-head">${holder === null ? "" : markOf(holder, "large")}<div><p class="place">${words.place}</p><h1>${name}</h1>
      ${holder === null ? "" : html`<p class="quiet">${wholeDidMarkup(holder)}</p>`}</div></header>
      ${view.verdict === "valid" ? html`<p class="lead">${fill(words.lead, { name })}</p>` : ""}
      ${findingMarkup(view, words.made)}
      <section class="resume-check"><h2>${words.check}</h2><p>${words.checkText}</p>
        <p class="again"><a class="button" href="${file}" download>${words.file}</a> <a class="button button-plain" href="/verify">${words.verify}</a></p>
        <p>${copyable(url)}</p>
        ${holder === null ? "" : html`<p class="again"><a href="${subjectPath(holder)}">${fill(words.all, { name })}</a></p>`}</section></article>`,
  };
}

/** The same beside other findings, where somebody has given the presentation itself. */
export function presentationFinding(view: PresentationView): Markup {
  return html`<section class="finding presentation"><p class="place">${texts.presentation.kind}</p>${findingMarkup(view, texts.presentation.saidMade)}</section>`;
}

/** When it was signed is the signer's own word, unless it was taken in here within minutes: `made` says which. */
function findingMarkup(view: PresentationView, made: string): Markup {
  const { presentation: words } = texts;
  const { own, verdict, credentials } = view;
  const items = credentials.map((each, place) => html`<li>${credentialMarkup(each, place + 1)}</li>`);
  return html`${sealMarkup({ verdict, sentence: words.sentences[verdict], checks: own.map(named), open: verdict !== "valid" })}
    <p class="presented-count">${countWords(view)}</p>${signedMarkup(view, made)}
    ${credentials.length === 0 ? "" : html`<h2>${words.credentials}</h2><ol class="presented">${items}</ol>`}`;
}

function countWords({ credentials, unread }: PresentationView): string {
  const { count } = texts.presentation;
  const all = credentials.length + unread.length;
  const good = credentials.filter(({ verdict }) => verdict === "valid").length;
  if (all === 0) return count.none;
  if (good === all) return all === 1 ? count.allOne : fill(count.all, { all });
  return fill(count.some, { good, all });
}

function signedMarkup(view: PresentationView, made: string): Markup {
  const { presentation: words } = texts;
  const { report, key, madeAt, until, own } = view;
  const delegation = own.find(({ name }) => name === "delegation");
  const facts: (readonly [string, Markup | string])[] = [
    ...(report.holder === null ? [] : [[words.holder, didMarkup(report.holder)] as const]),
    ...(key === undefined ? [] : [[words.key, didMarkup(key)] as const]),
    ...(delegation === undefined ? [] : [[words.witness, datedMarkup(delegation.detail)] as const]),
    ...(madeAt === undefined ? [] : [[made, momentOf(madeAt)] as const]),
    ...(until === undefined ? [] : [[words.until, momentOf(until)] as const]),
    [words.checked, momentOf(report.at)],
  ];
  return factsMarkup(facts);
}

/** A sentence of a report with its moments in words. */
function datedMarkup(sentence: string): Markup {
  const parts = sentence.split(/(\d{4}-\d\d-\d\dT[\d:.]+Z)/);
  return html`${parts.map((part, place) => (place % 2 === 1 ? momentOf(part) : part))}`;
}

function credentialMarkup(shown: ShownCredential, place: number): Markup {
  const { report, checks, verdict, score } = shown;
  return html`<h3>${titleOf(shown)}</h3>${score ? scoreMarkup(score, shown) : badgeMarkup(shown)}
    ${sealMarkup({ verdict, sentence: sentenceOf(shown), checks: checks.map(named), open: verdict !== "valid" && !hasRunOut(report.checks), of: `${place}. ${titleOf(shown)}` })}`;
}

function titleOf({ report, score }: ShownCredential): string {
  const { presentation: words } = texts;
  if (score) return score.policy ? fill(words.score, { policy: score.policy.name }) : words.scoreOther;
  return report.achievement ?? (report.types.includes("OpenBadgeCredential") ? words.badge : words.credential);
}

function sentenceOf({ report, checks, verdict }: ShownCredential): string {
  const { holds } = texts.presentation;
  if (verdict === "invalid" && checks.some(({ code, required }) => required && code === "NOT_THE_HOLDERS"))
    return holds.other;
  return verdict === "invalid" && hasRunOut(report.checks) ? holds.expired : holds[verdict];
}

/** Nothing but its time is over. */
function hasRunOut(checks: PresentationView["own"]): boolean {
  const wrong = checks.filter((each) => each.required && each.outcome !== "pass");
  return wrong.length > 0 && wrong.every(({ name, code }) => name === "validity" && code === "EXPIRED");
}

/** What was said of a score, of when, and where it stands now. */
function scoreMarkup(said: SaidScore, { report, verdict }: ShownCredential): Markup {
  const { presentation: words } = texts;
  const { policy, max, score, atLeast, passes, asOf } = said;
  const text =
    score === undefined
      ? fill(words.sayLeast, { least: plainDecimal(atLeast ?? "0"), max })
      : fill(words.sayScore, { score, max });
  const [subject] = report.subjects;
  const until = report.validUntil === null ? undefined : parseTime(report.validUntil);
  return html`<p class="presented-score${verdict === "valid" ? "" : " presented-past"}"><b>${text}</b> <span class="quiet">${words.asOf} ${dayOf(asOf)}</span></p>
    <p class="small">${passes === undefined ? words.leastNote : passes ? words.passes : words.notYet} ${until === undefined ? "" : untilWords(until, hasRunOut(report.checks))}</p>
    ${subject === undefined ? "" : html`<p class="again small"><a href="${subjectPath(subject, policy?.alias ?? policy?.id)}">${words.now}</a>${policy ? html` · <a href="${policyPath(policy)}">${words.rules}</a>` : ""}</p>`}`;
}

function untilWords(until: Millis, over: boolean): Markup {
  const { asOfNote, ranOut } = texts.presentation;
  const [before = "", after = ""] = (over ? ranOut : asOfNote).split("{time}");
  return html`${before}${momentOf(until)}${after}`;
}

function badgeMarkup({ report }: ShownCredential): Markup {
  const { presentation: words, verify } = texts;
  const { issuer, issuerName, validFrom, validUntil, id } = report;
  const from = validFrom === null ? "" : html`${verify.from} ${dayOf(validFrom)} `;
  const to = validUntil === null ? "" : html`${verify.to} ${dayOf(validUntil)}`;
  const link = id?.startsWith("https://") || id?.startsWith("http://localhost");
  return html`<p class="small">${words.issuer} <b>${issuerName ?? (issuer === null ? "" : shortDid(issuer))}</b>${from || to ? html` · ${words.to} ${from}${to}` : ""}</p>
    ${link ? html`<p class="again small"><a href="${id}" rel="nofollow ugc noopener noreferrer">${words.badgePage}</a></p>` : ""}`;
}

function holderName({ report, profile }: PresentationView): string {
  return report.holder === null ? texts.presentation.kind : nameOf(report.holder, profile);
}
