import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hex } from "../../src/kernel/bytes.ts";
import { iso } from "../../src/kernel/time.ts";
import { appKey, signCredential, userOf } from "../harness.ts";
import { expectRefusal, posted } from "./api-client.ts";
import { freshWallet, get, post, type Wallet } from "./client.ts";
import { actionOf, createDocument, execute, initOf, kinds } from "./graphql-client.ts";
import { type LocalService, startLocal } from "./server.ts";

/** Says yes to one signature of contracts on chain 10, and can be told to change its mind; other chains are not asked. */
const yes = `0x${"ab".repeat(100)}`;
let agrees = true;

let service: LocalService;
beforeAll(async () => {
  service = await startLocal({
    parts: (clock) => ({
      contract: async ({ address, chainId }, digest, signature) => {
        if (chainId !== 10) return undefined;
        if (!agrees || `0x${hex(signature)}` !== yes) return false;
        const block = { blockNumber: 1, blockHash: `0x${"11".repeat(32)}`, codeHash: `0x${"22".repeat(32)}` };
        const asked = { chainId, address, digest: `0x${hex(digest)}` };
        return { method: "contract", ...asked, ...block, checkedAt: iso(clock()) };
      },
    }),
  });
});
afterAll(() => service.close());

/** A credential of a contract on chain 10, by the signature that it says yes to. */
async function credentialOf(wallet: Wallet, chainId = 10) {
  const credential = (await signCredential({ wallet, issued: service.now(), chainId })) as any;
  return { ...credential, proof: { ...credential.proof, proofValue: yes } };
}

const bring = async (wallet: Wallet, more: object = {}) =>
  post(service, "/api/credential/renown", posted(await credentialOf(wallet), more as never));

describe("a contract wallet", () => {
  test("brings a credential, and its profile counts on its own chain", async () => {
    const wallet = freshWallet();
    const { status, body } = await bring(wallet, { username: "A vault" });
    expect(status).toBe(200);
    expect((await get(service, `/v1/profiles/${userOf(wallet, 10)}`)).body).toMatchObject({
      documentId: body.userDocumentId,
      chainId: 10,
      did: userOf(wallet, 10),
      username: "A vault",
    });
    expect((await get(service, `/v1/profiles/${userOf(wallet, 1)}`)).status).toBe(404);
    const found = await get(
      service,
      `/api/auth/credential?address=${wallet.address}&chainId=10&connectId=${appKey.did}`,
    );
    expect(found.body).toMatchObject({ userDocumentId: body.userDocumentId });
    expect(found.body.credential.proof.proofValue).toBe(yes);
    expect((await service.services.documents.audit(body.documentId)).verdict).toBe("valid");
    expect((await service.services.documents.audit(body.userDocumentId)).verdict).toBe("valid");
  });

  test("opens its profile within a page, the chain said by the service", async () => {
    const wallet = freshWallet();
    const document = await createDocument(service, kinds.credential);
    await execute(service, document, [initOf(service, await credentialOf(wallet))]);
    const profile = await createDocument(service, kinds.user);
    await execute(service, profile, [actionOf(service, "SET_ETH_ADDRESS", { ethAddress: wallet.address })]);
    expect((await get(service, `/v1/profiles/${profile}`)).body).toMatchObject({ chainId: 10, documentId: profile });
  });

  test("has a profile beside that of the same address by its own key", async () => {
    const wallet = freshWallet();
    const first = await bring(wallet);
    const own = posted(await signCredential({ wallet, issued: service.now() }));
    const second = await post(service, "/api/credential/renown", own);
    expect(second.body.userDocumentId).not.toBe(first.body.userDocumentId);
    const shown = (await get(service, `/v1/profiles/${wallet.address}`)).body;
    expect(shown).toMatchObject({ documentId: second.body.userDocumentId, chainId: null });
  });

  test("that says no, or whose chain is not asked here, brings nothing", async () => {
    agrees = false;
    expectRefusal(await bring(freshWallet()), 400, "BAD_SIGNATURE");
    agrees = true;
    const elsewhere = posted(await credentialOf(freshWallet(), 137));
    expectRefusal(await post(service, "/api/credential/renown", elsewhere), 400, "CONTRACT_WALLET");
  });

  test("that takes its yes back is out within a day", async () => {
    const own = freshWallet();
    const { body } = await bring(own);
    const find = () => get(service, `/api/auth/credential?address=${own.address}&connectId=${appKey.did}`);
    agrees = false;
    expect((await find()).status).toBe(200);
    service.clock.advance(86_400_001);
    expectRefusal(await find(), 404, "NOT_FOUND");
    agrees = true;
    const { body: status } = await get(service, `/api/status/${own.address}`);
    expect(status).toMatchObject({ documentId: body.documentId, status: "revoked" });
  });
});
