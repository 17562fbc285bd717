import { describe, expect, it, test } from "vitest";
import type { JsonObject } from "../../../src/kernel/json.ts";
import { day, iso } from "../../../src/kernel/time.ts";
import type { Entry } from "../../../src/operations/entry.ts";
import { here } from "../../../src/operations/kind.ts";
import { maxAbout, maxDaily, maxUnsolicited } from "../../../src/reputation/attestation-decisions.ts";
import { type AttestationLimits, reputation } from "../../../src/reputation/reputation.ts";
import {
  maxHidings,
  maxJoined,
  maxJoinedEver,
  maxLinks,
  maxLinksEver,
  noReputation,
  type Reputation,
} from "../../../src/reputation/reputation-state.ts";
import { type Act, given, noon, serviceKey, theDocument } from "../given.ts";
import {
  academy,
  act,
  ann,
  arbiter,
  asFellows,
  bea,
  by,
  byKey,
  cai,
  client,
  contributed,
  dan,
  entryOf,
  eve,
  evesRole,
  fellow,
  fields,
  givenReputation,
  guild,
  issuer,
  joined,
  key,
  kind,
  member,
  name,
  organized,
  owner,
  rightEntry,
  rightOf,
  role,
  unsolicited,
  viewer,
  work,
} from "./people.ts";

const admitted = { subject: eve, attestations: 1 };
const digest = name(1);

describe("an organisation attests", () => {
  test.each<[string, Act]>([
    ["by an issuer", organized()],
    ["by an owner", organized({}, by(ann), [owner, fields])],
    ["by its own key", organized({}, byKey, [key, fields])],
    ["by its own key for a client with the scope", organized({}, byKey, [key, client, fields])],
    ["about any DID", organized({ subject: "did:web:eve.example" })],
  ])("%s", async (_, attest) => {
    const { projection, entry } = await givenReputation().when(attest).then({ attestations: 1 });
    const [row, grant, attested] = projection.rows;
    expect(row).toMatchObject({ table: "reputations", set: { attestations: 1 } });
    expect(grant).toEqual({ table: "grants", key: { entry: entry.digest }, set: { seq: here, ended: null } });
    expect(attested).toMatchObject({ table: "attestations", key: { operation: entry.operation } });
    expect(attested!.set).toMatchObject({ rater: academy, organization: academy, standing: "organization", seq: here });
  });

  const trying = rightEntry({ client: "t", scopes: ["attestations:write"], mode: "test" });
  const unscoped = rightEntry({ client: "u", scopes: ["awards:write"], mode: "live" });
  test.each<[string, string, Act]>([
    ["by an arbiter", "FORBIDDEN", organized({}, by(dan), [arbiter, fields])],
    ["by a viewer", "FORBIDDEN", organized({}, by(cai), [viewer, fields])],
    ["by what gives the right to somebody else", "FORBIDDEN", organized({}, by(cai), [issuer, fields])],
    ["with a ground that gives no right", "INVALID_INPUT", organized({}, by(bea), [issuer, fields, joined()])],
    ["in a field that it does not list", "FORBIDDEN", organized({ field: "craft/weaving" })],
    ["without the entry that lists the field", "FORBIDDEN", organized({}, by(bea), [issuer])],
    ["by a client for trying out", "FORBIDDEN", organized({}, byKey, [key, trying, fields])],
    ["by a client without the scope", "FORBIDDEN", organized({}, byKey, [key, unscoped, fields])],
    ["by a key that is not its own", "NOT_DELEGATED", organized({}, byKey, [client, fields])],
    ["by the service", "FORBIDDEN", organized({}, { ...byKey, app: serviceKey, by: "service" }, [issuer, fields])],
    ["in another's name", "WRONG_ORGANIZATION", organized({ organization: guild })],
    [
      "by fields of another",
      "WRONG_ORGANIZATION",
      organized({}, by(bea), [issuer, rightEntry({ fields: ["craft"] }, guild)]),
    ],
    ["without saying which", "INVALID_INPUT", organized({ organization: "" })],
    ["resting on nothing", "INVALID_INPUT", organized({}, by(bea), [])],
    ["in a context besides", "INVALID_INPUT", organized({ context: academy })],
  ])("not %s", async (_, code, attest) => {
    await givenReputation().when(attest).then(code);
  });

  it("not about the member who signs, on whatever chain", async () => {
    await givenReputation()
      .when(organized({ subject: bea }))
      .then("FORBIDDEN");
    await givenReputation()
      .when(organized({ subject: bea.replace(":1:", ":10:") }))
      .then("FORBIDDEN");
  });
});

