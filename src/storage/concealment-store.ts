import { type Kysely, sql } from "kysely";
import type { Did } from "../identity/did.ts";
import type { Millis } from "../kernel/time.ts";
import type { Tables } from "./tables.ts";

/** What is asked of an award that is not for everybody: whose it is, which organisation gave it, and in which mode. */
export type ConcealedAward = { subject: Did | ""; organization: string; test: boolean };

/** Evidence that is stated, or told of, in a reputation, by the operation digest of what states it. */
export type EvidenceName = { document: string; evidence: string };

/** What is asked of evidence that is not for everybody: whom it is about and, of an attestation, who made it and how. */
export type ConcealedEvidence = EvidenceName & {
  subject: string;
  attester: Did | "";
  organization: string;
  context: string;
  standing: string;
  /** Whether its subject disputes it, or did: 0 or 1. */
  disputed: number;
};

/** Which awards and other evidence are not for everybody, and who stands behind them. */
export function concealmentStore(db: Kysely<Tables>) {
  return {
    /** Those of the documents that are hidden, still held, or were cancelled while they were held. */
    async concealed(documents: readonly string[], now: Millis): Promise<Set<string>> {
      const named = sql<string>`(SELECT value FROM json_each(${JSON.stringify(documents)}))`;
      const rows = await db
        .selectFrom("awards")
        .select("document")
        .where("document", "in", named)
        .where((is) => is.or([is("hidden", "=", 1), is("standing", "=", "cancelled"), is("held_until", ">", now)]))
        .execute();
      return new Set(rows.map(({ document }) => document));
    },
    /** Those of the evidence that are attestations which nobody asked for, or that the subject hides, whatever they are. */
    async evidence(named: readonly EvidenceName[]): Promise<ConcealedEvidence[]> {
      const pairs = JSON.stringify(named.map(({ document, evidence }) => [document, evidence]));
      const found = sql<ConcealedEvidence>`
        SELECT n.document, n.evidence, coalesce(a.subject, r.subject, '') AS subject, coalesce(a.attester, '') AS attester,
          coalesce(a.organization, '') AS organization, coalesce(a.context, '') AS context,
          coalesce(a.standing, '') AS standing, a.disputed_seq IS NOT NULL AS disputed
        FROM (SELECT DISTINCT value ->> 0 AS document, value ->> 1 AS evidence FROM json_each(${pairs})) n
        LEFT JOIN attestations a ON a.operation = n.evidence AND a.document = n.document
        LEFT JOIN reputations r ON r.document = n.document
        WHERE a.standing = 'unsolicited' OR 1 = (SELECT h.hidden FROM hidden_evidence h
          WHERE h.document = n.document AND h.evidence = n.evidence ORDER BY h.seq DESC LIMIT 1)`;
      return (await found.execute(db)).rows;
    },
    async find(document: string): Promise<ConcealedAward | undefined> {
      const of = db.selectFrom("awards").select(["subject", "organization", "test"]);
      const found = await of.where("document", "=", document).executeTakeFirst();
      return found && { ...found, test: found.test === 1 };
    },
    /** Whether a key is, or was, an organisation's own. */
    async hasKey(organization: string, key: Did): Promise<boolean> {
      const of = db.selectFrom("organization_keys").select("key").where("document", "=", organization);
      return (await of.where("key", "=", key).executeTakeFirst()) !== undefined;
    },
    /** The DIDs by which an address is a member of an organisation now, in one of the roles where they are named. */
    async membersAt(organization: string, address: string, roles?: readonly string[]): Promise<Did[]> {
      const of = db.selectFrom("organization_members").select(["user", "role"]).where("document", "=", organization);
      const rows = await of.where("address", "=", address).where("role", "is not", null).execute();
      return rows.filter(({ role }) => roles?.includes(role!) ?? true).map(({ user }) => user);
    },
  };
}
