import { describe, expect, test } from "vitest";
import { listSize } from "../../../src/badges/award-inputs.ts";
import { type ListStore, openOrganizationLists } from "../../../src/badges/organization-lists.ts";
import { parseCompact } from "../../../src/identity/jws.ts";
import { hour, minute } from "../../../src/kernel/time.ts";
import { checkProofs } from "../../../src/securing/data-integrity.ts";
import { listFreshness } from "../../../src/securing/signed-lists.ts";
import { decodeBits, minEntries, parseStatusList, statusAt } from "../../../src/securing/status-list.ts";
import { start } from "../../harness.ts";
import { academyDid, resolveAcademyKey, signersAs } from "./facts.ts";

const origin = "https://renown.example";
const academy = { document: "r1academy", slug: "academy" };
const issuer = { ...academy, did: academyDid, keys: signersAs().credential };

type Kept = { organization: string; purpose: string; taken: Set<number>; set: Set<number>; changes: number };

/** The log's lists in memory: what awards would have projected. */
function listsInMemory() {
  const lists = new Map<string, Kept>();
  const store: ListStore = {
    findList: async (id) => lists.get(id),
    roomiestList: async (organization, purpose, most) =>
      [...lists]
        .filter(([, each]) => each.organization === organization && each.purpose === purpose && each.taken.size < most)
        .sort(([, a], [, b]) => b.taken.size - a.taken.size)[0]?.[0],
    takenPlaces: async (id) => [...lists.get(id)!.taken],
    setPlaces: async (id) => [...lists.get(id)!.set],
    listRevision: async (id) => String(lists.get(id)?.changes ?? 0),
  };
  return {
    lists,
    store,
    /** An award takes a place; false where another has it. */
    take(id: string, place: number, organization = academy.document, purpose = "revocation"): boolean {
      const list = lists.get(id) ?? { organization, purpose, taken: new Set(), set: new Set(), changes: 0 };
      lists.set(id, list);
      if (list.taken.has(place)) return false;
      list.taken.add(place);
      return true;
    },
    set(id: string, place: number) {
      const list = lists.get(id)!;
      list.set.add(place);
      list.changes++;
    },
  };
}

describe("places in the lists of an organisation", () => {
  test("are at random, in one list, and never the same twice", async () => {
    const { store, take } = listsInMemory();
    const lists = openOrganizationLists({ origin, store });
    const places = [];
    for (let i = 0; i < 3000; i++) {
      const place = await lists.pickPlace(academy, "revocation", start);
      expect(take(place.list, place.index)).toBe(true);
      places.push(place);
    }
    expect(new Set(places.map(({ list }) => list)).size).toBe(1);
    expect(places[0]).toMatchObject({ purpose: "revocation", list: expect.stringMatching(/^academy-revocation-\d+$/) });
    const indexes = places.map(({ index }) => index);
    expect(indexes).not.toEqual([...indexes].sort((a, b) => a - b));
    expect(Math.max(...indexes)).toBeGreaterThan(minEntries / 2);
  });

  test("are never those that are known to be taken, also after a restart", async () => {
    const { store, take } = listsInMemory();
    const first = await openOrganizationLists({ origin, store }).pickPlace(academy, "revocation", start);
    for (let place = 0; place < 50; place++) take(first.list, place);
    let next = 45;
    const lists = openOrganizationLists({ origin, store, pick: () => next++ });
    expect(await lists.pickPlace(academy, "revocation", start)).toEqual({ ...first, index: 50 });
  });

  test("are in a new list when half of the last is taken", async () => {
    const { store, take, lists: kept } = listsInMemory();
    const lists = openOrganizationLists({ origin, store });
    const first = await lists.pickPlace(academy, "revocation", start);
    for (let place = 0; place < listSize / 2; place++) take(first.list, place);
    const again = openOrganizationLists({ origin, store });
    const second = await again.pickPlace(academy, "revocation", start);
    expect(second.list).not.toBe(first.list);
    expect(kept.size).toBe(1);
  });

  test("are apart for each organisation and each purpose", async () => {
    const { store } = listsInMemory();
    const lists = openOrganizationLists({ origin, store });
    const guild = { document: "r1guild", slug: "guild" };
    const all = await Promise.all([
      lists.pickPlace(academy, "revocation", start),
      lists.pickPlace(academy, "suspension", start),
      lists.pickPlace(guild, "revocation", start),
    ]);
    expect(new Set(all.map(({ list }) => list)).size).toBe(3);
    expect(all[2]!.list).toMatch(/^guild-revocation-/);
  });
});

