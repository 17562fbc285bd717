import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { credentialKind, renownCredential } from "../../../src/credentials/renown-credential.ts";
import { walletCheck } from "../../../src/identity/wallet.ts";
import type { JsonObject } from "../../../src/kernel/json.ts";
import { day, hour, iso, minute, second } from "../../../src/kernel/time.ts";
import { emptyHead } from "../../../src/operations/fold.ts";
import { here } from "../../../src/operations/kind.ts";
import { type Act, type By, entryOf, given, noon, theDocument } from "../given.ts";
import {
  agreeing,
  alice,
  anonymous,
  bob,
  credentialInput,
  deedsOf,
  key,
  otherKey,
  session,
  signed,
  type Terms,
  token,
} from "./proofs.ts";

const kind = renownCredential({ wallet: walletCheck() });
const vector = JSON.parse(readFileSync("tests/vectors/shared/renown.json", "utf8"));

/** What signs as a contract wallet would: no key of the account's own, and the contract says yes. */
const contractKind = renownCredential({ wallet: walletCheck(agreeing) });

async function init(terms: Terms = {}, by: By = anonymous, at = noon): Promise<Act> {
  return { type: "INIT", input: await credentialInput(terms), by, at };
}

async function altered(change: (input: JsonObject & { proof: JsonObject }) => unknown): Promise<Act> {
  const input = structuredClone(await credentialInput());
  change(input);
  return { type: "INIT", input, by: anonymous };
}

const started = [await init()];

describe("a credential is checked before it is stored", () => {
  test("and is taken from anybody with the wallet's proof", async () => {
    const { state } = await given(kind)
      .when(await init())
      .then({ revoked: false });
    expect(state.grant).toMatchObject({ user: alice.did, key, limits: "unsaid", method: "recovery" });
  });

  test("and is taken in every binding, without a delegation", async () => {
    for (const binding of ["full", "content"] as const) {
      const by: By = { user: alice.did, app: key, binding, by: "proof" };
      await given(kind)
        .when(await init({}, by))
        .then({ id: "urn:uuid:00000000-0000-4000-8000-000000000001" });
    }
  });

  test("the vector's proof verifies, and its hundred years are too long", async () => {
    const { "@context": context, ...message } = vector.message;
    const proof = {
      type: "EthereumEip712Signature2021",
      proofPurpose: "assertionMethod",
      verificationMethod: message.issuer.id,
      ethereumAddress: message.issuer.ethereumAddress,
      created: message.issuanceDate,
      proofValue: vector.signature,
      eip712: { domain: vector.domain, primaryType: "VerifiableCredential" },
    };
    const act = { type: "INIT", input: { context, ...message, proof }, by: anonymous, at: Date.UTC(2026, 0, 1) };
    await given(kind).when(act).then("LIFETIME_TOO_LONG");
    const patient = renownCredential({ wallet: walletCheck(), maxLifetime: 36_600 * day });
    await given(patient).when(act).then({ id: message.id });
  });

  test("its proof recovers to the issuer's address", async () => {
    const { proof } = await credentialInput({ wallet: bob });
    const byBob = await altered((input) => Object.assign(input.proof, { proofValue: proof.proofValue! }));
    await given(kind).when(byBob).then("BAD_SIGNATURE");
  });

  test("its limits are signed: added or stripped they break the proof", async () => {
    const limited = ["VerifiableCredential", "RenownCredential", "renown:may:none"];
    await given(kind)
      .when(await altered((input) => Object.assign(input, { type: limited })))
      .then("BAD_SIGNATURE");
    const stripped = await init({ type: limited });
    stripped.input.type = limited.slice(0, 2);
    await given(kind).when(stripped).then("BAD_SIGNATURE");
  });

  test("its domain, issuer and addresses agree", async () => {
    const eip712 = { domain: { version: "1", chainId: 10 }, primaryType: "VerifiableCredential" };
    await given(kind)
      .when(await altered((input) => Object.assign(input.proof, { eip712 })))
      .then("INVALID_CREDENTIAL");
    await given(kind)
      .when(await altered((input) => Object.assign(input, { issuer: { id: bob.did, ethereumAddress: bob.address } })))
      .then("INVALID_CREDENTIAL");
    await given(kind)
      .when(await altered((input) => Object.assign(input.proof, { ethereumAddress: bob.address })))
      .then("INVALID_CREDENTIAL");
  });

  test.each(["issuanceDate", "expirationDate"])("its %s can be read", async (name) => {
    await given(kind)
      .when(await altered((input) => Object.assign(input, { [name]: "2026-11-31T00:00:00.000Z" })))
      .then("UNREADABLE_DATE");
  });

  test("it is not expired", async () => {
    const terms = { issuedAt: noon - hour, expiresAt: noon };
    await given(kind)
      .when(await init(terms))
      .then("EXPIRED");
    await given(kind)
      .when(await init({ ...terms, expiresAt: noon + 1 }))
      .then({ revoked: false });
  });

  test("it does not start more than five minutes in the future", async () => {
    await given(kind)
      .when(await init({ issuedAt: noon + 5 * minute + 1 }))
      .then("FROM_THE_FUTURE");
    await given(kind)
      .when(await init({ issuedAt: noon + 5 * minute }))
      .then({ revoked: false });
  });

  test("its lifetime has a cap, 90 days unless set", async () => {
    const longest = await init({ expiresAt: noon + 90 * day });
    await given(kind).when(longest).then({ revoked: false });
    await given(kind)
      .when(await init({ expiresAt: noon + 90 * day + 1 }))
      .then("LIFETIME_TOO_LONG");
    await given(renownCredential({ wallet: walletCheck(), maxLifetime: 30 * day }))
      .when(longest)
      .then("LIFETIME_TOO_LONG");
  });

  test("its limits and its key can be read", async () => {
    const type = ["VerifiableCredential", "RenownCredential", "renown:may:everything"];
    await given(kind)
      .when(await init({ type }))
      .then("INVALID_CREDENTIAL");
    const noPoint = `did:key:zDn${"z".repeat(46)}`;
    await given(kind)
      .when(await init({ subject: noPoint }))
      .then("INVALID_DID");
  });

  test("is refused for its terms before the curve is asked", async () => {
    const asked = () => Promise.reject(new Error("The wallet was asked."));
    const idle = renownCredential({ wallet: { checkMessage: asked, checkDigest: asked } });
    await given(idle)
      .when(await init({ issuedAt: noon - 2 * hour }))
      .then("STALE");
  });

  test("decides nothing without the proof having been asked", async () => {
    const { facts: _, ...careless } = kind;
    await given(careless)
      .when(await init())
      .then("BAD_SIGNATURE");
  });
});

