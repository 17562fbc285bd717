import { type D1Database, openD1 } from "../../src/storage/d1.ts";
import * as worker from "../worker/harness.ts";
import { presentationStoreContract } from "./presentation-store.ts";
import { realm } from "./synthetic.ts";

presentationStoreContract("D1", async () => {
  const { database, dispose } = await worker.openD1<D1Database>();
  return { ...openD1(database, realm), close: dispose };
});
