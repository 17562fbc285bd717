import { type D1Database, openD1 } from "../../src/storage/d1.ts";
import { nonceStore, sessionStore } from "../../src/storage/identity-store.ts";
import * as worker from "../worker/harness.ts";
import { identityStoreContract } from "./identity-store.ts";

identityStoreContract("D1", async () => {
  const { database, dispose } = await worker.openD1<D1Database>();
  const { db } = openD1(database, "main");
  return { nonces: nonceStore(db), sessions: sessionStore(db), close: dispose };
});
