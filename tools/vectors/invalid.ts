import { p256Decompress } from "#primitives";
import { credentialKind } from "../../src/credentials/renown-credential.ts";
import { keyDid, parseKeyDid } from "../../src/identity/did.ts";
import { fromHex, hex } from "../../src/kernel/bytes.ts";
import { derOfRaw } from "../../src/kernel/der.ts";
import type { JsonObject } from "../../src/kernel/json.ts";
import { day, iso, minute } from "../../src/kernel/time.ts";
import { profileKind } from "../../src/profiles/profile.ts";
import powerhouse from "../../tests/vectors/shared/powerhouse.json" with { type: "json" };
import {
  alice,
  alicesKey,
  alicesProfile,
  asked,
  before,
  bob,
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
  profiled,
} from "./cases.ts";
import { invalidReputations } from "./reputation.ts";
import {
  credentialInput,
  first,
  given,
  headerKey,
  now,
  opened,
  opening,
  realm,
  second,
  sign,
  signFirst,
  type Tuple,
  tampered,
  tupleIn,
  tupleOf,
  userOf,
  uuid,
  type WireAction,
  wallets,
} from "./signing.ts";

const id = uuid(ids.action + 1);
const setName = { id, type: "SET_USERNAME", input: { username: "alice" }, user: alice };
const setImage = { id, type: "SET_USER_IMAGE", input: { userImage: "https://image.example/a.png" }, user: alice };
const ofProfile = { documentId: profile, documentType: profileKind };
const unread = { verdict: "invalid", binding: "none", checks: { grammar: "INVALID_OPERATION" } };
const changed = { verdict: "invalid", binding: "none", checks: { content: "CONTENT_MISMATCH" } };
const forged = { verdict: "invalid", binding: "none", checks: { signature: "BAD_SIGNATURE" } };
/** The signature and the key are in order; it is the log that has no place for it. */
const sound = { verdict: "valid", binding: "full" };
const soundContent = { verdict: "valid", binding: "content" };

const named = await name("alice");
const bobsKey = await delegated({ key: second, number: 2, wallet: wallets.bob });
const alicesSecondKey = await delegated({ key: second, number: 2, may: [credentialKind] });

export async function invalidCases(): Promise<Case[]> {
  return [
    ...grammar(),
    ...(await forms()),
    ...(await swaps()),
    ...(await replays()),
    ...(await orders()),
    ...(await rights()),
    ...(await documents()),
    ...(await times()),
    ...(await reports()),
    ...texts(),
    ...(await invalidReputations()),
  ];
}

/** Alice's operation with its tuple changed; neither door can read it. */
function misspelt(name: string, change: (tuple: Tuple) => unknown, submit = "INVALID_OPERATION"): Case {
  const action = tampered(named.wire, (copied) => {
    copied.context.signer.signatures = [change(tupleIn(copied))];
  });
  return { name, given: house, when: intoProfile(action), expect: { submit, ...unread } };
}

function grammar(): Case[] {
  const der = (signature: string) => `0x${hex(derOfRaw(fromHex(signature.slice(2))!))}`;
  const split = tampered(named.wire, (action) => {
    action.context.signer.signatures = [tupleIn(action).slice(0, 4).join(", ")];
  });
  return [
    misspelt("a-signature-in-der-is-refused", (tuple) => tuple.with(4, der(tuple[4]))),
    misspelt("a-truncated-signature-is-refused", (tuple) => tuple.with(4, tuple[4].slice(0, -2))),
    misspelt("a-padded-signature-is-refused", (tuple) => tuple.with(4, `0x00${tuple[4].slice(2)}`)),
    misspelt("a-signature-in-upper-case-is-refused", (tuple) => tuple.with(4, `0x${tuple[4].slice(2).toUpperCase()}`)),
    misspelt("a-signature-without-its-prefix-is-refused", (tuple) => tuple.with(4, tuple[4].slice(2))),
    misspelt("a-character-moved-from-content-to-prev-is-refused", (tuple) =>
      tuple.with(2, tuple[2].slice(0, -1)).with(3, tuple[2].slice(-1) + tuple[3]),
    ),
    misspelt("a-comma-in-a-string-is-refused", (tuple) => tuple.with(3, "a, b")),
    misspelt("a-tuple-of-four-strings-is-refused", (tuple) => tuple.slice(0, 4)),
    misspelt("a-leading-zero-in-signed-at-is-refused", (tuple) => tuple.with(0, `0${tuple[0]}`)),
    misspelt("milliseconds-in-signed-at-are-refused", (tuple) => tuple.with(0, `${tuple[0]}000`)),
    {
      name: "a-joined-tuple-of-four-strings-is-refused",
      given: house,
      when: intoProfile(split),
      expect: { submit: "INVALID_OPERATION", ...unread },
    },
    {
      ...misspelt("a-suite-that-is-not-known-leaves-the-question-open", (tuple) =>
        tuple.with(2, `r3.${"A".repeat(86)}`),
      ),
      expect: {
        submit: "UNKNOWN_SUITE",
        verdict: "undetermined",
        binding: "none",
        checks: { grammar: "UNKNOWN_SUITE" },
      },
    },
    {
      name: "a-key-type-that-is-not-known-leaves-the-question-open",
      given: house,
      when: intoProfile(withKey("did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK")),
      expect: {
        submit: "UNKNOWN_SUITE",
        verdict: "undetermined",
        binding: "none",
        checks: { grammar: "UNKNOWN_SUITE" },
      },
    },
    {
      name: "a-key-that-is-no-point-on-the-curve-is-refused",
      given: [],
      when: asked(signFirst({ ...setName, user: "" }, { ...first, did: offCurve() }), foreign),
      expect: {
        verdict: "invalid",
        binding: "none",
        checks: { key: "INVALID_DID", signature: "SKIPPED", delegation: "NO_USER", limits: "NO_USER" },
      },
    },
  ];
}

