import { ParsedMessage } from "@spruceid/siwe-parser";
import fc from "fast-check";
import { SiweMessage } from "siwe";
import { describe, expect, test } from "vitest";
import { checkSiwe, maxMessage, parseSiwe } from "../../../src/identity/siwe.ts";
import { day, iso, minute, parseTime, second } from "../../../src/kernel/time.ts";
import { alice, now, origin, siweText } from "./message.ts";

const life = 10 * minute;
const key = "did:key:zDnaevvCXbHpbyCpybTMZbPK6snWfAGxiLaDAx936DMa8XmwV";

const code = (code: string) => expect.objectContaining({ code });

describe("a sign-in message", () => {
  const valid: [string, string][] = [
    ["as wallets write it", siweText()],
    ["without a statement", siweText({ statement: undefined })],
    ["with an empty statement", siweText({ statement: "" })],
    ["with its scheme", siweText({ head: "https://renown.example" })],
    ["with a scheme that few use", siweText({ head: "web+app://renown.example" })],
    ["with a port", siweText({ head: "localhost:8787", uri: "http://localhost:8787" })],
    ["for an IPv6 host", siweText({ head: "[::1]:8787", uri: "http://[::1]:8787/" })],
    ["with user information", siweText({ head: "me@renown.example" })],
    ["with a percent in the host", siweText({ head: "r%65nown.example" })],
    ["with a path, a query and a fragment", siweText({ uri: `${origin}/a/b?c=d#e` })],
    ["with a URI that is no address of a site", siweText({ uri: "urn:uuid:1" })],
    [
      "with every field",
      siweText({ expirationTime: iso(now + 1), notBefore: iso(now), requestId: "a-1", resources: [key] }),
    ],
    ["with an empty request id", siweText({ requestId: "" })],
    [
      "with many resources",
      siweText({ resources: [key, "urn:renown:may:a/b:C", "https://a.example/x?y#z", "ipfs://b/"] }),
    ],
    ["with times beside UTC", siweText({ issuedAt: "2026-11-20T13:00:00+01:00", notBefore: "2026-11-20T12:00:00.1Z" })],
    ["with small letters in a time", siweText({ issuedAt: "2026-11-20t12:00:00z" })],
    ["with a chain id of many digits", siweText({ chainId: 2147483647 })],
    ["with every letter that a statement may have", siweText({ statement: "azAZ09 !#$&'()*+,-./:;=?@[]_~" })],
  ];

  test.each(valid)("%s is read as the reference library reads it", (_name, text) => {
    const theirs = new SiweMessage(text);
    const ours = parseSiwe(text);
    expect({
      domain: ours.domain,
      scheme: ours.scheme,
      address: ours.account.address,
      statement: ours.statement,
      uri: ours.uri,
      chainId: ours.account.chainId,
      nonce: ours.nonce,
      issuedAt: ours.issuedAt,
      expirationTime: ours.expirationTime,
      notBefore: ours.notBefore,
      resources: ours.resources,
    }).toEqual({
      domain: theirs.domain,
      scheme: theirs.scheme,
      address: theirs.address.toLowerCase(),
      statement: theirs.statement,
      uri: theirs.uri,
      chainId: theirs.chainId,
      nonce: theirs.nonce,
      issuedAt: Date.parse(theirs.issuedAt!.toUpperCase()),
      expirationTime: theirs.expirationTime,
      notBefore: theirs.notBefore === undefined ? undefined : Date.parse(theirs.notBefore),
      resources: theirs.resources ?? [],
    });
    expect(ours.text).toBe(text);
  });

  const invalid: [string, string][] = [
    ["nothing", ""],
    ["a line break at the end", `${siweText()}\n`],
    ["lines that end as on Windows", siweText().replaceAll("\n", "\r\n")],
    ["a statement of two lines", siweText({ statement: "One.\nTwo." })],
    ["quotes in the statement", siweText({ statement: 'Say "yes".' })],
    ["letters beyond ASCII in the statement", siweText({ statement: "Zürich" })],
    ["a NUL in the statement", siweText({ statement: "a\0b" })],
    ["an address in small letters", siweText({ address: alice.address.toLowerCase() })],
    ["an address with one letter of the wrong case", siweText({ address: otherCase(alice.address) })],
    ["an address that is too short", siweText({ address: alice.address.slice(0, -1) })],
    ["an address that is too long", siweText({ address: `${alice.address}0` })],
    ["another version", siweText({ version: "2" })],
    ["a chain id that is no number", siweText({ chainId: "one" })],
    ["a nonce of seven characters", siweText({ nonce: "abcdef1" })],
    ["a nonce with a hyphen", siweText({ nonce: "abcdefgh-12345678" })],
    ["an empty domain", siweText({ head: "" })],
    ["a domain with a path", siweText({ head: "renown.example/login" })],
    ["a domain with a space", siweText({ head: "renown.example evil.example" })],
    ["a URI without a scheme", siweText({ uri: "renown.example" })],
    ["a URI with a space", siweText({ uri: `${origin}/a b` })],
    ["fields in another order", siweText().replace("Version: 1\nChain ID: 1", "Chain ID: 1\nVersion: 1")],
    ["a field of its own", siweText().replace("Version: 1", "Version: 1\nRole: admin")],
    ["a field twice", siweText().replace("Chain ID: 1", "Chain ID: 1\nChain ID: 2")],
    ["no line before the statement", siweText().replace("\n\nHello.", "\nHello.")],
    ["a resource without a bullet", siweText({ resources: [key] }).replace("- did", "did")],
    ["a resource that is no URI", siweText({ resources: ["not a uri"] })],
    ["a resource with a broken port", siweText({ resources: ["https://a.example:port/"] })],
    ["a percent sign that encodes nothing", siweText({ resources: ["urn:a:%zz"] })],
    ["a request id with a slash", siweText({ requestId: "a/b" })],
    ["an issued-at that is missing", siweText().replace(/\nIssued At.*/, "")],
    ["not before ahead of the expiration", `${siweText({ notBefore: iso(now) })}\nExpiration Time: ${iso(now)}`],
  ];

  test.each(invalid)("with %s is refused, as the reference library refuses it", (_name, text) => {
    expect(() => new SiweMessage(text)).toThrow();
    expect(() => parseSiwe(text)).toThrow(code("INVALID_SIWE"));
  });

  test.each([
    ["hello", "Line 1 of a message"],
    [siweText().replaceAll("\n", "\r\n"), "a line feed alone"],
    [siweText({ address: alice.address.slice(0, -1) }), "Line 2 of a message is the address"],
    [siweText().replace("\n\nHello.", "\nHello."), "Line 3 of a message is empty"],
    [siweText({ version: "2" }), "Line 7 of the message, `Version:`"],
    [siweText({ chainId: "one" }), "Line 8 of the message, `Chain ID:`"],
    [siweText({ nonce: "abc" }), "Line 9 of the message, `Nonce:`"],
    [siweText().replace(/\nIssued At.*/, ""), "no line that begins with `Issued At:`"],
    [siweText({ resources: ["not a uri"] }), "EIP-4361"],
  ])("that is refused, as %j, says where it fails", (text, told) => {
    const detail = expect.stringContaining(told);
    expect(() => parseSiwe(text)).toThrow(expect.objectContaining({ code: "INVALID_SIWE", detail }));
  });

  test.each([
    ["a word", "tomorrow"],
    ["a date alone", "2026-11-20"],
    ["no time zone", "2026-11-20T12:00:00"],
    ["a day that no month has", "2026-02-30T12:00:00Z"],
    ["an hour that no day has", "2026-11-20T25:00:00Z"],
    ["seconds since 1970", "1795176000"],
  ])("with a time that is %s is refused in each of its three fields", (_name, time) => {
    for (const parts of [{ issuedAt: time }, { expirationTime: time }, { notBefore: time }])
      expect(() => parseSiwe(siweText(parts))).toThrow(code("UNREADABLE_DATE"));
  });

  test.each(["0", "2147483648", "99999999999999999999", "00"])("of chain %s is refused", (chainId) => {
    expect(() => parseSiwe(siweText({ chainId }))).toThrow(code("WRONG_CHAIN"));
  });

  test("of 65 resources is read and of 66 is not", () => {
    const resources = Array.from({ length: 65 }, (_, i) => `urn:a:${i}`);
    expect(parseSiwe(siweText({ resources })).resources).toHaveLength(65);
    expect(() => parseSiwe(siweText({ resources: [...resources, "urn:a:b"] }))).toThrow(code("INVALID_SIWE"));
  });

  test("as long as a message may be is read, and one that is longer is not", () => {
    const short = siweText({ statement: "a" }).length;
    const statement = "a".repeat(maxMessage - short + 1);
    expect(parseSiwe(siweText({ statement })).statement).toBe(statement);
    expect(() => parseSiwe(siweText({ statement: `${statement}a` }))).toThrow(code("INVALID_SIWE"));
  });
});

