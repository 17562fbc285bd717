import { html } from "hono/html";
import { type Millis, parseTime } from "../../../kernel/time.ts";
import type { AttestationView } from "../../../reputation/attestations.ts";
import { copyable, didMarkup, shownDid } from "../address.ts";
import { partMarkup } from "../badges/badge-sections.ts";
import type { Markup, Page } from "../layout.ts";
import { dayOf, momentOf } from "../moment.ts";
import { aftermathMarkup, saidTitle, statedFacts, wordsMarkup } from "../reputation/subject-evidence.ts";
import { subjectPath } from "../reputation/subject-view.ts";
import { kindInField } from "../reputation/subject-words.ts";
import { factsMarkup, type Row, rowsMarkup } from "../rows.ts";
import { texts } from "../texts.ts";
import {
  awards,
  type ConsoleFrame,
  consolePart,
  consolePath,
  donePath,
  foldedDeed,
  pagesMarkup,
  wordsField,
} from "./organization-console.ts";

export type AttestationsView = {
  /** The latest first. */
  attestations: readonly AttestationView[];
  /** Where the list goes on, and whether it begins with the latest. */
  next: number | undefined;
  first: boolean;
  now: Millis;
};

/** What the organisation has said about others, and what became of it. */
export function attestationsPage(frame: ConsoleFrame, { attestations, next, first, now }: AttestationsView): Page {
  const { attestations: words } = texts.orgConsole;
  const path = consolePath(frame.organization.slug, "attestations");
  const add = html`<p><a class="button" href="${consolePath(frame.organization.slug, "attestations/new")}">${words.new}</a></p>`;
  const none = html`<p class="empty">${first ? words.none : words.noneEarlier}</p>`;
  const list = html`<p class="quiet">${words.lead}</p>${awards(frame) ? add : ""}
    ${attestations.length === 0 ? none : rowsMarkup(attestations.map((each) => attestationRow(frame, each, now)))}
    ${pagesMarkup({ path, name: "before", next, first, words })}`;
  return consolePart(frame, "attestations", partMarkup("attestations", words.title, list), "attestations");
}

/** What is said of somebody, with what everybody may know of it and what became of it. */
export function claimMarkup(attestation: AttestationView): Markup {
  const { attestations: words } = texts.orgConsole;
  const { subject: common } = texts;
  const { subject, kind, field, admittedAt, attestation: operation } = attestation;
  const facts = factsMarkup([
    [common.kind, kindInField(kind, field)],
    [words.about, subjectMarkup(subject)],
    [words.by, signerMarkup(attestation)],
    ...statedFacts(attestation),
    [common.admitted, momentOf(admittedAt)],
    [common.operation, copyable(operation)],
  ]);
  return html`${wordsMarkup(attestation.texts)}${facts}${aftermathMarkup(attestation)}`;
}

/** Who it is about, with a way to what else is said of them. */
export function subjectMarkup(did: string): Markup {
  return html`${didMarkup(did)} <a href="${subjectPath(did)}">${texts.orgConsole.attestations.page}</a>`;
}

function signerMarkup({ by }: AttestationView): Markup | string {
  const signer = "organization" in by ? by.member : by.person;
  return signer ? didMarkup(signer) : texts.orgConsole.attestations.byKey;
}

function attestationRow(frame: ConsoleFrame, attestation: AttestationView, now: Millis): Row {
  const { attestations: words } = texts.orgConsole;
  const { kind, field, subject, admittedAt, hidden } = attestation;
  const said = saidTitle(attestation.texts);
  const state = stateOf(attestation, now);
  return {
    id: `fact-${attestation.attestation}`,
    title: said ?? kindInField(kind, field),
    line: html`${said === undefined ? "" : `${kindInField(kind, field)}, `}${shownDid(subject)}, ${dayOf(admittedAt)}`,
    end: html`<span class="state state-${state}">${words.states[state]}</span>`,
    ended: state === "retracted" || state === "struck",
    more: html`${hidden ? html`<p class="notice">${words.hidden}</p>` : ""}${claimMarkup(attestation)}
      ${awards(frame) ? deedsMarkup(frame, attestation) : ""}`,
  };
}

type State = keyof typeof texts.orgConsole.attestations.states;

/** The one thing that matters most about it. */
function stateOf({ retracted, ruling, dispute, validFrom, validUntil }: AttestationView, now: Millis): State {
  if (retracted) return "retracted";
  if (ruling) return ruling.outcome;
  if (dispute) return "disputed";
  if (validUntil !== null && parseTime(validUntil) <= now) return "expired";
  return validFrom !== null && parseTime(validFrom) > now ? "notYet" : "stands";
}

/** What would be refused is not shown: what was taken back or struck has ended, and each side answers once. */
function deedsMarkup(frame: ConsoleFrame, attestation: AttestationView): Markup | string {
  const { retracted, ruling, dispute, responses } = attestation;
  if (retracted || ruling?.outcome === "struck") return "";
  const answered = responses.some(({ by }) => by === "attester");
  return html`${dispute && !answered ? respondForm(frame, attestation) : ""}${retractForm(frame, attestation)}`;
}

function aboutOf({ subject, document, attestation }: AttestationView) {
  return { subject, attestation, restsOn: [{ document, operation: attestation }] };
}

function respondForm({ organization }: ConsoleFrame, attestation: AttestationView): Markup {
  const { attestations: words } = texts.orgConsole;
  return foldedDeed(words.respond, words.respondText, {
    deed: "respond",
    next: donePath(organization.slug, "attestations", "RESPOND"),
    data: aboutOf(attestation),
    fields: wordsField(`answer-${attestation.seq}`, words.answer, { required: true }),
    label: words.respondDo,
  });
}

function retractForm({ organization }: ConsoleFrame, attestation: AttestationView): Markup {
  const { attestations: words } = texts.orgConsole;
  return foldedDeed(words.retract, words.retractText, {
    deed: "retract",
    next: donePath(organization.slug, "attestations", "RETRACT"),
    data: { ...aboutOf(attestation), ends: [attestation.entry] },
    fields: html`<label class="tick"><input type="checkbox" name="sure" value="yes" required><span>${words.retractSure}</span></label>`,
    label: words.retractDo,
    look: "button button-bad",
  });
}
