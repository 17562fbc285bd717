import { html } from "hono/html";
import type { AwardView } from "../../../badges/award-view.ts";
import type { ClassView } from "../../../badges/class-changes.ts";
import { copyable, copyableLater } from "../address.ts";
import type { Markup } from "../layout.ts";
import { tokenField } from "../people/wallet-panel.ts";
import { fill, texts } from "../texts.ts";
import { type ConsoleFrame, consolePath, donePath, fieldMarkup, foldedDeed } from "./organization-console.ts";

type Acted = { frame: ConsoleFrame; award: AwardView };

/** What an issuer may do about an award as it stands; what would be refused is not shown. */
export function actsMarkup(frame: ConsoleFrame, award: AwardView, given: ClassView | undefined): Markup {
  const { acts: words } = texts.orgConsole.awards;
  const { status } = award;
  if (award.test || status === "revoked" || status === "cancelled") return html``;
  const acted = { frame, award };
  const suspendable = given?.definition.suspendable === true;
  const unclaimed = award.subject === null;
  return html`${status === "held" ? plainAct(acted, "CANCEL", words.cancel, words.cancelText) : ""}
    ${unclaimed ? resendForm(acted) : ""}${unclaimed ? correctForm(acted) : ""}
    ${suspendable && status === "active" ? reasonedAct(acted, "SUSPEND", words.suspend, words.suspendText) : ""}
    ${status === "suspended" ? plainAct(acted, "REINSTATE", words.reinstate, words.reinstateText) : ""}
    ${given && !given.archived && given.version > award.version ? amendForm(acted, given) : ""}
    ${status === "held" ? "" : reasonedAct(acted, "REVOKE", words.revoke, words.revokeText)}`;
}

/** The claim link of an award, shown to the issuer who asks for it. */
export function claimLinkMarkup(link: string, title: string, text: string): Markup {
  return html`<section class="card secret" aria-labelledby="claim-link"><h2 id="claim-link">${title}</h2><p>${text}</p>
    <p class="link-shown">${copyable(link)}</p></section>`;
}

function plainAct({ frame, award }: Acted, type: "CANCEL" | "REINSTATE", title: string, text: string): Markup {
  const { acts: words } = texts.orgConsole.awards;
  const next = donePath(frame.organization.slug, "awards", type);
  const look = type === "CANCEL" ? "button button-bad" : "button";
  const data = { award: award.id, type };
  return foldedDeed(title, text, { deed: "awardChange", next, data, fields: html``, label: words.sign, look });
}

function reasonedAct({ frame, award }: Acted, type: "REVOKE" | "SUSPEND", title: string, text: string): Markup {
  const { acts: words } = texts.orgConsole.awards;
  const id = `${type.toLowerCase()}-${award.id}`;
  const fields = fieldMarkup(
    words.reasonLabel,
    id,
    html`<input id="${id}" name="reason" required maxlength="512" autocomplete="off">`,
  );
  const next = donePath(frame.organization.slug, "awards", type);
  const data = { award: award.id, type };
  return foldedDeed(title, text, {
    deed: "awardChange",
    next,
    data,
    fields,
    label: words.sign,
    look: "button button-bad",
  });
}

function amendForm({ frame, award }: Acted, given: ClassView): Markup {
  const { acts: words } = texts.orgConsole.awards;
  const data = { award: award.id, type: "AMEND", class: given.id, operation: given.operation, version: given.version };
  const next = donePath(frame.organization.slug, "awards", "AMEND");
  const text = fill(words.amendText, { version: given.version });
  return foldedDeed(words.amend, text, { deed: "awardChange", next, data, fields: html``, label: words.sign });
}

function correctForm({ frame, award }: Acted): Markup {
  const { acts: words } = texts.orgConsole.awards;
  const id = `email-${award.id}`;
  const fields = html`${fieldMarkup(words.correctLabel, id, html`<input id="${id}" name="email" type="email" required maxlength="320" autocomplete="off">`)}${linkShown()}`;
  const next = consolePath(frame.organization.slug, "awards");
  const data = { award: award.id };
  return foldedDeed(words.correct, words.correctText, {
    deed: "correction",
    next,
    data,
    fields,
    label: words.correctDo,
  });
}

/** Needs no signature: a form, which works without a script. */
function resendForm({ frame, award }: Acted): Markup {
  const { acts: words } = texts.orgConsole.awards;
  const action = `${consolePath(frame.organization.slug, "awards")}/${encodeURIComponent(award.id)}/resend`;
  return html`<details class="act"><summary>${words.resend}</summary><form class="stack" method="post" action="${action}">${tokenField(frame.token)}
    <p><button class="button">${words.resendDo}</button></p></form></details>`;
}

/** Where the script shows a claim link that has just been made. */
export function linkShown(): Markup {
  const { claimLink } = texts.orgConsole.awards.form;
  return html`<p class="link-shown" data-claim-link hidden><b>${claimLink}</b><br>${copyableLater("claim")}</p>`;
}
