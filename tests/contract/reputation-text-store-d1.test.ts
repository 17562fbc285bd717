import { type D1Database, openD1 } from "../../src/storage/d1.ts";
import * as worker from "../worker/harness.ts";
import { reputationTextStoreContract } from "./reputation-text-store.ts";
import { realm } from "./synthetic.ts";

reputationTextStoreContract("D1", async () => {
  const { database, dispose } = await worker.openD1<D1Database>();
  return { ...openD1(database, realm), close: dispose };
});
