import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fromHex, hex } from "../../../src/kernel/bytes.ts";
import type { JsonObject } from "../../../src/kernel/json.ts";
import type { GroundName } from "../../../src/operations/grounds.ts";
import { rebuild } from "../../../src/operations/rebuild.ts";
import type { Receipt } from "../../../src/operations/receipt.ts";
import { prepareOperations } from "../../../src/organizations/prepare.ts";
import { reputationKind } from "../../../src/reputation/reputation-state.ts";
import { alice, appKey, bob, operationKey, userOf } from "../../harness.ts";
import {
  anotherProcess,
  audited,
  bundleOf,
  byBob,
  byFellow,
  carol,
  dave,
  eve,
  named,
  openOrganization,
  openSociety,
  outcome,
  praise,
  type Society,
} from "./society.ts";

let society: Society;
const ours = userOf(eve);
beforeEach(async () => {
  society = await openSociety();
});
afterEach(() => society.house.close());

const attest = (more: JsonObject = {}) => society.does(bob, "ATTEST", ours, byBob(society, more));
const rowOf = ({ operation }: Pick<Receipt, "operation">) =>
  society.house.storage.db
    .selectFrom("attestations")
    .selectAll()
    .where("operation", "=", operation)
    .executeTakeFirstOrThrow();
const typesOf = async (subject = ours) => {
  const log = await society.house.store.entriesOf(society.documentOf(subject), 0, 1000);
  return log.map(({ action }) => action.type);
};
const retraction = (attestation: Receipt): JsonObject => ({
  attestation: attestation.operation,
  ends: [attestation.entry],
  restsOn: [named(attestation), society.roles.bob],
});
const disputing = (attestation: Receipt): JsonObject => ({
  attestation: attestation.operation,
  restsOn: [named(attestation)],
});
const ruling = (attestation: Receipt, dispute: Receipt, outcome: "upheld" | "struck", more: JsonObject = {}) => ({
  attestation: attestation.operation,
  dispute: dispute.operation,
  outcome,
  ends: outcome === "struck" ? [dispute.entry, attestation.entry] : [dispute.entry],
  restsOn: [named(dispute), named(attestation), society.roles.dave],
  ...more,
});

describe("a reputation", () => {
  it("begins with whatever is said first, in the document that follows from its subject", async () => {
    const receipt = await attest();
    expect(receipt).toMatchObject({ document: society.documentOf(ours), kind: reputationKind, index: 0 });
    const { state } = await society.house.reactor.document(receipt.document);
    expect(state).toMatchObject({ subject: ours, attestations: 1 });
    const row = { subject: ours, entry: receipt.entry, seq: receipt.seq, value: "3.5", rater: society.guild.document };
    expect(await rowOf(receipt)).toMatchObject({ ...row, attester: userOf(bob), outcome: null });
  });

  it("is written in by many at once, none of whom signs twice", async () => {
    const other = anotherProcess(society.house);
    const signed = await Promise.all(
      Array.from({ length: 40 }, () => society.sign(bob, "ATTEST", ours, byBob(society))),
    );
    const sent = signed.map((each, i) => outcome(society.send(each, i % 2 ? other : undefined)));
    expect(new Set(await Promise.all(sent))).toEqual(new Set(["admitted"]));
    expect(await typesOf()).toHaveLength(40);
  });

  it("takes nothing that names another subject than the one it follows from", async () => {
    const { action } = await society.sign(bob, "ATTEST", ours, byBob(society));
    const elsewhere = society.documentOf(userOf(alice));
    const sent = society.house.reactor.submit(elsewhere, [action], reputationKind);
    expect(await outcome(sent)).toBe("WRONG_DOCUMENT_ID");
  });

  it("takes nothing from a key that was not let act on reputations", async () => {
    const { house, documentOf } = society;
    const mallory = { wallet: eve, app: operationKey.did };
    await house.delegate(mallory);
    const intent = {
      document: documentOf(ours),
      kind: reputationKind,
      type: "CLOSE",
      input: { subject: ours },
      user: ours,
    };
    const { action } = await house.sign(intent, operationKey);
    expect(await outcome(house.reactor.submit(documentOf(ours), [action], reputationKind))).toBe("NOT_PERMITTED");
  });

  it("is signed for the organisation by its own key, whose entry gives the right", async () => {
    const input = byBob(society, { restsOn: [society.roles.key, society.fields] as unknown as JsonObject[] });
    const receipt = await society.does("guild", "ATTEST", ours, input);
    const giver = await society.house.store.entryOfOperation(society.guild.document, society.roles.key.operation);
    expect(receipt).toMatchObject({ authority: { by: "organization", entry: giver!.digest } });
    expect(await rowOf(receipt)).toMatchObject({
      attester: "",
      rater: society.guild.document,
      authority: giver!.digest,
    });
  });

  it("is about any subject with a DID, though only a wallet can answer", async () => {
    const subject = "did:web:eve.example";
    const attestation = await society.does(bob, "ATTEST", subject, byBob(society));
    expect(await typesOf(subject)).toEqual(["ATTEST"]);
    expect(await outcome(society.does(eve, "DISPUTE", subject, disputing(attestation)))).toBe("FORBIDDEN");
  });
});

