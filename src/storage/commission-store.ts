import { CompiledQuery, type Kysely } from "kysely";
import type { CommissionList, CommissionPlace, CommissionStore } from "../credentials/commission.ts";
import { isDuplicate } from "./conflict.ts";
import type { Tables } from "./tables.ts";

/** Where the status of commissioned credentials stands, in SQLite or D1: every call is one statement. */
export function commissionStore(db: Kysely<Tables>): CommissionStore {
  return {
    async insert({ organization, id: credential }, places, now) {
      const times = { bit: 0, changes: 0, issued_at: now, changed_at: now };
      const rows = places.map((each) => ({ organization, credential, ...each, ...times }));
      try {
        await db.insertInto("commissions").values(rows).execute();
        return "kept";
      } catch (error) {
        if (isDuplicate(error, "commissions.list, commissions.place")) return "taken";
        if (isDuplicate(error, known)) return "known";
        throw error;
      }
    },
    async find(organization, credential) {
      const of = db.selectFrom("commissions").selectAll().where("organization", "=", organization);
      const rows = await of.where("credential", "=", credential).execute();
      return rows.map(({ purpose, list, place, bit }) => ({ ...placeOf({ purpose, list, place }), set: bit === 1 }));
    },
    async setBit(organization, credential, { purpose }, set, now) {
      const bit = set ? 1 : 0;
      await db.executeQuery(CompiledQuery.raw(setBit, [bit, now, organization, credential, purpose, bit]));
    },
    async latestList(organization, issuer, purpose) {
      const of = db.selectFrom("commission_lists").selectAll().where("organization", "=", organization);
      const those = of.where("issuer", "=", issuer).where("purpose", "=", purpose);
      const row = await those.orderBy("created_at", "desc").orderBy("id", "desc").limit(1).executeTakeFirst();
      return row && listOf(row);
    },
    async insertList({ id, organization, issuer, purpose, size }, now) {
      const row = { id, organization, issuer, purpose, size, created_at: now };
      await db.insertInto("commission_lists").values(row).execute();
    },
    async findList(id) {
      const row = await db.selectFrom("commission_lists").selectAll().where("id", "=", id).executeTakeFirst();
      return row && listOf(row);
    },
    async revisionOf(list) {
      const of = db.selectFrom("commissions").where("list", "=", list);
      const row = await of.select((each) => each.fn.sum<number>("changes").as("changes")).executeTakeFirst();
      return row?.changes ?? 0;
    },
    async places(list, only) {
      const of = db.selectFrom("commissions").select("place").where("list", "=", list);
      const rows = await (only === "set" ? of.where("bit", "=", 1) : of).execute();
      return rows.map(({ place }) => place);
    },
  };
}

const known = "commissions.organization, commissions.credential, commissions.purpose";

const setBit = `UPDATE commissions SET bit = ?, changes = changes + 1, changed_at = ?
  WHERE organization = ? AND credential = ? AND purpose = ? AND bit <> ?`;

function placeOf({ purpose, list, place }: { purpose: string; list: string; place: number }): CommissionPlace {
  return { purpose: purpose as CommissionPlace["purpose"], list, place };
}

function listOf(row: Tables["commission_lists"]): CommissionList {
  const { id, organization, issuer, purpose, size } = row;
  return { id, organization, issuer, purpose: purpose as CommissionList["purpose"], size };
}
