import { afterEach, describe, expect, test } from "vitest";
import { delegation } from "../../../src/credentials/delegation.ts";
import { renownCredential } from "../../../src/credentials/renown-credential.ts";
import { type ContractAnswer, walletCheck } from "../../../src/identity/wallet.ts";
import { builtInKinds } from "../../../src/index.ts";
import { Failure } from "../../../src/kernel/failure.ts";
import type { JsonObject } from "../../../src/kernel/json.ts";
import { day, minute } from "../../../src/kernel/time.ts";
import { auditBundle } from "../../../src/operations/audit.ts";
import { makeBundle } from "../../../src/operations/bundle.ts";
import { type DocumentKind, here } from "../../../src/operations/kind.ts";
import { rebuild } from "../../../src/operations/rebuild.ts";
import * as harness from "../../harness.ts";
import { type Act, type By, given, noon, theDocument } from "../given.ts";
import {
  agreeing,
  alice,
  anonymous,
  bob,
  credentialInput,
  delegationInput,
  key,
  operator,
  session,
  signed,
} from "./proofs.ts";

const byContract = walletCheck(agreeing);
const message = await delegationInput();
const signature = await bob.account.signMessage({ message: message.message });
const credential = await credentialInput();
const proofValue = await bob.account.signMessage({ message: "anything" });

/** Each kind with a proof that Alice's own key did not sign, and one that it did. */
const kinds: [string, DocumentKind, JsonObject, JsonObject][] = [
  ["a message", delegation({ wallet: byContract }), { ...message, signature }, message],
  [
    "a credential",
    renownCredential({ wallet: byContract }),
    { ...credential, proof: { ...credential.proof, proofValue } },
    credential,
  ],
];

const init = (input: JsonObject): Act => ({ type: "INIT", input, by: anonymous });
const record = (input: JsonObject, by: By = operator, at = noon): Act => ({ type: "RECORD_CHECK", input, by, at });

/** What the contract is asked about the proof of a kind. */
async function asked(kind: DocumentKind, input: JsonObject): Promise<JsonObject> {
  const actor = {
    user: "",
    app: "",
    binding: "attested",
    authority: { by: "proof", entry: "" },
    method: "recovery",
  } as const;
  const deed = { document: theDocument, type: "INIT", input, actor, now: noon, grounds: [] };
  const facts = await kind.facts!(deed);
  const { type, input: told } = kind.record!({ ...deed, facts })!;
  expect(type).toBe("RECORD_CHECK");
  return told;
}

describe.each(kinds)("a contract's yes to %s", (_name, kind, byWallet, byKey) => {
  test("is put on record by the service, and by nobody else", async () => {
    const told = await asked(kind, byWallet);
    await given(kind).when(init(byWallet)).then({});
    const log = [init(byWallet)];
    const { projection } = await given(kind, log).when(record(told)).then({ revoked: false });
    const set = { as_checked: JSON.stringify(told), checked_at: noon };
    expect(projection.rows).toEqual([{ table: "delegations", key: { document: theDocument }, set }]);
    const may = [{ kind: kind.name, action: "RECORD_CHECK" }];
    await given(kind, log)
      .when(record(told, signed(key, alice, may)))
      .then("FORBIDDEN");
    await given(kind, log)
      .when(record(told, session(alice)))
      .then("BINDING_NOT_TAKEN");
    await given(kind, log).when(record(told, anonymous)).then("BINDING_NOT_TAKEN");
  });

  test("stays what it was first, and of later ones the time is kept", async () => {
    const told = await asked(kind, byWallet);
    const later = { ...told, blockNumber: 99, checkedAt: "2026-11-21T12:00:00.000Z" };
    const log = [init(byWallet), record(told)];
    const { projection } = await given(kind, log)
      .when(record(later, operator, noon + day))
      .then({});
    const set = { as_checked: JSON.stringify(told), checked_at: noon + day };
    expect(projection.rows).toEqual([{ table: "delegations", key: { document: theDocument }, set }]);
  });

  test("is no record of another question, and none where the account's own key signed", async () => {
    const told = await asked(kind, byWallet);
    const log = [init(byWallet)];
    for (const other of [{ chainId: 10 }, { address: bob.address }, { digest: `0x${"d".repeat(64)}` }])
      await given(kind, log)
        .when(record({ ...told, ...other }))
        .then("INVALID_INPUT");
    await given(kind, [init(byKey)])
      .when(record(told))
      .then("INVALID_INPUT");
    await given(kind).when(record(told)).then("NOT_INITIALIZED");
  });

  test.each([
    ["another method", { method: "recovery" }],
    ["a block without a hash", { blockHash: "0x" }],
    ["hex in capitals", { codeHash: `0x${"C".repeat(64)}` }],
    ["a time that is none", { checkedAt: "today" }],
    ["more than it has", { more: 1 }],
    ["too much for a factory", { factory: alice.address, factoryData: `0x${"00".repeat(4097)}` }],
  ])("cannot be put on record with %s", async (_what, other) => {
    const told = await asked(kind, byWallet);
    await given(kind, [init(byWallet)])
      .when(record({ ...told, ...other } as JsonObject))
      .then("INVALID_INPUT");
  });

  test("is not asked for where the account's own key signed", async () => {
    const deed = {
      document: theDocument,
      type: "INIT",
      input: byKey,
      actor: { user: "", app: "", binding: "attested", authority: { by: "proof", entry: "" }, method: "recovery" },
      now: noon,
      grounds: [],
    } as const;
    expect(kind.record!({ ...deed, facts: await kind.facts!(deed) })).toBeUndefined();
  });

  test("shows where it stands in the tables of authority", async () => {
    const { projection } = await given(kind).when(init(byWallet)).then({});
    expect(projection.rows[1]).toMatchObject({ set: { method: "contract", granted_seq: here } });
  });
});

