import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type AwardState, claimDigest, evolveAward, noAward, standingOf } from "../../../src/badges/award-state.ts";
import type { JsonObject } from "../../../src/kernel/json.ts";
import { hour, minute } from "../../../src/kernel/time.ts";
import type { Entry } from "../../../src/operations/entry.ts";
import { type Act, noon } from "../given.ts";
import {
  academy,
  act,
  ann,
  awardInput,
  awarding,
  bea,
  by,
  byKey,
  cai,
  classEntry,
  client,
  digest,
  foreignOwner,
  givenAward,
  guild,
  issuer,
  issuing,
  key,
  later,
  owner,
  rightEntry,
  suspendableClass,
  theClass,
  viewer,
} from "./academy.ts";

const secret = "s".repeat(22);
const unclaimed = awarding({ subject: "", claim: claimDigest(secret) });
const claim = (text = secret, who = cai, at = noon + minute) => act("CLAIM", { secret: text }, by(who), [], at);
const earner = (type: string, input: JsonObject = {}, who = cai, at = noon + minute) =>
  act(type, input, by(who), [], at);
const revoke = issuing("REVOKE", { reason: "By mistake." });
const suspend = issuing("SUSPEND", { reason: "Under review." });
const reinstate = issuing("REINSTATE", {});
const cancel = issuing("CANCEL", {});
const lent = awarding({}, by(ann), [owner!, suspendableClass]);
const held = awarding({ heldUntil: later(hour) });

describe("an award", () => {
  test("is made by owner, admin and issuer, and by the organisation's key for its client", async () => {
    await givenAward().when(awarding()).then({ subject: cai, organization: academy, revision: 1 });
    await givenAward()
      .when(awarding({}, by(bea), [issuer!, theClass]))
      .then({ subject: cai });
    const { entry } = await givenAward()
      .when(awarding({}, byKey, [key, client, theClass]))
      .then({ subject: cai });
    expect(entry.authority).toEqual({ by: "organization", entry: key.digest });
  });

  test("takes its place in a list, and the list for its organisation and purpose", async () => {
    const { projection, entry } = await givenAward()
      .when(awarding({ once: digest }))
      .then({});
    const holder = entry.document;
    expect(projection.claims).toEqual([
      {
        space: "status-list",
        key: "academy-revocation-1",
        holder: `${academy} revocation`,
        until: null,
        refusal: "WRONG_ORGANIZATION",
      },
      { space: "status:academy-revocation-1", key: "7", holder, until: null, refusal: "CONFLICT" },
      { space: `award:${academy}`, key: digest, holder, until: null, refusal: "REPLAYED" },
    ]);
    const { projection: next } = await givenAward(awarding({ once: digest }))
      .when(revoke)
      .then({});
    expect(next.claims).toEqual([]);
  });

  const foreignClass = classEntry({}, "INIT", {}, guild);
  const testing = classEntry({}, "INIT", { test: true });
  const second = classEntry({}, "REVISE", { version: 2 });
  test.each<[string, Act, string]>([
    ["a viewer", awarding({}, by(cai), [viewer!, theClass]), "FORBIDDEN"],
    ["somebody by another's role", awarding({}, by(bea), [owner!, theClass]), "FORBIDDEN"],
    ["an owner of another organisation", awarding({}, by(ann), [foreignOwner, theClass]), "WRONG_ORGANIZATION"],
    [
      "a class of another organisation",
      awarding({ class: foreignClass.document }, by(ann), [owner!, foreignClass]),
      "WRONG_ORGANIZATION",
    ],
    ["no class at all", awarding({}, by(ann), [owner!]), "FORBIDDEN"],
    ["another version than the class's entry gives", awarding({}, by(ann), [owner!, second]), "FORBIDDEN"],
    ["another class than the entry's", awarding({ class: "r1other" }), "FORBIDDEN"],
    ["a class for trying out, in earnest", awarding({}, by(ann), [owner!, testing]), "INVALID_INPUT"],
    [
      "a client in test mode, in earnest",
      awarding({}, byKey, [key, rightEntry({ client: "t", scopes: ["awards:write"], mode: "test" }), theClass]),
      "FORBIDDEN",
    ],
    ["a live client's test", awarding({ test: true }, byKey, [key, client, theClass]), "FORBIDDEN"],
    [
      "a client without the scope",
      awarding({}, byKey, [key, rightEntry({ client: "t", scopes: ["awards:read"], mode: "live" }), theClass]),
      "FORBIDDEN",
    ],
    [
      "a list of another purpose",
      awarding({ status: { purpose: "suspension", list: "academy-suspension-1", index: 1 } }),
      "INVALID_INPUT",
    ],
    [
      "an index out of range",
      awarding({ status: { purpose: "revocation", list: "academy-revocation-1", index: 131_072 } }),
      "INVALID_INPUT",
    ],
    ["neither subject nor claim", awarding({ subject: "" }), "INVALID_INPUT"],
    ["subject and claim", awarding({ claim: digest }), "INVALID_INPUT"],
    ["a subject in capitals", awarding({ subject: cai.replace("0xc", "0xC") }), "INVALID_DID"],
    ["a subject that is no DID", awarding({ subject: "ada" }), "INVALID_DID"],
    ["an end before its beginning", awarding({ validFrom: later(hour), validUntil: later(minute) }), "INVALID_INPUT"],
    ["a moment that cannot be read", awarding({ validUntil: "2027-02-30T00:00:00Z" }), "INVALID_INPUT"],
    ["a hold of more than a day", awarding({ heldUntil: later(24 * hour + 1) }), "INVALID_INPUT"],
    ["a hold that is over", awarding({ heldUntil: later(0) }), "INVALID_INPUT"],
  ])("refuses %s", async (_name, asked, code) => {
    await givenAward().when(asked).then(code);
  });

  test("is made once, and nothing happens to it before", async () => {
    await givenAward(awarding()).when(awarding()).then("ALREADY_INITIALIZED");
    for (const asked of [revoke, claim(), earner("ACCEPT")]) await givenAward().when(asked).then("NOT_INITIALIZED");
  });

  test("is held for a day to the millisecond", async () => {
    await givenAward()
      .when(awarding({ heldUntil: later(24 * hour) }))
      .then({ heldUntil: later(24 * hour) });
  });
});