/** The did:key of a compressed point whose x no point of P-256 has. */
function offCurve(): string {
  const { key } = parseKeyDid(first.did);
  while (p256Decompress(key)) key[32]!++;
  return keyDid("P-256", key);
}

function withKey(did: string): WireAction {
  return tampered(named.wire, (action) => {
    action.context.signer.app.key = did;
    action.context.signer.signatures = [tupleIn(action).with(1, did)];
  });
}

async function forms(): Promise<Case[]> {
  const both = tampered(named.wire, (action) => {
    action.context.signer.signatures = [tupleIn(signFirst(setName)), tupleIn(action)];
  });
  const unsigned = tampered(named.wire, (action) => {
    action.context.signer.signatures = [];
  });
  const half = tampered(named.wire, (action) => {
    action.context.signer.user.chainId = 0;
  });
  const far = tampered(named.wire, (action) => {
    action.context.signer.user.chainId = 2 ** 31;
  });
  const spelt = tampered(named.wire, (action) => {
    action.id = action.id.replace("-4000-", "-4ABC-");
  });
  const more = tampered(named.wire, (action) => {
    Object.assign(action, { toString: "x" });
  });
  const bit = tampered(named.wire, (action) => {
    const tuple = tupleIn(action);
    const last = (Number.parseInt(tuple[4].slice(-1), 16) ^ 1).toString(16);
    action.context.signer.signatures = [tuple.with(4, tuple[4].slice(0, -1) + last)];
  });
  const suite2Form = digestForm(signFirst(setName));
  return [
    {
      name: "two-signatures-are-not-admitted",
      given: house,
      when: intoProfile(both),
      expect: { submit: "INVALID_OPERATION", ...sound },
    },
    {
      name: "what-nobody-signed-is-refused",
      given: house,
      when: intoProfile(unsigned),
      expect: {
        submit: "BINDING_NOT_TAKEN",
        verdict: "invalid",
        binding: "none",
        checks: { ...skippedAll, signature: "BAD_SIGNATURE" },
      },
    },
    {
      name: "half-a-user-is-refused",
      given: house,
      when: intoProfile(half),
      expect: { submit: "INVALID_OPERATION", ...unread },
    },
    {
      name: "a-chain-above-2-31-1-is-refused",
      given: house,
      when: intoProfile(far),
      expect: { submit: "INVALID_OPERATION", ...unread },
    },
    {
      name: "an-action-id-in-upper-case-is-refused",
      given: house,
      when: intoProfile(spelt),
      expect: { submit: "INVALID_OPERATION", ...unread },
    },
    {
      name: "a-member-that-actions-do-not-have-is-not-admitted",
      given: house,
      when: intoProfile(more),
      expect: { submit: "INVALID_OPERATION", ...sound },
    },
    {
      name: "a-signature-with-one-bit-changed-is-refused",
      given: house,
      when: intoProfile(bit),
      expect: { submit: "BAD_SIGNATURE", ...forged },
    },
    {
      name: "the-form-of-suite-2-over-the-content-of-suite-1-is-refused",
      law: "A content that says r2. and hashes what suite 1 hashes belongs to neither suite.",
      given: house,
      when: intoProfile(suite2Form),
      expect: { submit: "CONTENT_MISMATCH", ...changed },
    },
    {
      name: "the-form-of-suite-1-over-the-digest-of-suite-2-is-refused",
      given: house,
      when: intoProfile(
        signFirst(setName, first, {
          content: `${tupleIn(named.wire)[2].slice(3).replaceAll("-", "+").replaceAll("_", "/")}=`,
        }),
      ),
      expect: { submit: "CONTENT_MISMATCH", ...changed },
    },
    {
      name: "undo-is-no-action-of-a-kind",
      given: house,
      when: intoProfile(
        (await sign({ document: profile, kind: profileKind, type: "UNDO", input: { count: 1 }, user: alice, id })).wire,
      ),
      expect: { submit: "UNKNOWN_ACTION", ...sound },
    },
  ];
}

