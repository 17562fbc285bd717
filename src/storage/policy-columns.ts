/** The read models of policies, as `projected` lists tables and columns. */
export const policyColumns = {
  policies: {
    document: "key",
    name: "required",
    owner: "required",
    alias: "optional",
    latest: "required",
    hash: "required",
    created_seq: "required",
    created_at: "required",
    updated_at: "required",
  },
  policy_versions: {
    document: "key",
    version: "key",
    hash: "required",
    operation: "required",
    entry: "required",
    seq: "required",
    policy: "required",
    published_at: "required",
    superseded_at: "optional",
    account: "required",
    bytes: "required",
  },
} as const;

/** The tables of `migrations/0019_policies.sql`, and 0022. Times are milliseconds since 1970. */
export type PolicyTables = {
  policies: {
    document: string;
    name: string;
    owner: string;
    alias: string | null;
    latest: number;
    hash: string;
    created_seq: number;
    created_at: number;
    updated_at: number;
  };
  policy_versions: {
    document: string;
    version: number;
    hash: string;
    operation: string;
    entry: string;
    seq: number;
    policy: string;
    published_at: number;
    superseded_at: number | null;
    account: string;
    bytes: number;
  };
};