describe("a credential names no audience", () => {
  const late = { issuedAt: noon - hour - second };

  test("so an anonymous sender brings it within an hour", async () => {
    await given(kind)
      .when(await init(late))
      .then("STALE");
    await given(kind)
      .when(await init({ issuedAt: noon - hour }))
      .then({ revoked: false });
  });

  test("later only its key's token or its wallet's session", async () => {
    await given(kind)
      .when(await init(late, token(key, alice)))
      .then({ revoked: false });
    await given(kind)
      .when(await init(late, session(alice)))
      .then({ revoked: false });
    await given(kind)
      .when(await init(late, token(otherKey, alice)))
      .then("STALE");
    await given(kind)
      .when(await init(late, session(bob)))
      .then("STALE");
  });
});

describe("a credential is one record", () => {
  test("a second INIT on its document is refused", async () => {
    await given(kind, started)
      .when(await init())
      .then("ALREADY_INITIALIZED");
    await given(kind, started)
      .when(await init({ id: "urn:uuid:00000000-0000-4000-8000-000000000002" }))
      .then("ALREADY_INITIALIZED");
  });

  test("it never comes back once revoked", async () => {
    const revoked = [...started, { type: "REVOKE", input: {}, by: session(alice) }];
    await given(kind, revoked)
      .when(await init())
      .then("ALREADY_INITIALIZED");
  });

  test("its id is claimed for ever, of its issuer and of no other", async () => {
    const { projection } = await given(kind)
      .when(await init())
      .then({});
    const key = `${alice.address.toLowerCase()} urn:uuid:00000000-0000-4000-8000-000000000001`;
    const claimed = { space: "credential", key, holder: theDocument };
    expect(projection.claims).toEqual([{ ...claimed, until: null, refusal: "CREDENTIAL_KNOWN" }]);
  });

  test("revoking it frees no claim", async () => {
    const { projection } = await given(kind, started)
      .when({ type: "REVOKE", input: {}, by: session(alice) })
      .then({ revoked: true });
    expect(projection.claims).toEqual([]);
  });
});

