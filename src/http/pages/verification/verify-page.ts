import { html } from "hono/html";
import type { BadgeReport } from "../../../services.ts";
import type { CredentialReport } from "../../../verify/credential.ts";
import type { OperationReport } from "../../../verify/operation.ts";
import { copyable, didMarkup } from "../address.ts";
import type { Markup, Page } from "../layout.ts";
import { momentOf } from "../moment.ts";
import { tokenField } from "../people/wallet-panel.ts";
import { presentationFinding, presentationStyle } from "../reputation/presentation-page.ts";
import type { PresentationView } from "../reputation/presentation-view.ts";
import { factsMarkup } from "../rows.ts";
import { sealMarkup } from "../seal.ts";
import { fill, texts } from "../texts.ts";
import type { TokenReport } from "./token-report.ts";
import { badgeFields, badgeFinding } from "./verify-badge-finding.ts";

/** What was found out about what somebody pasted. */
export type Finding =
  | { kind: "operation"; report: OperationReport }
  | { kind: "credential"; report: CredentialReport }
  | { kind: "token"; report: TokenReport }
  | { kind: "badge"; report: BadgeReport }
  | { kind: "presentation"; view: PresentationView };

export type VerifyView = {
  token: string;
  pasted?: string;
  person?: string;
  at?: string;
  /** Empty where nothing could be read; undefined before anything was asked. */
  findings?: readonly Finding[];
  /** How many operations there were, where not all are shown. */
  left?: { count: number; most: number };
};

/** Paste something, and see every check in words. */
export function verifyPage(view: VerifyView): Page {
  const { title, lead, again } = texts.verify;
  const { findings } = view;
  const answer = findings === undefined ? "" : answerMarkup(findings, view.left);
  return {
    title,
    place: "verify",
    description: lead,
    head: presentationStyle,
    body: html`<h1>${title}</h1><p class="lead">${lead}</p>
      ${answer}${findings === undefined ? "" : html`<h2 class="again">${again}</h2>`}
      ${formMarkup(view)}`,
  };
}

function formMarkup({ token, pasted = "", person = "", at = "" }: VerifyView): Markup {
  const { field, hint, at: atLabel, atHint, go } = texts.verify;
  return html`<form class="stack" method="post" action="/verify" enctype="multipart/form-data">${tokenField(token)}
    <label for="pasted">${field}</label><p class="hint" id="pasted-hint">${hint}</p>
    <textarea id="pasted" name="pasted" rows="7" spellcheck="false" autocomplete="off" aria-describedby="pasted-hint">${pasted}</textarea>
    ${badgeFields(person)}
    <div class="pair"><div><label for="at">${atLabel}</label>
      <input id="at" name="at" type="datetime-local" step="1" value="${at}" aria-describedby="at-hint"></div>
      <p class="hint" id="at-hint">${atHint}</p></div>
    <p><button class="button">${go}</button></p></form>`;
}

function answerMarkup(findings: readonly Finding[], left: VerifyView["left"]): Markup {
  if (findings.length === 0)
    return html`<section class="notice notice-bad" role="status"><h2>${texts.verify.unreadable}</h2><p>${texts.verify.unreadableText}</p></section>`;
  const more = left === undefined ? "" : html`<p class="notice">${fill(texts.verify.many, left)}</p>`;
  return html`${more}${findings.map(findingMarkup)}`;
}

function findingMarkup(finding: Finding): Markup {
  if (finding.kind === "badge") return badgeFinding(finding.report);
  if (finding.kind === "presentation") return presentationFinding(finding.view);
  const { kind, report } = finding;
  const { verdict, checks } = report;
  const sentence = texts.verify.sentences[kind][verdict];
  const facts =
    kind === "operation"
      ? operationFacts(report)
      : kind === "credential"
        ? credentialFacts(report)
        : tokenFacts(report);
  return html`<section class="finding"><p class="place">${texts.verify.kinds[kind]}</p>
    ${sealMarkup({ verdict, sentence, checks, open: verdict !== "valid" || checks.length <= 10 })}
    ${factsMarkup(facts)}</section>`;
}

type Facts = (readonly [string, Markup | string])[];

function operationFacts({ signer, document, entry, at }: OperationReport): Facts {
  const { verify: words } = texts;
  return [
    ...fact(words.user, signer?.user && didMarkup(signer.user)),
    ...fact(words.signer, signer?.app && didMarkup(signer.app)),
    ...fact(words.document, document && copyable(document)),
    ...fact(words.entry, entry && html`${fill(words.entryAt, { seq: entry.seq })}, ${momentOf(entry.admittedAt)}`),
    [words.asOf, momentOf(at)],
  ];
}

function credentialFacts({ issuer, subjects, validFrom, validUntil, at }: CredentialReport): Facts {
  const { verify: words } = texts;
  const from = validFrom === null ? "" : html`${words.from} ${momentOf(validFrom)} `;
  const to = validUntil === null ? "" : html`${words.to} ${momentOf(validUntil)}`;
  return [
    ...fact(words.issuer, issuer && didMarkup(issuer)),
    ...subjects.map((subject) => [words.subject, didMarkup(subject)] as const),
    ...fact(words.valid, (from || to) && html`${from}${to}`),
    [words.asOf, momentOf(at)],
  ];
}

function tokenFacts({ sort, user, app, expiresAt, at }: TokenReport): Facts {
  const { verify: words } = texts;
  return [
    [words.kinds.token, sort === "app" ? words.tokenOfApp : words.tokenOfSession],
    ...fact(words.user, user && didMarkup(user)),
    ...fact(words.signer, app && didMarkup(app)),
    ...fact(words.valid, expiresAt && html`${words.to} ${momentOf(expiresAt)}`),
    [words.asOf, momentOf(at)],
  ];
}

function fact(label: string, value: Markup | string | null | undefined): Facts {
  return value ? [[label, value]] : [];
}