describe("a published list", () => {
  const list = "academy-revocation-1";
  const open = () => {
    const kept = listsInMemory();
    kept.take(list, 77);
    return { ...kept, lists: openOrganizationLists({ origin, store: kept.store }) };
  };
  const bitsOf = (text: string) => decodeBits(parseStatusList(JSON.parse(text)).encodedList);

  test("is signed by the organisation, with a proof by each key, and has at least 131,072 entries", async () => {
    const { lists, set } = open();
    set(list, 77);
    const { text } = await lists.publish(issuer, list, "json", start);
    const credential = JSON.parse(text);
    expect(credential).toMatchObject({
      id: `${origin}/orgs/academy/status/${list}`,
      issuer: academyDid,
      validFrom: "2026-11-20T12:00:00.000Z",
      validUntil: "2026-11-20T13:00:00.000Z",
    });
    const question = { resolveKey: resolveAcademyKey, at: start, purpose: "assertionMethod" } as const;
    expect((await checkProofs(credential, question)).map(({ check }) => check.outcome)).toEqual(["pass", "pass"]);
    const bits = await bitsOf(text);
    expect(bits.length * 8).toBeGreaterThanOrEqual(131_072);
    expect([76, 77, 78].map((place) => statusAt(bits, place))).toEqual([0, 1, 0]);
  });

  test("says the same as a JWT", async () => {
    const { lists, set } = open();
    set(list, 77);
    const { text } = await lists.publish(issuer, list, "jwt", start);
    const { header, payload } = parseCompact(text, 100_000);
    expect(header).toMatchObject({ alg: "ES256", typ: "vc+jwt", iss: academyDid });
    expect(statusAt(await decodeBits(parseStatusList(payload).encodedList), 77)).toBe(1);
  });

  test("is made again when a bit changes, when the keys do, and when it has grown old; else it is the same", async () => {
    const { lists, set } = open();
    const first = await lists.publish(issuer, list, "json", start);
    expect(await lists.publish(issuer, list, "json", start + minute)).toBe(first);
    set(list, 77);
    const second = await lists.publish(issuer, list, "json", start + minute);
    expect(statusAt(await bitsOf(second.text), 77)).toBe(1);
    const rotated = { ...issuer, keys: issuer.keys.slice(0, 1) };
    expect(JSON.parse((await lists.publish(rotated, list, "json", start + minute)).text).proof).toHaveLength(1);
    const third = await lists.publish(issuer, list, "json", start + minute);
    const fourth = await lists.publish(issuer, list, "json", start + minute + listFreshness);
    expect(fourth.etag).not.toBe(third.etag);
    expect(fourth.freshUntil).toBeLessThan(start + hour);
  });

  test("is nowhere but with its organisation", async () => {
    const { lists } = open();
    const guild = { ...issuer, document: "r1guild", slug: "guild" };
    await expect(lists.publish(guild, list, "json", start)).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(lists.publish(issuer, "none", "json", start)).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  test("needs a key, for a JWT one of P-256", async () => {
    const { lists } = open();
    const none = { ...issuer, keys: [] };
    await expect(lists.publish(none, list, "json", start)).rejects.toMatchObject({ code: "NO_KEY" });
    const ed25519 = { ...issuer, keys: issuer.keys.filter(({ type }) => type === "Ed25519") };
    await expect(lists.publish(ed25519, list, "jwt", start)).rejects.toMatchObject({ code: "NO_KEY" });
  });
});
