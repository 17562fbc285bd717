import { keccak256 } from "viem";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { contractCheck } from "../../src/chain/contract-wallet.ts";
import { openChains } from "../../src/chain/rpc.ts";
import { credentialKind } from "../../src/credentials/renown-credential.ts";
import type { JsonObject } from "../../src/kernel/json.ts";
import { day, hour, iso, minute } from "../../src/kernel/time.ts";
import { signOpening, signOperation } from "../../src/operations/sign.ts";
import { appKey, otherKey, signCredential, userOf } from "../harness.ts";
import {
  type Answer,
  delegationProof,
  expectProblem,
  get,
  post,
  profileKind,
  remove,
  signIn,
  signInProof,
  signProfile,
  withContext,
} from "../http/client.ts";
import { type LocalService, startLocal } from "../http/server.ts";
import { type Evm, hasEvm, heir, owner, startEvm } from "./evm.ts";
import { type ContractWallet, deployedWallet, undeployedWallet } from "./wallets.ts";

describe.skipIf(!hasEvm)("a contract wallet", () => {
  let evm: Evm;
  let service: LocalService;
  /** Whether the chain answers at present, and the calls that were made of it. */
  let answers: boolean;
  let calls: number;

  beforeAll(async () => {
    evm = await startEvm(1);
  });
  afterAll(() => evm?.close());
  beforeEach(async () => {
    answers = true;
    calls = 0;
    const through: typeof fetch = (input, init) => {
      if (JSON.parse(String(init?.body)).method === "eth_call") calls++;
      return answers ? fetch(input, init) : Promise.reject(new TypeError("fetch failed"));
    };
    const chains = openChains(new Map([[1, [evm.url]]]), { fetch: through });
    service = await startLocal({ parts: (clock) => ({ contract: contractCheck(chains, clock) }) });
  });
  afterEach(() => service.close());

  const both: [string, () => Promise<ContractWallet>][] = [
    ["that stands", () => deployedWallet(evm)],
    ["that is not deployed yet", async () => (await undeployedWallet(evm, BigInt(Date.now()))).wallet],
  ];
  const life = 60 * day;
  const ways: [string, (wallet: ContractWallet) => Promise<JsonObject>][] = [
    ["a sign-in message", (wallet) => delegationProof(service, wallet, { life })],
    ["a credential", async (wallet) => ({ credential: await signCredential({ wallet, life, issued: service.now() }) })],
  ];

  async function given(wallet: ContractWallet, how = ways[0]![1]) {
    const answer = await post(service, "/v1/delegations", await how(wallet));
    expect(answer.status, answer.text).toBe(201);
    return answer.body as { id: string; entry: string; checkedAt: string; asChecked: JsonObject };
  }

  /** The delegated key opens a profile: what it does in the wallet's name. */
  async function act(wallet: ContractWallet): Promise<Answer> {
    const user = userOf(wallet);
    const create = await signOpening({ realm: service.realm, kind: profileKind, user }, appKey, service.now());
    const intent = { document: create.document, kind: profileKind, user, type: "SET_ETH_ADDRESS" };
    const input = { ethAddress: wallet.address, chainId: 1 };
    const first = await signOperation({ ...intent, input }, appKey, service.now());
    return post(service, "/v1/documents", { create: create.action, operations: [first.action] });
  }

  async function entriesOf(document: string): Promise<JsonObject[]> {
    const { body } = await get(service, `/v1/documents/${document}/operations`);
    return body.items;
  }
  const typesOf = async (document: string) =>
    (await entriesOf(document)).map((entry) => JSON.parse(entry.action as string).type);

  test.each(both)("%s signs in, for its own chain alone", async (_name, open) => {
    const wallet = await open();
    const { token, answer } = await signIn(service, wallet);
    expect(answer.user).toBe(userOf(wallet));
    const { body: me } = await get(service, "/v1/me", { token });
    expect(me).toMatchObject({ method: "contract", chainId: 1, address: wallet.address.toLowerCase() });
    expect(answer.sessionExpiresAt).toBe(iso(service.now() + day));
    expect(calls).toBe(1);
  });

  test("signs in once with one nonce, whatever comes of it", async () => {
    const wallet = await deployedWallet(evm);
    const proof = await signInProof(service, wallet);
    const wrong = { ...proof, signature: `${proof.signature.slice(0, -4)}${"0".repeat(4)}` };
    expectProblem(await post(service, "/v1/auth/siwe", wrong), "BAD_SIGNATURE");
    expectProblem(await post(service, "/v1/auth/siwe", proof), "NONCE_UNKNOWN");
    expect(calls).toBe(1);
  });

  test("does not sign in by another's signature, nor while its chain does not answer", async () => {
    const wallet = await deployedWallet(evm);
    const { signMessage } = await deployedWallet(evm, heir);
    const proof = await signInProof(service, { ...wallet, signMessage });
    expectProblem(await post(service, "/v1/auth/siwe", proof), "BAD_SIGNATURE");
    answers = false;
    const silent = await signInProof(service, wallet);
    expectProblem(await post(service, "/v1/auth/siwe", silent), "UNAVAILABLE");
  });

  test.each(ways.flatMap(([way, how]) => both.map(([state, open]) => [state, way, open, how] as const)))(
    "%s delegates by %s, and what it said yes to stands behind the proof in the same commit",
    async (_state, _way, open, how) => {
      const wallet = await open();
      const delegation = await given(wallet, how);
      expect(delegation).toMatchObject({ method: "contract", user: userOf(wallet), state: "LIVE" });
      const entries = await entriesOf(delegation.id);
      const told = entries.map(({ binding, authority, action }) => [
        JSON.parse(action as string).type,
        binding,
        (authority as JsonObject).by,
      ]);
      expect(told).toEqual([
        ["CREATE_DOCUMENT", "attested", "proof"],
        ["INIT", "attested", "proof"],
        ["RECORD_CHECK", "full", "service"],
      ]);
      const record = JSON.parse(entries[2]!.action as string).input;
      const block = await evm.client.getBlock();
      expect(record).toMatchObject({
        method: "contract",
        chainId: 1,
        address: wallet.address.toLowerCase(),
        blockNumber: Number(block.number),
        blockHash: block.hash,
        checkedAt: iso(service.now()),
      });
      const code = await evm.client.getCode({ address: wallet.address });
      expect(record.codeHash).toBe(keccak256(code ?? "0x"));
      expect("factoryData" in record).toBe(code === undefined);
      expect(delegation).toMatchObject({ asChecked: record, checkedAt: iso(service.now()) });
      expect(entries[1]!.digest).toBe(delegation.entry);
      expect(calls).toBe(1);
    },
  );

  test("brings its delegation as a document of the key's own, with the record in the same commit", async () => {
    const wallet = await deployedWallet(evm);
    const credential = await signCredential({ wallet, issued: service.now() });
    const user = userOf(wallet);
    const create = await signOpening({ realm: service.realm, kind: credentialKind, user }, appKey, service.now());
    const { "@context": context, ...rest } = credential;
    const intent = { document: create.document, kind: credentialKind, user, type: "INIT", input: { context, ...rest } };
    const init = await signOperation(intent as typeof intent & { input: JsonObject }, appKey, service.now());
    const opening = { create: create.action, operations: [init.action] };
    const answer = await post(service, "/v1/documents", opening);
    expect(answer.status, answer.text).toBe(201);
    expect(answer.body.receipts).toHaveLength(2);
    expect(await typesOf(create.document)).toEqual(["CREATE_DOCUMENT", "INIT", "RECORD_CHECK"]);
    const again = await post(service, "/v1/documents", opening);
    expect(again.body.receipts).toEqual(answer.body.receipts);
    expect((await act(wallet)).status).toBe(201);
  });

  test("lets its key act on its own chain, and nowhere else", async () => {
    const wallet = await deployedWallet(evm);
    await given(wallet);
    const elsewhere = await signProfile(service, wallet);
    const user = userOf(wallet, 10);
    const create = await signOpening({ realm: service.realm, kind: profileKind, user }, appKey, service.now());
    expectProblem(await post(service, "/v1/documents", { create: create.action, operations: [] }), "NOT_DELEGATED");
    // Without its chain the address would count on all of them.
    const opening = { create: elsewhere.create.action, operations: [elsewhere.first.action] };
    expectProblem(await post(service, "/v1/documents", opening), "INVALID_INPUT");
    expect((await act(wallet)).status).toBe(201);
  });

  test("is shown with its record in reports and audits, which ask no chain", async () => {
    const wallet = await deployedWallet(evm);
    const { id, asChecked } = await given(wallet);
    const opened = await act(wallet);
    const document = opened.body.receipts[0].document;
    const before = calls;
    answers = false;
    const stored = await get(service, `/v1/documents/${document}/operations`);
    const action = JSON.parse(stored.body.items[1].action);
    const { body: report } = await post(service, "/v1/operations/verify", withContext(document, action));
    expect(report.results[0]).toMatchObject({ verdict: "valid", delegation: { id, asChecked } });
    for (const each of [document, id]) {
      const { body: audit } = await get(service, `/v1/documents/${each}/audit`);
      expect(audit.verdict, JSON.stringify(audit.findings)).toBe("valid");
      expect(audit.asChecked).toEqual([{ ...asChecked, document: id, seq: 3 }]);
    }
    expect(calls).toBe(before);
  });

  test("has its credentials verified by the record where one is kept, else by asking now", async () => {
    const wallet = await deployedWallet(evm);
    const verify = async (credential: JsonObject) => {
      const { body } = await post(service, "/v1/credentials/verify", { credential });
      const { outcome, code } = body.checks.find(({ name }: { name: string }) => name === "signature");
      return [body.verdict, outcome, code];
    };
    const kept = await signCredential({ wallet, issued: service.now() });
    const other = await signCredential({ wallet, issued: service.now() });
    await given(wallet, async () => ({ credential: kept }));
    const before = calls;
    expect(await verify(kept)).toEqual(["valid", "pass", "AS_CHECKED"]);
    expect(calls).toBe(before);
    expect(await verify(other)).toEqual(["valid", "pass", "AS_CHECKED"]);
    expect(calls).toBe(before + 1);
    await evm.send("Wallet", wallet.address, "setOwner", [heir.address], owner);
    service.clock.advance(minute);
    expect(await verify(other)).toEqual(["invalid", "fail", "BAD_SIGNATURE"]);
    // What is kept is revoked when its key is used, as the log will say.
    expect(await verify(kept)).toEqual(["valid", "pass", "AS_CHECKED"]);
    // The record is of what was signed: under the same id nothing else passes.
    const swapped = { ...other, id: kept.id! };
    expect((await verify(swapped)).slice(0, 2)).toEqual(["invalid", "fail"]);
    answers = false;
    service.clock.advance(minute);
    expect(await verify(other)).toEqual(["undetermined", "unknown", "UNAVAILABLE"]);
  });

  test("is not believed by an audit where the record was left out", async () => {
    const wallet = await deployedWallet(evm);
    const { id } = await given(wallet);
    const { body: bundle } = await get(service, `/v1/documents/${id}/audit?bundle=1`);
    const { auditBundle } = await import("../../src/index.ts");
    const { operationKeys } = bundle.service;
    const whole = await auditBundle(bundle, { operationKeys });
    expect(whole.verdict).toBe("valid");
    const without = structuredClone(bundle);
    without.logs[0].entries.pop();
    const lacking = await auditBundle(without, { operationKeys });
    expect(lacking.verdict).not.toBe("valid");
    expect(lacking.findings).toEqual([expect.objectContaining({ law: "rules", code: "BAD_SIGNATURE" })]);
  });

  describe("is asked again", () => {
    test("not within a day, and then once, before its key acts", async () => {
      const wallet = await deployedWallet(evm);
      const { id } = await given(wallet);
      service.clock.advance(day);
      expect((await act(wallet)).status).toBe(201);
      expect(calls).toBe(1);
      service.clock.advance(minute);
      await Promise.all([ask(wallet), ask(wallet), ask(wallet)]);
      expect(calls).toBe(2);
      expect(await typesOf(id)).toEqual(["CREATE_DOCUMENT", "INIT", "RECORD_CHECK", "RECORD_CHECK"]);
      service.clock.advance(hour);
      await ask(wallet);
      expect(calls).toBe(2);
      const { body: audit } = await get(service, `/v1/documents/${id}/audit`);
      expect(audit.verdict, JSON.stringify(audit.findings)).toBe("valid");
      expect(audit.asChecked).toHaveLength(2);
    });

    test.each(ways)("after another owner took it over, and its no ends what it gave by %s", async (_way, how) => {
      const wallet = await deployedWallet(evm);
      const { id } = await given(wallet, how);
      await evm.send("Wallet", wallet.address, "setOwner", [heir.address], owner);
      expect((await ask(wallet)).state).toBe("LIVE");
      service.clock.advance(day + minute);
      expectProblem(await act(wallet), "NOT_DELEGATED");
      const types = await typesOf(id);
      expect(types).toEqual(["CREATE_DOCUMENT", "INIT", "RECORD_CHECK", "REVOKE"]);
      const [, , , revoke] = await entriesOf(id);
      expect(revoke).toMatchObject({ binding: "full", authority: { by: "service" } });
      expect((await ask(wallet)).state).toBe("REVOKED");
      // Giving it back changes nothing: a revocation is final.
      await evm.send("Wallet", wallet.address, "setOwner", [owner.address], heir);
      service.clock.advance(2 * day);
      expectProblem(await act(wallet), "NOT_DELEGATED");
      expect(await typesOf(id)).toEqual(types);
    });

    test("in vain while its chain does not answer: for a week its key acts on, and seldom waits", async () => {
      const wallet = await deployedWallet(evm);
      const { id } = await given(wallet);
      answers = false;
      service.clock.advance(7 * day - hour);
      expect((await ask(wallet)).state).toBe("LIVE");
      answers = true;
      service.clock.advance(minute);
      expect((await ask(wallet)).state).toBe("LIVE");
      expect(await typesOf(id)).toEqual(["CREATE_DOCUMENT", "INIT", "RECORD_CHECK"]);
      service.clock.advance(5 * minute);
      expect((await act(wallet)).status).toBe(201);
      expect(await typesOf(id)).toEqual(["CREATE_DOCUMENT", "INIT", "RECORD_CHECK", "RECORD_CHECK"]);
    });

    test("for a week in vain, and that ends the delegation", async () => {
      const wallet = await deployedWallet(evm);
      const { id } = await given(wallet);
      answers = false;
      service.clock.advance(7 * day - minute);
      expect((await act(wallet)).status).toBe(201);
      service.clock.advance(2 * minute);
      expectProblem(await act(wallet), "NOT_DELEGATED");
      const [, , , revoke] = await entriesOf(id);
      expect(JSON.parse(revoke!.action as string)).toMatchObject({
        type: "REVOKE",
        input: { reason: "The wallet's contract could not be asked for a week." },
      });
      answers = true;
      expectProblem(await act(wallet), "NOT_DELEGATED");
    });

    test("not about what has been revoked", async () => {
      const wallet = await deployedWallet(evm);
      const { token } = await signIn(service, wallet);
      const { id } = await given(wallet);
      const { body } = await remove(service, `/v1/delegations/${id}`, { token });
      expect(body.revokedBy).toBe("wallet");
      const before = calls;
      service.clock.advance(2 * day);
      expectProblem(await act(wallet), "NOT_DELEGATED");
      expect(calls).toBe(before);
    });

    test("not by its key, which cannot put a check on record", async () => {
      const wallet = await deployedWallet(evm);
      const { id, asChecked } = await given(wallet);
      const intent = { document: id, kind: "renown/delegation", user: userOf(wallet), type: "RECORD_CHECK" };
      const { body: view } = await get(service, `/v1/documents/${id}`);
      const signed = await signOperation({ ...intent, input: asChecked, previous: view.head }, appKey, service.now());
      expectProblem(await post(service, `/v1/documents/${id}/operations`, signed.action), "NOT_PERMITTED");
      const strange = await signOperation({ ...intent, input: asChecked }, otherKey, service.now());
      expectProblem(await post(service, `/v1/documents/${id}/operations`, strange.action), "NOT_DELEGATED");
    });
  });

  /** What is reported of the key where it signs for a document that is kept elsewhere. */
  async function ask(wallet: ContractWallet) {
    const intent = { document: "elsewhere", kind: "a/b", user: userOf(wallet), type: "DO", input: {} };
    const { action } = await signOperation(intent, appKey, service.now());
    const { body } = await post(service, "/v1/operations/verify", withContext("elsewhere", action, "a/b"));
    return body.results[0].delegation;
  }
});
