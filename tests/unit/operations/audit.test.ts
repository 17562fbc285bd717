import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { delegationKind } from "../../../src/credentials/delegation.ts";
import { credentialKind, renownCredential } from "../../../src/credentials/renown-credential.ts";
import { walletCheck } from "../../../src/identity/wallet.ts";
import { hex } from "../../../src/kernel/bytes.ts";
import type { JsonObject } from "../../../src/kernel/json.ts";
import { day, iso, minute } from "../../../src/kernel/time.ts";
import { auditBundle } from "../../../src/operations/audit.ts";
import { laws } from "../../../src/operations/audit-entry.ts";
import { type Bundle, makeBundle, maxBundleEntries, type WireEntry } from "../../../src/operations/bundle.ts";
import { assignedId, derivedId } from "../../../src/operations/document-id.ts";
import { entryBytes } from "../../../src/operations/entry-size.ts";
import type { DocumentKind } from "../../../src/operations/kind.ts";
import { profile, profileKind } from "../../../src/profiles/profile.ts";
import {
  alice,
  appKey,
  bob,
  openHouse,
  operationKey,
  otherKey,
  session,
  signCredential,
  start,
  userOf,
} from "../../harness.ts";
import { canonical, digestOf, userOf as namedUser, tupleOf } from "../../vectors/reference.ts";
import { firstSuite } from "./suite-1.ts";
import { accountKind, tallyKind, testKinds, testLimits } from "./test-kinds.ts";

const user = userOf(alice);
const service = { did: "did:web:localhost%3A8787", operationKeys: [operationKey.did] };
let house: ReturnType<typeof openHouse>;
/** A profile with its delegation, and a strict account; both as the service hands them out. */
let profileBundle: Bundle;
let accountBundle: Bundle;

beforeAll(async () => {
  house = openHouse(testKinds);
  await house.delegate({ may: [...testLimits, profileKind, credentialKind] });
  const opened = await house.opening(profileKind);
  await house.reactor.open(opened.action, profileKind, []);
  let previous: { operation: string; timestampUtcMs: string } | undefined;
  for (const username of ["one", "two", "three"]) {
    house.clock.advance(minute);
    const intent = { document: opened.document, kind: profileKind, type: "SET_USERNAME", input: { username }, user };
    const signed = await house.sign(previous ? { ...intent, previous } : intent);
    previous = signed.previous;
    await house.reactor.submit(opened.document, [signed.action]);
  }
  const image = { type: "SET_USER_IMAGE", input: { userImage: "https://image.example/a.png" }, user };
  await house.reactor.submit(opened.document, [firstSuite(image, house.clock.now())]);
  const account = await house.opening(accountKind);
  await house.reactor.open(account.action, accountKind, []);
  let last: typeof previous;
  for (const amount of [1, 2, 3]) {
    const intent = { document: account.document, kind: accountKind, type: "ADD", input: { amount }, user };
    const signed = await house.sign(last ? { ...intent, previous: last } : intent);
    last = signed.previous;
    await house.reactor.submit(account.document, [signed.action]);
  }
  profileBundle = await bundleOf(opened.document);
  accountBundle = await bundleOf(account.document);
});
afterAll(() => house.close());

async function bundleOf(document: string, from = house): Promise<Bundle> {
  const made = await makeBundle(from.store, document, { realm: from.realm, now: iso(from.clock.now()), service });
  return JSON.parse(JSON.stringify(made));
}

const audit = (bundle: unknown, operationKeys = [operationKey.did]) =>
  auditBundle(bundle, { kinds: house.kinds, operationKeys });

/** A copy of a bundle with its main log changed. */
function changed(bundle: Bundle, change: (entries: WireEntry[], copy: Bundle) => void): Bundle {
  const copy: Bundle = JSON.parse(JSON.stringify(bundle));
  change(copy.logs[0]!.entries, copy);
  return copy;
}

