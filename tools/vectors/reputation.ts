import { privateKeyToAccount } from "viem/accounts";
import type { JsonObject } from "../../src/kernel/json.ts";
import { iso, type Millis, minute } from "../../src/kernel/time.ts";
import { derivedId } from "../../src/operations/document-id.ts";
import type { Previous } from "../../src/operations/sign.ts";
import { organizationKind } from "../../src/organizations/organization-state.ts";
import { reputationKind } from "../../src/reputation/reputation-state.ts";
import { operationKey } from "../../tests/harness.ts";
import { play } from "../../tests/vectors/play.ts";
import { alice, before, bob, type Case, delegated, ids, into, type Step } from "./cases.ts";
import { first, now, opened, opening, realm, sign, userOf, uuid, type WireAction, wallets } from "./signing.ts";

/** Rules over disputes in Alice's organisation; Bob is a member, and what is said is said about him. */
const arbiter = privateKeyToAccount(`0x${"c1".repeat(32)}`);
const carol = userOf(arbiter);
const may = [organizationKind, reputationKind];
const document = derivedId(realm, reputationKind, bob);

type Name = { document: string; operation: string };
type Said = Name & { wire: WireAction; step: Step; previous: Previous };

/** Everybody's key may act, and the organisation stands with its roles and its field. */
const organization = await opening(organizationKind, ids.create + 90);
const guild: Step[] = [
  (await delegated({ number: 91, may })).step,
  (await delegated({ number: 92, may, wallet: wallets.bob })).step,
  (await delegated({ number: 93, may, wallet: arbiter })).step,
];
const roles = await found();

/** By what a member speaks of another, beside what the other says of it: Bob has joined. */
const member = { standing: "membership", organization: "", context: organization.document };
const fellows = [roles.alice, roles.bob, roles.fields];
const joining = { organization: organization.document };

export async function validReputations(): Promise<Case[]> {
  const full = { submit: "admitted", verdict: "valid", binding: "full" };
  const attested = await attest(1);
  const after = await attest(2, {}, { at: now });
  const retraction = await follow("RETRACT", alice, attested, { ends: [await entryOf(attested)] }, [roles.alice]);
  const dispute = await follow("DISPUTE", bob, attested);
  const disputed = { ...(await follow("DISPUTE", bob, attested, {}, [], now - minute)) };
  const ruling = await rule(attested, disputed, carol, [roles.carol]);
  const unasked = { standing: "unsolicited", organization: "", restsOn: [] };
  const joined = await join();
  const fellow = await attest(3, { ...member, restsOn: rests(...fellows, joined) }, { at: now });
  const part = await say("PART", bob, { ...joining, ends: [await entryOf(joined)] }, 11, now);
  const nobody = await attest(4, unasked, { at: now, by: carol });
  return [
    {
      name: "an-organisation-attests-in-a-field-that-it-lists",
      given: guild,
      when: tried(await attest(1, {}, { at: now })),
      expect: full,
    },
    {
      name: "many-attest-without-naming-what-came-before",
      given: [...guild, attested.step],
      when: tried(after),
      expect: full,
    },
    {
      name: "a-member-attests-about-a-fellow-member",
      given: [...guild, joined.step],
      when: tried(fellow),
      expect: full,
    },
    {
      name: "a-subject-joins-an-organisation-and-parts-from-it",
      given: [...guild, joined.step],
      when: tried(part),
      expect: full,
    },
    { name: "what-nobody-asked-for-is-kept-as-that", given: guild, when: tried(nobody), expect: full },
    {
      name: "who-attested-takes-it-back-and-names-the-entry-that-ends",
      given: [...guild, attested.step],
      when: tried(retraction),
      expect: full,
    },
    {
      name: "a-subject-disputes-what-is-said-of-it",
      given: [...guild, attested.step],
      when: tried(dispute),
      expect: full,
    },
    {
      name: "an-arbiter-of-the-organisation-rules-over-a-dispute",
      given: [...guild, attested.step, disputed.step],
      when: tried(ruling),
      expect: full,
    },
  ];
}