const skippedAll = Object.fromEntries(
  ["key", "content", "time", "document", "delegation", "limits"].map((check) => [check, "SKIPPED"]),
);

/** The tuple of suite 1 with its hash spelt as suite 2 spells D, signed again. */
function digestForm(action: WireAction): WireAction {
  const [signedAt, app, content, prev] = tupleIn(action);
  const spelt = `r2.${content.slice(0, 43).replaceAll("+", "-").replaceAll("/", "_")}`;
  return tampered(action, (copied) => {
    copied.context.signer.signatures = [tupleOf([signedAt, app, spelt, prev], first)];
  });
}

/** Something of what is bound is changed after signing. */
async function swaps(): Promise<Case[]> {
  const invoice = (await foreignAction({ amount: 1 })).wire;
  const swap = (what: string, change: (action: WireAction) => void, expect: Case["expect"] = changed): Case => ({
    name: `another-${what}-is-not-what-was-signed`,
    given: house,
    when: asked(tampered(invoice, change), foreign),
    expect,
  });
  const place = (what: string, context: Partial<typeof foreign> & { branch?: string; scope?: string }): Case => ({
    name: `another-${what}-is-not-what-was-signed`,
    given: house,
    when: asked(invoice, { ...foreign, ...context }),
    expect: what === "branch" ? unread : changed,
  });
  const tupleChange = (index: number, text: string) => (action: WireAction) => {
    action.context.signer.signatures = [tupleIn(action).with(index, text)];
  };
  const signedSecond = (await foreignAction({ amount: 1 }, { key: second })).wire;
  const undelegated = { delegation: "NOT_DELEGATED", limits: "SKIPPED" };
  return [
    swap("content", (action) => {
      action.input = { amount: 2 };
    }),
    swap("type", (action) => {
      action.type = "SET_TOTAL";
    }),
    swap("scope", (action) => {
      action.scope = "local";
    }),
    swap(
      "user",
      (action) => {
        action.context.signer.user.address = bob.slice(-42);
      },
      { ...changed, checks: { ...changed.checks, ...undelegated } },
    ),
    swap("chain", (action) => {
      action.context.signer.user.chainId = 137;
    }),
    swap("time", (action) => {
      action.timestampUtcMs = iso(now - 1);
    }),
    swap("action-id", (action) => {
      action.id = uuid(ids.action + 2);
    }),
    swap(
      "key",
      (action) => {
        action.context.signer.app.key = second.did;
        tupleChange(1, second.did)(action);
      },
      {
        ...changed,
        checks: { ...changed.checks, signature: "BAD_SIGNATURE", ...undelegated },
      },
    ),
    swap("prev", tupleChange(3, "A".repeat(43)), {
      ...changed,
      checks: { ...changed.checks, signature: "BAD_SIGNATURE" },
    }),
    swap("signed-at", tupleChange(0, "1790000000"), {
      ...changed,
      checks: { ...changed.checks, signature: "BAD_SIGNATURE" },
    }),
    swap("digest", tupleChange(2, tupleIn(signedSecond)[2]), {
      ...changed,
      checks: { ...changed.checks, signature: "BAD_SIGNATURE" },
    }),
    place("document", { documentId: uuid(999) }),
    place("kind", { documentType: "acme/receipt" }),
    place("branch", { branch: "feature" }),
    {
      name: "another-scope-in-the-context-is-refused",
      given: house,
      when: asked(invoice, { ...foreign, scope: "local" }),
      expect: unread,
    },
    {
      name: "another-key-in-the-tuple-than-in-the-signer-is-refused",
      given: house,
      when: asked(tampered(invoice, tupleChange(1, second.did)), foreign),
      expect: unread,
    },
    {
      name: "another-key-under-suite-1-did-not-sign",
      given: house,
      when: asked(
        tampered(signFirst({ ...setName, type: "SET_AMOUNT" }), (action) => {
          action.context.signer.app.key = second.did;
          tupleChange(1, second.did)(action);
        }),
        foreign,
      ),
      expect: { ...forged, checks: { ...forged.checks, ...undelegated } },
    },
    {
      name: "another-input-under-suite-1-is-not-what-was-signed",
      given: house,
      when: intoProfile(
        tampered(signFirst(setName), (action) => {
          action.input = { username: "mallory" };
        }),
      ),
      expect: { submit: "CONTENT_MISMATCH", ...changed },
    },
    await swappedDocument(),
  ];
}

