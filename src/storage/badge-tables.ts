/** The tables of `migrations/0012_badges.sql`. Times are milliseconds since 1970. */
export type BadgeTables = {
  badge_classes: {
    document: string;
    organization: string;
    name: string;
    version: number;
    entry: string;
    operation: string;
    archived: number;
    test: number;
    created_seq: number;
    created_at: number;
    updated_at: number;
  };
  badge_class_versions: {
    document: string;
    version: number;
    entry: string;
    operation: string;
    definition: string;
    created_at: number;
  };
  awards: {
    document: string;
    organization: string;
    class: string;
    version: number;
    subject: string;
    unclaimed: number;
    status_list: string;
    status_index: number;
    status_purpose: string;
    standing: string;
    bit: number;
    hidden: number;
    held_until: number | null;
    cohort: string | null;
    test: number;
    awarded_seq: number;
    changed_seq: number;
    awarded_at: number;
    updated_at: number;
  };
  award_lists: { id: string; organization: string; purpose: string };
  award_faces: { id: string; document: string; fingerprint: string; created_at: number };
  award_personal: { document: string; digest: string; sealed: string | null; created_at: number };
  award_contacts: { document: string; lookup: string; sealed: string; expires_at: number };
  award_preparations: { document: string; created_at: number };
  award_erasures: { document: string; times: number };
  badge_allowances: { day: number; name: string; used: number };
  badge_images: { digest: string; type: string; bytes: string; created_at: number };
};
