import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { digestOf } from "#primitives";
import { fromBase64url } from "../../src/kernel/bytes.ts";
import { day, iso } from "../../src/kernel/time.ts";
import { maxPending, maxSecrets, pendingLife } from "../../src/organizations/client.ts";
import type { Storage } from "../../src/storage/database.ts";
import { openSqlite } from "../../src/storage/sqlite.ts";
import { otherKey, userOf } from "../harness.ts";
import { appToken, ask, expectProblem, freshWallet, get, openProfile, post, remove, signIn } from "./client.ts";
import { act, addClient, askToken, basic, clientToken, openOrganization, type TestOrganization } from "./org-access.ts";
import { type LocalService, startLocal } from "./server.ts";

let service: LocalService;
let storage: Storage;
let organization: TestOrganization;
beforeAll(async () => {
  storage = openSqlite({ file: ":memory:", realm: "test" });
  service = await startLocal({ parts: () => ({ storage }) });
  organization = await openOrganization(service);
});
afterAll(async () => {
  await service.close();
  await storage.close();
});

const pathOf = ({ slug }: { slug: string }, rest = "") => `/v1/orgs/${slug}/clients${rest}`;
const list = (of = organization, token = of.token) => get(service, pathOf(of), { token });
const works = async (client: string, secret: string) =>
  (await askToken(service, {}, basic(client, secret))).status === 200;

/** A member of the organisation with a role, signed in. */
async function member(role: string, of = organization) {
  const wallet = freshWallet();
  await act(service, of, "SET_MEMBER", { user: userOf(wallet), role });
  return (await signIn(service, wallet)).token;
}

describe("a client of an organisation", () => {
  test("is handed out with a secret that is kept as a hash, and serves from ADD_CLIENT on", async () => {
    const { status, body } = await post(service, pathOf(organization), {}, { token: organization.token });
    expect(status).toBe(201);
    expect(fromBase64url(body.client)).toHaveLength(16);
    expect(fromBase64url(body.secret)).toHaveLength(32);
    expect(await works(body.client, body.secret)).toBe(false);
    const added = { client: body.client, name: "Sync", scopes: ["awards:write"], mode: "test" };
    await act(service, organization, "ADD_CLIENT", added);
    expect(await works(body.client, body.secret)).toBe(true);
    const kept = JSON.stringify(await storage.db.selectFrom("client_secrets").selectAll().execute());
    expect(kept).not.toContain(body.secret);
    expect(kept).toContain(digestOf(body.secret));
    const { items } = (await list()).body;
    const now = iso(service.now());
    expect(items.find((each: { client: string }) => each.client === body.client)).toEqual({
      ...added,
      jwk: null,
      since: now,
      revokedAt: null,
      secrets: [{ id: body.secretId, createdAt: now, lastUsedAt: now, expiresAt: null }],
    });
  });

  test("does not serve where another organisation adds it", async () => {
    const other = await openOrganization(service);
    const { body } = await post(service, pathOf(organization), {}, { token: organization.token });
    const given = { name: "Taken", scopes: ["awards:write"], mode: "live" };
    await act(service, other, "ADD_CLIENT", { client: body.client, ...given });
    expect(await works(body.client, body.secret)).toBe(false);
    const path = pathOf(organization, `/${body.client}/secrets`);
    expectProblem(await post(service, path, {}, { token: organization.token }), "NOT_FOUND", 404);
    const own = await post(service, pathOf(other, `/${body.client}/secrets`), {}, { token: other.token });
    expect(await works(body.client, own.body.secret)).toBe(true);
    expect(await works(body.client, body.secret)).toBe(false);
  });

  test("is named by the document's id as well", async () => {
    const path = `/v1/orgs/${organization.document}/clients`;
    expect((await get(service, path, { token: organization.token })).body).toEqual((await list()).body);
  });

  test("is listed page by page, revoked ones with the rest", async () => {
    const own = await openOrganization(service);
    const ids: string[] = [];
    for (let i = 0; i < 3; i++) ids.push((await addClient(service, own)).client);
    await act(service, own, "REVOKE_CLIENT", { client: ids[0]! });
    const first = await get(service, `${pathOf(own)}?limit=2`, { token: own.token });
    expect(first.body.items).toHaveLength(2);
    expect(first.headers.get("link")).toContain(pathOf(own));
    const rest = await get(service, `${pathOf(own)}?limit=2&after=${first.body.next}`, { token: own.token });
    const all = [...first.body.items, ...rest.body.items];
    expect(all.map(({ client }) => client)).toEqual(ids.toSorted());
    expect(rest.body.next).toBeNull();
    expect(all.filter(({ revokedAt }) => revokedAt !== null).map(({ client }) => client)).toEqual([ids[0]]);
  });
});

