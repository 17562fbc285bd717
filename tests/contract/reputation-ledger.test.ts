import { openSqlite } from "../../src/storage/sqlite.ts";
import { reputationLedgerContract } from "./reputation-ledger.ts";

reputationLedgerContract("SQLite", async () => openSqlite({ file: ":memory:", realm: "test" }));
reputationLedgerContract("memory", undefined);