describe("a person attests", () => {
  it("as a member of one organisation about another member", async () => {
    const { projection } = await givenReputation().when(member()).then(admitted);
    expect(projection.rows[2]!.set).toMatchObject({ rater: cai, attester: cai, organization: "", context: academy });
  });

  test.each<[string, string, Act]>([
    ["who is no member", "FORBIDDEN", member({}, by(cai), [viewer, joined(), fields])],
    ["without being one", "FORBIDDEN", member({}, by(cai), [evesRole, joined(), fields])],
    ["who has not joined", "FORBIDDEN", member({}, by(cai), [viewer, evesRole, fields])],
    ["who has joined another", "FORBIDDEN", member({}, by(cai), [viewer, evesRole, joined(guild), fields])],
    [
      "for whom another has joined",
      "FORBIDDEN",
      member({}, by(cai), [viewer, evesRole, joined(academy, "r1another"), fields]),
    ],
    ["who is one on another chain", "FORBIDDEN", member({ subject: eve.replace(":1:", ":10:") })],
    ["in a field that is not listed", "FORBIDDEN", member({ field: "craft/weaving" })],
    [
      "who is a member elsewhere",
      "WRONG_ORGANIZATION",
      member({}, by(cai), [viewer, role(eve, "owner", guild), joined(), fields]),
    ],
    ["without a context", "INVALID_INPUT", member({ context: undefined as never })],
    ["in an organisation's name", "INVALID_INPUT", member({ organization: academy })],
    ["as an organisation's key", "FORBIDDEN", member({}, byKey, [key, ...asFellows])],
  ])("not as a member about somebody %s", async (_, code, attest) => {
    await givenReputation().when(attest).then(code);
  });

  it("about a fellow on a work that one organisation confirmed of both", async () => {
    const { projection } = await givenReputation().when(fellow()).then(admitted);
    const set = { rater: cai, context: "", work_type: "operation", work_id: work.id };
    expect(projection.rows[2]!.set).toMatchObject(set);
  });

  const theirs = contributed(cai);
  const elsewhere = { ...contributed(eve), document: "r1elsewhere" } as Entry;
  const byGuild = contributed(eve, { organization: guild });
  test.each<[string, string, Act]>([
    ["of their own alone", "FORBIDDEN", fellow({}, by(cai), [theirs])],
    ["of the subject alone", "FORBIDDEN", fellow({}, by(cai), [contributed(eve)])],
    ["of somebody else's", "FORBIDDEN", fellow({}, by(dan))],
    ["in another field", "FORBIDDEN", fellow({ field: "craft" })],
    ["that is another", "FORBIDDEN", fellow({ work: { type: "operation", id: name(7) } })],
    [
      "that is no contribution",
      "FORBIDDEN",
      fellow({}, by(cai), [contributed(eve), contributed(cai, { kind: "review" })]),
    ],
    [
      "of other organisations",
      "FORBIDDEN",
      fellow({}, by(cai), [contributed(eve), contributed(cai, { organization: guild })]),
    ],
    ["from another document", "FORBIDDEN", fellow({}, by(cai), [elsewhere, theirs])],
    ["with anything besides", "FORBIDDEN", fellow({}, by(cai), [contributed(eve), theirs, byGuild])],
    ["that only a URL names", "INVALID_INPUT", fellow({ work: { type: "url", id: "" } })],
    ["that is not named", "INVALID_INPUT", fellow({ work: undefined as never })],
    [
      "that people attested",
      "FORBIDDEN",
      fellow({}, by(cai), [contributed(eve), contributed(cai, { standing: "unsolicited" })]),
    ],
  ])("not on a work %s", async (_, code, attest) => {
    await givenReputation().when(attest).then(code);
  });

  it("unasked about anybody, which is counted apart and limited", async () => {
    await givenReputation()
      .when(unsolicited())
      .then({ ...admitted, unsolicited: 1 });
    await givenReputation()
      .when(unsolicited({}, by(cai), [viewer]))
      .then("INVALID_INPUT");
    const full = { ...noReputation, subject: eve, attestations: maxUnsolicited, unsolicited: maxUnsolicited };
    await from(full).when(unsolicited()).then("QUOTA_EXCEEDED");
    await from(full)
      .when(member())
      .then({ attestations: maxUnsolicited + 1, unsolicited: maxUnsolicited });
  });

  it("by a wallet: the service says nothing of anybody", async () => {
    const service = { ...byKey, app: serviceKey, by: "service" } as const;
    for (const attest of [member, fellow, unsolicited] as const)
      await givenReputation().when(attest({}, service)).then("FORBIDDEN");
  });

  it("never about themselves, by no standing and on no chain", async () => {
    const also = eve.replace(":1:", ":10:");
    for (const user of [eve, also])
      for (const attest of [member, fellow, unsolicited] as const)
        await givenReputation()
          .when(attest({}, by(user)))
          .then("FORBIDDEN");
  });
});

