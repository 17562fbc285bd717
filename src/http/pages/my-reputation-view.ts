import { derivedId } from "../../operations/document-id.ts";
import type { AttestationView } from "../../reputation/attestations.ts";
import type { Audience } from "../../reputation/audience.ts";
import type { Evidence, Excluded } from "../../reputation/explanation.ts";
import type { ListedPolicy } from "../../reputation/policies.ts";
import { reputationKind } from "../../reputation/reputation-state.ts";
import type { Reputations } from "../../reputation/reputations.ts";
import type { Spend } from "../../reputation/score-asking.ts";
import type { OrganizationView, Party } from "../../services.ts";
import type { Door } from "../call.ts";
import type { PageSession } from "./guest.ts";
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
  /** In the order of the log, and where the list goes on. */
  attestations: readonly AttestationView[];
  later: number | undefined;
  /** Awards and endorsements that are evidence, the latest first; and their titles by operation. */
  awarded: readonly (Evidence | Excluded)[];
  titles: ReadonlyMap<string, string>;
  audiences: readonly { policy: ListedPolicy; said: Audience }[];
  /** Organisations by their documents. */
  names: ReadonlyMap<string, OrganizationView>;
  /** What was just done, by the name of its text. */
  done: string | undefined;
};

export type Asked = { after: number; before: number; done: string | undefined; spend: Spend };

/** Attestations, awards, notices and policies on one page. */
const [mostAttestations, mostAwarded, mostNotices, mostPolicies] = [9, 9, 6, 12];

export async function seeMyReputation(
  { services }: Door,
  session: PageSession,
  { after, before, done, spend }: Asked,
): Promise<MyReputation> {
  const { user } = session;
  const { reputations, scores, policies } = services;
  const viewer = async () => session;
  const document = derivedId(services.realm, reputationKind, user);
  const [standing, found, notices, { items }] = await Promise.all([
    standingOf(services, document, viewer),
    reputations.attestations(viewer, user, {}, { after, limit: mostAttestations + 1 }),
    reputations.notices(session, before, mostNotices + 1),
    policies.list({ limit: mostPolicies }),
  ]);
  const attestations = found.slice(0, mostAttestations);
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
  const audiences = items.map(async (policy) => ({ policy, said: await scores.audience(viewer, user, policy.id) }));
  return {
    user,
    document,
    ...standing,
    notices: shown,
    earlierNotices: notices.length > mostNotices ? shown.at(-1)?.notice.seq : undefined,
    attestations,
    later: found.length > mostAttestations ? attestations.at(-1)?.seq : undefined,
    awarded,
    group,
    titles: new Map(await Promise.all(titles)),
    audiences: await Promise.all(audiences),
    names: await namesOf(services, [
      ...[...attestations, ...shown.flatMap(({ attestation }) => attestation ?? [])].flatMap(namedIn),
      ...awarded.map(({ rater }) => rater),
    ]),
    done,
  };
}

type Services = Door["services"];

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
