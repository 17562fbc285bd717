// Signs a presentation by the key of this browser: the service writes it down, this browser sees that it is what was meant.

import { post, Refusal } from "./wallet-panel.browser.js";

/**
 * @typedef {import("./badge-key.browser.js").BadgeKey} BadgeKey
 * @typedef {{ policy: string, atLeast?: string }} Score
 */

/**
 * Prepares, signs and brings what a form chooses; answers where it stands.
 * @param {HTMLFormElement} form @param {BadgeKey} key @param {string} user @param {Record<string, string>} words
 */
export async function present(form, key, user, words) {
  const choice = choiceOf(form, words);
  const terms = { offline: words.failed ?? "" };
  const prepared = /** @type {any} */ (await post("/v1/me/presentations:prepare", { ...choice, key: key.did }, terms));
  checkMeant(prepared, choice, key, user);
  const signing = { name: "ECDSA", hash: "SHA-256" };
  const signature = await crypto.subtle.sign(signing, key.pair.privateKey, new TextEncoder().encode(prepared.signing));
  const presentation = `${prepared.signing}.${base64url(new Uint8Array(signature))}`;
  const { id } = /** @type {any} */ (await post("/v1/me/presentations", { presentation }, terms));
  return `/presentations/${encodeURIComponent(id)}`;
}

/** @param {HTMLFormElement} form @param {Record<string, string>} words */
function choiceOf(form, words) {
  const fields = new FormData(form);
  /** @type {Score[]} */
  const scores = [];
  for (const [place, each] of form.querySelectorAll("[data-policy]").entries()) {
    const say = fields.get(`say-${place}`);
    const policy = each instanceof HTMLElement ? (each.dataset.policy ?? "") : "";
    const atLeast = String(fields.get(`least-${place}`) ?? "").trim();
    if (say === "score") scores.push({ policy });
    if (say === "least" && !/^\d+(\.\d+)?$/.test(atLeast)) throw new Refusal({ title: words.noLeast });
    if (say === "least") scores.push({ policy, atLeast });
  }
  const badges = fields.getAll("badge").map(String);
  if (scores.length + badges.length === 0) throw new Refusal({ title: words.nothing });
  return { scores, badges, lifeSeconds: Number(fields.get("life")) };
}

/**
 * What is signed is read before: the holder, the key, how much is shown, and until when.
 * @param {{ signing: string }} prepared @param {{ scores: Score[], badges: string[], lifeSeconds: number }} choice @param {BadgeKey} key @param {string} user
 */
function checkMeant({ signing }, { scores, badges, lifeSeconds }, key, user) {
  const [header, payload, ...rest] = signing.split(".").map(readPart);
  const meant =
    rest.length === 0 &&
    header?.typ === "vp+jwt" &&
    String(header.kid).startsWith(`${key.did}#`) &&
    payload?.holder === user &&
    payload.exp - payload.iat <= lifeSeconds &&
    payload.verifiableCredential?.length === scores.length + badges.length;
  if (!meant) throw new Refusal({ title: "The service prepared something else.", code: "CONTENT_MISMATCH" });
}

/** @param {string} part @returns {any} */
function readPart(part) {
  const text = atob(part.replaceAll("-", "+").replaceAll("_", "/"));
  return JSON.parse(new TextDecoder().decode(Uint8Array.from(text, (letter) => letter.charCodeAt(0))));
}

/** @param {Uint8Array} bytes */
function base64url(bytes) {
  const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