/** A reputation that has come to a state. */
const from = (state: Reputation) => given({ ...kind, initial: () => state });

describe("an attestation", () => {
  test.each<[string, JsonObject]>([
    ["a negative value", { value: "-1" }],
    ["an exponent", { value: "1e3" }],
    ["ten decimals", { value: "0.0000000001" }],
    ["sixteen digits", { value: "1".repeat(16) }],
    ["a leading zero", { value: "01" }],
    ["a number", { value: 4 }],
    ["a field of five names", { field: "a/b/c/d/e" }],
    ["a field in upper case", { field: "Craft" }],
    ["a field of 101 characters", { field: "a".repeat(101) }],
    ["a kind that is not known", { kind: "praise" }],
    ["the address of a work", { work: { type: "url", id: "https://example.com" } }],
    ["a transaction in upper case", { work: { type: "transaction", id: `eip155:1:0x${"A".repeat(64)}` } }],
    ["nine texts", { _sd: Array(9).fill(digest) }],
    ["no text where it says some", { _sd: [] }],
    ["a day that no month has", { validFrom: "2026-02-30T00:00:00.000Z" }],
    ["another member", { note: "well done" }],
    ["an end before its beginning", { validFrom: iso(noon), validUntil: iso(noon) }],
  ])("has not %s", async (_, more) => {
    await givenReputation().when(organized(more)).then("INVALID_INPUT");
  });

  it.each([
    "did:pkh:eip155:1:0xABCDEF0123456789abcdef0123456789abcdef01",
    "eve",
    "did:key:z6Mk",
    "did:web:EVE.example",
  ])("is not about %s", async (subject) => {
    await givenReputation().when(organized({ subject })).then("INVALID_DID");
  });

  it("keeps every digit of its value, and what it says of time and texts", async () => {
    const validity = { validFrom: iso(noon), validUntil: iso(noon + day) };
    const said = { value: "123456789012345.000000010", _sd: [digest], ...validity, work: { type: "url", id: "" } };
    const { projection } = await givenReputation().when(organized(said)).then(admitted);
    expect(projection.rows[2]!.set).toMatchObject({
      value: "123456789012345.000000010",
      texts: JSON.stringify([digest]),
      valid_from: noon,
      valid_until: noon + day,
      claimed_at: iso(noon),
      admitted_at: noon,
      work_type: "url",
      work_id: "",
    });
  });

  it("is let in however many others have filled the document with", async () => {
    await from({ ...noReputation, attestations: 1_000_000 })
      .when(organized())
      .then({ attestations: 1_000_001 });
  });

  it("is refused beyond what its attester may say, counted for the organisation or the person", async () => {
    const asked: unknown[] = [];
    const saying = (about: number, since: number) => {
      const limits: AttestationLimits = {
        saidAbout: async (...question) => {
          asked.push(question);
          return about;
        },
        saidSince: async (...question) => {
          asked.push(question);
          return since;
        },
        oneWith: async () => [],
      };
      return given(reputation({ rightOf, limits }));
    };
    await saying(maxAbout - 1, maxDaily.person - 1)
      .when(member())
      .then(admitted);
    await saying(maxAbout, 0).when(member()).then("QUOTA_EXCEEDED");
    await saying(0, maxDaily.person).when(member()).then("TOO_MANY_REQUESTS");
    await saying(0, maxDaily.person).when(organized()).then(admitted);
    await saying(0, maxDaily.organization).when(organized()).then("TOO_MANY_REQUESTS");
    const address = cai.slice(-42);
    expect(asked.slice(0, 2)).toEqual([
      [address, theDocument],
      [address, noon - day],
    ]);
    expect(asked.slice(-2)).toEqual([
      [academy, theDocument],
      [academy, noon - day],
    ]);
  });
});

