import { html } from "hono/html";
import type { AttestationView } from "../../../reputation/attestations.ts";
import type { Evidence, Excluded } from "../../../reputation/explanation.ts";
import type { ListedPolicy } from "../../../reputation/policies.ts";
import { shownDid } from "../address.ts";
import type { Markup } from "../layout.ts";
import { tokenField, walletPanel } from "../people/wallet-panel.ts";
import { fill, texts } from "../texts.ts";
import type { MyReputation } from "./my-reputation-view.ts";

/** What a form signs: an action, the part of its input that the page knows, and the words on the button. */
type Deed = { type: string; input: object; label: string; look?: string; fields?: Markup };

/** A form whose operation a key of this browser signs; what its fields say, the script puts in. */
function deedForm({ type, input, label, look = "button", fields }: Deed): Markup {
  return html`<form class="deed stack" data-deed="${type}" data-given="${JSON.stringify(input)}">${fields ?? ""}
    <p><button class="${look}">${label}</button></p><p class="notice" role="status" data-deed-status hidden></p></form>`;
}

function fold(title: string, text: string, form: Markup): Markup {
  return html`<details><summary>${title}</summary><p>${text}</p>${form}</details>`;
}

/** What the subject can do about one attestation. */
export function attestationDeeds(mine: MyReputation, attestation: AttestationView, token: string): Markup {
  const { user, document, closed } = mine;
  const { attestation: operation, dispute, retracted, responses, hidden } = attestation;
  const about = { subject: user, restsOn: [{ document, operation }], attestation: operation };
  const id = attestation.seq;
  const signed = [
    ...(dispute || retracted ? [] : [disputeFold(attestation, about, id)]),
    ...(responses.some(({ by }) => by === "subject") ? [] : [respondFold(about, id)]),
    hideFold(user, operation, hidden),
  ];
  return html`<div class="deeds">${closed ? "" : signed}${eraseFold(attestation, token)}</div>`;
}

/** The same about an award, or an endorsement of one, which stands in a document of its own. */
export function awardDeeds({ user, closed, grounds }: MyReputation, fact: Evidence | Excluded): Markup | string {
  if (closed) return "";
  const { standing: words } = texts;
  const { operation, document, hidden, seq } = fact;
  const restsOn = grounds.get(operation) ?? [{ document, operation }];
  const input = { subject: user, restsOn, attestation: operation };
  const fields = narrativeField(`why-${seq}`, words.why);
  const disputed = ("status" in fact && fact.status === "disputed") || ("reason" in fact && fact.reason === "disputed");
  const form = deedForm({ type: "DISPUTE", input, label: words.disputeDo, fields });
  return html`<div class="deeds">${disputed ? "" : fold(words.dispute, words.disputeBadge, form)}${hideFold(user, operation, hidden)}</div>`;
}

function disputeFold({ by, context, standing }: AttestationView, input: object, id: number): Markup {
  const { standing: words } = texts;
  const judged = "organization" in by || context !== null || standing === "work";
  const form = deedForm({
    type: "DISPUTE",
    input,
    label: words.disputeDo,
    fields: narrativeField(`why-${id}`, words.why),
  });
  return fold(words.dispute, judged ? words.disputeText : words.disputeNobody, form);
}

function respondFold(input: object, id: number): Markup {
  const { standing: words } = texts;
  const fields = narrativeField(`answer-${id}`, words.answer, true);
  return fold(words.respond, words.respondText, deedForm({ type: "RESPOND", input, label: words.respondDo, fields }));
}

function hideFold(subject: string, evidence: string, hidden: boolean): Markup {
  const { standing: words } = texts;
  const [title, text] = hidden ? [words.unhide, words.unhideText] : [words.hide, words.hideText];
  const type = hidden ? "UNHIDE" : "HIDE";
  return fold(title, text, deedForm({ type, input: { subject, evidence }, label: title }));
}

/** No signature is needed: the words stand beside the log. */
function eraseFold(
  { attestation, texts: said, dispute, ruling, responses }: AttestationView,
  token: string,
): Markup | string {
  const { standing: words } = texts;
  const all = [said, dispute?.texts, ruling?.texts, ...responses.map((each) => each.texts)];
  if (all.every((each) => each === null || each === undefined || each === "erased")) return "";
  const form = html`<form class="deed" method="post" action="/me/reputation/attestations/${attestation}/erase">${tokenField(token)}<p><button class="button button-bad">${words.eraseOneDo}</button></p></form>`;
  return fold(words.eraseOne, words.eraseOneText, form);
}

