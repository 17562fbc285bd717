import type { Kysely } from "kysely";
import type { TreeReader } from "../operations/log-tree.ts";
import type { Tables } from "./tables.ts";

/** The leaves of the log's tree, and the subtrees that were hashed before. */
export function treeStore(db: Kysely<Tables>): TreeReader {
  return {
    leaves: async (from, to) => {
      const of = db.selectFrom("entries").select("digest").where("seq", ">=", from).where("seq", "<=", to);
      return (await of.orderBy("seq").execute()).map((row) => row.digest);
    },
    node: async (level, index) => {
      const of = db.selectFrom("tree_nodes").select("hash").where("level", "=", level).where("idx", "=", index);
      return (await of.executeTakeFirst())?.hash;
    },
    keep: async (nodes) => {
      const rows = nodes.map(({ level, index, hash }) => ({ level, idx: index, hash }));
      // Two who find the same subtree missing find the same hash.
      await db
        .insertInto("tree_nodes")
        .values(rows)
        .onConflict((on) => on.doNothing())
        .execute();
    },
  };
}