/** An attestation, and acts upon it that name its entry. */
async function upon(attest: Act) {
  const entry = await entryOf(attest);
  const of = { attestation: entry.operation };
  const grounded = (more: readonly Entry[]) => [entry, ...more];
  return {
    entry,
    retract: (who = by(bea), more: readonly Entry[] = [issuer], input: JsonObject = {}) =>
      act("RETRACT", { ...of, ends: [entry.digest], ...input }, who, grounded(more)),
    respond: (who = by(eve), more: readonly Entry[] = []) =>
      act("RESPOND", { ...of, _sd: [digest] }, who, grounded(more)),
    dispute: (who = by(eve), input: JsonObject = {}) => act("DISPUTE", { ...of, ...input }, who, [entry]),
  };
}

describe("taking back", () => {
  it("ends what the attestation gave, and says when and by what", async () => {
    const { entry, retract } = await upon(organized());
    const { projection, entry: taken } = await givenReputation(organized()).when(retract()).then({ attestations: 1 });
    expect(projection.rows.slice(1)).toEqual([
      {
        table: "attestations",
        key: { operation: entry.operation },
        set: expect.objectContaining({ retracted_seq: here, retracted_at: noon, retracted_by: taken.operation }),
      },
      { table: "grants", key: { entry: entry.digest }, set: { ended: here } },
    ]);
  });

  it("is for who attested alone: the organisation by whoever acts for it, or the same wallet", async () => {
    const organised = await upon(organized());
    await givenReputation(organized())
      .when(organised.retract(byKey, [key]))
      .then({});
    await givenReputation(organized())
      .when(organised.retract(by(eve), []))
      .then("FORBIDDEN");
    await givenReputation(organized())
      .when(organised.retract(by(bea), []))
      .then("FORBIDDEN");
    await givenReputation(organized())
      .when(organised.retract(by(dan), [arbiter]))
      .then("FORBIDDEN");
    const members = await upon(member());
    await givenReputation(member())
      .when(members.retract(by(cai), []))
      .then({});
    await givenReputation(member())
      .when(members.retract(by(eve), []))
      .then("FORBIDDEN");
    await givenReputation(member())
      .when(members.retract(by(ann), [owner]))
      .then("FORBIDDEN");
    await givenReputation(member())
      .when(members.retract(byKey, [key]))
      .then("FORBIDDEN");
  });

  it("names the entry that it ends and rests on it", async () => {
    const { retract } = await upon(organized());
    await givenReputation(organized())
      .when(retract(by(bea), [issuer], { ends: [digest] }))
      .then("INVALID_INPUT");
    await givenReputation(organized())
      .when(retract(by(bea), [issuer], { attestation: digest }))
      .then("FORBIDDEN");
  });
});

