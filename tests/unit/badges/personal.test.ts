import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  emailLookup,
  hashEmail,
  makeDisclosure,
  openContact,
  openPersonal,
  readPersonal,
  sealContact,
  sealPersonal,
} from "../../../src/badges/personal.ts";
import { makeServiceKeys } from "../../../src/identity/service-keys.ts";
import { noon } from "../given.ts";

const keys = await makeServiceKeys(noon);
const others = await makeServiceKeys(noon);

describe("a disclosure", () => {
  test("opens its own digest and no other", () => {
    const names = fc
      .string({ minLength: 1, maxLength: 80 })
      .filter((text) => /^[^\s\p{C}][^\p{C}]*$/u.test(text) && text.trim() === text);
    fc.assert(
      fc.property(names, (name) => {
        const { text, digest } = makeDisclosure({ name });
        expect(readPersonal(text, digest)).toEqual({ name });
        expect(readPersonal(text, makeDisclosure({ name }).digest)).toBeUndefined();
      }),
    );
  });

  test("is base64url of a salt of 128 bits, its name and what it says", () => {
    const { text, digest } = makeDisclosure({ name: "Ada" });
    const [salt, name, said] = JSON.parse(Buffer.from(text, "base64url").toString());
    expect(Buffer.from(salt, "base64url")).toHaveLength(16);
    expect([name, said]).toEqual(["personal", { name: "Ada" }]);
    expect(digest).toBe(createHash("sha256").update(text).digest("base64url"));
  });

  test.each(["", "e30", Buffer.from("[1,2,3]").toString("base64url"), Buffer.from("{").toString("base64url"), "%"])(
    "is not %j",
    (text) => {
      expect(readPersonal(text, createHash("sha256").update(text).digest("base64url"))).toBeUndefined();
    },
  );
});

describe("what is kept of a person", () => {
  test("is read with the service's keys alone", async () => {
    const { text, digest } = makeDisclosure({ name: "Ada" });
    const sealed = await sealPersonal(keys, text);
    expect(sealed).not.toContain(text);
    expect(await openPersonal(keys, sealed, digest)).toEqual({ name: "Ada" });
    expect(await openPersonal(others, sealed, digest)).toBeUndefined();
    const contact = { email: "ada@example.org", secret: "s" };
    expect(await openContact(keys, await sealContact(keys, contact))).toEqual(contact);
    expect(await openContact(keys, sealed)).toBeUndefined();
  });

  test("is found by an address in any letter case, under this service's secret", () => {
    expect(emailLookup(keys, "Ada@Example.org")).toBe(emailLookup(keys, " ada@example.org"));
    expect(emailLookup(keys, "ada@example.org")).not.toBe(emailLookup(keys, "eva@example.org"));
    expect(emailLookup(keys, "ada@example.org")).not.toBe(emailLookup(others, "ada@example.org"));
  });

  test("hashes an address behind a salt of its own", () => {
    const { hash, salt } = hashEmail("ada@example.org");
    expect(hash).toBe(`sha256$${createHash("sha256").update(`ada@example.org${salt}`).digest("hex")}`);
    expect(hashEmail("ada@example.org").salt).not.toBe(salt);
  });
});
