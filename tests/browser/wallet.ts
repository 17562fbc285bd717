import type { BrowserContext } from "playwright-core";
import type { privateKeyToAccount } from "viem/accounts";

type Account = ReturnType<typeof privateKeyToAccount>;

/** How a test wallet behaves; a test may change it between two requests. */
export type TestWallet = {
  name: string;
  account: Account;
  /** Signs in the place of the account that it gives: wallets with several accounts do. */
  signer?: Account;
  chainId: number;
  /** Chains that it can be switched to. */
  knows: number[];
  /** Answers these methods with an error of this code. */
  refuses: Record<string, number>;
  /** Never answers these methods. */
  silent: string[];
  /** What was asked of it, in order. */
  asked: string[];
  /** What it was last shown to sign, as text or typed data. */
  shown: unknown;
};

export function testWallet(account: Account, more: Partial<TestWallet> = {}): TestWallet {
  const plain = { refuses: {}, silent: [], asked: [], shown: undefined };
  return { name: "Test Wallet", account, chainId: 1, knows: [1, 11155111], ...plain, ...more };
}

/** Puts wallets into every page of a context, announced as EIP-6963 says. */
export async function injectWallets(context: BrowserContext, wallets: readonly TestWallet[]): Promise<void> {
  await context.exposeFunction("askTestWallet", (index: number, method: string, params: unknown[]) =>
    answer(wallets[index]!, method, params ?? []),
  );
  await context.addInitScript(
    announce,
    wallets.map(({ name }) => name),
  );
}

/** Runs in the page. */
function announce(names: string[]): void {
  const icon =
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 8 8'%3E%3Ccircle cx='4' cy='4' r='4' fill='%23d97706'/%3E%3C/svg%3E";
  const ask = (globalThis as any).askTestWallet as (...args: unknown[]) => Promise<{ value?: unknown; code?: number }>;
  const target = globalThis as unknown as EventTarget & { CustomEvent: typeof CustomEvent };
  const details = names.map((name, index) => {
    const provider = {
      request: async ({ method, params }: { method: string; params?: unknown[] }) => {
        const { value, code } = await ask(index, method, params);
        if (code !== undefined) throw Object.assign(new Error(`The test wallet says ${code}.`), { code });
        return value;
      },
    };
    return Object.freeze({ info: { uuid: `test-${index}`, name, icon, rdns: "test.wallet" }, provider });
  });
  const tell = () => {
    for (const detail of details) target.dispatchEvent(new CustomEvent("eip6963:announceProvider", { detail }));
  };
  target.addEventListener("eip6963:requestProvider", tell);
  tell();
}

async function answer(
  wallet: TestWallet,
  method: string,
  params: unknown[],
): Promise<{ value?: unknown; code?: number }> {
  wallet.asked.push(method);
  if (wallet.silent.includes(method)) return new Promise(() => {});
  const code = wallet.refuses[method];
  if (code !== undefined) return { code };
  const signer = wallet.signer ?? wallet.account;
  switch (method) {
    case "eth_requestAccounts":
      return { value: [wallet.account.address.toLowerCase()] };
    case "eth_chainId":
      return { value: `0x${wallet.chainId.toString(16)}` };
    case "wallet_switchEthereumChain": {
      const wanted = Number((params[0] as { chainId: string }).chainId);
      if (!wallet.knows.includes(wanted)) return { code: 4902 };
      wallet.chainId = wanted;
      return { value: null };
    }
    case "personal_sign": {
      const raw = params[0] as `0x${string}`;
      wallet.shown = Buffer.from(raw.slice(2), "hex").toString("utf8");
      return { value: await signer.signMessage({ message: { raw } }) };
    }
    case "eth_signTypedData_v4": {
      const data = JSON.parse(params[1] as string);
      wallet.shown = data;
      if (Number(data.domain.chainId) !== wallet.chainId) return { code: -32602 };
      const { EIP712Domain: _, ...types } = data.types;
      return { value: await signer.signTypedData({ ...data, types }) };
    }
    default:
      return { code: 4200 };
  }
}
