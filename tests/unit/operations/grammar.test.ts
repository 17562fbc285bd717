import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Failure } from "../../../src/kernel/failure.ts";
import type { JsonObject } from "../../../src/kernel/json.ts";
import { operationDigest } from "../../../src/operations/entry.ts";
import {
  appOf,
  maxActionLength,
  maxInputDepth,
  parseOperation,
  suiteOf,
  textOf,
  tuplesOf,
  userOf,
} from "../../../src/operations/operation.ts";
import { signOperation } from "../../../src/operations/sign.ts";
import { alice, appKey, userOf as did, otherKey, start } from "../../harness.ts";

const place = { document: "5b6a3c2e-1111-4222-8333-444455556666", kind: "acme/invoice", branch: "main" };
const { action } = await signOperation(
  { ...place, type: "SET_AMOUNT", input: { amount: 1 }, user: did(alice), app: "test" },
  appKey,
  start,
);
const wire = () => JSON.parse(JSON.stringify(action));

const code = (value: unknown, strict = true, where = place) => {
  try {
    parseOperation(value, where, strict);
    return undefined;
  } catch (error) {
    if (error instanceof Failure) return error.code;
    throw error;
  }
};
const changed = (change: (copy: ReturnType<typeof wire>) => void) => {
  const copy = wire();
  change(copy);
  return copy;
};

