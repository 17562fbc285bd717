import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { personalIn } from "../../../src/badges/award-changes.ts";
import { amendAward, correctAward } from "../../../src/badges/award-rewriting.ts";
import type { BadgeStore } from "../../../src/badges/award-store.ts";
import { type AwardingParts, actingFor, stateOf } from "../../../src/badges/awarding.ts";
import { makeServiceKeys } from "../../../src/identity/service-keys.ts";
import { day } from "../../../src/kernel/time.ts";
import { openSqlite } from "../../../src/storage/sqlite.ts";
import { start } from "../../harness.ts";
import { type Academy, makeAward, makeClass, openAcademy, write } from "../../http/academy.ts";
import { type LocalService, startLocal } from "../../http/server.ts";
import { clientOf, processOn } from "./processes.ts";

const storage = openSqlite({ file: ":memory:", realm: "test" });
const keys = await makeServiceKeys(start - day);
const ada = { did: "did:web:ada.example" };
let service: LocalService;
let academy: Academy;
let klass: { id: string };
let parts: AwardingParts;
let acting: Awaited<ReturnType<typeof actingFor>>;
beforeAll(async () => {
  service = await startLocal({ parts: () => ({ storage, keys }) });
  academy = await openAcademy(service);
  klass = await makeClass(service, academy);
  parts = processOn({ service, storage, keys }, academy);
  acting = await actingFor(parts, academy.slug, clientOf(academy));
});
afterAll(async () => {
  await service.close();
  await storage.close();
});

const make = (more: object) => makeAward(service, academy, { class: klass.id, recipient: ada, ...more });
const said = async (award: string) => personalIn(parts, award, await stateOf(parts, award));

/** The same, whose first call of `name` lets an erasure in before it comes back. */
function erasing(name: "personal" | "keep" | "facesOf", award: string): AwardingParts {
  const { store } = parts;
  let calls = 0;
  const call = store[name] as (...asked: unknown[]) => Promise<unknown>;
  const wrapped = async (...asked: unknown[]) => {
    const answer = await call(...asked);
    if (++calls === 1) await store.erase(award);
    return answer;
  };
  return { ...parts, store: { ...store, [name]: wrapped } as BadgeStore };
}

describe("what is said anew of an award", () => {
  test.each(["personal", "facesOf", "keep"] as const)("begins again where it was erased after %s", async (name) => {
    const { award } = await make({ name: "Ada Lovelace" });
    await amendAward(erasing(name, award), acting, award, { narrative: "Better." });
    expect(await said(award)).toEqual({ narrative: "Better." });
  });

  test("is said to a new address without what was erased, and the address is kept", async () => {
    const { award } = await make({ name: "Ada Lovelace", recipient: { email: "ada@example.org" } });
    const told = await correctAward(erasing("personal", award), acting, award, { email: "right@example.org" });
    expect(Object.keys((await said(award))!)).toEqual(["email"]);
    expect(await parts.store.contact(award, service.now())).toBeDefined();
    expect((await parts.store.facesOf([award])).get(award)?.face).toBe(told.url.split("/").at(-1));
  });

  test("keeps no address that was erased while the correction was written", async () => {
    const { award } = await make({ recipient: { email: "ada@example.org" } });
    const submit = parts.reactor.submit;
    const reactor: AwardingParts["reactor"] = {
      ...parts.reactor,
      submit: async (...asked) => {
        const receipts = await submit(...asked);
        await parts.store.erase(award);
        return receipts;
      },
    };
    await correctAward({ ...parts, reactor }, acting, award, { email: "right@example.org" });
    expect(await parts.store.contact(award, service.now())).toBeUndefined();
    expect(await said(award)).toBeUndefined();
  });

  test("loses nothing of what two say at once", async () => {
    const { award } = await make({ name: "Ada" });
    await Promise.all([
      amendAward(parts, acting, award, { name: "Ada Lovelace" }),
      amendAward(processOn({ service, storage, keys }, academy), acting, award, { narrative: "Better." }),
    ]);
    expect(await said(award)).toEqual({ name: "Ada Lovelace", narrative: "Better." });
  });

  test("takes the place of its own text alone, not of what others endorsed", async () => {
    const { award, url } = await make({ name: "Ada" });
    const endorsed = { badge: url, comment: "A fine seam indeed." };
    const guild = await openAcademy(service);
    const given = await write(service, guild.access, `/v1/orgs/${guild.slug}/endorsements`, endorsed);
    expect(given.status, given.text).toBe(201);
    const [before] = (await stateOf(parts, award)).endorsements;
    await amendAward(parts, acting, award, { name: "Ada Lovelace" });
    expect(await personalIn(parts, award, before!)).toEqual({ narrative: "A fine seam indeed." });
    const digests = await storage.db
      .selectFrom("award_personal")
      .select("sealed")
      .where("document", "=", award)
      .where("sealed", "is", null)
      .execute();
    expect(digests).toHaveLength(1);
  });

  test("leaves all as it was where it is refused", async () => {
    const { award, url } = await make({ name: "Ada", recipient: { email: "ada@example.org" } });
    const reactor: AwardingParts["reactor"] = {
      ...parts.reactor,
      submit: async (id, [action], kind) => {
        const { context, ...rest } = action as { context: object };
        return parts.reactor.submit(id, [{ ...rest, context: { ...context, signer: undefined } }], kind);
      },
    };
    const refused = { ...parts, reactor };
    await expect(amendAward(refused, acting, award, { name: "Eve" })).rejects.toThrow();
    await expect(correctAward(refused, acting, award, { email: "eve@example.org" })).rejects.toThrow();
    expect(await said(award)).toMatchObject({ name: "Ada" });
    expect((await parts.store.facesOf([award])).get(award)?.face).toBe(url.split("/").at(-1));
    const kept = storage.db.selectFrom("award_personal").select("sealed").where("document", "=", award);
    expect((await kept.where("sealed", "is not", null).execute()).length).toBe(1);
  });
});
