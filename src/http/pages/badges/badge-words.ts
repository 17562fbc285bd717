import { html, raw } from "hono/html";
import { type Check, unknown } from "../../../kernel/report.ts";
import { parseTime } from "../../../kernel/time.ts";
import type { OrganizationView } from "../../../services.ts";
import type { Markup } from "../layout.ts";
import { dayWords } from "../moment.ts";
import { type Sealed, sealMarkup } from "../seal.ts";
import { fill, textFor, texts } from "../texts.ts";
import { type BadgeView, endedAt, periodOf } from "./badge-view.ts";

/** How a badge stands, and the checks that say so. */
export function badgeSeal(view: BadgeView): Markup {
  return sealMarkup(sealOf(view));
}

/** A verdict that does not contradict what the records say: what is kept here is known at once. */
export function sealOf(view: BadgeView): Sealed {
  const { report } = view;
  const sentence = sentenceOf(view);
  if (report === undefined)
    return { verdict: "undetermined", sentence, checks: [unknown("proof", "NO_KEY", texts.badge.unsignedCheck)] };
  return { verdict: report.verdict, sentence, checks: report.checks.map(named) };
}

/** Names of checks that come with a place in a list, without it. */
export function named(check: Check): Check {
  const plain = check.name.replace(/\[\d+\]$/, "");
  return plain !== check.name && textFor(texts.checks.names, plain) !== undefined ? { ...check, name: plain } : check;
}

/** Whether a domain stands behind an organisation: a shape, and words. */
export function domainMark({ domain }: Pick<OrganizationView, "domain">): Markup {
  const { verified, notVerified, verifiedNote, notVerifiedNote } = texts.badge;
  if (domain?.verified)
    return html`<span class="domain domain-good" title="${verifiedNote}">${tick}${fill(verified, { domain: domain.name })}</span>`;
  return html`<span class="domain" title="${notVerifiedNote}">${dash}${notVerified}</span>`;
}

/** That an organisation has ended, who has ended it, and why; in words of its own page, or of what it stands behind. */
export function closedBanner(
  { name, closed }: Pick<OrganizationView, "name" | "closed">,
  where: "closed" | "closedIssuer" = "closedIssuer",
): Markup | string {
  const { organization: words } = texts;
  if (!closed) return "";
  const said = fill(words[where][closed.by], { issuer: name, day: dayWords(parseTime(closed.at)) });
  return html`<p class="notice notice-warn" role="note">${said} ${words.closedReason} ${closed.reason}</p>`;
}

/** `CertificateOfCompletion` as people write it; an extension by its own name. */
export function typeWords(type: string): string {
  const words = type
    .replace(/^ext:/, "")
    .replaceAll(/(?<=[a-z])(?=[A-Z])/g, " ")
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function sentenceOf(view: BadgeView): string {
  const { issuer, report, award, facts, standing } = view;
  const { sentences, reason: reasonGiven } = texts.badge;
  const said = (name: keyof typeof sentences, time?: number) =>
    fill(sentences[name], { issuer: issuer.name, ...(time !== undefined && { day: dayWords(time) }) });
  const { end, suspension } = award.state;
  if (end) return withReason(said(end.by === "earner" ? "rejected" : end.as, endedAt(view)), end.by, end.reason);
  if (standing === "suspended")
    return `${said("suspended", endedAt(view))} ${fill(reasonGiven, { reason: suspension?.reason ?? "" })}`;
  if (report === undefined) return said("unsigned");
  if (report.verdict === "valid") return said(facts.test ? "test" : award.state.subject === "" ? "unclaimed" : "valid");
  const period = periodOf(view);
  if (period === "expired") return said("expired", facts.validUntil);
  if (period === "notYet") return said("notYet", facts.validFrom);
  return said(report.verdict);
}

/** That it is over, in few words; undefined while it is in force. */
export function overWords(view: BadgeView): string | undefined {
  const { award, standing, facts } = view;
  const { end } = award.state;
  const said = (name: keyof typeof texts.badge.over, time: number) =>
    fill(texts.badge.over[name], { day: dayWords(time) });
  const at = endedAt(view);
  if (end && at !== undefined) return said(end.by === "earner" ? "rejected" : end.as, at);
  if (standing === "suspended" && at !== undefined) return said("suspended", at);
  return periodOf(view) === "expired" ? said("expired", facts.validUntil!) : undefined;
}

/** The earner's own wish is all the reason there is. */
function withReason(sentence: string, by: "issuer" | "earner", reason: string): string {
  return by === "earner" || reason === "" ? sentence : `${sentence} ${fill(texts.badge.reason, { reason })}`;
}

const stroke = 'fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round"';
const tick = shape(`<circle cx="8" cy="8" r="6.5" ${stroke}/><path ${stroke} d="m5.4 8.2 1.8 1.9 3.4-3.9"/>`);
const dash = shape(`<circle cx="8" cy="8" r="6.5" ${stroke} stroke-dasharray="2 3"/><path ${stroke} d="M5.5 8h5"/>`);

function shape(paths: string): Markup {
  return html`<svg viewBox="0 0 16 16" aria-hidden="true" focusable="false">${raw(paths)}</svg>`;
}