describe("its issuer", () => {
  test("revokes for good", async () => {
    const { projection } = await givenAward(awarding())
      .when(revoke)
      .then({ end: { as: "revoked", by: "issuer" } });
    expect(projection.rows[0]!.set).toMatchObject({ bit: 1, standing: "revoked" });
    for (const asked of [revoke, cancel, issuing("AMEND", { version: 1 }, by(ann), [owner!, theClass])])
      await givenAward(awarding(), revoke).when(asked).then("ALREADY_REVOKED");
  });

  test("suspends and reinstates where the class lets that be done, and what is revoked keeps its bit", async () => {
    await givenAward(awarding()).when(suspend).then("NOT_SUSPENDABLE");
    const suspended = await givenAward(lent)
      .when(suspend)
      .then({ suspension: { reason: "Under review." } });
    expect(suspended.projection.rows[0]!.set).toMatchObject({ bit: 1, standing: "suspended" });
    const back = await givenAward(lent, suspend).when(reinstate).then({ suspension: null });
    expect(back.projection.rows[0]!.set).toMatchObject({ bit: 0, standing: "active" });
    await givenAward(lent).when(reinstate).then("UNCHANGED");
    await givenAward(lent, suspend).when(suspend).then("UNCHANGED");
    await givenAward(lent, suspend, revoke).when(reinstate).then("ALREADY_REVOKED");
    const revoked = await givenAward(lent, suspend).when(revoke).then({});
    expect(revoked.projection.rows[0]!.set).toMatchObject({ bit: 1, standing: "revoked" });
  });

  test("undoes what is held, and nothing later", async () => {
    await givenAward(held)
      .when(cancel)
      .then({ end: { as: "cancelled" } });
    await givenAward(held, cancel).when(revoke).then("REVOKED");
    await givenAward(held)
      .when({ ...cancel, at: noon + hour })
      .then("NOT_HELD");
    await givenAward(awarding()).when(cancel).then("NOT_HELD");
  });

  test("makes it anew by the class's entry of the version that it names", async () => {
    const second = classEntry({ name: "Welding II" }, "REVISE", { version: 2 });
    const amend = (version: number, grounds: Entry[], more: JsonObject = {}) =>
      issuing("AMEND", { version, ...more }, by(ann), grounds);
    await givenAward(awarding())
      .when(amend(2, [owner!, second]))
      .then({ version: 2, revision: 2, personal: null });
    await givenAward(awarding({ personal: digest }))
      .when(amend(2, [owner!, second]))
      .then({ personal: digest });
    await givenAward(awarding({ personal: digest }))
      .when(amend(2, [owner!, second], { personal: null }))
      .then({ personal: null });
    await givenAward(awarding())
      .when(amend(2, [owner!, theClass]))
      .then("FORBIDDEN");
    await givenAward(awarding())
      .when(amend(1, [owner!, suspendableClass]))
      .then("INVALID_INPUT");
    await givenAward(awarding())
      .when(amend(2, [owner!, second], { validUntil: later(-hour) }))
      .then("INVALID_INPUT");
  });

  test("corrects what is unclaimed, after which the old secret claims nothing", async () => {
    const correct = issuing("CORRECT", { claim: claimDigest("t".repeat(22)), personal: digest });
    await givenAward(unclaimed).when(correct).then({ personal: digest, revision: 2 });
    await givenAward(unclaimed, correct).when(claim()).then("BAD_CLAIM");
    await givenAward(unclaimed, correct)
      .when(claim("t".repeat(22)))
      .then({ subject: cai });
    await givenAward(unclaimed, claim()).when(correct).then("INVALID_INPUT");
  });

  test.each(["REVOKE", "SUSPEND", "REINSTATE", "CANCEL", "CORRECT", "AMEND"])(
    "is nobody of another organisation, nor a viewer: %s",
    async (type) => {
      const inputs: Record<string, JsonObject> = {
        REVOKE: { reason: "x" },
        SUSPEND: { reason: "x" },
        CORRECT: { claim: digest, personal: digest },
        AMEND: { version: 1 },
      };
      const input = inputs[type] ?? {};
      await givenAward(lent)
        .when(issuing(type, input, by(ann), [foreignOwner]))
        .then("WRONG_ORGANIZATION");
      await givenAward(lent)
        .when(issuing(type, input, by(cai), [viewer!]))
        .then("FORBIDDEN");
      await givenAward(lent)
        .when(issuing(type, input, by(cai), [owner!]))
        .then("FORBIDDEN");
    },
  );
});