async function swappedDocument(): Promise<Case> {
  const other = await profiled({ number: 2 });
  return {
    name: "an-operation-is-for-one-document-alone",
    given: [...house, other.step],
    when: into(other.document, profileKind, named.wire),
    expect: { submit: "CONTENT_MISMATCH", ...changed },
  };
}

async function replays(): Promise<Case[]> {
  const action = signFirst(setImage);
  const logged = [
    ...house,
    before(profile, profileKind, now - minute, signFirst(setImage, first, { signedAt: now - minute })),
  ];
  const again = (change: (copied: WireAction) => void = () => {}) =>
    tampered(signFirst(setImage, first, { signedAt: now - minute }), (copied) => {
      copied.id = uuid(ids.action + 2);
      change(copied);
    });
  const other = await profiled({ number: 2 });
  const twice = tampered(action, (copied) => {
    copied.id = uuid(ids.action + 2);
  });
  const another = await name("mallory");
  return [
    {
      name: "suite-1-is-not-admitted-again-under-a-new-action-id",
      given: logged,
      when: intoProfile(again()),
      expect: { submit: "REPLAYED", ...soundContent },
    },
    {
      name: "suite-1-is-not-admitted-again-on-another-document",
      given: [...logged, other.step],
      when: into(other.document, profileKind, again()),
      expect: { submit: "REPLAYED", ...soundContent },
    },
    {
      name: "suite-1-is-not-admitted-twice-in-one-run",
      given: house,
      when: intoProfile(action, twice),
      expect: { submit: "REPLAYED", ...soundContent },
    },
    {
      name: "suite-1-does-not-speak-for-another-user",
      given: logged,
      when: intoProfile(
        again((copied) => {
          copied.context.signer.user.address = bob.slice(-42);
        }),
      ),
      expect: {
        submit: "NOT_DELEGATED",
        verdict: "invalid",
        binding: "content",
        checks: { delegation: "NOT_DELEGATED", limits: "SKIPPED" },
      },
    },
    {
      name: "suite-1-is-not-admitted-when-a-day-has-passed",
      given: house,
      when: intoProfile(signFirst(setImage, first, { signedAt: now - day })),
      expect: { submit: "STALE", ...soundContent },
    },
    {
      name: "an-action-id-belongs-to-one-action-of-a-document",
      given: [...house, before(profile, profileKind, now, named.wire)],
      when: intoProfile(another.wire),
      expect: { submit: "ACTION_ID_REUSED", ...sound },
    },
    {
      name: "two-actions-of-a-run-have-two-ids",
      given: house,
      when: intoProfile(named.wire, another.wire),
      expect: { submit: "ACTION_ID_REUSED", ...sound },
    },
  ];
}

async function orders(): Promise<Case[]> {
  const old = await name("old", { at: now - 2 * minute });
  const logged = [...house, before(profile, profileKind, now - 2 * minute, old.wire)];
  const at = { number: 2 };
  const unknownPrev = { operation: "A".repeat(43), timestampUtcMs: iso(now - minute) };
  const genesis = { operation: alicesProfile.digest, timestampUtcMs: iso(opened) };
  const one = await name("one", { number: 3 });
  const two = await name("two", { number: 4, previous: one.previous });
  const misled = await name("early", {
    number: 2,
    previous: { ...old.previous, timestampUtcMs: iso(opened) },
    at: now - 3 * minute,
  });
  const from = { from: "2026-11-20T11:30:00.000Z" };
  const by = { key: second, at: now - minute };
  const told = await ending("SET_COMPROMISED_FROM", from, { ...by, number: 5 });
  const strict = [...house, alicesSecondKey.step, before(alicesKey.document, credentialKind, now - minute, told.wire)];
  const revoke = (previous: typeof told.previous | undefined, number: number) =>
    sign(
      {
        document: alicesKey.document,
        kind: credentialKind,
        type: "REVOKE",
        input: {},
        user: alice,
        id: uuid(ids.action + number),
        ...(previous && { previous }),
      },
      second,
    );
  const good = await name("good", { number: 6 });
  const bad = await name("bad name\u0007", { number: 7, previous: good.previous });
  return [
    {
      name: "in-a-causal-stream-prev-names-an-entry",
      given: logged,
      when: intoProfile((await name("next", { ...at, previous: unknownPrev })).wire),
      expect: { submit: "OUT_OF_ORDER", ...sound },
    },
    {
      name: "prev-names-an-entry-of-the-same-stream",
      given: logged,
      when: intoProfile((await name("next", { ...at, previous: genesis })).wire),
      expect: { submit: "OUT_OF_ORDER", ...sound },
    },
    {
      name: "an-operation-is-later-than-the-one-it-follows",
      given: logged,
      when: intoProfile(misled.wire),
      expect: { submit: "OUT_OF_ORDER", ...sound },
    },
    {
      name: "a-run-stands-in-its-order",
      given: house,
      when: intoProfile(two.wire, one.wire),
      expect: { submit: "OUT_OF_ORDER", ...sound },
    },
    {
      name: "a-run-is-admitted-whole-or-not-at-all",
      given: house,
      when: intoProfile(good.wire, bad.wire),
      expect: { submit: "INVALID_INPUT", ...sound },
    },
    {
      name: "in-a-strict-stream-prev-names-no-older-entry",
      given: strict,
      when: into(alicesKey.document, credentialKind, (await revoke(alicesKey.previous, 8)).wire),
      expect: { submit: "HEAD_MOVED", ...sound },
    },
    {
      name: "in-a-strict-stream-prev-is-not-empty",
      given: strict,
      when: into(alicesKey.document, credentialKind, (await revoke(undefined, 8)).wire),
      expect: { submit: "HEAD_MOVED", ...sound },
    },
    {
      name: "in-a-strict-stream-a-fork-is-refused",
      law: "Of two operations that follow the same one, a strict stream takes the first; the other cannot follow it in a run either.",
      given: [...house, alicesSecondKey.step],
      when: into(alicesKey.document, credentialKind, told.wire, (await revoke(alicesKey.previous, 8)).wire),
      expect: { submit: "HEAD_MOVED", ...sound },
    },
  ];
}

