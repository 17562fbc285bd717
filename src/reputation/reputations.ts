import type { Did } from "../identity/did.ts";
import { foldAccount } from "../identity/subject-did.ts";
import { ensure, Failure } from "../kernel/failure.ts";
import { iso, type Millis } from "../kernel/time.ts";
import type { Receipt } from "../operations/receipt.ts";
import {
  type AttestationFilter,
  type AttestationRecord,
  type AttestationStore,
  type AttestationView,
  attestationViews,
  commitmentsOf,
  isPublic,
  judgeOf,
} from "./attestations.ts";
import {
  type ActingAttester,
  type AttestationRequest,
  type Attested,
  type AttestingClient,
  type AttestingParts,
  attest,
  attesterFor,
  documentOf,
  followUp,
  submitSigned,
} from "./attesting.ts";
import { type DisputeParts, type DisputeReading, disputePart, type MemberStanding } from "./disputes.ts";
import type { Texts } from "./texts.ts";

/** What happened to a subject: somebody attested, took it back, answered or ruled. */
export type Notice = {
  seq: number;
  what: "attested" | "retracted" | "responded" | "ruled";
  operation: string;
  attestation: string;
  at: Millis;
};

export type NoticeStore = {
  /** What others did on a subject's document, the latest first, before a place; at most `limit`. */
  notices(document: string, before: number, limit: number): Promise<Notice[]>;
};

/** How callers stand to reputation; whatever they may not do is refused. */
export type Standing<Caller> = MemberStanding<Caller> & {
  /** A client that may attest; refuses everybody else with FORBIDDEN. */
  client(caller: Caller): AttestingClient;
  /** Whether the wallet that is signed in speaks for a DID. */
  speaksFor(caller: Caller, did: string): boolean;
};

type Viewer<Caller> = () => Promise<Caller | undefined>;

/** One of several, and the key by which it is done once. */
export type AttestationRow = { request: AttestationRequest & { subject: string }; key: string };

export type Outcome<T> = { done: T } | { error: unknown };

/** What the doors may ask of facts. A subject is a DID, an attestation the operation digest of its ATTEST. */
export type Reputations<Caller> = DisputeReading<Caller> & {
  /** In the name of a client's organisation; `key` says which request it is, the same in each attempt. */
  attest(caller: Caller, subject: string, request: AttestationRequest, key: string): Promise<Attested>;
  /** An operation that arrives signed, with the disclosures that it commits to. */
  submit(
    subject: string,
    operation: Readonly<Record<string, unknown>>,
    disclosures: readonly string[],
  ): Promise<Receipt>;
  /** Some dozens at a time, by one caller's right as it was when the batch began. */
  batch(caller: Caller): Promise<(rows: readonly AttestationRow[]) => Promise<Outcome<Attested>[]>>;
  /** By the organisation that attested. */
  retract(caller: Caller, attestation: string, key: string): Promise<Attested>;
  respond(caller: Caller, attestation: string, said: Texts, key: string): Promise<Attested>;
  /**
   * What viewers may see of a subject's attestations; each with the place that the next page begins after. `latest`: from
   * the end, before a place where one is given.
   */
  attestations(
    viewer: Viewer<Caller>,
    subject: string,
    filter: Omit<AttestationFilter, "all">,
    page: { after: number; limit: number; latest?: true },
  ): Promise<AttestationView[]>;
  /** Refuses with NOT_FOUND what the viewer may not see. */
  attestation(viewer: Viewer<Caller>, attestation: string): Promise<AttestationView>;
  /** For the wallet that is signed in: what happened to its reputation, the latest first. FORBIDDEN. */
  notices(caller: Caller, before: number, limit: number): Promise<(Omit<Notice, "at"> & { at: string })[]>;
  /** By the subject: destroys what was said of it in words, or that of one attestation. FORBIDDEN, NOT_FOUND. */
  erase(caller: Caller, subject: string): Promise<void>;
  eraseOne(caller: Caller, attestation: string): Promise<void>;
};

export type ReputationParts = AttestingParts & DisputeParts & { attestations: AttestationStore & NoticeStore };

/** Facts about subjects, in one installation. */
export function createReputations<Caller>(parts: ReputationParts, standing: Standing<Caller>): Reputations<Caller> {
  return {
    ...attestingPart(parts, standing),
    ...readingPart(parts, standing),
    ...disputePart(parts, standing),
    ...erasingPart(parts, standing),
  };
}

type AttestingPart = "attest" | "submit" | "batch" | "retract" | "respond";

