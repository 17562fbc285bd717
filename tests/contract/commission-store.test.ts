import { openSqlite } from "../../src/storage/sqlite.ts";
import { commissionStoreContract } from "./commission-store.ts";
import { realm } from "./synthetic.ts";

commissionStoreContract("SQLite", async () => openSqlite({ file: ":memory:", realm }));
