import { delegatedKey, dropKey, storedKey } from "./badge-key.browser.js";
import { openPanel, Refusal } from "./wallet-panel.browser.js";

/**
 * @typedef {import("./badge-key.browser.js").BadgeKey} BadgeKey
 * @typedef {"organizations" | "attestations" | "reputation"} Purpose
 */

/**
 * Forms that the key of this browser signs; where that has none that lives, the wallet is asked in a dialog first. `sign`
 * does what a form asks, and answers where to go on or, with nothing, that it is done where it is.
 * @param {HTMLElement} root @param {Purpose} purpose @param {string} user Whose wallet it is.
 * @param {Record<string, string>} words @param {(form: HTMLFormElement, key: BadgeKey) => Promise<string | undefined>} sign
 */
export function signForms(root, purpose, user, words, sign) {
  const dialog = document.querySelector("dialog[data-ask]");
  const asking = document.querySelector("form[data-ask-form]");
  if (!(dialog instanceof HTMLDialogElement && asking instanceof HTMLFormElement)) return;
  const address = user.split(":").at(-1) ?? "";
  /** @type {HTMLFormElement | undefined} */
  let wanted;

  openPanel(asking, async (wallet, account, panel) => {
    if (account.address.toLowerCase() !== address) throw new Refusal({ title: otherWords(account.address) });
    const key = await delegatedKey(asking, wallet, account, panel, purpose);
    dialog.close();
    if (wanted) await run(wanted, key, true);
  });

  dialog.querySelector("[data-ask-cancel]")?.addEventListener("click", () => dialog.close());

  root.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !form.dataset.deed) return;
    event.preventDefault();
    if (form.dataset.busy) return;
    // From here on, so that two quick clicks sign once.
    setBusy(form, true);
    const key = await storedKey(address, purpose);
    if (key) return run(form, key);
    setBusy(form, false);
    ask(form);
  });

  /** @param {HTMLFormElement} form */
  const ask = (form) => {
    wanted = form;
    tell(form, "");
    if (!dialog.open) dialog.showModal();
  };

  /** @param {HTMLFormElement} form @param {BadgeKey} key @param {boolean} [fresh] Whether the wallet has just been asked. */
  const run = async (form, key, fresh = false) => {
    setBusy(form, true);
    tell(form, words.working);
    try {
      const on = await sign(form, key);
      tell(form, on === undefined ? words.saved : "");
      if (on) location.assign(on);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (error.code !== "NOT_DELEGATED" || fresh) return tell(form, error.message, error.code || "INVALID_INPUT");
      // Stopped from elsewhere, or run out by the service's clock.
      await dropKey(address, purpose);
      ask(form);
    } finally {
      setBusy(form, false);
    }
  };

  /** @param {string} signer */
  const otherWords = (signer) =>
    (words.other ?? "").replace("{asked}", short(address)).replace("{signer}", short(signer));
}

/** Buttons keep the focus while they wait. @param {HTMLFormElement} form @param {boolean} busy */
function setBusy(form, busy) {
  if (busy) form.dataset.busy = "yes";
  else delete form.dataset.busy;
  for (const button of form.querySelectorAll("button")) button.ariaDisabled = String(busy);
}

/** @param {HTMLFormElement} form @param {string | undefined} text @param {string} [code] */
function tell(form, text, code = "") {
  const status = form.querySelector("[data-deed-status]");
  if (!(status instanceof HTMLElement)) return;
  status.hidden = !text;
  status.classList.toggle("notice-bad", code !== "");
  status.textContent = text ?? "";
  if (code === "") return;
  const small = document.createElement("code");
  small.className = "code";
  small.textContent = code;
  status.append(" ", small);
}

/** @param {string} address */
function short(address) {
  return `${address.slice(0, 6)}…${address.slice(-4)}`;
}
