import { ensure, Failure } from "../kernel/failure.ts";
import type { JsonObject } from "../kernel/json.ts";
import { signOperation } from "../operations/sign.ts";
import { badgeUrl } from "./achievement-credential.ts";
import { awardKind, ensureAnothers } from "./award.ts";
import { asideOf } from "./award-plan.ts";
import { isConcealed } from "./award-state.ts";
import { type AwardingParts, stateOf } from "./awarding.ts";
import { endorsementUrl } from "./endorsement-credential.ts";
import type { Acting } from "./issuers.ts";
import { makeDisclosure } from "./personal.ts";

/** What somebody asks to be endorsed: a badge by its URL, or by the name in it. */
export type EndorsementRequest = { badge: string; comment?: string | undefined };

/** An endorsement as whoever asked for it is told of it; `face` is the name of the badge in its link. */
export type Endorsed = { award: string; face: string; url: string };

/** Tries of an operation whose place at the head another took. */
const maxTries = 5;

/**
 * Endorses an award of any other organisation that can be seen, in the name of the one that acts. What it says stands
 * beside the log, as an award's own text does. Refuses with NOT_FOUND, UNCHANGED (it has endorsed it before), FORBIDDEN
 * (its own; a test of what is none, or the other way round), REVOKED, QUOTA_EXCEEDED.
 */
export async function endorseAward(
  parts: AwardingParts,
  acting: Acting,
  { badge, comment }: EndorsementRequest,
): Promise<Endorsed> {
  const { store, clock, origin } = parts;
  const prefix = badgeUrl(origin, "");
  const face = badge.startsWith(prefix) ? badge.slice(prefix.length) : badge;
  const award = await store.documentOfFace(face);
  ensure(award, "NOT_FOUND");
  const state = await stateOf(parts, award);
  ensure(!isConcealed(state, clock()), "NOT_FOUND");
  // Asked before its comment is kept.
  ensureAnothers(state, acting.issuer.document);
  const personal = comment === undefined ? undefined : await keepComment(parts, award, comment);
  const { document: organization, slug } = acting.issuer;
  await submit(parts, acting, award, { organization, ...(personal !== undefined && { personal }) });
  return { award, face, url: endorsementUrl(origin, face, slug) };
}

/** The comment, sealed beside the log; answers with the digest by which the log names it. */
async function keepComment({ store, keys, clock }: AwardingParts, award: string, comment: string): Promise<string> {
  const { text, digest } = makeDisclosure({ narrative: comment });
  const erasures = (await store.erasures([award])).get(award) ?? 0;
  const named = (await store.facesOf([award])).get(award);
  ensure(named, "NOT_FOUND");
  const kept = { input: { personal: digest }, disclosure: text, contact: undefined, ...named };
  await store.keep([{ ...(await asideOf(kept, award, keys, clock())), erasures }], clock());
  return digest;
}

async function submit(parts: AwardingParts, acting: Acting, award: string, input: JsonObject): Promise<void> {
  const { reactor, clock } = parts;
  const whole = { restsOn: [...acting.restsOn], ...input } as unknown as JsonObject;
  for (let tries = 1; ; tries++) {
    const { head: previous } = await reactor.document(award);
    const intent = { document: award, kind: awardKind, type: "ENDORSE", input: whole, user: "", previous } as const;
    const { action } = await signOperation(intent, acting.signer, clock());
    try {
      await reactor.submit(award, [action]);
      return;
    } catch (error) {
      const lost = error instanceof Failure && error.code === "HEAD_MOVED";
      if (!lost || tries >= maxTries) throw error;
    }
  }
}