/** The same as somebody makes it who computes every digest and every place in its stream again. */
function sealed(bundle: Bundle): Bundle {
  const places = bundle.logs.flatMap((log) => log.entries.map((entry) => entry.seq));
  bundle.asOf.seq = Math.max(bundle.asOf.seq, ...places);
  for (const log of bundle.logs) {
    const heads = new Map<string, { index: number; digest: string }>();
    for (const entry of log.entries) {
      const { action } = entry;
      const parsed = JSON.parse(action);
      const head = heads.get(entry.scope) ?? { index: -1, digest: "" };
      entry.operation = digestOf(parsed, entry);
      entry.signer = { user: namedUser(parsed), app: tupleOf(parsed)?.[1] ?? "" };
      Object.assign(entry, { index: head.index + 1, prev: head.digest });
      const { seq: _seq, digest: _digest, action: text, ...covered } = entry;
      entry.digest = sha256(
        canonical({ suite: "renown-entry-1", realm: bundle.realm, ...covered, text: sha256(text) }),
      );
      heads.set(entry.scope, { index: entry.index, digest: entry.digest });
    }
  }
  return bundle;
}

const sha256 = (text: string) => createHash("sha256").update(text).digest("base64url");

/** The codes that an audit found, by law. */
async function found(bundle: Bundle, operationKeys?: string[]): Promise<Record<string, string[]>> {
  const { verdict, findings, checks } = await audit(bundle, operationKeys);
  expect(verdict).toBe(findings.length > 0 ? "invalid" : "valid");
  expect(checks.map((check) => check.name)).toEqual([...laws.map((law) => law.name), "service"]);
  const byLaw: Record<string, string[]> = {};
  for (const { law, code } of findings) byLaw[law] = [...new Set([...(byLaw[law] ?? []), code])].sort();
  for (const check of checks) expect(check.outcome).toBe(byLaw[check.name] ? "fail" : "pass");
  return byLaw;
}

/** An entry as an operator would make it of a signed action. */
function entryOf(action: object, document: string, kind: string, part: Partial<WireEntry>): WireEntry {
  const binding = "full" as const;
  const base = {
    seq: 0,
    document,
    kind,
    branch: "main",
    scope: "global",
    index: 0,
    skip: 0 as const,
    prev: "",
    operation: "",
    digest: "",
  };
  const authority = { by: "delegation" as const, entry: "" };
  return {
    ...base,
    binding,
    signer: { user: "", app: "" },
    authority,
    admittedAt: iso(start + 10 * minute),
    action: JSON.stringify(action),
    ...part,
  };
}

describe("the audit of a log", () => {
  it("finds every law kept, and says what it comes to", async () => {
    const report = await audit(profileBundle);
    expect(report.findings).toEqual([]);
    expect(report).toMatchObject({
      verdict: "valid",
      kind: profileKind,
      entries: 5,
      state: { username: "three", userImage: "https://image.example/a.png" },
      service: { did: service.did, trusted: true },
      head: profileBundle.logs[0]!.entries.at(-1)!.digest,
    });
    expect(await found(accountBundle)).toEqual({});
    expect(profileBundle.logs.map((log) => log.kind)).toEqual([profileKind, credentialKind]);
  });

  it("finds the same where everything was computed again and nothing was changed", async () => {
    expect(sealed(changed(profileBundle, () => {}))).toEqual(profileBundle);
  });

  it("says whether anybody vouched for the keys of the service", async () => {
    const report = await auditBundle(profileBundle, { kinds: house.kinds });
    expect(report.service).toEqual({ ...service, trusted: false });
    // Consistent in itself, but by keys that only the bundle names.
    expect(report).toMatchObject({ verdict: "undetermined", findings: [] });
    expect(report.checks.at(-1)).toMatchObject({ name: "service", outcome: "unknown", code: "UNTRUSTED_KEYS" });
  });

  it("does not depend on the order of logs and entries in the file", async () => {
    const shuffled = changed(profileBundle, (entries, copy) => {
      entries.reverse();
      copy.logs.reverse();
    });
    expect(await found(shuffled)).toEqual({});
  });

  it("cannot see that a tail was cut, and says how far it went", async () => {
    const cut = changed(profileBundle, (entries) => void entries.pop());
    const report = await audit(cut);
    expect(report).toMatchObject({ verdict: "valid", entries: 4, state: { userImage: null } });
    expect(report.head).not.toBe(profileBundle.logs[0]!.entries.at(-1)!.digest);
  });
});

