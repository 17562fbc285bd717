import { html } from "hono/html";
import { formatDecimal, parseDecimal, roundDecimal } from "../../../reputation/decimal.ts";
import type { FactKind } from "../../../reputation/fact.ts";
import type { NextChange } from "../../../reputation/next-change.ts";
import type { Score } from "../../../reputation/score.ts";
import type { OrganizationView, PublicProfile } from "../../../services.ts";
import { didMarkup, shortAddress, shortDid, shownDid } from "../address.ts";
import { domainMark } from "../badges/badge-words.ts";
import type { Markup } from "../layout.ts";
import { dayWords } from "../moment.ts";
import { fill, texts } from "../texts.ts";
import { subjectPath } from "./subject-view.ts";

/** A name to call a subject by: its own, or both ends of its DID. */
export function nameOf(did: string, profile: PublicProfile | undefined): string {
  return profile ? (profile.username ?? shortAddress(profile.address)) : shortDid(did);
}

/** Points for people: whole ones, or with two decimals; a minus as it is printed. */
export function pointsText(points: string | bigint, sign = false): string {
  const units = typeof points === "bigint" ? points : parseDecimal(points);
  const short = roundDecimal(units < 0n ? -units : units, 2).replace(/\.00$/, "");
  if (short === "0") return short;
  if (units < 0n) return `−${short}`;
  return sign ? `+${short}` : short;
}

/** A decimal with its zeros left out. */
export function plainDecimal(text: string): string {
  return formatDecimal(parseDecimal(text));
}

export function ratersWords(count: number): string {
  const { raterOne, raterMany, nobody } = texts.subject;
  if (count === 0) return nobody;
  return count === 1 ? raterOne : fill(raterMany, { count });
}

export function factsWords(count: number): string {
  const { factOne, factMany } = texts.subject;
  return count === 1 ? factOne : fill(factMany, { count });
}

/** `Review in software/typescript`. */
export function kindInField(kind: FactKind, field: string): string {
  const { oneKind, titleIn } = texts.subject;
  return fill(titleIn, { kind: oneKind[kind], field });
}

/** How sure a score is: a word, and what the bound says. Who is rated by too few is never quite known. */
export function sureWords({ uncertainty, raters }: Score, least: number): { level: string; text: string } {
  const { sureNothing, sureLevels, sureText, sureTextMuch } = texts.subject;
  if (parseDecimal(uncertainty.n) === 0n) return { level: sureNothing, text: "" };
  const percent = percentOf(uncertainty.lower);
  const few = raters < least;
  if (percent >= 90 && !few) return { level: sureLevels.very, text: fill(sureTextMuch, { percent }) };
  const level = percent < 40 ? sureLevels.hardly : percent < 70 || few ? sureLevels.little : sureLevels.fairly;
  return { level, text: fill(sureText, { percent }) };
}

/** A share as whole per cent, rounded down. */
export function percentOf(share: string): number {
  return Math.floor(Number(share) * 100);
}

/** When what is shown changes by itself, to what, and why. */
export function nextWords({ nextChange, score, passes }: Score): string {
  const words = texts.subject;
  if (nextChange === null) return words.nextNone;
  if (nextChange.at === null) return fill(words.nextLater, { day: dayWords(Date.parse(nextChange.notBefore)) });
  const { at, why, to } = nextChange as Exclude<NextChange, { at: null }>;
  const moved = fill(to.score === score ? words.nextSame : words.nextTo, {
    day: dayWords(Date.parse(at)),
    score: to.score,
  });
  const turned = to.passes === passes ? "" : ` ${to.passes ? words.nextPasses : words.nextFails}`;
  return `${moved}${turned}, ${words.nextWhy[why]}`;
}

/** Who states something, in the line of a row, where nothing can be pressed. */
export function raterLine(rater: string, names: ReadonlyMap<string, OrganizationView>): Markup | string {
  return names.get(rater)?.name ?? shownDid(rater);
}

/** The same with a way to its page. */
export function raterMarkup(rater: string, names: ReadonlyMap<string, OrganizationView>): Markup {
  const known = names.get(rater);
  if (known) return html`<a href="/orgs/${known.slug}">${known.name}</a> ${domainMark(known)}`;
  if (!rater.startsWith("did:")) return html`<code>${rater}</code>`;
  return html`${didMarkup(rater)} <a href="${subjectPath(rater)}">${texts.subject.place}</a>`;
}
