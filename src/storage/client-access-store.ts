import { CompiledQuery, type Kysely } from "kysely";
import type { ApiClient, ClientAccessStore } from "../organizations/client.ts";
import type { SecretRecord } from "../organizations/client-secret.ts";
import type { ClientMode } from "../organizations/inputs.ts";
import type { Tables } from "./tables.ts";

/** Rows forgotten with each one that is added: more than come in, so the tables shrink. */
const purgeLimit = 8;

/** What API access keeps, in SQLite or D1: every call is one statement. */
export function clientAccessStore(db: Kysely<Tables>): ClientAccessStore {
  const rows = async <R>(sql: string, ...params: unknown[]): Promise<R[]> =>
    (await db.executeQuery<R>(CompiledQuery.raw(sql, params))).rows;
  return {
    standing: async (client) => (await rows<ClientRow>(standing, client)).map(clientOf)[0],
    clientsOf: async (organization, after, limit) =>
      (await rows<ClientRow>(clientsOf, organization, after, limit)).map(clientOf),
    secretsOf: async (organization, clients, now) =>
      (await rows<SecretRow>(secretsOf, organization, JSON.stringify(clients), now)).map(secretOf),
    addSecret: async ({ id, client, organization, hash, createdAt }, most) => {
      const values = [id, client, organization, hash, createdAt, organization, client, createdAt, most];
      return (await rows(addSecret, ...values)).length === 1;
    },
    endOthers: async (organization, client, kept, by) =>
      void (await rows(endOthers, by, organization, client, kept, by)),
    removeSecret: async (organization, client, id) => (await rows(removeSecret, organization, client, id)).length === 1,
    secretUsed: async (id, now) => void (await rows(secretUsed, now, id)),
    purgeSecrets: async (now, before) => void (await rows(purgeSecrets, now, before)),
    pendingOf: async (organization) => (await rows<{ count: number }>(pendingOf, organization))[0]!.count,
    spendAssertion: async (key, expiresAt, now) => {
      await rows(purgeAssertions, now);
      return (await rows(spendAssertion, key, expiresAt)).length === 1;
    },
  };
}

const clients =
  "SELECT client, document, name, scopes, mode, jwk, operation, since, revoked_at FROM organization_clients";
const standing = `${clients} WHERE client = ? AND revoked_at IS NULL`;
const clientsOf = `${clients} WHERE document = ? AND client > ? ORDER BY client LIMIT ? + 0`;

const secretsOf = `SELECT * FROM client_secrets
  WHERE organization = ? AND client IN (SELECT value FROM json_each(?)) AND (expires_at IS NULL OR expires_at > ?)
  ORDER BY created_at DESC, id`;

const addSecret = `INSERT INTO client_secrets (id, client, organization, hash, created_at)
  SELECT ?, ?, ?, ?, ?
  WHERE (SELECT count(*) FROM client_secrets
    WHERE organization = ? AND client = ? AND (expires_at IS NULL OR expires_at > ?)) < ?
  RETURNING id`;

const endOthers = `UPDATE client_secrets SET expires_at = ?
  WHERE organization = ? AND client = ? AND id <> ? AND (expires_at IS NULL OR expires_at > ?)`;

const removeSecret = "DELETE FROM client_secrets WHERE organization = ? AND client = ? AND id = ? RETURNING id";
const secretUsed = "UPDATE client_secrets SET used_at = ? WHERE id = ?";

const unnamed = "NOT EXISTS (SELECT 1 FROM organization_clients c WHERE c.client = s.client)";
const pendingOf = `SELECT count(DISTINCT client) AS count FROM client_secrets s WHERE s.organization = ? AND ${unnamed}`;
const purgeSecrets = `DELETE FROM client_secrets WHERE id IN (
  SELECT s.id FROM client_secrets s WHERE s.expires_at <= ? OR (s.created_at < ? AND ${unnamed})
  ORDER BY s.created_at LIMIT ${purgeLimit})`;

const spendAssertion = `INSERT INTO client_assertions (key, expires_at) VALUES (?, ?)
  ON CONFLICT (key) DO NOTHING RETURNING key`;
const purgeAssertions = `DELETE FROM client_assertions WHERE key IN (
  SELECT key FROM client_assertions WHERE expires_at <= ? ORDER BY expires_at LIMIT ${purgeLimit})`;

type ClientRow = {
  client: string;
  document: string;
  name: string;
  scopes: string;
  mode: string;
  jwk: string | null;
  operation: string;
  since: number;
  revoked_at: number | null;
};

type SecretRow = Tables["client_secrets"];

function clientOf(row: ClientRow): ApiClient {
  return {
    client: row.client,
    organization: row.document,
    name: row.name,
    scopes: JSON.parse(row.scopes),
    mode: row.mode as ClientMode,
    jwk: row.jwk === null ? undefined : JSON.parse(row.jwk),
    operation: row.operation,
    since: row.since,
    revokedAt: row.revoked_at ?? undefined,
  };
}

function secretOf(row: SecretRow): SecretRecord {
  const { id, client, organization, hash } = row;
  const ends = { usedAt: row.used_at ?? undefined, expiresAt: row.expires_at ?? undefined };
  return { id, client, organization, hash, createdAt: row.created_at, ...ends };
}
