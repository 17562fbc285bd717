import type { Did } from "../identity/did.ts";
import type { Secret } from "../identity/sealing.ts";
import { ensure } from "../kernel/failure.ts";
import { isObject } from "../kernel/json.ts";
import { iso, type Millis } from "../kernel/time.ts";
import type { Entry } from "../operations/entry.ts";
import { findGrounds, type GroundName } from "../operations/grounds.ts";
import type { OperationStore } from "../operations/store.ts";
import { accountOf } from "./accounts.ts";
import {
  type AttestationRecord,
  type AttestationView,
  attestationViews,
  confirmationBehind,
  isPublic,
  judgeOf,
  type ShownTexts,
  showTexts,
} from "./attestations.ts";
import type { FactKind } from "./fact.ts";
import type { EvidenceOf } from "./reputation-decisions.ts";
import type { TextStore } from "./texts.ts";

/** A dispute by its place in the log: over what stands in `source`, told in the reputation `document`. */
export type DisputeName = { seq: number; evidence: string; document: string; source: string };

/** A dispute over what stands in another document: an award, or what endorses one. */
export type DisputeElsewhere = DisputeName & {
  subject: Did;
  dispute: Told;
  ruling: (Told & { outcome: "upheld" | "struck" }) | undefined;
};

type Told = { operation: string; at: Millis; texts: readonly string[] };

export type DisputeStore = {
  /** What an organisation has attested, the latest first, before a place; at most `limit`. */
  madeBy(organization: string, before: number, limit: number): Promise<AttestationRecord[]>;
  /**
   * Disputes that may be an organisation's to rule over, the latest first, before a place: those that wait for it, or
   * those that do not any more. Of works and of awards it answers too many: who judges them, their entries say.
   */
  disputes(organization: string, open: boolean, before: number, limit: number): Promise<DisputeName[]>;
  attestations(operations: readonly string[]): Promise<AttestationRecord[]>;
  elsewhere(evidence: readonly string[]): Promise<DisputeElsewhere[]>;
};

export type AskedDisputes = {
  organization: string;
  /** Those that wait for a ruling; else those that are ruled over, taken back, or of a subject who has left. */
  open: boolean;
  before: number;
  limit: number;
  /** Whether the caller, who rules over nothing, may see a document: awards are not for everybody. */
  sees(document: string): Promise<boolean>;
};

/** What a ruling rests on beside the right to rule, and the digests of the entries that it ends. */
export type RulingGrounds = { restsOn: GroundName[]; ends: { upheld: string[]; struck: string[] } };

/** A dispute as members of the organisation concerned see it. Times are RFC 3339. */
export type DisputeView = DisputeName & {
  subject: string;
  /** What is disputed; undefined where that is an award, or endorses one. */
  attestation: AttestationView | undefined;
  /** Of an award, or of the one that is endorsed, its class and who gave it; else undefined. */
  award: { class: string; organization: string } | undefined;
  kind: FactKind;
  dispute: { operation: string; at: string; texts: ShownTexts };
  ruling: { operation: string; at: string; outcome: "upheld" | "struck"; texts: ShownTexts } | null;
  /** Whether the caller has attested it or is its subject, by whatever wallet: then others rule. */
  own: boolean;
  /** Undefined where nothing is left to rule over. */
  ruled: RulingGrounds | undefined;
};

/** How callers stand to an organisation. */
export type MemberStanding<Caller> = {
  /** The wallet that is signed in. */
  wallet(caller: Caller): Did | undefined;
  /** Whether the caller belongs to an organisation: as a member, or as its client. */
  belongs(caller: Caller, organization: string): Promise<boolean>;
  /** Whether the caller rules over disputes for an organisation. */
  rules(caller: Caller, organization: string): Promise<boolean>;
};

export type DisputeParts = {
  keys: Secret;
  texts: TextStore;
  store: Pick<OperationStore, "entryOfOperation">;
  attestations: DisputeStore;
  /** What entries of other kinds state about a subject. */
  evidenceOf: EvidenceOf;
  /** The addresses of the wallets that now are one with this one, its own among them; whatever their chains. */
  oneWith(user: Did): Promise<readonly string[]>;
};

export type DisputeReading<Caller> = {
  /** What an organisation has attested, for its members: the latest first, before a place. FORBIDDEN */
  made(caller: Caller, organization: string, before: number, limit: number): Promise<AttestationView[]>;
  /** Disputes of an organisation, for its members; `next` is the place before which they go on. FORBIDDEN */
  disputes(caller: Caller, asked: AskedDisputes): Promise<{ items: DisputeView[]; next: number | undefined }>;
};

/** What members of organisations see of what these have stated, and of the disputes over it. */
export function disputePart<Caller>(parts: DisputeParts, standing: MemberStanding<Caller>): DisputeReading<Caller> {
  const memberOf = async (caller: Caller, organization: string): Promise<Did> => {
    const user = standing.wallet(caller);
    const member = user !== undefined && (await standing.belongs(caller, organization));
    ensure(member, "FORBIDDEN", "Members of the organisation see this.");
    return user;
  };
  return {
    async made(caller, organization, before, limit) {
      await memberOf(caller, organization);
      const records = await parts.attestations.madeBy(organization, before, limit);
      return Promise.all(records.map((record) => viewOf(parts, record)));
    },
    async disputes(caller, asked) {
      const { organization, open, before, limit } = asked;
      const user = await memberOf(caller, organization);
      const found = await parts.attestations.disputes(organization, open, before, limit + 1);
      const shown = found.slice(0, limit);
      const rules = await standing.rules(caller, organization);
      const looking = { ...asked, rules, accounts: await parts.oneWith(user) };
      const items = await seeDisputes(parts, shown, looking);
      return { items, next: found.length > limit ? shown.at(-1)!.seq : undefined };
    },
  };
}