async function rights(): Promise<Case[]> {
  const short = await delegated({ life: now - given });
  const revoke = await ending("REVOKE", {}, { number: 9, at: now - minute });
  const revoked = [...house, before(alicesKey.document, credentialKind, now - minute, revoke.wire)];
  const limited = await delegated({ may: ["acme/invoice"] });
  const none = await delegated({ may: ["none"] });
  const ofAction = await delegated({ may: [`${profileKind}:CREATE_DOCUMENT`] });
  const refused = (code: string) => ({
    verdict: "invalid",
    binding: "full",
    checks: { delegation: code, limits: "SKIPPED" },
  });
  const beyond = { verdict: "invalid", binding: "full", checks: { limits: "NOT_PERMITTED" } };
  const bySecond = await name("alice", { key: second });
  const claimed = await opening(credentialKind, ids.create + 3, { user: bob });
  const eves = await sign(
    {
      document: claimed.document,
      kind: credentialKind,
      type: "INIT",
      input: await credentialInput({ number: ids.credential + 3 }),
      user: bob,
      id: uuid(ids.init + 3),
    },
    first,
    given,
  );
  const from = { from: iso(now - 10 * minute) };
  const told = await ending("SET_COMPROMISED_FROM", from, { key: second, number: 8, at: now - minute });
  const entered = await name("alice", { at: now - 2 * minute });
  const first1 = { id, type: "REVOKE", input: {}, user: alice };
  return [
    {
      name: "a-delegation-ends-at-its-expiry",
      given: [short.step, alicesProfile.step],
      when: intoProfile(named.wire),
      expect: { submit: "NOT_DELEGATED", ...refused("EXPIRED") },
    },
    {
      name: "a-revoked-key-speaks-no-longer",
      given: revoked,
      when: intoProfile(named.wire),
      expect: { submit: "NOT_DELEGATED", ...refused("REVOKED") },
    },
    {
      name: "what-was-signed-before-the-revocation-and-sent-after-it-is-refused",
      given: revoked,
      when: intoProfile((await name("alice", { at: now - 3 * minute })).wire),
      expect: { submit: "NOT_DELEGATED", ...refused("REVOKED") },
    },
    {
      name: "a-key-without-a-delegation-is-refused",
      given: house,
      when: intoProfile(bySecond.wire),
      expect: { submit: "NOT_DELEGATED", ...refused("NOT_DELEGATED") },
    },
    {
      name: "the-delegation-of-another-wallet-does-not-count",
      given: [...house, bobsKey.step],
      when: intoProfile(bySecond.wire),
      expect: { submit: "NOT_DELEGATED", ...refused("NOT_DELEGATED") },
    },
    {
      name: "a-user-does-not-change-the-document-of-another",
      given: [...house, bobsKey.step],
      when: intoProfile((await name("bob", { key: second, user: bob })).wire),
      expect: { submit: "FORBIDDEN", ...sound },
    },
    {
      name: "limits-that-name-another-kind-do-not-cover-it",
      given: [limited.step],
      when: { open: { kind: profileKind, create: alicesProfile.create, operations: [] } },
      expect: { submit: "NOT_PERMITTED", ...beyond },
    },
    {
      name: "limits-that-name-another-action-do-not-cover-it",
      given: [ofAction.step, alicesProfile.step],
      when: intoProfile(named.wire),
      expect: { submit: "NOT_PERMITTED", ...beyond },
    },
    {
      name: "the-limit-none-covers-nothing",
      given: [none.step],
      when: { open: { kind: profileKind, create: alicesProfile.create, operations: [] } },
      expect: { submit: "NOT_PERMITTED", ...beyond },
    },
    await badProof("limits-stripped-from-a-credential-break-its-proof", "BAD_SIGNATURE", (credential) => {
      credential.type = ["VerifiableCredential", "RenownCredential"];
    }),
    await badProof("a-proof-on-another-chain-than-its-issuer-is-refused", "INVALID_CREDENTIAL", (credential) => {
      (credential.proof as JsonObject).eip712 = {
        domain: { version: "1", chainId: 137 },
        primaryType: "VerifiableCredential",
      };
    }),
    await badProof("a-proof-that-was-signed-for-another-chain-is-refused", "BAD_SIGNATURE", (credential) => {
      const onPolygon = userOf(wallets.alice, 137);
      (credential.issuer as JsonObject).id = onPolygon;
      Object.assign(credential.proof as JsonObject, {
        verificationMethod: onPolygon,
        eip712: { domain: { version: "1", chainId: 137 }, primaryType: "VerifiableCredential" },
      });
    }),
    await badProof("an-expiry-that-cannot-be-read-is-refused", "UNREADABLE_DATE", (credential) => {
      credential.expirationDate = "never";
    }),
    await badProof("a-proof-by-another-wallet-is-refused", "BAD_SIGNATURE", (credential) => {
      credential.issuer = { id: bob, ethereumAddress: wallets.bob.address };
      Object.assign(credential.proof as JsonObject, { verificationMethod: bob, ethereumAddress: wallets.bob.address });
    }),
    {
      name: "the-user-named-beside-a-proof-is-only-a-claim",
      law: "Whoever brings a wallet's proof is let in by it; another user than the wallet's is not believed for that.",
      given: [],
      now: given,
      when: { open: { kind: credentialKind, create: claimed.create, operations: [eves.wire] } },
      expect: { submit: "admitted", ...refused("NOT_DELEGATED") },
    },
    {
      name: "suite-1-does-not-revoke-another-key",
      given: [...house, alicesSecondKey.step],
      when: into(alicesKey.document, credentialKind, signFirst(first1, second)),
      expect: { submit: "BINDING_NOT_TAKEN", ...soundContent },
    },
    {
      name: "a-key-without-limits-does-not-revoke-another-key",
      given: [...house, (await delegated({ key: second, number: 2 })).step],
      when: into(alicesKey.document, credentialKind, (await ending("REVOKE", {}, { key: second })).wire),
      expect: { submit: "NOT_PERMITTED", ...sound },
    },
    {
      name: "a-key-does-not-say-of-itself-that-it-was-compromised",
      given: [(await delegated({ may: [credentialKind] })).step],
      when: await compromiseItself(),
      expect: { submit: "FORBIDDEN", ...sound },
    },
    {
      name: "a-revocation-is-final",
      given: [...revoked, alicesSecondKey.step],
      when: into(
        alicesKey.document,
        credentialKind,
        (await ending("REVOKE", {}, { key: second, previous: revoke.previous })).wire,
      ),
      expect: { submit: "ALREADY_REVOKED", ...sound },
    },
    {
      name: "a-compromise-told-later-counts-against-what-was-admitted",
      given: [
        ...house,
        alicesSecondKey.step,
        before(profile, profileKind, now - 2 * minute, entered.wire),
        before(alicesKey.document, credentialKind, now - minute, told.wire),
      ],
      when: asked(entered.wire, ofProfile),
      expect: refused("KEY_COMPROMISED"),
    },
  ];
}

