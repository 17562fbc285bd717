import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { iso } from "../../src/kernel/time.ts";
import { appKey, otherKey, userOf } from "../harness.ts";
import { bring } from "./api-client.ts";
import { ask, delegate, freshWallet, get } from "./client.ts";
import { type LocalService, startLocal } from "./server.ts";

let service: LocalService;
beforeAll(async () => {
  service = await startLocal();
});
afterAll(() => service.close());

const form = (values: Record<string, string>) => new URLSearchParams(values).toString();
const headers = { "content-type": "application/x-www-form-urlencoded" };
const grantType = "urn:ietf:params:oauth:grant-type:device_code";

const authorize = (values: Record<string, string> = {}, at = service) =>
  ask(at, "POST", "/v1/device/code", { headers, body: form({ client_id: appKey.did, ...values }) });
const token = (code: string, values: Record<string, string> = {}, at = service) => {
  const asked = { grant_type: grantType, device_code: code, client_id: appKey.did, ...values };
  return ask(at, "POST", "/v1/device/token", { headers, body: form(asked) });
};
const errorOf = async (answer: ReturnType<typeof token>) => {
  const { status, body, headers } = await answer;
  expect(status).toBe(400);
  expect(headers.get("cache-control")).toBe("no-store");
  return body.error;
};
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => "done",
    (error) => error.code,
  );

/** A device asks, waits as long as it was told, and a wallet lets its key speak. */
async function asked(values?: Record<string, string>, at = service) {
  const { body } = await authorize(values, at);
  return { device: body.device_code as string, user: body.user_code as string };
}

describe("device authorization", () => {
  test("gives a code for the device and one for the person", async () => {
    const { status, body, headers } = await authorize({ client_name: "My laptop", scope: "powerhouse/renown-user" });
    expect(status).toBe(200);
    expect(body).toEqual({
      device_code: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/),
      user_code: expect.stringMatching(/^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/),
      verification_uri: `${service.origin}/device`,
      verification_uri_complete: `${service.origin}/device?user_code=${body.user_code}`,
      expires_in: 600,
      interval: 5,
    });
    expect(headers.get("cache-control")).toBe("no-store");
    expect(await service.services.devices.find(body.user_code)).toEqual({
      userCode: body.user_code,
      app: appKey.did,
      may: ["powerhouse/renown-user"],
      label: "My laptop",
      expiresAt: iso(service.now() + 600_000),
    });
  });

  test("is described where clients look for it", async () => {
    const { body } = await get(service, "/.well-known/oauth-authorization-server");
    expect(body).toMatchObject({
      issuer: service.origin,
      device_authorization_endpoint: `${service.origin}/v1/device/code`,
      token_endpoint: `${service.origin}/oauth/token`,
      grant_types_supported: expect.arrayContaining([grantType]),
      token_endpoint_auth_methods_supported: expect.arrayContaining(["none"]),
    });
    const { device } = await asked();
    const values = { grant_type: grantType, device_code: device, client_id: appKey.did };
    const waiting = ask(service, "POST", "/oauth/token", { headers, body: form(values) });
    expect(await errorOf(waiting)).toBe("authorization_pending");
  });

  test("finds the code as people type it", async () => {
    const { user } = await asked();
    const typed = [
      user,
      user.toLowerCase(),
      user.replace("-", ""),
      ` ${user.replace("-", " ")} `,
      user.split("").join("."),
    ];
    for (const text of typed) expect(await service.services.devices.find(text)).toMatchObject({ userCode: user });
    for (const text of ["", "AAAA-AAAA", user.slice(1), `${user}B`, "%", "x".repeat(1_000)])
      expect(await service.services.devices.find(text)).toBeUndefined();
  });

  test("says nothing of limits, none, or those that were asked for", async () => {
    const mayOf = async (scope?: string) =>
      (await service.services.devices.find((await asked(scope === undefined ? {} : { scope })).user))!.may;
    expect(await mayOf()).toBeNull();
    expect(await mayOf("none")).toEqual(["none"]);
    expect(await mayOf("renown:may:a/b urn:renown:may:c/d:DO")).toEqual(["a/b", "c/d:DO"]);
    for (const scope of ["none a/b", "a", "a/b:do", "openid profile"])
      expect((await authorize({ scope })).body).toMatchObject({ error: "invalid_scope", code: "INVALID_CREDENTIAL" });
  });

  test("shows of a name what a person can read", async () => {
    const { user } = await asked({ client_name: `\u202eevil\u0007 name ${"x".repeat(200)}` });
    const { label } = (await service.services.devices.find(user))!;
    expect(label).toMatch(/^evil name x+$/);
    expect(label.length).toBe(128);
  });

  test("needs a key, a form and each parameter once", async () => {
    for (const client_id of ["", "my-app", "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK", "did:key:zDnaX"])
      expect((await authorize({ client_id })).body).toMatchObject({ error: "invalid_client", code: "INVALID_DID" });
    const json = await ask(service, "POST", "/v1/device/code", { body: { client_id: appKey.did } });
    expect([json.status, json.body.error]).toEqual([415, "invalid_request"]);
    const twice = `${form({ client_id: appKey.did })}&client_id=x`;
    const answer = await ask(service, "POST", "/v1/device/code", { headers, body: twice });
    expect([answer.status, answer.body.error]).toEqual([400, "invalid_request"]);
    const large = await ask(service, "POST", "/v1/device/code", { headers, body: "a".repeat(20_000) });
    expect([large.status, large.body.error]).toEqual([413, "invalid_request"]);
    expect((await get(service, "/v1/device/code")).headers.get("allow")).toBe("POST");
  });
});

