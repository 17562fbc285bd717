import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { awardFacts, type FactSources, type SeenAward, validityOf } from "../../../src/badges/award-facts.ts";
import { type AwardState, noAward } from "../../../src/badges/award-state.ts";
import type { BadgeStore } from "../../../src/badges/award-store.ts";
import type { FormStore } from "../../../src/badges/form-store.ts";
import { openForms } from "../../../src/badges/kept-forms.ts";
import { day, hour, iso } from "../../../src/kernel/time.ts";
import { formStore } from "../../../src/storage/award-form-store.ts";
import { badgeStore } from "../../../src/storage/badge-store.ts";
import { openSqlite } from "../../../src/storage/sqlite.ts";
import { start } from "../../harness.ts";
import { academyDid, plainDefinition, signersAs } from "./facts.ts";

let store: FormStore;
let asides: BadgeStore;
let close: () => Promise<void>;
beforeEach(() => {
  const storage = openSqlite({ file: ":memory:", realm: "test" });
  store = formStore(storage);
  asides = badgeStore(storage.db);
  close = storage.close;
});
afterEach(() => close());

const state: AwardState = {
  ...noAward,
  organization: "r1academy",
  class: "r1class",
  version: 2,
  subject: "did:pkh:eip155:1:0x1111111111111111111111111111111111111111",
  personal: "digest",
  status: { purpose: "revocation", list: "academy-revocation-1", index: 5 },
  awardedAt: iso(start),
  updatedAt: iso(start),
  revision: 1,
  revisedAt: iso(start),
};
const award: SeenAward = { document: "r1award", face: "kq3m0bB1y2oB8vF6mXjZlQ", state };
const revised = (change: Partial<AwardState>): SeenAward => ({ ...award, state: { ...state, ...change } });

const asked: string[] = [];
const sources: FactSources = {
  origin: "https://renown.example",
  issuerOf: async (organization) => {
    asked.push(organization);
    return {
      slug: organization.slice(2),
      did: academyDid.replace("academy", organization.slice(2)),
      name: organization,
    };
  },
  findVersion: async (_, version) =>
    version === 2 ? { version, operation: "", definition: plainDefinition, createdAt: start } : undefined,
  personalOf: async (_, digest) =>
    digest === "digest" ? { name: "Ada", narrative: "Built it." } : { narrative: "Seen." },
};
const open = (change: Partial<Parameters<typeof openForms>[0]> = {}) =>
  openForms({
    store,
    sources,
    signersOf: async (organization) => signersAs(academyDid.replace("academy", organization.slice(2))),
    faceOf: async () => award.face,
    ...change,
  });
const badgeOf = ({ json }: { json?: string }) => JSON.parse(json!);

describe("the forms that are kept of an award", () => {
  test("are made once, and stay what they were when the keys are others", async () => {
    const made = await open().of(award, start);
    const without = open({ signersOf: async () => ({ credential: [] }) });
    expect(await without.of(award, start + day)).toEqual(made);
    expect(badgeOf(made).proof[0].created).toBe(iso(start));
  });

  test("are those of whoever was first", async () => {
    const racing = await Promise.all([open().of(award, start), open().of(award, start + hour)]);
    expect(racing[0]).toEqual(racing[1]);
  });

  test("are others for each revision, which says since when it does", async () => {
    const forms = open();
    const first = badgeOf(await forms.of(award, start));
    const later = revised({ revision: 2, revisedAt: iso(start + hour), nameShown: true });
    const second = badgeOf(await forms.of(later, start + day));
    expect([first.validFrom, second.validFrom]).toEqual([iso(start), iso(start + hour)]);
    expect([first.awardedDate, second.awardedDate]).toEqual([iso(start), iso(start)]);
    expect(second.credentialSubject.identifier[0].identityHash).toBe("Ada");
    expect(badgeOf(await forms.of(award, start + day))).toEqual(first);
  });

  test("are made of many at once, and what is known need not be asked for", async () => {
    asked.length = 0;
    const forms = open({
      sources: { ...sources, findVersion: async () => undefined, personalOf: async () => undefined },
    });
    const known = { definition: plainDefinition, personal: { narrative: "Known." } };
    const many = Array.from({ length: 20 }, (_, i) => ({ ...award, document: `r1award${i}`, known }));
    await forms.make(many, start);
    expect(asked).toEqual(["r1academy"]);
    for (const each of many)
      expect(badgeOf((await store.find(each.document, 1))!).credentialSubject.narrative).toBe("Known.");
  });

  test("are gone when they are erased, and then made of what is left", async () => {
    const forms = open();
    await forms.of(award, start);
    await forms.erase(award.document);
    expect(await store.find(award.document, 1)).toBeUndefined();
    const erased = open({ sources: { ...sources, personalOf: async () => undefined } });
    expect(badgeOf(await erased.of(award, start)).credentialSubject).not.toHaveProperty("narrative");
  });

  test("say nothing that was erased while they were made, of the award and of what endorsed it", async () => {
    const endorsed = revised({
      revision: 2,
      endorsements: [{ organization: "r1guild", personal: "comment", at: iso(start) }],
    });
    const erasing = (nth: number) => {
      let asked = 0;
      let erased = false;
      const personalOf: FactSources["personalOf"] = async (...about) => {
        const said = erased ? undefined : await sources.personalOf(...about);
        if (++asked !== nth) return said;
        await asides.erase(award.document);
        await store.erase(award.document);
        erased = true;
        return said;
      };
      return open({ sources: { ...sources, personalOf } });
    };
    for (const nth of [1, 2]) {
      const { json, jwt } = await erasing(nth).of(endorsed, start);
      expect(badgeOf({ json: json! }).credentialSubject).not.toHaveProperty("narrative");
      expect(badgeOf({ json: json! }).endorsement[0].credentialSubject).not.toHaveProperty("endorsementComment");
      expect(Buffer.from(jwt!.split(".")[1]!, "base64url").toString()).not.toContain("Built it.");
      expect((await store.find(award.document, 2))!.json).toBe(json);
      expect(JSON.stringify(await store.endorsements(award.document))).not.toContain("Seen.");
      await asides.erase(award.document);
      await store.erase(award.document);
    }
    const known = { definition: plainDefinition, personal: { narrative: "Known." } };
    await open().make([{ ...award, known }], start);
    expect(await store.find(award.document, 1)).toBeUndefined();
  });

  test("are refused of a class or an award that there is not", async () => {
    await expect(open().of(revised({ version: 3 }), start)).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(open().of(revised({ status: null }), start)).rejects.toMatchObject({ code: "NOT_FOUND" });
  });
});

