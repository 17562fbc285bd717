import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { iso, minute } from "../../src/kernel/time.ts";
import type { WireEntry } from "../../src/operations/bundle.ts";
import type { Party } from "../../src/services.ts";
import { userOf } from "../harness.ts";
import { bring } from "./api-client.ts";
import { expectProblem, freshWallet, get, openProfile, type Wallet } from "./client.ts";
import { type LocalService, startLocal } from "./server.ts";

let service: LocalService;
beforeAll(async () => {
  service = await startLocal();
});
afterAll(() => service.close());

const signedIn = (wallet: Wallet, more: object = {}): Party => ({
  by: "session",
  user: userOf(wallet),
  session: "s",
  method: "recovery",
  ...more,
});
const update = (wallet: Wallet, change: object, more?: object) =>
  service.services.profiles.update(signedIn(wallet, more), change);
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => "done",
    (error) => error.code,
  );

describe("GET /v1/profiles", () => {
  const find = (identifier: string, at = service) => get(at, `/v1/profiles/${encodeURIComponent(identifier)}`);

  test("finds a profile by its address, DID, document or name", async () => {
    const { wallet, userDocumentId } = await bring(service, { more: { username: "Ludwig" } });
    const known = [wallet.address, wallet.address.toLowerCase(), userOf(wallet), userOf(wallet, 10), userDocumentId];
    for (const identifier of [...known, "Ludwig", "LUDWIG", `did:pkh:eip155:1:${wallet.address}`]) {
      const answer = await find(identifier);
      expect(answer.status, identifier).toBe(200);
      expect(answer.headers.get("access-control-allow-origin")).toBe("*");
      expect(answer.body).toEqual({
        documentId: userDocumentId,
        did: userOf(wallet),
        address: wallet.address.toLowerCase(),
        chainId: null,
        username: "Ludwig",
        usernameClaimed: false,
        ensName: null,
        userImage: null,
        createdAt: iso(service.now()),
        updatedAt: iso(service.now()),
      });
    }
  });

  test("finds nothing else", async () => {
    const stranger = freshWallet();
    for (const identifier of [
      stranger.address,
      userOf(stranger),
      "Lud",
      "%",
      "did:key:z6Mk",
      "0x12",
      crypto.randomUUID(),
      "x".repeat(300),
    ])
      expectProblem(await find(identifier), "NOT_FOUND", 404);
  });

  test("takes no name that is another's document or address", async () => {
    const one = await bring(service);
    const two = await bring(service);
    for (const username of [one.userDocumentId, one.wallet.address])
      await expect(update(two.wallet, { username })).rejects.toMatchObject({ code: "INVALID_INPUT" });
    expect((await find(one.userDocumentId)).body.documentId).toBe(one.userDocumentId);
  });

  test("shows a profile that was opened by a key, and one without an address to its opener's name", async () => {
    const { wallet, document } = await openProfile(service);
    expect((await find(wallet.address)).body).toMatchObject({ documentId: document, did: userOf(wallet) });
  });

  test("calls a name that ends in .eth claimed, until ENS confirms it", async () => {
    const wallet = freshWallet();
    const ens = {
      nameOf: async () => undefined,
      provesName: async (name: string, address: string) =>
        name === "proven.eth" && address === wallet.address.toLowerCase(),
    };
    const own = await startLocal({ parts: () => ({ ens }) });
    await bring(own, { wallet, more: { username: "proven.eth" } });
    await bring(own, { more: { username: "claimed.ETH" } });
    expect((await find(wallet.address, own)).body).toMatchObject({ username: "proven.eth", usernameClaimed: false });
    expect((await find("claimed.eth", own)).body).toMatchObject({ username: "claimed.ETH", usernameClaimed: true });
    await own.close();
  });

  test("finds by a name that ends in .eth whoever proves it, and else the earliest", async () => {
    const [early, late] = [freshWallet(), freshWallet()];
    const proves = late.address.toLowerCase();
    const ens = { nameOf: async () => undefined, provesName: async (_: string, address: string) => address === proves };
    for (const parts of [{ ens }, {}]) {
      const own = await startLocal({ parts: () => parts });
      const first = await bring(own, { wallet: early, more: { username: "wanted.eth" } });
      own.clock.advance(minute);
      const second = await bring(own, { wallet: late, more: { username: "wanted.eth" } });
      const expected = "ens" in parts ? second : first;
      const { body } = await find("Wanted.eth", own);
      expect(body).toMatchObject({ documentId: expected.userDocumentId, usernameClaimed: !("ens" in parts) });
      const [row] = await own.services.clients.users({ usernames: ["wanted.eth"] });
      expect(row!.documentId).toBe(expected.userDocumentId);
      await own.close();
    }
  });

  test("shows the ENS name only where the subject asks for it", async () => {
    const ens = { nameOf: async () => "vitalik.eth", provesName: async () => false };
    const own = await startLocal({ parts: () => ({ ens }) });
    const { wallet } = await bring(own);
    const nameOf = async () => (await find(wallet.address, own)).body.ensName;
    expect(await nameOf()).toBeNull();
    const party = signedIn(wallet);
    expect(await own.services.profiles.update(party, { showEns: true })).toMatchObject({ ensName: "vitalik.eth" });
    expect(await nameOf()).toBe("vitalik.eth");
    await own.services.profiles.update(party, { showEns: false });
    expect(await nameOf()).toBeNull();
    await own.close();
  });
});