async function compromiseItself(): Promise<Case["when"]> {
  const { document, previous } = await delegated({ may: [credentialKind] });
  const input = { from: iso(now - minute) };
  const intent = { document, kind: credentialKind, type: "SET_COMPROMISED_FROM", input, user: alice, id, previous };
  return into(document, credentialKind, (await sign(intent)).wire);
}

/** A key brings a credential that was changed after the wallet signed it. */
async function badProof(name: string, submit: string, change: (credential: JsonObject) => void): Promise<Case> {
  const { document, create } = await opening(credentialKind, ids.create + 4, { user: "", at: given });
  const input = await credentialInput({ number: ids.credential + 4, may: [profileKind] });
  change(input);
  const intent = { document, kind: credentialKind, type: "INIT", input, user: "", id: uuid(ids.init + 4) };
  const { wire } = await sign(intent, first, given);
  const expect = { submit, ...sound, checks: { delegation: "NO_USER", limits: "NO_USER" } };
  return { name, given: [], now: given, when: { open: { kind: credentialKind, create, operations: [wire] } }, expect };
}

async function documents(): Promise<Case[]> {
  const elsewhere = await opening(profileKind, ids.profile + 5, { realm: `${realm}-2`, at: now });
  const bobs = await opening(profileKind, ids.profile + 5, { user: bob, at: now });
  const copied = await opening(profileKind, ids.profile + 6, { documentId: bobs.document, at: now });
  const wrong = (code: string) => ({ verdict: "invalid", binding: "full", checks: { document: code } });
  const { header } = powerhouse.signedHeader;
  const documentType = header.documentType;
  const signing = {
    signature: header.id,
    publicKey: header.sig.publicKey,
    nonce: header.sig.nonce,
    createdAtUtcIso: header.createdAtUtcIso,
    documentType,
  };
  const input = { model: documentType, version: 0, documentId: header.id, signing };
  const headed = { document: header.id, kind: documentType, type: "CREATE_DOCUMENT", user: "", scope: "document", id };
  const place = { documentId: header.id, documentType };
  const noUser = { delegation: "NO_USER", limits: "NO_USER" };
  const bare = { model: documentType, version: 0, documentId: header.id };
  const dated = { ...input, signing: { ...signing, createdAtUtcIso: "2025-11-20T09:02:49.151Z" } };
  const createInput = { model: profileKind, version: 0, documentId: profile };
  const stray = { document: profile, kind: profileKind, type: "CREATE_DOCUMENT", input: createInput, user: alice, id };
  return [
    {
      name: "a-document-of-another-realm-is-refused",
      given: house,
      when: { open: { kind: profileKind, create: elsewhere.create, operations: [] } },
      expect: { submit: "WRONG_DOCUMENT_ID", ...wrong("WRONG_DOCUMENT_ID") },
    },
    {
      name: "an-id-that-does-not-follow-from-its-opening-is-refused",
      given: house,
      when: { open: { kind: profileKind, create: copied.create, operations: [] } },
      expect: { submit: "WRONG_DOCUMENT_ID", ...wrong("WRONG_DOCUMENT_ID") },
    },
    {
      name: "a-document-is-opened-once",
      given: house,
      when: {
        open: {
          kind: profileKind,
          create: (await opening(profileKind, ids.profile + 1, { at: now })).create,
          operations: [],
        },
      },
      expect: { submit: "ACTION_ID_REUSED", ...sound },
    },
    {
      name: "create-document-stands-in-no-other-stream",
      law: "CREATE_DOCUMENT in the scope global is refused: no kind decides about it, so it would let anybody write.",
      given: house,
      when: intoProfile((await sign(stray)).wire),
      expect: { submit: "INVALID_OPERATION", ...wrong("WRONG_DOCUMENT_ID") },
    },
    {
      name: "a-document-that-nobody-opened-is-unknown",
      given: house,
      when: into(uuid(998), profileKind, (await name("alice", { document: uuid(998) })).wire),
      expect: { submit: "UNKNOWN_DOCUMENT", ...sound },
    },
    {
      name: "a-signed-header-under-another-key-is-refused",
      given: [],
      when: asked((await sign({ ...headed, input }, first)).wire, place),
      expect: { ...wrong("WRONG_DOCUMENT_ID"), checks: { document: "WRONG_DOCUMENT_ID", ...noUser } },
    },
    {
      name: "a-signed-header-with-another-date-is-refused",
      given: [],
      when: asked((await sign({ ...headed, input: dated }, headerKey)).wire, place),
      expect: { ...wrong("WRONG_DOCUMENT_ID"), checks: { document: "WRONG_DOCUMENT_ID", ...noUser } },
    },
    {
      name: "a-header-that-was-left-out-leaves-the-question-open",
      given: [],
      when: asked((await sign({ ...headed, input: bare }, headerKey)).wire, place),
      expect: { verdict: "undetermined", binding: "full", checks: { document: "WRONG_DOCUMENT_ID", ...noUser } },
    },
  ];
}

