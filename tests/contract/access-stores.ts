import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { maxAttempts, type SealedJob } from "../../src/followers/outbox.ts";
import type { SecretRecord } from "../../src/organizations/client-secret.ts";
import type { OnceMark } from "../../src/organizations/idempotency.ts";
import { clientAccessStore } from "../../src/storage/client-access-store.ts";
import type { Storage } from "../../src/storage/database.ts";
import { idempotencyStore } from "../../src/storage/idempotency-store.ts";
import { outboxStore } from "../../src/storage/outbox-store.ts";

const noon = Date.UTC(2026, 10, 20, 12);
const minute = 60_000;
const day = 86_400_000;
let made = 0;
const fresh = (word: string) => `${word}-${++made}`;

/** What every adapter that keeps API access and the outbox must hold to. `open` gives an empty, migrated database. */
export function accessStoresContract(name: string, open: () => Promise<Storage>): void {
  let storage: Storage;
  beforeAll(async () => {
    storage = await open();
  });
  afterAll(() => storage.close());

  describe(`the outbox in ${name}`, () => {
    const store = () => outboxStore(storage.db);
    const jobOf = (terms: Partial<SealedJob> = {}): SealedJob => {
      return { id: fresh("job"), kind: fresh("kind"), payload: "sealed", dueAt: noon, key: undefined, ...terms };
    };
    const claim = (kind: string, terms: { now?: number; lease?: string; limit?: number } = {}) => {
      const { now = noon, lease = "a", limit = 10 } = terms;
      return store().claim({ kinds: [kind], now, lease, until: now + 2 * minute, limit });
    };

    test("takes a key once, and any number of jobs without one", async () => {
      const key = fresh("key");
      const kind = fresh("kind");
      expect(
        await store().add([jobOf({ kind, key }), jobOf({ kind, key }), jobOf({ kind }), jobOf({ kind })], noon),
      ).toBe(3);
      expect(await store().add([jobOf({ kind, key })], noon)).toBe(0);
      expect(await claim(kind)).toHaveLength(3);
    });

    test("takes a thousand jobs in one call", async () => {
      const kind = fresh("kind");
      const jobs = Array.from({ length: 1000 }, () => jobOf({ kind, payload: "x".repeat(400) }));
      expect(await store().add(jobs, noon)).toBe(1000);
    });

    test("gives a job to one of any number of claims, when it is due, the earliest first", async () => {
      const kind = fresh("kind");
      const [late, early] = [jobOf({ kind, dueAt: noon + 2 }), jobOf({ kind, dueAt: noon + 1, payload: "p" })];
      await store().add([late, early], noon);
      expect(await claim(kind)).toEqual([]);
      expect(await claim(fresh("kind"), { now: noon + 2 })).toEqual([]);
      expect(await claim(kind, { now: noon + 2, limit: 1 })).toEqual([
        { id: early.id, kind, payload: "p", attempt: 1 },
      ]);
      const rest = await Promise.all(["b", "c", "d"].map((lease) => claim(kind, { now: noon + 2, lease })));
      expect(rest.flat().map(({ id }) => id)).toEqual([late.id]);
    });

    test("gives it again when the lease is over, and heeds the later holder alone", async () => {
      const job = jobOf();
      await store().add([job], noon);
      expect(await claim(job.kind)).toHaveLength(1);
      expect(await claim(job.kind, { now: noon + 2 * minute - 1, lease: "b" })).toEqual([]);
      const [again] = await claim(job.kind, { now: noon + 2 * minute, lease: "b" });
      expect(again).toMatchObject({ id: job.id, attempt: 2 });
      expect(await store().settle(job.id, "a", { status: "done", at: noon })).toBe(false);
      expect(await store().settle(job.id, "b", { status: "done", at: noon })).toBe(true);
      expect(await store().settle(job.id, "b", { status: "done", at: noon })).toBe(false);
      expect(await claim(job.kind, { now: noon + day })).toEqual([]);
    });

    test("forgets what is in a job that is done, and remembers its key until it is purged", async () => {
      const job = jobOf({ key: fresh("key") });
      await store().add([job], noon);
      await claim(job.kind);
      await store().settle(job.id, "a", { status: "done", at: noon });
      const of = () => storage.db.selectFrom("outbox").select("payload").where("id", "=", job.id).execute();
      expect(await of()).toEqual([{ payload: "" }]);
      expect(await store().add([jobOf({ key: job.key })], noon)).toBe(0);
      await store().purge(noon, 1000);
      expect(await of()).toHaveLength(1);
      await store().purge(noon + 1, 1000);
      expect(await of()).toEqual([]);
    });

    test("lets a postponed job wait, and shows a failed one until it is tried anew", async () => {
      const job = jobOf();
      await store().add([job], noon);
      await claim(job.kind);
      await store().settle(job.id, "a", { status: "waiting", dueAt: noon + minute, error: "busy" });
      expect(await claim(job.kind, { now: noon + minute - 1 })).toEqual([]);
      expect(await claim(job.kind, { now: noon + minute })).toMatchObject([{ attempt: 2 }]);
      await store().settle(job.id, "a", { status: "failed", at: noon + minute, error: "no" });
      expect(await claim(job.kind, { now: noon + day })).toEqual([]);
      const failed = await store().failed(1);
      const failedAt = "2026-11-20T12:01:00.000Z";
      expect(failed).toEqual([{ id: job.id, kind: job.kind, attempts: 2, error: "no", failedAt }]);
      expect(await store().retry(job.id, noon + day)).toBe(true);
      expect(await store().retry(job.id, noon + day)).toBe(false);
      expect(await claim(job.kind, { now: noon + day })).toMatchObject([{ attempt: 1, payload: "sealed" }]);
    });

    test("gives up a job whose last attempt never came back, and no other", async () => {
      const job = jobOf();
      await store().add([job], noon);
      let now = noon;
      for (let i = 0; i < maxAttempts; i++) {
        expect(await claim(job.kind, { now, lease: `l${i}` })).toHaveLength(1);
        now += 2 * minute;
        if (i < maxAttempts - 1) expect((await store().giveUp(now, "gone")).map(({ id }) => id)).not.toContain(job.id);
      }
      expect(await claim(job.kind, { now: now + day })).toEqual([]);
      expect(await store().giveUp(now, "gone")).toMatchObject([{ id: job.id, attempts: maxAttempts, error: "gone" }]);
    });
  });

  describe(`answers under Idempotency-Keys in ${name}`, () => {
    const store = () => idempotencyStore(storage.db);
    const markOf = (terms: Partial<OnceMark> = {}): OnceMark => {
      const names = { party: "p", key: fresh("key"), fingerprint: "f", attempt: fresh("attempt") };
      return { ...names, startedAt: noon, expiresAt: (terms.startedAt ?? noon) + day, ...terms };
    };
    const begin = (mark: OnceMark) => store().begin(mark, mark.startedAt - minute);
    const answer = "sealed";

    test("let one of any number begin", async () => {
      const first = markOf();
      const all = Array.from({ length: 8 }, () => begin(markOf({ key: first.key })));
      expect((await Promise.all(all)).filter((each) => each === 1)).toHaveLength(1);
      expect((await store().find("p", first.key, noon))!.answer).toBeUndefined();
      expect(await begin(markOf({ key: first.key, party: "another" }))).toBe(1);
    });

    test("are kept for their time, and no longer", async () => {
      const mark = markOf();
      await begin(mark);
      await store().finish(mark, answer);
      expect(await store().find("p", mark.key, noon + day - 1)).toEqual({ fingerprint: "f", answer });
      expect(await begin(markOf({ key: mark.key, startedAt: noon + day - 1 }))).toBeUndefined();
      expect(await store().find("p", mark.key, noon + day)).toBeUndefined();
      expect(await begin(markOf({ key: mark.key, startedAt: noon + day, fingerprint: "g" }))).toBe(1);
    });

    test("may be begun again where the first has died, by the same request only, and then are the second's", async () => {
      const dead = markOf();
      await begin(dead);
      const later = (terms: Partial<OnceMark>) => begin(markOf({ key: dead.key, ...terms }));
      expect(await later({ startedAt: noon + minute - 1 })).toBeUndefined();
      expect(await later({ startedAt: noon + minute, fingerprint: "g" })).toBeUndefined();
      const second = markOf({ key: dead.key, startedAt: noon + minute });
      expect(await begin(second)).toBe(2);
      await store().finish(dead, "the first");
      await store().release(dead);
      expect(await store().find("p", dead.key, noon)).toEqual({ fingerprint: "f", answer: undefined });
      await store().finish(second, answer);
      expect((await store().find("p", dead.key, noon))!.answer).toEqual(answer);
      await store().release(second);
      expect(await store().find("p", dead.key, noon)).toBeDefined();
    });

    test("leave nothing where the request was refused", async () => {
      const mark = markOf();
      await begin(mark);
      await store().release(mark);
      expect(await store().find("p", mark.key, noon)).toBeUndefined();
      expect(await begin(markOf({ key: mark.key }))).toBe(1);
    });
  });

  describe(`clients of organisations in ${name}`, () => {
    const store = () => clientAccessStore(storage.db);
    const secretOf = (terms: Partial<SecretRecord> = {}): SecretRecord => {
      const names = { id: fresh("secret"), client: fresh("client"), organization: fresh("org"), hash: fresh("hash") };
      return { ...names, createdAt: noon, usedAt: undefined, expiresAt: undefined, ...terms };
    };
    const nameClient = async (document: string, client: string, revoked: number | null = null) => {
      const words = { name: "Sync", scopes: '["awards:write","awards:read"]', mode: "test", jwk: '{"kty":"OKP"}' };
      const row = { client, document, ...words, entry: "e", operation: "d", since: noon, revoked_at: revoked };
      await storage.db.insertInto("organization_clients").values(row).execute();
    };

    test("stand until they are revoked", async () => {
      const [client, gone] = [fresh("client"), fresh("client")];
      await nameClient("o1", client);
      await nameClient("o1", gone, noon);
      const scopes = ["awards:write", "awards:read"];
      const found = { client, organization: "o1", name: "Sync", scopes, mode: "test", operation: "d", since: noon };
      expect(await store().standing(client)).toEqual({ ...found, jwk: { kty: "OKP" }, revokedAt: undefined });
      expect(await store().standing(gone)).toBeUndefined();
      expect((await store().clientsOf("o1", "", 9)).map((each) => each.client)).toEqual([client, gone].sort());
      expect((await store().clientsOf("o1", [client, gone].sort()[0]!, 9)).length).toBe(1);
      expect(await store().clientsOf("o2", "", 9)).toEqual([]);
    });

    test("have so many secrets at a time, and none of another organisation", async () => {
      const first = secretOf();
      const { client, organization } = first;
      const more = () => secretOf({ client, organization, createdAt: noon + 1 });
      expect(await store().addSecret(first, 2)).toBe(true);
      const adding = [more(), more(), more()].map((each) => store().addSecret(each, 2));
      expect((await Promise.all(adding)).filter(Boolean)).toHaveLength(1);
      const kept = await store().secretsOf(organization, [client, "x"], noon);
      expect(kept).toHaveLength(2);
      expect(kept[1]).toEqual(first);
      expect(await store().secretsOf("another", [client], noon)).toEqual([]);
    });

    test("lose the other secrets in time, keep what ends sooner, and any that is taken away", async () => {
      const [old, soon, kept] = [secretOf(), secretOf(), secretOf()];
      const { client, organization } = old;
      for (const each of [old, soon, kept]) await store().addSecret({ ...each, client, organization }, 9);
      await store().endOthers(organization, client, old.id, noon + 1);
      await store().endOthers(organization, client, kept.id, noon + day);
      const ends = async (now: number) =>
        Object.fromEntries(
          (await store().secretsOf(organization, [client], now)).map((each) => [each.id, each.expiresAt]),
        );
      const later = { [old.id]: noon + day, [kept.id]: noon + 1, [soon.id]: noon + 1 };
      expect(await ends(noon)).toEqual(later);
      expect(await ends(noon + 1)).toEqual({ [old.id]: noon + day });
      expect(await store().removeSecret("another", client, old.id)).toBe(false);
      expect(await store().removeSecret(organization, client, old.id)).toBe(true);
      expect(await store().removeSecret(organization, client, old.id)).toBe(false);
    });

    test("tell when a secret was used last", async () => {
      const secret = secretOf();
      await store().addSecret(secret, 1);
      await store().secretUsed(secret.id, noon + 5);
      expect(await store().secretsOf(secret.organization, [secret.client], noon)).toMatchObject([{ usedAt: noon + 5 }]);
    });

    test("are forgotten where no log names them in time", async () => {
      const organization = fresh("org");
      const [named, pending] = [secretOf({ organization }), secretOf({ organization })];
      for (const each of [named, pending]) await store().addSecret(each, 9);
      await nameClient(organization, named.client);
      expect(await store().pendingOf(organization)).toBe(1);
      await store().purgeSecrets(noon, noon);
      expect(await store().pendingOf(organization)).toBe(1);
      for (let i = 0; i < 4; i++) await store().purgeSecrets(noon, noon + 1);
      expect(await store().pendingOf(organization)).toBe(0);
      expect(await store().secretsOf(organization, [named.client, pending.client], noon)).toMatchObject([
        { id: named.id },
      ]);
    });

    test("use an assertion once", async () => {
      const key = fresh("jti");
      const spent = await Promise.all(Array.from({ length: 5 }, () => store().spendAssertion(key, noon + 1, noon)));
      expect(spent.filter(Boolean)).toHaveLength(1);
      expect(await store().spendAssertion(fresh("jti"), noon + 9, noon + 1)).toBe(true);
      const left = await storage.db.selectFrom("client_assertions").select("key").where("key", "=", key).execute();
      expect(left).toEqual([]);
    });
  });
}
