import type { Millis } from "../kernel/time.ts";
import { badgeUrl } from "./achievement-credential.ts";
import { personalIn } from "./award-changes.ts";
import { type AwardState, standingOf } from "./award-state.ts";
import { type AwardingParts, stateOf } from "./awarding.ts";
import type { Personal } from "./personal.ts";

/** An award as its organisation and its earner see it. Times are RFC 3339. */
export type AwardView = {
  id: string;
  organization: string;
  class: string;
  version: number;
  /** Null until it is claimed. */
  subject: string | null;
  status: ReturnType<typeof standingOf>;
  url: string | null;
  claimed: boolean;
  accepted: boolean;
  hidden: boolean;
  test: boolean;
  cohort: string | null;
  validFrom: string;
  validUntil: string | null;
  heldUntil: string | null;
  awardedAt: string;
  updatedAt: string;
  /** Why it is suspended, revoked or rejected. */
  reason: string | null;
  endorsements: { organization: string; at: string }[];
  personal: Omit<Personal, "email"> | null;
};

/** Views of awards, by their documents. */
export async function awardViews(
  parts: AwardingParts,
  documents: readonly string[],
  now: Millis,
): Promise<AwardView[]> {
  const faces = await parts.store.facesOf(documents);
  return Promise.all(
    documents.map(async (document) => {
      const state = await stateOf(parts, document);
      const { email: _, ...personal } = (await personalIn(parts, document, state)) ?? {};
      const face = faces.get(document)?.face;
      const url = face === undefined ? null : badgeUrl(parts.origin, face);
      return { ...viewOf(document, state, now), url, personal: Object.keys(personal).length > 0 ? personal : null };
    }),
  );
}

function viewOf(document: string, state: AwardState, now: Millis): Omit<AwardView, "url" | "personal"> {
  const { organization, class: of, version, subject, hidden, test, cohort, validUntil, heldUntil } = state;
  return {
    id: document,
    organization,
    class: of,
    version,
    subject: subject === "" ? null : subject,
    status: standingOf(state, now),
    claimed: state.claimedAt !== null,
    accepted: state.acceptedAt !== null,
    hidden,
    test,
    cohort,
    validFrom: state.validFrom ?? state.awardedAt,
    validUntil,
    heldUntil,
    awardedAt: state.awardedAt,
    updatedAt: state.updatedAt,
    reason: state.end?.reason || state.suspension?.reason || null,
    endorsements: state.endorsements.map(({ organization: by, at }) => ({ organization: by, at })),
  };
}
