import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AwardRequest } from "../../../src/badges/award-plan.ts";
import { type AwardingParts, actingFor, awardAll, stateOf } from "../../../src/badges/awarding.ts";
import { makeServiceKeys } from "../../../src/identity/service-keys.ts";
import { walletCheck } from "../../../src/identity/wallet.ts";
import { Failure } from "../../../src/kernel/failure.ts";
import { day } from "../../../src/kernel/time.ts";
import { rebuild } from "../../../src/operations/rebuild.ts";
import { openSqlite } from "../../../src/storage/sqlite.ts";
import { allKinds } from "../../../src/verify/kinds.ts";
import { start } from "../../harness.ts";
import { type Academy, definition, makeAward, makeClass, openAcademy, sendBatch, write } from "../../http/academy.ts";
import { act } from "../../http/org-access.ts";
import { type LocalService, startLocal } from "../../http/server.ts";
import { clientOf, processOn } from "./processes.ts";

const storage = openSqlite({ file: ":memory:", realm: "test" });
const keys = await makeServiceKeys(start - day);
let service: LocalService;
let academy: Academy;
let klass: { id: string };
beforeAll(async () => {
  service = await startLocal({ parts: () => ({ storage, keys }) });
  academy = await openAcademy(service);
  klass = await makeClass(service, academy);
});
afterAll(async () => {
  await service.close();
  await storage.close();
});

const process = (places: readonly number[] = [], more: Partial<AwardingParts> = {}): AwardingParts => {
  return { ...processOn({ service, storage, keys }, academy, places), ...more };
};
const request = (more: Partial<AwardRequest> = {}): AwardRequest => {
  return { class: klass.id, recipient: { email: "ada@example.org" }, ...more };
};
const codeOf = (outcome: object) => ("error" in outcome && outcome.error instanceof Failure ? outcome.error.code : "");

describe("awarding", () => {
  test("takes another place where one is held by then", async () => {
    const parts = process([5, 5, 5, 6]);
    const acting = await actingFor(parts, academy.slug, clientOf(academy));
    const outcomes = await awardAll(parts, acting, [{ request: request() }, { request: request() }]);
    const indexes = await Promise.all(
      outcomes.map(async (outcome) => {
        if ("error" in outcome) throw outcome.error;
        return (await stateOf(parts, outcome.done.award)).status!.index;
      }),
    );
    expect(indexes.toSorted()).toEqual([5, 6]);
  });

  test("makes one award where two processes are asked under one key at once, and leaves nothing of the other", async () => {
    const [one, two] = [process(), process()];
    const asked = [{ request: request(), key: "the same" }];
    const acting = await actingFor(one, academy.slug, clientOf(academy));
    const [[first], [second]] = await Promise.all([awardAll(one, acting, asked), awardAll(two, acting, asked)]);
    expect(second).toEqual(first);
    const found = await storage.db.selectFrom("award_preparations").select("document").execute();
    const faces = await storage.db.selectFrom("award_faces").select("document").execute();
    const standing = await storage.db.selectFrom("awards").select("document").execute();
    expect(found.length).toBeGreaterThan(standing.length);
    expect(faces.map(({ document }) => document).toSorted()).toEqual(
      standing.map(({ document }) => document).toSorted(),
    );
  });

  test("keeps the award where its credentials could not be made", async () => {
    const parts = process([], { made: async () => Promise.reject(new Error("No key today.")) });
    const [outcome] = await awardAll(parts, await actingFor(parts, academy.slug, clientOf(academy)), [
      { request: request() },
    ]);
    expect(outcome).toMatchObject({ done: { status: "active" } });
  });

  test("keeps what stands beside the log before it is written there", async () => {
    const seen: number[] = [];
    const parts = process();
    const open = parts.reactor.open;
    const reactor = {
      ...parts.reactor,
      open: async (...asked: Parameters<typeof open>) => {
        const { documentId } = (asked[0] as { input: { documentId: string } }).input;
        seen.push((await parts.store.facesOf([documentId])).size);
        return open(...asked);
      },
    };
    const jobs: string[] = [];
    const deliveries = { add: async (...added: { key: string }[]) => void jobs.push(...added.map(({ key }) => key)) };
    const [outcome] = await awardAll(
      { ...parts, reactor, deliveries },
      await actingFor(parts, academy.slug, clientOf(academy)),
      [{ request: request() }],
    );
    expect(outcome).toHaveProperty("done");
    expect(seen).toEqual([1]);
    expect(jobs).toHaveLength(1);
  });

  test("loses the race against the end of its client, and leaves nothing behind", async () => {
    const leaving = await openAcademy(service);
    const theirs = await makeClass(service, leaving);
    const base = process();
    const issuers = {
      ...base.issuers,
      find: async () => ({ document: leaving.document, slug: leaving.slug, name: "Leaving", verified: false }),
    };
    const parts = { ...base, issuers };
    const acting = await actingFor(parts, leaving.slug, clientOf(leaving));
    await act(service, leaving, "REVOKE_CLIENT", { client: leaving.client });
    const [outcome] = await awardAll(parts, acting, [{ request: request({ class: theirs.id }) }]);
    expect(codeOf(outcome!)).toBe("NOT_DELEGATED");
    const rows = await storage.db.selectFrom("awards").select("document").where("organization", "=", leaving.document);
    expect(await rows.execute()).toEqual([]);
  });

  test("leaves nothing in the read models that the log would not make again", async () => {
    await sendBatch(service, academy, [
      { key: "one", ...request({ cohort: "c" }) },
      { key: "two", ...request() },
    ]);
    const made = await makeAward(service, academy, { class: klass.id, recipient: { did: "did:web:example.org" } });
    await write(service, academy.access, `/v1/awards/${made.award}/revoke`, { reason: "By mistake." });
    const more = { definition: { ...definition, name: "Two" } };
    await write(service, academy.access, `/v1/badge-classes/${klass.id}/revisions`, more);
    await write(service, academy.access, `/v1/badge-classes/${klass.id}/archive`, {});
    await write(service, academy.access, `/v1/badge-classes/${klass.id}/restore`, {});
    const tables = ["badge_classes", "badge_class_versions", "awards", "award_lists", "grants", "claims"] as const;
    const dump = async () => {
      const all = await Promise.all(tables.map((table) => storage.db.selectFrom(table).selectAll().execute()));
      return all.map((rows) => rows.map((row) => JSON.stringify(row)).toSorted());
    };
    const before = await dump();
    await rebuild(storage.operations, storage.readModels, allKinds(walletCheck()));
    expect(await dump()).toEqual(before);
    expect(before[2]!.length).toBeGreaterThan(4);
  });

  test("refuses whom the organisation has not let in", async () => {
    const parts = process();
    const foreign = { ...clientOf(academy), organization: "r1other" };
    await expect(actingFor(parts, academy.slug, foreign)).rejects.toMatchObject({ code: "NOT_FOUND" });
    const nobody = { ...parts, issuers: { ...parts.issuers, keyOf: async () => undefined } };
    await expect(actingFor(nobody, academy.slug, clientOf(academy))).rejects.toMatchObject({ code: "NO_KEY" });
  });
});