describe("endorsements", () => {
  const by = (organization: string, at: number) => ({ organization, personal: "comment", at: iso(at) });

  test("are carried by what is made after them, the first eight, and not by what was made before", async () => {
    const guilds = Array.from({ length: 10 }, (_, i) => by(`r1guild${i}`, start + 1 + i));
    const forms = open();
    const endorsed = revised({ endorsements: guilds });
    expect(badgeOf(await forms.of(endorsed, start + hour))).not.toHaveProperty("endorsement");
    const anew = revised({ endorsements: guilds, revision: 2, revisedAt: iso(start + hour) });
    const carried = badgeOf(await forms.of(anew, start + hour)).endorsement;
    expect(carried.map((each: any) => each.issuer.name)).toEqual(guilds.slice(0, 8).map((each) => each.organization));
    expect(carried[0].credentialSubject.endorsementComment).toBe("Seen.");
  });

  test("are made once, of those alone who gave one", async () => {
    const forms = open();
    const endorsed = revised({ endorsements: [by("r1guild", start)] });
    const first = await forms.endorsement(endorsed, "r1guild", start);
    expect(await forms.endorsement(endorsed, "r1guild", start + day)).toEqual(first);
    expect(badgeOf(first).id).toBe("https://renown.example/b/kq3m0bB1y2oB8vF6mXjZlQ/endorsements/guild");
    await expect(forms.endorsement(endorsed, "r1other", start)).rejects.toMatchObject({ code: "NOT_FOUND" });
  });
});

describe("an award holds", () => {
  const held = (change: Partial<AwardState>, validity: typeof plainDefinition.validity) =>
    validityOf({ ...state, ...change }, { validity });

  test("from its award on for ever, unless somebody says otherwise", () => {
    expect(held({}, null)).toEqual({ from: start, until: undefined });
    expect(held({ validFrom: iso(start + day), validUntil: iso(start + 2 * day) }, { days: 9 })).toEqual({
      from: start + day,
      until: start + 2 * day,
    });
  });

  test("as long as its class says, counted from its beginning", () => {
    expect(held({ validFrom: iso(start + day) }, { days: 9 }).until).toBe(start + 10 * day);
    expect(held({}, { until: "2027-01-01T00:00:00Z" }).until).toBe(Date.UTC(2027, 0, 1));
  });

  test("for a recipient that is a DID, the hash of an address, or whoever has the claim link", async () => {
    const unclaimed = revised({ subject: "", claim: "A".repeat(43), personal: null });
    expect((await awardFacts(award, sources)).recipient).toEqual({ did: state.subject });
    expect((await awardFacts(unclaimed, sources)).recipient).toEqual({ claimHash: `sha256$${"00".repeat(32)}` });
    const email = { hash: `sha256$${"ab".repeat(32)}`, salt: "x" };
    const addressed = { ...unclaimed, known: { definition: plainDefinition, personal: { email } } };
    expect((await awardFacts(addressed, sources)).recipient).toEqual({ email });
  });
});