describe("preparing an operation for whoever signs elsewhere", () => {
  const wish = (operations: { type: string; input: JsonObject }[], document?: string) =>
    prepareOperations(
      { kind: reputationKind, user: userOf(bob), app: appKey.did, operations, document },
      society.house,
      society.house.clock.now(),
    );

  it("finds the document by its subject, whether anything stands in it or not", async () => {
    const attestation = { type: "ATTEST", input: { subject: ours, ...byBob(society) } };
    for (const entries of [1, 2]) {
      const { document, create, operations } = await wish([attestation]);
      expect([document, create]).toEqual([society.documentOf(ours), null]);
      const { action, message, tuple } = operations[0]!;
      const signature = await appKey.sign(fromHex(message.hex)!);
      action.context!.signer!.signatures = [[...tuple, `0x${hex(signature)}`]];
      await society.house.reactor.submit(document, [action], reputationKind);
      expect(await typesOf()).toHaveLength(entries);
    }
  });

  it("takes what a subject says of itself, and refuses what has not its form", async () => {
    const joining = (organization: string) => ({ type: "JOIN", input: { subject: userOf(bob), organization } });
    const { document, operations } = await wish([joining(society.guild.document)]);
    expect([document, operations[0]!.action.type]).toEqual([society.documentOf(userOf(bob)), "JOIN"]);
    expect(await outcome(wish([joining("guild")]))).toBe("INVALID_INPUT");
  });

  it("refuses subjects that do not go together", async () => {
    const about = (subject: string) => ({ type: "ATTEST", input: { subject, ...byBob(society) } });
    expect(await outcome(wish([about(ours), about(userOf(carol))]))).toBe("WRONG_DOCUMENT_ID");
    expect(await outcome(wish([about(ours)], society.documentOf(userOf(carol))))).toBe("WRONG_DOCUMENT_ID");
    expect(await outcome(wish([]))).toBe("INVALID_REQUEST");
  });
});

describe("a right that ends", () => {
  it("between decision and commit is no right any more", async () => {
    const { house, guild, sign } = society;
    let removed = false;
    const store: typeof house.store = {
      ...house.store,
      commit: async (append) => {
        if (!removed) {
          removed = true;
          await guild.act("REMOVE_MEMBER", { user: userOf(bob) });
        }
        return house.store.commit(append);
      },
    };
    const { document, action } = await sign(bob, "ATTEST", ours, byBob(society));
    const reactor = anotherProcess({ ...house, store });
    expect(await outcome(reactor.submit(document, [action], reputationKind))).toBe("NOT_DELEGATED");
    expect([removed, await house.store.holds(document)]).toEqual([true, false]);
  });

  it("takes the field along that the organisation lists no longer", async () => {
    await society.guild.act("SET_FIELDS", { fields: [{ id: "craft/weaving", name: "Weaving" }] });
    expect(await outcome(attest())).toBe("NOT_DELEGATED");
  });
});

