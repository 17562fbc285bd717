import { openSqlite } from "../../src/storage/sqlite.ts";
import { badgeStoreContract } from "./badge-store.ts";

badgeStoreContract("SQLite", async () => openSqlite({ file: ":memory:", realm: "main" }));
