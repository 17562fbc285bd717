import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AssetFiles } from "./asset-files.ts";

const require = createRequire(import.meta.url);

export const files: AssetFiles = {
  "style.css": textOf("./style.css"),
  "badges.css": textOf("./badges.css"),
  "organizations.css": textOf("./organizations.css"),
  "policies.css": textOf("./policies.css"),
  "reputation.css": textOf("./reputation.css"),
  "presentations.css": textOf("./presentations.css"),
  "page.browser.js": textOf("./scripts/page.browser.js"),
  "wallets.browser.js": textOf("./scripts/wallets.browser.js"),
  "wallet-panel.browser.js": textOf("./scripts/wallet-panel.browser.js"),
  "sign-in.browser.js": textOf("./scripts/sign-in.browser.js"),
  "consent.browser.js": textOf("./scripts/consent.browser.js"),
  "badge.browser.js": textOf("./scripts/badge.browser.js"),
  "badge-key.browser.js": textOf("./scripts/badge-key.browser.js"),
  "claim.browser.js": textOf("./scripts/claim.browser.js"),
  "my-badges.browser.js": textOf("./scripts/my-badges.browser.js"),
  "my-reputation.browser.js": textOf("./scripts/my-reputation.browser.js"),
  "presentation.browser.js": textOf("./scripts/presentation.browser.js"),
  "award-batch.browser.js": textOf("./scripts/award-batch.browser.js"),
  "organization.browser.js": textOf("./scripts/organization.browser.js"),
  "signed-forms.browser.js": textOf("./scripts/signed-forms.browser.js"),
  "organization-tasks.browser.js": textOf("./scripts/organization-tasks.browser.js"),
  "disclosures.browser.js": textOf("./scripts/disclosures.browser.js"),
  "attestation-tasks.browser.js": textOf("./scripts/attestation-tasks.browser.js"),
  "figtree.woff2": fontOf("latin"),
  "figtree-extended.woff2": fontOf("latin-ext"),
};

function textOf(path: string): string {
  return readFileSync(new URL(path, import.meta.url), "utf8");
}

function fontOf(subset: string): Uint8Array<ArrayBuffer> {
  const path = require.resolve(`@fontsource-variable/figtree/files/figtree-${subset}-wght-normal.woff2`);
  return Uint8Array.from(readFileSync(path));
}