describe("given somebody who changes a bundle", () => {
  it.each<[string, (entries: WireEntry[], copy: Bundle) => void, string[]]>([
    ["drops an entry in the middle", (entries) => void entries.splice(2, 1), ["chain", "order"]],
    ["drops the opening", (entries) => void entries.splice(0, 1), ["document", "rules"]],
    [
      "changes places",
      (entries) => ([entries[2]!.seq, entries[3]!.seq] = [entries[3]!.seq, entries[2]!.seq]),
      ["chain", "order"],
    ],
    ["gives two entries one place", (entries) => (entries[3]!.seq = entries[2]!.seq), ["chain"]],
    [
      "changes what was done",
      (entries) => (entries[1]!.action = entries[1]!.action.replace('"one"', '"eve"')),
      ["content", "digests"],
    ],
    ["changes the time of admission", (entries) => (entries[1]!.admittedAt = iso(start)), ["digests"]],
    ["changes the binding", (entries) => (entries[1]!.binding = "content"), ["content", "digests"]],
    [
      "changes the authority",
      (entries) => (entries[1]!.authority = { by: "session", entry: "" }),
      ["authority", "digests"],
    ],
    ["changes the realm", (_entries, copy) => (copy.realm = "other"), ["digests", "document"]],
    ["changes the digest of an operation", (entries) => (entries[1]!.operation = "A".repeat(43)), ["digests", "order"]],
    ["changes the predecessor", (entries) => (entries[2]!.prev = "A".repeat(43)), ["chain", "digests"]],
    ["changes the index", (entries) => (entries[2]!.index = 7), ["chain", "digests"]],
    ["leaves the delegation out", (_entries, copy) => void copy.logs.pop(), ["authority"]],
  ])("when they %s, then the audit says so", async (_what, change, expected) => {
    const byLaw = await found(changed(profileBundle, change));
    for (const law of expected) expect(Object.keys(byLaw), JSON.stringify(byLaw)).toContain(law);
  });

  it.each<[string, (entry: Record<string, unknown>) => void]>([
    ["the signer", (entry) => (entry.signer = { user: userOf(bob), app: appKey.did })],
    ["the scope", (entry) => (entry.scope = "local")],
    ["skip", (entry) => (entry.skip = 1)],
    ["the branch", (entry) => (entry.branch = "feature")],
    ["a member of the action", (entry) => (entry.action = String(entry.action).replace("{", '{"note":"x",'))],
    ["the spelling of the action", (entry) => (entry.action = `${entry.action} `)],
    [
      "the action by a name that stands twice",
      (entry) => (entry.action = String(entry.action).replace('"input":{', '"input":{"username":"x",')),
    ],
    ["the authority's form", (entry) => (entry.authority = { by: "delegation" })],
    ["the place's form", (entry) => (entry.seq = "5")],
    [
      "everything",
      (entry) => {
        for (const name of Object.keys(entry)) delete entry[name];
      },
    ],
  ])("when they tell %s otherwise, then the entry is not read", async (_what, change) => {
    const byLaw = await found(
      changed(profileBundle, (entries) => change(entries[3] as unknown as Record<string, unknown>)),
    );
    expect(byLaw.grammar).toBeDefined();
  });

  it.each<[string, unknown]>([
    ["null", null],
    ["no bundle", {}],
    ["another format", { format: "renown-bundle-2" }],
    ["no logs", { ...{ format: "renown-bundle-1", realm: "a", document: "b" }, logs: 1 }],
    [
      "a log without entries",
      { format: "renown-bundle-1", realm: "a", document: "b", logs: [{}], asOf: {}, service: {} },
    ],
    ["no keys", { format: "renown-bundle-1", realm: "a", document: "b", logs: [], asOf: {}, service: {} }],
  ])("when it is %s, then it is refused", async (_what, value) => {
    await expect(audit(value)).rejects.toMatchObject({ code: "INVALID_REQUEST" });
  });

  it("when it is too large, then it is refused before it is read", async () => {
    const huge = changed(profileBundle, (entries) => (entries.length = maxBundleEntries + 1));
    await expect(audit(huge)).rejects.toMatchObject({ code: "QUOTA_EXCEEDED" });
  });

  it("when few entries are large, then each counts for several", async () => {
    const large = (counts: number) =>
      changed(profileBundle, (entries) => void Object.assign(entries[0]!, { action: "x".repeat(entryBytes * counts) }));
    const all = profileBundle.logs.flatMap(({ entries }) => entries).length;
    const within = (counts: number) => auditBundle(large(counts), { kinds: house.kinds, most: all + 4 });
    await expect(within(6)).rejects.toMatchObject({ code: "QUOTA_EXCEEDED" });
    expect((await within(5)).findings.map(({ law }) => law)).toContain("grammar");
  });

  it("when the document's own log is missing, then nothing is said about it", async () => {
    const report = await audit(changed(profileBundle, (_entries, copy) => void copy.logs.shift()));
    expect(report).toMatchObject({ verdict: "undetermined", entries: 0, state: null });
  });
});

