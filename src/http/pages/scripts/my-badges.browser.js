import { act, delegatedKey, dropKey, storedKey } from "./badge-key.browser.js";
import { openPanel, post, Refusal } from "./wallet-panel.browser.js";

/** @typedef {{ document: string, user: string, type: string, input: object }} Deed */

const list = document.querySelector("[data-my-badges]");
const dialog = document.querySelector("dialog[data-ask]");
const form = document.querySelector("form[data-ask-form]");

// A click changes the badge by the key of this browser; where that has none that lives, the wallet is asked in a dialog first.
if (list instanceof HTMLElement && dialog instanceof HTMLDialogElement && form instanceof HTMLFormElement) {
  /** @type {Record<string, string>} */
  const words = JSON.parse(list.dataset.words ?? "{}");
  /** @type {Deed | undefined} */
  let wanted;

  openPanel(form, async (wallet, account, panel) => {
    if (!wanted) return;
    if (account.address.toLowerCase() !== addressOf(wanted.user))
      throw new Refusal({ title: otherWords(wanted, account.address) });
    await act(form, await delegatedKey(form, wallet, account, panel), wanted, panel.post);
    panel.leave(doneAddress(wanted));
  });

  dialog.querySelector("[data-ask-cancel]")?.addEventListener("click", () => dialog.close());

  list.addEventListener("click", async (event) => {
    const button = event.target instanceof Element ? event.target.closest("[data-act]") : null;
    if (!(button instanceof HTMLElement) || button.ariaDisabled === "true") return;
    const { act: type = "", document: award = "", user = "", input = "{}" } = button.dataset;
    const deed = { document: award, user, type, input: JSON.parse(input) };
    button.ariaDisabled = "true";
    await change(deed, button.closest("[data-acts]")?.querySelector("[data-act-status]"));
    button.ariaDisabled = "false";
  });

  /** @param {Deed} deed @param {Element | null | undefined} status */
  const change = async (deed, status) => {
    const address = addressOf(deed.user);
    const key = await storedKey(address);
    if (!key) return ask(deed);
    tell(status, words.working);
    try {
      await act(form, key, deed, (path, body) => post(path, body, { offline: words.failed ?? "" }));
      location.assign(doneAddress(deed));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (error.code !== "NOT_DELEGATED") return tell(status, error.message, error.code);
      await dropKey(address);
      tell(status, "");
      ask(deed);
    }
  };

  /** @param {Deed} deed */
  const ask = (deed) => {
    wanted = deed;
    dialog.showModal();
  };

  /** @param {Deed} deed @param {string} signer */
  const otherWords = (deed, signer) =>
    (words.other ?? "").replace("{asked}", short(addressOf(deed.user))).replace("{signer}", short(signer));
}

/** The list again, which says what was done. @param {Deed} deed */
function doneAddress({ type }) {
  return `/me/badges?done=${encodeURIComponent(type)}`;
}

/** @param {string} user A did:pkh. */
function addressOf(user) {
  return user.split(":").at(-1) ?? "";
}

/** @param {string} address */
function short(address) {
  return `${address.slice(0, 6)}…${address.slice(-4)}`;
}

/** @param {Element | null | undefined} status @param {string | undefined} text @param {string} [code] */
function tell(status, text, code = "") {
  if (!(status instanceof HTMLElement)) return;
  status.hidden = !text;
  status.classList.toggle("notice-bad", code !== "");
  status.textContent = [text, code].filter(Boolean).join(" ");
}