describe("taking back", () => {
  it("is done once, however many try at once", async () => {
    const attestation = await attest();
    const tries = await Promise.all(
      Array.from({ length: 12 }, () => society.sign(bob, "RETRACT", ours, retraction(attestation))),
    );
    const others = await Promise.all(
      Array.from({ length: 12 }, () => society.sign(bob, "ATTEST", ours, byBob(society))),
    );
    const other = anotherProcess(society.house);
    const both = tries.flatMap((each, i) => [each, others[i]!]);
    const outcomes = await Promise.all(
      both.map((each, i) => outcome(society.send(each, i % 4 > 1 ? other : undefined))),
    );
    expect(outcomes.filter((_, i) => i % 2 === 1)).toEqual(Array(12).fill("admitted"));
    expect(outcomes.filter((_, i) => i % 2 === 0).sort()).toEqual([...Array(11).fill("NOT_DELEGATED"), "admitted"]);
    expect((await typesOf()).filter((type) => type === "RETRACT")).toHaveLength(1);
    const { retracted_seq, retracted_by } = await rowOf(attestation);
    const retracted = (await society.house.store.entryAt(retracted_seq!))!;
    expect([retracted.action.type, retracted.operation]).toEqual(["RETRACT", retracted_by]);
  });

  it("has one receipt however often the same is sent, at once or later", async () => {
    const attestation = await attest();
    const signed = await society.sign(bob, "RETRACT", ours, retraction(attestation));
    const other = anotherProcess(society.house);
    const receipts = await Promise.all(
      Array.from({ length: 10 }, (_, i) => society.send(signed, i % 2 ? other : undefined)),
    );
    receipts.push(await society.send(signed), await society.send(signed, other));
    expect(new Set(receipts.map(({ entry }) => entry)).size).toBe(1);
  });

  it("has its receipt where the same came first, just before what it rests on was looked for", async () => {
    const attestation = await attest();
    const signed = await society.sign(bob, "RETRACT", ours, retraction(attestation));
    const { house, send } = society;
    let first: Receipt | undefined;
    const store: typeof house.store = {
      ...house.store,
      groundOf: async (document, operation) => {
        first ??= await send(signed);
        return house.store.groundOf(document, operation);
      },
    };
    const late = await send(signed, anotherProcess({ ...house, store }));
    expect([late.entry, late.seq]).toEqual([first!.entry, first!.seq]);
  });

  it("leaves nothing to dispute, to answer or to rest on", async () => {
    const attestation = await attest();
    await society.does(bob, "RETRACT", ours, retraction(attestation));
    expect(await outcome(society.does(eve, "DISPUTE", ours, disputing(attestation)))).toBe("NOT_DELEGATED");
    const answer = { ...disputing(attestation), _sd: ["A".repeat(43)] };
    expect(await outcome(society.does(eve, "RESPOND", ours, answer))).toBe("NOT_DELEGATED");
  });

  it("is the organisation's, whichever of its issuers attested, and nobody else's", async () => {
    const attestation = await attest();
    const asKey = [named(attestation), society.roles.key] as unknown as JsonObject[];
    expect(await outcome(society.does(eve, "RETRACT", ours, retraction(attestation)))).toBe("FORBIDDEN");
    await society.does("guild", "RETRACT", ours, { ...retraction(attestation), restsOn: asKey });
    expect(await typesOf()).toEqual(["ATTEST", "RETRACT"]);
  });
});

