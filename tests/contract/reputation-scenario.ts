import { privateKeyToAccount } from "viem/accounts";
import { digestOf } from "#primitives";
import { awardKind } from "../../src/badges/award.ts";
import { badgeClassKind } from "../../src/badges/badge-class.ts";
import type { Did } from "../../src/identity/did.ts";
import type { JsonObject } from "../../src/kernel/json.ts";
import { iso, minute } from "../../src/kernel/time.ts";
import { derivedId } from "../../src/operations/document-id.ts";
import type { LoggedEntry } from "../../src/operations/entry.ts";
import type { Previous } from "../../src/operations/sign.ts";
import type { Signer } from "../../src/operations/signature.ts";
import { organizationKind } from "../../src/organizations/organization-state.ts";
import { reputationKind } from "../../src/reputation/reputation-state.ts";
import { alice, appKey, bob, openHouse, otherKey, session, userOf } from "../harness.ts";

const wallet = (byte: string) => privateKeyToAccount(`0x${byte.repeat(32)}`);
const [carol, dave, eve, frank] = [wallet("c1"), wallet("d1"), wallet("e1"), wallet("f1")];
const [gina, hank, ivan, judy] = [wallet("61"), wallet("71"), wallet("81"), wallet("91")];
export const kate = wallet("a5");
const wallets = { alice, bob, carol, dave, eve, frank, gina, hank, ivan, judy, kate };

export type Person = keyof typeof wallets;
export const did = (person: Person): Did => userOf(wallets[person]);

/** What happened, by the names that the steps have. */
export type Scenario = {
  entries: LoggedEntry[];
  kinds: ReturnType<typeof openHouse>["kinds"];
  /** The place of a step. */
  at(step: string): number;
  /** The operation digest of a step. */
  operation(step: string): string;
  guild: string;
  school: string;
};

/** A wallet, one on another chain, or an organisation's own key. */
type By = Person | "kate elsewhere" | "key";

const elsewhere = 137;

/** A house in which steps are done and remembered by name; the clock goes on by a minute with each. */
function openStage() {
  const house = openHouse();
  const steps = new Map<string, LoggedEntry>();
  const heads = new Map<string, Previous>();
  const signerOf = (by: By): { user: Did; key: Signer } =>
    by === "key" ? { user: "", key: otherKey } : { user: walletOf(by), key: appKey };
  const remember = async (step: string, document: string) => {
    const [last] = (await house.store.entriesOf(document, 0, 1000)).slice(-1);
    steps.set(step, last!);
  };
  const ground = (step: string) => {
    const { document, operation } = steps.get(step)!;
    return { document, operation };
  };
  const resting = (names: readonly string[]) => (names.length > 0 ? { restsOn: names.map(ground) } : {});
  /** One operation on a document with a head; opens it where it is not known. */
  const act = async (step: string, by: By, at: { kind: string; document: string }, type: string, input: JsonObject) => {
    house.clock.advance(minute);
    const { user, key } = signerOf(by);
    const previous = heads.get(at.document);
    const intent = { document: at.document, kind: at.kind, type, input, user };
    const signed = await house.sign(previous ? { ...intent, previous } : intent, key);
    await house.reactor.submit(at.document, [signed.action]);
    heads.set(at.document, signed.previous);
    await remember(step, at.document);
  };
  const open = async (step: string, by: By, kind: string, type: string, input: JsonObject) => {
    house.clock.advance(minute);
    const { user, key } = signerOf(by);
    const { document, action } = await house.opening(kind, key, user);
    const signed = await house.sign({ document, kind, type, input, user }, key);
    await house.reactor.open(action, kind, [signed.action]);
    heads.set(document, signed.previous);
    await remember(step, document);
    return { kind, document };
  };
  /** One operation on somebody's reputation. */
  const say = async (step: string, by: By, type: string, about: Person, input: JsonObject, rests: string[] = []) => {
    house.clock.advance(minute);
    const { user, key } = signerOf(by);
    const document = derivedId(house.realm, reputationKind, did(about));
    const whole = { subject: did(about), ...(type === "ATTEST" && { restsOn: [] }), ...input, ...resting(rests) };
    const intent = { document, kind: reputationKind, type, input: whole as unknown as JsonObject, user };
    const { action } = await house.sign(intent, key);
    await house.reactor.submit(document, [action], reputationKind);
    await remember(step, document);
  };
  const rests = (...names: string[]) => resting(names) as unknown as JsonObject;
  const entry = (step: string) => steps.get(step)!;
  return { house, act, open, say, rests, entry, ground };
}

