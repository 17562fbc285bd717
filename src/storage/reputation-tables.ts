/** The tables of `migrations/0016_reputation.sql`. Times are milliseconds since 1970. */
export type ReputationTables = {
  reputations: {
    document: string;
    subject: string;
    attestations: number;
    closed_seq: number | null;
    closed_at: number | null;
  };
  attestations: {
    operation: string;
    document: string;
    subject: string;
    entry: string;
    seq: number;
    rater: string;
    organization: string;
    attester: string;
    app: string;
    authority: string;
    field: string;
    kind: string;
    value: string;
    work_type: string;
    work_id: string;
    context: string;
    standing: string;
    claimed_at: string;
    admitted_at: number;
    valid_from: number | null;
    valid_until: number | null;
    texts: string;
    retracted_seq: number | null;
    retracted_at: number | null;
    retracted_by: string | null;
    disputed_seq: number | null;
    disputed_at: number | null;
    dispute: string | null;
    dispute_entry: string | null;
    dispute_texts: string | null;
    ruled_seq: number | null;
    ruled_at: number | null;
    ruling: string | null;
    ruling_texts: string | null;
    outcome: string | null;
  };
  attestation_responses: {
    operation: string;
    document: string;
    attestation: string;
    by_subject: number;
    texts: string;
    seq: number;
    admitted_at: number;
  };
  evidence_disputes: {
    evidence: string;
    document: string;
    source: string;
    disputed_seq: number;
    disputed_at: number;
    dispute: string;
    dispute_entry: string;
    dispute_texts: string;
    ruled_seq: number | null;
    ruled_at: number | null;
    ruling: string | null;
    ruling_texts: string | null;
    outcome: string | null;
  };
  hidden_evidence: {
    operation: string;
    document: string;
    evidence: string;
    hidden: number;
    seq: number;
  };
  subject_links: {
    entry: string;
    operation: string;
    document: string;
    subject: string;
    other: string;
    seq: number;
    ended_seq: number | null;
  };
  score_audiences: {
    document: string;
    policy: string;
    audience: string;
    texts: string;
    operation: string;
    seq: number;
  };
};
