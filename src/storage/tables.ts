import type { DelegationRow } from "../operations/delegation-row.ts";

/** The tables of `migrations/`, as Kysely knows them. Times are milliseconds since 1970 unless a name says otherwise. */
export type Tables = {
  documents: { doc: number; id: string; kind: string };
  entries: {
    seq: number;
    doc: number;
    scope: string;
    branch: string;
    idx: number;
    action_id: Uint8Array;
    operation: string;
    digest: string;
    binding: string;
    authority_by: string;
    authority: number;
    admitted_at: number;
    latest_at: number;
    action: string;
  };
  installation: { name: string; value: string };
  tree_nodes: { level: number; idx: number; hash: string };
  snapshots: { doc: number; length: number; state: string };
  grants: { entry: string; seq: number; ended: number | null };
  claims: { space: string; key: string; holder: string; until: number | null };
  delegations: DelegationRow & { address: string };
  renown_credentials: {
    document: string;
    credential_id: string;
    issuer_address: string;
    issuer_chain: number;
    subject_id: string;
    subject_app: string;
    issuance_date: string;
    issued_at: number;
    expires_at: number;
    body: string;
    revoked_at: string | null;
    revocation_reason: string | null;
    created_at: string;
    updated_at: string;
  };
  profiles: {
    document: string;
    owner: string;
    eth_address: string | null;
    address_folded: string | null;
    chain_id: number | null;
    username: string | null;
    username_folded: string | null;
    user_image: string | null;
    created_at: string;
    updated_at: string;
  };
  nonces: {
    nonce: string;
    purpose: string;
    statement: string;
    terms: string | null;
    expires_at: number;
    spent_at: number | null;
  };
  sessions: {
    id: string;
    user: string;
    method: string;
    agent: string;
    created_at: number;
    used_at: number;
    expires_at: number;
    ended_at: number | null;
  };
  refresh_tokens: { hash: string; session: string; created_at: number; used_at: number | null };
  status_lists: { id: string; purpose: string; size: number; created_at: number };
  issued_credentials: {
    id: string;
    subject: string;
    type: string;
    jwt: string;
    issued_at: number;
    expires_at: number;
    status_list: string;
    status_index: number;
    revoked_at: number | null;
    revoked_by: string | null;
  };
  asked_documents: { id: string; kind: string; asked_at: number; expires_at: number };
  console_sessions: {
    id: string;
    connect: string | null;
    app: string | null;
    status: string;
    credential: string | null;
    created_at: number;
    expires_at: number;
  };
  device_codes: {
    hash: string;
    user_code: string;
    app: string;
    may: string | null;
    label: string;
    status: string;
    delegation: string | null;
    wait: number;
    polled_at: number | null;
    expires_at: number;
  };
  profile_settings: { document: string; show_ens: number };
};
