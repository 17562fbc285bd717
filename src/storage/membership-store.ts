import { CompiledQuery, type Kysely } from "kysely";
import type { MembershipRecord, MembershipStore } from "../organizations/my-organizations.ts";
import type { Tables } from "./tables.ts";

/** What people are members of, in SQLite or D1: one statement, by the index of addresses. */
export function membershipStore(db: Kysely<Tables>): MembershipStore {
  return {
    membershipsOf: async (address, limit, document) => {
      const sql = document === undefined ? `${memberships} ${ordered}` : `${memberships} AND m.document = ? ${ordered}`;
      const params = [address, ...(document === undefined ? [] : [document]), limit];
      return (await db.executeQuery<MembershipRecord>(CompiledQuery.raw(sql, params))).rows;
    },
  };
}

const memberships =
  "SELECT m.document, o.slug, o.name, m.user, m.role, m.operation, m.since FROM organization_members m " +
  "JOIN organizations o ON o.document = m.document WHERE m.address = ? AND m.role IS NOT NULL";
const ordered = "ORDER BY m.document, m.user LIMIT ?";
