import { openSqlite } from "../../src/storage/sqlite.ts";
import { organizationStoreContract } from "./organization-store.ts";

organizationStoreContract("SQLite", async () => openSqlite({ file: ":memory:", realm: "main" }));
