import { patience, WalletProblem, walletSources } from "./wallets.browser.js";

/**
 * @typedef {import("./wallets.browser.js").Wallet} Wallet
 * @typedef {import("./wallets.browser.js").Account} Account
 *
 * What a task may do beside asking the wallet.
 * @typedef {object} Panel
 * @property {<T>(promise: Promise<T>, words: string) => Promise<T>} waiting Says what it waits for, and lets it be stopped.
 * @property {(path: string, fields: URLSearchParams | object) => Promise<Record<string, unknown>>} post Sends a form, or an object as JSON.
 * @property {(words: string) => string} fill Puts the wallet's name and the rest into a text.
 * @property {(next: string) => void} leave Says that all is done, and goes on.
 * @property {Words} words
 *
 * @typedef {Record<string, string> & { chains: Record<string, string> }} Words
 */

/** How long a wallet may be silent before the page says so. */
const silence = 8000;

/** What the service refused; it is told as it is. */
export class Refusal extends Error {
  /** @param {{ title?: unknown, detail?: unknown, code?: unknown }} problem */
  constructor({ title, detail, code }) {
    super([title, detail].filter((part) => typeof part === "string").join(" "));
    this.code = typeof code === "string" ? code : "";
  }
}

/** Nobody waits any longer. */
class Stopped extends Error {}

/**
 * Lists the wallets of this browser and runs the task with the one that is clicked. Nothing is asked of any before.
 * @param {HTMLFormElement} form
 * @param {(wallet: Wallet, account: Account, panel: Panel) => Promise<void>} task
 */
export function openPanel(form, task) {
  const root = element(form, "[data-wallets]");
  const list = element(root, "[data-list]");
  const status = element(root, "[data-status]");
  /** @type {Words} */
  const words = JSON.parse(root.dataset.words ?? "{}");
  const wanted = Number(root.dataset.chain) || undefined;
  form.addEventListener("submit", (event) => event.preventDefault());
  listWallets(list, words, async (wallet) => {
    setBusy(root, true);
    const panel = panelFor(status, words, wallet, wanted);
    try {
      const account = await connect(wallet, wanted, panel, status);
      await task(wallet, account, panel);
    } catch (error) {
      tell(status, failureWords(error, panel), "bad", error instanceof Refusal ? error.code : "");
    } finally {
      setBusy(root, false);
    }
  });
}

/** Buttons keep the focus while they wait. @param {HTMLElement} root @param {boolean} busy */
function setBusy(root, busy) {
  for (const button of root.querySelectorAll("[data-wallet]")) button.setAttribute("aria-disabled", String(busy));
}

/** @param {HTMLElement} list @param {Words} words @param {(wallet: Wallet) => Promise<void>} run */
function listWallets(list, words, run) {
  let busy = false;
  const found = (/** @type {Wallet} */ wallet) => {
    if (!list.querySelector("[data-wallet]")) list.replaceChildren();
    const named = { ...wallet, name: wallet.name || (words.injected ?? "") };
    list.append(
      walletButton(named, words, async () => {
        if (busy) return;
        busy = true;
        await run(named);
        busy = false;
      }),
    );
  };
  for (const source of walletSources) source(found);
  setTimeout(() => {
    if (!list.querySelector("[data-wallet]")) list.replaceChildren(...noWallet(words));
  }, patience);
}

/** @param {Wallet} wallet @param {Words} words @param {() => Promise<void>} start */
function walletButton(wallet, words, start) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "wallet";
  button.dataset.wallet = wallet.id;
  if (wallet.icon) {
    const icon = document.createElement("img");
    icon.src = wallet.icon;
    icon.alt = "";
    icon.width = icon.height = 24;
    button.append(icon);
  }
  button.append(fill(words.label, { name: wallet.name }));
  button.addEventListener("click", start);
  return button;
}

/** @param {Words} words */
function noWallet(words) {
  const again = document.createElement("button");
  again.type = "button";
  again.className = "button button-plain";
  again.textContent = words.again ?? "";
  again.addEventListener("click", () => location.reload());
  return [paragraph(words.none, "wallet-none"), paragraph(words.noneHelp, "quiet"), again];
}

/** @param {HTMLElement} status @param {Words} words @param {Wallet} wallet @param {number | undefined} wanted @returns {Panel} */
function panelFor(status, words, wallet, wanted) {
  const filling = { name: wallet.name, wanted: wanted === undefined ? "" : chainWords(wanted, words) };
  const filled = (/** @type {string | undefined} */ text) => fill(text, filling);
  return {
    words,
    fill: filled,
    waiting: (promise, text) => waiting(promise, status, filled(text), filled(words.silent), words),
    post: async (path, fields) => {
      tell(status, words.checking ?? "");
      return post(path, fields, words);
    },
    leave: (next) => {
      tell(status, words.done ?? "", "good");
      if (next) location.assign(next);
    },
  };
}

