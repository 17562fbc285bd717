import { inflateSync } from "node:zlib";
import { beforeAll, describe, expect, test } from "vitest";
import { appKey, signCredential, userOf } from "../../harness.ts";
import { delegate, expectProblem, freshWallet, get, post, remove, signIn } from "../client.ts";
import type { Service } from "../server.ts";

export function credentialContract(open: () => Promise<Service>): void {
  let service: Service;
  beforeAll(async () => {
    service = await open();
  });
  const verify = (body: unknown) => post(service, "/v1/credentials/verify", body);

  describe("a credential", () => {
    test("is issued at sign-in, read by its id, and holds", async () => {
      const { answer } = await signIn(service);
      const read = await get(service, pathOf(claims(answer.credential).id));
      expect(read.status).toBe(200);
      expect(read.headers.get("content-type")).toBe("application/vc+jwt");
      expect(read.text).toBe(answer.credential);
      const report = await verify({ credential: answer.credential });
      expect(report.body).toMatchObject({ verdict: "valid", form: "vc+jwt", subjects: [answer.user] });
    });

    test("is revoked by its owner and by the operator, and then does not hold", async () => {
      const { answer, token } = await signIn(service);
      const path = pathOf(claims(answer.credential).id);
      const stranger = await signIn(service);
      expect((await remove(service, path, { token: stranger.token })).status).toBeGreaterThanOrEqual(403);
      expectProblem(await remove(service, path), "UNAUTHENTICATED", 401);
      expect((await remove(service, path, { token })).status).toBe(204);
      const report = await verify({ credential: answer.credential });
      expect(report.body).toMatchObject({ verdict: "invalid" });
      const other = await signIn(service);
      const otherPath = pathOf(claims(other.answer.credential).id);
      expect((await remove(service, otherPath, { token: service.operatorToken })).status).toBe(204);
    });

    test("of Renown's own form is verified by its EIP-712 proof", async () => {
      const credential = await signCredential({ wallet: freshWallet(), issued: service.now() });
      expect((await verify({ credential })).body).toMatchObject({ form: "eip712", verdict: "valid" });
      const spoilt = { ...credential, expirationDate: "2100-01-01T00:00:00.000Z" };
      expect((await verify({ credential: spoilt })).body).toMatchObject({ form: "eip712", verdict: "invalid" });
    });

    test("that is none gets a report, not a refusal", async () => {
      for (const credential of ["x", "a.b.c", {}]) {
        const { status, body } = await verify({ credential });
        expect(status).toBe(200);
        expect(body.verdict).not.toBe("valid");
      }
      expectProblem(await verify({ credential: 7 }), "INVALID_REQUEST", 400);
      expectProblem(await verify({ credential: "x", at: "soon" }), "UNREADABLE_DATE", 400);
    });

    test("whose header says alg none is not valid", async () => {
      const { answer } = await signIn(service);
      const [, payload] = answer.credential.split(".");
      const header = btoa('{"alg":"none","typ":"vc+jwt"}').replaceAll("=", "");
      const { body } = await verify({ credential: `${header}.${payload}.` });
      expect(body.verdict).not.toBe("valid");
    });

    test("has its status in a list that may be kept, and is not sent again", async () => {
      const { answer } = await signIn(service);
      const status = claims(answer.credential).credentialStatus;
      const path = pathOf(status.statusListCredential);
      const list = await get(service, path);
      expect(list.headers.get("content-type")).toBe("application/vc+jwt");
      expect(list.headers.get("cache-control")).toMatch(/^public, max-age=\d+$/);
      expect(claims(list.text).credentialSubject).toMatchObject({ type: "BitstringStatusList" });
      const etag = list.headers.get("etag")!;
      const again = await get(service, path, { headers: { "if-none-match": `"other", ${etag}` } });
      expect(again.status).toBe(304);
      expect(again.text).toBe("");
      expect(again.headers.get("etag")).toBe(etag);
      expect((await get(service, path, { headers: { "if-none-match": '"other"' } })).status).toBe(200);
    });

    test("of a score is an SD-JWT that holds here, with its status in a list of its own form", async () => {
      const wallet = freshWallet();
      await delegate(service, wallet);
      const { token } = await signIn(service, wallet);
      const path = `/v1/subjects/${encodeURIComponent(userOf(wallet))}/scores/open-work/credential`;
      const asked = { form: "dc+sd-jwt", claim: { atLeast: "0" }, key: appKey.did };
      const { status, body } = await post(service, path, asked, { token });
      expect(status).toBe(201);
      const report = await verify({ credential: body.credential });
      expect(report.body).toMatchObject({ verdict: "valid", form: "dc+sd-jwt", subjects: [userOf(wallet)] });
      const place = claims(body.credential).status.status_list;
      const statusBit = async () => {
        const list = await get(service, pathOf(place.uri));
        expect(list.headers.get("content-type")).toBe("application/statuslist+jwt");
        const bits = inflateSync(Buffer.from(claims(list.text).status_list.lst, "base64url"));
        return (bits[place.idx >> 3]! >> (place.idx & 7)) & 1;
      };
      expect(await statusBit()).toBe(0);
      expect((await remove(service, `/v1/credentials/${body.id}`, { token })).status).toBe(204);
      expect(await statusBit()).toBe(1);
      expect((await verify({ credential: body.credential })).body.verdict).toBe("invalid");
    });

    test("that was never issued is not there", async () => {
      expectProblem(await get(service, "/v1/credentials/none"), "NOT_FOUND", 404);
      expectProblem(await get(service, "/v1/status-lists/none"), "NOT_FOUND", 404);
      expectProblem(await get(service, "/v1/status-lists/none/token"), "NOT_FOUND", 404);
      const path = "/v1/credentials/none";
      expectProblem(await remove(service, path, { token: service.operatorToken }), "NOT_FOUND", 404);
    });
  });
}

function claims(jwt: string) {
  return JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(unpadded(jwt)), (c) => c.charCodeAt(0))));
}

function unpadded(jwt: string): string {
  return jwt.split(".")[1]!.replaceAll("-", "+").replaceAll("_", "/");
}

function pathOf(url: string): string {
  return new URL(url).pathname;
}
