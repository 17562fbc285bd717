import type { AwardEndorsement, AwardPeriod, EvidenceClass } from "../followers/award-evidence.ts";

/** The tables of `migrations/0017_evidence.sql`. Times are milliseconds since 1970. */
export type EvidenceTables = {
  followers: { name: string; seq: number; turn: number };
  award_evidence: AwardPeriod;
  award_endorsements: AwardEndorsement;
  evidence_classes: EvidenceClass;
};