/** The address with its first letter in the other case. */
function otherCase(address: string): string {
  return address.replace(/(?<=^0x\d*)[a-fA-F]/, (letter) =>
    letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
  );
}

describe("the two readers", () => {
  const part = fc.constantFrom(
    ..."az09AZ-._~:/?#[]@!$&'()*+,;=% \n",
    "%41",
    "//",
    "1.1.1.256",
    "did:key:z6",
    "urn:",
    "https://",
    ":8787",
    "-",
    "\n- ",
    "::1",
    "2026-11-20T12:00:00Z",
  );
  const snippet = fc.array(part, { maxLength: 12 }).map((parts) => parts.join(""));
  const fields = fc.record(
    {
      head: fc.oneof(fc.constant("renown.example"), snippet),
      statement: fc.oneof(fc.constant(undefined), snippet),
      uri: fc.oneof(
        fc.constant(origin),
        snippet,
        snippet.map((text) => `https://${text}`),
      ),
      nonce: fc.oneof(fc.constant("abcdefgh1"), snippet),
      requestId: snippet,
      resources: fc.array(
        fc.oneof(
          snippet,
          snippet.map((text) => `urn:${text}`),
        ),
        { maxLength: 3 },
      ),
    },
    { requiredKeys: [] },
  );

  test("agree on whatever a message is made of", () => {
    fc.assert(
      fc.property(fields, (parts) => {
        const text = siweText(parts);
        expect(outcome(() => ours(text))).toEqual(outcome(() => theirs(text)));
      }),
      { numRuns: 400 },
    );
  });

  test("agree on messages in which anything has been replaced", () => {
    const whole = siweText({ expirationTime: iso(now), requestId: "r", resources: [key, `${origin}/x?y`] });
    const change = fc.record({ at: fc.nat(whole.length), length: fc.nat(3), by: snippet });
    fc.assert(
      fc.property(change, ({ at, length, by }) => {
        const text = whole.slice(0, at) + by + whole.slice(at + length);
        expect(outcome(() => ours(text))).toEqual(outcome(() => theirs(text)));
      }),
      { numRuns: 400 },
    );
  });

  function outcome<T>(read: () => T): T | "refused" {
    try {
      return read();
    } catch {
      return "refused";
    }
  }

  function ours(text: string) {
    const { domain, scheme, statement, uri, nonce, resources, expirationTime, account } = parseSiwe(text);
    return { domain, scheme, statement, uri, nonce, resources, expirationTime, chainId: account.chainId };
  }

  function theirs(text: string) {
    const { domain, scheme, statement, uri, nonce, resources = [], expirationTime, ...rest } = new ParsedMessage(text);
    // The grammar knows no bounds of chain ids, and leap seconds; these are ours.
    for (const time of [rest.issuedAt, expirationTime, rest.notBefore]) if (time !== undefined) parseTime(time);
    if (rest.chainId < 1 || rest.chainId > 2 ** 31 - 1) throw new Error("chain");
    return { domain, scheme, statement, uri, nonce, resources, expirationTime, chainId: rest.chainId };
  }
});