async function times(): Promise<Case[]> {
  const ahead = { binding: "full", verdict: "invalid", checks: { time: "FROM_THE_FUTURE" } };
  const at = now + 5 * minute + 1000;
  const dated = (timestamp: string, suite: 1 | 2): WireAction =>
    suite === 1
      ? signFirst({ ...setName, timestamp })
      : tampered(named.wire, (action) => {
          action.timestampUtcMs = timestamp;
        });
  return [
    {
      name: "an-operation-from-the-future-is-refused",
      given: house,
      when: intoProfile((await name("alice", { at })).wire),
      expect: { submit: "FROM_THE_FUTURE", ...ahead },
    },
    {
      name: "a-signature-from-the-future-is-refused",
      given: house,
      when: intoProfile(signFirst(setName, first, { signedAt: at })),
      expect: { submit: "FROM_THE_FUTURE", ...ahead, binding: "content" },
    },
    {
      name: "a-day-that-no-month-has-is-refused",
      given: house,
      when: intoProfile(dated("2026-02-30T12:00:00.000Z", 1)),
      expect: { submit: "INVALID_OPERATION", ...unread },
    },
    {
      name: "a-date-that-cannot-be-read-is-refused",
      given: house,
      when: intoProfile(dated("yesterday", 1)),
      expect: { submit: "INVALID_OPERATION", ...unread },
    },
    {
      name: "a-time-in-another-zone-is-refused",
      given: house,
      when: intoProfile(dated("2026-11-20T13:00:00.000+01:00", 1)),
      expect: { submit: "INVALID_OPERATION", ...unread },
    },
    {
      name: "four-decimals-are-refused-in-suite-2",
      given: house,
      when: intoProfile(dated("2026-11-20T12:00:00.0000Z", 2)),
      expect: { submit: "INVALID_OPERATION", ...unread },
    },
    {
      name: "no-decimals-are-refused-in-suite-2",
      given: house,
      when: intoProfile(dated("2026-11-20T12:00:00Z", 2)),
      expect: { submit: "INVALID_OPERATION", ...unread },
    },
  ];
}