describe("a dispute", () => {
  it("is the subject's alone, over what is about it", async () => {
    const { entry, dispute } = await upon(organized());
    const { projection, entry: disputed } = await givenReputation(organized()).when(dispute()).then({});
    const claim = { space: "dispute", key: entry.operation, holder: disputed.operation, until: null };
    expect(projection.claims).toEqual([{ ...claim, refusal: "ALREADY_SET" }]);
    await givenReputation(organized())
      .when(dispute(by(ann)))
      .then("FORBIDDEN");
    await givenReputation(organized())
      .when(dispute(by(eve), { attestation: digest }))
      .then("FORBIDDEN");
  });

  it("is over what another document says where that can be read", async () => {
    const award = { kind: "renown/award", document: "r1award", operation: digest, digest: "award" } as Entry;
    const evidence = (subject: string) => () => ({ subject, organization: academy, attester: bea });
    const dispute = act("DISPUTE", { attestation: digest }, by(eve), [award]);
    const { projection } = await given(reputation({ rightOf, evidenceOf: evidence(eve) }))
      .when(dispute)
      .then({});
    const row = { table: "evidence_disputes", key: { evidence: digest } };
    expect(projection.rows[2]).toMatchObject({ ...row, set: { document: theDocument, source: "r1award" } });
    await given(reputation({ rightOf, evidenceOf: evidence(ann) }))
      .when(dispute)
      .then("FORBIDDEN");
    await givenReputation().when(dispute).then("FORBIDDEN");
  });

  it("is answered by its subject or who attested, and by nobody else", async () => {
    const { respond } = await upon(organized());
    for (const act of [respond(), respond(by(bea), [issuer]), respond(byKey, [key])])
      await givenReputation(organized()).when(act).then({});
    for (const act of [respond(by(cai)), respond(by(cai), [viewer])])
      await givenReputation(organized()).when(act).then("FORBIDDEN");
  });
});

/** A disputed attestation, and rulings over it. */
async function disputed(attest: Act) {
  const { entry, dispute } = await upon(attest);
  const { entry: over } = await given(kind, [attest]).when(dispute()).then({});
  const log = [attest, dispute()];
  const rule = (
    who = by(dan),
    more: readonly Entry[] = [arbiter],
    input: JsonObject = {},
    outcome: "upheld" | "struck" = "struck",
  ) => {
    const ends = outcome === "struck" ? [over.digest, entry.digest] : [over.digest];
    const said = { attestation: entry.operation, dispute: over.operation, outcome, ends, ...input };
    return act("RULE", said, who, [over, entry, ...more]);
  };
  return { entry, over, log, rule };
}

/** An ATTEST of a work as the log may have it, whatever it rests on. */
function workRestingOn({ action }: Entry, ...grounds: readonly Entry[]): Pick<Entry, "action"> {
  const restsOn = grounds.map(({ document, operation }) => ({ document, operation }));
  return { action: { ...action, input: { ...action.input, standing: "work", work, restsOn } } };
}