describe("given an operator who computes every digest again", () => {
  const forged = (bundle: Bundle, change: (entries: WireEntry[], copy: Bundle) => void) =>
    found(sealed(changed(bundle, change)));
  const text = (entry: WireEntry, change: (action: Record<string, unknown>) => void) => {
    const action = JSON.parse(entry.action);
    change(action);
    entry.action = JSON.stringify(action);
  };

  it("when an entry is dropped that a later one names, then the order is broken", async () => {
    expect(await forged(profileBundle, (entries) => void entries.splice(2, 1))).toEqual({ order: ["OUT_OF_ORDER"] });
    expect(await forged(accountBundle, (entries) => void entries.splice(2, 1))).toEqual({ order: ["HEAD_MOVED"] });
  });

  it("when two entries change places, then the order is broken", async () => {
    const swap = (entries: WireEntry[]) => {
      const [one, two] = [entries[1]!, entries[2]!];
      [one.action, two.action] = [two.action, one.action];
    };
    expect((await forged(profileBundle, swap)).order).toEqual(["OUT_OF_ORDER"]);
    expect((await forged(accountBundle, swap)).order).toEqual(["HEAD_MOVED"]);
  });

  it("when an entry is entered a second time, then it is found out", async () => {
    const again = (entries: WireEntry[]) => {
      const first = entries[1]!;
      entries.push({ ...first, seq: 100 });
    };
    expect(await forged(profileBundle, again)).toEqual({ order: ["ACTION_ID_REUSED"] });
  });

  it("when what suite 1 signed is entered again under a new id, then it is found out", async () => {
    const again = (entries: WireEntry[]) => {
      const entry = { ...entries.at(-1)!, seq: 100 };
      text(entry, (action) => (action.id = crypto.randomUUID()));
      entries.push(entry);
    };
    expect(await forged(profileBundle, again)).toEqual({ order: ["REPLAYED"] });
  });

  it("when what suite 1 signed is entered days later, then it is stale", async () => {
    const late = (entries: WireEntry[]) => (entries.at(-1)!.admittedAt = iso(start + 2 * day));
    expect(await forged(profileBundle, late)).toEqual({ order: ["STALE"] });
  });

  it("when an operation is changed, then its signature does not fit it", async () => {
    const change = (entries: WireEntry[]) =>
      text(entries[3]!, (action) => {
        action.input = { username: "eve" };
      });
    expect(await forged(profileBundle, change)).toMatchObject({ content: ["CONTENT_MISMATCH"] });
  });

  it("when a signature is changed, then it does not verify", async () => {
    const change = (entries: WireEntry[]) =>
      text(entries[3]!, (action) => {
        const tuple = tupleOf(action)!;
        tuple[4] = `0x${"1".repeat(128)}`;
      });
    expect(await forged(profileBundle, change)).toEqual({ signatures: ["BAD_SIGNATURE"] });
  });

  it("when the document is taken for another, then its id does not follow", async () => {
    const id = derivedId(house.realm, tallyKind, user);
    const rename = (entries: WireEntry[], copy: Bundle) => {
      copy.document = id;
      copy.logs[0]!.document = id;
      for (const entry of entries) entry.document = id;
    };
    expect((await forged(accountBundle, rename)).document).toEqual(["WRONG_DOCUMENT_ID"]);
  });

  it("when the opening is dropped, then nothing has opened the document", async () => {
    expect((await forged(accountBundle, (entries) => void entries.shift())).document).toEqual(["WRONG_DOCUMENT_ID"]);
  });

  it("when one document has entries of two kinds, then it is found out", async () => {
    const change = (entries: WireEntry[]) => {
      entries[2]!.kind = accountKind;
    };
    expect((await forged(profileBundle, change)).document).toEqual(["WRONG_DOCUMENT_ID"]);
  });

  it("when an entry rests on a delegation that was revoked before, then the key had no right", async () => {
    const own = openHouse(testKinds);
    const delegation = await own.delegate({ may: testLimits });
    const { document, action } = await own.opening(accountKind);
    await own.reactor.open(action, accountKind, []);
    const late = await own.sign({ document, kind: accountKind, type: "ADD", input: { amount: 1 }, user });
    await own.delegating.revoke(session(alice), delegation.document, null);
    const bundle = await bundleOf(document, own);
    const entry = (seq: number) =>
      entryOf(late.action, document, accountKind, { seq, authority: { by: "delegation", entry: delegation.entry } });
    expect(await forged(bundle, (entries) => void entries.push(entry(100)))).toEqual({ authority: ["NOT_DELEGATED"] });
    await own.close();
  });

  it("when an entry rests on a delegation that comes after it, or has expired, then the key had no right", async () => {
    const early = (_entries: WireEntry[], copy: Bundle) => {
      for (const entry of copy.logs[1]!.entries) entry.seq += 1000;
      copy.asOf.seq += 1000;
    };
    expect(await found(changed(accountBundle, early))).toEqual({ authority: ["NOT_DELEGATED"] });
    const late = (entries: WireEntry[]) => {
      for (const entry of entries) entry.admittedAt = iso(start + 30 * day);
    };
    expect(await forged(accountBundle, late)).toEqual({ authority: ["NOT_DELEGATED"] });
  });

  it("when a later entry is dated back, then it counts as later all the same", async () => {
    const back = changed(accountBundle, (entries) => {
      entries.at(-2)!.admittedAt = iso(start + 30 * day);
    });
    const { findings } = await audit(sealed(back));
    expect(findings.map(({ law, code }) => `${law} ${code}`)).toEqual([
      "authority NOT_DELEGATED",
      "authority NOT_DELEGATED",
    ]);
  });

  it("when a time is spelt otherwise, then the entry is not read", async () => {
    const spelt = changed(accountBundle, (entries) => {
      entries.at(-1)!.admittedAt = entries.at(-1)!.admittedAt.replace("Z", "+00:00");
    });
    expect(await found(spelt)).toMatchObject({ grammar: ["INVALID_OPERATION"] });
  });

  it("when entries lie behind the place that the bundle goes up to, then it is found out", async () => {
    const short = changed(accountBundle, (entries, copy) => {
      copy.asOf.seq = entries.at(-1)!.seq - 1;
    });
    expect(await found(short)).toEqual({ chain: ["OUT_OF_ORDER"] });
  });

  it("when an entry goes beyond the limits of its key, then it is found out", async () => {
    const own = openHouse(testKinds);
    const delegation = await own.delegate({ may: [tallyKind, `${accountKind}:CREATE_DOCUMENT`] });
    const { document, action } = await own.opening(accountKind);
    await own.reactor.open(action, accountKind, []);
    const beyond = await own.sign({ document, kind: accountKind, type: "ADD", input: { amount: 1 }, user });
    const entry = entryOf(beyond.action, document, accountKind, {
      seq: 100,
      authority: { by: "delegation", entry: delegation.entry },
    });
    const bundle = await bundleOf(document, own);
    expect(await forged(bundle, (entries) => void entries.push(entry))).toEqual({ authority: ["NOT_PERMITTED"] });
    await own.close();
  });

  it("when another user's operation is entered, then the rules of the kind forbid it", async () => {
    const own = openHouse(testKinds);
    await own.delegate({ may: testLimits });
    const bobs = await own.delegate({ wallet: bob, app: otherKey.did, may: testLimits });
    const { document, action } = await own.opening(accountKind);
    await own.reactor.open(action, accountKind, []);
    const intent = { document, kind: accountKind, type: "ADD", input: { amount: 1 }, user: userOf(bob) };
    const foreign = await own.sign(intent, otherKey);
    const entry = entryOf(foreign.action, document, accountKind, {
      seq: 100,
      authority: { by: "delegation", entry: bobs.entry },
    });
    const bundle = await bundleOf(document, own);
    const withBoth = (entries: WireEntry[], copy: Bundle) => {
      entries.push(entry);
      copy.logs.push(bobsLog);
    };
    const bobsLog = (await bundleOf(bobs.document, own)).logs[0]!;
    expect(await forged(bundle, withBoth)).toEqual({ rules: ["FORBIDDEN"] });
    // Under Alice's delegation it would be another key's.
    const authority = bundle.logs[0]!.entries[0]!.authority;
    expect((await forged(bundle, (entries) => void entries.push({ ...entry, authority }))).authority).toEqual([
      "NOT_DELEGATED",
    ]);
    await own.close();
  });

  it.each<[WireEntry["authority"]["by"], string]>([
    ["proof", "FORBIDDEN"],
    ["session", "FORBIDDEN"],
    ["token", "FORBIDDEN"],
    ["service", "FORBIDDEN"],
    ["credential", "FORBIDDEN"],
    ["organization", "FORBIDDEN"],
  ])("when a user's operation is said to rest on %s, then it cannot", async (by, code) => {
    const change = (entries: WireEntry[]) => {
      for (const entry of entries) entry.authority = { by, entry: "" };
    };
    expect((await forged(accountBundle, change)).authority).toEqual([code]);
  });

  it("when a user's operation is said to be attested, then the key is not the service's", async () => {
    const change = (entries: WireEntry[]) => {
      entries[3]!.binding = "attested";
      entries[3]!.authority = { by: "session", entry: "" };
    };
    expect((await forged(accountBundle, change)).authority).toEqual(["FORBIDDEN"]);
  });

  it("when the service was another one, then its word counts for nothing", async () => {
    expect(await found(profileBundle, [otherKey.did])).toEqual({ authority: ["FORBIDDEN"] });
  });

  it("when a key of the service was retired before, then its word counts for nothing from then on", async () => {
    const at = async (retired: string) => {
      const named = { kinds: house.kinds, operationKeys: [{ key: operationKey.did, retired }] };
      const byAuditor = await auditBundle(profileBundle, named);
      const copy = changed(profileBundle, (_entries, made) => {
        made.service.retired = { [operationKey.did]: retired };
      });
      const byBundle = await auditBundle(copy, { kinds: house.kinds });
      expect(byBundle.findings).toEqual(byAuditor.findings);
      return byAuditor;
    };
    const retired = await at(iso(start));
    expect(retired.verdict).toBe("invalid");
    expect(new Set(retired.findings.map(({ law, code }) => `${law} ${code}`))).toEqual(
      new Set(["authority FORBIDDEN"]),
    );
    expect((await at(iso(start + minute))).findings).toEqual([]);
    await expect(at("soon")).rejects.toMatchObject({ code: "UNREADABLE_DATE" });
  });

  it.each<[string, Partial<WireEntry>]>([
    ["a delegation", { authority: { by: "delegation", entry: "" } }],
    ["itself", { authority: { by: "service", entry: "" } }],
    ["an entry, by a session", { authority: { by: "session", entry: "A".repeat(43) } }],
    ["a credential that nobody knows", { authority: { by: "credential", entry: "A".repeat(43) } }],
  ])("when the service is said to attest by %s, then it does not", async (_what, part) => {
    const change = (_entries: WireEntry[], copy: Bundle) => void Object.assign(copy.logs[1]!.entries[1]!, part);
    expect((await forged(profileBundle, change)).authority).toBeDefined();
  });

  it("when a proof is forged and attested all the same, then it does not verify", async () => {
    const own = openHouse();
    const document = assignedId();
    const credential = await signCredential();
    const { "@context": context, ...rest } = credential;
    const input = { context, ...rest, issuanceDate: iso(start + minute) } as JsonObject;
    const given = await own.delegate();
    const bundle = await bundleOf(given.document, own);
    const intent = { document, kind: credentialKind, type: "INIT", input, user: "" };
    const { action } = await own.sign(intent, operationKey);
    const create = {
      document,
      kind: credentialKind,
      type: "CREATE_DOCUMENT",
      input: { model: credentialKind, version: 0, documentId: document },
      user: "",
      scope: "document",
    };
    const opening = await own.sign(create, operationKey);
    const attested = {
      binding: "attested" as const,
      authority: { by: "proof" as const, entry: "" },
      admittedAt: iso(start + 2 * minute),
    };
    const forgedLog = (_entries: WireEntry[], copy: Bundle) => {
      copy.document = document;
      copy.logs.push({
        document,
        kind: credentialKind,
        entries: [
          entryOf(opening.action, document, credentialKind, { ...attested, seq: 50, scope: "document" }),
          entryOf(action, document, credentialKind, { ...attested, seq: 51 }),
        ],
      });
    };
    expect(await forged(bundle, forgedLog)).toEqual({ rules: ["BAD_SIGNATURE"] });
    await own.close();
  });
});

