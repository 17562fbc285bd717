import { badgeTitle } from "../../../badges/achievement-credential.ts";
import { derivedId } from "../../../operations/document-id.ts";
import type { GroundName } from "../../../operations/grounds.ts";
import type { AttestationView } from "../../../reputation/attestations.ts";
import type { Audience } from "../../../reputation/audience.ts";
import type { Evidence, Excluded } from "../../../reputation/explanation.ts";
import type { ListedPolicy } from "../../../reputation/policies.ts";
import { reputationKind } from "../../../reputation/reputation-state.ts";
import type { Reputations } from "../../../reputation/reputations.ts";
import type { Spend } from "../../../reputation/score-asking.ts";
import type { ListedDelegation, OrganizationView, Party } from "../../../services.ts";
import type { Door } from "../../call.ts";
import type { PageSession } from "../guest.ts";
import { awardGrounds } from "./award-grounds.ts";
import type { Sharing } from "./presentation-form.ts";
import { badgeOf, namesOf, unlessGone } from "./subject-view.ts";

type Notice = Awaited<ReturnType<Reputations<Party>["notices"]>>[number];

/** What is said about whoever is signed in, and what they have made of it. */
export type MyReputation = {
  user: string;
  /** The document in which it stands. */
  document: string;
  closed: boolean;
  /** Wallets that it names as its own, and the entries that do. */
  links: readonly { other: string; entry: string }[];
  /** All wallets that count as this subject, itself among them. */
  group: readonly string[];
  notices: readonly { notice: Notice; attestation: AttestationView | undefined }[];
  earlierNotices: number | undefined;
  /** The latest first, and the places before and after which the list goes on. */
  attestations: readonly AttestationView[];
  earlier: number | undefined;
  later: number | undefined;
  /** Apps that act for the subject now. */
  apps: readonly ListedDelegation[];
  /** Awards and endorsements that are evidence, the latest first; and their titles by operation. */
  awarded: readonly (Evidence | Excluded)[];
  titles: ReadonlyMap<string, string>;
  /** What a dispute over each of them rests on, by operation. */
  grounds: ReadonlyMap<string, readonly GroundName[]>;
  audiences: readonly { policy: ListedPolicy; said: Audience }[];
  /** What it can show together, and what it shows. */
  sharing: Sharing;
  /** Organisations by their documents. */
  names: ReadonlyMap<string, OrganizationView>;
  /** What was just done, by the name of its text. */
  done: string | undefined;
};

/** Attestations `after` a place or `until` one, both 0 for the latest; notices `before` one. */
export type Asked = { after: number; until: number; before: number; done: string | undefined; spend: Spend };

/** Attestations, awards, notices and policies on one page. */
const [mostAttestations, mostAwarded, mostNotices, mostPolicies, mostApps] = [9, 9, 6, 12, 20];

export async function seeMyReputation(
  { services }: Door,
  session: PageSession,
  { after, until, before, done, spend }: Asked,
): Promise<MyReputation> {
  const { user } = session;
  const { reputations, scores, policies } = services;
  const viewer = async () => session;
  const document = derivedId(services.realm, reputationKind, user);
  const [standing, listed, notices, { items }, apps] = await Promise.all([
    standingOf(services, document, viewer),
    listOf(services, viewer, user, { after, until }),
    reputations.notices(session, before, mostNotices + 1),
    policies.list({ limit: mostPolicies }),
    services.delegations.mine(session, { limit: mostApps }),
  ]);
  const { attestations } = listed;
  const shown = await Promise.all(
    notices.slice(0, mostNotices).map(async (notice) => {
      return { notice, attestation: await unlessGone(() => reputations.attestation(viewer, notice.attestation)) };
    }),
  );
  const [first] = items;
  const asked = { user, document, policy: first?.id ?? "" };
  const { awarded, group } =
    standing.closed || !first ? { awarded: [], group: [] } : await statedElsewhere(scores, viewer, asked, spend);
  const titles = awarded.map(async ({ operation, document: award }) => {
    return [operation, (await badgeOf(services, award, viewer))?.title ?? ""] as const;
  });
  const grounds = awarded.map(async (fact) => [fact.operation, await awardGrounds(services, session, fact)] as const);
  const audiences = items.map(async (policy) => ({ policy, said: await scores.audience(viewer, user, policy.id) }));
  return {
    user,
    document,
    ...standing,
    notices: shown,
    earlierNotices: notices.length > mostNotices ? shown.at(-1)?.notice.seq : undefined,
    ...listed,
    apps: apps.items.filter(({ state }) => state === "LIVE"),
    awarded,
    group,
    titles: new Map(await Promise.all(titles)),
    grounds: new Map(await Promise.all(grounds)),
    audiences: await Promise.all(audiences),
    sharing: standing.closed ? noSharing : await sharingOf(services, session, items, spend),
    names: await namesOf(services, [
      ...[...attestations, ...shown.flatMap(({ attestation }) => attestation ?? [])].flatMap(namedIn),
      ...awarded.map(({ rater }) => rater),
    ]),
    done,
  };
}

