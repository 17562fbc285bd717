import { signPrepared } from "./badge-key.browser.js";
import { committedTo } from "./disclosures.browser.js";
import { present } from "./presentation.browser.js";
import { signForms } from "./signed-forms.browser.js";
import { post, Refusal } from "./wallet-panel.browser.js";

/**
 * @typedef {import("./badge-key.browser.js").BadgeKey} BadgeKey
 */

const root = document.querySelector("[data-reputation]");

if (root instanceof HTMLElement) {
  /** @type {Record<string, string>} */
  const words = JSON.parse(root.dataset.words ?? "{}");
  const { user = "" } = root.dataset;
  signForms(root, "reputation", user, words, async (form, key) => {
    const { deed = "" } = form.dataset;
    if (deed === "PRESENT") return present(form, key, user, words);
    await sign(deed, await inputOf(form, user, words), user, key, words);
    return `/me/reputation?done=${encodeURIComponent(deed)}`;
  });
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
  const { committed, disclosures } = await committedTo(said);
  return { input: { ...input, ...committed }, disclosures };
}

/** A did:pkh of eip155 has its address in lower case. @param {string} did */
function foldAccount(did) {
  return /^did:pkh:eip155:/i.test(did) ? did.toLowerCase() : did;
}