describe("a claim", () => {
  test("makes whoever has the secret its subject, once", async () => {
    await givenAward(unclaimed).when(claim()).then({ subject: cai, claim: null, revision: 2 });
    await givenAward(unclaimed, claim()).when(claim(secret, bea)).then("BAD_CLAIM");
    await givenAward(unclaimed)
      .when(claim("x".repeat(22)))
      .then("BAD_CLAIM");
    await givenAward(awarding()).when(claim()).then("BAD_CLAIM");
  });

  test("comes too late once it is revoked or cancelled, and too early while it is held", async () => {
    await givenAward(unclaimed, revoke).when(claim()).then("ALREADY_REVOKED");
    const waiting = awarding({ subject: "", claim: claimDigest(secret), heldUntil: later(hour) });
    await givenAward(waiting).when(claim()).then("HELD");
    await givenAward(waiting, cancel).when(claim()).then("REVOKED");
    await givenAward(waiting)
      .when(claim(secret, cai, noon + hour))
      .then({ subject: cai });
  });

  test("is a person's: the organisation's key claims nothing", async () => {
    await givenAward(unclaimed)
      .when(act("CLAIM", { secret }, byKey, []))
      .then("NOT_DELEGATED");
  });
});

describe("its earner", () => {
  test("accepts, hides, shows, and rejects for good", async () => {
    await givenAward(awarding())
      .when(earner("ACCEPT"))
      .then({ acceptedAt: later(minute) });
    await givenAward(awarding(), earner("ACCEPT")).when(earner("ACCEPT")).then("UNCHANGED");
    await givenAward(awarding()).when(earner("HIDE")).then({ hidden: true });
    await givenAward(awarding()).when(earner("UNHIDE")).then("UNCHANGED");
    await givenAward(awarding(), earner("HIDE")).when(earner("UNHIDE")).then({ hidden: false });
    await givenAward(awarding())
      .when(earner("SHOW_NAME", { shown: true }))
      .then({ nameShown: true, revision: 2 });
    const { projection } = await givenAward(awarding())
      .when(earner("REJECT"))
      .then({ end: { as: "revoked", by: "earner", reason: "rejected by the earner" } });
    expect(projection.rows[0]!.set).toMatchObject({ bit: 1 });
    await givenAward(awarding(), earner("REJECT")).when(earner("HIDE")).then({ hidden: true });
  });

  test.each(["ACCEPT", "HIDE", "UNHIDE", "REJECT"])("is the one who may: %s", async (type) => {
    await givenAward(awarding())
      .when(earner(type, {}, bea))
      .then("FORBIDDEN");
    await givenAward(unclaimed).when(earner(type)).then("FORBIDDEN");
    await givenAward(awarding())
      .when({ ...earner(type), by: byKey })
      .then("NOT_DELEGATED");
    await givenAward(held).when(earner(type)).then("HELD");
    // The same address on another chain is another subject.
    await givenAward(awarding())
      .when(earner(type, {}, cai.replace(":1:", ":10:")))
      .then("FORBIDDEN");
  });
});

