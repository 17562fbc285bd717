import { ensure } from "../kernel/failure.ts";
import { ensureOpen } from "./award.ts";
import { changeAward, ownAward } from "./award-changes.ts";
import type { Asked } from "./award-plan.ts";
import type { AwardQuery } from "./award-store.ts";
import { type Awarded, type AwardingParts, awardAll, type Outcome, tryAll } from "./awarding.ts";
import type { Acting } from "./issuers.ts";

/** What is revoked together. */
export type Selection = { awards: readonly string[] } | { cohort: string } | { class: string };

/** What became of one, or would. What is another's looks as if it were not there. */
export type Revoked = { award: string } & ({ result: RevocationResult } | { error: unknown });

type RevocationResult = "revoked" | "would be revoked" | "already revoked";

/** How a selection is revoked. */
export type RevocationTerms = {
  reason: string;
  /** Says what would be done, and writes nothing. */
  dryRun: boolean;
  /** Asked before so many are worked at; where it refuses, the rest is left. */
  before(count: number): Promise<void>;
};

/** Awards that are worked at together, so that their writes share commits. */
export const atOnce = 256;

/** Makes awards as they come, or with `dryRun` says what would be refused, also for what stands twice in the file. */
export function awardBatch(
  parts: AwardingParts,
  acting: Acting,
  dryRun: boolean,
): (asked: readonly Asked[]) => Promise<Outcome<Awarded | null>[]> {
  const seen = new Map<string, string>();
  return (asked) => (dryRun ? tryAll(parts, acting, asked, seen) : awardAll(parts, acting, asked));
}

/**
 * Revokes what is selected, and says of each what became of it. What has ended already is passed over where it was not
 * named one by one, so that a batch which broke off can be sent again.
 */
export async function* revokeBatch(
  parts: AwardingParts,
  acting: Acting,
  selection: Selection,
  { reason, dryRun, before }: RevocationTerms,
): AsyncGenerator<Revoked, void> {
  for await (const awards of portions(parts, acting, selection)) {
    await before(awards.length);
    const one = (award: string) =>
      dryRun ? tryRevocation(parts, acting, award) : revoke(parts, acting, award, reason);
    yield* await Promise.all(awards.map(one));
  }
}

async function revoke(parts: AwardingParts, acting: Acting, award: string, reason: string): Promise<Revoked> {
  try {
    await changeAward(parts, acting, award, "REVOKE", { reason });
    return { award, result: "revoked" };
  } catch (error) {
    // What is revoked already is what was asked for.
    const state = await ownAward(parts, acting, award).catch(() => undefined);
    return state?.end?.as === "revoked" ? { award, result: "already revoked" } : { award, error };
  }
}

/** What `revoke` would come to as the award stands now. */
async function tryRevocation(parts: AwardingParts, acting: Acting, award: string): Promise<Revoked> {
  try {
    const { end } = await ownAward(parts, acting, award);
    if (end?.as === "revoked") return { award, result: "already revoked" };
    ensureOpen({ end });
    return { award, result: "would be revoked" };
  } catch (error) {
    return { award, error };
  }
}

async function* portions(
  { store }: AwardingParts,
  { issuer, test }: Acting,
  selection: Selection,
): AsyncGenerator<readonly string[], void> {
  if ("awards" in selection) {
    const named = [...new Set(selection.awards)];
    for (let i = 0; i < named.length; i += atOnce) yield named.slice(i, i + atOnce);
    return;
  }
  if ("class" in selection) {
    const found = await store.findClass(selection.class);
    ensure(found?.organization === issuer.document, "NOT_FOUND");
  }
  const query: AwardQuery = { ...selection, organization: issuer.document, test };
  for (let after = 0; ; ) {
    const found = await store.awards(query, after, atOnce);
    const standing = found.filter((each) => each.standing === "active" || each.standing === "suspended");
    if (standing.length > 0) yield standing.map(({ document }) => document);
    if (found.length < atOnce) return;
    after = found.at(-1)!.seq;
  }
}
