import { openSqlite } from "../../src/storage/sqlite.ts";
import { disputeStoreContract } from "./dispute-store.ts";
import { realm } from "./synthetic.ts";

disputeStoreContract("SQLite", async () => openSqlite({ file: ":memory:", realm }));
