import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { day, hour, iso, minute } from "../../../src/kernel/time.ts";
import { emptyHead } from "../../../src/operations/fold.ts";
import { maxFormerNames, nameRest, profile } from "../../../src/profiles/profile.ts";
import { type Act, type By, entryOf, given, noon, theDocument } from "../given.ts";

const address = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
const folded = address.toLowerCase();
const ann = `did:pkh:eip155:1:${folded}`;
const eve = `did:pkh:eip155:1:0x${"e".repeat(40)}`;
const key = "did:key:zDnaevvCXbHpbyCpybTMZbPK6snWfAGxiLaDAx936DMa8XmwV";

const session: By = { user: ann, app: "", binding: "attested", by: "session" };
const credential: By = { ...session, by: "credential" };
const stranger: By = { ...session, user: eve };
const contract: By = { ...session, user: `did:pkh:eip155:137:${folded}`, method: "contract" };
const signed: By = { user: ann, app: key, binding: "full", by: "delegation" };

function setAddress(by: By = session, input = {}): Act {
  return { type: "SET_ETH_ADDRESS", input: { ethAddress: address, ...input }, by };
}
function setName(username: string, by: By = session, at = noon): Act {
  return { type: "SET_USERNAME", input: { username }, by, at };
}
function setImage(userImage: string, by: By = session): Act {
  return { type: "SET_USER_IMAGE", input: { userImage }, by };
}

const empty = { username: null, ethAddress: null, userImage: null };

describe("a profile belongs to its wallet", () => {
  test("is created with address, name and image by a credential just accepted", async () => {
    await given(profile, [setAddress(credential), setName("Ann", credential)])
      .when(setImage("https://example.com/a.png", credential))
      .then({ username: "Ann", ethAddress: address, userImage: "https://example.com/a.png" });
  });

  test("is not changed by a credential once it exists", async () => {
    const later = setName("Eve", credential, noon + minute);
    await given(profile, [setAddress(credential)])
      .when(later)
      .then("FORBIDDEN");
  });

  test("shows what clients know and nothing else", async () => {
    const { view } = await given(profile).when(setAddress()).then({});
    expect(view).toEqual({ ...empty, ethAddress: address });
  });

  test("is changed by its wallet's session and by keys that speak for it", async () => {
    await given(profile, [setAddress()]).when(setName("Ann")).then({ username: "Ann" });
    await given(profile, [setAddress()]).when(setName("Ann", signed)).then({ username: "Ann" });
    await given(profile, [setAddress()])
      .when(setName("Ann", { ...signed, binding: "content" }))
      .then({ username: "Ann" });
  });

  test("is not changed by another wallet, nor by a key without a wallet, nor by the service", async () => {
    const log = [setAddress()];
    await given(profile, log).when(setName("Eve", stranger)).then("FORBIDDEN");
    await given(profile, log)
      .when(setName("Eve", { ...session, user: "" }))
      .then("FORBIDDEN");
    await given(profile, log).when(setImage("https://example.com/e.png", stranger)).then("FORBIDDEN");
  });

  test("is not changed by a key whose limits say otherwise", async () => {
    await given(profile, [setAddress()])
      .when(setName("Ann", { ...signed, limits: "none" }))
      .then("NOT_PERMITTED");
    await given(profile, [setAddress()])
      .when(setName("Ann", { ...signed, limits: [{ kind: profile.name, action: "SET_USER_IMAGE" }] }))
      .then("NOT_PERMITTED");
  });

  test("belongs to its address on every chain, proved by recovery", async () => {
    const onPolygon: By = { ...session, user: `did:pkh:eip155:137:${folded}` };
    await given(profile, [setAddress()]).when(setName("Ann", onPolygon)).then({ username: "Ann" });
    await given(profile, [setAddress()]).when(setName("Ann", contract)).then("FORBIDDEN");
  });

  test("belongs to a contract's address on its own chain only", async () => {
    const log = [setAddress(contract, { chainId: 137 })];
    await given(profile, log).when(setName("Safe", contract)).then({ username: "Safe" });
    await given(profile, log)
      .when(setName("Safe", { ...contract, user: `did:pkh:eip155:10:${folded}` }))
      .then("FORBIDDEN");
  });

  test("belongs to its opener until the address is set, and to the address from then on", async () => {
    const opener = { user: ann, app: key };
    const byEve = { type: "SET_ETH_ADDRESS", input: { ethAddress: `0x${"e".repeat(40)}` }, by: stranger };
    await given(profile, [], opener).when(setName("Ann")).then({ username: "Ann" });
    await given(profile, [], opener).when(setName("Eve", stranger)).then("FORBIDDEN");
    await given(profile, [], opener).when(byEve).then("FORBIDDEN");
  });

  test("that the service opened begins with its address", async () => {
    await given(profile).when(setName("Ann")).then("FORBIDDEN");
  });
});

