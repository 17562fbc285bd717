import { openSqlite } from "../../src/storage/sqlite.ts";
import { reputationTextStoreContract } from "./reputation-text-store.ts";
import { realm } from "./synthetic.ts";

reputationTextStoreContract("SQLite", async () => openSqlite({ file: ":memory:", realm }));