async function reports(): Promise<Case[]> {
  const invoice = (await foreignAction({ amount: 1 })).wire;
  const refused = (code: string, verdict = "invalid") => ({
    verdict,
    binding: "full",
    checks: { document: "OPAQUE", delegation: code, limits: "SKIPPED" },
  });
  const early = (await foreignAction({ amount: 1 }, { at: given - 2 * minute })).wire;
  const limited = await delegated({ may: [profileKind] });
  return [
    {
      name: "at-a-moment-before-the-delegation-the-key-had-no-right",
      given: house,
      when: asked(early, foreign, { at: iso(given - minute) }),
      expect: refused("NOT_YET"),
    },
    {
      name: "at-a-moment-to-come-the-question-is-open",
      given: house,
      when: asked(invoice, foreign, { at: iso(now + day) }),
      expect: refused("BEYOND_LOG", "undetermined"),
    },
    {
      name: "a-limited-key-needs-a-limit-for-the-kind-of-a-document-kept-elsewhere",
      given: [limited.step],
      when: asked(invoice, foreign),
      expect: { verdict: "invalid", binding: "full", checks: { limits: "NOT_PERMITTED" } },
    },
    {
      name: "what-must-be-admitted-stands-in-the-log",
      given: house,
      when: asked(invoice, foreign, { require: ["admitted"] }),
      expect: { verdict: "invalid", binding: "full", checks: { admitted: "UNKNOWN_DOCUMENT" } },
    },
    {
      name: "what-must-be-bound-in-full-is-not-by-suite-1",
      given: house,
      when: asked(signFirst({ ...setName, type: "SET_AMOUNT" }), foreign, { require: ["full"] }),
      expect: { verdict: "invalid", binding: "content", checks: { full: "BINDING_NOT_TAKEN" } },
    },
    {
      name: "what-must-speak-for-a-user-names-one",
      given: house,
      when: asked((await foreignAction({ amount: 1 }, { user: "" })).wire, foreign, { require: ["user"] }),
      expect: {
        verdict: "invalid",
        binding: "full",
        checks: { delegation: "NO_USER", limits: "NO_USER", user: "NOT_DELEGATED" },
      },
    },
  ];
}

/** Bodies that no two readers would read alike: refused before anything is asked. */
function texts(): Case[] {
  const text = JSON.stringify(named.wire);
  const inInput = (member: string) => text.replace('"input":{', () => `"input":{${member},`);
  const raw = (name: string, body: string, submit = "MALFORMED_JSON"): Case => ({
    name,
    given: house,
    when: { text: body, document: profile, kind: profileKind },
    expect: { submit },
  });
  return [
    raw("a-name-twice-in-an-object-is-refused", inInput('"username":"mallory"')),
    raw("a-name-twice-by-way-of-an-escape-is-refused", inInput('"user\\u006eame":"mallory"')),
    raw("a-nul-is-refused", inInput('"a":"\\u0000"')),
    raw("a-lone-surrogate-is-refused", inInput('"a":"\\ud800"')),
    raw("a-lone-surrogate-in-a-name-is-refused", inInput('"\\udfff":1')),
    raw("a-member-named-proto-is-refused", inInput('"__proto__":{"a":1}')),
    raw("an-integer-beyond-2-53-1-is-refused", inInput('"a":9007199254740993')),
    raw("a-number-beyond-all-numbers-is-refused", inInput('"a":1e999')),
    raw("an-input-of-33-levels-is-refused", inInput(`"a":${"[".repeat(32)}${"]".repeat(32)}`), "TOO_DEEP"),
    raw("a-body-of-41-levels-is-refused", inInput(`"a":${"[".repeat(40)}${"]".repeat(40)}`), "TOO_DEEP"),
  ];
}
