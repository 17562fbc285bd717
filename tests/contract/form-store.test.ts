import { openSqlite } from "../../src/storage/sqlite.ts";
import { formStoreContract } from "./form-store.ts";

formStoreContract("SQLite", async () => openSqlite({ file: ":memory:", realm: "main" }));