describe("an endorsement", () => {
  const endorse = (organization = guild!, who = by(ann), grounds = [foreignOwner] as readonly Entry[]) =>
    issuing("ENDORSE", { organization }, who, grounds);

  test("is any organisation's, once, of what can be seen", async () => {
    const { view } = await givenAward(awarding()).when(endorse()).then({});
    expect(view.endorsements).toMatchObject([{ organization: guild }]);
    await givenAward(awarding(), endorse()).when(endorse()).then("UNCHANGED");
    await givenAward(awarding()).when(endorse(academy!)).then("WRONG_ORGANIZATION");
    await givenAward(awarding(), earner("HIDE")).when(endorse()).then("NOT_INITIALIZED");
    await givenAward(held).when(endorse()).then("NOT_INITIALIZED");
    await givenAward(awarding(), revoke).when(endorse()).then("ALREADY_REVOKED");
  });

  test("is not the awarding organisation's own", async () => {
    const own = issuing("ENDORSE", { organization: academy! }, by(ann), [owner]);
    await givenAward(awarding()).when(own).then("FORBIDDEN");
  });
});

describe("the fold of an award", () => {
  test("is total: whatever the log holds, it gives a state", () => {
    const types = fc.constantFrom("AWARD", "CLAIM", "AMEND", "CORRECT", "REVOKE", "HIDE", "toString", "ENDORSE", "x");
    fc.assert(
      fc.property(fc.array(fc.tuple(types, fc.oneof(fc.jsonValue(), fc.constant(awardInput())))), (steps) => {
        let state: AwardState = noAward;
        for (const [type, input] of steps)
          state = evolveAward(state, { action: { type, input, scope: "global" }, admittedAt: "" } as unknown as Entry);
        expect(state.revision).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  test("says how an award stands at a moment", async () => {
    const { state } = await givenAward().when(held).then({});
    expect([noon, noon + hour].map((now) => standingOf(state, now))).toEqual(["held", "active"]);
  });
});
