import { html } from "hono/html";
import type { Markup } from "../layout.ts";
import { chainName, texts } from "../texts.ts";

/** What a panel does with the wallet that somebody picks. */
export type PanelTask = {
  /** `{name}` stands for the wallet's name. */
  label: string;
  /** Chain that the wallet has to be on; without it any will do. */
  chainId?: number;
  /** Where it goes on when all is done. */
  next?: string;
  done: string;
};

/** Where wallets are listed and what they are asked is told. Words for the script come along as data. */
export function walletPanel({ label, chainId, next, done }: PanelTask): Markup {
  const chain = chainId === undefined ? "" : chainName(chainId);
  const words = JSON.stringify({ ...texts.wallet.script, label, done, chain, chains: texts.chains });
  return html`<section class="wallets" data-wallets data-words="${words}" data-chain="${chainId ?? ""}" data-next="${next ?? ""}" aria-label="${texts.wallet.label}">
    <div class="wallet-list" data-list><p class="wallet-looking quiet" data-looking>${texts.wallet.looking}</p></div>
    <div class="wallet-status" data-status role="status"></div>
    <noscript><p class="notice">${texts.wallet.noScript}</p></noscript>
  </section>`;
}

/** The token by which a form shows that it is of a page made for this browser. */
export function tokenField(token: string): Markup {
  return html`<input type="hidden" name="token" value="${token}">`;
}
