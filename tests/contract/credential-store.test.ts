import { openSqlite } from "../../src/storage/sqlite.ts";
import { credentialStoreContract } from "./credential-store.ts";

credentialStoreContract("SQLite", async () => openSqlite({ file: ":memory:", realm: "main" }));
