import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { awardKind } from "../../../src/badges/award.ts";
import { claimDigest } from "../../../src/badges/award-state.ts";
import { badgeClassKind } from "../../../src/badges/badge-class.ts";
import type { JsonObject } from "../../../src/kernel/json.ts";
import type { GroundName } from "../../../src/operations/grounds.ts";
import { rebuild } from "../../../src/operations/rebuild.ts";
import type { Previous } from "../../../src/operations/sign.ts";
import { alice, bob, userOf } from "../../harness.ts";
import { definition } from "../badges/academy.ts";
import {
  audited,
  bundleOf,
  carol,
  dave,
  eve,
  named,
  openOrganization,
  openSociety,
  outcome,
  type Society,
} from "./society.ts";

let society: Society;
let theClass: GroundName;
let places = 0;
const ours = userOf(eve);
const issuing = () => society.roles.alice;

beforeEach(async () => {
  society = await openSociety();
  const input = { organization: society.guild.document, restsOn: [issuing()], definition };
  theClass = (await opened(badgeClassKind, "INIT", input as unknown as JsonObject)).ground;
});
afterEach(() => society.house.close());

/** A document that alice opens with one action behind it. */
async function opened(kind: string, type: string, input: JsonObject) {
  const { house } = society;
  const { document, action: create } = await house.opening(kind);
  const signed = await house.sign({ document, kind, type, input, user: userOf(alice) });
  await house.reactor.open(create, kind, [signed.action]);
  return { ground: { document, operation: signed.digest }, previous: signed.previous };
}

const awarded = (more: JsonObject) => {
  const status = { purpose: "revocation", list: "guild-revocation-1", index: ++places };
  const about = { organization: society.guild.document, class: theClass.document, version: 1, status };
  return opened(awardKind, "AWARD", { restsOn: [issuing(), theClass], ...about, ...more } as unknown as JsonObject);
};
const onAward = async (who: typeof eve, of: GroundName, type: string, input: JsonObject, previous: Previous) => {
  const intent = { document: of.document, kind: awardKind, type, input, user: userOf(who), previous };
  const signed = await society.house.sign(intent);
  await society.house.reactor.submit(of.document, [signed.action]);
  return { document: of.document, operation: signed.digest };
};
const dispute = (of: GroundName, ...beside: GroundName[]) =>
  society.does(eve, "DISPUTE", ours, { attestation: of.operation, restsOn: [of, ...beside] } as unknown as JsonObject);
const disputes = () => society.house.storage.db.selectFrom("evidence_disputes").selectAll().execute();

describe("an award", () => {
  it("is disputed by its earner, once, and ruled over by an arbiter of who awarded it", async () => {
    const { ground: award } = await awarded({ subject: ours });
    const disputed = await dispute(award);
    expect(await outcome(dispute(award))).toBe("ALREADY_SET");
    const restsOn = [named(disputed), award, society.roles.dave];
    const ruling = { attestation: award.operation, dispute: disputed.operation, outcome: "struck" };
    const rule = { ...ruling, restsOn, ends: [disputed.entry] } as unknown as JsonObject;
    const ruled = await society.does(dave, "RULE", ours, rule);
    expect(await outcome(society.does(dave, "RULE", ours, rule))).toBe("NOT_DELEGATED");
    expect(await disputes()).toMatchObject([
      {
        evidence: award.operation,
        source: award.document,
        document: society.documentOf(ours),
        disputed_seq: disputed.seq,
        ruled_seq: ruled.seq,
        outcome: "struck",
      },
    ]);
    const { report, codes } = await audited(society.house, await bundleOf(society.house, disputed.document));
    expect([report.verdict, codes]).toEqual(["valid", []]);
    const before = await disputes();
    const { store, storage, kinds } = society.house;
    await rebuild(store, storage.readModels, kinds);
    expect(await disputes()).toEqual(before);
  });

  it("is not disputed by anybody else, nor ruled over by another organisation", async () => {
    const { ground: bobs } = await awarded({ subject: userOf(bob) });
    expect(await outcome(dispute(bobs))).toBe("FORBIDDEN");
    const { ground: award } = await awarded({ subject: ours });
    const disputed = await dispute(award);
    const other = await openOrganization(society.house, "other");
    const arbiter = await other.act("SET_MEMBER", { user: userOf(carol), role: "arbiter" });
    const restsOn = [named(disputed), award, arbiter];
    const ruling = {
      attestation: award.operation,
      dispute: disputed.operation,
      outcome: "upheld",
      ends: [disputed.entry],
    };
    const rule = { ...ruling, restsOn } as unknown as JsonObject;
    expect(await outcome(society.does(carol, "RULE", ours, rule))).toBe("WRONG_ORGANIZATION");
  });

  it("that was claimed is disputed by whoever claimed it, beside the claim", async () => {
    const secret = "s".repeat(22);
    const { ground: award, previous } = await awarded({ subject: "", claim: claimDigest(secret) });
    const claim = await onAward(eve, award, "CLAIM", { secret }, previous);
    expect(await outcome(dispute(award))).toBe("FORBIDDEN");
    expect(await outcome(dispute(award, claim))).toBe("admitted");
  });

  it("has endorsements that are disputed beside it", async () => {
    const { ground: award, previous } = await awarded({ subject: ours });
    const other = await openOrganization(society.house, "other");
    const issuer = await other.act("SET_MEMBER", { user: userOf(bob), role: "issuer" });
    const input = { organization: other.document, restsOn: [issuer] } as unknown as JsonObject;
    const endorsement = await onAward(bob, award, "ENDORSE", input, previous);
    expect(await outcome(dispute(endorsement))).toBe("FORBIDDEN");
    const disputed = await dispute(endorsement, award);
    const ruling = { attestation: endorsement.operation, dispute: disputed.operation, ends: [disputed.entry] };
    const by = (arbiter: GroundName) =>
      ({
        ...ruling,
        outcome: "upheld",
        restsOn: [named(disputed), endorsement, award, arbiter],
      }) as unknown as JsonObject;
    expect(await outcome(society.does(dave, "RULE", ours, by(society.roles.dave)))).toBe("WRONG_ORGANIZATION");
    const arbiter = await other.act("SET_MEMBER", { user: userOf(carol), role: "arbiter" });
    expect(await outcome(society.does(carol, "RULE", ours, by(arbiter)))).toBe("admitted");
  });
});