describe("a dispute", () => {
  it("is had once, whether in a row, at once or in one run", async () => {
    const [first, second] = [await attest(), await attest()];
    await society.does(eve, "DISPUTE", ours, disputing(first));
    expect(await outcome(society.does(eve, "DISPUTE", ours, disputing(first)))).toBe("ALREADY_SET");
    const twice = await Promise.all([1, 2].map(() => society.sign(eve, "DISPUTE", ours, disputing(second))));
    const run = twice.map(({ action }) => action);
    const { document } = twice[0]!;
    expect(await outcome(society.house.reactor.submit(document, run, reputationKind))).toBe("ALREADY_SET");
    const outcomes = await Promise.all(twice.map((each) => outcome(society.send(each))));
    expect(outcomes.sort()).toEqual(["ALREADY_SET", "admitted"]);
  });

  it("ends with one ruling, which everybody sees", async () => {
    const attestation = await attest();
    const dispute = await society.does(eve, "DISPUTE", ours, disputing(attestation));
    const rulings = await Promise.all(
      (["upheld", "upheld", "struck"] as const).map((outcome) =>
        society.sign(dave, "RULE", ours, ruling(attestation, dispute, outcome)),
      ),
    );
    const outcomes = await Promise.all(rulings.map((each) => outcome(society.send(each))));
    expect(outcomes.sort()).toEqual(["NOT_DELEGATED", "NOT_DELEGATED", "admitted"]);
    const row = await rowOf(attestation);
    expect(row).toMatchObject({ dispute: dispute.operation, disputed_seq: dispute.seq });
    const ruled = (await society.house.store.entryAt(row.ruled_seq!))!;
    expect([ruled.operation, ruled.action.input.outcome]).toEqual([row.ruling, row.outcome]);
  });

  it("leaves what is upheld to stand, and what is struck to give nothing any more", async () => {
    const [kept, struck] = [await attest(), await attest()];
    for (const [attestation, how] of [
      [kept, "upheld"],
      [struck, "struck"],
    ] as const) {
      const dispute = await society.does(eve, "DISPUTE", ours, disputing(attestation));
      await society.does(dave, "RULE", ours, ruling(attestation, dispute, how));
      expect(await rowOf(attestation)).toMatchObject({ outcome: how, retracted_seq: null });
    }
    expect(await outcome(society.does(bob, "RETRACT", ours, retraction(struck)))).toBe("NOT_DELEGATED");
    expect(await outcome(society.does(bob, "RETRACT", ours, retraction(kept)))).toBe("admitted");
  });

  it("is answered once from each side", async () => {
    const attestation = await attest();
    await society.does(eve, "DISPUTE", ours, disputing(attestation));
    const said = { attestation: attestation.operation, _sd: ["A".repeat(43)] };
    const asBob = { ...said, restsOn: [named(attestation), society.roles.bob] as unknown as JsonObject[] };
    const asEve = { ...said, restsOn: [named(attestation)] as unknown as JsonObject[] };
    await society.does(bob, "RESPOND", ours, asBob);
    await society.does(eve, "RESPOND", ours, asEve);
    expect(await outcome(society.does(eve, "RESPOND", ours, asEve))).toBe("ALREADY_SET");
    expect(await outcome(society.does(bob, "RESPOND", ours, asBob))).toBe("ALREADY_SET");
    const rows = await society.house.storage.db
      .selectFrom("attestation_responses")
      .selectAll()
      .orderBy("seq")
      .execute();
    expect(rows.map(({ attestation: of, by_subject }) => [of, by_subject])).toEqual([
      [attestation.operation, 0],
      [attestation.operation, 1],
    ]);
  });
});

describe("what its subject says", () => {
  it("links and unlinks other wallets, by the place of each", async () => {
    const other = userOf(carol);
    const link = await society.does(eve, "LINK", ours, { other });
    const unlink = await society.does(eve, "UNLINK", ours, { other, ends: [link.entry] });
    const again = await society.does(eve, "LINK", ours, { other });
    const rows = await society.house.storage.db.selectFrom("subject_links").selectAll().orderBy("seq").execute();
    const pair = { subject: ours, other };
    expect(rows).toMatchObject([
      { ...pair, seq: link.seq, ended_seq: unlink.seq },
      { ...pair, seq: again.seq, ended_seq: null },
    ]);
  });

  it("is spoken of as a member once it has joined, and until it parts, however a member races it", async () => {
    const theirs = await society.guild.act("SET_MEMBER", { user: ours, role: "viewer" });
    const attested = (joined: GroundName[]) =>
      society.does(carol, "ATTEST", ours, byFellow(society, [theirs, ...joined]));
    expect(await outcome(attested([]))).toBe("FORBIDDEN");
    const organization = society.guild.document;
    const join = await society.does(eve, "JOIN", ours, { organization });
    expect(await outcome(attested([named(join)]))).toBe("admitted");
    const part = await society.sign(eve, "PART", ours, { organization, ends: [join.entry] });
    const { house } = society;
    let parted = false;
    const store: typeof house.store = {
      ...house.store,
      commit: async (append) => {
        if (!parted) {
          parted = true;
          await society.send(part);
        }
        return house.store.commit(append);
      },
    };
    const late = await society.sign(carol, "ATTEST", ours, byFellow(society, [theirs, named(join)]));
    expect(await outcome(society.send(late, anotherProcess({ ...house, store })))).toBe("NOT_DELEGATED");
    expect(await outcome(attested([named(join)]))).toBe("NOT_DELEGATED");
    const again = await society.does(eve, "JOIN", ours, { organization });
    expect(await outcome(attested([named(again)]))).toBe("admitted");
    expect((await audited(house, await bundleOf(house, join.document))).codes).toEqual([]);
  });

  it("hides evidence and shows it again, and keeps each change with its place", async () => {
    const attestation = await attest();
    const hide = await society.does(eve, "HIDE", ours, { evidence: attestation.operation });
    const unhide = await society.does(eve, "UNHIDE", ours, { evidence: attestation.operation });
    const rows = await society.house.storage.db.selectFrom("hidden_evidence").selectAll().orderBy("seq").execute();
    const evidence = attestation.operation;
    expect(rows).toMatchObject([
      { evidence, hidden: 1, seq: hide.seq },
      { evidence, hidden: 0, seq: unhide.seq },
    ]);
  });

  it("closes it for good: nothing comes behind, however they race", async () => {
    await attest();
    const close = await society.sign(eve, "CLOSE", ours, {});
    const others = await Promise.all(
      Array.from({ length: 10 }, () => society.sign(bob, "ATTEST", ours, byBob(society))),
    );
    const other = anotherProcess(society.house);
    const sent = [...others.slice(0, 5), close, ...others.slice(5)];
    const outcomes = await Promise.all(sent.map((each, i) => outcome(society.send(each, i % 2 ? other : undefined))));
    expect(outcomes[5]).toBe("admitted");
    expect(outcomes.every((each) => ["admitted", "REVOKED"].includes(each))).toBe(true);
    const types = await typesOf();
    expect(types.at(-1)).toBe("CLOSE");
    expect(await outcome(attest())).toBe("REVOKED");
    const row = await society.house.storage.db.selectFrom("reputations").selectAll().executeTakeFirstOrThrow();
    expect(row).toMatchObject({ subject: ours, attestations: types.length - 1 });
    expect(row.closed_seq).toBeGreaterThan(0);
  });
});

