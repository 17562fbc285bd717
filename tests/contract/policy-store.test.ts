import { openSqlite } from "../../src/storage/sqlite.ts";
import { policyStoreContract } from "./policy-store.ts";
import { realm } from "./synthetic.ts";

policyStoreContract("SQLite", async () => openSqlite({ file: ":memory:", realm }));
