import { openPanel } from "./wallet-panel.browser.js";

const form = document.querySelector("form[data-consent]");

// The service makes what is to be signed from what was ticked; the wallet shows it, and nothing is signed without a click here
// and another one there.
if (form instanceof HTMLFormElement) {
  openPanel(form, async (wallet, { address, chainId }, panel) => {
    const asked = fieldsOf(form);
    asked.set("address", address);
    asked.set("chainId", String(chainId));
    const data = /** @type {{ message: object }} */ (await panel.post("/consent/message", asked));
    const signature = await panel.waiting(wallet.signTyped(address, data), panel.words.signing ?? "");
    const signed = fieldsOf(form);
    signed.set("message", JSON.stringify(data.message));
    signed.set("signature", signature);
    signed.set("chainId", String(chainId));
    const { user } = await panel.post("/consent", signed);
    panel.leave(nextOf(form, String(user)));
  });
}

/** @param {HTMLFormElement} of */
function fieldsOf(of) {
  const fields = new URLSearchParams();
  for (const [name, value] of new FormData(of)) fields.append(name, String(value));
  return fields;
}

/**
 * Where it goes on: the app's own address with the user's DID, encoded twice as apps expect it, or a page of ours. The
 * service has judged the address before it put it into the page.
 * @param {HTMLFormElement} of @param {string} user
 */
function nextOf(of, user) {
  const page = of.closest("[data-return]");
  if (!(page instanceof HTMLElement)) return of.querySelector("[data-next]")?.getAttribute("data-next") ?? "";
  const { return: back = "", deepLink = "" } = page.dataset;
  if (deepLink) return `${deepLink}://login/${encodeURIComponent(user)}`;
  if (!back) return "";
  const url = new URL(back);
  url.searchParams.set("user", encodeURIComponent(user));
  return url.href;
}
