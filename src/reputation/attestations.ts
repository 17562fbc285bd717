import type { Did } from "../identity/did.ts";
import type { Secret } from "../identity/sealing.ts";
import { iso, type Millis } from "../kernel/time.ts";
import type { OperationStore } from "../operations/store.ts";
import { attestationIn, confirmationIn } from "./attestation-decisions.ts";
import type { Dispute, FactKind, Standing, Work } from "./fact.ts";
import { type Commitment, openTexts, readTexts, type TextStore, type Texts } from "./texts.ts";

/** An attestation with what became of it, as the read model keeps it. Lists of digests name disclosures. */
export type AttestationRecord = {
  operation: string;
  document: string;
  subject: string;
  entry: string;
  seq: number;
  /** The organisation's document, "" where a person speaks in their own name. */
  organization: string;
  /** The wallet that acted, "" for an organisation's own key. */
  attester: Did | "";
  app: Did;
  kind: FactKind;
  field: string;
  value: string;
  work: Work | undefined;
  context: string;
  standing: Standing;
  claimedAt: string;
  admittedAt: Millis;
  validFrom: Millis | undefined;
  validUntil: Millis | undefined;
  texts: readonly string[];
  retracted: { at: Millis; operation: string } | undefined;
  dispute: (Omit<Dispute, "ruling"> & { texts: readonly string[] }) | undefined;
  ruling: (NonNullable<Dispute["ruling"]> & { texts: readonly string[] }) | undefined;
  responses: readonly { operation: string; bySubject: boolean; at: Millis; texts: readonly string[] }[];
  hidden: boolean;
};

export type AttestationFilter = {
  kind?: FactKind | undefined;
  field?: string | undefined;
  /** The document of an organisation, or a wallet. */
  by?: string | undefined;
  /** Whether those are there that not everybody may see. */
  all: boolean;
};

export type AttestationStore = {
  /**
   * About the subject of a document, in the order of the log, after a place; at most `limit`. `latest` turns it round:
   * before one, from the end where it is 0.
   */
  about(
    document: string,
    filter: AttestationFilter,
    after: number,
    limit: number,
    latest?: boolean,
  ): Promise<AttestationRecord[]>;
  find(operation: string): Promise<AttestationRecord | undefined>;
};

/** Personal text as it is shown: what was said, or that it was erased, or that nothing was brought. */
export type ShownTexts = Texts | "erased" | null;

/** An attestation as the API shows it. Times are RFC 3339. */
export type AttestationView = ReturnType<typeof attestationView>;

/** Whether everybody may see an attestation: not what nobody has asked for, nor what its subject hides. */
export function isPublic({ standing, hidden }: Pick<AttestationRecord, "standing" | "hidden">): boolean {
  return standing !== "unsolicited" && !hidden;
}

/**
 * The organisation whose arbiters rule over an attestation: the one that made it, that both are members of, or that has
 * confirmed the work; "" for nobody's.
 */
export async function judgeOf(
  store: Pick<OperationStore, "entryOfOperation">,
  about: Pick<AttestationRecord, "document" | "operation" | "organization" | "context"> & { standing: string },
): Promise<string> {
  const { organization, context, standing } = about;
  if (standing !== "work") return organization || context;
  return (await confirmationBehind(store, about))?.organization ?? "";
}

/** By which organisation, and in which operation, the subject's share in a work was confirmed that a fellow speaks of. */
export async function confirmationBehind(
  store: Pick<OperationStore, "entryOfOperation">,
  { document, operation }: Pick<AttestationRecord, "document" | "operation">,
): Promise<{ organization: string; operation: string } | undefined> {
  const entry = await store.entryOfOperation(document, operation);
  const said = entry && attestationIn(entry);
  for (const ground of said?.restsOn ?? []) {
    const named = ground.document === document ? await store.entryOfOperation(document, ground.operation) : undefined;
    const confirmation = named && confirmationIn(named, said!);
    if (confirmation) return { organization: confirmation.organization, operation: ground.operation };
  }
  return undefined;
}

/** The operations about an attestation that commit to texts, its own first. */
export function commitmentsOf(record: AttestationRecord): Commitment[] {
  const { dispute, ruling, responses } = record;
  return [record, ...(dispute ? [dispute] : []), ...(ruling ? [ruling] : []), ...responses];
}

/** Shows attestations of one document, their texts opened together. */
export async function attestationViews(
  parts: { keys: Secret; store: TextStore },
  document: string,
  records: readonly AttestationRecord[],
) {
  const said = await showTexts(parts, document, records.flatMap(commitmentsOf));
  return records.map((record) => attestationView(record, said));
}

/** Opens what operations of one document commit to, together; answers how each of them is shown. */
export async function showTexts(
  parts: { keys: Secret; store: TextStore },
  document: string,
  commitments: readonly Commitment[],
): Promise<(by: Commitment) => ShownTexts> {
  const digests = commitments.flatMap(({ texts }) => texts);
  const opened = await openTexts(parts, document, commitments);
  const forgotten = digests.length > 0 ? await parts.store.forgotten(document, digests) : new Set<string>();
  return (by) => shownTexts(by, { opened, forgotten });
}

type Opened = { opened: ReadonlyMap<string, readonly string[]>; forgotten: ReadonlySet<string> };

function attestationView(record: AttestationRecord, said: (by: Commitment) => ShownTexts) {
  const { organization, attester, work, dispute, ruling, retracted, validFrom, validUntil, admittedAt } = record;
  return {
    attestation: record.operation,
    document: record.document,
    seq: record.seq,
    entry: record.entry,
    subject: record.subject,
    by: organization === "" ? { person: attester } : { organization, ...(attester !== "" && { member: attester }) },
    kind: record.kind,
    field: record.field,
    value: record.value,
    standing: record.standing,
    context: record.context === "" ? null : record.context,
    work: work ?? null,
    texts: said(record),
    claimedAt: record.claimedAt,
    admittedAt: iso(admittedAt),
    validFrom: validFrom === undefined ? null : iso(validFrom),
    validUntil: validUntil === undefined ? null : iso(validUntil),
    retracted: retracted ? { operation: retracted.operation, at: iso(retracted.at) } : null,
    dispute: dispute ? { operation: dispute.operation, at: iso(dispute.at), texts: said(dispute) } : null,
    ruling: ruling
      ? {
          operation: ruling.operation,
          at: iso(ruling.at),
          outcome: ruling.outcome,
          texts: said(ruling),
        }
      : null,
    responses: record.responses.map((each) => {
      const { operation, bySubject, at } = each;
      return { operation, by: bySubject ? "subject" : "attester", at: iso(at), texts: said(each) };
    }),
    hidden: record.hidden,
  };
}

function shownTexts({ operation, texts }: Commitment, { opened, forgotten }: Opened): ShownTexts {
  const disclosures = opened.get(operation) ?? [];
  if (disclosures.length > 0) return readTexts(disclosures);
  return texts.some((digest) => forgotten.has(digest)) ? "erased" : null;
}