describe("an action", () => {
  it("is read as it came, members in their order", () => {
    const shuffled = { type: action.type, input: { b: 1, a: 2 }, context: wire().context, ...wire(), scope: "global" };
    expect(Object.keys(parseOperation(shuffled, place).action)).toEqual(Object.keys(shuffled));
    expect(textOf(parseOperation(shuffled, place).action)).toBe(JSON.stringify(shuffled));
  });

  it("keeps its text when it is written and read again", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 })), (input) => {
        const value = { ...wire(), input };
        fc.pre(code(value) === undefined);
        const first = parseOperation(value, place);
        const again = parseOperation(JSON.parse(textOf(first.action)), place);
        expect(textOf(again.action)).toBe(textOf(first.action));
        expect(operationDigest(again)).toBe(operationDigest(first));
      }),
    );
  });

  it.each(["id", "type", "timestampUtcMs", "input", "scope"])("is refused without %s", (member) => {
    expect(code(changed((copy) => delete copy[member]))).toBe("INVALID_OPERATION");
    expect(code(changed((copy) => (copy[member] = null)))).toBe("INVALID_OPERATION");
    expect(code(changed((copy) => (copy[member] = 1)))).toBe("INVALID_OPERATION");
  });

  it.each([null, undefined, 1, "a", [], [wire()], () => 1])("is refused where it is %s", (value) =>
    expect(code(value)).toBe("INVALID_OPERATION"),
  );

  it.each(["attachments", "toString", "constructor", "hasOwnProperty", "valueOf", "__proto__", "isPrototypeOf"])(
    "is refused with a member %s, or has it passed over where it is only verified",
    (member) => {
      const text = JSON.stringify(wire()).replace("{", () => `{"${member}":{"a":1},`);
      const value = JSON.parse(text);
      expect(code(value)).toBe("INVALID_OPERATION");
      expect(textOf(parseOperation(value, place, false).action)).toBe(JSON.stringify(wire()));
      for (const part of ["context", "signer", "user", "app"]) {
        const inner = JSON.parse(
          JSON.stringify(wire()).replace(`"${part}":{`, () => `"${part}":{"${member}":{"a":1},`),
        );
        expect(code(inner), part).toBe("INVALID_OPERATION");
        expect(textOf(parseOperation(inner, place, false).action), part).toBe(JSON.stringify(wire()));
      }
    },
  );

  it.each([
    ["id", "5B6A3C2E-1111-4222-8333-444455556666"],
    ["id", "5b6a3c2e-1111-4222-8333-44445555666"],
    ["id", "5b6a3c2e-1111-4222-8333-444455556666\n"],
    ["id", "00000000-0000-0000-0000-000000000000"],
    ["type", "setAmount"],
    ["type", "SET AMOUNT"],
    ["type", `A${"B".repeat(128)}`],
    ["type", "SÉT"],
    ["scope", "Global"],
    ["scope", "1"],
    ["scope", ""],
    ["scope", "a".repeat(65)],
  ])("is refused where its %s is %j", (member, value) =>
    expect(code(changed((copy) => (copy[member] = value)))).toBe("INVALID_OPERATION"),
  );

  it.each([
    ["type", /^[A-Z][A-Za-z0-9_]{0,127}$/, "AZaz09_- é\n", 130],
    ["scope", /^[a-z][a-z0-9-]{0,63}$/, "azAZ09-_/ é\n", 66],
  ])("has exactly the %s that the specification's pattern %s takes", (member, pattern, characters, longest) => {
    const texts = fc.oneof(
      fc.string({ unit: fc.constantFrom(...characters), maxLength: longest }),
      fc.stringMatching(pattern),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const taken = code(changed((copy) => (copy[member] = text))) === undefined;
        expect(taken).toBe(pattern.test(text));
      }),
    );
  });

  it("stands in exactly the kinds that the specification's pattern takes", () => {
    const pattern = /^[a-z0-9-]{1,64}\/[a-z0-9-]{1,64}$/;
    const part = fc.string({ unit: fc.constantFrom(..."az09-"), maxLength: 66 });
    const texts = fc.oneof(
      fc.string({ unit: fc.constantFrom(..."azA09-/_ é\n"), maxLength: 12 }),
      fc.tuple(part, part).map((parts) => parts.join("/")),
    );
    fc.assert(
      fc.property(texts, (kind) => {
        expect(code(wire(), true, { ...place, kind }) === undefined).toBe(pattern.test(kind));
      }),
    );
  });

  it("is signed at exactly the seconds that the specification's pattern takes", () => {
    const pattern = /^[1-9]\d{9,10}$/;
    const texts = fc.string({ unit: fc.constantFrom(..."0123456789 a-.\n"), minLength: 8, maxLength: 13 });
    const digits = fc.string({ unit: fc.constantFrom(..."0123456789"), minLength: 9, maxLength: 12 });
    fc.assert(
      fc.property(fc.oneof(texts, digits), (signedAt) => {
        const value = changed((copy) => (copy.context.signer.signatures[0][0] = signedAt));
        expect(code(value) === undefined).toBe(pattern.test(signedAt));
      }),
    );
  });

  it(`has at most ${maxActionLength} characters where it is kept`, () => {
    const long = (length: number) => changed((copy) => (copy.input = { a: "x".repeat(length) }));
    const room = maxActionLength - JSON.stringify(long(0)).length;
    expect(textOf(parseOperation(long(room), place).action)).toHaveLength(maxActionLength);
    expect(() => textOf(parseOperation(long(room + 1), place).action)).toThrow(
      expect.objectContaining({ code: "TOO_LARGE" }),
    );
  });

  it(`has an input of at most ${maxInputDepth} levels`, () => {
    const nested = (levels: number) => JSON.parse(`${'{"a":'.repeat(levels)}1${"}".repeat(levels)}`) as JsonObject;
    expect(code(changed((copy) => (copy.input = nested(maxInputDepth))))).toBeUndefined();
    expect(code(changed((copy) => (copy.input = nested(maxInputDepth + 1))))).toBe("TOO_DEEP");
  });

  it.each([
    ["U+0000", "\0"],
    ["a lone surrogate", "\ud800"],
  ])("is refused with %s in it, wherever texts stand", (_what, text) => {
    expect(code(changed((copy) => (copy.input = { a: [{ b: text }] })))).toBe("MALFORMED_JSON");
    expect(code(changed((copy) => (copy.input = { [text]: 1 })))).toBe("MALFORMED_JSON");
    expect(code(changed((copy) => (copy.context.nonce = text)))).toBe("MALFORMED_JSON");
    expect(code(changed((copy) => (copy.context.signer.app.name = text)))).toBe("MALFORMED_JSON");
    expect(code(wire(), true, { ...place, document: `a${text}` })).toBe("INVALID_OPERATION");
  });

  it.each([
    ["prevOpIndex", 1.5],
    ["prevOpIndex", "1"],
    ["prevOpHash", 1],
    ["nonce", "n".repeat(257)],
    ["also", 1],
  ])("is refused where its context has %s %j", (member, value) =>
    expect(code(changed((copy) => (copy.context[member] = value)))).toBe("INVALID_OPERATION"),
  );

  it("may leave out what its context need not have", () => {
    expect(code(changed((copy) => delete copy.context))).toBeUndefined();
    expect(code(changed((copy) => (copy.context = null)))).toBeUndefined();
    expect(code(changed((copy) => (copy.context.signer = null)))).toBeUndefined();
    expect(
      code(changed((copy) => Object.assign(copy.context, { prevOpIndex: null, prevOpHash: null, nonce: null }))),
    ).toBeUndefined();
  });
});

