import type { Bytes } from "../../kernel/bytes.ts";

const script = "text/javascript; charset=utf-8";

/** What pages load beside themselves: media types by the names under which the files know each other. */
export const assetTypes = {
  "style.css": "text/css; charset=utf-8",
  "badges.css": "text/css; charset=utf-8",
  "organizations.css": "text/css; charset=utf-8",
  "policies.css": "text/css; charset=utf-8",
  "reputation.css": "text/css; charset=utf-8",
  "presentations.css": "text/css; charset=utf-8",
  "page.browser.js": script,
  "wallets.browser.js": script,
  "wallet-panel.browser.js": script,
  "sign-in.browser.js": script,
  "consent.browser.js": script,
  "badge.browser.js": script,
  "badge-key.browser.js": script,
  "claim.browser.js": script,
  "my-badges.browser.js": script,
  "my-reputation.browser.js": script,
  "presentation.browser.js": script,
  "award-batch.browser.js": script,
  "organization.browser.js": script,
  "signed-forms.browser.js": script,
  "disclosures.browser.js": script,
  "attestation-tasks.browser.js": script,
  "organization-tasks.browser.js": script,
  "figtree.woff2": "font/woff2",
  "figtree-extended.woff2": "font/woff2",
} as const;

export type AssetName = keyof typeof assetTypes;

/** Each as text or bytes. `#assets` picks by runtime: Node reads them from disk, workerd has them in its bundle. */
export type AssetFiles = Readonly<Record<AssetName, string | Bytes>>;
