import { createPrivateKey, sign } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../src/kernel/json.ts";
import { signOpening, signOperation } from "../../../src/operations/sign.ts";
import type { Signer } from "../../../src/operations/signature.ts";
import { checkDocumentId } from "../../../src/verify/document-check.ts";
import { alice, appKey, otherKey, start, userOf } from "../../harness.ts";
import keys from "../../keys.json" with { type: "json" };

const kind = "acme/invoice";
const header = {
  documentType: kind,
  createdAtUtcIso: "2026-11-20T09:02:49.151Z",
  nonce: "eb803528-4136-46f6-920b-32497b4f6fb4",
};
const { d: _, ...publicKey } = keys.apps.first;
const key = createPrivateKey({ key: keys.apps.first, format: "jwk" });

/** The signature of a header in base64, which is the document's id. */
function signHeader({ documentType, createdAtUtcIso, nonce }: typeof header): string {
  const payload = Buffer.from(`${documentType}:${createdAtUtcIso}:${nonce}`);
  return sign("sha256", payload, { key, dsaEncoding: "ieee-p1363" }).toString("base64");
}

async function check(document: string, part: JsonObject, by: Signer = appKey, type = "CREATE_DOCUMENT") {
  const input = { model: kind, version: 0, documentId: document, ...part };
  const intent = { document, kind, type, input, user: "", scope: "document" };
  const { operation } = await signOperation(intent, by, start);
  const { outcome, required, code } = await checkDocumentId(operation, "test");
  return { outcome, required, code };
}

const passes = { outcome: "pass", required: true, code: "OK" };
const fails = { outcome: "fail", required: true, code: "WRONG_DOCUMENT_ID" };
const opaque = { outcome: "pass", required: false, code: "OPAQUE" };

describe("the id of a document that this house would compute", () => {
  it("follows from its opening, in its realm", async () => {
    const opening = await signOpening({ realm: "test", kind, user: userOf(alice) }, appKey, start);
    expect(await checkDocumentId(opening.operation, "test")).toMatchObject(passes);
    expect(await checkDocumentId(opening.operation, "main")).toMatchObject(fails);
  });

  it("does not follow from anything else", async () => {
    const opening = await signOpening({ realm: "test", kind, user: userOf(alice) }, appKey, start);
    expect(await check(opening.document, {})).toEqual(fails);
    expect(await check(opening.document, {}, otherKey)).toEqual(fails);
    expect(await check(`r1${"A".repeat(43)}`, {})).toEqual(fails);
  });
});

describe("the id of a document with a signed header", () => {
  const id = signHeader(header);
  const signing = { ...header, signature: id, publicKey };

  it("is the header's signature, by the key that signs the operation", async () => {
    expect(await check(id, { signing })).toEqual(passes);
    expect(await check(id, { signing }, otherKey)).toEqual(fails);
  });

  it.each<[string, JsonObject]>([
    ["another date", { createdAtUtcIso: "2026-11-20T09:02:49.152Z" }],
    ["another nonce", { nonce: "another" }],
    ["another type", { documentType: "acme/receipt" }],
    ["another signature", { signature: signHeader({ ...header, nonce: "another" }) }],
    ["another key", { publicKey: { ...publicKey, x: keys.apps.second.x, y: keys.apps.second.y } }],
    ["a key off the curve", { publicKey: { ...publicKey, y: publicKey.x } }],
    ["no key", { publicKey: {} }],
    ["a key that is no object", { publicKey: "key" }],
    ["a nonce that is no text", { nonce: ["eb803528-4136-46f6-920b-32497b4f6fb4"] }],
    ["a date that is no text", { createdAtUtcIso: ["2026-11-20T09:02:49.151Z"] }],
  ])("does not go with %s", async (_what, part) => {
    expect(await check(id, { signing: { ...signing, ...part } })).toEqual(fails);
  });

  it("may begin as an id of this house does", async () => {
    for (let i = 0; ; i++) {
      const named = { ...header, nonce: String(i) };
      const signature = signHeader(named);
      if (!signature.startsWith("r1")) continue;
      expect(await check(signature, { signing: { ...named, signature, publicKey } })).toEqual(passes);
      break;
    }
  });

  it("cannot be told where the header is not at hand", async () => {
    const unknown = { outcome: "unknown", required: true, code: "WRONG_DOCUMENT_ID" };
    expect(await check(id, {})).toEqual(unknown);
    expect(await check(id, { signing: null })).toEqual(unknown);
  });
});

describe("any other id", () => {
  it("is taken as it stands", async () => {
    expect(await check("5b6a3c2e-1111-4222-8333-444455556666", {})).toEqual(opaque);
    expect(await check("invoice 7", {})).toEqual(opaque);
    expect(await check(signHeader(header), {}, appKey, "SET_AMOUNT")).toEqual(opaque);
  });

  it("is the one that the input names, of the kind that it names", async () => {
    expect(await check("invoice 7", { documentId: "invoice 8" })).toEqual(fails);
    expect(await check("invoice 7", { model: "acme/receipt" })).toEqual(fails);
  });
});
