import { delegatedKey, dropKey, signPrepared, storedKey } from "./badge-key.browser.js";
import { openPanel, post, Refusal } from "./wallet-panel.browser.js";

/**
 * @typedef {import("./badge-key.browser.js").BadgeKey} BadgeKey
 * @typedef {{ text: string, digest: string }} Disclosure
 */

const root = document.querySelector("[data-reputation]");
const dialog = document.querySelector("dialog[data-ask]");
const asking = document.querySelector("form[data-ask-form]");

// A form is signed by the key of this browser; where that has none that lives, the wallet is asked in a dialog first.
if (root instanceof HTMLElement && dialog instanceof HTMLDialogElement && asking instanceof HTMLFormElement) {
  /** @type {Record<string, string>} */
  const words = JSON.parse(root.dataset.words ?? "{}");
  const { user = "" } = root.dataset;
  const address = user.split(":").at(-1) ?? "";
  /** @type {HTMLFormElement | undefined} */
  let wanted;

  openPanel(asking, async (wallet, account, panel) => {
    if (account.address.toLowerCase() !== address) throw new Refusal({ title: otherWords(account.address) });
    const key = await delegatedKey(asking, wallet, account, panel, "reputation");
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
    const key = await storedKey(address, "reputation");
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
    const { deed = "" } = form.dataset;
    setBusy(form, true);
    tell(form, words.working);
    try {
      await sign(deed, await inputOf(form, user, words), user, key, words);
      location.assign(`/me/reputation?done=${encodeURIComponent(deed)}`);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (error.code !== "NOT_DELEGATED" || fresh) return tell(form, error.message, error.code || "INVALID_INPUT");
      // Stopped from elsewhere, or run out by the service's clock.
      await dropKey(address, "reputation");
      ask(form);
    } finally {
      setBusy(form, false);
    }
  };

  /** @param {string} signer */
  const otherWords = (signer) =>
    (words.other ?? "").replace("{asked}", short(address)).replace("{signer}", short(signer));
}

/**
 * The service writes it down, this browser sees that it is what was meant, signs it, and sends it with what it discloses.
 * @param {string} type @param {{ input: object, disclosures: string[] }} meant @param {string} user @param {BadgeKey} key @param {Record<string, string>} words
 */
async function sign(type, { input, disclosures }, user, key, words) {
  const terms = { offline: words.failed ?? "" };
  const wish = { kind: "renown/reputation", user, app: key.did, operations: [{ type, input }] };
  const { operations } = /** @type {any} */ (await post("/v1/documents:prepare", wish, terms));
  const operation = await signPrepared(key, { type, input }, operations[0]);
  await post(`/v1/subjects/${encodeURIComponent(user)}/operations`, { operation, disclosures }, terms);
}

/**
 * What a form signs: what the page gave along and what its fields say. Words stand beside the log: of them the operation
 * has a digest alone.
 * @param {HTMLFormElement} form @param {string} user @param {Record<string, string>} words
 */
async function inputOf(form, user, words) {
  const fields = new FormData(form);
  const field = (/** @type {string} */ name) => String(fields.get(name) ?? "").trim();
  /** @type {Record<string, unknown>} */
  const input = JSON.parse(form.dataset.given ?? "{}");
  /** @type {[string, unknown][]} */
  const said = [];
  if (field("narrative")) said.push(["narrative", field("narrative").replaceAll("\r\n", "\n")]);
  if (fields.has("audience")) {
    input.audience = field("audience");
    const named = field("named").split(/\s+/).filter(Boolean);
    if (input.audience === "named" && named.length === 0) throw new Refusal({ title: words.noNames });
    if (input.audience === "named") said.push(["audience", named.map(foldAccount)]);
  }
  if (fields.has("other")) {
    const other = field("other").toLowerCase();
    if (!/^0x[0-9a-f]{40}$/.test(other)) throw new Refusal({ title: words.noAddress });
    input.other = `${user.slice(0, user.lastIndexOf(":"))}:${other}`;
  }
  const disclosures = await Promise.all(said.map(([name, value]) => disclose(name, value)));
  if (disclosures.length > 0) input._sd = disclosures.map(({ digest }) => digest);
  return { input, disclosures: disclosures.map(({ text }) => text) };
}

/** A did:pkh of eip155 has its address in lower case. @param {string} did */
function foldAccount(did) {
  return /^did:pkh:eip155:/i.test(did) ? did.toLowerCase() : did;
}

/** base64url of the JSON array of a salt, a name and a value, and its digest (RFC 9901). @param {string} name @param {unknown} value @returns {Promise<Disclosure>} */
async function disclose(name, value) {
  const salt = base64url(crypto.getRandomValues(new Uint8Array(16)));
  const text = base64url(new TextEncoder().encode(JSON.stringify([salt, name, value])));
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return { text, digest: base64url(new Uint8Array(digest)) };
}

/** @param {Uint8Array} bytes */
function base64url(bytes) {
  const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
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