type Stage = ReturnType<typeof openStage>;
type Place = { kind: string; document: string };

const walletOf = (by: Exclude<By, "key">): Did => (by === "kate elsewhere" ? userOf(kate, elsewhere) : did(by));

/**
 * Two organisations, members, attestations of every standing, a retraction, disputes with and without a ruling, wallets
 * that are linked and parted, awards of every fate, keys that were lost and an organisation that is closed.
 */
export async function playScenario(): Promise<Scenario> {
  const stage = openStage();
  const { house, entry } = stage;
  const delegations: Partial<Record<Person, string>> = {};
  const may = [organizationKind, reputationKind, badgeClassKind, awardKind];
  for (const [name, wallet] of Object.entries(wallets))
    delegations[name as Person] = (await house.delegate({ wallet, app: appKey.did, may })).document;
  await house.delegate({ wallet: kate, app: appKey.did, may, chainId: elsewhere });
  const guild = await foundGuild(stage);
  const school = await stage.open("school", "frank", organizationKind, "INIT", { slug: "school", name: "School" });
  await attestations(stage, guild.document);
  await disputes(stage);
  await links(stage);
  const last = await awards(stage, school.document, guild.document);
  await ownWords(stage, guild);
  await causesOfTheirOwn(stage, guild.document);
  await deedsOfThieves(stage, guild, { school, award: last });
  house.clock.advance(minute);
  await house.delegating.compromise(session(bob), delegations.bob!, iso(Date.parse(entry("W6 revoked").admittedAt)));
  await house.delegating.compromise(session(carol), delegations.carol!, iso(Date.parse(entry("A3").admittedAt)));
  const stolen = { key: otherKey.did, compromisedFrom: entry("A6").admittedAt };
  await stage.act("stolen", "alice", guild, "RETIRE_KEY", stolen);
  await stage.act("closed", "frank", school, "CLOSE", { reason: "It is over." });
  const entries = await house.store.entriesAfter(0, 10_000);
  await house.close();
  return {
    entries,
    kinds: house.kinds,
    at: (step) => entry(step).seq,
    operation: (step) => entry(step).operation,
    guild: guild.document,
    school: school.document,
  };
}

async function foundGuild({ open, act }: Stage) {
  const guild = await open("guild", "alice", organizationKind, "INIT", { slug: "guild", name: "Guild" });
  for (const [person, role] of [
    ["bob", "issuer"],
    ["carol", "viewer"],
    ["dave", "arbiter"],
    ["eve", "viewer"],
  ] as const)
    await act(`role of ${person}`, "alice", guild, "SET_MEMBER", { user: did(person), role });
  await act("key", "alice", guild, "ADD_KEY", { key: otherKey.did, made: false });
  const fields = [{ id: "craft/welding", name: "Welding" }];
  await act("fields", "alice", guild, "SET_FIELDS", { fields });
  return guild;
}

async function attestations({ say, entry }: Stage, guild: string): Promise<void> {
  const said = { field: "craft/welding", value: "3.5" };
  const ours = { ...said, standing: "organization", organization: guild };
  const work = { type: "operation", id: digestOf("a work") };
  const contribution = { kind: "contribution", work };
  await say("A1", "bob", "ATTEST", "eve", { ...ours, ...contribution }, ["role of bob", "fields"]);
  await say("A2", "key", "ATTEST", "carol", { ...ours, ...contribution }, ["key", "fields"]);
  const membership = { ...said, kind: "endorsement", standing: "membership", organization: "", context: guild };
  await say("eve joins", "eve", "JOIN", "eve", { organization: guild });
  await say("A3", "carol", "ATTEST", "eve", membership, ["role of carol", "role of eve", "eve joins", "fields"]);
  const fellow = { ...said, kind: "review", standing: "work", organization: "", work };
  await say("A4", "carol", "ATTEST", "eve", fellow, ["A1", "A2"]);
  const alone = { ...said, kind: "vouch", standing: "unsolicited", organization: "" };
  await say("A5", "frank", "ATTEST", "eve", alone);
  const until = { validFrom: "2026-11-21T00:00:00.000Z", validUntil: "2027-11-21T00:00:00.000Z" };
  await say("A6", "key", "ATTEST", "eve", { ...ours, kind: "review", ...until }, ["key", "fields"]);
  await say("A7", "key", "ATTEST", "bob", { ...ours, kind: "review" }, ["key", "fields"]);
  const ends = [entry("A6").digest];
  const retraction = { attestation: entry("A6").operation, ends };
  await say("retracted", "key", "RETRACT", "eve", retraction, ["A6", "key"]);
}

