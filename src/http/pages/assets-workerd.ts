// The bundler puts these in as texts and bytes: wrangler.toml has the rules.

import figtreeExtended from "@fontsource-variable/figtree/files/figtree-latin-ext-wght-normal.woff2";
import figtree from "@fontsource-variable/figtree/files/figtree-latin-wght-normal.woff2";
import type { AssetFiles } from "./asset-files.ts";
import consent from "./scripts/consent.browser.js";
import page from "./scripts/page.browser.js";
import signIn from "./scripts/sign-in.browser.js";
import walletPanel from "./scripts/wallet-panel.browser.js";
import wallets from "./scripts/wallets.browser.js";
import style from "./style.css";

export const files: AssetFiles = {
  "style.css": style,
  "page.browser.js": page,
  "wallets.browser.js": wallets,
  "wallet-panel.browser.js": walletPanel,
  "sign-in.browser.js": signIn,
  "consent.browser.js": consent,
  "figtree.woff2": new Uint8Array(figtree),
  "figtree-extended.woff2": new Uint8Array(figtreeExtended),
};