describe("a delegation by contract", () => {
  let house: ReturnType<typeof harness.openHouse>;
  /** What the contract answers from now on. */
  let answer: ContractAnswer | "yes" | Failure;
  let times: number;
  /** What happens while it is asked. */
  let meanwhile: () => Promise<unknown>;
  afterEach(() => house.close());

  /** Alice's account with Bob's signatures: a contract could hold them for its own. */
  const contractual = { ...harness.bob, address: harness.alice.address };
  const user = harness.userOf(harness.alice);

  async function open() {
    answer = "yes";
    times = 0;
    meanwhile = async () => {};
    house = harness.openHouse([], {
      contract: async (account, digest, bytes) => {
        times++;
        await meanwhile();
        if (answer instanceof Failure) throw answer;
        return answer === "yes" ? agreeing(account, digest, bytes) : answer;
      },
    });
    return house.delegate({ wallet: contractual, life: 60 * day });
  }
  const find = async () => (await house.store.delegationsOf(user, harness.appKey.did))[0]!;
  const silent = new Failure("UNAVAILABLE");

  test("is the same when its row has been dropped and the log replayed", async () => {
    await open();
    house.clock.advance(2 * day);
    await find();
    const rows = () => house.storage.db.selectFrom("delegations").selectAll().execute();
    const before = await rows();
    expect(before).toMatchObject([
      { method: "contract", checked_at: house.clock.now(), as_checked: expect.any(String) },
    ]);
    await rebuild(house.storage.operations, house.storage.readModels, house.kinds);
    expect(await rows()).toEqual(before);
  });

  test("is asked about by one of all that wait for it", async () => {
    await open();
    house.clock.advance(day + 1);
    await Promise.all([find(), find(), find()]);
    expect(times).toBe(2);
  });

  test.each([
    ["does not answer", silent],
    ["is no longer configured", undefined],
  ])("lives a week where its chain %s, and is asked about every five minutes", async (_name, none) => {
    await open();
    answer = none;
    house.clock.advance(day + minute);
    await find();
    await find();
    expect(times).toBe(2);
    house.clock.advance(5 * minute);
    expect((await find()).revokedSeq).toBeUndefined();
    expect(times).toBe(3);
    house.clock.advance(6 * day - 6 * minute);
    expect((await find()).revokedSeq).toBeUndefined();
    house.clock.advance(1);
    expect(await find()).toMatchObject({ revokedAt: house.clock.now() });
  });

  test("passes on what goes wrong otherwise, and lives", async () => {
    await open();
    answer = new Failure("BAD_SIGNATURE");
    house.clock.advance(2 * day);
    await expect(find()).rejects.toThrow(expect.objectContaining({ code: "BAD_SIGNATURE" }));
    answer = "yes";
    expect((await find()).revokedSeq).toBeUndefined();
  });

  test("ends once, though another process ends it at the same time", async () => {
    const { document } = await open();
    answer = false;
    meanwhile = () => house.delegating.revoke({ by: "operator" }, document, "first");
    house.clock.advance(2 * day);
    expect(await find()).toMatchObject({ revokedAt: house.clock.now(), revocationReason: "first" });
    expect(times).toBe(2);
    await find();
    expect(times).toBe(2);
  });

  test("rests in an audit on the record, and without it on nothing", async () => {
    const { document } = await open();
    const service = { did: "did:web:test", operationKeys: [harness.operationKey.did] };
    const about = { realm: house.realm, now: "2026-11-20T12:00:00.000Z", service };
    const bundle = await makeBundle(house.store, document, about);
    const kinds = builtInKinds();
    const report = await auditBundle(structuredClone(bundle), { kinds, operationKeys: [harness.operationKey.did] });
    expect(report).toMatchObject({ verdict: "valid", asChecked: [{ seq: 3, document, blockNumber: 7 }] });
    // Of another service's key a record says nothing.
    const foreign = await auditBundle(structuredClone(bundle), { kinds, operationKeys: [harness.otherKey.did] });
    expect(foreign).toMatchObject({ verdict: "invalid", asChecked: [] });
    expect(times).toBe(1);
  });
});
