import { openSqlite } from "../../src/storage/sqlite.ts";
import { closingStoreContract } from "./closing-store.ts";
import { realm } from "./synthetic.ts";

closingStoreContract("SQLite", async () => openSqlite({ file: ":memory:", realm }));
