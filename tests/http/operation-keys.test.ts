import { afterAll, beforeAll, expect, test } from "vitest";
import { credentialKind } from "../../src/credentials/renown-credential.ts";
import { makeServiceKeys, operationSigner, rotate, type ServiceKeys } from "../../src/identity/service-keys.ts";
import { day, hour, iso } from "../../src/kernel/time.ts";
import type { WireEntry } from "../../src/operations/bundle.ts";
import { signOperation } from "../../src/operations/sign.ts";
import { start } from "../harness.ts";
import { bring } from "./api-client.ts";
import { type LocalService, startLocal } from "./server.ts";

let before: ServiceKeys;
let keys: ServiceKeys;
let service: LocalService;
beforeAll(async () => {
  before = await makeServiceKeys(start - day);
  keys = await rotate(before, "operation", start - hour);
  service = await startLocal({ parts: () => ({ keys }) });
});
afterAll(() => service.close());

/** Ends a credential in the name of the service, behind the last entry of its document. */
async function revocation(document: string, by: ServiceKeys) {
  const { items } = await service.services.documents.entries(document, { limit: 10 });
  const { operation, action } = items.at(-1) as WireEntry;
  const previous = { operation, timestampUtcMs: JSON.parse(action).timestampUtcMs };
  const intent = { document, kind: credentialKind, type: "REVOKE", input: {}, user: "", previous };
  service.clock.advance(1);
  return signOperation(intent, operationSigner(by), service.now());
}

test("a retired operation key lets nothing in, the one in use does", async () => {
  const { documentId } = await bring(service);
  const { submit } = service.services.documents;
  const stolen = await revocation(documentId, before);
  await expect(submit(documentId, [stolen.action])).rejects.toMatchObject({ code: "NOT_DELEGATED" });
  const [receipt] = await submit(documentId, [(await revocation(documentId, keys)).action]);
  expect(receipt).toMatchObject({ authority: { by: "service" } });
});

test("what a retired operation key signs, and no log holds, is not the service's", async () => {
  const { documentId } = await bring(service);
  const ask = await service.services.verify.operations({});
  const stateOf = async (by: ServiceKeys) => {
    const { action } = await revocation(documentId, by);
    const context = { documentId, documentType: credentialKind };
    return (await ask({ operation: { action }, context })).delegation!.state;
  };
  expect([await stateOf(before), await stateOf(keys)]).toEqual(["NO_USER", "SERVICE"]);
});

test("a bundle tells which operation keys were retired, and when", async () => {
  const { documentId } = await bring(service);
  const bundle = await service.services.documents.bundle(documentId);
  const [old, current] = [operationSigner(before).did, operationSigner(keys).did];
  expect(bundle.service).toMatchObject({ operationKeys: [old, current], retired: { [old]: iso(start - hour) } });
  expect((await service.services.documents.audit(documentId)).verdict).toBe("valid");
});
