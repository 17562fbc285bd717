import { html } from "hono/html";
import type { ListedPolicy } from "../../../reputation/policies.ts";
import { addressMarkup, wholeDidMarkup } from "../address.ts";
import { assetPath } from "../assets.ts";
import { partMarkup } from "../badges/badge-sections.ts";
import type { Markup, Page } from "../layout.ts";
import { markOf } from "../mark.ts";
import { rowsMarkup } from "../rows.ts";
import { fill, texts } from "../texts.ts";
import { policyPath } from "./policy-page.ts";
import { chartMarkup } from "./subject-chart.ts";
import { evidenceRow } from "./subject-evidence.ts";
import { checkMarkup, excludedPart, fieldsMarkup, scoreMarkup } from "./subject-sections.ts";
import { type SubjectView, subjectPath, type ToldScore } from "./subject-view.ts";
import { nameOf, pointsText } from "./subject-words.ts";

/** Stylesheets of pages about reputation, beside that of all pages. */
export const reputationStyle: Markup = html`<link rel="stylesheet" href="${assetPath("badges.css")}"><link rel="stylesheet" href="${assetPath("reputation.css")}">`;

/** What is said about a subject, what it comes to under a policy, and why. */
export function subjectPage(view: SubjectView): Page {
  const words = texts.subject;
  const { did, profile, told } = view;
  const name = nameOf(did, profile);
  return {
    title: fill(words.titleOf, { name }),
    description: fill(words.description, { name }),
    wide: true,
    head: headMarkup(name, view.url),
    body: html`<article class="reputation">${personMarkup(view, name)}${policyMarkup(view)}
      ${told.kind === "score" ? scoreBody(view, told) : stateMarkup(told.kind)}</article>`,
  };
}

/** What links to a page about somebody show of it: never a number, which may be other tomorrow. */
export function headMarkup(name: string, url: string): Markup {
  const { description, titleOf, card } = texts.subject;
  const title = fill(titleOf, { name });
  return html`${reputationStyle}<link rel="canonical" href="${url}"><meta property="og:type" content="profile"><meta property="og:site_name" content="${texts.brand}">
<meta property="og:title" content="${title}"><meta property="og:description" content="${fill(description, { name })}">
<meta property="og:url" content="${url}"><meta property="og:image" content="${url}/card.png">
<meta property="og:image:type" content="image/png"><meta property="og:image:width" content="1200"><meta property="og:image:height" content="630">
<meta property="og:image:alt" content="${fill(card, { name })}"><meta name="twitter:card" content="summary_large_image">`;
}

/** Who it is, as the profile says it, or by the DID alone. */
export function personMarkup({ did, profile, own }: SubjectView, name: string): Markup {
  const words = texts.subject;
  const claimed = profile?.usernameClaimed ? html`<p class="badge-claim">${texts.profile.claimed}</p>` : "";
  const profileLink = profile ? html` · <a href="/profile/${profile.address}">${words.profile}</a>` : "";
  return html`<p class="place">${words.place}</p><div class="person">${markOf(did, "large")}<div><h1>${name}</h1>${claimed}
      <p class="lead">${profile && profile.username !== null ? addressMarkup(profile.address) : wholeDidMarkup(did)}${profileLink}</p></div></div>
    ${own ? html`<p class="notice own">${words.mine} <a href="/me/reputation">${words.mineLink}</a>.</p>` : ""}`;
}

function policyMarkup({ did, policies, listed, shown }: SubjectView): Markup {
  const words = texts.subject;
  const links = policies.map((each) => {
    const here = each.id === listed.id ? html` aria-current="page"` : "";
    return html`<li><a href="${subjectPath(did, nameOfPolicy(each))}"${here}>${each.name}</a></li>`;
  });
  return html`<nav class="choose" aria-label="${words.choose}"><ul>${links}</ul></nav>
    <p class="policy-said">${shown.policy.description} <a href="${policyPath(listed)}">${words.rules}</a></p>`;
}

function nameOfPolicy({ alias, id }: ListedPolicy): string {
  return alias ?? id;
}

function scoreBody(view: SubjectView, told: ToldScore): Markup {
  const words = texts.subject;
  const { score, evidence, excluded } = told;
  if (score.closed) return stateMarkup("closed");
  const nothing = evidence.length + excluded.length + score.evidence.hidden.count + score.excluded.total === 0;
  if (nothing)
    return html`<p class="empty">${words.empty}${view.own ? html`<br>${words.emptyOwn}` : ""}</p>${partMarkup("check", words.check, checkMarkup(view, told))}`;
  const facts = told.rows.map(({ fact }) => fact);
  const chart = chartMarkup({ history: told.history, policy: view.shown.policy, facts });
  const counts = evidence.length + score.evidence.hidden.count > 0;
  // On a phone the fields come between the score and what counts.
  const fields = html`</div><div class="told-aside">${partMarkup("fields", words.fields, fieldsMarkup(told, view.own))}</div><div class="told-main">`;
  return html`<div class="told"><div class="told-main">${scoreMarkup(view, told)}
      ${chart === "" ? "" : partMarkup("history", words.history, html`${chart}`)}${counts ? fields : ""}
    ${partMarkup("evidence", words.evidence, evidenceMarkup(view, told))}</div>
    <div class="told-aside">${partMarkup("excluded", words.excluded, excludedPart(view, told))}
      ${partMarkup("check", words.check, checkMarkup(view, told))}
      <p><a href="${resumePath(view)}">${words.resume}</a></p></div></div>`;
}

/** The print page under the same policy. */
export function resumePath({ did, listed }: Pick<SubjectView, "did" | "listed">): string {
  return `${subjectPath(did)}/resume?policy=${encodeURIComponent(nameOfPolicy(listed))}`;
}

function evidenceMarkup({ did, listed, own }: SubjectView, { rows, next, names, score, evidence }: ToldScore): Markup {
  const words = texts.subject;
  const { count, sum } = score.evidence.hidden;
  const hidden =
    count === 0 || own
      ? ""
      : html`<p class="notice">${fill(count === 1 ? words.hiddenOne : words.hiddenMany, { count, points: pointsText(sum) })}</p>`;
  const later = `${subjectPath(did, nameOfPolicy(listed))}&after=${next}#evidence`;
  const first = rows[0] === undefined || rows[0].fact.seq === evidence.at(-1)?.seq;
  const latest = html`<a href="${subjectPath(did, nameOfPolicy(listed))}#evidence">${words.latest}</a>`;
  return html`${rows.length === 0 ? html`<p class="empty">${words.evidenceNone}</p>` : html`<p class="quiet">${words.evidenceLead}</p>${rowsMarkup(rows.map((each) => evidenceRow(each, names)))}`}
    ${next === undefined && first ? "" : html`<p class="more">${first ? "" : latest}${next === undefined ? "" : html`<a href="${later}" rel="next">${words.more}</a>`}</p>`}${hidden}`;
}

/** Where there is no number: that there is none, and why. */
function stateMarkup(kind: "unshown" | "too-many" | "closed"): Markup {
  const { state } = texts.subject;
  const words = {
    unshown: [state.unshown, state.unshownText, state.unshownHint],
    "too-many": [state.tooMany, state.tooManyText, ""],
    closed: [state.closed, state.closedText, ""],
  } as const;
  const [title, text, hint] = words[kind];
  return html`<section class="score score-none"><h2>${title}</h2><p>${text}</p>${hint === "" ? "" : html`<p class="hint">${hint}</p>`}</section>`;
}
