import { beforeEach, describe, expect, test } from "vitest";
import type { CommissionStore, IssuingOrganization } from "../../../src/credentials/commission.ts";
import { openCommissions, type VcApi } from "../../../src/credentials/commissions.ts";
import type { JsonObject } from "../../../src/kernel/json.ts";
import { signerOfKey } from "../../../src/securing/keys.ts";
import { decodeBits, statusAt } from "../../../src/securing/status-list.ts";
import { commissionStore } from "../../../src/storage/commission-store.ts";
import { openSqlite } from "../../../src/storage/sqlite.ts";
import { testClock } from "../../harness.ts";

const origin = "https://renown.example";
const did = "did:web:renown.example:orgs:academy";
const [ed, p256] = (["Ed25519", "P-256"] as const).map((type, i) => {
  const { did: key, sign } = signerOfKey(type, new Uint8Array(32).fill(i + 1));
  return { key, type, sign, method: `${did}#${key.slice("did:key:".length)}` };
}) as [IssuingOrganization["credential"][number], IssuingOrganization["credential"][number]];

const clock = testClock();
let store: CommissionStore;
let organization: IssuingOrganization;
let picks: number[];
let vcApi: VcApi;
beforeEach(() => {
  store = commissionStore(openSqlite({ file: ":memory:", realm: "test" }).db);
  organization = { organization: "r1academy", slug: "academy", did, credential: [ed, p256] };
  picks = [];
  const pick = () => picks.shift() ?? 1;
  vcApi = openCommissions({ origin, clock: clock.now, store, signersOf: async () => organization, pick });
});

const credential: JsonObject = {
  "@context": ["https://www.w3.org/ns/credentials/v2"],
  type: ["VerifiableCredential"],
  credentialSubject: { id: "did:key:zDnaevvCXbHpbyCpybTMZbPK6snWfAGxiLaDAx936DMa8XmwV" },
};
const issue = (options = {}) => vcApi.issue("r1academy", credential, { statuses: ["revocation"], ...options });
const entryOf = (made: JsonObject) => made.credentialStatus as JsonObject;
const listOf = (made: JsonObject) => String(entryOf(made).statusListCredential).split("/").at(-1)!;

describe("a place in a list", () => {
  test("that another has taken is left to it", async () => {
    picks = [5, 5, 5, 6];
    const [one, other] = [await issue(), await issue()];
    expect([entryOf(one).statusListIndex, entryOf(other).statusListIndex]).toEqual(["5", "6"]);
    expect(listOf(one)).toBe(listOf(other));
  });

  test("that is never free is given up in the end", async () => {
    await issue();
    await expect(issue()).rejects.toMatchObject({ code: "UNAVAILABLE" });
  });

  test("is in a list of at least 131,072 entries, which says so at once", async () => {
    picks = [131_071];
    const made = await issue();
    const bits = async () => {
      const { text } = await vcApi.statusList("r1academy", listOf(made), "json");
      return decodeBits(JSON.parse(text).credentialSubject.encodedList);
    };
    expect((await bits()).length * 8).toBe(131_072);
    expect(statusAt(await bits(), 131_071)).toBe(0);
    await vcApi.setStatus("r1academy", made.id as string, [{ purpose: "revocation", set: true }]);
    expect(statusAt(await bits(), 131_071)).toBe(1);
  });
});

describe("a list in a did:key", () => {
  test("is signed by that key, and by no other that comes after it", async () => {
    const made = await issue({ issuer: ed.key });
    const { text } = await vcApi.statusList("r1academy", listOf(made), "json");
    const list = JSON.parse(text);
    expect(list.issuer).toBe(ed.key);
    expect(list.proof.map((each: JsonObject) => each.verificationMethod)).toEqual([`${ed.key}#${ed.key.slice(8)}`]);
    await expect(vcApi.statusList("r1academy", listOf(made), "jwt")).rejects.toMatchObject({ code: "NO_KEY" });
    organization = { ...organization, credential: [p256] };
    await expect(vcApi.statusList("r1academy", listOf(made), "json")).rejects.toMatchObject({ code: "NO_KEY" });
  });

  test("is another than that of the did:web", async () => {
    expect(listOf(await issue({ issuer: ed.key }))).not.toBe(listOf(await issue()));
  });
});

test("a list of another organisation is not there", async () => {
  const made = await issue();
  organization = { ...organization, organization: "r1other" };
  await expect(vcApi.statusList("r1other", listOf(made), "json")).rejects.toMatchObject({ code: "NOT_FOUND" });
});
