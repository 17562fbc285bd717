import type { Millis } from "../kernel/time.ts";
import { badgeUrl } from "./achievement-credential.ts";
import { foundState } from "./award-changes.ts";
import { isHeld } from "./award-state.ts";
import { type AwardingParts, dueOf } from "./awarding.ts";
import { claimContact } from "./claim-contact.ts";

/** What somebody is sent who has been awarded a badge and has no wallet yet. */
export type ClaimMail = { to: string; subject: string; text: string };

/**
 * The message of a job of the kind `claimJob`; undefined where nobody waits for it any more, and until when it is held
 * back. Refuses with NOT_FOUND while the award does not stand: it may be on its way.
 */
export async function claimMail(
  parts: Pick<AwardingParts, "reactor" | "store" | "issuers" | "keys" | "clock" | "origin">,
  { award, face }: { award: string; face: string },
): Promise<ClaimMail | { heldUntil: Millis } | undefined> {
  const { store, issuers, clock, origin } = parts;
  const state = await foundState(parts, award);
  const latest = (await store.facesOf([award])).get(award)?.face;
  if (state.claim === null || state.end || latest !== face) return undefined;
  if (isHeld(state, clock())) return { heldUntil: dueOf(state, clock()) };
  const contact = await claimContact(parts, award, state);
  const given = await store.findVersion(state.class, state.version);
  if (!contact || !given) return undefined;
  const { name: issuer } = await issuers.find(state.organization);
  const { name } = given.definition;
  const link = `${badgeUrl(origin, face)}#claim=${contact.secret}`;
  const test = state.test ? ["This is a test: the badge means nothing.", ""] : [];
  const text = [
    `${issuer} has awarded you the badge "${name}".`,
    "",
    ...test,
    "See, print or download it here, and claim it for your wallet:",
    link,
    "",
    "Whoever has this link can claim the badge, so keep it to yourself.",
    "If you do not know what this is about, do nothing.",
  ].join("\n");
  return { to: contact.email, subject: lineOf(`${issuer}: ${name}`), text };
}

/** Characters of a subject; names may be longer together. */
const maxSubject = 150;

/** One line that no header can be made of. */
function lineOf(text: string): string {
  return text
    .replaceAll(/[\p{C}\p{Zl}\p{Zp}]+/gu, " ")
    .slice(0, maxSubject)
    .toWellFormed();
}
