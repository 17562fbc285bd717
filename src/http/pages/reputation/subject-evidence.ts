import { html } from "hono/html";
import type { AttestationView, ShownTexts } from "../../../reputation/attestations.ts";
import type { Evidence, Excluded } from "../../../reputation/explanation.ts";
import { copyable } from "../address.ts";
import { hostOf, outside } from "../badges/badge-sections.ts";
import type { Markup } from "../layout.ts";
import { dayOf, momentOf } from "../moment.ts";
import { factsMarkup, type Row } from "../rows.ts";
import { fill, texts } from "../texts.ts";
import type { FactDetail, ToldScore } from "./subject-view.ts";
import { kindInField, plainDecimal, pointsText, raterLine, raterMarkup } from "./subject-words.ts";

type Names = ToldScore["names"];
type Fact = readonly [string, Markup | string];

/** A fact that counts: who says it, when, what it gives; opened, all that is known of it. */
export function evidenceRow({ fact, attestation, badge }: FactDetail, names: Names): Row {
  const said = kindInField(fact.kind, fact.field);
  const title = badge?.title ?? saidTitle(attestation?.texts ?? null);
  const against = fact.contribution.startsWith("-") ? " points-against" : "";
  return {
    id: `fact-${fact.operation}`,
    title: title ?? said,
    line: html`${title === undefined ? "" : `${said}, `}${raterLine(fact.rater, names)}, ${dayOf(fact.admittedAt)}`,
    end: html`<span class="points${against}">${pointsText(fact.contribution, true)}</span>`,
    more: html`${attestation ? wordsMarkup(attestation.texts) : ""}${factsMarkup(detailsOf({ fact, attestation, badge }, names))}
      ${attestation ? aftermathMarkup(attestation) : ""}`,
  };
}

/** A fact that does not count, in one line with a way to its entry; what became of it where that is why. */
export function excludedMarkup(fact: Excluded, { names, disputed }: Pick<ToldScore, "names" | "disputed">): Markup {
  const attestation = disputed.get(fact.operation);
  const title = saidTitle(attestation?.texts ?? null);
  return html`<li>${title === undefined ? "" : `${title}: `}${kindInField(fact.kind, fact.field)}, ${raterLine(fact.rater, names)}, ${dayOf(fact.admittedAt)}
    <a href="${fact.link}">${texts.subject.logLink}</a>${attestation ? aftermathMarkup(attestation) : ""}</li>`;
}

/** What an attestation says in words; that they were erased, where they were. */
export function wordsMarkup(said: ShownTexts): Markup | string {
  const words = texts.subject;
  if (said === null) return "";
  if (said === "erased") return html`<p class="notice">${words.erased}</p>`;
  const { narrative, url } = said;
  return html`${narrative === undefined ? "" : html`<p class="said">${narrative}</p>`}
    ${url === undefined ? "" : html`<p>${outside(url, hostOf(url))} <span class="quiet small">${words.linkNote}</span></p>`}`;
}

/** What its subject calls it, if anything does. */
export function saidTitle(said: ShownTexts): string | undefined {
  return said === null || said === "erased" ? undefined : said.title;
}

/** What became of it: the dispute, the ruling, the answers, each with its words. */
export function aftermathMarkup({ retracted, dispute, ruling, responses }: AttestationView): Markup {
  const words = texts.subject;
  const told = (label: string, at: string, said: ShownTexts, more = "") =>
    html`<li><p><b>${label}</b> <span class="quiet">${momentOf(at)}</span>${more === "" ? "" : html`<br>${more}`}</p>${wordsMarkup(said)}</li>`;
  const items = [
    ...(retracted ? [told(words.retracted, retracted.at, null)] : []),
    ...(dispute ? [told(words.dispute, dispute.at, dispute.texts)] : []),
    ...responses.map(({ by, at, texts: said }) => told(words.responses[by as "subject" | "attester"], at, said)),
    ...(ruling ? [told(words.ruling, ruling.at, ruling.texts, words.outcomes[ruling.outcome])] : []),
  ];
  return items.length === 0 ? html`` : html`<ul class="aftermath">${items}</ul>`;
}

/** What everybody may know of an attestation beside its words. */
export function statedFacts(attestation: AttestationView): Fact[] {
  const words = texts.subject;
  const { standing, work, validFrom, validUntil } = attestation;
  return [
    [words.value, plainDecimal(attestation.value)],
    [words.standing, words.standings[standing]],
    ...(work ? ([[words.work, workMarkup(work)]] as const) : []),
    ...((validFrom ?? validUntil) ? ([[words.valid, validMarkup(validFrom, validUntil)]] as const) : []),
  ];
}

function detailsOf({ fact, attestation, badge }: FactDetail, names: Names): Fact[] {
  const words = texts.subject;
  const { rater, issuer } = fact;
  const note = words.statuses[fact.status];
  return [
    [words.by, raterMarkup(rater, names)],
    ...(issuer !== "" && issuer !== rater ? ([[words.context, raterMarkup(issuer, names)]] as const) : []),
    ...(attestation ? statedFacts(attestation) : ([[words.value, plainDecimal(fact.value)]] as const)),
    ...(badge ? ([[words.badgeLink, html`<a href="${badge.path}">${badge.title}</a>`]] as const) : []),
    [
      words.gives,
      html`${fill(words.givesText, { points: pointsText(fact.contribution) })}${note === "" ? "" : html`<br>${note}`}`,
    ],
    [words.weight, html`<span class="quiet">${weightText(fact)}</span>`],
    ...(fact.hidden ? ([[words.hiddenFromOthers, words.yes]] as const) : []),
    [words.claimed, momentOf(fact.claimedAt)],
    [words.admitted, momentOf(fact.admittedAt)],
    [words.log, html`<a href="${fact.link}">${words.logLink}</a>`],
    [words.operation, copyable(fact.operation)],
  ];
}

function weightText({ weight, decay, trust }: Evidence): string {
  const { weightText: plain, weightTrust } = texts.subject;
  const given = {
    weight: plainDecimal(weight),
    decay: pointsText(decay),
    trust: trust === null ? "" : pointsText(trust),
  };
  return fill(trust === null ? plain : weightTrust, given);
}

function workMarkup({ type, id }: NonNullable<AttestationView["work"]>): Markup | string {
  const { works } = texts.subject;
  return id === "" ? works[type] : html`${works[type]}<br><code>${id}</code>`;
}

function validMarkup(from: string | null, until: string | null): Markup {
  const words = texts.subject;
  const [before = "", after = ""] = words.validFrom.split("{from}");
  const [then = "", end = ""] = words.validUntil.split("{until}");
  return html`${from === null ? "" : html`${before}${dayOf(from)}${after} `}${until === null ? "" : html`${then}${dayOf(until)}${end}`}`;
}
