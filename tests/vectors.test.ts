import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it, test } from "vitest";
import { makeVectors } from "../tools/make-vectors.ts";
import { play, type Vector, vectorShape } from "./vectors/play.ts";
import { canonical, digestOf, idOf, judge, tupleOf, userOf } from "./vectors/reference.ts";

const folder = new URL("./vectors/", import.meta.url);
const files = new Map(["valid", "invalid"].flatMap((place) => read(place)));

describe.each([...files])("%s", (path, text) => {
  const vector = vectorShape.parse(JSON.parse(text));

  it(vector.law, async () => {
    expect(withoutEntry(await play(vector), vector)).toEqual(vector.then);
    const { submit, verify } = vector.then;
    const accepted = verify?.verdict === "valid" && [undefined, "admitted", "WEAK_HASH"].includes(submit);
    expect(accepted).toBe(path.startsWith("valid/"));
  });

  const asked = questioned(vector);
  if (asked && vector.then.operation)
    it("says the same as an implementation of the specification that shares no code", () => {
      const { action, place } = asked;
      expect(digestOf(action, place)).toBe(vector.then.operation);
      if (!tupleOf(action) || vector.then.verify!.checks.key !== "OK") return;
      const { good, binds } = judge(action, place);
      const { content, signature } = vector.then.verify!.checks;
      expect(signature).toBe(good ? "OK" : "BAD_SIGNATURE");
      expect(content).toBe({ full: "OK", content: "OK", weak: "WEAK_HASH", nothing: "CONTENT_MISMATCH" }[binds]);
    });
});

describe("the vectors", () => {
  test("are at least sixty", () => expect(files.size).toBeGreaterThanOrEqual(60));

  test("are what the generator makes", async () => {
    const made = await makeVectors();
    expect([...files.keys()].sort()).toEqual([...made.keys()].sort());
    for (const [path, text] of made) expect(files.get(path), path).toBe(text);
  });

  test.each(laws())("have %s", (_law, ...paths) => {
    for (const path of paths) expect([...files.keys()]).toContain(`${path}.json`);
  });

  test("name each law in its file's own words", () => {
    for (const path of files.keys()) expect(path).toMatch(/^(valid|invalid)\/[a-z0-9]+(-[a-z0-9]+){2,}\.json$/);
  });

  test("open documents whose ids follow from their openings", () => {
    let openings = 0;
    for (const [path, text] of files) {
      if (!path.startsWith("valid/")) continue;
      const { given, when, realm } = JSON.parse(text) as Vector;
      for (const step of [...given, when]) {
        if (!("open" in step)) continue;
        const { create, kind } = step.open;
        const app = tupleOf(create)![1];
        const { documentId } = create.input as { documentId: string };
        expect(idOf({ realm, kind, user: userOf(create), app, nonce: create.id })).toBe(documentId);
        openings++;
      }
    }
    expect(openings).toBeGreaterThan(20);
  });

  test("are refused where their shape is not known", () => {
    const [text] = files.values();
    const vector = JSON.parse(text!) as Vector;
    expect(vectorShape.safeParse(vector).success).toBe(true);
    expect(vectorShape.safeParse({ ...vector, also: 1 }).success).toBe(false);
    expect(vectorShape.safeParse({ ...vector, when: { sumbit: {} } }).success).toBe(false);
    expect(vectorShape.safeParse({ ...vector, given: [{ at: vector.now, wait: 1 }] }).success).toBe(false);
  });
});

test("the reference spells JSON as the examples of RFC 8785 do", () => {
  const value = {
    "\u20ac": "Euro Sign",
    "\r": "Carriage Return",
    "\ufb33": "Hebrew",
    "1": "One",
    "\u{1f600}": "Emoji",
  };
  const names = Object.keys(JSON.parse(canonical(value)) as object);
  expect(canonical(value)).toBe(
    '{"\\r":"Carriage Return","1":"One","\u20ac":"Euro Sign","\u{1f600}":"Emoji","\ufb33":"Hebrew"}',
  );
  expect(names).toHaveLength(5);
});

function read(place: string): [string, string][] {
  return readdirSync(new URL(`${place}/`, folder)).map((name) => [
    `${place}/${name}`,
    readFileSync(new URL(`${place}/${name}`, folder), "utf8"),
  ]);
}

/** Digests of entries are told where they are the same in every installation. */
function withoutEntry(outcome: Vector["then"], vector: Vector): Vector["then"] {
  const { entry, ...rest } = outcome;
  return vector.then.entry === undefined ? rest : { ...rest, entry };
}

/** The action that a vector asks about, where it stands. */
function questioned({ when }: Vector) {
  if ("text" in when) return undefined;
  if ("verify" in when) {
    const { documentId, documentType, branch } = when.verify.context as Record<string, string>;
    const action = when.verify.operation.action as Record<string, unknown>;
    return { action, place: { document: documentId!, kind: documentType!, branch: branch! } };
  }
  if ("submit" in when) {
    const { document, kind, operations } = when.submit;
    return { action: operations.at(-1)!, place: { document, kind, branch: "main" } };
  }
  const { create, kind, operations } = when.open;
  const document = (create.input as { documentId: string }).documentId;
  return { action: operations.at(-1) ?? create, place: { document, kind, branch: "main" } };
}

