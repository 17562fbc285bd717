import { describe, expect, test } from "vitest";
import {
  badgeIn,
  badgeLinkIn,
  isClaimLink,
  personIn,
} from "../../../src/http/pages/verification/verify-badge-reading.ts";
import { base64url, utf8 } from "../../../src/kernel/bytes.ts";

const part = (value: unknown) => base64url(utf8(JSON.stringify(value)));
const jwtOf = (payload: object) => `${part({ alg: "ES256", typ: "vc+jwt" })}.${part(payload)}.${"A".repeat(86)}`;
const badge = { type: ["VerifiableCredential", "OpenBadgeCredential"] };

describe("what somebody gives to be checked", () => {
  test.each([
    ["a JWT of a badge", jwtOf(badge)],
    ["JSON of a badge", JSON.stringify(badge)],
    ["an endorsement", JSON.stringify({ type: "EndorsementCredential" })],
    [
      "any credential with a Data Integrity proof",
      JSON.stringify({ type: "X", proof: { type: "DataIntegrityProof" } }),
    ],
    ["an Assertion of Open Badges 2.0, which is told to be too old", JSON.stringify({ type: "Assertion" })],
    ["a picture as a data: URL", "data:image/png;base64,AAAA"],
    ["a link", "https://badges.example/b/1"],
  ])("is a badge: %s", (_, text) => expect(badgeIn(text, false)).toBeDefined());

  test.each([
    ["an operation", JSON.stringify({ operation: {}, context: {} })],
    [
      "a Renown credential",
      JSON.stringify({ type: ["VerifiableCredential"], proof: { type: "EthereumEip712Signature2021" } }),
    ],
    ["a token", jwtOf({ iss: "x" })],
    ["a sentence", "hello https://badges.example"],
    ["nothing", ""],
    ["a list", "[]"],
    ["half an object", '{"type":'],
  ])("is none: %s", (_, text) => expect(badgeIn(text, false)).toBeUndefined());

  test("is taken for one where somebody asks whose it is, if it is a credential at all", () => {
    expect(badgeIn(jwtOf({ iss: "x" }), true)).toBeDefined();
    expect(badgeIn('{"type":"X"}', true)).toEqual({ type: "X" });
    expect(badgeIn("hello", true)).toBeUndefined();
  });

  test("is a file as it stands, but for one that holds a link", () => {
    const bytes = utf8("<svg/>");
    expect(badgeIn(bytes, false)).toBe(bytes);
    expect(badgeIn(utf8(" https://badges.example/b/1#claim=x \n"), false)).toBe("https://badges.example/b/1");
    const png = Uint8Array.of(0x89, 0x50, 0xff);
    expect(badgeIn(png, false)).toBe(png);
  });
});

describe("the link of a badge", () => {
  test("loses the secret that may stand behind its #", () => {
    expect(badgeIn("https://badges.example/b/1#claim=secret", false)).toBe("https://badges.example/b/1");
    expect(badgeLinkIn(" https://badges.example/b/1#claim=secret ")).toBe("https://badges.example/b/1");
    expect(isClaimLink("https://badges.example/b/1#claim=secret")).toBe(true);
    expect(isClaimLink("https://badges.example/b/1#criteria")).toBe(false);
  });
});

describe("whose badge it should be", () => {
  test("is a DID, an e-mail address, or nobody", () => {
    expect(personIn("did:web:example.edu")).toEqual({ did: "did:web:example.edu" });
    expect(personIn("ada@example.com")).toEqual({ email: "ada@example.com" });
    expect(personIn("")).toBeUndefined();
  });
});
