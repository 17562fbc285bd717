import { type Kysely, sql } from "kysely";
import type { Did } from "../identity/did.ts";
import type { Millis } from "../kernel/time.ts";
import type { Tables } from "./tables.ts";

/** What is asked of an award that is not for everybody: whose it is, which organisation gave it, and in which mode. */
export type ConcealedAward = { subject: Did | ""; organization: string; test: boolean };

/** What is asked of an attestation that is not for everybody: whom it is about, and who made it. */
export type ConcealedAttestation = { operation: string; subject: string; attester: Did | ""; organization: string };

/** Which awards and attestations are not for everybody, and who stands behind them. */
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
    /** Those of the operations that are attestations which nobody asked for, or which their subject hides. */
    async attestations(operations: readonly string[]): Promise<ConcealedAttestation[]> {
      const found = sql<ConcealedAttestation>`
        SELECT a.operation, a.subject, a.attester, a.organization FROM attestations a
        WHERE a.operation IN (SELECT value FROM json_each(${JSON.stringify(operations)})) AND (
          a.standing = 'unsolicited' OR 1 = (SELECT h.hidden FROM hidden_evidence h
            WHERE h.document = a.document AND h.evidence = a.operation ORDER BY h.seq DESC LIMIT 1))`;
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
    /** The DIDs by which an address is a member of an organisation now. */
    async membersAt(organization: string, address: string): Promise<Did[]> {
      const of = db.selectFrom("organization_members").select("user").where("document", "=", organization);
      const rows = await of.where("address", "=", address).where("role", "is not", null).execute();
      return rows.map(({ user }) => user);
    },
  };
}