describe("SET_ETH_ADDRESS is taken once, for the address of whoever authorises it", () => {
  test("in any letter case", async () => {
    await given(profile)
      .when(setAddress(session, { ethAddress: folded }))
      .then({ ethAddress: folded });
    const upper = `0x${folded.slice(2).toUpperCase()}`;
    await given(profile)
      .when(setAddress(session, { ethAddress: upper }))
      .then({ ethAddress: upper });
  });

  test("refuses a second one, the same too", async () => {
    await given(profile, [setAddress()]).when(setAddress()).then("ALREADY_SET");
  });

  test("refuses the address of another", async () => {
    await given(profile).when(setAddress(stranger)).then("FORBIDDEN");
  });

  test.each(["0x12", folded.slice(2), `${folded}0`, "", "vitalik.eth"])("refuses %j", async (ethAddress) => {
    await given(profile).when(setAddress(session, { ethAddress })).then("INVALID_INPUT");
  });

  test("names the chain of a contract wallet, and no chain otherwise", async () => {
    await given(profile).when(setAddress(contract)).then("INVALID_INPUT");
    await given(profile)
      .when(setAddress(session, { chainId: 1 }))
      .then("INVALID_INPUT");
    await given(profile)
      .when(setAddress(contract, { chainId: 10 }))
      .then("FORBIDDEN");
  });
});

describe("one profile per address", () => {
  test("is claimed whatever the letter case", async () => {
    const { projection } = await given(profile).when(setAddress()).then({});
    expect(projection.claims).toEqual([
      { space: "profile", key: folded, holder: theDocument, until: null, refusal: "PROFILE_EXISTS" },
    ]);
  });

  test("is claimed per chain where the proof was a contract's", async () => {
    const { projection } = await given(profile)
      .when(setAddress(contract, { chainId: 137 }))
      .then({});
    expect(projection.claims.map((claim) => claim.key)).toEqual([`eip155:137:${folded}`]);
    expect(projection.rows[0]?.set).toMatchObject({ chain_id: 137, owner: `did:pkh:eip155:137:${folded}` });
  });
});

describe("user names are unique", () => {
  const claim = { space: "username", holder: theDocument, until: null, refusal: "NAME_TAKEN" };

  test("after folding", async () => {
    const { projection, view } = await given(profile, [setAddress()]).when(setName("Zoe\u0308 STRASSE")).then({});
    expect(view.username).toBe("Zo\u00eb STRASSE");
    expect(projection.claims).toEqual([{ ...claim, key: "zo\u00eb strasse" }]);
  });

  test("and an old one is not given out again for 90 days", async () => {
    const log = [setAddress(), setName("Ann", session, noon)];
    const { projection } = await given(profile, log)
      .when(setName("Anna", session, noon + hour))
      .then({});
    const rested = { ...claim, key: "ann", until: noon + hour + 90 * day };
    expect(projection.claims).toEqual([{ ...claim, key: "anna" }, rested]);
  });

  test("and a name that only changes its case is not given up", async () => {
    const { projection } = await given(profile, [setAddress(), setName("Ann")])
      .when(setName("ANN"))
      .then({});
    expect(projection.claims).toEqual([{ ...claim, key: "ann" }]);
  });

  test("and its holder may take an old one back", async () => {
    const log = [setAddress(), setName("Ann"), setName("Anna", session, noon + hour)];
    const { projection, state } = await given(profile, log)
      .when(setName("Ann", session, noon + 2 * hour))
      .then({});
    expect(projection.claims[0]).toEqual({ ...claim, key: "ann" });
    expect(state.former).toEqual([{ key: "anna", until: noon + 2 * hour + nameRest }]);
  });

  test("save those of ENS, which nobody holds alone, neither now nor as a former one", async () => {
    const first = setName("Vitalik.eth", session, noon + hour);
    const { projection } = await given(profile, [setAddress()]).when(first).then({ username: "Vitalik.eth" });
    expect(projection.claims).toEqual([]);
    const second = setName("Ann", session, noon + 2 * hour);
    const after = await given(profile, [setAddress(), first]).when(second).then({ username: "Ann" });
    expect(after.projection.claims).toEqual([{ ...claim, key: "ann" }]);
    const back = await given(profile, [setAddress(), setName("Ann")])
      .when(first)
      .then({});
    expect(back.projection.claims).toEqual([{ ...claim, key: "ann", until: noon + hour + nameRest }]);
  });

  test("and nobody keeps more than sixteen old ones from others at a time", async () => {
    const names = Array.from({ length: maxFormerNames + 1 }, (_, i) => setName(`ann${i}`));
    await given(profile, [setAddress(), ...names])
      .when(setName("next"))
      .then("TOO_MANY_REQUESTS");
    await given(profile, [setAddress(), ...names])
      .when(setName("next", session, noon + nameRest))
      .then({ username: "next" });
    await given(profile, [setAddress(), ...names.slice(1)])
      .when(setName("next"))
      .then({ username: "next" });
  });

  test.each(["", " ann", "a".repeat(65), "a\u202eb", "<b>"])("and %j is none", async (username) => {
    await given(profile, [setAddress()]).when(setName(username)).then("INVALID_INPUT");
  });
});