describe("a message that was read", () => {
  const check = (parts: Parameters<typeof siweText>[0], at = now) =>
    checkSiwe(parseSiwe(siweText(parts)), origin, at, life);

  test("is taken on our site, now", () => {
    expect(() => check({ head: "https://renown.example", uri: `${origin}/login`, notBefore: iso(now) })).not.toThrow();
  });

  test.each([
    ["another domain", { head: "evil.example" }],
    ["a part of our domain", { head: "example" }],
    ["a domain below ours", { head: "a.renown.example" }],
    ["our domain with a port", { head: "renown.example:8443" }],
    ["our domain in capitals", { head: "RENOWN.example" }],
    ["another scheme", { head: "http://renown.example" }],
    ["a URI on another site", { uri: "https://evil.example" }],
    ["a URI whose host only begins as ours", { uri: "https://renown.example.evil.example/" }],
    ["a URI in which we are the user", { uri: "https://renown.example@evil.example/" }],
    ["a URI over http", { uri: "http://renown.example" }],
  ])("is refused for %s", (_name, parts) => {
    expect(() => check(parts)).toThrow(code("WRONG_DOMAIN"));
  });

  test.each([
    ["issued more than five minutes ahead", { issuedAt: iso(now + 5 * minute + 1) }, "NOT_YET_VALID"],
    ["not valid yet", { notBefore: iso(now + 1) }, "NOT_YET_VALID"],
    ["issued as long ago as a nonce lives", { issuedAt: iso(now - life) }, "EXPIRED"],
    ["expired by now", { expirationTime: iso(now) }, "EXPIRED"],
    ["expired a day ago", { expirationTime: iso(now - day) }, "EXPIRED"],
  ])("is refused where it is %s", (_name, parts, expected) => {
    expect(() => check(parts)).toThrow(code(expected));
  });

  test("is taken a moment before each of its limits", () => {
    expect(() => check({ issuedAt: iso(now + 5 * minute) })).not.toThrow();
    expect(() => check({ issuedAt: iso(now - life + 1) })).not.toThrow();
    expect(() => check({ expirationTime: iso(now + second) })).not.toThrow();
  });
});