describe("a ruling", () => {
  it("is an arbiter's or an owner's of the organisation in whose context it was said", async () => {
    for (const attest of [organized(), member()]) {
      const { log, rule } = await disputed(attest);
      await givenReputation(...log)
        .when(rule())
        .then({});
      await givenReputation(...log)
        .when(rule(by(ann), [owner]))
        .then({});
      await givenReputation(...log)
        .when(rule(by(bea), [issuer]))
        .then("FORBIDDEN");
      await givenReputation(...log)
        .when(rule(by(ann), [arbiter]))
        .then("FORBIDDEN");
      await givenReputation(...log)
        .when(rule(byKey, [key]))
        .then("FORBIDDEN");
      await givenReputation(...log)
        .when(rule(by(dan), [role(dan, "arbiter", guild)]))
        .then("WRONG_ORGANIZATION");
    }
  });

  it("is nobody's in their own cause", async () => {
    const byAnn = organized({}, by(ann), [owner, fields]);
    const own = await disputed(byAnn);
    await givenReputation(...own.log)
      .when(own.rule(by(ann), [owner]))
      .then("FORBIDDEN");
    const evesArbiter = role(eve, "arbiter");
    const about = await disputed(organized());
    await givenReputation(...about.log)
      .when(about.rule(by(eve), [evesArbiter]))
      .then("FORBIDDEN");
    const also = eve.replace(":1:", ":10:");
    await givenReputation(...about.log)
      .when(about.rule(by(also), [role(also, "arbiter")]))
      .then("FORBIDDEN");
  });

  it("is nobody's who is one with the subject or the attester, as the log tells when it arrives", async () => {
    const addressOf = (did: string) => did.slice(-42);
    const ruledAs = (also: readonly string[]) => {
      const limits: AttestationLimits = {
        saidAbout: async () => 0,
        saidSince: async () => 0,
        oneWith: async (user) => [addressOf(user), ...also.map(addressOf)],
      };
      return (...log: Act[]) => given(reputation({ rightOf, limits }), log);
    };
    const { log, rule } = await disputed(member());
    await ruledAs([ann])(...log)
      .when(rule())
      .then({});
    for (const also of [eve, cai, cai.replace(":1:", ":10:")])
      await ruledAs([also])(...log)
        .when(rule())
        .then("FORBIDDEN");
    // To name an arbiter as one's own is not enough to be rid of the ruling.
    await givenReputation(act("LINK", { other: dan }, by(eve)), ...log)
      .when(rule())
      .then({});
  });

  it("of a work is that organisation's which confirmed it, and of what nobody asked for is nobody's", async () => {
    const confirmed = contributed(eve);
    const worked = await disputed(fellow());
    await givenReputation(...worked.log)
      .when(worked.rule(by(dan), [arbiter, confirmed]))
      .then({});
    await givenReputation(...worked.log)
      .when(worked.rule(by(dan), [arbiter]))
      .then("FORBIDDEN");
    await givenReputation(...worked.log)
      .when(worked.rule(by(dan), [arbiter, contributed(cai)]))
      .then("FORBIDDEN");
    const besides = contributed(eve, { organization: guild, kind: "review" });
    const forged = await disputed(unsolicited());
    const [over, asked] = [forged.over, { ...forged.entry, ...workRestingOn(forged.entry, confirmed, besides) }];
    const said = { attestation: asked.operation, dispute: over.operation, outcome: "upheld", ends: [over.digest] };
    const byStranger = act("RULE", said, by(dan), [over, asked, besides, role(dan, "arbiter", guild)]);
    await givenReputation().when(byStranger).then("FORBIDDEN");
    const unasked = await disputed(unsolicited());
    await givenReputation(...unasked.log)
      .when(unasked.rule())
      .then("FORBIDDEN");
  });

  it("ends the dispute, and what it strikes", async () => {
    const { entry, over, log, rule } = await disputed(organized());
    const ended = (digest: string) => ({ table: "grants", key: { entry: digest }, set: { ended: here } });
    const struck = await givenReputation(...log)
      .when(rule())
      .then({});
    expect(struck.projection.rows.slice(2)).toEqual([ended(over.digest), ended(entry.digest)]);
    const row = { table: "attestations", key: { operation: entry.operation } };
    const set = { outcome: "struck", ruled_seq: here, ruling: struck.entry.operation, ruled_at: noon };
    expect(struck.projection.rows[1]).toMatchObject({ ...row, set });
    const upheld = await givenReputation(...log)
      .when(rule(by(dan), [arbiter], {}, "upheld"))
      .then({});
    expect(upheld.projection.rows.slice(2)).toEqual([ended(over.digest)]);
    const wrong = rule(by(dan), [arbiter], { ends: [entry.digest] }, "upheld");
    await givenReputation(...log)
      .when(wrong)
      .then("INVALID_INPUT");
  });

  it("is over the dispute that it names, and that over what it rules over", async () => {
    const [one, other] = [await disputed(organized()), await upon(organized({ value: "1" }))];
    const input = { attestation: other.entry.operation, ends: [one.over.digest, other.entry.digest] };
    await givenReputation(...one.log)
      .when(one.rule(by(dan), [arbiter, other.entry], input))
      .then("FORBIDDEN");
    const { log, rule } = await disputed(organized());
    await givenReputation(...log)
      .when(rule(by(dan), [arbiter], { dispute: digest }))
      .then("FORBIDDEN");
    await givenReputation(...log)
      .when(rule(by(dan), [arbiter], { attestation: digest }))
      .then("FORBIDDEN");
  });
});