describe("an image", () => {
  test("is an https or ipfs URL", async () => {
    await given(profile, [setAddress()]).when(setImage("ipfs://bafy/1.png")).then({ userImage: "ipfs://bafy/1.png" });
    await given(profile, [setAddress()]).when(setImage("http://example.com/1.png")).then("INVALID_INPUT");
    await given(profile, [setAddress()]).when(setImage("javascript:alert(1)")).then("INVALID_INPUT");
  });

  test("is taken away by the empty text", async () => {
    const log = [setAddress(), setImage("https://example.com/1.png")];
    await given(profile, log).when(setImage("")).then({ userImage: null });
  });
});

test("an action with a member that nobody knows is refused", async () => {
  await given(profile)
    .when(setAddress(session, { admin: true }))
    .then("INVALID_INPUT");
});

test("one row tells what the log comes to, an .eth name as any other", async () => {
  const log = [setAddress(), setImage("https://example.com/1.png")];
  const { projection } = await given(profile, log)
    .when(setName("Ann.eth", session, noon + hour))
    .then({});
  const set = {
    owner: folded,
    eth_address: address,
    address_folded: folded,
    chain_id: null,
    username: "Ann.eth",
    username_folded: "ann.eth",
    user_image: "https://example.com/1.png",
    created_at: iso(noon),
    updated_at: iso(noon + hour),
  };
  expect(projection.rows).toEqual([{ table: "profiles", key: { document: theDocument }, set }]);
});

test("opening alone changes no table", () => {
  const create = { type: "CREATE_DOCUMENT", input: {}, by: signed };
  const entry = entryOf(profile, emptyHead, create, {
    ...signed,
    authority: { by: "session", entry: "" },
    method: "recovery",
  });
  const state = profile.initial({ user: ann, app: key });
  expect(profile.evolve(state, entry)).toBe(state);
  expect(profile.project(state, entry)).toEqual({ rows: [], claims: [] });
});

test("folding never throws, whatever the log holds, and leaves the state alone where an action is not known", () => {
  const actor = { ...session, authority: { by: "session", entry: "" }, method: "recovery" } as const;
  const entry = entryOf(profile, emptyHead, setAddress(), actor);
  const member = fc.constantFrom("username", "ethAddress", "userImage", "chainId", "toString");
  const good = [
    { username: "Ann" },
    { username: "Bea" },
    { ethAddress: address },
    { ethAddress: folded },
    { userImage: "ipfs://a/b" },
  ];
  const change = fc.record({
    type: fc.constantFrom(...Object.keys(profile.actions), "toString", "constructor", "NOOP"),
    input: fc.oneof(fc.dictionary(member, fc.jsonValue()), fc.constantFrom(...good)),
    admittedAt: fc.constantFrom(iso(noon), iso(noon + 91 * day), "never"),
  });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 12 }), (changes) => {
      let state = profile.initial({ user: ann, app: key });
      for (const { type, input, admittedAt } of changes) {
        const next = { ...entry, action: { ...entry.action, type, input }, admittedAt } as typeof entry;
        const before = state;
        state = profile.evolve(state, next);
        if (!type.startsWith("SET_")) expect(state).toBe(before);
        if (before.ethAddress !== null) expect(state.ethAddress).toBe(before.ethAddress);
        profile.project(state, next);
        profile.view(state);
        expect(JSON.parse(JSON.stringify(state))).toEqual(state);
      }
    }),
    { numRuns: 500 },
  );
});