async function disputes({ say, entry }: Stage): Promise<void> {
  await say("dispute 1", "eve", "DISPUTE", "eve", { attestation: entry("A1").operation }, ["A1"]);
  await say("dispute 3", "eve", "DISPUTE", "eve", { attestation: entry("A3").operation }, ["A3"]);
  const ends = [entry("dispute 3").digest, entry("A3").digest];
  const over = { attestation: entry("A3").operation, dispute: entry("dispute 3").operation, outcome: "struck", ends };
  await say("ruling 3", "dave", "RULE", "eve", over, ["dispute 3", "A3", "role of dave"]);
  const evidence = entry("A1").operation;
  await say("hidden", "eve", "HIDE", "eve", { evidence });
  await say("shown", "eve", "UNHIDE", "eve", { evidence });
  await say("hidden by another", "frank", "HIDE", "frank", { evidence });
}

async function links({ say, entry }: Stage): Promise<void> {
  const alone = { field: "craft/welding", value: "1", kind: "vouch", standing: "unsolicited", organization: "" };
  const unlink = (step: string, by: Person, other: Person, link: string) =>
    say(step, by, "UNLINK", by, { other: did(other), ends: [entry(link).digest] });
  await say("eve names gina", "eve", "LINK", "eve", { other: did("gina") });
  await say("A8", "gina", "ATTEST", "eve", alone);
  await say("gina names eve", "gina", "LINK", "gina", { other: did("eve") });
  await say("A9", "gina", "ATTEST", "eve", alone);
  await unlink("parted", "gina", "eve", "gina names eve");
  await say("A10", "gina", "ATTEST", "eve", alone);
  await say("frank names hank", "frank", "LINK", "frank", { other: did("hank") });
  await say("hank names frank", "hank", "LINK", "hank", { other: did("frank") });
  await say("A11", "hank", "ATTEST", "eve", alone);
  await say("hank closes", "hank", "CLOSE", "hank", {});
  await unlink("in vain", "frank", "hank", "frank names hank");
}

const definition = {
  name: "Welding",
  description: "Can weld.",
  criteria: { narrative: "Ten seams." },
  image: null,
  type: "Certificate",
  tags: ["Not a field", "craft/welding"],
  alignment: [],
  validity: { days: 30 },
  suspendable: true,
};

async function awards(stage: Stage, school: string, guild: string): Promise<Place> {
  const { open, act, say, rests, entry, house } = stage;
  const classInput = (more: JsonObject = {}) => ({ ...rests("school"), organization: school, definition, ...more });
  const given = await open("class", "frank", badgeClassKind, "INIT", classInput() as unknown as JsonObject);
  await open("test class", "frank", badgeClassKind, "INIT", classInput({ test: true }) as unknown as JsonObject);
  let index = 0;
  const award = (step: string, more: JsonObject, of = "class", version = 1) => {
    const status = { purpose: "suspension", list: "school-suspension-1", index: ++index };
    const what = { organization: school, class: entry(of).document, version, subject: did("eve"), status };
    return open(step, "frank", awardKind, "AWARD", {
      ...rests("school", of),
      ...what,
      ...more,
    } as unknown as JsonObject);
  };
  const own = rests("school");
  const first = await award("W1", {});
  await act("suspended", "frank", first, "SUSPEND", { ...own, reason: "Looked into." });
  await act("reinstated", "frank", first, "REINSTATE", own);
  await act("endorsed", "bob", first, "ENDORSE", { ...rests("role of bob"), organization: guild });
  await act("award hidden", "eve", first, "HIDE", {});
  await act("award shown", "eve", first, "UNHIDE", {});
  const revised = { ...definition, tags: ["software/rust"], validity: null };
  const second = { ...classInput(), definition: revised, version: 2 };
  await act("class revised", "frank", given, "REVISE", second as unknown as JsonObject);
  const longer = { ...rests("school", "class revised"), version: 2, validUntil: "2028-01-01T00:00:00.000Z" };
  await act("amended", "frank", first, "AMEND", longer);
  const attestation = entry("W1").operation;
  await say("dispute W1", "eve", "DISPUTE", "eve", { attestation }, ["W1"]);
  const over = {
    attestation,
    dispute: entry("dispute W1").operation,
    outcome: "upheld",
    ends: [entry("dispute W1").digest],
  };
  await act("role of alice", "frank", { kind: organizationKind, document: school }, "SET_MEMBER", {
    user: did("alice"),
    role: "arbiter",
  });
  await say("ruling W1", "alice", "RULE", "eve", over, ["dispute W1", "W1", "role of alice"]);
  const secret = "S".repeat(22);
  const claimed = await award("W2", { subject: "", claim: digestOf(secret) }, "class revised", 2);
  await act("claimed", "gina", claimed, "CLAIM", { secret });
  const heldUntil = () => iso(house.clock.now() + 60 * minute);
  const held = await award("W3", { heldUntil: heldUntil() }, "class revised", 2);
  await act("cancelled", "frank", held, "CANCEL", own);
  await award("W4", { heldUntil: heldUntil() }, "class revised", 2);
  await award("W5", { test: true }, "test class");
  const last = await award("W6", { subject: did("frank") }, "class revised", 2);
  await act("revoked", "frank", first, "REVOKE", { ...own, reason: "It was not so." });
  return last;
}

