import { beforeAll, describe, expect, test } from "vitest";
import { appKey } from "../../harness.ts";
import {
  ask,
  delegationProof,
  expectProblem,
  freshWallet,
  get,
  post,
  signIn,
  signInProof,
  siweText,
} from "../client.ts";
import type { Service } from "../server.ts";

export function authContract(open: () => Promise<Service>): void {
  let service: Service;
  beforeAll(async () => {
    service = await open();
  });

  describe("signing in", () => {
    test("gives a nonce with its statement for ten minutes", async () => {
      const { status, body, headers } = await post(service, "/v1/auth/nonce", { purpose: "sign-in" });
      expect(status).toBe(200);
      expect(body.nonce).toMatch(/^[A-Za-z0-9]{24}$/);
      expect(body.statement).toMatch(/^I sign in to Renown/);
      expect(Date.parse(body.expiresAt)).toBeGreaterThan(service.now() + 9 * 60_000);
      expect(headers.get("cache-control")).toBe("no-store");
    });

    test("answers tokens and a credential, and sets a cookie that only our own pages get", async () => {
      const wallet = freshWallet();
      const answer = await post(service, "/v1/auth/siwe", await signInProof(service, wallet));
      expect(answer.status).toBe(200);
      expect(answer.body.user).toBe(`did:pkh:eip155:1:${wallet.address.toLowerCase()}`);
      expect(answer.body.accessToken).toMatch(/^ey/);
      expect(answer.body.credential.split(".")).toHaveLength(3);
      expect(answer.body).not.toHaveProperty("cookie");
      const cookie = answer.headers.get("set-cookie")!;
      expect(cookie).toMatch(/^__Host-renown=[^;]+; Path=\/; Max-Age=\d+; HttpOnly; Secure; SameSite=Lax$/);
      const [, age] = /Max-Age=(\d+)/.exec(cookie)!;
      expect(Number(age)).toBeGreaterThan(29 * 86_400);
      expect(answer.text).not.toContain(cookie.split(";")[0]!.split("=")[1]!);
    });

    test("takes a message once", async () => {
      const proof = await signInProof(service, freshWallet());
      expect((await post(service, "/v1/auth/siwe", proof)).status).toBe(200);
      expectProblem(await post(service, "/v1/auth/siwe", proof), "NONCE_UNKNOWN", 422);
    });

    test("burns the nonce of a message with a bad signature", async () => {
      const wallet = freshWallet();
      const { message, signature } = await signInProof(service, wallet);
      const other = await freshWallet().signMessage({ message });
      expectProblem(await post(service, "/v1/auth/siwe", { message, signature: other }), "BAD_SIGNATURE", 422);
      expectProblem(await post(service, "/v1/auth/siwe", { message, signature }), "NONCE_UNKNOWN", 422);
    });

    test("refuses a message that is none, one for another site, and one with another statement", async () => {
      const wallet = freshWallet();
      const signed = async (message: string) => ({ message, signature: await wallet.signMessage({ message }) });
      expectProblem(await post(service, "/v1/auth/siwe", await signed("Hello")), "INVALID_SIWE", 400);
      const { body: nonce } = await post(service, "/v1/auth/nonce", { purpose: "sign-in" });
      const elsewhere = siweText({ ...service, origin: "https://evil.example" }, wallet, nonce);
      expectProblem(await post(service, "/v1/auth/siwe", await signed(elsewhere)), "WRONG_DOMAIN", 422);
      const { body: second } = await post(service, "/v1/auth/nonce", { purpose: "sign-in" });
      const reworded = siweText(service, wallet, { ...second, statement: "I agree." });
      expectProblem(await post(service, "/v1/auth/siwe", await signed(reworded)), "WRONG_STATEMENT", 422);
    });

    test("opens no session for a message that delegates a key", async () => {
      const proof = await delegationProof(service, freshWallet());
      expectProblem(await post(service, "/v1/auth/siwe", proof), "NONCE_PURPOSE", 422);
    });

    test("refuses nonces for what cannot be delegated", async () => {
      const until = new Date(service.now() + 86_400_000).toISOString();
      const nonce = (body: unknown) => post(service, "/v1/auth/nonce", body);
      expectProblem(await nonce({ purpose: "sign-in", app: appKey.did }), "INVALID_REQUEST", 400);
      expectProblem(await nonce({ purpose: "delegate", app: appKey.did }), "INVALID_REQUEST", 400);
      expectProblem(await nonce({ purpose: "delegate", app: "did:example:1", until }), "INVALID_DID", 400);
      expectProblem(await nonce({ purpose: "delegate", app: appKey.did, until: "soon" }), "UNREADABLE_DATE", 400);
      const late = new Date(service.now() + 91 * 86_400_000).toISOString();
      expectProblem(await nonce({ purpose: "delegate", app: appKey.did, until: late }), "LIFETIME_TOO_LONG", 422);
    });

    test("trades a refresh token for new ones, and ends the session where it is used again later", async () => {
      const { answer } = await signIn(service);
      const first = await post(service, "/v1/auth/refresh", { refreshToken: answer.refreshToken });
      expect(first.status).toBe(200);
      expect(first.body.session).toBe(answer.session);
      const second = await post(service, "/v1/auth/refresh", { refreshToken: first.body.refreshToken });
      expect(second.status).toBe(200);
      expectProblem(
        await post(service, "/v1/auth/refresh", { refreshToken: answer.refreshToken }),
        "TOKEN_REUSED",
        401,
      );
      expectProblem(await get(service, "/v1/me", { token: second.body.accessToken }), "UNAUTHENTICATED", 401);
    });

    test("refuses a refresh token that was never given", async () => {
      const answer = await post(service, "/v1/auth/refresh", { refreshToken: "A".repeat(43) });
      expectProblem(answer, "INVALID_TOKEN", 401);
      expect(answer.headers.get("www-authenticate")).toContain("invalid_token");
    });

    test("ends the session on signing out and clears the cookie", async () => {
      const { token } = await signIn(service);
      const out = await ask(service, "POST", "/v1/auth/sign-out", { token });
      expect(out.status).toBe(204);
      expect(out.headers.get("set-cookie")).toMatch(/^__Host-renown=; Path=\/; Max-Age=0;/);
      expectProblem(await get(service, "/v1/me", { token }), "UNAUTHENTICATED", 401);
      expectProblem(await ask(service, "POST", "/v1/auth/sign-out"), "UNAUTHENTICATED", 401);
    });

    test("is not for pages of other origins", async () => {
      const answer = await post(service, "/v1/auth/nonce", { purpose: "sign-in" });
      expect(answer.headers.get("access-control-allow-origin")).toBe("*");
      const signed = await post(service, "/v1/auth/siwe", await signInProof(service, freshWallet()));
      expect(signed.headers.get("access-control-allow-origin")).toBeNull();
    });
  });
}
