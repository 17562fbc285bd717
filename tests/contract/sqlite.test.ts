import { openSqlite } from "../../src/storage/sqlite.ts";
import { contract } from "./operation-store.ts";
import { contractOfReadModels } from "./read-models.ts";
import { realm } from "./synthetic.ts";

const open = async () => openSqlite({ file: ":memory:", realm });

contract("SQLite", open);
contractOfReadModels("SQLite", open);