describe("a place", () => {
  it.each([
    { document: "" },
    { document: "a,b" },
    { document: "a\nb" },
    { document: "a\u0085b" },
    { document: "a".repeat(257) },
    { kind: "acme" },
    { kind: "Acme/invoice" },
    { kind: "acme/in/voice" },
    { branch: "feature" },
    { branch: "" },
  ])("is refused where it has %j", (part) =>
    expect(code(wire(), true, { ...place, ...part })).toBe("INVALID_OPERATION"),
  );

  it.each(["a", "A/b+c==", "dokument-ä", "r1", "a b", "😀"])("takes the foreign id %j", (document) =>
    expect(code(wire(), true, { ...place, document })).toBeUndefined(),
  );
});

describe("a signer", () => {
  const user = (value: unknown) => changed((copy) => (copy.context.signer.user = value));
  const address = alice.address;

  it.each([
    { address, networkId: "eip155", chainId: 0 },
    { address, networkId: "", chainId: 1 },
    { address: "", networkId: "eip155", chainId: 1 },
    { address: "", networkId: "", chainId: 1 },
    { address, networkId: "eip155", chainId: "1" },
    { address, networkId: "eip155", chainId: 1.5 },
    { address, networkId: "eip155", chainId: 2 ** 31 },
    { address, networkId: "solana", chainId: 1 },
    { address: address.slice(2), networkId: "eip155", chainId: 1 },
    { address: `${address}0`, networkId: "eip155", chainId: 1 },
    { address: "alice.eth", networkId: "eip155", chainId: 1 },
    { address, networkId: "eip155" },
    {},
    null,
    "0x",
  ])("is refused where its user is %j", (value) => expect(code(user(value))).toBe("INVALID_OPERATION"));

  it("names its user in lower case with its chain, or nobody", () => {
    expect(userOf(parseOperation(wire(), place).action)).toBe(did(alice));
    expect(userOf(parseOperation(user({ address, networkId: "eip155", chainId: 137 }), place).action)).toBe(
      did(alice, 137),
    );
    expect(userOf(parseOperation(user({ address: "", networkId: "", chainId: 0 }), place).action)).toBe("");
    expect(
      userOf(
        parseOperation(
          changed((copy) => delete copy.context.signer.user),
          place,
        ).action,
      ),
    ).toBe("");
  });

  it("names its key only where it has signed", () => {
    expect(appOf(parseOperation(wire(), place).action)).toBe(appKey.did);
    const unsigned = changed((copy) => (copy.context.signer.signatures = []));
    expect(appOf(parseOperation(unsigned, place).action)).toBe("");
  });

  it("is refused where a tuple names another key", () =>
    expect(code(changed((copy) => (copy.context.signer.app.key = otherKey.did)))).toBe("INVALID_OPERATION"));

  it("has at most eight signatures", () => {
    const times = (count: number) =>
      changed((copy) => (copy.context.signer.signatures = Array(count).fill(copy.context.signer.signatures[0])));
    expect(tuplesOf(parseOperation(times(8), place).action)).toHaveLength(8);
    expect(code(times(9))).toBe("INVALID_OPERATION");
  });
});

