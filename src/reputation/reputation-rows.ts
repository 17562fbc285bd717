import { type Entry, signerOf } from "../operations/entry.ts";
import { type Claim, here, type Projection, type Row } from "../operations/kind.ts";
import { type ReputationInput, type ReputationInputs, readReputationInput } from "./attestation-inputs.ts";
import type { Reputation } from "./reputation-state.ts";

/** What an entry, just folded into a reputation, has changed. Later entries never change what earlier places say. */
export function projectReputation(state: Reputation, entry: Entry): Projection {
  const read = readReputationInput(entry.action.type, entry.action.input);
  if (!read || entry.action.scope !== "global") return { rows: [], claims: [] };
  return { rows: [rowOf(state, entry, read), ...rowsOf(entry, read)], claims: claimsOf(entry, read) };
}

function rowOf(
  { subject, attestations }: Reputation,
  { document, admittedAt }: Entry,
  { type }: ReputationInputs,
): Row {
  const ends: Row["set"] = type === "CLOSE" ? { closed_seq: here, closed_at: Date.parse(admittedAt) } : {};
  return { table: "reputations", key: { document }, set: { subject, attestations, ...ends } };
}

function rowsOf(entry: Entry, { type, input }: ReputationInputs): Row[] {
  switch (type) {
    case "ATTEST":
      return [given(entry), attestedRow(entry, input)];
    case "RETRACT":
      return [retractedRow(entry, input), ...ended(input.ends)];
    case "DISPUTE":
      return [given(entry), ...disputedRows(entry, input)];
    case "RESPOND":
      return [responseRow(entry, input)];
    case "RULE":
      return [...ruledRows(entry, input), ...ended(input.ends)];
    case "LINK":
      return [given(entry), linkRow(entry, input)];
    case "UNLINK": {
      const [link = ""] = input.ends;
      return [{ table: "subject_links", key: { entry: link }, set: { ended_seq: here } }, ...ended(input.ends)];
    }
    case "JOIN":
      return [given(entry)];
    case "PART":
      return ended(input.ends);
    case "HIDE":
    case "UNHIDE":
      return [hiddenRow(entry, input.evidence, type === "HIDE")];
    case "SHOW":
      return [audienceRow(entry, input)];
    case "CLOSE":
      return [];
  }
}

/** One dispute of each piece of evidence, and one answer to it from each side. */
function claimsOf(entry: Entry, { type, input }: ReputationInputs): Claim[] {
  const terms = { holder: entry.operation, until: null, refusal: "ALREADY_SET" } as const;
  if (type === "DISPUTE") return [{ space: "dispute", key: input.attestation, ...terms }];
  if (type !== "RESPOND") return [];
  const side = isBySubject(entry, input) ? "subject" : "attester";
  return [{ space: "response", key: `${input.attestation} ${side}`, ...terms }];
}

function given({ digest }: Entry): Row {
  return { table: "grants", key: { entry: digest }, set: { seq: here, ended: null } };
}

function ended(entries: readonly string[]): Row[] {
  return entries.map((entry): Row => ({ table: "grants", key: { entry }, set: { ended: here } }));
}

function attestedRow(entry: Entry, input: ReputationInput<"ATTEST">): Row {
  const { organization, work, context = "", _sd = [] } = input;
  const { user, app } = signerOf(entry);
  const set: Row["set"] = {
    document: entry.document,
    subject: input.subject,
    entry: entry.digest,
    seq: here,
    rater: organization || user,
    organization,
    attester: user,
    app,
    authority: entry.authority.entry,
    field: input.field,
    kind: input.kind,
    value: input.value,
    work_type: work?.type ?? "",
    work_id: work?.id ?? "",
    context,
    standing: input.standing,
    claimed_at: entry.action.timestampUtcMs,
    admitted_at: Date.parse(entry.admittedAt),
    valid_from: millis(input.validFrom),
    valid_until: millis(input.validUntil),
    texts: JSON.stringify(_sd),
  };
  return { table: "attestations", key: { operation: entry.operation }, set };
}

function retractedRow({ operation, admittedAt, authority }: Entry, { attestation }: ReputationInput<"RETRACT">): Row {
  const place = { retracted_seq: here, retracted_at: Date.parse(admittedAt) } as const;
  const set = { ...place, retracted_by: operation, retract_authority: authority.entry };
  return { table: "attestations", key: { operation: attestation }, set };
}

function disputedRows(entry: Entry, input: ReputationInput<"DISPUTE">): Row[] {
  const { document, operation, digest, admittedAt } = entry;
  const set: Row["set"] = {
    disputed_seq: here,
    disputed_at: Date.parse(admittedAt),
    dispute: operation,
    dispute_entry: digest,
    dispute_authority: entry.authority.entry,
    dispute_texts: JSON.stringify(input._sd ?? []),
  };
  return evidenceRows(entry, input, set, (source) => ({ document, source }));
}

function ruledRows(entry: Entry, input: ReputationInput<"RULE">): Row[] {
  const set: Row["set"] = {
    ruled_seq: here,
    ruled_at: Date.parse(entry.admittedAt),
    ruling: entry.operation,
    ruling_authority: entry.authority.entry,
    ruled_by: signerOf(entry).user,
    ruling_texts: JSON.stringify(input._sd ?? []),
    outcome: input.outcome,
  };
  return evidenceRows(entry, input, set, () => ({}));
}

/** Attestations stand in this document and have a row of their own; what stands elsewhere gets one by its dispute. */
function evidenceRows(
  { document }: Entry,
  { attestation, restsOn }: Pick<ReputationInput<"DISPUTE">, "attestation" | "restsOn">,
  set: Row["set"],
  elsewhere: (source: string) => Row["set"],
): Row[] {
  const source = restsOn.find(({ operation }) => operation === attestation)?.document;
  if (source === undefined) return [];
  if (source === document) return [{ table: "attestations", key: { operation: attestation }, set }];
  return [{ table: "evidence_disputes", key: { evidence: attestation }, set: { ...elsewhere(source), ...set } }];
}

function responseRow(entry: Entry, input: ReputationInput<"RESPOND">): Row {
  const set: Row["set"] = {
    document: entry.document,
    attestation: input.attestation,
    by_subject: isBySubject(entry, input) ? 1 : 0,
    texts: JSON.stringify(input._sd),
    seq: here,
    admitted_at: Date.parse(entry.admittedAt),
  };
  return { table: "attestation_responses", key: { operation: entry.operation }, set };
}

function linkRow(entry: Entry, { subject, other }: ReputationInput<"LINK">): Row {
  const { document, operation, digest, admittedAt, authority } = entry;
  const made = { operation, document, linked_at: Date.parse(admittedAt), authority: authority.entry };
  const set = { ...made, subject, other, seq: here, ended_seq: null } as const;
  return { table: "subject_links", key: { entry: digest }, set };
}

function hiddenRow({ document, operation }: Entry, evidence: string, hidden: boolean): Row {
  const set = { document, evidence, hidden: hidden ? 1 : 0, seq: here } as const;
  return { table: "hidden_evidence", key: { operation }, set };
}

function audienceRow({ document, operation }: Entry, { policy, audience, _sd = [] }: ReputationInput<"SHOW">): Row {
  const set = { audience, texts: JSON.stringify(_sd), operation, seq: here } as const;
  return { table: "score_audiences", key: { document, policy }, set };
}

function isBySubject(entry: Entry, { subject }: { subject: string }): boolean {
  return signerOf(entry).user === subject;
}

function millis(time: string | undefined): number | null {
  return time === undefined ? null : Date.parse(time);
}
