// A key of this browser that the wallet lets change badges for an hour. Its private half cannot leave the browser.

import { Refusal } from "./wallet-panel.browser.js";

/**
 * @typedef {import("./wallets.browser.js").Wallet} Wallet
 * @typedef {import("./wallets.browser.js").Account} Account
 * @typedef {import("./wallet-panel.browser.js").Panel} Panel
 *
 * @typedef {{ address: string, did: string, pair: CryptoKeyPair, until: number }} BadgeKey `address` in lower case; `until` by this browser's clock.
 * @typedef {{ document: string, user: string, type: string, input: object }} Deed
 * @typedef {(path: string, body: URLSearchParams | object) => Promise<Record<string, unknown>>} Send
 *
 * What a key is for: one's own badges, organisations and what they award, what one says of others, or what they say of oneself.
 * @typedef {"badges" | "organizations" | "attestations" | "reputation"} Purpose
 */

const algorithm = { name: "ECDSA", namedCurve: "P-256" };

/** The did:pkh of an account. @param {Account} account */
export function userOf({ address, chainId }) {
  return `did:pkh:eip155:${chainId}:${address.toLowerCase()}`;
}

/**
 * The key that this account has let act, or a new one that it lets act now.
 * @param {HTMLFormElement} form @param {Wallet} wallet @param {Account} account @param {Panel} panel @param {Purpose} [purpose]
 * @returns {Promise<BadgeKey>}
 */
export async function delegatedKey(form, wallet, account, panel, purpose = "badges") {
  const known = await storedKey(account.address, purpose);
  if (known) return known;
  const token = tokenOf(form);
  const pair = await crypto.subtle.generateKey(algorithm, false, ["sign"]);
  const did = await didOf(pair.publicKey);
  const asked = { token, app: did, purpose, address: account.address, chainId: String(account.chainId) };
  const { message, life } = await panel.post("/badge-key/message", new URLSearchParams(asked));
  const text = String(message);
  const signature = await panel.waiting(wallet.signText(account.address, text), panel.words.signing ?? "");
  await panel.post("/badge-key", new URLSearchParams({ token, message: text, signature }));
  const key = { address: nameOf(account.address, purpose), did, pair, until: Date.now() + Number(life) };
  await withStore("readwrite", (store) => store.put(key)).catch(() => undefined);
  return key;
}

/**
 * The key of an account that still lives; a minute is left for what is being done with it.
 * @param {string} address @param {Purpose} [purpose] @returns {Promise<BadgeKey | undefined>}
 */
export async function storedKey(address, purpose = "badges") {
  const key = await withStore("readonly", (store) => store.get(nameOf(address, purpose))).catch(() => undefined);
  return key && key.until > Date.now() + 60_000 ? key : undefined;
}

/** Forgets a key that is not taken any more. @param {string} address @param {Purpose} [purpose] */
export async function dropKey(address, purpose = "badges") {
  await withStore("readwrite", (store) => store.delete(nameOf(address, purpose))).catch(() => undefined);
}

/** Keys for badges stand under the address alone. @param {string} address @param {Purpose} purpose */
function nameOf(address, purpose) {
  return purpose === "badges" ? address.toLowerCase() : `${address.toLowerCase()} ${purpose}`;
}

/**
 * Signs one operation on an award and sends it. The service writes it down, this browser sees that it is what was meant.
 * @param {HTMLFormElement} form @param {BadgeKey} key @param {Deed} deed @param {Send} send
 */
export async function act(form, key, deed, send) {
  for (let tries = 1; ; tries++) {
    try {
      return await actOnce(tokenOf(form), key, deed, send);
    } catch (error) {
      // Somebody else came in between: the next try follows them.
      if (!(error instanceof Refusal) || error.code !== "HEAD_MOVED" || tries >= 3) throw error;
    }
  }
}

/** @param {string} token @param {BadgeKey} key @param {Deed} deed @param {Send} send */
async function actOnce(token, key, { document, user, type, input }, send) {
  const wish = { token, document, user, app: key.did, type, input: JSON.stringify(input) };
  const unsigned = await send("/badge-key/prepare", new URLSearchParams(wish));
  const action = await signPrepared(key, { type, input }, unsigned);
  return send(`/v1/documents/${encodeURIComponent(document)}/operations`, { operations: [action] });
}

/**
 * Signs what the service has written down, if it is what was meant; what is meant may leave its input open.
 * @param {BadgeKey} key @param {{ type: string, input?: object }} meant @param {any} unsigned
 * @returns {Promise<object>} The action with its signature.
 */
export async function signPrepared({ did, pair }, { type, input }, { action, tuple, message }) {
  const same = input === undefined || JSON.stringify(action.input) === JSON.stringify(input);
  if (action.type !== type || tuple[1] !== did || !same)
    throw new Refusal({ title: "The service prepared something else.", code: "CONTENT_MISMATCH" });
  const signing = { name: "ECDSA", hash: "SHA-256" };
  const signature = await crypto.subtle.sign(signing, pair.privateKey, bytesOf(message.hex));
  action.context.signer.signatures = [[...tuple, `0x${hexOf(new Uint8Array(signature))}`]];
  return action;
}

/** @param {HTMLFormElement} form */
function tokenOf(form) {
  return String(new FormData(form).get("token"));
}

/** The did:key of a public key of P-256: its multicodec and the compressed point, in base58. @param {CryptoKey} key */
async function didOf(key) {
  const raw = new Uint8Array(await crypto.subtle.exportKey("raw", key));
  const point = [2 + ((raw[64] ?? 0) & 1), ...raw.subarray(1, 33)];
  return `did:key:z${base58([0x80, 0x24, ...point])}`;
}

const letters = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/** @param {number[]} bytes None of them leads with zero. */
function base58(bytes) {
  let text = "";
  for (let rest = BigInt(`0x${hexOf(bytes)}`); rest > 0n; rest /= 58n) text = `${letters[Number(rest % 58n)]}${text}`;
  return text;
}

/** @param {Iterable<number>} bytes */
function hexOf(bytes) {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** @param {string} hex */
function bytesOf(hex) {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/**
 * What one request to the database of this origin answers. Browsers that keep nothing reject, and the key lives as long
 * as the page.
 * @param {IDBTransactionMode} mode @param {(store: IDBObjectStore) => IDBRequest} ask @returns {Promise<any>}
 */
async function withStore(mode, ask) {
  const opening = indexedDB.open("renown", 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore("badge-keys", { keyPath: "address" });
  const database = await answerOf(opening);
  try {
    return await answerOf(ask(database.transaction("badge-keys", mode).objectStore("badge-keys")));
  } finally {
    database.close();
  }
}

/** @template T @param {IDBRequest<T>} request @returns {Promise<T>} */
function answerOf(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
