import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../../src/kernel/json.ts";
import { recipientCheck } from "../../../src/verify/recipient.ts";
import { learner } from "./badge-scene.ts";

const email = "Ada@example.org";
const hashOf = (algorithm: string, text: string) => `${algorithm}$${createHash(algorithm).update(text).digest("hex")}`;
const named = (identityHash: string, more: JsonObject = {}): JsonObject => ({
  credentialSubject: {
    identifier: [{ type: "IdentityObject", identityType: "emailAddress", hashed: true, identityHash, ...more }],
  },
});
const byEmail = (body: JsonObject, asked = email) => recipientCheck(body, { email: asked });

describe("a badge with a DID", () => {
  const body = { credentialSubject: { id: learner } };

  test("is that DID's, and perhaps that of the same address on other chains, where a contract may be another's", () => {
    expect(recipientCheck(body, { did: learner })).toMatchObject({ outcome: "pass", code: "OK", required: true });
    const elsewhere = learner.replace(":1:", ":10:").replace("0x11", "0x11").toUpperCase();
    const other = `did:pkh:eip155:10:${elsewhere.slice(-42).toLowerCase()}`;
    expect(recipientCheck(body, { did: other })).toMatchObject({ outcome: "unknown", code: "SAME_ADDRESS" });
  });

  test("is nobody else's", () => {
    for (const did of ["did:pkh:eip155:1:0x2222222222222222222222222222222222222222", "did:key:z6Mk", "nonsense"])
      expect(recipientCheck(body, { did })).toMatchObject({ outcome: "fail", code: "OTHER_RECIPIENT" });
  });

  test("does not say whether it belongs to an e-mail address", () => {
    expect(byEmail(body)).toMatchObject({ outcome: "unknown", code: "RECIPIENT_NOT_NAMED" });
    expect(recipientCheck(body, { email, did: learner })).toMatchObject({ outcome: "pass" });
  });
});

describe("a badge with an e-mail address", () => {
  test.each(["sha256", "md5"])("is found by its %s with a salt, as it was written or in small letters", (algorithm) => {
    for (const written of [email, email.toLowerCase()]) {
      const body = named(hashOf(algorithm, `${written}salt`), { salt: "salt" });
      expect(byEmail(body)).toMatchObject({ outcome: "pass" });
      expect(byEmail(body, "eve@example.org")).toMatchObject({ outcome: "fail", code: "OTHER_RECIPIENT" });
    }
    expect(byEmail(named(hashOf(algorithm, `${email}salt`), { salt: "other" }))).toMatchObject({ outcome: "fail" });
  });

  test("is found without a salt, and where the hash is in capitals", () => {
    const [name, digest] = hashOf("sha256", email).split("$");
    expect(byEmail(named(`${name}$${digest!.toUpperCase()}`))).toMatchObject({ outcome: "pass" });
  });

  test("is found where it stands in plain, and not where it only looks plain", () => {
    expect(byEmail(named(email.toLowerCase(), { hashed: false }))).toMatchObject({ outcome: "pass" });
    expect(byEmail(named(email, { hashed: true }))).toMatchObject({ outcome: "fail" });
  });

  test("is not taken for an identifier of another kind", () => {
    const body = named(email, { identityType: "studentId", hashed: false });
    expect(byEmail(body)).toMatchObject({ outcome: "unknown", code: "RECIPIENT_NOT_NAMED" });
  });
});

test("a badge is compared with nobody unless somebody is named", () => {
  expect(recipientCheck({}, undefined)).toMatchObject({ required: false, code: "NOT_ASKED" });
  expect(recipientCheck({ credentialSubject: "x" }, { did: learner })).toMatchObject({ outcome: "unknown" });
});
