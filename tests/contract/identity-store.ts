import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Nonce, NonceStore } from "../../src/identity/nonce.ts";
import type { Session, SessionStore } from "../../src/identity/session.ts";

/** What every adapter that keeps nonces and sessions must hold to. `open` gives an empty, migrated database. */
export function identityStoreContract(
  name: string,
  open: () => Promise<{ nonces: NonceStore; sessions: SessionStore; close(): Promise<void> }>,
): void {
  const day = 86_400_000;
  const alice = "did:pkh:eip155:1:0x1111111111111111111111111111111111111111";
  const bob = "did:pkh:eip155:1:0x2222222222222222222222222222222222222222";
  const app = "did:key:zDnaevvCXbHpbyCpybTMZbPK6snWfAGxiLaDAx936DMa8XmwV";

  const signInNonce = (nonce: string, expiresAt: number): Nonce => ({
    nonce,
    statement: `For ${nonce}.`,
    expiresAt,
    purpose: "sign-in",
  });
  const session = (id: string, user: string, createdAt: number): Session => ({
    id,
    user,
    method: "recovery",
    agent: "Firefox",
    createdAt,
    usedAt: createdAt,
    expiresAt: createdAt + 30 * day,
    endedAt: undefined,
  });

  let nonces: NonceStore;
  let sessions: SessionStore;
  let close: () => Promise<void>;
  beforeAll(async () => {
    ({ nonces, sessions, close } = await open());
  });
  afterAll(() => close());

  describe(`nonces in ${name}`, () => {
    test.each<[string, Nonce]>([
      ["signs in", signInNonce("n-sign-in", 2000)],
      ["delegates and says nothing of limits", delegateNonce("n-unsaid", "unsaid")],
      ["delegates logging in alone", delegateNonce("n-none", "none")],
      ["delegates within limits", delegateNonce("n-some", [{ kind: "a/b" }, { kind: "c/d", action: "SET_E" }])],
    ])("come back as they were kept: one that %s", async (_name, nonce) => {
      await nonces.add(nonce, 1000);
      expect(await nonces.spend(nonce.nonce, 1500)).toEqual(nonce);
    });

    test("are spent once, and nobody else's with them", async () => {
      await nonces.add(signInNonce("n-once", 2000), 1000);
      await nonces.add(signInNonce("n-beside", 2000), 1000);
      expect(await nonces.spend("n-once", 1500)).toBeDefined();
      expect(await nonces.spend("n-once", 1500)).toBeUndefined();
      expect(await nonces.spend("n-never", 1500)).toBeUndefined();
      expect(await nonces.spend("n-beside", 1500)).toBeDefined();
    });

    test("go to one of many who spend them at the same time", async () => {
      await nonces.add(signInNonce("n-race", 2000), 1000);
      const spent = await Promise.all(Array.from({ length: 8 }, () => nonces.spend("n-race", 1500)));
      expect(spent.filter((each) => each !== undefined)).toHaveLength(1);
    });

    test("run out at their time and not before", async () => {
      await nonces.add(signInNonce("n-late", 2000), 1000);
      expect(await nonces.spend("n-late", 2000)).toBeUndefined();
      expect(await nonces.spend("n-late", 1999)).toBeDefined();
    });

    test("that have run out are forgotten, those that live are not", async () => {
      await nonces.add(signInNonce("n-old", 3000), 1000);
      await nonces.add(signInNonce("n-young", 9000), 1000);
      for (let i = 0; i < 4; i++) await nonces.add(signInNonce(`n-more-${i}`, 9000), 4000);
      expect(await nonces.spend("n-old", 2500)).toBeUndefined();
      expect(await nonces.spend("n-young", 4000)).toBeDefined();
    });
  });

  describe(`sessions in ${name}`, () => {
    test("come back as they were opened, with their first token", async () => {
      await sessions.open(session("s-first", alice, 1000), "h-first");
      expect(await sessions.session("s-first")).toEqual(session("s-first", alice, 1000));
      expect(await sessions.refreshToken("h-first")).toEqual({
        hash: "h-first",
        session: "s-first",
        createdAt: 1000,
        usedAt: undefined,
      });
      expect(await sessions.session("s-none")).toBeUndefined();
      expect(await sessions.refreshToken("h-none")).toBeUndefined();
    });

    test("know when a token was used, and let one of many use it", async () => {
      await sessions.open(session("s-race", alice, 1000), "h-race");
      const used = await Promise.all(
        Array.from({ length: 8 }, () => sessions.spendRefreshToken("h-race", "s-race", 5000)),
      );
      expect(used.filter(Boolean)).toHaveLength(1);
      expect((await sessions.refreshToken("h-race"))?.usedAt).toBe(5000);
      expect((await sessions.session("s-race"))?.usedAt).toBe(5000);
      expect(await sessions.spendRefreshToken("h-none", "s-race", 6000)).toBe(false);
      expect((await sessions.session("s-race"))?.usedAt).toBe(5000);
    });

    test("keep a token once, however often it is brought", async () => {
      await sessions.open(session("s-again", alice, 1000), "h-again");
      await sessions.addRefreshToken("h-next", "s-again", 2000);
      await sessions.spendRefreshToken("h-next", "s-again", 2500);
      await sessions.addRefreshToken("h-next", "s-again", 3000);
      expect(await sessions.refreshToken("h-next")).toMatchObject({ createdAt: 2000, usedAt: 2500 });
    });

    test("are ended by their user, once", async () => {
      await sessions.open(session("s-end", alice, 1000), "h-end");
      expect(await sessions.end(bob, "s-end", 2000)).toBe(false);
      expect((await sessions.session("s-end"))?.endedAt).toBeUndefined();
      expect(await sessions.end(alice, "s-end", 2000)).toBe(true);
      expect(await sessions.end(alice, "s-end", 3000)).toBe(false);
      expect((await sessions.session("s-end"))?.endedAt).toBe(2000);
    });

    test("are listed by falling ids, page by page, without those that have ended or run out", async () => {
      const carol = bob.replaceAll("2", "3");
      for (const id of ["t-a", "t-b", "t-c", "t-d"]) await sessions.open(session(id, carol, 1000), `h-${id}`);
      await sessions.open({ ...session("t-e", carol, 1000), expiresAt: 2000 }, "h-t-e");
      await sessions.end(carol, "t-b", 1500);
      const ids = async (before: string, limit: number) =>
        (await sessions.sessionsOf(carol, 2000, before, limit)).map(({ id }) => id);
      expect(await ids("~", 10)).toEqual(["t-d", "t-c", "t-a"]);
      expect(await ids("~", 2)).toEqual(["t-d", "t-c"]);
      expect(await ids("t-c", 2)).toEqual(["t-a"]);
      expect(await sessions.sessionsOf(bob, 2000, "~", 10)).toEqual([]);
    });

    test("are all ended at once, of one user alone", async () => {
      const dave = bob.replaceAll("2", "4");
      for (const id of ["u-a", "u-b"]) await sessions.open(session(id, dave, 1000), `h-${id}`);
      await sessions.open(session("u-c", bob, 1000), "h-u-c");
      expect(await sessions.endAll(dave, 2000)).toBe(2);
      expect(await sessions.endAll(dave, 2000)).toBe(0);
      expect(await sessions.sessionsOf(dave, 2000, "~", 10)).toEqual([]);
      expect(await sessions.sessionsOf(bob, 2000, "~", 10)).toHaveLength(1);
    });

    test("are forgotten with their tokens a while after their end, not before", async () => {
      await sessions.open(session("v-old", alice, 1000), "h-v-old");
      await sessions.open(session("v-new", alice, 36 * day), "h-v-new");
      expect(await sessions.session("v-old")).toBeDefined();
      for (let i = 0; i < 4; i++) await sessions.open(session(`w-${i}`, alice, 40 * day), `h-w-${i}`);
      expect(await sessions.session("v-old")).toBeUndefined();
      expect(await sessions.refreshToken("h-v-old")).toBeUndefined();
      expect(await sessions.session("v-new")).toBeDefined();
      expect(await sessions.refreshToken("h-v-new")).toBeDefined();
    });
  });

  function delegateNonce(nonce: string, limits: Extract<Nonce, { purpose: "delegate" }>["terms"]["limits"]): Nonce {
    const terms = { app, limits, until: "2026-12-01T00:00:00Z" };
    return { nonce, statement: "I let the key.", expiresAt: 2000, purpose: "delegate", terms };
  }
}
