import { openSqlite } from "../../src/storage/sqlite.ts";
import { attestationLimitsContract } from "./attestation-limits.ts";
import { realm } from "./synthetic.ts";

attestationLimitsContract("SQLite", async () => openSqlite({ file: ":memory:", realm }));