/**
 * The account that its owner picks, on the chain that is asked for: a wallet on another is brought there by one click.
 * @param {Wallet} wallet @param {number | undefined} wanted @param {Panel} panel @param {HTMLElement} status
 * @returns {Promise<Account>}
 */
async function connect(wallet, wanted, panel, status) {
  const { words } = panel;
  const account = await panel.waiting(wallet.connect(), words.asking ?? "");
  if (wanted === undefined || account.chainId === wanted) return account;
  const actual = chainWords(account.chainId, words);
  await choice(status, fill(panel.fill(words.wrongChain ?? ""), { actual }), panel.fill(words.switch ?? ""));
  await panel.waiting(wallet.switchTo(wanted), words.asking ?? "");
  if ((await wallet.chain()) !== wanted) throw new WalletProblem("unknownChain");
  return { ...account, chainId: wanted };
}

/**
 * @template T
 * @param {Promise<T>} promise @param {HTMLElement} status @param {string} text @param {string} silent @param {Words} words
 * @returns {Promise<T>}
 */
async function waiting(promise, status, text, silent, words) {
  tell(status, text);
  /** @type {PromiseWithResolvers<never>} */
  const stop = Promise.withResolvers();
  const timer = setTimeout(() => {
    tell(status, silent);
    status.append(action(words.stop ?? "", () => stop.reject(new Stopped())));
  }, silence);
  try {
    return await Promise.race([promise, stop.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** @param {HTMLElement} status @param {string} text @param {string} label @returns {Promise<void>} */
function choice(status, text, label) {
  const { promise, resolve } = Promise.withResolvers();
  tell(status, text, "warn");
  const button = action(label, () => resolve(undefined));
  status.append(button);
  button.focus();
  return /** @type {Promise<void>} */ (promise);
}

/**
 * Sends a form, or an object as JSON, and answers with what comes back. Rejects with a Refusal.
 * @param {string} path @param {URLSearchParams | object} fields @param {Record<string, unknown>} words
 * @returns {Promise<Record<string, unknown>>}
 */
export async function post(path, fields, words) {
  const form = fields instanceof URLSearchParams;
  const json = { body: JSON.stringify(fields), headers: { "content-type": "application/json" } };
  let response;
  try {
    response = await fetch(path, { method: "POST", ...(form ? { body: fields } : json) });
  } catch {
    throw new Refusal({ title: words.offline });
  }
  const answer = response.status === 204 ? {} : await response.json().catch(() => ({}));
  if (!response.ok) throw new Refusal(answer);
  return answer;
}

/** @param {unknown} error @param {Panel} panel */
function failureWords(error, { words, fill: filled }) {
  if (error instanceof Stopped) return words.stopped ?? "";
  if (error instanceof Refusal) return error.message || (words.offline ?? "");
  if (error instanceof WalletProblem) return fill(filled(words[error.kind] ?? ""), { message: error.message });
  throw error;
}

/** @param {HTMLElement} status @param {string} text @param {"" | "good" | "warn" | "bad"} [tone] @param {string} [code] */
function tell(status, text, tone = "", code = "") {
  const line = paragraph(text, tone ? `notice notice-${tone}` : "notice");
  if (code) {
    const small = document.createElement("code");
    small.className = "code";
    small.textContent = code;
    line.append(" ", small);
  }
  status.replaceChildren(line);
}

/** @param {string} label @param {() => void} act */
function action(label, act) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button";
  button.textContent = label;
  button.addEventListener("click", act, { once: true });
  return button;
}

/** @param {string | undefined} text @param {string} className */
function paragraph(text, className) {
  const line = document.createElement("p");
  line.className = className;
  line.textContent = text ?? "";
  return line;
}

/** @param {number} chainId @param {Words} words */
function chainWords(chainId, words) {
  return words.chains[chainId] ?? fill(words.chainNumber, { id: String(chainId) });
}

/** @param {string | undefined} text @param {Record<string, string>} values */
function fill(text, values) {
  return (text ?? "").replaceAll(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/** @param {ParentNode} parent @param {string} selector */
function element(parent, selector) {
  const found = parent.querySelector(selector);
  if (!(found instanceof HTMLElement)) throw new Error(`The page lacks ${selector}.`);
  return found;
}
