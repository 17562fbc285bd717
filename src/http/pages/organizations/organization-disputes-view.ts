import { day, type Millis, parseTime } from "../../../kernel/time.ts";
import type { DisputeView } from "../../../reputation/disputes.ts";
import type { Door } from "../../call.ts";
import type { PageSession } from "../guest.ts";
import { badgeOf, classOf, type FactDetail, unlessGone } from "../reputation/subject-view.ts";

/** For how long policies wait for a ruling, and which of them do so. */
export type Term = { days: number; policies: string[] };

/** A dispute, and where it is over an award that award's page, or its class's where the award is hidden. */
export type ToldDispute = { dispute: DisputeView; badge: FactDetail["badge"]; hidden: boolean };

/** Part of the disputes of an organisation, the latest first, and where they go on. */
export type DisputeList = { disputes: readonly ToldDispute[]; next: number | undefined; first: boolean };

export type DisputesView = { open: DisputeList; settled: DisputeList; terms: readonly Term[]; now: Millis };

/** Places before which the two lists begin. */
export type DisputePlaces = { open: number; settled: number };

/** No list goes on before it: where one begins with the latest. */
export const fromLatest = Number.MAX_SAFE_INTEGER;

/** Disputes of each list on one page, and policies whose terms are told. */
const [mostDisputes, mostPolicies] = [9, 12];

export async function seeDisputes(
  door: Door,
  session: PageSession,
  organization: string,
  { open, settled }: DisputePlaces,
): Promise<Omit<DisputesView, "now">> {
  const [waiting, done, terms] = await Promise.all([
    listOf(door, session, { organization, open: true, before: open }),
    listOf(door, session, { organization, open: false, before: settled }),
    termsOf(door),
  ]);
  return { open: waiting, settled: done, terms };
}

/** When a ruling under a term comes too late. */
export function termEnd({ dispute }: DisputeView, { days }: Term): Millis {
  return parseTime(dispute.at) + days * day;
}

type Asked = { organization: string; open: boolean; before: number };

async function listOf({ services }: Door, session: PageSession, asked: Asked): Promise<DisputeList> {
  const viewer = async () => session;
  const sees = async (document: string) =>
    (await unlessGone(() => services.documents.get(document, viewer))) !== undefined;
  const { items, next } = await services.reputations.disputes(session, { ...asked, limit: mostDisputes, sees });
  const disputes = items.map(async (dispute) => {
    const { attestation, award, source } = dispute;
    if (attestation) return { dispute, badge: undefined, hidden: attestation.hidden };
    const badge = await badgeOf(services, source, viewer);
    return { dispute, badge: badge ?? (award && (await classOf(services, award))), hidden: !badge };
  });
  return { disputes: await Promise.all(disputes), next, first: asked.before === fromLatest };
}

/** The shortest first. */
async function termsOf({ services: { policies } }: Door): Promise<Term[]> {
  const { items } = await policies.list({ limit: mostPolicies });
  const terms = new Map<number, string[]>();
  for (const { id, version, name } of items) {
    const days = (await policies.find(id, version))?.policy.disputeTermDays;
    if (days !== undefined) terms.set(days, [...(terms.get(days) ?? []), name]);
  }
  return [...terms].map(([days, named]) => ({ days, policies: named })).sort((one, other) => one.days - other.days);
}