describe("what an auditor alone cannot tell", () => {
  it("is what a kind means that it does not have", async () => {
    const kinds = new Map([...house.kinds].filter(([name]) => name !== accountKind));
    const report = await auditBundle(accountBundle, { kinds, operationKeys: [operationKey.did] });
    expect(report.verdict).toBe("undetermined");
    expect(report.checks.find((check) => check.name === "signatures")?.outcome).toBe("pass");
    expect(report.checks.find((check) => check.name === "rules")).toMatchObject({
      outcome: "unknown",
      code: "UNKNOWN_KIND",
    });
    const bad = changed(
      accountBundle,
      (entries) => (entries[1]!.action = entries[1]!.action.replace('"amount":1', '"amount":9')),
    );
    expect((await auditBundle(bad, { kinds, operationKeys: [operationKey.did] })).verdict).toBe("invalid");
  });

  it("is whether a contract took a signature for its own, beyond what the service put on record", async () => {
    const contract = walletCheck(async ({ chainId, address }, digest) => ({
      ...{ method: "contract", chainId, address, digest: `0x${hex(digest)}` },
      ...{ blockNumber: 1, blockHash: `0x${"b".repeat(64)}`, codeHash: `0x${"c".repeat(64)}`, checkedAt: iso(start) },
    }));
    const own = openHouse([renownCredential({ wallet: contract }) as unknown as DocumentKind]);
    const credential = await signCredential();
    (credential.proof as JsonObject).proofValue = `0x${"ab".repeat(100)}`;
    const { delegation } = await own.delegating.give({ credential }, undefined);
    expect(delegation.method).toBe("contract");
    const { document, action } = await own.opening(profileKind);
    const input = { ethAddress: alice.address, chainId: 1 };
    const address = await own.sign({ document, kind: profileKind, type: "SET_ETH_ADDRESS", input, user });
    await own.reactor.open(action, profileKind, [address.action]);
    const bundle = await bundleOf(document, own);
    const recorded = await audit(bundle);
    expect(recorded).toMatchObject({ verdict: "valid", findings: [] });
    expect(recorded.asChecked).toHaveLength(1);
    const without = changed(bundle, (_entries, copy) => void copy.logs[1]!.entries.pop());
    const alone = await audit(without);
    expect(alone).toMatchObject({ verdict: "undetermined", findings: [{ law: "rules", code: "CONTRACT_WALLET" }] });
    await own.close();
  });
});