describe("INIT projects", () => {
  test("the credential as clients keep it, members and dates as they came", async () => {
    const input = { ...(await credentialInput()), credentialStatus: null };
    const { projection } = await given(kind)
      .when({ type: "INIT", input, by: anonymous, at: noon + minute })
      .then({});
    const row = projection.rows.find(({ table }) => table === "renown_credentials")!;
    expect(row.key).toEqual({ document: theDocument });
    expect(row.set).toEqual({
      credential_id: "urn:uuid:00000000-0000-4000-8000-000000000001",
      issuer_address: alice.address,
      issuer_chain: 1,
      subject_id: key,
      subject_app: "https://app.example",
      issuance_date: iso(noon),
      issued_at: noon,
      expires_at: noon + 7 * day,
      body: JSON.stringify(input).replace('"context"', '"@context"'),
      created_at: iso(noon + minute),
      updated_at: iso(noon + minute),
    });
  });

  test("dates of another ISO form byte for byte", async () => {
    const input = await credentialInput();
    const { account } = alice;
    const issuanceDate = "2026-11-20T13:00:00+01:00";
    const { renownTypes } = await import("../../../src/securing/eip712.ts");
    const { context, proof, ...rest } = input;
    const proofValue = await account.signTypedData({
      domain: { version: "1", chainId: 1 },
      types: renownTypes,
      primaryType: "VerifiableCredential",
      message: { ...rest, "@context": context, issuanceDate } as never,
    });
    const act = { type: "INIT", input: { ...input, issuanceDate, proof: { ...proof, proofValue } }, by: anonymous };
    const { projection, view } = await given(kind).when(act).then({ issuanceDate });
    const row = projection.rows.find(({ table }) => table === "renown_credentials")!;
    expect(row.set).toMatchObject({ issuance_date: issuanceDate, issued_at: noon });
    expect(JSON.parse(String(row.set.body)).issuanceDate).toBe(issuanceDate);
    expect(view.issuanceDate).toBe(issuanceDate);
  });

  test("the delegation of its key, and a grant that entries may rest on", async () => {
    const type = ["VerifiableCredential", "RenownCredential", "renown:may:a/b:DO", "renown:may:c/d"];
    const { projection, entry } = await given(kind)
      .when(await init({ type, chainId: 137 }, anonymous, noon + 1))
      .then({});
    const [grant, delegation] = projection.rows;
    expect(grant).toEqual({ table: "grants", key: { entry: entry.digest }, set: { seq: here, ended: null } });
    expect(delegation).toEqual({
      table: "delegations",
      key: { document: theDocument },
      set: {
        kind: credentialKind,
        entry: entry.digest,
        subject: `did:pkh:eip155:137:${alice.address}`,
        address: alice.address,
        app: key,
        label: "https://app.example",
        limits: '["a/b:DO","c/d"]',
        method: "recovery",
        granted_seq: here,
        granted_at: noon + 1,
        expires_at: noon + 7 * day,
      },
    });
  });

  test.each([
    ["nothing said", [], "null"],
    ["logging in only", ["renown:may:none"], '["none"]'],
  ])("limits of %s", async (_, names, limits) => {
    const type = ["VerifiableCredential", "RenownCredential", ...names];
    const { projection } = await given(kind)
      .when(await init({ type }))
      .then({});
    expect(projection.rows[1]?.set.limits).toBe(limits);
  });

  test.each([alice.did, "did:web:app.example", "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"])(
    "no delegation where the subject is %s",
    async (subject) => {
      const { projection } = await given(kind)
        .when(await init({ subject }))
        .then({});
      expect(projection.rows.map(({ table }) => table)).toEqual(["grants", "renown_credentials"]);
    },
  );

  test("the method contract where the account's own key did not sign", async () => {
    const input = await credentialInput();
    const { proof } = await credentialInput({ wallet: bob });
    input.proof.proofValue = proof.proofValue!;
    const { projection } = await given(contractKind).when({ type: "INIT", input, by: anonymous }).then({});
    expect(projection.rows[1]?.set).toMatchObject({ method: "contract", address: alice.address });
  });
});