function attestingPart<Caller>(
  parts: ReputationParts,
  { client }: Standing<Caller>,
): Pick<Reputations<Caller>, AttestingPart> {
  const acting = (caller: Caller) => {
    const given = client(caller);
    return attesterFor(parts, given.organization, given);
  };
  const follow = async (caller: Caller, named: string, asked: Parameters<typeof followUp>[3]) => {
    const by = await acting(caller);
    const found = await parts.attestations.find(named);
    const entry = found && (await parts.store.entryOfOperation(found.document, found.operation));
    ensure(entry, "NOT_FOUND");
    return followUp(parts, by, entry, asked);
  };
  return {
    attest: async (caller, subject, request, key) => attest(parts, await acting(caller), subject, request, key),
    submit: (subject, operation, disclosures) => submitSigned(parts, subject, operation, disclosures),
    batch: async (caller) => {
      const by = await acting(caller);
      return (rows) => Promise.all(rows.map((row) => attestRow(parts, by, row)));
    },
    retract: (caller, named, key) => follow(caller, named, { type: "RETRACT", said: {}, key }),
    respond: (caller, named, said, key) => follow(caller, named, { type: "RESPOND", said, key }),
  };
}

async function attestRow(
  parts: ReputationParts,
  by: ActingAttester,
  { request: { subject, ...request }, key }: AttestationRow,
): Promise<Outcome<Attested>> {
  try {
    return { done: await attest(parts, by, subject, request, key) };
  } catch (error) {
    return { error };
  }
}

function readingPart<Caller>(
  parts: ReputationParts,
  standing: Standing<Caller>,
): Pick<Reputations<Caller>, "attestations" | "attestation" | "notices"> {
  const { attestations } = parts;
  const texts = { keys: parts.keys, store: parts.texts };
  return {
    async attestations(viewer, asked, filter, { after, limit, latest }) {
      const subject = foldAccount(asked);
      const document = documentOf(parts, subject);
      const caller = await viewer();
      const own = caller !== undefined && standing.speaksFor(caller, subject);
      const records = await attestations.about(document, { ...filter, all: own }, after, limit, latest);
      return attestationViews(texts, document, records);
    },
    async attestation(viewer, named) {
      const record = await attestations.find(named);
      ensure(record && (isPublic(record) || (await concerns(parts, standing, viewer, record))), "NOT_FOUND");
      return (await attestationViews(texts, record.document, [record]))[0]!;
    },
    async notices(caller, before, limit) {
      const user = walletOf(standing, caller);
      const found = await attestations.notices(documentOf(parts, user), before, limit);
      return found.map(({ at, ...notice }) => ({ ...notice, at: iso(at) }));
    },
  };
}

/** Whether one that not everybody may see is shown to a viewer: its subject, who made it, and who rules over a dispute. */
async function concerns<Caller>(
  { store }: ReputationParts,
  standing: Standing<Caller>,
  viewer: Viewer<Caller>,
  record: AttestationRecord,
): Promise<boolean> {
  const caller = await viewer();
  if (caller === undefined) return false;
  const { subject, attester, organization, dispute } = record;
  if (standing.speaksFor(caller, subject)) return true;
  if (attester !== "" && standing.speaksFor(caller, attester)) return true;
  if (organization !== "" && (await standing.belongs(caller, organization))) return true;
  const judge = dispute ? await judgeOf(store, record) : "";
  return judge !== "" && standing.rules(caller, judge);
}

function erasingPart<Caller>(
  parts: ReputationParts,
  standing: Standing<Caller>,
): Pick<Reputations<Caller>, "erase" | "eraseOne"> {
  return {
    async erase(caller, asked) {
      const subject = foldAccount(asked);
      ensure(standing.speaksFor(caller, subject), "FORBIDDEN", "The subject alone erases what is said of it.");
      await parts.texts.erase(documentOf(parts, subject));
    },
    async eraseOne(caller, named) {
      const record = await parts.attestations.find(named);
      const theirs = record !== undefined && standing.speaksFor(caller, record.subject);
      if (!theirs) throw new Failure(record && isPublic(record) ? "FORBIDDEN" : "NOT_FOUND");
      const operations = commitmentsOf(record).map(({ operation }) => operation);
      await parts.texts.drop(record.document, operations);
    },
  };
}

function walletOf<Caller>(standing: Standing<Caller>, caller: Caller): Did {
  const user = standing.wallet(caller);
  ensure(user !== undefined, "FORBIDDEN", "Only the wallet itself, signed in, may do this.");
  return user;
}
