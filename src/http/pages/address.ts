import { html } from "hono/html";
import { checksummed } from "../../identity/address.ts";
import { isUserDid, parsePkh } from "../../identity/did.ts";
import type { Markup } from "./layout.ts";
import { fill, texts } from "./texts.ts";

/** `0xf39F…2266`, with the whole address to copy and for whoever listens. Any letter case comes in. */
export function addressMarkup(address: string): Markup {
  const whole = checksummed(address);
  return shortened(whole, shortAddress(whole));
}

/** `did:key:zDna…4kVq`, in the same way. */
export function didMarkup(did: string): Markup {
  return shortened(did, shortDid(did));
}

/** `did:pkh:eip155:1:0xf39F…2266`: a wallet's DID where the DID itself is meant. */
export function wholeDidMarkup(did: string): Markup {
  if (!isUserDid(did)) return didMarkup(did);
  const { chainId, address } = parsePkh(did);
  return shortened(did, `did:pkh:eip155:${chainId}:${shortAddress(address)}`);
}

/** A long text that is to be copied, shown whole. */
export function copyable(text: string): Markup {
  return html`<span class="copyable"><code>${text}</code>${copyButton(text)}</span>`;
}

export function shortAddress(address: string): string {
  const whole = checksummed(address);
  return `${whole.slice(0, 6)}…${whole.slice(-4)}`;
}

/** Who it is in a few characters: an account by its address, everything else by both ends. */
export function shortDid(did: string): string {
  if (isUserDid(did)) return shortAddress(parsePkh(did).address);
  if (did.length <= 32) return did;
  const method = did.split(":", 2).join(":");
  return `${method}:${did.slice(method.length + 1, method.length + 5)}…${did.slice(-6)}`;
}

/** The same with nothing to press, for the line of a row, which opens it. */
export function shownDid(did: string): Markup {
  return shownShort(did, shortDid(did));
}

function shortened(whole: string, short: string): Markup {
  return html`<span class="copyable">${shownShort(whole, short)}${copyButton(whole)}</span>`;
}

function shownShort(whole: string, short: string): Markup {
  return html`<span class="short" title="${whole}"><span aria-hidden="true">${short}</span><span class="spoken">${whole}</span></span>`;
}

/** The same for a text that a script puts there. */
export function copyableLater(name: string): Markup {
  return html`<span class="copyable" data-filled="${name}"><code></code>${copyButton("")}</span>`;
}

/** Shown where a script runs. */
function copyButton(text: string): Markup {
  return html`<button type="button" class="copy" data-copy="${text}" data-done="${texts.copy.done}"><svg viewBox="0 0 16 16" aria-hidden="true" focusable="false"><path d="M5.5 5.5V3A1.5 1.5 0 0 1 7 1.5h6A1.5 1.5 0 0 1 14.5 3v6a1.5 1.5 0 0 1-1.5 1.5h-2.5M3 5.5h6A1.5 1.5 0 0 1 10.5 7v6A1.5 1.5 0 0 1 9 14.5H3A1.5 1.5 0 0 1 1.5 13V7A1.5 1.5 0 0 1 3 5.5z" fill="none" stroke="currentColor" stroke-width="1.4"/></svg><span class="spoken">${fill(texts.copy.label, { text })}</span></button>`;
}