describe("a profile is changed by its wallet's session", () => {
  test("which opens it where there is none", async () => {
    const wallet = freshWallet();
    const profile = await update(wallet, { username: "Opened", userImage: "https://img.example/o.png" });
    expect(profile).toMatchObject({ username: "Opened", userImage: "https://img.example/o.png", did: userOf(wallet) });
    const entries = await service.services.documents.entries(profile.documentId, { limit: 10 });
    expect((entries.items as WireEntry[]).map(({ authority }) => authority.by)).toEqual([
      "session",
      "session",
      "session",
      "session",
    ]);
    expect((await service.services.documents.audit(profile.documentId)).verdict).toBe("valid");
    const [row] = await service.services.clients.users({ phids: [profile.documentId] });
    expect(row!.ethAddress).toBe(wallet.address);
  });

  test("part by part, and says what does not fit or is taken", async () => {
    const wallet = freshWallet();
    await update(wallet, { username: "Part", userImage: "ipfs://bafy/a" });
    expect(await update(wallet, { userImage: "" })).toMatchObject({ username: "Part", userImage: null });
    expect(await update(wallet, {})).toMatchObject({ username: "Part" });
    expect(await codeOf(update(wallet, { username: "" }))).toBe("INVALID_INPUT");
    expect(await codeOf(update(wallet, { userImage: "data:image/png,x" }))).toBe("INVALID_INPUT");
    expect(await codeOf(update(freshWallet(), { username: "PART" }))).toBe("NAME_TAKEN");
  });

  test("and by nobody else", async () => {
    const { wallet } = await bring(service);
    const { profiles } = service.services;
    const change = { username: "Stolen" };
    expect(await codeOf(profiles.update({ by: "operator" }, change))).toBe("FORBIDDEN");
    expect(await codeOf(profiles.update({ by: "token", app: "did:key:x", user: userOf(wallet) }, change))).toBe(
      "FORBIDDEN",
    );
  });

  test("of a contract on its own chain only", async () => {
    const wallet = freshWallet();
    const contract = { method: "contract", user: userOf(wallet, 10) };
    const there = await update(wallet, { username: "On ten" }, contract);
    expect(there).toMatchObject({ chainId: 10, did: userOf(wallet, 10) });
    const elsewhere = await update(wallet, { username: "On 137" }, { ...contract, user: userOf(wallet, 137) });
    expect(elsewhere.documentId).not.toBe(there.documentId);
    const { find } = service.services.profiles;
    expect(await find(userOf(wallet, 137))).toMatchObject({ username: "On 137" });
    expect(await find(userOf(wallet, 10))).toMatchObject({ username: "On ten" });
    expect(await find(userOf(wallet, 1))).toBeUndefined();
    const byKey = await update(wallet, { username: "Everywhere" });
    expect(await find(userOf(wallet, 1))).toMatchObject({ documentId: byKey.documentId });
    expect(await find(wallet.address)).toMatchObject({ documentId: byKey.documentId });
  });
});

describe("/profile of somebody whose address was never set", () => {
  test("names itself by an address that leads back to it", async () => {
    const { document } = await openProfile(service);
    const { body } = await get(service, `/profile/${document}`, { headers: { accept: "application/json" } });
    expect((await get(service, new URL(body.url).pathname)).status).toBe(200);
  });
});
