import { html } from "hono/html";
import type { SeenAward } from "../../../badges/award-facts.ts";
import type { Markup } from "../layout.ts";
import { tokenField, walletPanel } from "../people/wallet-panel.ts";
import { texts } from "../texts.ts";

/**
 * Where somebody claims a badge who came by its claim link. What opens it stands behind the `#` of the address, which no
 * server sees, so a script decides which of the two is shown.
 */
export function claimPanel({ document, face }: SeenAward, token: string): Markup {
  const { waiting, waitingText, title, lead, leadOnce, label, signs, noWallet, done } = texts.claim;
  return html`<section class="notice notice-warn claim-waits" data-claim-waits><p><b>${waiting}</b><br>${waitingText}</p>
      <noscript><p>${texts.wallet.noScript} ${noWallet}</p></noscript></section>
    <form class="card claim" data-claim="${document}" method="post" action="/badge-key" hidden>${tokenField(token)}
      <h2>${title}</h2><p>${lead}</p><p>${leadOnce}</p>
      ${walletPanel({ label, next: `/b/${face}`, done })}
      <p class="hint">${signs}</p><p class="hint">${noWallet}</p></form>`;
}
