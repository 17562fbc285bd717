import { html } from "hono/html";
import type { AttestationView } from "../../../reputation/attestations.ts";
import { copyable } from "../address.ts";
import { partMarkup } from "../badges/badge-sections.ts";
import type { Guest } from "../guest.ts";
import type { Markup, Page } from "../layout.ts";
import { dayOf, momentOf } from "../moment.ts";
import { factsMarkup, type Row, rowsMarkup } from "../rows.ts";
import { textFor, texts } from "../texts.ts";
import {
  askDialog,
  attestationDeeds,
  audienceForms,
  awardDeeds,
  endForms,
  walletForms,
} from "./my-reputation-forms.ts";
import type { MyReputation } from "./my-reputation-view.ts";
import { presentationPart } from "./presentation-form.ts";
import { presentationStyle } from "./presentation-page.ts";
import { scoreCredentialForm } from "./score-credential-page.ts";
import { aftermathMarkup, saidTitle, statedFacts, wordsMarkup } from "./subject-evidence.ts";
import { subjectPath } from "./subject-view.ts";
import { kindInField, raterLine, raterMarkup } from "./subject-words.ts";

/** What others have signed about whoever is signed in, and what they can do about it. */
export function myReputationPage({ formToken }: Guest, mine: MyReputation, origin: string): Page {
  const { standing: words } = texts;
  const notice = mine.done === undefined ? undefined : textFor(words.done, mine.done);
  const { nothing, noLeast } = texts.presentation.share;
  const data = JSON.stringify({ ...words.words, nothing, noLeast });
  return {
    title: words.title,
    place: "me",
    wide: true,
    scripts: [
      "wallets.browser.js",
      "wallet-panel.browser.js",
      "badge-key.browser.js",
      "disclosures.browser.js",
      "signed-forms.browser.js",
      "presentation.browser.js",
      "my-reputation.browser.js",
    ],
    head: presentationStyle,
    body: html`${notice === undefined ? "" : html`<p class="notice notice-good" role="status">${notice}</p>`}
      <p class="place"><a href="/me">${words.back}</a></p><h1>${words.title}</h1><p class="lead">${words.lead}</p>
      ${mine.closed ? html`<p class="notice notice-warn">${words.closed}</p>` : ""}<noscript><p class="notice notice-warn">${words.noScript}</p></noscript>
      <div class="my-reputation" data-reputation data-words="${data}" data-user="${mine.user}"><div class="columns"><div>
        ${partMarkup("notices", words.notices, noticesMarkup(mine))}
        ${partMarkup("attestations", words.list, listMarkup(mine, formToken))}
        ${mine.awarded.length === 0 ? "" : partMarkup("awarded", words.badges, awardedMarkup(mine))}
      </div><div>${partMarkup("share", words.share, shareMarkup(mine, origin, formToken))}
        ${mine.closed ? "" : partMarkup("present", texts.presentation.share.title, presentationPart(mine.sharing, formToken))}
        ${partMarkup("who", words.who, audienceForms(mine))}
        ${partMarkup("wallets", words.wallets, walletForms(mine))}
        <section class="part danger" aria-label="${words.erase}">${endForms(mine, formToken)}</section>
      </div></div></div>${askDialog(formToken)}`,
  };
}

function shareMarkup({ user, closed, audiences, apps }: MyReputation, origin: string, token: string): Markup {
  const { standing: words } = texts;
  const path = subjectPath(user);
  return html`<p>${words.shareText}</p><p>${copyable(`${origin}${path}`)}</p>
    <p><a href="${path}">${words.public}</a><br><a href="${path}/resume">${words.resume}</a></p>
    ${
      closed
        ? ""
        : scoreCredentialForm(
            audiences.map(({ policy }) => policy),
            apps,
            token,
          )
    }`;
}

function noticesMarkup(mine: MyReputation): Markup {
  const { standing: words } = texts;
  const { notices, earlierNotices, names } = mine;
  if (notices.length === 0) return html`<p class="empty">${words.noticesNone}</p>`;
  const items = notices.map(({ notice, attestation }) => {
    const about = attestation ? html`<br>${titleOf(attestation)}, ${raterLine(raterOf(attestation), names)}` : "";
    return html`<li><b>${words.what[notice.what]}</b> <span class="quiet small">${momentOf(notice.at)}</span>${about}
      ${attestation ? html`<a href="${rowPath(mine, attestation)}">${words.toRow}</a>` : ""}</li>`;
  });
  return html`<ul class="notices">${items}</ul>
    ${earlierNotices === undefined ? "" : html`<p><a href="/me/reputation?before=${earlierNotices}#notices">${words.noticesMore}</a></p>`}`;
}