describe("a tuple", () => {
  const [signedAt, app, content, prev, signature] = tuplesOf(action)[0]!;
  const tuple = (part: Partial<Record<0 | 1 | 2 | 3 | 4, unknown>>) =>
    changed(
      (copy) => (copy.context.signer.signatures = [Object.assign([signedAt, app, content, prev, signature], part)]),
    );
  const sha256 = `${"A".repeat(43)}=`;

  it.each([
    [0, "0795165369"],
    [0, "179516536"],
    [0, "179516536900"],
    [0, "+1795165369"],
    [0, 1795165369],
    [1, `${app}1`],
    [1, app.replace("zDn", "zDn0")],
    [1, "did:web:example.com"],
    [2, sha256.slice(0, -1)],
    [2, `${sha256}=`],
    [2, "r2."],
    [2, `r2.${"A".repeat(44)}`],
    [2, `r2.${"A".repeat(42)}=`],
    [2, ""],
    [3, "A".repeat(42)],
    [3, `${"A".repeat(42)}=`],
    [3, "a:b"],
    [4, signature.toUpperCase()],
    [4, signature.slice(2)],
    [4, `${signature}00`],
    [4, ""],
  ])("is refused where string %i is %j", (at, value) => expect(code(tuple({ [at]: value }))).toBe("INVALID_OPERATION"));

  it.each(["a:b", "prevhash=", "A+/=_-:A+/=_-", "", "a".repeat(128)])("of suite 1 takes the prev %j", (value) =>
    expect(code(tuple({ 2: sha256, 3: value }))).toBeUndefined(),
  );

  it.each(["a:b:c", "a b", "a,b", "a".repeat(129), "é"])("of suite 1 is refused with the prev %j", (value) =>
    expect(code(tuple({ 2: sha256, 3: value }))).toBe("INVALID_OPERATION"),
  );

  it.each(["r3.x", "r1.x", "r0.", "r10.x", "r02.x"])(
    "is of a suite that is not known where its content is %j",
    (value) => expect(code(tuple({ 2: value, 3: "anything, even this", 4: "ed25519" }))).toBe("UNKNOWN_SUITE"),
  );

  it.each([
    "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK",
    "did:key:zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme",
  ])("is of a key type that is not known where the key is %s", (value) =>
    expect(code(tuple({ 1: value }))).toBe("UNKNOWN_SUITE"),
  );

  it("is of one suite", () => {
    expect(suiteOf([signedAt, app, content, prev, signature])).toBe(2);
    expect(suiteOf([signedAt, app, sha256, prev, signature])).toBe(1);
  });

  it("may be joined, and is kept as five strings", () => {
    const joined = changed(
      (copy) => (copy.context.signer.signatures = [[signedAt, app, content, prev, signature].join(", ")]),
    );
    expect(textOf(parseOperation(joined, place).action)).toBe(JSON.stringify(wire()));
  });

  it.each([
    [content, ""],
    [content, "A".repeat(43)],
    [sha256, ""],
    [sha256, "prevhash=:RESULTHASH="],
    [`${"B".repeat(27)}=`, "A".repeat(16)],
    [`${"B".repeat(27)}=`, sha256],
    [sha256, "r2"],
  ])("is signed as a text that can be cut in one way only: %s and %s", (value, before) => {
    const m = signedAt + app + value + before;
    const cuts: string[][] = [];
    for (let i = 8; i < 14; i++)
      for (let j = i + 50; j < i + 65; j++)
        for (let k = j; k <= m.length; k++) {
          const [first, second, third, fourth] = [m.slice(0, i), m.slice(i, j), m.slice(j, k), m.slice(k)];
          const cut = changed((copy) => {
            copy.context.signer.app.key = second;
            copy.context.signer.signatures = [[first, second, third, fourth, signature]];
          });
          if (code(cut) !== "INVALID_OPERATION") cuts.push([first, second, third, fourth]);
        }
    expect(cuts).toEqual([[signedAt, app, value, before]]);
  });

  it("demands the exact time in suite 2 alone", () => {
    const at = (time: string, suite: string) => ({
      ...tuple(suite === "2" ? {} : { 2: sha256 }),
      timestampUtcMs: time,
    });
    for (const time of ["2026-11-20T12:00:00Z", "2026-11-20T12:00:00.0000Z", "2026-11-20T12:00:00.123456789Z"]) {
      expect(code(at(time, "2"))).toBe("INVALID_OPERATION");
      expect(code(at(time, "1"))).toBeUndefined();
    }
  });
});
