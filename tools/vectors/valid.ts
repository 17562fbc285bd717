import { delegationKind } from "../../src/credentials/delegation.ts";
import { credentialKind } from "../../src/credentials/renown-credential.ts";
import { day, iso, minute, second as oneSecond } from "../../src/kernel/time.ts";
import { profileKind } from "../../src/profiles/profile.ts";
import powerhouse from "../../tests/vectors/shared/powerhouse.json" with { type: "json" };
import {
  alice,
  alicesKey,
  alicesProfile,
  asked,
  before,
  type Case,
  delegated,
  ending,
  foreign,
  foreignAction,
  house,
  ids,
  into,
  intoProfile,
  name,
  profile,
} from "./cases.ts";
import { validReputations } from "./reputation.ts";
import {
  delegationMessage,
  first,
  given,
  headerKey,
  now,
  opening,
  second,
  service,
  sign,
  signFirst,
  tampered,
  tupleIn,
  twin,
  userOf,
  uuid,
  wallets,
} from "./signing.ts";

const full = { verdict: "valid", binding: "full" };
const content = { verdict: "valid", binding: "content" };
const id = uuid(ids.action + 1);
const setName = { id, type: "SET_USERNAME", input: { username: "alice" }, user: alice };

export async function validCases(): Promise<Case[]> {
  return [
    ...(await suites()),
    ...(await orders()),
    ...(await rights()),
    ...(await reports()),
    ...(await validReputations()),
  ];
}