/** What must be shown at the least, and the files that show it. */
function laws(): [string, ...string[]][] {
  const swapped = (what: string) => `invalid/another-${what}-is-not-what-was-signed`;
  return [
    ["a bad order", "invalid/a-run-stands-in-its-order", "invalid/in-a-causal-stream-prev-names-an-entry"],
    ["a fork", "invalid/in-a-strict-stream-a-fork-is-refused"],
    ["a reused action id", "invalid/an-action-id-belongs-to-one-action-of-a-document"],
    ["the content swapped", swapped("content")],
    ["the document swapped", swapped("document"), "invalid/an-operation-is-for-one-document-alone"],
    ["the kind swapped", swapped("kind")],
    ["the branch swapped", swapped("branch")],
    ["the realm swapped", "invalid/a-document-of-another-realm-is-refused"],
    ["the user swapped", swapped("user")],
    ["the type swapped", swapped("type")],
    ["the scope swapped", swapped("scope")],
    ["the key swapped", swapped("key"), "invalid/another-key-under-suite-1-did-not-sign"],
    ["DER instead of r || s", "invalid/a-signature-in-der-is-refused"],
    ["a truncated signature", "invalid/a-truncated-signature-is-refused"],
    ["a padded signature", "invalid/a-padded-signature-is-refused"],
    ["upper-case hex", "invalid/a-signature-in-upper-case-is-refused"],
    ["a character moved between content and prev", "invalid/a-character-moved-from-content-to-prev-is-refused"],
    ["a comma in a string", "invalid/a-comma-in-a-string-is-refused"],
    [
      "two tuples",
      "invalid/two-signatures-are-not-admitted",
      "valid/of-several-signatures-each-is-checked-and-the-last-decides",
    ],
    ["suite r3", "invalid/a-suite-that-is-not-known-leaves-the-question-open"],
    ["r2. content under suite 1", "invalid/the-form-of-suite-2-over-the-content-of-suite-1-is-refused"],
    ["suite 1 under a new action id", "invalid/suite-1-is-not-admitted-again-under-a-new-action-id"],
    ["suite 1 on another document", "invalid/suite-1-is-not-admitted-again-on-another-document"],
    ["suite 1 for another user", "invalid/suite-1-does-not-speak-for-another-user"],
    ["suite 1 older than a day", "invalid/suite-1-is-not-admitted-when-a-day-has-passed"],
    ["suite 1 against another key's delegation", "invalid/suite-1-does-not-revoke-another-key"],
    ["prev unknown", "invalid/in-a-causal-stream-prev-names-an-entry"],
    ["prev of another stream", "invalid/prev-names-an-entry-of-the-same-stream"],
    ["prev that is not last", "invalid/in-a-strict-stream-prev-names-no-older-entry"],
    ["a time before that of prev", "invalid/an-operation-is-later-than-the-one-it-follows"],
    ["half a user", "invalid/half-a-user-is-refused"],
    ["an expired delegation", "invalid/a-delegation-ends-at-its-expiry"],
    ["a revoked delegation", "invalid/a-revoked-key-speaks-no-longer"],
    ["a limited delegation", "invalid/limits-that-name-another-kind-do-not-cover-it"],
    ["limits stripped", "invalid/limits-stripped-from-a-credential-break-its-proof"],
    ["a delegation by another wallet", "invalid/the-delegation-of-another-wallet-does-not-count"],
    ["the wrong chain", "invalid/a-proof-on-another-chain-than-its-issuer-is-refused"],
    ["a signed header under another key", "invalid/a-signed-header-under-another-key-is-refused"],
    ["an id that does not follow", "invalid/an-id-that-does-not-follow-from-its-opening-is-refused"],
    [
      "a future date",
      "invalid/an-operation-from-the-future-is-refused",
      "invalid/a-signature-from-the-future-is-refused",
    ],
    ["an unreadable date", "invalid/a-date-that-cannot-be-read-is-refused"],
    ["four decimals", "invalid/four-decimals-are-refused-in-suite-2"],
    ["NUL", "invalid/a-nul-is-refused"],
    ["a lone surrogate", "invalid/a-lone-surrogate-is-refused"],
    ["__proto__", "invalid/a-member-named-proto-is-refused"],
    ["duplicate names", "invalid/a-name-twice-in-an-object-is-refused"],
    ["both suites", "valid/suite-2-binds-the-whole-operation", "valid/suite-1-binds-scope-type-and-input"],
    ["SHA-1 as weak", "valid/suite-1-in-its-sha-1-form-verifies-as-weak-and-is-not-admitted"],
    ["the joined tuple", "valid/a-tuple-joined-as-graphql-joins-it-is-the-same-tuple"],
  ];
}
