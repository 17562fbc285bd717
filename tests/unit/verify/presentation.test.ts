import { describe, expect, test } from "vitest";
import { signCompact } from "../../../src/identity/jws.ts";
import type { JsonObject } from "../../../src/kernel/json.ts";
import { hour, iso } from "../../../src/kernel/time.ts";
import { addProof } from "../../../src/securing/data-integrity.ts";
import { contextV2 } from "../../../src/securing/data-model.ts";
import { maxPresented, type PresentationQuestion, verifyPresentation } from "../../../src/verify/presentation.ts";
import {
  badgeBody,
  jwtOf,
  now,
  openScene,
  proved,
  school,
  schoolDocument,
  schoolEd,
  schoolP256,
} from "./badge-scene.ts";

/** The school presents as well: its document lists the key of P-256 for authentication too. */
const { knowledge, web } = openScene();
const presenting = { ...schoolDocument, authentication: schoolDocument.assertionMethod };
web.set("https://school.example/.well-known/did.json", JSON.stringify(presenting));

const enveloped = async () => ({
  "@context": [contextV2],
  type: "EnvelopedVerifiableCredential",
  id: `data:application/vc+jwt,${await jwtOf(badgeBody)}`,
});
async function presentationJwt(change: JsonObject = {}, header: JsonObject = {}): Promise<string> {
  const type = ["VerifiablePresentation"];
  const verifiableCredential = [await enveloped()];
  const body = {
    "@context": [contextV2],
    type,
    holder: school,
    verifiableCredential,
    nonce: "n-1",
    aud: "https://v.example",
  };
  const full = { typ: "vp+jwt", cty: "vp", kid: schoolP256.method, ...header };
  return signCompact(full, { ...body, ...change }, { kid: schoolP256.method, sign: schoolP256.sign });
}
const verify = (presentation: unknown, more: Partial<PresentationQuestion> = {}) =>
  verifyPresentation(presentation, { now, challenge: "n-1", domain: "https://v.example", ...more }, knowledge);
const codeOf = async (presentation: unknown, name: string, more: Partial<PresentationQuestion> = {}) =>
  (await verify(presentation, more)).checks.find((each) => each.name === name)?.code;

describe("a presentation as JWT", () => {
  test("holds with its nonce, its audience and all its credentials, and within an envelope", async () => {
    const jwt = await presentationJwt();
    const report = await verify(jwt);
    expect(report).toMatchObject({ verdict: "valid", form: "vp+jwt", holder: school });
    expect(report.credentials).toMatchObject([{ verdict: "valid", form: "vc+jwt" }]);
    const type = "EnvelopedVerifiablePresentation";
    expect((await verify({ "@context": [contextV2], type, id: `data:application/vp+jwt,${jwt}` })).verdict).toBe(
      "valid",
    );
  });

  test("is refused with another nonce, audience, time, type or key", async () => {
    expect(await codeOf(await presentationJwt({ nonce: "n-2" }), "challenge")).toBe("WRONG_CHALLENGE");
    expect(await codeOf(await presentationJwt({ aud: ["https://x.example"] }), "domain")).toBe("WRONG_DOMAIN");
    expect(await codeOf(await presentationJwt({ exp: now / 1000 - 1 }), "validity")).toBe("EXPIRED");
    expect(await codeOf(await presentationJwt({ exp: "soon" }), "validity")).toBe("EXPIRED");
    expect(await codeOf(await presentationJwt({}, { typ: "vc+jwt" }), "header")).toBe("INVALID_CREDENTIAL");
    expect(await codeOf(await presentationJwt({ holder: "did:web:else.example" }), "signature")).toBe(
      "INVALID_CREDENTIAL",
    );
    expect(await codeOf(`${(await presentationJwt()).slice(0, -86)}${"A".repeat(86)}`, "signature")).toBe(
      "BAD_SIGNATURE",
    );
  });

  test("is refused with a key that its holder does not list for authentication", async () => {
    const plain = openScene().knowledge;
    const report = await verifyPresentation(await presentationJwt(), { now }, plain);
    expect(report.checks).toContainEqual(expect.objectContaining({ name: "signature", code: "DID_NOT_FOUND" }));
  });

  test("is refused where iss is another than its holder, in the header or beside it", async () => {
    expect(await codeOf(await presentationJwt({ iss: school }), "signature")).toBe("OK");
    for (const other of [{ iss: "did:web:else.example" }, { holder: undefined as never, iss: "did:web:else.example" }])
      expect(await codeOf(await presentationJwt(other, { iss: school }), "signature")).toBe("INVALID_CREDENTIAL");
    expect(await codeOf(await presentationJwt({}, { iss: "did:web:else.example" }), "signature")).toBe(
      "INVALID_CREDENTIAL",
    );
  });

  test("is refused by a key that has been retired, whatever it says of when it was made", async () => {
    const scene = openScene();
    const methods = presenting.verificationMethod.map((each) => ({ ...each, expires: iso(now - hour) }));
    const retired = { ...presenting, verificationMethod: methods };
    scene.web.set("https://school.example/.well-known/did.json", JSON.stringify(retired));
    const byJwt = await verifyPresentation(await presentationJwt({ iat: now / 1000 - 7200 }), { now }, scene.knowledge);
    expect(byJwt.checks).toContainEqual(expect.objectContaining({ name: "signature", code: "EXPIRED" }));
    const body = { "@context": [contextV2], type: ["VerifiablePresentation"], holder: school };
    const created = iso(now - 2 * hour);
    const terms = { cryptosuite: "eddsa-rdfc-2022", created, purpose: "authentication" } as const;
    const byProof = await verifyPresentation(await addProof(body, schoolEd, terms), { now }, scene.knowledge);
    expect(byProof.checks).toContainEqual(expect.objectContaining({ name: "proof[0]", code: "EXPIRED" }));
    const before = await verifyPresentation(
      await addProof(body, schoolEd, terms),
      { now, at: now - 2 * hour },
      scene.knowledge,
    );
    expect(before.verdict).toBe("valid");
  });

  test("tells of credentials that are secured in a way that is not read here", async () => {
    const other = { ...(await enveloped()), id: "data:application/vc+sd-jwt,eyJ" };
    const report = await verify(await presentationJwt({ verifiableCredential: [other] }));
    expect(report).toMatchObject({ verdict: "undetermined", credentials: [] });
    const many = Array.from({ length: maxPresented + 1 }, () => other);
    expect(await codeOf(await presentationJwt({ verifiableCredential: many }), "credentials")).toBe("QUOTA_EXCEEDED");
  });
});

test("a presentation that is nothing of the kind is refused, and says why", async () => {
  for (const nothing of [null, 7, [], "x"]) expect(await codeOf(nothing, "form")).toMatch(/^INVALID_/);
  expect(await codeOf({ type: ["VerifiablePresentation"] }, "proof")).toBe("NO_PROOF");
  expect(await codeOf(await proved(badgeBody), "data-model")).toBe("INVALID_CREDENTIAL");
});
