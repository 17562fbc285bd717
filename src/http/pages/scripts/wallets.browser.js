// Wallets behind one small interface. What speaks another protocol becomes one more source, and no page changes.

/**
 * @typedef {{ address: string, chainId: number }} Account
 *
 * What a page may ask of a wallet. Everything rejects with a WalletProblem.
 * @typedef {object} Wallet
 * @property {string} id Tells it from the others on this page.
 * @property {string} name
 * @property {string} icon A data URI, or "".
 * @property {() => Promise<Account>} connect The account that its owner picks, and the chain it is on.
 * @property {() => Promise<number>} chain
 * @property {(chainId: number) => Promise<void>} switchTo
 * @property {(address: string, text: string) => Promise<string>} signText EIP-191, personal_sign.
 * @property {(address: string, data: object) => Promise<string>} signTyped EIP-712, version 4.
 *
 * Finds wallets, now or later, and hands over each once.
 * @typedef {(found: (wallet: Wallet) => void) => void} WalletSource
 *
 * @typedef {{ request(args: { method: string, params?: unknown[] }): Promise<unknown> }} Provider EIP-1193
 * @typedef {{ uuid?: unknown, name?: unknown, icon?: unknown }} ProviderInfo EIP-6963
 */

/** Why a wallet did not do what it was asked: `kind` names the words for it. */
export class WalletProblem extends Error {
  /**
   * @param {"refused" | "pending" | "unknownChain" | "unsupported" | "locked" | "failed"} kind
   * @param {string} [message] What the wallet says of it.
   */
  constructor(kind, message = "") {
    super(message);
    this.kind = kind;
  }
}

/** @type {WalletSource[]} */
export const walletSources = [announcedWallets, injectedWallet];

/** How long wallets may take to announce themselves before the page says that there is none. */
export const patience = 500;

/** EIP-6963: wallets announce themselves when they are asked to, and when they come up later. @type {WalletSource} */
function announcedWallets(found) {
  /** @type {Set<string>} */
  const known = new Set();
  window.addEventListener("eip6963:announceProvider", (event) => {
    const { info, provider } =
      /** @type {CustomEvent<{ info?: ProviderInfo, provider?: Provider }>} */ (event).detail ?? {};
    const { uuid, name, icon } = info ?? {};
    if (typeof uuid !== "string" || typeof name !== "string" || !provider || known.has(uuid)) return;
    known.add(uuid);
    claimed.add(provider);
    found(providerWallet(uuid, name.slice(0, 40), iconOf(icon), provider));
  });
  window.dispatchEvent(new Event("eip6963:requestProvider"));
}

/** Providers that have announced themselves. @type {WeakSet<object>} */
const claimed = new WeakSet();

/** Wallets of an older kind stand in the window, under one name for all of them. @type {WalletSource} */
function injectedWallet(found) {
  setTimeout(() => {
    const provider = /** @type {{ ethereum?: Provider }} */ (/** @type {unknown} */ (window)).ethereum;
    if (!provider || typeof provider.request !== "function" || claimed.has(provider) || announcedAny()) return;
    found(providerWallet("window.ethereum", "", "", provider));
  }, patience - 100);
}

function announcedAny() {
  return document.querySelector("[data-wallet]") !== null;
}

/** Only pictures that come along as data: others would be fetched from elsewhere. @param {unknown} icon */
function iconOf(icon) {
  return typeof icon === "string" && /^data:image\/(svg\+xml|png|webp|jpeg|gif)[;,]/.test(icon) ? icon : "";
}

/**
 * A wallet that speaks EIP-1193.
 * @param {string} id @param {string} name @param {string} icon @param {Provider} provider
 * @returns {Wallet}
 */
function providerWallet(id, name, icon, provider) {
  /** @param {string} method @param {unknown[]} [params] */
  const ask = async (method, params) => {
    try {
      return await provider.request(params ? { method, params } : { method });
    } catch (error) {
      throw problemOf(error);
    }
  };
  const chain = async () => Number(await ask("eth_chainId"));
  return {
    id,
    name,
    icon,
    chain,
    connect: async () => {
      const accounts = await ask("eth_requestAccounts");
      const address = Array.isArray(accounts) ? accounts[0] : undefined;
      if (typeof address !== "string") throw new WalletProblem("locked");
      return { address, chainId: await chain() };
    },
    switchTo: async (chainId) => {
      await ask("wallet_switchEthereumChain", [{ chainId: `0x${chainId.toString(16)}` }]);
    },
    signText: async (address, text) => textOf(await ask("personal_sign", [hexOf(text), address])),
    signTyped: async (address, data) => textOf(await ask("eth_signTypedData_v4", [address, JSON.stringify(data)])),
  };
}

/** @param {unknown} answer */
function textOf(answer) {
  if (typeof answer !== "string") throw new WalletProblem("failed");
  return answer;
}

/** @param {string} text */
function hexOf(text) {
  return `0x${[...new TextEncoder().encode(text)].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

/** What EIP-1193 and wallets mean by their codes. @type {Readonly<Record<string, WalletProblem["kind"]>>} */
const kinds = {
  4001: "refused",
  ACTION_REJECTED: "refused",
  4100: "locked",
  4200: "unsupported",
  "-32601": "unsupported",
  4902: "unknownChain",
  "-32002": "pending",
};

/** @param {unknown} error */
function problemOf(error) {
  const { code, message } = /** @type {{ code?: unknown, message?: unknown }} */ (error ?? {});
  const text = typeof message === "string" ? message.slice(0, 200) : "";
  return new WalletProblem(kinds[String(code)] ?? "failed", text);
}