describe("its subject", () => {
  const policy = `r1${name(8)}`;
  const link = (other: string, who = by(eve)) => act("LINK", { other }, who);
  const wallet = (n: number) => `did:pkh:eip155:1:0x${String(n).repeat(40)}`;

  it("names other wallets as its own, seven at most and each once", async () => {
    const seven = Array.from({ length: maxLinks }, (_, i) => link(wallet(i + 1)));
    await givenReputation(...seven.slice(1))
      .when(link(wallet(1)))
      .then({ subject: eve });
    await givenReputation(...seven)
      .when(link(wallet(9)))
      .then("QUOTA_EXCEEDED");
    const often = { ...noReputation, subject: eve, linked: maxLinksEver - 1 };
    await from(often).when(link(ann)).then({ linked: maxLinksEver });
    await from({ ...often, linked: maxLinksEver })
      .when(link(ann))
      .then("QUOTA_EXCEEDED");
    await givenReputation(link(ann)).when(link(ann)).then("UNCHANGED");
    await givenReputation().when(link(eve)).then("INVALID_INPUT");
    await givenReputation().when(link("did:web:eve.example")).then("INVALID_INPUT");
    await givenReputation()
      .when(link(eve.replace(":1:", ":10:")))
      .then({});
    await givenReputation()
      .when(link(ann, by(ann)))
      .then("FORBIDDEN");
  });

  it("takes the name away by the entry that gave it", async () => {
    const { digest: given } = await entryOf(link(ann));
    const unlink = (ends: string[], who = by(eve)) => act("UNLINK", { other: ann, ends }, who);
    const { projection } = await givenReputation(link(ann))
      .when(unlink([given]))
      .then({ links: [] });
    expect(projection.rows.slice(1)).toEqual([
      { table: "subject_links", key: { entry: given }, set: { ended_seq: here } },
      { table: "grants", key: { entry: given }, set: { ended: here } },
    ]);
    await givenReputation(link(ann))
      .when(unlink([digest]))
      .then("INVALID_INPUT");
    await givenReputation()
      .when(unlink([given]))
      .then("UNCHANGED");
    await givenReputation(link(ann))
      .when(unlink([given], by(ann)))
      .then("FORBIDDEN");
  });

  const join = (organization = academy, who = by(eve)) => act("JOIN", { organization }, who);

  it("says that it is a member of an organisation, which gives what a member's word rests on", async () => {
    const { projection, entry } = await givenReputation().when(join()).then({});
    expect(projection.rows.slice(1)).toEqual([
      { table: "grants", key: { entry: entry.digest }, set: { seq: here, ended: null } },
    ]);
    await givenReputation(join())
      .when(join(guild))
      .then({ joined: [{ organization: academy, operation: entry.operation, entry: entry.digest }, {}] });
    await givenReputation()
      .when(member({}, by(cai), [viewer, evesRole, entry, fields]))
      .then({ attestations: 1 });
    await givenReputation(join()).when(join()).then("UNCHANGED");
    await givenReputation()
      .when(join(academy, by(ann)))
      .then("FORBIDDEN");
    for (const organization of ["academy", academy.slice(1), `${academy}_`])
      await givenReputation().when(join(organization)).then("INVALID_INPUT");
    const many = Array.from({ length: maxJoined }, (_, i) => ({ organization: name(i), operation: "", entry: "" }));
    await from({ ...noReputation, joined: many.slice(1) })
      .when(join())
      .then({});
    await from({ ...noReputation, joined: many })
      .when(join())
      .then("QUOTA_EXCEEDED");
  });

  it("joins so many times ever, whether it has parted since or not", async () => {
    const often = { ...noReputation, joinings: maxJoinedEver - 1 };
    await from(often).when(join()).then({ joinings: maxJoinedEver });
    await from({ ...often, joinings: maxJoinedEver })
      .when(join())
      .then("QUOTA_EXCEEDED");
    const { digest: given } = await entryOf(join());
    const part = act("PART", { organization: academy, ends: [given] }, by(eve));
    await givenReputation(join(), part).when(join(guild)).then({ joinings: 2 });
  });

  it("parts from an organisation by the entry by which it joined", async () => {
    const { digest: given } = await entryOf(join());
    const part = (ends: string[], organization = academy) => act("PART", { organization, ends }, by(eve));
    const { projection } = await givenReputation(join())
      .when(part([given]))
      .then({ joined: [] });
    expect(projection.rows.slice(1)).toEqual([{ table: "grants", key: { entry: given }, set: { ended: here } }]);
    await givenReputation(join())
      .when(part([digest]))
      .then("INVALID_INPUT");
    await givenReputation(join())
      .when(part([given], guild))
      .then("UNCHANGED");
    await givenReputation(join())
      .when({ ...part([given]), by: by(ann) })
      .then("FORBIDDEN");
  });

  it("hides and shows a thousand times, whatever it is, and no more", async () => {
    const hide = (type: string) => act(type, { evidence: digest }, by(eve));
    await givenReputation(hide("HIDE")).when(hide("UNHIDE")).then({ hidings: 2 });
    for (const type of ["HIDE", "UNHIDE"]) {
      await from({ ...noReputation, hidings: maxHidings - 1 })
        .when(hide(type))
        .then({ hidings: maxHidings });
      await from({ ...noReputation, hidings: maxHidings })
        .when(hide(type))
        .then("QUOTA_EXCEEDED");
    }
  });

  it.each<[string, JsonObject]>([
    ["HIDE", { evidence: digest }],
    ["UNHIDE", { evidence: digest }],
    ["SHOW", { policy, audience: "nobody" }],
    ["CLOSE", {}],
  ])("alone does %s", async (type, input) => {
    await givenReputation()
      .when(act(type, input, by(eve)))
      .then({});
    await givenReputation()
      .when(act(type, input, by(ann)))
      .then("FORBIDDEN");
    await givenReputation()
      .when(act(type, input, { ...byKey, app: serviceKey, by: "service" }))
      .then("FORBIDDEN");
  });

  it("names those who see a score in a text, and nowhere else", async () => {
    const show = (input: JsonObject) => act("SHOW", { policy, ...input }, by(eve));
    const { projection } = await givenReputation()
      .when(show({ audience: "named", _sd: [digest] }))
      .then({});
    const set = { audience: "named", texts: JSON.stringify([digest]), seq: here };
    expect(projection.rows[1]).toMatchObject({ table: "score_audiences", key: { policy }, set });
    await givenReputation()
      .when(show({ audience: "named" }))
      .then("INVALID_INPUT");
    await givenReputation()
      .when(show({ audience: "all", _sd: [digest] }))
      .then("INVALID_INPUT");
    for (const named of ["open-work", `${policy}A`, policy.replace("r1", "r2")])
      await givenReputation()
        .when(show({ policy: named, audience: "nobody" }))
        .then("INVALID_INPUT");
  });

  it("closes it, and nothing comes behind", async () => {
    const close = act("CLOSE", {}, by(eve));
    const { projection } = await givenReputation(organized())
      .when(close)
      .then({ closedAt: iso(noon) });
    expect(projection.rows[0]!.set).toMatchObject({ closed_seq: here, closed_at: noon });
    const { retract, dispute } = await upon(organized());
    for (const next of [organized(), retract(), dispute(), close, link(ann)])
      await givenReputation(organized(), close).when(next).then("REVOKED");
  });
});