describe("a bundle", () => {
  it("holds the logs of the delegations that a document rests on, and of no others", async () => {
    const own = openHouse(testKinds);
    const mine = await own.delegate({ may: testLimits });
    await own.delegate({ app: otherKey.did });
    const { document, action } = await own.opening(accountKind);
    await own.reactor.open(action, accountKind, []);
    expect((await bundleOf(document, own)).logs.map((log) => log.document)).toEqual([document, mine.document]);
    await expect(bundleOf("nowhere", own)).rejects.toMatchObject({ code: "UNKNOWN_DOCUMENT" });
    await own.close();
  });

  it("ends where the log stood when it was begun, however much comes meanwhile", async () => {
    const own = openHouse();
    await own.delegate();
    const { document, action } = await own.opening(profileKind);
    await own.reactor.open(action, profileKind, []);
    const entries = await own.store.entriesOf(document, 0, 10);
    const endless = {
      ...own.store,
      lastSeq: async () => 3,
      entriesOf: async (id: string, after: number, limit: number) =>
        id === document
          ? Array.from({ length: limit }, (_, i) => ({ ...entries[0]!, seq: Math.max(after, 2) + 1 + i }))
          : own.store.entriesOf(id, after, limit),
    };
    const bundle = await makeBundle(endless, document, { realm: own.realm, now: iso(start), service });
    expect(bundle.logs[0]!.entries.map((entry) => entry.seq)).toEqual([3]);
    await own.close();
  });

  it("of a delegation by message is one log", async () => {
    expect(house.kinds.get(delegationKind)?.ids).toEqual(["assigned"]);
    const own = openHouse();
    const delegation = await own.delegate();
    const report = await auditBundle(await bundleOf(delegation.document, own), {
      kinds: own.kinds,
      operationKeys: [operationKey.did],
    });
    expect(report).toMatchObject({ verdict: "valid", entries: 2, findings: [] });
    expect(profile.name).toBe(profileKind);
    await own.close();
  });
});
