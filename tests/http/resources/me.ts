import { beforeAll, describe, expect, test } from "vitest";
import type { JsonObject } from "../../../src/kernel/json.ts";
import { appKey, otherKey } from "../../harness.ts";
import {
  appToken,
  ask,
  delegate,
  expectProblem,
  freshWallet,
  get,
  openProfile,
  post,
  remove,
  signIn,
} from "../client.ts";
import type { Service } from "../server.ts";

export function meContract(open: () => Promise<Service>): void {
  let service: Service;
  beforeAll(async () => {
    service = await open();
  });

  describe("a signed-in wallet", () => {
    test("sees who it is", async () => {
      const { wallet, token, answer } = await signIn(service);
      const me = await get(service, "/v1/me", { token });
      expect(me.status).toBe(200);
      expect(me.body).toEqual({
        user: answer.user,
        address: wallet.address.toLowerCase(),
        chainId: 1,
        session: answer.session,
        method: "recovery",
        profile: null,
      });
      expect(me.headers.get("cache-control")).toBe("no-store");
      expect(me.headers.get("vary")).toBe("authorization, cookie");
    });

    test("lists its delegations and revokes one, for good", async () => {
      const { wallet, token } = await signIn(service);
      const given = await delegate(service, wallet, { may: ["powerhouse/renown-user"] });
      const { body } = await get(service, "/v1/me/delegations", { token });
      expect(body).toMatchObject({ items: [{ id: given.id, app: appKey.did, state: "LIVE" }], next: null });
      expect(body.items[0].may).toEqual(["powerhouse/renown-user"]);
      const revoked = await remove(service, `/v1/me/delegations/${given.id}`, { token, body: { reason: "Lost." } });
      expect(revoked.body).toMatchObject({ id: given.id, state: "REVOKED", revocationReason: "Lost." });
      expectProblem(await remove(service, `/v1/me/delegations/${given.id}`, { token }), "ALREADY_REVOKED", 409);
    });

    test("sees when an app last signed in its name, and that another never did", async () => {
      const { wallet, token } = await signIn(service);
      const idle = await delegate(service, wallet, { app: otherKey.did });
      const { delegation, receipts } = await openProfile(service, wallet);
      const { body } = await get(service, "/v1/me/delegations", { token });
      const used = Object.fromEntries(body.items.map((each: JsonObject) => [each.id, each.lastUsedAt]));
      expect(used).toEqual({ [idle.id]: null, [delegation.id]: receipts.at(-1)!.admittedAt });
    });

    test("pages through its delegations", async () => {
      const { wallet, token } = await signIn(service);
      const ids = [];
      for (let i = 0; i < 3; i++) ids.push((await delegate(service, wallet)).id);
      const first = await get(service, "/v1/me/delegations?limit=2", { token });
      expect(first.body.items).toHaveLength(2);
      expect(first.headers.get("link")).toMatch(/^<\/v1\/me\/delegations\?after=.+&limit=2>; rel="next"$/);
      const next = /<(.+)>/.exec(first.headers.get("link")!)![1]!;
      const second = await get(service, next, { token });
      expect(second.body).toMatchObject({ next: null });
      expect(second.headers.get("link")).toBeNull();
      const found = [...first.body.items, ...second.body.items].map((each) => each.id);
      expect(found.toSorted()).toEqual(ids.toSorted());
    });

    test("says once from when a key counts as compromised", async () => {
      const { wallet, token } = await signIn(service);
      const { id } = await delegate(service, wallet);
      const from = new Date(service.now() - 1_000).toISOString();
      const path = `/v1/me/delegations/${id}/compromised`;
      const answer = await post(service, path, { from }, { token });
      expect(answer.body).toMatchObject({ id, compromisedFrom: from });
      expectProblem(await post(service, path, { from }, { token }), "ALREADY_SET", 409);
      expectProblem(await post(service, path, { from: "yesterday" }, { token }), "UNREADABLE_DATE", 400);
    });

    test("does not know of what is another's", async () => {
      const { id } = await delegate(service, freshWallet());
      const { token } = await signIn(service);
      expectProblem(await remove(service, `/v1/me/delegations/${id}`, { token }), "NOT_FOUND", 404);
      expectProblem(await remove(service, "/v1/me/sessions/AAAAAAAAAAAAAAAAAAAAAA", { token }), "NOT_FOUND", 404);
    });

    test("lists its sessions, ends one, and all", async () => {
      const { wallet, token, answer } = await signIn(service);
      const other = await signIn(service, wallet);
      const { body } = await get(service, "/v1/me/sessions", { token });
      expect(body.items).toHaveLength(2);
      const current = body.items.filter((each: { current: boolean }) => each.current);
      expect(current).toMatchObject([{ id: answer.session }]);
      expect((await remove(service, `/v1/me/sessions/${other.answer.session}`, { token })).status).toBe(204);
      expectProblem(await get(service, "/v1/me", { token: other.token }), "UNAUTHENTICATED", 401);
      expect((await remove(service, "/v1/me/sessions", { token })).status).toBe(204);
      expectProblem(await get(service, "/v1/me", { token }), "UNAUTHENTICATED", 401);
    });

    test("is nobody without a token, and no app or operator", async () => {
      const wallet = freshWallet();
      await delegate(service, wallet);
      const refused = await get(service, "/v1/me");
      expectProblem(refused, "UNAUTHENTICATED", 401);
      expect(refused.headers.get("www-authenticate")).toBe('Bearer realm="renown"');
      const app = await appToken(service, wallet);
      for (const token of [app, service.operatorToken])
        for (const path of ["/v1/me", "/v1/me/delegations", "/v1/me/sessions"])
          expectProblem(await get(service, path, { token }), "FORBIDDEN", 403);
    });
  });

  describe("the cookie of our own pages", () => {
    test("counts where the browser says that the page is ours", async () => {
      const { cookie, answer } = await signIn(service);
      for (const headers of [
        { cookie, "sec-fetch-site": "same-origin" },
        { cookie, origin: service.origin },
        { cookie },
      ]) {
        const me = await get(service, "/v1/me", { headers });
        expect(me.body).toMatchObject({ user: answer.user });
      }
    });

    test("counts for nothing where the page is another's", async () => {
      const { cookie } = await signIn(service);
      const foreign = { cookie, "sec-fetch-site": "cross-site", origin: "https://evil.example" };
      expectProblem(await get(service, "/v1/me", { headers: foreign }), "UNAUTHENTICATED", 401);
      expectProblem(await remove(service, "/v1/me/sessions", { headers: foreign }), "UNAUTHENTICATED", 401);
      const sibling = { cookie, "sec-fetch-site": "same-site" };
      expectProblem(await remove(service, "/v1/me/sessions", { headers: sibling }), "UNAUTHENTICATED", 401);
    });

    test("changes nothing unless the page is known to be ours", async () => {
      const { cookie } = await signIn(service);
      expectProblem(await remove(service, "/v1/me/sessions", { headers: { cookie } }), "UNAUTHENTICATED", 401);
      expectProblem(await ask(service, "POST", "/v1/auth/sign-out", { headers: { cookie } }), "UNAUTHENTICATED", 401);
      const ours = { cookie, "sec-fetch-site": "same-origin" };
      expect((await remove(service, "/v1/me/sessions", { headers: ours })).status).toBe(204);
    });

    test("never stands in for a token that does not hold", async () => {
      const { cookie } = await signIn(service);
      const answer = await get(service, "/v1/me", { headers: { cookie }, token: "nonsense" });
      expectProblem(answer, "INVALID_TOKEN", 401);
    });

    test("is refused where it was tampered with", async () => {
      const { cookie } = await signIn(service);
      const spoilt = `${cookie.slice(0, -1)}${cookie.endsWith("A") ? "B" : "A"}`;
      expectProblem(await get(service, "/v1/me", { headers: { cookie: spoilt } }), "INVALID_TOKEN", 401);
    });
  });
}
