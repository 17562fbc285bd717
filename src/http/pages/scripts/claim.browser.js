import { act, delegatedKey, dropKey, userOf } from "./badge-key.browser.js";
import { openPanel, Refusal } from "./wallet-panel.browser.js";

// What opens a badge that waits stands behind the # of its link: it goes to the service with the claim itself, and not before.
const secret = /^#claim=([\w-]{22,64})$/.exec(location.hash)?.[1];
const form = document.querySelector("form[data-claim]");
window.addEventListener("hashchange", () => location.reload());

if (form instanceof HTMLFormElement && secret !== undefined) {
  const waits = document.querySelector("[data-claim-waits]");
  if (waits instanceof HTMLElement) waits.hidden = true;
  form.hidden = false;
  const award = form.dataset.claim ?? "";
  openPanel(form, async (wallet, account, panel) => {
    const key = await delegatedKey(form, wallet, account, panel);
    const deed = { document: award, user: userOf(account), type: "CLAIM", input: { secret } };
    try {
      await act(form, key, deed, panel.post);
    } catch (error) {
      // Stopped from elsewhere: the next try asks the wallet anew.
      if (error instanceof Refusal && error.code === "NOT_DELEGATED") await dropKey(account.address);
      throw error;
    }
    sessionStorage.setItem("renown-claimed", location.pathname);
    panel.leave(form.querySelector("[data-next]")?.getAttribute("data-next") ?? "");
  });
}