type Looking = AskedDisputes & { rules: boolean; accounts: readonly string[] };

async function seeDisputes(
  parts: DisputeParts,
  names: readonly DisputeName[],
  looking: Looking,
): Promise<DisputeView[]> {
  const { attestations: store } = parts;
  const evidence = (here: boolean) =>
    names.filter(({ document, source }) => (document === source) === here).map((each) => each.evidence);
  const [records, elsewhere] = await Promise.all([
    store.attestations(evidence(true)),
    store.elsewhere(evidence(false)),
  ]);
  const views = names.map(async (name) => {
    const record = records.find(({ operation }) => operation === name.evidence);
    if (record) return overAttestation(parts, name, record, looking);
    const other = elsewhere.find((each) => each.evidence === name.evidence);
    return other && overAward(parts, other, looking);
  });
  return (await Promise.all(views)).flatMap((view) => view ?? []);
}

async function overAttestation(
  parts: DisputeParts,
  name: DisputeName,
  record: AttestationRecord,
  looking: Looking,
): Promise<DisputeView | undefined> {
  const { store } = parts;
  const { organization, rules, accounts, open } = looking;
  const { document, operation, dispute, subject, attester } = record;
  const shown = rules || isPublic(record) || record.organization === organization;
  if (!dispute || !shown || (await judgeOf(store, record)) !== organization) return undefined;
  const attestation = await viewOf(parts, record);
  const confirmation = record.standing === "work" ? await confirmationBehind(store, record) : undefined;
  const entry = open ? await store.entryOfOperation(document, dispute.operation) : undefined;
  const named = [dispute.operation, operation, ...(confirmation ? [confirmation.operation] : [])];
  const ruled = entry && {
    restsOn: named.map((each) => ({ document, operation: each })),
    ends: { upheld: [entry.digest], struck: [entry.digest, record.entry] },
  };
  return {
    ...name,
    subject,
    attestation,
    award: undefined,
    kind: record.kind,
    dispute: attestation.dispute!,
    ruling: attestation.ruling,
    own: isParty(accounts, [attester, subject]),
    ruled,
  };
}

async function overAward(
  parts: DisputeParts,
  told: DisputeElsewhere,
  { organization, rules, accounts, open, sees }: Looking,
): Promise<DisputeView | undefined> {
  const { store, evidenceOf } = parts;
  const { evidence, document, source, seq, subject, dispute, ruling } = told;
  const entry = await store.entryOfOperation(document, dispute.operation);
  const grounds = entry ? await groundsIn(parts, entry, source) : [];
  const stated = evidenceOf(grounds, evidence);
  // Who rules over what it has stated sees what is disputed of it, though the award is hidden from then on.
  if (!entry || stated?.organization !== organization || !(rules || (await sees(source)))) return undefined;
  const said = await showTexts({ keys: parts.keys, store: parts.texts }, document, [
    dispute,
    ...(ruling ? [ruling] : []),
  ]);
  const restsOn = [entry, ...grounds].map((each) => ({ document: each.document, operation: each.operation }));
  const ends = [entry.digest];
  const stating = grounds.find((each) => each.operation === evidence);
  return {
    ...{ seq, evidence, document, source, subject },
    attestation: undefined,
    award: awardAmong(grounds),
    kind: stating?.action.type === "ENDORSE" ? "endorsement" : "badge",
    dispute: { operation: dispute.operation, at: iso(dispute.at), texts: said(dispute) },
    ruling: ruling
      ? { operation: ruling.operation, at: iso(ruling.at), outcome: ruling.outcome, texts: said(ruling) }
      : null,
    own: isParty(accounts, [stated.attester, subject]),
    ruled: open ? { restsOn, ends: { upheld: ends, struck: ends } } : undefined,
  };
}

/** The entries of a document that another rests on: whatever else it names proves nothing about what stands there. */
async function groundsIn({ store }: DisputeParts, entry: Entry, source: string): Promise<Entry[]> {
  const { restsOn } = entry.action.input;
  const named = (Array.isArray(restsOn) ? restsOn : []).filter(
    (each): each is GroundName => isObject(each) && each.document === source && typeof each.operation === "string",
  );
  return findGrounds(named, ({ document, operation }) => store.entryOfOperation(document, operation));
}

function awardAmong(grounds: readonly Entry[]): DisputeView["award"] {
  const { class: of, organization } = grounds.find(({ action }) => action.type === "AWARD")?.action.input ?? {};
  return typeof of === "string" && typeof organization === "string" ? { class: of, organization } : undefined;
}

async function viewOf(parts: DisputeParts, record: AttestationRecord): Promise<AttestationView> {
  const [view] = await attestationViews({ keys: parts.keys, store: parts.texts }, record.document, [record]);
  return view!;
}

/** As the kind decides: whatever wallet of theirs it is. */
function isParty(accounts: readonly string[], parties: readonly (Did | "")[]): boolean {
  return parties.some((each) => each !== "" && accounts.includes(accountOf(each)));
}