/** A house in which all has happened that a reputation knows. */
async function livedIn() {
  const theirs = await society.guild.act("SET_MEMBER", { user: ours, role: "viewer" });
  const work = { work: { type: "operation", id: "W".repeat(43) } };
  const [disputed, retracted, done] = [await attest(), await attest(), await attest(work)];
  const carols = await society.does(bob, "ATTEST", userOf(carol), byBob(society, work));
  const join = await society.does(eve, "JOIN", ours, { organization: society.guild.document });
  const fellow = await society.does(carol, "ATTEST", ours, byFellow(society, [theirs, named(join)]));
  const restsOn = [named(done), named(carols)] as unknown as JsonObject[];
  const byWork = { ...praise, ...work, kind: "review", standing: "work", organization: "", restsOn };
  const colleague = await society.does(carol, "ATTEST", ours, byWork);
  await society.does(alice, "ATTEST", ours, { ...praise, standing: "unsolicited", organization: "", restsOn: [] });
  await society.does(bob, "RETRACT", ours, retraction(retracted));
  for (const attestation of [disputed, fellow]) {
    const dispute = await society.does(eve, "DISPUTE", ours, disputing(attestation));
    await society.does(dave, "RULE", ours, ruling(attestation, dispute, "struck"));
  }
  const dispute = await society.does(eve, "DISPUTE", ours, disputing(colleague));
  const judged = [named(dispute), named(colleague), named(done), society.roles.dave] as unknown as JsonObject[];
  await society.does(dave, "RULE", ours, ruling(colleague, dispute, "upheld", { restsOn: judged }));
  const answer = { attestation: done.operation, restsOn: [named(done)], _sd: ["A".repeat(43)] };
  await society.does(eve, "RESPOND", ours, answer);
  const link = await society.does(eve, "LINK", ours, { other: userOf(carol) });
  await society.does(eve, "UNLINK", ours, { other: userOf(carol), ends: [link.entry] });
  await society.does(eve, "HIDE", ours, { evidence: done.operation });
  await society.does(eve, "PART", ours, { organization: society.guild.document, ends: [join.entry] });
  const shown = { policy: `r1${"P".repeat(43)}`, audience: "named", _sd: ["B".repeat(43)] };
  await society.does(eve, "SHOW", ours, shown);
  await society.guild.act("REMOVE_MEMBER", { user: userOf(bob) });
  await society.does(eve, "CLOSE", ours, {});
  return { document: society.documentOf(ours), disputed, retracted, done, carols };
}

