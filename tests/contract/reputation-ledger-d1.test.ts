import { type D1Database, openD1 } from "../../src/storage/d1.ts";
import * as worker from "../worker/harness.ts";
import { reputationLedgerContract } from "./reputation-ledger.ts";

const open = async () => {
  const { database, dispose } = await worker.openD1<D1Database>();
  return { ...openD1(database, "test"), close: dispose };
};

reputationLedgerContract("D1", open, 7);
