import { award } from "../badges/award.ts";
import { awardStatement } from "../badges/award-statement.ts";
import { badgeClass } from "../badges/badge-class.ts";
import { delegation } from "../credentials/delegation.ts";
import { renownCredential } from "../credentials/renown-credential.ts";
import type { WalletCheck } from "../identity/wallet.ts";
import type { Kinds } from "../operations/fold.ts";
import type { DocumentKind } from "../operations/kind.ts";
import { organization } from "../organizations/organization.ts";
import { rightOf } from "../organizations/rights.ts";
import { profile } from "../profiles/profile.ts";
import { type PolicyLimits, policyDocumentWith } from "../reputation/policy-document.ts";
import { type AttestationLimits, reputation } from "../reputation/reputation.ts";

/**
 * Every document kind that this house keeps and can replay; `maxLifetime` of a delegation in milliseconds, `limits` of
 * attesters and of who publishes policies for what arrives.
 */
export function allKinds(wallet: WalletCheck, maxLifetime?: number, limits?: AttestationLimits & PolicyLimits): Kinds {
  const terms = maxLifetime === undefined ? { wallet } : { wallet, maxLifetime };
  const kinds: DocumentKind[] = [
    profile,
    renownCredential(terms),
    delegation(terms),
    organization,
    badgeClass({ rightOf }),
    award({ rightOf }),
    policyDocumentWith(limits),
    reputation({ rightOf, evidenceOf: awardStatement, ...(limits && { limits }) }),
  ];
  return new Map(kinds.map((kind) => [kind.name, kind]));
}