async function suites(): Promise<Case[]> {
  const named = await name("alice");
  const shown = await name("Zoë Ωμέγα 山田");
  const legacy = signFirst(setName, first, { sha1Of: profile, prev: "prevhash=" });
  const invoice = await foreignAction({ b: 1, a: [1, 2, { z: null }] });
  const odd = {
    é: 1,
    "\u{1f600}": 2,
    "\ufb33": 3,
    "": -0,
    big: 9007199254740991,
    small: 1e-7,
    half: 0.5,
    text: '\u2028"\\\t',
  };
  const ordered = { ...setName, type: "SET_AMOUNT", input: { b: 1, a: [1, 2, { z: null }] } };
  const joined = tampered(named.wire, (action) => {
    action.context.signer.signatures = [tupleIn(action).join(", ")];
  });
  const loose = tampered(named.wire, (action) => {
    action.context.prevOpIndex = 7;
    action.context.prevOpHash = "elsewhere=";
    action.context.nonce = "n";
    action.context.signer.app.name = "another name";
  });
  const two = tampered(named.wire, (action) => {
    action.context.signer.signatures = [tupleIn(signFirst(setName)), tupleIn(action)];
  });
  const other = tampered(named.wire, (action) => {
    action.context.signer.signatures = [tupleIn(action).with(4, twin(tupleIn(action)[4]))];
  });
  const cased = tampered(named.wire, (action) => {
    action.context.signer.user.address = wallets.alice.address;
  });
  return [
    {
      name: "suite-2-binds-the-whole-operation",
      given: house,
      when: intoProfile(named.wire),
      expect: { submit: "admitted", ...full },
    },
    {
      name: "suite-1-binds-scope-type-and-input",
      given: house,
      when: intoProfile(signFirst(setName)),
      expect: { submit: "admitted", ...content },
    },
    {
      name: "suite-1-may-name-the-state-before-and-after",
      law: "In suite 1 prev may hold the hash of the state before and, behind a colon, of the state after; nothing rests on either.",
      given: house,
      when: intoProfile(signFirst(setName, first, { prev: "prevhash=:RESULTHASH=" })),
      expect: { submit: "admitted", ...content },
    },
    {
      name: "suite-1-in-its-sha-1-form-verifies-as-weak-and-is-not-admitted",
      given: house,
      when: intoProfile(legacy),
      expect: { submit: "WEAK_HASH", ...content, checks: { content: "WEAK_HASH" } },
    },
    {
      name: "suite-1-keeps-digits-beyond-milliseconds",
      given: house,
      when: intoProfile(signFirst({ ...setName, timestamp: "2026-11-20T12:00:00.123456Z" })),
      expect: { submit: "admitted", ...content },
    },
    {
      name: "suite-1-is-taken-until-a-day-has-passed",
      given: house,
      when: intoProfile(signFirst(setName, first, { signedAt: now - day + oneSecond })),
      expect: { submit: "admitted", ...content },
    },
    {
      name: "suite-1-signs-the-input-in-its-order-of-arrival",
      given: house,
      when: asked(signFirst(ordered), foreign),
      expect: content,
    },
    {
      name: "suite-2-signs-the-input-in-any-order-of-its-members",
      given: house,
      when: asked(
        tampered(invoice.wire, (action) => {
          action.input = { a: [1, 2, { z: null }], b: 1 };
        }),
        foreign,
      ),
      expect: full,
    },
    {
      name: "text-beyond-ascii-is-signed-as-it-stands",
      given: house,
      when: intoProfile(shown.wire),
      expect: { submit: "admitted", ...full },
    },
    {
      name: "numbers-texts-and-names-are-spelt-as-rfc-8785-says",
      given: house,
      when: asked((await foreignAction(odd)).wire, foreign),
      expect: full,
    },
    {
      name: "an-input-of-32-levels-is-taken",
      given: house,
      when: asked((await foreignAction({ a: JSON.parse(`${"[".repeat(31)}${"]".repeat(31)}`) })).wire, foreign),
      expect: full,
    },
    {
      name: "a-tuple-joined-as-graphql-joins-it-is-the-same-tuple",
      given: house,
      when: intoProfile(joined),
      expect: { submit: "admitted", ...full },
    },
    {
      name: "what-stands-outside-of-the-digest-means-nothing",
      law: "prevOpIndex, prevOpHash, nonce and the name of the app may be changed after signing: they stand outside of B.",
      given: house,
      when: intoProfile(loose),
      expect: { submit: "admitted", ...full },
    },
    {
      name: "an-address-counts-in-any-letter-case",
      given: house,
      when: intoProfile(cased),
      expect: { submit: "admitted", ...full },
    },
    {
      name: "of-several-signatures-each-is-checked-and-the-last-decides",
      given: house,
      when: asked(two, { documentId: profile, documentType: profileKind }),
      expect: full,
    },
    {
      name: "the-other-signature-over-the-same-bytes-verifies",
      law: "(r, n - s) verifies where (r, s) does: a signature is no identifier.",
      given: house,
      when: intoProfile(other),
      expect: { submit: "admitted", ...full },
    },
    {
      name: "the-other-signature-of-an-entry-gives-the-same-receipt",
      given: [...house, before(profile, profileKind, now, named.wire)],
      when: intoProfile(other),
      expect: { submit: "admitted", ...full },
    },
    {
      name: "the-same-operation-twice-gives-the-same-receipt",
      given: [...house, before(profile, profileKind, now - minute, (await name("alice", { at: now - minute })).wire)],
      when: intoProfile((await name("alice", { at: now - minute })).wire),
      expect: { submit: "admitted", ...full },
    },
    {
      name: "a-clock-may-run-five-minutes-ahead",
      given: house,
      when: intoProfile((await name("alice", { at: now + 5 * minute })).wire),
      expect: { submit: "admitted", ...full },
    },
  ];
}

