import { openPanel } from "./wallet-panel.browser.js";

// One sentence is made by the service for this browser, signed by the wallet, and brought back: a cookie is all that comes of it.
for (const form of document.querySelectorAll("form[data-sign-in]")) {
  if (!(form instanceof HTMLFormElement)) continue;
  const token = String(new FormData(form).get("token"));
  const next = form.querySelector("[data-next]")?.getAttribute("data-next") ?? "";
  openPanel(form, async (wallet, { address, chainId }, panel) => {
    const asked = new URLSearchParams({ token, address, chainId: String(chainId) });
    const message = String((await panel.post("/sign-in/message", asked)).message);
    const signature = await panel.waiting(wallet.signText(address, message), panel.words.signing ?? "");
    await panel.post("/sign-in", new URLSearchParams({ token, message, signature }));
    panel.leave(next);
  });
}
