import { badgeTitle } from "../../../badges/achievement-credential.ts";
import { awardKind } from "../../../badges/award.ts";
import { isUserDid, parsePkh } from "../../../identity/did.ts";
import { speaksFor } from "../../../identity/proof-reach.ts";
import { type Code, Failure } from "../../../kernel/failure.ts";
import { day, iso, type Millis, parseTime } from "../../../kernel/time.ts";
import type { AttestationView } from "../../../reputation/attestations.ts";
import type { Evidence, Excluded } from "../../../reputation/explanation.ts";
import type { ListedPolicy } from "../../../reputation/policies.ts";
import type { PublishedPolicy } from "../../../reputation/policy.ts";
import type { Score } from "../../../reputation/score.ts";
import type { Point } from "../../../reputation/score-history.ts";
import { maxTrustPoints } from "../../../reputation/scores.ts";
import type { OrganizationView, PublicProfile } from "../../../services.ts";
import type { Call, Door } from "../../call.ts";
import { spendOn } from "../../routes/scores.ts";
import type { PageSession } from "../guest.ts";
import { classPath } from "../organizations/class-page.ts";

/** Where the page of a subject is, under a policy by its document or short name; colons stay as people know them. */
export function subjectPath(did: string, policy?: string): string {
  const path = `/subjects/${encodeURIComponent(did).replaceAll("%3A", ":")}`;
  return policy === undefined ? path : `${path}?policy=${encodeURIComponent(policy)}`;
}

/** A subject under one policy, as somebody may see it. */
export type SubjectView = {
  did: string;
  profile: PublicProfile | undefined;
  policies: readonly ListedPolicy[];
  /** The one under which the score is told. */
  listed: ListedPolicy;
  shown: PublishedPolicy;
  /** Whether the subject itself looks. */
  own: boolean;
  /** Where the page is, in full, without a query. */
  url: string;
  told: ToldScore | { kind: "unshown" } | { kind: "too-many" };
};

export type ToldScore = {
  kind: "score";
  score: Score;
  /** All that the viewer may see, in the order of the log. */
  evidence: readonly Evidence[];
  excluded: readonly Excluded[];
  /** Of those that are left out because they are disputed the attestations that are shown, by operation. */
  disputed: ReadonlyMap<string, AttestationView>;
  /** Of the evidence those on this page, the latest first, and where the list goes on. */
  rows: readonly FactDetail[];
  next: number | undefined;
  history: readonly Point[];
  /** Organisations by their documents, as far as the page names them. */
  names: ReadonlyMap<string, OrganizationView>;
};

/** A fact with what is known of it beside its place in the score. */
export type FactDetail = {
  fact: Evidence;
  attestation: AttestationView | undefined;
  /** Where it is an award: its page for those whom it concerns, else that of its class. */
  badge: { path: string; title: string } | undefined;
};

export type Looked = {
  did: string;
  /** A policy by its document or short name; the first unless given. */
  policy: string | undefined;
  /** The place after which the list of evidence goes on. */
  after: number;
  /** Facts on one page. */
  most: number;
};

/** Policies to choose from, points of a history, and facts of one reason that are left out and shown. */
const [mostPolicies, historyPoints] = [12, 30];
export const mostExcluded = 5;

/** So many facts are reckoned at fewer moments. */
const [manyFacts, fewPoints] = [2_000, 12];

/** The shortest span that a history shows, and what computing a score costs. */
const shortestHistory: Millis = 30 * day;
const scoreCost = 5;

/** Refuses with NOT_FOUND a policy that is not there. */
export async function seeSubject(
  door: Door,
  call: Call,
  session: PageSession | undefined,
  looked: Looked,
): Promise<SubjectView> {
  const { services } = door;
  const { did } = looked;
  const { items } = await services.policies.list({ limit: mostPolicies });
  const listed = looked.policy === undefined ? items[0] : await services.policies.get(looked.policy);
  const shown = listed && (await services.policies.find(listed.id, listed.version));
  if (!listed || !shown) throw new Failure("NOT_FOUND", "There is no policy yet by which a score could be told.");
  const policies = items.some(({ id }) => id === listed.id) ? items : [listed, ...items];
  const own = session !== undefined && isUserDid(did) && speaksFor(session, parsePkh(did));
  const profile = await services.profiles.find(did);
  const url = `${services.origin}${subjectPath(did)}`;
  const seen = { did, profile, policies, listed, shown, own, url };
  await door.gate.spend(call, scoreCost * (1 + historyPoints));
  try {
    return { ...seen, told: await tellScore(door, call, session, { ...looked, policy: listed.id }, shown) };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    if (error.code === "FORBIDDEN") return { ...seen, told: { kind: "unshown" } };
    if (error.code === "QUOTA_EXCEEDED") return { ...seen, told: { kind: "too-many" } };
    throw error;
  }
}