/** To its row, on whichever page of the list that is. */
function rowPath({ attestations }: MyReputation, { attestation, seq }: AttestationView): string {
  const here = attestations.some((each) => each.attestation === attestation);
  return here ? `#fact-${attestation}` : `/me/reputation?after=${seq - 1}#fact-${attestation}`;
}

function listMarkup(mine: MyReputation, token: string): Markup {
  const { standing: words } = texts;
  const { attestations, earlier, later } = mine;
  const path = "/me/reputation";
  const latest = html`<a href="${path}#attestations">${words.latest}</a> `;
  const newer = html`${latest}<a href="${path}?after=${later}#attestations" rel="prev">${words.later}</a> `;
  const older = html`<a href="${path}?until=${earlier}#attestations" rel="next">${words.earlier}</a>`;
  if (attestations.length === 0) return html`<p class="empty">${words.none}</p>`;
  return html`<p class="quiet">${words.listLead}</p>${rowsMarkup(attestations.map((each) => rowOf(mine, each, token)))}
    ${earlier === undefined && later === undefined ? "" : html`<p class="more">${later === undefined ? "" : newer}${earlier === undefined ? "" : older}</p>`}`;
}

function rowOf(mine: MyReputation, attestation: AttestationView, token: string): Row {
  const { standing: words, subject } = texts;
  const { names } = mine;
  const { kind, field, context, admittedAt, standing } = attestation;
  const rater = raterOf(attestation);
  const unsolicited = standing === "unsolicited" ? html`<p class="notice">${words.unsolicitedNote}</p>` : "";
  const facts = factsMarkup([
    [subject.by, raterMarkup(rater, names)],
    ...(context === null ? [] : ([[subject.context, raterMarkup(context, names)]] as const)),
    ...statedFacts(attestation),
    [subject.admitted, momentOf(admittedAt)],
    [subject.operation, copyable(attestation.attestation)],
  ]);
  const said = saidTitle(attestation.texts);
  return {
    id: `fact-${attestation.attestation}`,
    title: titleOf(attestation),
    line: html`${said === undefined ? "" : `${kindInField(kind, field)}, `}${raterLine(rater, names)}, ${dayOf(admittedAt)}`,
    end: stateMarkup(stateOf(attestation)),
    ended: attestation.retracted !== null,
    more: html`${unsolicited}${wordsMarkup(attestation.texts)}${facts}${aftermathMarkup(attestation)}${attestationDeeds(mine, attestation, token)}`,
  };
}

function awardedMarkup(mine: MyReputation): Markup {
  const { standing: words, subject } = texts;
  const rows = mine.awarded.map((fact): Row => {
    const { operation, kind, field, rater, admittedAt, hidden } = fact;
    const title = mine.titles.get(operation) || kindInField(kind, field);
    const disputed =
      ("status" in fact && fact.status === "disputed") || ("reason" in fact && fact.reason === "disputed");
    const state = disputed ? "disputed" : hidden ? "hidden" : "new";
    return {
      id: `fact-${operation}`,
      title,
      line: html`${kindInField(kind, field)}, ${raterLine(rater, mine.names)}, ${dayOf(admittedAt)}`,
      end: stateMarkup(state),
      more: html`${factsMarkup([
        [subject.by, raterMarkup(rater, mine.names)],
        [subject.log, html`<a href="${fact.link}">${subject.logLink}</a>`],
        [subject.operation, copyable(operation)],
      ])}${awardDeeds(mine, fact)}`,
    };
  });
  return html`<p class="quiet">${words.badgesLead} <a href="/me/badges">${words.badgesWay}</a></p>${rowsMarkup(rows)}`;
}

function stateMarkup(state: keyof typeof texts.standing.states): Markup {
  return html`<span class="state state-${state === "new" ? "stands" : state}">${texts.standing.states[state]}</span>`;
}

/** The one thing that matters most about it. */
function stateOf({
  retracted,
  ruling,
  dispute,
  standing,
  hidden,
}: AttestationView): keyof typeof texts.standing.states {
  if (retracted) return "retracted";
  if (ruling) return ruling.outcome;
  if (dispute) return "disputed";
  if (standing === "unsolicited") return "unsolicited";
  return hidden ? "hidden" : "new";
}

function titleOf({ texts: said, kind, field }: AttestationView): string {
  return saidTitle(said) ?? kindInField(kind, field);
}

function raterOf({ by }: AttestationView): string {
  return "organization" in by ? (by.organization ?? "") : (by.person ?? "");
}