type Services = Door["services"];

/** A page of what is attested about a subject, the latest first: those until a place, or those after one. */
async function listOf(
  { reputations }: Services,
  viewer: () => Promise<PageSession>,
  user: string,
  { after, until }: Pick<Asked, "after" | "until">,
): Promise<Pick<MyReputation, "attestations" | "earlier" | "later">> {
  const limit = mostAttestations + 1;
  const page = after > 0 ? { after, limit } : ({ after: until, limit, latest: true } as const);
  const found = await reputations.attestations(viewer, user, {}, page);
  const more = found.length > mostAttestations;
  const shown = found.slice(0, mostAttestations);
  if (after > 0) {
    const attestations = shown.reverse();
    return { attestations, earlier: attestations.at(-1)?.seq, later: more ? attestations[0]?.seq : undefined };
  }
  return {
    attestations: shown,
    earlier: more ? shown.at(-1)?.seq : undefined,
    later: until > 0 ? shown[0]?.seq : undefined,
  };
}

/** Badges to choose from. */
const mostShowable = 12;

const noSharing: Sharing = { policies: [], badges: [], more: false, shared: [] };

/** What the document says of itself; nothing where nobody has said anything yet. */
async function standingOf({ documents }: Services, document: string, viewer: () => Promise<PageSession>) {
  const view = await unlessGone(() => documents.get(document, viewer));
  const links = (view?.state.links ?? []) as unknown as MyReputation["links"];
  return { closed: typeof view?.state.closedAt === "string", links };
}

/** What a score rests on that is stated in documents of other kinds, the latest first; and who counts as the subject. */
async function statedElsewhere(
  scores: Services["scores"],
  viewer: () => Promise<PageSession>,
  { user, document, policy }: { user: string; document: string; policy: string },
  spend: Spend,
): Promise<Pick<MyReputation, "awarded" | "group">> {
  const told = await unlessGone(() => scores.explain(viewer, user, { policy }, spend), ["QUOTA_EXCEEDED"]);
  // Too much for a score is not too much for what one may do about it.
  if (!told) return { awarded: [], group: [] };
  const { score, evidence, excluded } = told;
  const elsewhere = [...evidence, ...excluded].filter((fact) => fact.document !== document && fact.subject === user);
  return { awarded: elsewhere.sort((one, other) => other.seq - one.seq).slice(0, mostAwarded), group: score.group };
}

function namedIn({ by, context }: AttestationView): string[] {
  return [...("organization" in by ? [String(by.organization)] : []), context ?? ""];
}

/** Badges that everybody may see, the latest first, and the presentations that are shared. */
async function sharingOf(
  services: Services,
  session: PageSession,
  policies: readonly ListedPolicy[],
  spend: Spend,
): Promise<Sharing> {
  const [earned, shared] = await Promise.all([
    services.earned(session, Number.MAX_SAFE_INTEGER, mostShowable + 1),
    services.presentations.mine(session, spend),
  ]);
  const listed = earned.slice(0, mostShowable);
  const badges = await Promise.all(listed.map(({ document }) => showableBadge(services, session, document)));
  return { policies, badges: badges.flatMap((each) => each ?? []), more: earned.length > mostShowable, shared };
}

async function showableBadge({ faces }: Services, session: PageSession, award: string) {
  const seen = await unlessGone(() => faces.ofDocument(award, async () => session));
  if (!seen || seen.state.hidden || seen.state.end) return undefined;
  return { award, title: badgeTitle(await faces.facts(seen)) };
}