function narrativeField(id: string, label: string, required = false): Markup {
  const need = required ? html` required` : "";
  return html`<label for="${id}">${label}</label><textarea class="words" id="${id}" name="narrative" rows="4" maxlength="8192"${need}></textarea>`;
}

/** Who sees the score under each policy. */
export function audienceForms({ user, audiences, closed }: MyReputation): Markup {
  const { standing: words } = texts;
  if (closed) return html`<p class="quiet">${words.closed}</p>`;
  return html`<p class="quiet">${words.whoLead}</p>${audiences.map(({ policy, said }, i) => {
    const named = said.audience === "named" ? said.named.join("\n") : "";
    const fields = html`<fieldset class="choices"><legend><b>${policy.name}</b></legend>${audienceChoices(said.audience, i)}</fieldset>
      <div class="stack if-named"><label for="named-${i}">${words.named}</label><textarea id="named-${i}" name="named" rows="3" aria-describedby="named-${i}-hint">${named}</textarea>
      <p class="hint" id="named-${i}-hint">${words.namedHint}</p></div>`;
    return html`<div class="audience">${deedForm({ type: "SHOW", input: shownInput(user, policy), label: words.showDo, look: "button button-plain", fields })}</div>`;
  })}`;
}

function shownInput(subject: string, { id }: ListedPolicy): object {
  return { subject, policy: id };
}

function audienceChoices(current: string, place: number): Markup {
  const choices = Object.entries(texts.standing.audiences).map(([name, label]) => {
    const checked = name === current ? html` checked` : "";
    return html`<label class="choice" for="audience-${place}-${name}"><input type="radio" id="audience-${place}-${name}" name="audience" value="${name}"${checked}><span>${label}</span></label>`;
  });
  return html`${choices}`;
}

/** Other wallets of the subject, which count as one with it once both have said so. */
export function walletForms({ user, links, group, closed }: MyReputation): Markup {
  const { standing: words } = texts;
  const rows = links.map(({ other, entry }) => {
    const form = deedForm({
      type: "UNLINK",
      input: { subject: user, other, ends: [entry] },
      label: words.unlink,
      look: "button button-plain",
    });
    const bond = group.includes(other) ? words.walletBound : words.walletWaits;
    return html`<li>${shownDid(other)} <span class="quiet small">${closed ? "" : bond}</span>${closed ? "" : form}</li>`;
  });
  const fields = html`<label for="other">${words.walletOther}</label><input id="other" name="other" required autocomplete="off" spellcheck="false" placeholder="0x" aria-describedby="other-hint">
    <p class="hint" id="other-hint">${words.walletHint}</p>`;
  return html`<p class="quiet">${words.walletsLead}</p>${rows.length === 0 ? html`<p>${words.walletsNone}</p>` : html`<ul class="notices">${rows}</ul>`}
    ${closed ? "" : deedForm({ type: "LINK", input: { subject: user }, label: words.linkDo, look: "button button-plain", fields })}`;
}

/** What cannot be undone: erasing the words, and leaving. */
export function endForms({ user, closed }: MyReputation, token: string): Markup {
  const { standing: words } = texts;
  const typed = html`<label for="sure">${words.closeType}</label><input id="sure" name="sure" required autocomplete="off" pattern="${words.closeWord}">`;
  const close = deedForm({
    type: "CLOSE",
    input: { subject: user },
    label: words.closeDo,
    look: "button button-bad",
    fields: typed,
  });
  return html`<div class="deeds">${fold(
    words.erase,
    words.eraseText,
    html`<form class="deed stack" method="post" action="/me/reputation/erase">${tokenField(token)}
      <label class="tick"><input type="checkbox" name="sure" value="yes" required><span>${words.eraseSure}</span></label><p><button class="button button-bad">${words.eraseDo}</button></p></form>`,
  )}${closed ? "" : fold(words.close, words.closeText, close)}</div>`;
}

/** The wallet is asked here, when it has not been for a while. */
export function askDialog(token: string): Markup {
  const { ask, askText, label, asked, cancel, signs } = texts.standing;
  return html`<dialog class="ask-wallet" data-ask aria-labelledby="ask-title"><form method="dialog" data-ask-form>${tokenField(token)}
    <h2 id="ask-title">${ask}</h2><p>${askText}</p>${walletPanel({ label: fill(label, {}), done: asked })}<p class="hint">${signs}</p>
    <p class="deny"><button type="button" class="quiet-button" data-ask-cancel>${cancel}</button></p></form></dialog>`;
}
