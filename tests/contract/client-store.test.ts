import { openSqlite } from "../../src/storage/sqlite.ts";
import { clientStoreContract } from "./client-store.ts";
import { realm } from "./synthetic.ts";

clientStoreContract("SQLite", async () => openSqlite({ file: ":memory:", realm }));
