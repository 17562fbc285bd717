// The bundler puts these in as texts and bytes: wrangler.toml has the rules.

import figtreeExtended from "@fontsource-variable/figtree/files/figtree-latin-ext-wght-normal.woff2";
import figtree from "@fontsource-variable/figtree/files/figtree-latin-wght-normal.woff2";
import type { AssetFiles } from "./asset-files.ts";
import badges from "./badges.css";
import organizations from "./organizations.css";
import policies from "./policies.css";
import presentations from "./presentations.css";
import reputation from "./reputation.css";
import attestationTasks from "./scripts/attestation-tasks.browser.js";
import awardBatch from "./scripts/award-batch.browser.js";
import badge from "./scripts/badge.browser.js";
import badgeKey from "./scripts/badge-key.browser.js";
import claim from "./scripts/claim.browser.js";
import consent from "./scripts/consent.browser.js";
import disclosures from "./scripts/disclosures.browser.js";
import myBadges from "./scripts/my-badges.browser.js";
import myReputation from "./scripts/my-reputation.browser.js";
import organization from "./scripts/organization.browser.js";
import organizationTasks from "./scripts/organization-tasks.browser.js";
import page from "./scripts/page.browser.js";
import presentation from "./scripts/presentation.browser.js";
import signIn from "./scripts/sign-in.browser.js";
import signedForms from "./scripts/signed-forms.browser.js";
import walletPanel from "./scripts/wallet-panel.browser.js";
import wallets from "./scripts/wallets.browser.js";
import style from "./style.css";

export const files: AssetFiles = {
  "style.css": style,
  "badges.css": badges,
  "organizations.css": organizations,
  "policies.css": policies,
  "reputation.css": reputation,
  "presentations.css": presentations,
  "page.browser.js": page,
  "wallets.browser.js": wallets,
  "wallet-panel.browser.js": walletPanel,
  "sign-in.browser.js": signIn,
  "consent.browser.js": consent,
  "badge.browser.js": badge,
  "badge-key.browser.js": badgeKey,
  "claim.browser.js": claim,
  "my-badges.browser.js": myBadges,
  "my-reputation.browser.js": myReputation,
  "presentation.browser.js": presentation,
  "award-batch.browser.js": awardBatch,
  "organization.browser.js": organization,
  "signed-forms.browser.js": signedForms,
  "disclosures.browser.js": disclosures,
  "attestation-tasks.browser.js": attestationTasks,
  "organization-tasks.browser.js": organizationTasks,
  "figtree.woff2": new Uint8Array(figtree),
  "figtree-extended.woff2": new Uint8Array(figtreeExtended),
};