describe("the token of a device", () => {
  const pollsAt = async (at: LocalService, device: string, seconds: number) => {
    at.clock.advance(seconds * 1_000);
    return errorOf(token(device, {}, at));
  };

  test("is pending until a person decides", async () => {
    const { device } = await asked();
    expect(await errorOf(token(device))).toBe("authorization_pending");
  });

  test("comes once, for a live delegation of exactly this key", async () => {
    const wallet = freshWallet();
    const { device, user } = await asked();
    const { id } = await delegate(service, wallet);
    await service.services.devices.decide(user.toLowerCase(), { approve: true, delegation: id });
    const answers = await Promise.all(Array.from({ length: 4 }, () => token(device)));
    const given = answers.filter(({ status }) => status === 200);
    expect(given.map(({ body }) => body)).toEqual([
      {
        access_token: id,
        issued_token_type: "urn:renown:token-type:delegation",
        token_type: "N_A",
        expires_in: 86_400,
        delegation: id,
        user: userOf(wallet),
        app: appKey.did,
        expires_at: iso(service.now() + 86_400_000),
      },
    ]);
    expect(await errorOf(token(device))).toBe("invalid_grant");
    expect(await service.services.devices.find(user)).toBeUndefined();
  });

  test("comes for a credential too, the delegation of existing clients", async () => {
    const { device, user } = await asked();
    const { documentId, wallet } = await bring(service);
    await service.services.devices.decide(user, { approve: true, delegation: documentId });
    expect((await token(device)).body).toMatchObject({ delegation: documentId, user: userOf(wallet) });
  });

  test("comes for no other key, no ended delegation and nothing", async () => {
    const { device, user } = await asked();
    const { decide } = service.services.devices;
    const other = await delegate(service, freshWallet(), { app: otherKey.did });
    const ended = await delegate(service, freshWallet());
    await service.services.delegations.revoke({ by: "operator" }, ended.id, null);
    for (const delegation of [other.id, ended.id, "none", ""])
      expect(await codeOf(decide(user, { approve: true, delegation }))).toBe("FORBIDDEN");
    expect(await errorOf(token(device))).toBe("authorization_pending");
    expect(await errorOf(token(device, { client_id: otherKey.did }))).toBe("invalid_grant");
    for (const code of ["x", "A".repeat(43), `${device}x`]) expect(await errorOf(token(code))).toBe("invalid_grant");
  });

  test("is denied where the delegation ended meanwhile", async () => {
    const { device, user } = await asked();
    const { id } = await delegate(service, freshWallet());
    await service.services.devices.decide(user, { approve: true, delegation: id });
    await service.services.delegations.revoke({ by: "operator" }, id, null);
    expect(await errorOf(token(device))).toBe("access_denied");
  });

  test("is denied by the person, once and for good", async () => {
    const { device, user } = await asked();
    const { decide } = service.services.devices;
    await decide(user, { approve: false });
    const { id } = await delegate(service, freshWallet());
    expect(await codeOf(decide(user, { approve: true, delegation: id }))).toBe("NOT_FOUND");
    expect(await errorOf(token(device))).toBe("access_denied");
  });

  test("makes who asks too often wait five seconds more, each time", async () => {
    const own = await startLocal();
    const { device } = await asked({}, own);
    expect(await pollsAt(own, device, 0)).toBe("authorization_pending");
    expect(await pollsAt(own, device, 3)).toBe("slow_down");
    expect(await pollsAt(own, device, 5)).toBe("slow_down");
    expect(await pollsAt(own, device, 15)).toBe("authorization_pending");
    expect(await pollsAt(own, device, 14.5)).toBe("authorization_pending");
    await own.close();
  });

  test("runs out after ten minutes, for the person and the device", async () => {
    const own = await startLocal();
    const { device, user } = await asked({}, own);
    own.clock.advance(599_999);
    expect(await own.services.devices.find(user)).toBeDefined();
    own.clock.advance(1);
    expect(await own.services.devices.find(user)).toBeUndefined();
    expect(await errorOf(token(device, {}, own))).toBe("expired_token");
    expect(await codeOf(own.services.devices.decide(user, { approve: false }))).toBe("NOT_FOUND");
    await own.close();
  });

  test("is kept as a hash alone", async () => {
    const lines: string[] = [];
    const { device } = await asked();
    await token(device);
    for (const line of service.lines) lines.push(JSON.stringify(line));
    expect(lines.join("\n")).not.toContain(device);
  });

  test("needs the grant type and a code", async () => {
    expect(await errorOf(token("x", { grant_type: "authorization_code" }))).toBe("unsupported_grant_type");
    expect(await errorOf(token(""))).toBe("invalid_request");
    const flooded = await startLocal({ limits: { requests: { burst: 1, window: 10_000 } } });
    await token("x", {}, flooded);
    const refused = await token("x", {}, flooded);
    expect([refused.status, refused.body.error]).toEqual([429, "slow_down"]);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    await flooded.close();
  });
});
