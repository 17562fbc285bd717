import { openSqlite } from "../../src/storage/sqlite.ts";
import { presentationStoreContract } from "./presentation-store.ts";
import { realm } from "./synthetic.ts";

presentationStoreContract("SQLite", async () => openSqlite({ file: ":memory:", realm }));