export async function invalidReputations(): Promise<Case[]> {
  const refused = (submit: string) => ({ submit, verdict: "valid", binding: "full" });
  const attested = await attest(1);
  const standing = [...guild, attested.step];
  const entry = await entryOf(attested);
  const taken = await follow("RETRACT", alice, attested, { ends: [entry] }, [roles.alice], now - minute);
  const disputed = await follow("DISPUTE", bob, attested, {}, [], now - minute);
  const again = await follow("DISPUTE", bob, attested, {}, [], now, 9);
  const closed = await say("CLOSE", bob, {}, 5, now - minute);
  const other = derivedId(realm, reputationKind, carol);
  const own = { standing: "unsolicited", organization: "", restsOn: [] };
  const joined = await join();
  const part = await say("PART", bob, { ...joining, ends: [await entryOf(joined)] }, 11, now - minute);
  const byJoin = { ...member, restsOn: rests(...fellows, joined) };
  return [
    {
      name: "nobody-is-spoken-of-as-a-member-who-has-not-joined",
      given: guild,
      when: tried(await attest(3, { ...member, restsOn: rests(...fellows) }, { at: now })),
      expect: refused("FORBIDDEN"),
    },
    {
      name: "nobody-is-spoken-of-as-a-member-who-has-parted",
      given: [...guild, joined.step, part.step],
      when: tried(await attest(3, byJoin, { at: now })),
      expect: refused("NOT_DELEGATED"),
    },
    {
      name: "nobody-attests-about-themselves",
      given: guild,
      when: tried(await attest(1, own, { at: now, by: bob })),
      expect: refused("FORBIDDEN"),
    },
    {
      name: "a-field-that-the-organisation-does-not-list-is-refused",
      given: guild,
      when: tried(await attest(1, { field: "craft/weaving" }, { at: now })),
      expect: refused("FORBIDDEN"),
    },
    {
      name: "another-subject-than-the-id-follows-from-is-refused",
      given: guild,
      when: into(other, reputationKind, (await attest(1, {}, { at: now, document: other })).wire),
      expect: refused("WRONG_DOCUMENT_ID"),
    },
    {
      name: "a-subject-takes-nothing-back-that-others-said",
      given: standing,
      when: tried(await follow("RETRACT", bob, attested, { ends: [entry] })),
      expect: refused("FORBIDDEN"),
    },
    {
      name: "what-is-taken-back-is-named-by-its-entry",
      given: standing,
      when: tried(await follow("RETRACT", alice, attested, { ends: [attested.operation] }, [roles.alice])),
      expect: refused("INVALID_INPUT"),
    },
    {
      name: "an-attestation-is-disputed-once",
      given: [...standing, disputed.step],
      when: tried(again),
      expect: refused("ALREADY_SET"),
    },
    {
      name: "nothing-rests-on-what-was-taken-back",
      given: [...standing, taken.step],
      when: tried(again),
      expect: refused("NOT_DELEGATED"),
    },
    {
      name: "nobody-rules-in-their-own-cause",
      given: [...standing, disputed.step],
      when: tried(await rule(attested, disputed, alice, [roles.alice])),
      expect: refused("FORBIDDEN"),
    },
    {
      name: "nothing-is-said-of-who-has-closed-their-document",
      given: [...guild, closed.step],
      when: tried(await attest(1, {}, { at: now })),
      expect: refused("REVOKED"),
    },
  ];
}

async function found() {
  let { previous } = organization;
  const { document: id, create } = organization;
  const act = async (
    number: number,
    type: string,
    input: JsonObject,
    first = false,
  ): Promise<Name & { wire: WireAction }> => {
    const intent = { document: id, kind: organizationKind, type, input, user: alice, id: uuid(ids.action + number) };
    const signed = await sign(first ? intent : { ...intent, previous }, undefined, opened);
    previous = signed.previous;
    return { document: id, operation: signed.digest, wire: signed.wire };
  };
  const init = await act(90, "INIT", { slug: "guild", name: "Guild" }, true);
  const bobs = await act(91, "SET_MEMBER", { user: bob, role: "viewer" });
  const carols = await act(92, "SET_MEMBER", { user: carol, role: "arbiter" });
  const fields = await act(93, "SET_FIELDS", { fields: [{ id: "craft/welding", name: "Welding" }] });
  const operations = [init, bobs, carols, fields].map(({ wire }) => wire);
  guild.push({ at: iso(opened), open: { kind: organizationKind, create, operations } });
  return { alice: init, bob: bobs, carol: carols, fields };
}

function join(): Promise<Said> {
  return say("JOIN", bob, joining, 10, now - 2 * minute);
}

/** What Alice says about Bob for her organisation, unless told otherwise. */
function attest(
  number: number,
  more: JsonObject = {},
  { at = now - 2 * minute, by = alice, document: where = document } = {},
): Promise<Said> {
  const said = { field: "craft/welding", kind: "contribution", value: "3.5" };
  const standing = { standing: "organization", organization: organization.document };
  return say(
    "ATTEST",
    by,
    { ...said, ...standing, restsOn: rests(roles.alice, roles.fields), ...more },
    number,
    at,
    where,
  );
}

/** What somebody does upon an attestation, which it rests on. */
function follow(
  type: string,
  user: string,
  { document: of, operation }: Name,
  more: JsonObject = {},
  grounds: readonly Name[] = [],
  at = now,
  number = 6,
): Promise<Said> {
  const restsOn = rests({ document: of, operation }, ...grounds);
  return say(type, user, { attestation: operation, restsOn, ...more }, number, at);
}

/** A ruling that leaves the attestation to stand. */
async function rule(attested: Said, disputed: Said, user: string, grounds: readonly Name[]): Promise<Said> {
  const more = { dispute: disputed.operation, outcome: "upheld", ends: [await entryOf(disputed, [attested.step])] };
  return follow("RULE", user, attested, more, [disputed, ...grounds], now, 7);
}

async function say(
  type: string,
  user: string,
  more: JsonObject,
  number: number,
  at: Millis,
  where = document,
): Promise<Said> {
  const id = uuid(ids.action + 94 + number);
  const intent = { document: where, kind: reputationKind, type, input: { subject: bob, ...more }, user, id };
  const { wire, digest, previous } = await sign(intent, first, at);
  return { document: where, operation: digest, wire, previous, step: before(where, reputationKind, at, wire) };
}

/** The digest of the entry that an operation becomes, which its author learns from the receipt. */
async function entryOf({ wire, step }: Said, after: readonly Step[] = []): Promise<string> {
  const { entry } = await play({
    law: "what is admitted has an entry",
    realm,
    now: step.at,
    operationKeys: [operationKey.did],
    given: [...guild, ...after],
    when: tried({ wire }),
  });
  return entry!;
}

function tried({ wire }: { wire: WireAction }) {
  return into(document, reputationKind, wire);
}

function rests(...grounds: readonly Name[]): JsonObject[] {
  return grounds.map(({ document: of, operation }) => ({ document: of, operation }));
}
