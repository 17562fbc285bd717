import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Did } from "../../src/identity/did.ts";
import type { PolicyStore } from "../../src/reputation/policies.ts";
import { policyDocument } from "../../src/reputation/policy-document.ts";
import { policyHash } from "../../src/reputation/policy-schema.ts";
import type { Storage } from "../../src/storage/database.ts";
import { policyLimits } from "../../src/storage/policy-limits.ts";
import { policyStore } from "../../src/storage/policy-store.ts";
import { type Act, given, noon, serviceKey } from "../unit/given.ts";
import { sample } from "../unit/reputation/policy-samples.ts";
import { appendOf, entryOf, freshId } from "./synthetic.ts";

const ann: Did = "did:pkh:eip155:1:0xaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
const app: Did = "did:key:zDnaevvCXbHpbyCpybTMZbPK6snWfAGxiLaDAx936DMa8XmwV";
const may = { binding: "full", by: "delegation", limits: [{ kind: "renown/policy" }] } as const;

/** What every adapter that keeps policies must hold to. `open` gives an empty, migrated database. */
export function policyStoreContract(name: string, open: () => Promise<Storage>): void {
  describe(`policies in ${name}`, () => {
    let storage: Storage;
    let store: PolicyStore;
    const seqs: number[] = [];
    beforeAll(async () => {
      storage = await open();
      store = policyStore(storage);
      for (const title of ["One", "Two", "Three"]) seqs.push(await publish(storage, `r1${title}`, title));
      await publish(storage, "r1ours", "Ours", { alias: "open-work" });
    });
    afterAll(() => storage.close());

    test("are found by document, and the service's own by a name", async () => {
      const found = await store.find("r1One");
      const hash = policyHash({ ...sample, name: "One" });
      const times = { createdSeq: seqs[0], createdAt: noon, updatedAt: noon };
      expect(found).toEqual({ document: "r1One", name: "One", latest: 1, hash, owner: ann, alias: null, ...times });
      expect(await store.byAlias("open-work")).toMatchObject({ document: "r1ours", owner: "", alias: "open-work" });
      expect(await store.byAlias("r1One")).toBeUndefined();
      expect(await store.find("open-work")).toBeUndefined();
    });

    test("are counted by account and by size, as far as they were published since", async () => {
      const { published } = policyLimits(storage.reader);
      const bytes = ["One", "Two", "Three"].map((title) => JSON.stringify({ ...sample, name: title }).length);
      const all = { versions: 3, bytes: bytes.reduce((sum, each) => sum + each) };
      expect(await published(ann.slice(-42), noon - 1)).toEqual(all);
      expect(await published(ann.slice(-42), noon)).toEqual({ versions: 0, bytes: 0 });
      expect(await published(ann, noon - 1)).toEqual({ versions: 0, bytes: 0 });
    });

    test("are listed in the order in which they were first published, page by page", async () => {
      const names = async (after: number, limit: number) =>
        (await store.list(after, limit)).map((each) => each.document);
      expect(await names(0, 9)).toEqual(["r1One", "r1Two", "r1Three", "r1ours"]);
      expect(await names(0, 2)).toEqual(["r1One", "r1Two"]);
      expect(await names(seqs[1]!, 1)).toEqual(["r1Three"]);
      expect(await names(9_999, 1)).toEqual([]);
    });

    test("have versions that say what was signed, and never change", async () => {
      const first = await store.version("r1Two", 1);
      expect(first).toMatchObject({ id: "r1Two", version: 1, policy: { ...sample, name: "Two" } });
      expect(first!.publishedAt).toBe("2026-11-20T12:00:00.000Z");
      const log = [publishing("Two")];
      const seq = await write(storage, "r1Two", log, publishing("Two again"));
      expect(await store.find("r1Two")).toMatchObject({ name: "Two again", latest: 2, createdSeq: seqs[1] });
      expect(seq).toBeGreaterThan(seqs[2]!);
      expect(await store.version("r1Two", 1)).toEqual(first);
      expect(await store.version("r1Two", 2)).toMatchObject({ policy: { name: "Two again" } });
      expect(await store.version("r1Two", 3)).toBeUndefined();
      expect(await store.version("r1none", 1)).toBeUndefined();
    });

    test("list their versions, and which are superseded", async () => {
      await write(storage, "r1Two", [publishing("Two"), publishing("Two again")], retiring(1));
      const all = await store.versions("r1Two", 3, 9);
      expect(all.map(({ version, supersededAt }) => [version, supersededAt])).toEqual([
        [2, null],
        [1, noon],
      ]);
      expect(all[0]!.hash).toBe(policyHash({ ...sample, name: "Two again" }));
      expect(await store.versions("r1Two", 2, 9)).toEqual(all.slice(1));
      expect(await store.versions("r1Two", 3, 1)).toEqual(all.slice(0, 1));
      expect(await store.find("r1Two")).toMatchObject({ latest: 2, createdSeq: seqs[1] });
    });

    test("let one document alone have a name", async () => {
      await expect(publish(storage, "r1second", "Second", { alias: "open-work" })).rejects.toMatchObject({
        reason: "claim",
      });
      expect(await store.find("r1second")).toBeUndefined();
      expect(await storage.operations.holderOf("policy", "open-work", noon)).toBe("r1ours");
    });
  });
}

const by = { user: ann, app, ...may } as const;
const service = { user: "", app: serviceKey, binding: "full", by: "service" } as const;

function publishing(name: string, more: { alias?: string } = {}): Act {
  const input = { policy: { ...sample, name } as never, ...more };
  return { type: "PUBLISH", input, by: more.alias === undefined ? by : service };
}

const retiring = (version: number): Act => ({ type: "RETIRE", input: { version }, by });

const publish = (storage: Storage, document: string, name: string, more: { alias?: string } = {}) =>
  write(storage, document, [], publishing(name, more));

const lasts = new Map<string, ReturnType<typeof entryOf>>();

/** Writes what an act projects behind the acts before it; answers with its place in the log. */
async function write(storage: Storage, document: string, log: Act[], act: Act): Promise<number> {
  const opener = act.by.user === "" ? ({ user: "", app: serviceKey } as const) : { user: ann, app };
  const { projection } = await given(policyDocument, log, opener).when(act).then({});
  const rows = projection.rows.map((row) => ({ ...row, key: { ...row.key, document } }));
  const claims = projection.claims.map((claim) => ({ ...claim, holder: document }));
  const entry = entryOf({ document, after: lasts.get(document), actionId: freshId() });
  const [seq] = await storage.operations.commit(appendOf([entry], { rows, claims }));
  lasts.set(document, entry);
  return seq!;
}
