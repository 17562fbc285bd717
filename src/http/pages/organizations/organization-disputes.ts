import { html } from "hono/html";
import type { DisputeView, RulingGrounds } from "../../../reputation/disputes.ts";
import { copyable, shownDid } from "../address.ts";
import { partMarkup } from "../badges/badge-sections.ts";
import type { Markup, Page } from "../layout.ts";
import { dayOf, dayWords, momentOf } from "../moment.ts";
import { saidTitle, wordsMarkup } from "../reputation/subject-evidence.ts";
import { kindInField } from "../reputation/subject-words.ts";
import { factsMarkup, type Row, rowsMarkup } from "../rows.ts";
import { fill, texts } from "../texts.ts";
import { claimMarkup, subjectMarkup } from "./organization-attestations.ts";
import {
  type ConsoleFrame,
  consolePart,
  consolePath,
  type DeedForm,
  donePath,
  foldedDeed,
  pagesMarkup,
  rules,
  wordsField,
} from "./organization-console.ts";
import { type DisputeList, type DisputesView, type ToldDispute, termEnd } from "./organization-disputes-view.ts";

/** Disputes over what the organisation has stated, or was stated in its context: what waits for a ruling comes first. */
export function disputesPage(frame: ConsoleFrame, view: DisputesView, places: Record<string, string>): Page {
  const { disputes: words } = texts.orgConsole;
  const lead = html`<p class="quiet">${words.lead}</p>${rules(frame) ? "" : html`<p class="notice">${words.notYours}</p>`}`;
  const body = html`${partMarkup("open", words.open, html`${lead}${listMarkup(frame, view, "open", places)}`)}
    ${partMarkup("settled", words.settled, listMarkup(frame, view, "settled", places))}`;
  return consolePart(frame, "disputes", body, "attestations");
}

function listMarkup(
  frame: ConsoleFrame,
  view: DisputesView,
  name: "open" | "settled",
  { [name]: _, ...more }: Record<string, string>,
): Markup {
  const { disputes: words } = texts.orgConsole;
  const { disputes, next, first }: DisputeList = view[name];
  const none = name === "open" ? words.openNone : words.settledNone;
  const rows = disputes.map((each) => disputeRow(frame, view, each, name === "open"));
  const path = consolePath(frame.organization.slug, "disputes");
  return html`${rows.length === 0 ? html`<p class="empty">${first ? none : texts.orgConsole.attestations.noneEarlier}</p>` : rowsMarkup(rows)}
    ${pagesMarkup({ path, name, next, first, words, more })}`;
}

function disputeRow(frame: ConsoleFrame, view: DisputesView, told: ToldDispute, open: boolean): Row {
  const { disputes: words } = texts.orgConsole;
  const { dispute, hidden } = told;
  const said = fill(words.disputedOn, { day: dayWords(Date.parse(dispute.dispute.at)) });
  return {
    id: `dispute-${dispute.evidence}`,
    title: titleOf(told),
    line: html`${shownDid(dispute.subject)}, ${said}`,
    end: open ? waitingMarkup(view, dispute) : settledMarkup(dispute),
    more: html`${hidden ? html`<p class="notice">${words.hidden}</p>` : ""}
      ${dispute.attestation ? claimMarkup(dispute.attestation) : awardMarkup(frame, told)}
      ${open ? termsMarkup(view, dispute) : ""}${open && rules(frame) ? rulingMarkup(frame, dispute) : ""}`,
  };
}

function titleOf({ dispute: { attestation, kind }, badge }: ToldDispute): string {
  const { disputes: words } = texts.orgConsole;
  if (attestation) return saidTitle(attestation.texts) ?? kindInField(attestation.kind, attestation.field);
  return badge?.title ?? (kind === "badge" ? words.award : words.endorsement);
}

