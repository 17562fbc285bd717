import { html, raw } from "hono/html";
import type { May } from "../../../identity/delegation.ts";
import type { Did } from "../../../identity/did.ts";
import { day, type Millis } from "../../../kernel/time.ts";
import { didMarkup } from "../address.ts";
import type { Markup } from "../layout.ts";
import { dayOf } from "../moment.ts";
import { factsMarkup } from "../rows.ts";
import { chainName, fill, texts } from "../texts.ts";
import { mayName, mayWords } from "./may-words.ts";
import { type PanelTask, tokenField, walletPanel } from "./wallet-panel.ts";

export type ConsentForm = {
  /** Who asks, as the heading names them. */
  who: string;
  /** The first line of the statement: who asks, at length. */
  asker: Markup;
  app: Did;
  /** What the credential will call the app. */
  label: string;
  /** undefined where the app says nothing of limits. */
  asked: readonly May[] | undefined;
  /** The chain that the app asks for; without it the wallet's own will do. */
  chainId?: number;
  now: Millis;
  /** How long a delegation may live here. */
  maxLife: Millis;
  token: string;
  /** What the answer is for, beside the credential: a console session or a device. */
  purpose?: Readonly<Record<string, string>>;
  panel: Omit<PanelTask, "chainId">;
  /** More in the fold of technical details. */
  details?: readonly (readonly [string, Markup | string])[];
};

/** Lives to choose from, in days; the one that clients have always used comes first to mind. */
const lives = [1, 7, 30] as const;
const usualLife = 7;

/**
 * Who asks, what it may do, until when, on which chain, and the wallets that can say yes. Everything but the signature
 * works without a script: the sentence at the end follows the choices by style alone.
 */
export function consentForm(form: ConsentForm): Markup {
  const { app, label, chainId, token, purpose = {}, panel, details = [] } = form;
  const { consent } = texts;
  const hidden = { app, label, limits: form.asked === undefined ? "unsaid" : "said", ...purpose };
  return html`<form class="consent" data-consent method="post" action="/consent">
    ${tokenField(token)}
    ${Object.entries(hidden).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
    <div class="statement">
      <div class="line"><p class="label">${consent.who}</p><div>${form.asker}</div></div>
      ${whatMarkup(form.asked)}
      ${untilMarkup(form)}
      <div class="line"><p class="label">${consent.chain}</p><p>${chainId === undefined ? consent.anyChain : chainName(chainId)}</p></div>
    </div>
    ${summaryMarkup(form)}
    ${walletPanel({ ...panel, ...(chainId !== undefined && { chainId }) })}
    <details class="technical"><summary>${texts.details}</summary>
      ${factsMarkup([[consent.key, didMarkup(app)], ...details, [consent.signs, consent.signsText]])}</details>
  </form>`;
}

function whatMarkup(asked: ConsentForm["asked"]): Markup {
  const { what, whatHint, whatNone, whatUnsaid } = texts.consent;
  if (asked === undefined)
    return html`<div class="line"><p class="label">${what}</p><p class="notice">${whatUnsaid}</p></div>`;
  if (asked.length === 0) return html`<div class="line"><p class="label">${what}</p><p>${whatNone}</p></div>`;
  const ticks = asked.map(
    (may) => html`<label class="tick"><input type="checkbox" name="may[]" value="${mayName(may)}">
      <span>${mayWords(may)}<code>${mayName(may)}</code></span></label>`,
  );
  return html`<fieldset class="line"><legend class="label">${what}</legend>
    <div><p class="hint">${whatHint}</p>${ticks}</div></fieldset>`;
}

function untilMarkup({ now, maxLife }: ConsentForm): Markup {
  const choices = offered(maxLife).map(
    (days) => html`<label class="choice"><input type="radio" name="days" value="${days}"${chosen(days, maxLife)}>
      <span><b>${daysWords(days)}</b> <span class="quiet">${dayOf(now + days * day)}</span></span></label>`,
  );
  return html`<fieldset class="line"><legend class="label">${texts.consent.until}</legend>
    <div class="choices">${choices}</div></fieldset>`;
}

function summaryMarkup({ who, asked, now, maxLife }: ConsentForm): Markup {
  const { summary, undo } = texts.consent;
  const untils = offered(maxLife).map(
    (days) => html`<span class="until until-${days}">${dayOf(now + days * day)}</span>`,
  );
  const unsaid = asked === undefined;
  const sentences = unsaid
    ? html`<span>${fill(summary.unsaid, { who })}</span>`
    : html`<span class="if-none">${fill(summary.none, { who })}</span><span class="if-some">${fill(summary.some, { who })}</span>`;
  return html`<p class="summary">${sentences} ${untils}. ${undo}</p>`;
}

function offered(maxLife: Millis): number[] {
  const fitting = lives.filter((days) => days * day <= maxLife);
  return fitting.length > 0 ? fitting : [lives[0]];
}

function chosen(days: number, maxLife: Millis): Markup | string {
  const choices = offered(maxLife);
  const preferred = choices.includes(usualLife) ? usualLife : choices.at(-1);
  return days === preferred ? raw(" checked") : "";
}

function daysWords(days: number): string {
  return days === 1 ? texts.consent.day : fill(texts.consent.days, { days });
}