async function orders(): Promise<Case[]> {
  const one = await name("one", { number: 1 });
  const two = await name("two", { number: 2, previous: one.previous });
  const three = await name("three", { number: 3, previous: two.previous });
  const { document, create } = await opening(profileKind, ids.profile + 2, { at: now });
  const first = await name("opened", { document, number: 1 });
  const next = await name("opened again", { document, number: 2, previous: first.previous });
  const old = await name("old", { at: now - 2 * minute });
  const newer = await name("newer", { number: 2, at: now - minute, previous: old.previous });
  const logged = [...house, before(profile, profileKind, now - minute, old.wire, newer.wire)];
  const may = [credentialKind];
  const wallets = await delegated({ key: second, number: 2, may });
  const from = "2026-11-20T11:30:00.000Z";
  const told = await ending("SET_COMPROMISED_FROM", { from }, { key: second });
  return [
    {
      name: "a-run-signed-ahead-is-admitted-whole",
      given: house,
      when: intoProfile(one.wire, two.wire, three.wire),
      expect: { submit: "admitted", ...full },
    },
    {
      name: "an-opening-takes-create-document-and-a-first-run",
      given: [alicesKey.step],
      when: { open: { kind: profileKind, create, operations: [first.wire, next.wire] } },
      expect: { submit: "admitted", ...full },
    },
    {
      name: "an-opening-may-be-create-document-alone",
      given: [alicesKey.step],
      when: { open: { kind: profileKind, create, operations: [] } },
      expect: { submit: "admitted", ...full },
    },
    {
      name: "in-a-causal-stream-prev-may-name-an-older-entry",
      given: logged,
      when: intoProfile((await name("third", { number: 3, previous: old.previous })).wire),
      expect: { submit: "admitted", ...full },
    },
    {
      name: "in-a-causal-stream-prev-may-be-empty",
      given: logged,
      when: intoProfile((await name("third", { number: 3 })).wire),
      expect: { submit: "admitted", ...full },
    },
    {
      name: "in-a-strict-stream-prev-names-the-last-entry",
      given: [...house, wallets.step],
      when: into(alicesKey.document, credentialKind, told.wire),
      expect: { submit: "admitted", ...full },
    },
  ];
}

async function rights(): Promise<Case[]> {
  const revoke = { revokedAt: iso(now), reason: "lost" };
  const own = await ending("REVOKE", revoke);
  const ownFirst = signFirst({ id, type: "REVOKE", input: { reason: null, revokedAt: iso(now) }, user: alice });
  const limited = await delegated({ may: [profileKind] });
  const intent = { document: limited.document, kind: credentialKind, type: "REVOKE", input: revoke, user: alice, id };
  const ofLimited = await sign({ ...intent, previous: limited.previous });
  const perAction = await delegated({ may: [`${profileKind}:CREATE_DOCUMENT`, `${profileKind}:SET_USERNAME`] });
  const onPolygon = await name("alice", { user: userOf(wallets.alice, 137) });
  const until = "2026-11-27T11:00:00.000Z";
  const message = await delegationMessage(second.did, [], until);
  const attest = {
    document: uuid(900),
    kind: delegationKind,
    by: "proof" as const,
    user: "",
    actions: [{ id: uuid(901), type: "INIT", input: message }],
  };
  const bySecond = await foreignAction({ amount: 1 }, { key: second });
  return [
    {
      name: "a-key-brings-its-own-delegation",
      law: "The wallet's proof in INIT lets the key that signs it in, and shows that the key speaks for the wallet.",
      given: [],
      now: given,
      when: { open: { kind: credentialKind, create: alicesKey.create, operations: [alicesKey.init] } },
      expect: { submit: "admitted", ...full, checks: { delegation: "PROOF", limits: "PROOF" } },
    },
    {
      name: "a-key-revokes-itself",
      given: house,
      when: into(alicesKey.document, credentialKind, own.wire),
      expect: { submit: "admitted", ...full },
    },
    {
      name: "a-key-revokes-itself-by-suite-1",
      given: house,
      when: into(alicesKey.document, credentialKind, ownFirst),
      expect: { submit: "admitted", ...content },
    },
    {
      name: "a-key-revokes-itself-whatever-its-limits-say",
      given: [limited.step],
      when: into(limited.document, credentialKind, ofLimited.wire),
      expect: { submit: "admitted", ...full },
    },
    {
      name: "a-limit-that-names-the-kind-covers-its-actions",
      given: [limited.step, alicesProfile.step],
      when: intoProfile((await name("alice")).wire),
      expect: { submit: "admitted", ...full },
    },
    {
      name: "a-limit-that-names-the-action-covers-it",
      given: [perAction.step, alicesProfile.step],
      when: intoProfile((await name("alice")).wire),
      expect: { submit: "admitted", ...full },
    },
    {
      name: "a-proof-by-recovery-speaks-on-every-chain",
      given: house,
      when: asked(onPolygon.wire, { documentId: profile, documentType: profileKind }),
      expect: full,
    },
    {
      name: "a-sign-in-message-delegates-a-key",
      given: [{ at: iso(given), attest }],
      when: asked(bySecond.wire, foreign),
      expect: full,
    },
  ];
}