describe("a secret", () => {
  test("that is rotated lives for a day more, or ends at once", async () => {
    const { client, secret } = await addClient(service, organization);
    const rotate = async (body: object) => {
      const answer = await post(service, pathOf(organization, `/${client}/secrets`), body, {
        token: organization.token,
      });
      expect(answer.status, answer.text).toBe(201);
      return answer.body.secret as string;
    };
    const second = await rotate({});
    expect([await works(client, secret), await works(client, second)]).toEqual([true, true]);
    const third = await rotate({ immediately: true });
    expect([await works(client, secret), await works(client, second), await works(client, third)]).toEqual([
      false,
      false,
      true,
    ]);
    const fourth = await rotate({ immediately: false });
    service.clock.advance(day - 1);
    expect([await works(client, third), await works(client, fourth)]).toEqual([true, true]);
    service.clock.advance(1);
    expect([await works(client, third), await works(client, fourth)]).toEqual([false, true]);
    service.clock.advance(-day);
  });

  test("is taken away at once, by its id and under its own client and organisation only", async () => {
    const { client, secret, secretId } = await addClient(service, organization);
    const another = await addClient(service, organization);
    const { token } = organization;
    const path = (of: { slug: string }, id: string) => pathOf(of, `/${id}/secrets/${secretId}`);
    const foreign = await openOrganization(service);
    expectProblem(await remove(service, path(foreign, client), { token: foreign.token }), "NOT_FOUND", 404);
    expectProblem(await remove(service, path(organization, another.client), { token }), "NOT_FOUND", 404);
    expectProblem(await remove(service, pathOf(organization, `/${client}/secrets/${secret}`), { token }), "NOT_FOUND");
    expect(await works(client, secret)).toBe(true);
    expect((await remove(service, path(organization, client), { token })).status).toBe(204);
    expect(await works(client, secret)).toBe(false);
    expectProblem(await remove(service, path(organization, client), { token }), "NOT_FOUND", 404);
  });

  test("is one of a few", async () => {
    const { client } = await addClient(service, organization);
    const more = () => post(service, pathOf(organization, `/${client}/secrets`), {}, { token: organization.token });
    const answers = await Promise.all(Array.from({ length: maxSecrets + 2 }, more));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(maxSecrets - 1);
    expectProblem(answers.find(({ status }) => status !== 201)!, "QUOTA_EXCEEDED", 422);
    // One that leaked can be replaced all the same.
    const path = pathOf(organization, `/${client}/secrets`);
    const { body } = await post(service, path, { immediately: true }, { token: organization.token });
    expect(await works(client, body.secret)).toBe(true);
    const { items } = (await list()).body;
    expect(items.find((each: { client: string }) => each.client === client).secrets).toMatchObject([
      { id: body.secretId },
    ]);
  });

  test("of a client that nobody adds is forgotten after a day", async () => {
    const own = await openOrganization(service);
    const hand = () => post(service, pathOf(own), {}, { token: own.token });
    for (let i = 0; i < maxPending; i++) expect((await hand()).status).toBe(201);
    expectProblem(await hand(), "QUOTA_EXCEEDED", 422);
    service.clock.advance(pendingLife + 1);
    const token = (await signIn(service, own.wallet)).token;
    for (let i = 0; i < 3; i++) await post(service, pathOf(own), {}, { token });
    const left = await storage.db
      .selectFrom("client_secrets")
      .select("id")
      .where("organization", "=", own.document)
      .execute();
    expect(left.length).toBeLessThan(maxPending);
    service.clock.advance(-pendingLife - 1);
  });
});

describe("who sees to clients", () => {
  const attempts = (client: string, token: string) => [
    list(organization, token),
    post(service, pathOf(organization), {}, { token }),
    post(service, pathOf(organization, `/${client}/secrets`), {}, { token }),
    remove(service, pathOf(organization, `/${client}/secrets/AAAAAAAAAAAAAAAAAAAAAA`), { token }),
  ];

  test("is an owner or an admin, while they are that", async () => {
    const admin = freshWallet();
    await act(service, organization, "SET_MEMBER", { user: userOf(admin), role: "admin" });
    const { token } = await signIn(service, admin);
    expect((await list(organization, token)).status).toBe(200);
    await act(service, organization, "REMOVE_MEMBER", { user: userOf(admin) });
    expectProblem(await list(organization, token), "FORBIDDEN", 403);
  });

  test("is no issuer, no viewer, no stranger, no other organisation, no app and no client", async () => {
    const given = await addClient(service, organization);
    const others = [
      await member("issuer"),
      await member("viewer"),
      (await signIn(service)).token,
      (await openOrganization(service)).token,
      await appToken(service, organization.wallet, otherKey),
      await clientToken(service, given),
      service.operatorToken,
    ];
    for (const token of others) {
      // What is there and what is not look the same to them.
      for (const client of [given.client, "AAAAAAAAAAAAAAAAAAAAAA"])
        for (const answer of await Promise.all(attempts(client, token))) expectProblem(answer, "FORBIDDEN", 403);
    }
    for (const token of ["nonsense"])
      for (const answer of await Promise.all(attempts(given.client, token)))
        expectProblem(answer, "INVALID_TOKEN", 401);
    expectProblem(await get(service, pathOf(organization)), "UNAUTHENTICATED", 401);
  });

  test("is nobody where there is no organisation", async () => {
    const { token, wallet } = await signIn(service);
    const { document } = await openProfile(service, wallet);
    for (const name of ["no-such-academy", "r1unknown", document, "..%2f", "A".repeat(3_000)])
      expectProblem(await get(service, `/v1/orgs/${name}/clients`, { token }), "NOT_FOUND", 404);
  });

  test("says so by a cookie only from a page of this service", async () => {
    const of = (headers: Record<string, string>) => ask(service, "POST", pathOf(organization), { body: {}, headers });
    const cookie = organization.cookie;
    expectProblem(await of({ cookie, origin: "https://evil.example" }), "UNAUTHENTICATED", 401);
    expect((await of({ cookie, origin: service.origin })).status).toBe(201);
  });
});
