import { nonceStore, sessionStore } from "../../src/storage/identity-store.ts";
import { openSqlite } from "../../src/storage/sqlite.ts";
import { identityStoreContract } from "./identity-store.ts";

identityStoreContract("SQLite", async () => {
  const storage = openSqlite({ file: ":memory:", realm: "main" });
  return { nonces: nonceStore(storage.db), sessions: sessionStore(storage.db), close: storage.close };
});