/** What is said by wallets that are one over others, on several chains, or were so. */
async function ownWords(stage: Stage, guild: Place): Promise<void> {
  const { say, act } = stage;
  const alone = { field: "craft/welding", value: "1", kind: "vouch", standing: "unsolicited", organization: "" };
  const ours = { field: "craft/welding", value: "2", standing: "organization", organization: guild.document };
  await act("role of judy", "alice", guild, "SET_MEMBER", { user: did("judy"), role: "admin" });
  await bind(stage, "ivan", "judy");
  await bind(stage, "judy", "kate");
  await say("A12", "kate", "ATTEST", "ivan", alone);
  await say("A13", "bob", "ATTEST", "ivan", { ...ours, kind: "review" }, ["role of bob", "fields"]);
  await part(stage, "judy", "kate");
  await part(stage, "judy", "ivan");
  await say("A14", "kate", "ATTEST", "ivan", alone);
  await say("A15", "kate elsewhere", "ATTEST", "ivan", alone);
}

/** A ruling by a wallet that is one with the subject's. */
async function causesOfTheirOwn(stage: Stage, guild: string): Promise<void> {
  const { say, entry } = stage;
  const ours = { field: "craft/welding", value: "2", standing: "organization", organization: guild };
  await say("A16", "bob", "ATTEST", "ivan", { ...ours, kind: "incident" }, ["role of bob", "fields"]);
  const attestation = entry("A16").operation;
  await say("dispute 16", "ivan", "DISPUTE", "ivan", { attestation }, ["A16"]);
  await bind(stage, "ivan", "dave");
  const dispute = entry("dispute 16").operation;
  const over = { attestation, dispute, outcome: "upheld", ends: [entry("dispute 16").digest] };
  await say("ruling 16", "dave", "RULE", "ivan", over, ["dispute 16", "A16", "role of dave"]);
  await part(stage, "ivan", "dave");
}

/** What is disputed, ruled, linked and ended with keys of which it comes out that others had them. */
async function deedsOfThieves(stage: Stage, guild: Place, { school, award }: { school: Place; award: Place }) {
  const { say, act, entry, rests } = stage;
  await say("dispute 2", "carol", "DISPUTE", "carol", { attestation: entry("A2").operation }, ["A2"]);
  await act("carol rules", "alice", guild, "SET_MEMBER", { user: did("carol"), role: "arbiter" });
  const attestation = entry("A1").operation;
  const ends = [entry("dispute 1").digest, entry("A1").digest];
  const over = { attestation, dispute: entry("dispute 1").operation, outcome: "struck", ends };
  await say("ruling 1", "carol", "RULE", "eve", over, ["dispute 1", "A1", "carol rules"]);
  await bind(stage, "carol", "eve");
  await act("bob of the school", "frank", school, "SET_MEMBER", { user: did("bob"), role: "admin" });
  const reason = "It was never so.";
  await act("W6 revoked", "bob", award, "REVOKE", { ...rests("bob of the school"), reason });
}

async function bind({ say }: Stage, one: Person, other: Person): Promise<void> {
  await say(`${one} names ${other}`, one, "LINK", one, { other: did(other) });
  await say(`${other} names ${one}`, other, "LINK", other, { other: did(one) });
}

async function part({ say, entry }: Stage, one: Person, other: Person): Promise<void> {
  const ends = [entry(`${one} names ${other}`).digest];
  await say(`${one} parts from ${other}`, one, "UNLINK", one, { other: did(other), ends });
}
