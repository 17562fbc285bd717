import { beforeAll, describe, expect, test } from "vitest";
import { appKey, otherKey, signCredential } from "../../harness.ts";
import { appToken, delegate, delegationProof, expectProblem, freshWallet, post, remove, signIn } from "../client.ts";
import type { Service } from "../server.ts";

export function delegationContract(open: () => Promise<Service>): void {
  let service: Service;
  beforeAll(async () => {
    service = await open();
  });
  const give = (proof: unknown, token?: string) => post(service, "/v1/delegations", proof, { token });

  describe("a delegation", () => {
    test("is given by a sign-in message", async () => {
      const wallet = freshWallet();
      const answer = await give(await delegationProof(service, wallet));
      expect(answer.status).toBe(201);
      expect(answer.body).toMatchObject({ app: appKey.did, state: "LIVE", method: "recovery", may: null });
      expect(answer.body.user).toBe(`did:pkh:eip155:1:${wallet.address.toLowerCase()}`);
    });

    test("is given by a credential, and the same credential again gives the same", async () => {
      const wallet = freshWallet();
      const credential = await signCredential({ wallet, issued: service.now() });
      const first = await give({ credential });
      expect(first.status).toBe(201);
      const again = await give({ credential });
      expect(again.status).toBe(200);
      expect(again.body).toEqual(first.body);
    });

    test("is not given by a spoilt proof", async () => {
      const wallet = freshWallet();
      const credential = await signCredential({ wallet, issued: service.now() });
      const extended = { ...credential, expirationDate: "2100-01-01T00:00:00.000Z" };
      expect((await give({ credential: extended })).status).toBe(422);
      const { message, signature } = await delegationProof(service, wallet);
      const other = message.replace(appKey.did, otherKey.did).replace(appKey.did, otherKey.did);
      expectProblem(await give({ message: other, signature }), "WRONG_STATEMENT", 422);
    });

    test("by an old credential needs the key's own token or the wallet's session", async () => {
      const wallet = freshWallet();
      const issued = service.now() - 2 * 3_600_000;
      const old = () => signCredential({ wallet, issued });
      expectProblem(await give({ credential: await old() }), "STALE", 422);
      const token = await appToken(service, wallet);
      expect((await give({ credential: await old() }, token)).status).toBe(201);
      const { token: session } = await signIn(service, wallet);
      expect((await give({ credential: await old() }, session)).status).toBe(201);
      const stranger = await appToken(service, wallet, otherKey);
      expect((await give({ credential: await old() }, stranger)).status).toBeGreaterThanOrEqual(400);
    });

    test("is revoked by the app's own token, of itself alone", async () => {
      const wallet = freshWallet();
      const { id } = await delegate(service, wallet);
      const stranger = await appToken(service, wallet, otherKey);
      expectProblem(await remove(service, `/v1/delegations/${id}`, { token: stranger }), "NOT_FOUND", 404);
      const token = await appToken(service, wallet);
      const answer = await remove(service, `/v1/delegations/${id}`, { token, body: { reason: null } });
      expect(answer.body).toMatchObject({ id, state: "REVOKED", revokedBy: expect.any(String) });
      expectProblem(await remove(service, `/v1/delegations/${id}`, { token }), "ALREADY_REVOKED", 409);
    });

    test("is revoked by the wallet and by the operator", async () => {
      const { wallet, token } = await signIn(service);
      for (const by of [token, service.operatorToken]) {
        const { id } = await delegate(service, wallet);
        const answer = await remove(service, `/v1/delegations/${id}`, { token: by });
        expect(answer.body).toMatchObject({ id, state: "REVOKED" });
      }
    });

    test("is revoked by nobody without a token", async () => {
      const { id } = await delegate(service, freshWallet());
      expectProblem(await remove(service, `/v1/delegations/${id}`), "UNAUTHENTICATED", 401);
    });
  });
}