/** By when somebody must rule: the first term that is still open, or that all are over. */
function waitingMarkup({ terms, now }: DisputesView, dispute: DisputeView): Markup {
  const { disputes: words } = texts.orgConsole;
  const ends = terms.map((term) => termEnd(dispute, term)).filter((end) => end > now);
  const [end] = ends;
  if (end !== undefined)
    return html`<span class="state state-disputed">${fill(words.ruleBy, { day: dayWords(end) })}</span>`;
  return html`<span class="state">${terms.length === 0 ? texts.orgConsole.attestations.states.disputed : words.overdue}</span>`;
}

function settledMarkup({ ruling, attestation }: DisputeView): Markup {
  const { states } = texts.orgConsole.attestations;
  const state = ruling?.outcome ?? (attestation?.retracted ? "retracted" : undefined);
  return html`<span class="state state-${state ?? "left"}">${state ? states[state] : texts.orgConsole.disputes.left}</span>`;
}

/** An award, or what endorses one, says what it says on its own page. */
function awardMarkup({ organization }: ConsoleFrame, { dispute, badge }: ToldDispute): Markup {
  const { disputes: words } = texts.orgConsole;
  const { subject: common } = texts;
  const { subject, evidence, kind, ruling } = dispute;
  const told = (label: string, at: string, said: DisputeView["dispute"]["texts"], more = "") =>
    html`<li><p><b>${label}</b> <span class="quiet">${momentOf(at)}</span>${more === "" ? "" : html`<br>${more}`}</p>${wordsMarkup(said)}</li>`;
  return html`${factsMarkup([
    [words.about, subjectMarkup(subject)],
    [words.by, organization.name],
    [words.claim, kind === "badge" ? words.award : words.endorsement],
    ...(badge ? ([[common.badgeLink, html`<a href="${badge.path}">${badge.title}</a>`]] as const) : []),
    [common.operation, copyable(evidence)],
  ])}<ul class="aftermath">${told(common.dispute, dispute.dispute.at, dispute.dispute.texts)}
    ${ruling ? told(common.ruling, ruling.at, ruling.texts, common.outcomes[ruling.outcome]) : ""}</ul>`;
}

function termsMarkup({ terms, now }: DisputesView, dispute: DisputeView): Markup | string {
  const { disputes: words } = texts.orgConsole;
  if (terms.length === 0) return "";
  const each = terms.map((term) => {
    const end = termEnd(dispute, term);
    const over = end <= now ? `, ${words.termOver}` : "";
    return html`<span class="each">${dayOf(end)} ${fill(words.termUnder, { policies: term.policies.join(", ") })}${over}</span>`;
  });
  return factsMarkup([[words.term, html`${each}`]]);
}

function rulingMarkup(frame: ConsoleFrame, dispute: DisputeView): Markup | string {
  const { disputes: words } = texts.orgConsole;
  if (dispute.own) return html`<p class="notice">${words.own}</p>`;
  if (!dispute.ruled) return "";
  return foldedDeed(words.rule, words.ruleText, rulingForm(frame, dispute, dispute.ruled));
}

function rulingForm({ organization }: ConsoleFrame, dispute: DisputeView, { restsOn, ends }: RulingGrounds): DeedForm {
  const { disputes: words } = texts.orgConsole;
  const { subject, evidence, seq } = dispute;
  const choices = Object.entries(words.outcomes).map(
    ([outcome, label]) =>
      html`<label class="choice" for="${outcome}-${seq}"><input type="radio" id="${outcome}-${seq}" name="outcome" value="${outcome}" required><span>${label}</span></label>`,
  );
  return {
    deed: "rule",
    next: donePath(organization.slug, "disputes", "RULE"),
    data: { subject, attestation: evidence, dispute: dispute.dispute.operation, restsOn, ends },
    fields: html`<fieldset class="choices plain-set"><legend>${words.outcome}</legend>${choices}</fieldset>
      ${wordsField(`why-${seq}`, words.why, { hint: words.whyHint })}`,
    label: words.ruleDo,
  };
}
