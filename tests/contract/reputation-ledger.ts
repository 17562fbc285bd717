import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { followAwards } from "../../src/followers/award-evidence.ts";
import { ledgerOfLogs } from "../../src/followers/export-ledger.ts";
import type { LoggedEntry } from "../../src/operations/entry.ts";
import { rebuild } from "../../src/operations/rebuild.ts";
import { type Fact, factKinds } from "../../src/reputation/fact.ts";
import type { Group, Ledger, Tie } from "../../src/reputation/ledger.ts";
import type { Storage } from "../../src/storage/database.ts";
import { evidenceStore } from "../../src/storage/evidence-store.ts";
import { reputationLedger } from "../../src/storage/reputation-ledger.ts";
import { userOf } from "../harness.ts";
import { did, kate, type Person, playScenario, type Scenario } from "./reputation-scenario.ts";

/** A log of entries that stand in memory, as followers and rebuilding read it. */
export function logOf(entries: readonly LoggedEntry[]) {
  return {
    entriesAfter: async (after: number, limit: number) => entries.filter(({ seq }) => seq > after).slice(0, limit),
    lastSeq: async () => entries.at(-1)?.seq ?? 0,
  };
}

/**
 * What every ledger must answer of one log. `open` gives an empty, migrated database; without it memory is asked. What is
 * asked at all positions is asked at each `every`th, where asking takes long.
 */