test("REVOKE projects what clients are shown of it", async () => {
  const revoke = { type: "REVOKE", input: { reason: "lost" }, by: session(alice), at: noon + hour };
  const { projection } = await given(kind, started).when(revoke).then({ revoked: true });
  const at = iso(noon + hour);
  const set = { revoked_at: at, revocation_reason: "lost", updated_at: at };
  expect(projection.rows).toContainEqual({ table: "renown_credentials", key: { document: theDocument }, set });
});

describe("the state", () => {
  test("has the members that clients know, before INIT too", async () => {
    const { view } = await given(kind)
      .when(await init())
      .then({});
    const input = await credentialInput();
    expect(view).toEqual({
      ...input,
      credentialStatus: null,
      revoked: false,
      revokedAt: null,
      revocationReason: null,
    });
    const before = kind.view(kind.initial({ user: "", app: "" }));
    expect(Object.keys(before)).toEqual(Object.keys(view));
    expect(Object.values(before).every((value) => value === null || value === false)).toBe(true);
  });

  test("takes a key's own opening without a delegation", () => {
    expect(kind.actions.CREATE_DOCUMENT).toMatchObject({ selfProving: true, bindings: ["full", "attested"] });
  });
});

test("folding never throws, whatever the log holds, and leaves the state alone where an action is not known", async () => {
  const input = await credentialInput();
  const actor = { ...signed(key, alice), authority: { by: "delegation", entry: "" }, method: "recovery" } as const;
  const entry = entryOf(kind, emptyHead, started[0]!, actor);
  const names = [...Object.keys(input), "from", "revokedAt", "reason", "toString"];
  const type = fc.constantFrom("INIT", "REVOKE", "SET_COMPROMISED_FROM", "CREATE_DOCUMENT", "NOOP", "constructor");
  const broken = fc.oneof(
    fc.dictionary(fc.constantFrom(...names), fc.jsonValue()),
    fc.tuple(fc.constantFrom(...names), fc.jsonValue()).map(([name, value]) => ({ ...input, [name]: value })),
  );
  const deed = fc.oneof(
    fc.constantFrom(...deedsOf(input)),
    fc.record({ type, input: broken }) as fc.Arbitrary<{ type: string; input: JsonObject }>,
  );
  const place = fc.record({
    admittedAt: fc.constantFrom(iso(noon), iso(noon + day), "never"),
    digest: fc.constantFrom("A", "B", "C"),
    by: fc.constantFrom("proof", "session", "token", "service"),
  });
  fc.assert(
    fc.property(fc.array(fc.tuple(deed, place), { maxLength: 8 }), (changes) => {
      let state = kind.initial({ user: "", app: "" });
      for (const [{ type, input }, { admittedAt, digest, by }] of changes) {
        const action = { ...entry.action, type, input };
        const next = { ...entry, action, admittedAt, digest, authority: { by, entry: "" } } as typeof entry;
        const before = state;
        state = kind.evolve(state, next);
        if (!["INIT", "REVOKE", "SET_COMPROMISED_FROM"].includes(type)) expect(state).toBe(before);
        if (before.grant) expect(state.init).toBe(before.init);
        if (before.grant?.revocation) expect(state.grant?.revocation).toBe(before.grant.revocation);
        if (before.grant?.compromise) expect(state.grant?.compromise).toBe(before.grant.compromise);
        kind.project(state, next);
        kind.view(state);
        expect(JSON.parse(JSON.stringify(state))).toEqual(state);
      }
    }),
    { numRuns: 300 },
  );
});