async function reports(): Promise<Case[]> {
  const invoice = await foreignAction({ amount: 1 });
  const revoked = before(
    alicesKey.document,
    credentialKind,
    now - minute,
    (await ending("REVOKE", {}, { number: 9, at: now - minute })).wire,
  );
  const entered = await name("alice", { at: now - 2 * minute });
  const { header, payload } = powerhouse.signedHeader;
  const [documentType = "", ...dated] = payload.split(":");
  const signing = {
    signature: header.id,
    publicKey: header.sig.publicKey,
    nonce: header.sig.nonce,
    createdAtUtcIso: dated.slice(0, -1).join(":"),
    documentType,
  };
  const headed = await sign(
    {
      document: header.id,
      kind: documentType,
      type: "CREATE_DOCUMENT",
      input: { model: documentType, version: 0, documentId: header.id, signing },
      user: "",
      scope: "document",
      id,
    },
    headerKey,
  );
  const extended = tampered(invoice.wire, (action) => {
    action.attachments = [];
    Object.assign(action.context, { toString: "x" });
    Object.assign(action.context.signer.user, { valueOf: 1 });
  });
  return [
    {
      name: "an-operation-of-a-document-kept-elsewhere-verifies",
      given: house,
      when: asked(invoice.wire, foreign, { require: ["full", "user"] }),
      expect: { ...full, checks: { document: "OPAQUE" } },
    },
    {
      name: "an-operation-that-names-no-user-speaks-for-its-key",
      given: [],
      when: asked((await foreignAction({ amount: 1 }, { user: "" })).wire, foreign),
      expect: { ...full, checks: { delegation: "NO_USER", limits: "NO_USER" } },
    },
    {
      name: "an-operation-of-the-service-speaks-for-the-service",
      given: [],
      when: asked((await foreignAction({ amount: 1 }, { user: "", key: service })).wire, foreign),
      expect: { ...full, checks: { delegation: "SERVICE", limits: "SERVICE" } },
    },
    {
      name: "a-signed-header-makes-the-id-by-the-key-that-signs",
      given: [],
      when: asked(headed.wire, { documentId: header.id, documentType }),
      expect: { ...full, checks: { document: "OK", delegation: "NO_USER", limits: "NO_USER" } },
    },
    {
      name: "what-an-action-does-not-have-is-passed-over-where-it-is-only-verified",
      given: house,
      when: asked(extended, foreign),
      expect: full,
    },
    {
      name: "a-revocation-leaves-what-came-before-it",
      given: [...house, before(profile, profileKind, now - 2 * minute, entered.wire), revoked],
      when: asked(
        entered.wire,
        { documentId: profile, documentType: profileKind },
        { require: ["full", "user", "admitted"] },
      ),
      expect: full,
    },
    {
      name: "at-a-moment-before-the-revocation-the-key-was-live",
      given: [...house, revoked],
      when: asked((await foreignAction({ amount: 1 }, { at: now - 3 * minute })).wire, foreign, {
        at: iso(now - 2 * minute),
      }),
      expect: full,
    },
    {
      name: "what-was-recorded-later-was-not-known-then",
      given: [...house, revoked],
      when: asked((await foreignAction({ amount: 1 }, { at: now - 3 * minute })).wire, foreign, {
        at: iso(now),
        known: iso(now - 2 * minute),
      }),
      expect: full,
    },
    {
      name: "a-delegation-is-live-until-the-moment-of-its-expiry",
      given: [(await delegated({ life: now - given + 1 })).step, alicesProfile.step],
      when: intoProfile((await name("alice")).wire),
      expect: { submit: "admitted", ...full },
    },
  ];
}
