import { html } from "hono/html";
import type { BadgeReport } from "../../../services.ts";
import { didMarkup, shortDid } from "../address.ts";
import { markdown } from "../badges/badge-sections.ts";
import { named } from "../badges/badge-words.ts";
import type { Markup } from "../layout.ts";
import { momentOf } from "../moment.ts";
import { factsMarkup, type Row, rowsMarkup } from "../rows.ts";
import { sealMarkup } from "../seal.ts";
import { fill, texts } from "../texts.ts";

/** Fields for badges: a file, and whose it should be. A browser's own field takes what is dropped on it. */
export function badgeFields(person: string): Markup {
  const { file, fileHint, person: label, personHint } = texts.verifyBadge;
  return html`<label for="file">${file}</label><p class="hint" id="file-hint">${fileHint}</p>
    <input class="drop" id="file" name="file" type="file" accept=".png,.svg,.json,.jsonld,.jwt,.txt,image/png,image/svg+xml,application/json" aria-describedby="file-hint">
    <label for="person">${label}</label><p class="hint" id="person-hint">${personHint}</p>
    <input id="person" name="person" maxlength="512" autocomplete="off" spellcheck="false" value="${person}" aria-describedby="person-hint">`;
}

/** What a badge turned out to be: the verdict, whose it is, from whom, and every check. */
export function badgeFinding(report: BadgeReport): Markup {
  const { verifyBadge: words } = texts;
  const { verdict, checks, endorsements, test } = report;
  const shown = checks.map(named);
  return html`<section class="finding"><p class="place">${words.kind}</p>
    ${test ? html`<p class="badge-test" role="note"><b>${texts.badge.test}</b> <span>${words.test}</span></p>` : ""}
    ${sealMarkup({ verdict, sentence: sentenceOf(report), checks: shown, open: verdict !== "valid" || shown.length <= 16 })}
    ${factsMarkup(factsOf(report))}
    ${endorsements.length === 0 ? "" : html`<h2>${words.endorsements}</h2>${rowsMarkup(endorsements.map(endorsementRow))}`}</section>`;
}

function sentenceOf({ verdict, status, checks }: BadgeReport): string {
  const { sentences } = texts.verifyBadge;
  const recipient = checks.find(({ name, required }) => name === "recipient" && required);
  const others = checks.every((each) => each === recipient || !each.required || each.outcome === "pass");
  // Where nothing but the person is in question, that is what there is to say.
  if (recipient && others) return sentences[personWords[recipient.outcome]];
  const ended = verdict === "invalid" && (status === "revoked" || status === "suspended");
  return ended ? sentences[status] : sentences[verdict];
}

const personWords = { pass: "theirs", fail: "other", unknown: "unsaid", skipped: "unsaid" } as const;

type Facts = (readonly [string, Markup | string])[];

function factsOf(report: BadgeReport): Facts {
  const { verifyBadge: words, verify } = texts;
  const { achievement, issuer, issuerName, subjects, carrier, validFrom, validUntil, status, id } = report;
  const from = validFrom === null ? "" : html`${verify.from} ${momentOf(validFrom)} `;
  const to = validUntil === null ? "" : html`${verify.to} ${momentOf(validUntil)}`;
  const whose =
    subjects.length === 0
      ? words.toNobody
      : html`${subjects.map((each) => html`<span class="each">${didMarkup(each)}</span>`)}`;
  return [
    ...fact(words.achievement, achievement),
    ...fact(words.issuer, issuerName),
    ...fact(words.issuerDid, issuer && didMarkup(issuer)),
    ...fact(words.domain, issuer && domainWords(report)),
    ...fact(words.to, issuer && whose),
    ...fact(verify.valid, (from || to) && html`${from}${to}`),
    ...fact(words.status, issuer && words.statuses[status]),
    ...fact(words.found, carrier && words.carriers[carrier]),
    ...fact(words.link, id?.startsWith("https://") || id?.startsWith("http://localhost") ? linkMarkup(id) : undefined),
    [verify.asOf, momentOf(report.at)],
  ];
}

/** Only what a domain has said itself is verified; the host of a did:web is no more than its name. */
function domainWords({ domain, checks }: BadgeReport): string {
  if (domain === null) return texts.verifyBadge.noDomain;
  const proved = checks.some(({ name, outcome, code }) => name === "domain" && outcome === "pass" && code === "OK");
  return proved ? fill(texts.badge.verified, { domain }) : domain;
}

/** The address that a badge says it has; whoever wrote it may be anybody. */
function linkMarkup(id: string): Markup {
  return html`<a href="${id}" rel="nofollow ugc noopener noreferrer">${id}</a>`;
}

function endorsementRow({ verdict, issuer, of, comment, checks }: BadgeReport["endorsements"][number]): Row {
  const { verifyBadge: words, seal } = texts;
  return {
    title: issuer === null ? words.kind : shortDid(issuer),
    line: fill(words.endorsedOf, { of: words.of[of] }),
    end: seal.words[verdict],
    more: html`${comment === null ? "" : markdown(comment)}
      ${sealMarkup({ verdict, sentence: words.sentences[verdict], checks: checks.map(named), open: true })}`,
  };
}

function fact(label: string, value: Markup | string | null | undefined): Facts {
  return value ? [[label, value]] : [];
}