describe("an audit of a reputation", () => {
  it("takes along all logs that it rests on, its attesters' own among them, and holds", async () => {
    const { document, carols } = await livedIn();
    const bundle = await bundleOf(society.house, document);
    const documents = bundle.logs.map((log) => log.document);
    expect(documents).toEqual(expect.arrayContaining([document, society.guild.document, carols.document]));
    const { report, codes } = await audited(society.house, bundle);
    expect([report.verdict, codes]).toEqual(["valid", []]);
    expect(report.state).toMatchObject({ subject: ours, attestations: 6, unsolicited: 1 });
  });

  it("finds what rests on an attestation that was taken back before", async () => {
    const attestation = await attest();
    const dispute = await society.does(eve, "DISPUTE", ours, disputing(attestation));
    await society.does(bob, "RETRACT", ours, retraction(attestation));
    const bundle = await bundleOf(society.house, dispute.document);
    expect((await audited(society.house, bundle)).codes).toEqual([]);
    const { entries } = bundle.logs.find((log) => log.document === dispute.document)!;
    [entries[1]!.seq, entries[2]!.seq] = [entries[2]!.seq, entries[1]!.seq];
    expect((await audited(society.house, bundle)).codes).toContain("rules NOT_DELEGATED");
  });

  it("finds another ruling than the arbiter's, and an attestation that was left out", async () => {
    const { document, disputed } = await livedIn();
    const altered = await bundleOf(society.house, document);
    for (const entry of altered.logs.find((log) => log.document === document)!.entries)
      if (entry.action.includes('"RULE"')) entry.action = entry.action.replace("struck", "upheld");
    expect((await audited(society.house, altered)).codes).toContain("content CONTENT_MISMATCH");
    const shortened = await bundleOf(society.house, document);
    const log = shortened.logs.find((each) => each.document === document)!;
    log.entries = log.entries.filter(({ operation }) => operation !== disputed.operation);
    expect((await audited(society.house, shortened)).codes).toEqual(
      expect.arrayContaining(["chain OUT_OF_ORDER", "rules NOT_DELEGATED"]),
    );
  });

  it("finds a member who had been removed, though the log had let it in", async () => {
    const attestation = await attest();
    await society.guild.act("REMOVE_MEMBER", { user: userOf(bob) });
    const bundle = await bundleOf(society.house, attestation.document);
    const [own, guild] = [attestation.document, society.guild.document].map(
      (id) => bundle.logs.find((log) => log.document === id)!.entries,
    );
    // The removal is told to have come before.
    guild!.at(-1)!.seq = own![0]!.seq;
    own![0]!.seq += 1;
    expect((await audited(society.house, bundle)).codes).toContain("rules NOT_DELEGATED");
  });
});

describe("the read models of reputations", () => {
  it("are made again from the log, the same rows", async () => {
    await livedIn();
    const { db, readModels } = society.house.storage;
    const tables = [
      "reputations",
      "attestations",
      "attestation_responses",
      "hidden_evidence",
      "subject_links",
      "score_audiences",
      "grants",
      "claims",
    ] as const;
    const read = async () =>
      Object.fromEntries(
        await Promise.all(
          tables.map(async (table) => {
            const rows = await db.selectFrom(table).selectAll().execute();
            return [table, rows.map((row) => JSON.stringify(row)).sort()] as const;
          }),
        ),
      );
    const before = await read();
    for (const table of tables) expect(before[table], table).not.toEqual([]);
    const { store, kinds } = society.house;
    await rebuild(store, readModels, kinds);
    expect(await read()).toEqual(before);
  });
});

describe("a second organisation", () => {
  it("gives no right in the first", async () => {
    const other = await openOrganization(society.house, "other");
    const member = await other.act("SET_MEMBER", { user: userOf(bob), role: "issuer" });
    const restsOn = [member, society.fields] as unknown as JsonObject[];
    expect(await outcome(society.does(bob, "ATTEST", ours, byBob(society, { restsOn })))).toBe("WRONG_ORGANIZATION");
    const attestation = await attest();
    const dispute = await society.does(eve, "DISPUTE", ours, disputing(attestation));
    const arbiter = await other.act("SET_MEMBER", { user: userOf(carol), role: "arbiter" });
    const grounds = [named(dispute), named(attestation), arbiter] as unknown as JsonObject[];
    const foreign = ruling(attestation, dispute, "struck", { restsOn: grounds });
    expect(await outcome(society.does(carol, "RULE", ours, foreign))).toBe("WRONG_ORGANIZATION");
  });
});