async function tellScore(
  door: Door,
  call: Call,
  session: PageSession | undefined,
  { did, policy, after, most }: Looked & { policy: string },
  { policy: rules }: PublishedPolicy,
): Promise<ToldScore> {
  const { services } = door;
  const viewer = async () => session;
  const spend = spendOn(door, call);
  const { score, evidence, excluded } = await services.scores.explain(viewer, did, { policy }, spend);
  const latest = evidence.filter(({ seq }) => seq < after).reverse();
  const page = latest.slice(0, most);
  const usual = rules.trust ? maxTrustPoints : historyPoints;
  const points = evidence.length + excluded.length > manyFacts ? fewPoints : usual;
  const since = iso(historyStart([...evidence, ...excluded], call.now));
  const untold = score.closed || evidence.length + excluded.length + score.evidence.hidden.count === 0;
  const few = fewOfEach(excluded);
  const [rows, history, names, disputed] = await Promise.all([
    detailsOf(services, session, page),
    untold ? [] : services.scores.history(viewer, did, { policy }, { since, points }, spend),
    namesOf(
      services,
      [...page, ...few].flatMap(({ rater, issuer }) => [rater, issuer]),
    ),
    disputedOf(services, session, few),
  ]);
  const next = latest.length > page.length ? page.at(-1)?.seq : undefined;
  return { kind: "score", score, evidence, excluded, disputed, rows, next, history, names };
}

/** The latest of each reason, as many as a page shows. */
export function fewOfEach(excluded: readonly Excluded[]): Excluded[] {
  const counts = new Map<string, number>();
  return excluded.toReversed().filter(({ reason }) => {
    const count = (counts.get(reason) ?? 0) + 1;
    counts.set(reason, count);
    return count <= mostExcluded;
  });
}

function historyStart(facts: readonly { admittedAt: string }[], now: Millis): Millis {
  const earliest = facts.reduce((least, { admittedAt }) => Math.min(least, parseTime(admittedAt)), now);
  return Math.min(earliest - day, now - shortestHistory);
}

type Services = Door["services"];

/** What is said in words, and what became of it; the attestations of a page stand close together in the log. */
async function detailsOf(
  services: Services,
  session: PageSession | undefined,
  page: readonly Evidence[],
): Promise<FactDetail[]> {
  const { reputations } = services;
  const viewer = async () => session;
  const attestations = new Map<string, AttestationView>();
  for (const subject of new Set(page.map((fact) => fact.subject))) {
    const first = Math.min(...page.filter((fact) => fact.subject === subject).map(({ seq }) => seq));
    const found = await reputations.attestations(viewer, subject, {}, { after: first - 1, limit: 100 });
    for (const each of found) attestations.set(each.attestation, each);
  }
  return Promise.all(
    page.map(async (fact) => {
      const known = attestations.get(fact.operation);
      if (known) return { fact, attestation: known, badge: undefined };
      const attestation = await unlessGone(() => reputations.attestation(viewer, fact.operation));
      if (attestation) return { fact, attestation, badge: undefined };
      return { fact, attestation, badge: await badgeOf(services, fact.document, viewer) };
    }),
  );
}

/** What was said to the dispute by which a fact does not count; of an award that stands in its log alone. */
async function disputedOf(
  { reputations }: Services,
  session: PageSession | undefined,
  excluded: readonly Excluded[],
): Promise<Map<string, AttestationView>> {
  const disputed = excluded.filter(({ reason }) => reason === "disputed");
  const found = disputed.map(({ operation }) =>
    unlessGone(() => reputations.attestation(async () => session, operation)),
  );
  const views = (await Promise.all(found)).flatMap((view) => view ?? []);
  return new Map(views.map((view) => [view.attestation, view]));
}

/** An award that everybody may know of says its class in the log; its link, nobody learns who does not have it. */
export async function badgeOf(
  { faces, documents, badges, organizations }: Services,
  document: string,
  viewer: () => Promise<PageSession | undefined>,
): Promise<FactDetail["badge"]> {
  const award = await unlessGone(() => faces.ofDocument(document, viewer));
  if (award) return { path: `/b/${award.face}`, title: badgeTitle(await faces.facts(award)) };
  const view = await unlessGone(() => documents.get(document, viewer));
  const { class: of, organization } = view?.kind === awardKind ? view.state : {};
  if (typeof of !== "string" || typeof organization !== "string") return undefined;
  return classOf({ badges, organizations }, { class: of, organization });
}

/** The class of an award that is not to be named itself. */
export async function classOf(
  { badges, organizations }: Pick<Services, "badges" | "organizations">,
  { class: of, organization }: { class: string; organization: string },
): Promise<NonNullable<FactDetail["badge"]>> {
  const { definition } = await badges.class(of);
  const { slug } = await organizations.get(organization);
  return { path: classPath(slug, of), title: definition.name };
}

/** Organisations by their documents; who is named otherwise has no name here. */
export async function namesOf(
  { organizations }: Services,
  documents: readonly string[],
): Promise<Map<string, OrganizationView>> {
  const found = await Promise.all(
    [...new Set(documents)]
      .filter((each) => each !== "" && !each.startsWith("did:"))
      .map(async (document) => [document, await unlessGone(() => organizations.get(document))] as const),
  );
  return new Map(found.flatMap(([document, view]) => (view ? [[document, view] as const] : [])));
}

/** Undefined for what is not there, or not to be seen. */
export async function unlessGone<T>(
  ask: () => Promise<T>,
  codes: readonly Code[] = ["NOT_FOUND", "UNKNOWN_DOCUMENT"],
): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof Failure && codes.includes(error.code)) return undefined;
    throw error;
  }
}
