import { openSqlite } from "../../src/storage/sqlite.ts";
import { accessStoresContract } from "./access-stores.ts";
import { realm } from "./synthetic.ts";

accessStoresContract("SQLite", async () => openSqlite({ file: ":memory:", realm }));