export function reputationLedgerContract(name: string, open: (() => Promise<Storage>) | undefined, every = 1): void {
  describe(`the ledger of reputation in ${name}`, () => {
    let scenario: Scenario;
    let storage: Storage | undefined;
    let ledger: Ledger;
    beforeAll(async () => {
      scenario = await playScenario();
      const { entries, kinds } = scenario;
      storage = await open?.();
      if (!storage) {
        ledger = ledgerOfLogs(entries, kinds);
        return;
      }
      await rebuild(logOf(entries), storage.readModels, kinds);
      await followAwards({ log: logOf(entries), store: evidenceStore(storage) }).run(1_000);
      ledger = reputationLedger(storage.reader);
    });
    afterAll(() => storage?.close());

    const end = () => scenario.entries.at(-1)!.seq;
    /** The fact that a step states about somebody, as of another step; undefined while there is none. */
    const factOf = async (step: string, as?: string, about: Person = "eve"): Promise<Fact | undefined> => {
      const { facts } = await ledger.factsAbout([did(about)], as === undefined ? end() : scenario.at(as));
      return facts.find(({ operation }) => operation === scenario.operation(step));
    };
    const groupOf = (person: Person, as: string): Promise<Group> => ledger.group(did(person), scenario.at(as));
    const tieOf = async (step: string, as: string): Promise<Tie | undefined> =>
      (await ledger.ties(factKinds, scenario.at(as))).find(({ seq }) => seq === scenario.at(step));

    test("says what an organisation has attested, and by which entry", async () => {
      const entry = scenario.entries[scenario.at("A1") - 1]!;
      expect(await factOf("A1", "A1")).toEqual({
        operation: entry.operation,
        document: entry.document,
        seq: entry.seq,
        entry: entry.digest,
        subject: did("eve"),
        rater: scenario.guild,
        raterIs: "organization",
        issuer: scenario.guild,
        field: "craft/welding",
        kind: "contribution",
        value: "3.5",
        work: { type: "operation", id: expect.any(String) },
        standing: "organization",
        claimedAt: entry.action.timestampUtcMs,
        admittedAt: Date.parse(entry.admittedAt),
        validFrom: undefined,
        validUntil: undefined,
        ended: undefined,
        dispute: undefined,
        issuerRevokedAt: undefined,
        compromised: false,
        selfAttested: false,
        hidden: false,
      });
      expect(await factOf("A1", "fields")).toBeUndefined();
    });

    test("says by what standing a person speaks, and in whose context", async () => {
      const person = { rater: did("carol"), raterIs: "person" };
      expect(await factOf("A3")).toMatchObject({ ...person, standing: "membership", issuer: scenario.guild });
      expect(await factOf("A4")).toMatchObject({ ...person, standing: "work", issuer: "" });
      expect(await factOf("A5", "A5")).toMatchObject({ rater: did("frank"), standing: "unsolicited", work: undefined });
    });

    test("knows no retraction before it came", async () => {
      const ended = { as: "retracted", operation: scenario.operation("retracted") };
      expect(await factOf("A6", "A7")).toMatchObject({ ended: undefined });
      expect(await factOf("A6", "retracted")).toMatchObject({ ended });
      expect(await factOf("A6", "role of judy")).toMatchObject({ validFrom: Date.parse("2026-11-21"), ended });
    });

    test("knows a dispute from its entry on, and its ruling from its own", async () => {
      expect((await factOf("A3", "dispute 1"))?.dispute).toBeUndefined();
      const dispute = { operation: scenario.operation("dispute 3"), ruling: undefined };
      expect((await factOf("A3", "dispute 3"))?.dispute).toMatchObject(dispute);
      expect((await factOf("A3", "ruling 3"))?.dispute?.ruling).toMatchObject({ outcome: "struck" });
      expect((await factOf("A1"))?.dispute?.ruling).toBeUndefined();
    });

    test("hides what its subject hides, as long as it does, and nothing at another's wish", async () => {
      const hidden = async (as: string) => (await factOf("A1", as))?.hidden;
      expect([await hidden("ruling 3"), await hidden("hidden"), await hidden("shown")]).toEqual([false, true, false]);
      expect(await hidden("hidden by another")).toBe(false);
    });

    test("takes for self-attested what an issuer of the organisation is told by it", async () => {
      expect(await factOf("A7", undefined, "bob")).toMatchObject({ selfAttested: true });
      expect(await factOf("A1")).toMatchObject({ selfAttested: false });
    });

    test("makes two wallets one when both have said so, until one of them says otherwise", async () => {
      const members = [did("eve"), did("gina")].sort();
      expect((await groupOf("eve", "eve names gina")).members).toEqual([did("eve")]);
      expect(await groupOf("eve", "gina names eve")).toMatchObject({
        members: [did("eve"), did("gina")],
        name: members[0],
      });
      expect(await groupOf("gina", "gina names eve")).toMatchObject({
        members: [did("gina"), did("eve")],
        name: members[0],
      });
      expect((await groupOf("eve", "parted")).members).toEqual([did("eve")]);
    });

    test("takes for self-attested what comes from a wallet that is, or was then, the same", async () => {
      const own = async (step: string, as: string) => (await factOf(step, as))?.selfAttested;
      expect([await own("A8", "A8"), await own("A8", "gina names eve"), await own("A8", "parted")]).toEqual([
        false,
        true,
        false,
      ]);
      expect([await own("A9", "A9"), await own("A9", "parted"), await own("A10", "A10")]).toEqual([true, true, false]);
    });

    test("knows a linked rater under its group's name", async () => {
      const name = [did("frank"), did("hank")].sort()[0];
      expect((await factOf("A11", "A11"))?.rater).toBe(name);
      expect((await factOf("A5", "A5"))?.rater).toBe(did("frank"));
      expect((await factOf("A5", "A11"))?.rater).toBe(name);
      expect((await tieOf("A5", "A11"))?.rater).toBe(name);
    });

    test("never parts who was linked with a document that was closed meanwhile", async () => {
      expect((await groupOf("frank", "A11")).closedAt).toBeUndefined();
      for (const as of ["hank closes", "in vain", "closed"]) {
        const closedAt = Date.parse(scenario.entries[scenario.at("hank closes") - 1]!.admittedAt);
        expect(await groupOf("frank", as)).toMatchObject({ members: [did("frank"), did("hank")], closedAt });
      }
    });

    test("takes an award for evidence, its field and its end from the class that it is under", async () => {
      const { document, admittedAt } = scenario.entries[scenario.at("W1") - 1]!;
      const days30 = Date.parse(admittedAt) + 30 * 86_400_000;
      const badge = { rater: scenario.school, kind: "badge", value: "1", work: { type: "badge", id: document } };
      const under = { document, seq: scenario.at("W1"), field: "craft/welding", validUntil: days30 };
      expect(await factOf("W1", "W1")).toMatchObject({ ...badge, ...under, issuer: scenario.school });
      expect(await factOf("W1", "class revised")).toMatchObject({ field: "craft/welding", validUntil: days30 });
      const amended = { ...badge, field: "software/rust", validUntil: Date.parse("2028-01-01") };
      expect(await factOf("W1", "amended")).toMatchObject(amended);
    });

    test("follows an award through suspension, hiding, dispute and revocation", async () => {
      const ended = async (as: string) => (await factOf("W1", as))?.ended?.as;
      expect([await ended("suspended"), await ended("reinstated"), await ended("closed")]).toEqual([
        "suspended",
        undefined,
        "revoked",
      ]);
      expect((await factOf("W1", "award hidden"))?.hidden).toBe(true);
      expect((await factOf("W1", "award shown"))?.hidden).toBe(false);
      expect((await factOf("W1", "dispute W1"))?.dispute).toMatchObject({ ruling: undefined });
      expect((await factOf("W1", "ruling W1"))?.dispute?.ruling).toMatchObject({ outcome: "upheld" });
      expect((await tieOf("W1", "ruling W1"))?.dispute?.ruling).toMatchObject({ outcome: "upheld" });
    });

    test("takes an endorsement for evidence of the award's subject, as long as the award is", async () => {
      const { document } = scenario.entries[scenario.at("W1") - 1]!;
      const said = { rater: scenario.guild, kind: "endorsement", work: { type: "badge", id: document } };
      expect(await factOf("endorsed", "reinstated")).toBeUndefined();
      expect(await factOf("endorsed", "endorsed")).toMatchObject({ ...said, document, ended: undefined });
      expect(await factOf("endorsed", "closed")).toMatchObject({ ended: { as: "revoked" } });
      expect(await tieOf("endorsed", "endorsed")).toMatchObject({ rater: scenario.guild, kind: "endorsement" });
    });

    test("gives an award to whoever has claimed it, from then on", async () => {
      expect(await factOf("W2", "W2", "gina")).toBeUndefined();
      expect(await factOf("W2", "claimed", "gina")).toMatchObject({ seq: scenario.at("W2"), subject: did("gina") });
      expect(await tieOf("W2", "W2")).toBeUndefined();
      expect(await tieOf("W2", "claimed")).toMatchObject({ subject: did("gina") });
    });

    test("counts what is held back from the end of that on, and never what was cancelled or for trying out", async () => {
      const { admittedAt } = scenario.entries[scenario.at("W4") - 1]!;
      const heldUntil = Date.parse(admittedAt) + 59 * 60_000;
      expect(await factOf("W4")).toMatchObject({ validFrom: heldUntil, heldUntil });
      expect(await factOf("W1")).not.toHaveProperty("heldUntil");
      expect(await factOf("W3", "W3")).toBeDefined();
      expect(await factOf("W3", "cancelled")).toBeUndefined();
      expect(await factOf("W5")).toBeUndefined();
    });

    test("takes for self-attested an award to an owner of the organisation", async () => {
      expect(await factOf("W6", undefined, "frank")).toMatchObject({ selfAttested: true });
    });

    test("says of keys that were lost what they said from then on, once it is known", async () => {
      const compromised = async (step: string, as: string, about: Person = "eve") =>
        (await factOf(step, as, about))?.compromised;
      expect(await compromised("A6", "revoked")).toBe(false);
      expect(await compromised("A6", "stolen")).toBe(true);
      expect(await compromised("A2", "stolen", "carol")).toBe(false);
      expect(await compromised("A3", "revoked")).toBe(false);
      expect(await compromised("A3", "stolen")).toBe(true);
      expect(await compromised("A1", "stolen")).toBe(false);
      expect((await tieOf("A6", "stolen"))?.compromised).toBe(true);
    });

    test("tells when the organisation was closed that stated something", async () => {
      const closed = Date.parse(scenario.entries[scenario.at("closed") - 1]!.admittedAt);
      expect((await factOf("W4", "stolen"))?.issuerRevokedAt).toBeUndefined();
      expect((await factOf("W4"))?.issuerRevokedAt).toBe(closed);
      expect((await factOf("A1"))?.issuerRevokedAt).toBeUndefined();
    });

    test("gives several wallets' facts together, in the order of the log", async () => {
      const { facts } = await ledger.factsAbout([did("gina"), did("eve")], end());
      expect(new Set(facts.map(({ subject }) => subject))).toEqual(new Set([did("gina"), did("eve")]));
      expect(facts.map(({ seq }) => seq)).toEqual(facts.map(({ seq }) => seq).sort((a, b) => a - b));
      expect(await ledger.factsAbout([], end())).toEqual({ facts: [], beyond: 0 });
    });

    test("ties the same as it states, of the kinds that are asked for", async () => {
      const ties = await ledger.ties(["badge", "vouch"], scenario.at("claimed"));
      expect(new Set(ties.map(({ kind }) => kind))).toEqual(new Set(["badge", "vouch"]));
      const { facts: about } = await ledger.factsAbout([did("eve")], scenario.at("claimed"));
      for (const fact of about.filter(({ kind }) => kind === "badge" || kind === "vouch")) {
        const tie = ties.find(({ seq }) => seq === fact.seq)!;
        const {
          operation: _,
          document: __,
          entry: ___,
          work: ____,
          claimedAt: _____,
          hidden: ______,
          heldUntil: _______,
          ...same
        } = fact;
        expect(tie).toEqual(same);
      }
      expect(await ledger.ties([], end())).toEqual([]);
    });

    test("answers at every position what the log up to there answers", async () => {
      const { entries, kinds } = scenario;
      const people = (["bob", "carol", "eve", "frank", "gina", "hank", "ivan"] as const).map(did);
      const answers = (asked: Ledger, position: number) =>
        Promise.all([
          asked.factsAbout(people, position),
          asked.ties(factKinds, position),
          asked.hiddenAbout(people, position).then(sorted),
          asked.kin([did("ivan"), did("eve")], position).then((kin) => kin.sort()),
          ...(["eve", "frank", "hank", "ivan", "judy"] as const).map((each) => asked.group(did(each), position)),
        ]);
      for (let position = 0; position <= end(); position += every) {
        const upTo = ledgerOfLogs(entries.slice(0, position), kinds);
        expect(await answers(ledger, position)).toEqual(await answers(upTo, position));
      }
    });

    test("takes the latest of every rater before anybody's second, and counts what it leaves out", async () => {
      const { entries, kinds } = scenario;
      for (const most of [
        { each: 2, all: 100 },
        { each: 100, all: 4 },
        { each: 2, all: 3 },
      ]) {
        const few = storage ? reputationLedger(storage.reader, most) : ledgerOfLogs(entries, kinds, most);
        for (let position = 0; position <= end(); position += 3 * every) {
          const all = (await ledger.factsAbout([did("eve"), did("ivan")], position)).facts;
          const asked = all.filter(({ standing }) => standing !== "unsolicited");
          const byRater = [...Map.groupBy(asked, ({ rater }) => rater).values()];
          const latest = byRater.map((facts) => facts.reverse());
          const rounds = Array.from({ length: most.each }, (_, nth) => latest.flatMap((facts) => facts[nth] ?? []));
          const taken = rounds.flat().slice(0, most.all);
          const { facts, beyond } = await few.factsAbout([did("eve"), did("ivan")], position);
          const counted = facts.filter(({ standing }) => standing !== "unsolicited");
          expect(new Set(counted)).toEqual(new Set(taken));
          expect(beyond).toBe(asked.length - taken.length);
          expect(facts.length).toBe(taken.length + all.length - asked.length);
        }
      }
    });

    test("tells nothing of what is held back, not even its number", async () => {
      const { entries, kinds } = scenario;
      const [one, heldUntil] = [{ each: 1, all: 100 }, Number((await factOf("W4"))?.heldUntil)];
      const few = storage ? reputationLedger(storage.reader, one) : ledgerOfLogs(entries, kinds, one);
      const none = storage ? reputationLedger(storage.reader, { each: 1, all: 1 }) : undefined;
      const told = async (asked: Ledger, by: number) => {
        const { facts, beyond } = await asked.factsAbout([did("eve")], end(), by);
        return { beyond, isTold: facts.some(({ operation }) => operation === scenario.operation("W4")) };
      };
      const [before, after] = [await told(few, heldUntil - 1), await told(few, heldUntil)];
      expect([before.isTold, after.isTold, after.beyond - before.beyond]).toEqual([false, true, 1]);
      if (none) expect((await told(none, heldUntil)).beyond - (await told(none, heldUntil - 1)).beyond).toBe(1);
    });

    test("takes for self-attested what comes over others, or from their organisation, also once they have parted", async () => {
      const own = async (step: string, as?: string) => (await factOf(step, as, "ivan"))?.selfAttested;
      for (const as of ["A13", "judy parts from kate", "judy parts from ivan", "stolen"])
        expect([await own("A12", as === "A13" ? "A12" : as), await own("A13", as)]).toEqual([true, true]);
      expect((await groupOf("ivan", "A13")).members).toHaveLength(3);
      expect(await own("A14")).toBe(false);
    });

    test("knows who has a wallet under one name, whatever its chain", async () => {
      const raters = [(await factOf("A14", undefined, "ivan"))?.rater, (await factOf("A15", undefined, "ivan"))?.rater];
      expect(raters).toEqual([did("kate"), did("kate")]);
      expect((await tieOf("A15", "A15"))?.rater).toBe(did("kate"));
      const group = await ledger.group(userOf(kate, 137), end());
      expect(group).toMatchObject({ members: [userOf(kate, 137)], name: did("kate") });
    });

    test("passes over a ruling by who was one with the subject, also once they have parted", async () => {
      for (const as of ["ruling 16", "ivan parts from dave"]) {
        const dispute = { operation: scenario.operation("dispute 16"), ruling: undefined };
        expect((await factOf("A16", as, "ivan"))?.dispute).toMatchObject(dispute);
      }
      expect((await factOf("A3"))?.dispute?.ruling).toMatchObject({ outcome: "struck" });
    });

    test("passes over what thieves ended, disputed, ruled and linked, once it is known", async () => {
      expect((await factOf("A6", "W6 revoked"))?.ended).toMatchObject({ as: "retracted" });
      expect((await factOf("A6", "stolen"))?.ended).toBeUndefined();
      expect((await factOf("A2", "W6 revoked", "carol"))?.dispute).toBeDefined();
      expect((await factOf("A2", "stolen", "carol"))?.dispute).toBeUndefined();
      expect((await factOf("A1", "W6 revoked"))?.dispute?.ruling).toMatchObject({ outcome: "struck" });
      expect((await factOf("A1", "stolen"))?.dispute).toMatchObject({ ruling: undefined });
      expect((await factOf("W6", "W6 revoked", "frank"))?.ended).toMatchObject({ as: "revoked" });
      expect((await factOf("W6", "stolen", "frank"))?.ended).toBeUndefined();
      expect((await groupOf("eve", "W6 revoked")).members).toEqual([did("eve"), did("carol")]);
      expect((await groupOf("eve", "stolen")).members).toEqual([did("eve")]);
    });

    test("says what is hidden, also by an award's own document, and who ever was one with somebody", async () => {
      const hidden = (as: string) => ledger.hiddenAbout([did("eve")], scenario.at(as));
      const [A1, W1, endorsed] = [scenario.operation("A1"), scenario.operation("W1"), scenario.operation("endorsed")];
      expect(await hidden("hidden")).toEqual([{ subject: did("eve"), operation: A1 }]);
      expect((await hidden("award hidden")).map(({ operation }) => operation).sort()).toEqual([W1, endorsed].sort());
      expect(await hidden("award shown")).toEqual([]);
      const kin = await ledger.kin([did("kate")], scenario.at("A14"));
      expect(kin.sort()).toEqual([did("ivan"), did("judy"), did("kate")].sort());
    });
  });
}

function sorted(hidden: { subject: string; operation: string }[]) {
  return hidden.sort((one, other) => (one.operation < other.operation ? -1 : 1));
}
