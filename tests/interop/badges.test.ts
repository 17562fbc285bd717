import { readFileSync } from "node:fs";
import { DataIntegrityProof } from "@digitalbazaar/data-integrity";
import { cryptosuite as ecdsaRdfc } from "@digitalbazaar/ecdsa-rdfc-2019-cryptosuite";
import { cryptosuite as eddsaRdfc } from "@digitalbazaar/eddsa-rdfc-2022-cryptosuite";
import * as vc from "@digitalbazaar/vc";
import { verifyCredential } from "@digitalcredentials/verifier-core";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { makeForms } from "../../src/badges/award-forms.ts";
import { unbake } from "../../src/badges/baking.ts";
import { keyDocument } from "../../src/identity/did-document.ts";
import type { JsonObject } from "../../src/kernel/json.ts";
import { hour } from "../../src/kernel/time.ts";
import { contextOf } from "../../src/securing/contexts.ts";
import { badgeSchema } from "../../src/securing/open-badge-definitions.ts";
import { start, userOf } from "../harness.ts";
import { type Academy, addAward, addClass, openAcademy } from "../http/academy-client.ts";
import { freshWallet } from "../http/client.ts";
import { type LocalService, startLocal } from "../http/server.ts";
import { definition, fullFacts, keyIssuer, plainFacts, signersAs } from "../unit/badges/facts.ts";

// Other people's verifiers judge our badges. What they fetch comes from the service itself; the network is never reached.

const origin = "https://renown.example";
// The schema itself comes with no package, so its rules are asked as they are written here, unless its file is named.
const schemaFile = process.env.OPEN_BADGES_SCHEMA;
const schema = schemaFile === undefined ? badgeSchema : JSON.parse(readFileSync(schemaFile, "utf8"));
const officialSchema = "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json";

let service: LocalService;
let academy: Academy;
let asked: string[] = [];

const fetchHere: typeof fetch = async (input, init) => {
  const request = new Request(input, init);
  asked.push(request.url);
  if (request.url === officialSchema) return Response.json(schema);
  if (!request.url.startsWith(`${origin}/`)) return new Response(null, { status: 404 });
  return service.app.request(request.url.slice(origin.length), { headers: request.headers });
};

beforeAll(async () => {
  vi.stubGlobal("fetch", fetchHere);
  service = await startLocal({ origin });
  academy = await openAcademy(service);
  // Verifiers read the clock.
  vi.useFakeTimers({ now: start + 60_000, toFake: ["Date"] });
});
beforeEach(() => {
  asked = [];
});
afterAll(async () => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  await service.close();
});

const wallet = { did: userOf(freshWallet()) };
const read = async (face: string, accept = "application/vc") =>
  (await service.fetch(face, { headers: { accept } })).json();

/** What verifier-core found, by step; `fatal` where it could not judge the signature. */
async function steps(credential: unknown) {
  const answer: any = await verifyCredential({
    credential: structuredClone(credential) as never,
    knownDIDRegistries: [],
  });
  const { additionalInformation, log = [], errors } = answer;
  const schema = additionalInformation?.find((each: any) => each.id === "schema_check")?.results?.[0]?.result;
  return { log: Object.fromEntries(log.map((each: any) => [each.id, each.valid ?? each.error?.name])), schema, errors };
}

describe("verifier-core of the Digital Credentials Consortium", () => {
  test.each([fullFacts({ status: undefined }), plainFacts()])("finds a badge of a did:key good", async (facts) => {
    const did = keyIssuer("Ed25519");
    const own = { ...facts, issuer: { ...facts.issuer, did } };
    const [forms] = await makeForms([own], async () => signersAs(did), start);
    const { log, schema, errors } = await steps(JSON.parse(forms!.json!));
    expect(errors).toBeUndefined();
    expect(log).toMatchObject({ valid_signature: true, expiration: true });
    expect(schema, JSON.stringify(schema)).toMatchObject({ valid: true });
  });

  test("finds a badge of an organisation good, by its DID document and its status list", async () => {
    const { face } = await addAward(academy, await addClass(academy), wallet, { narrative: "Well done." });
    const { log, schema, errors } = await steps(await read(face));
    expect(errors).toBeUndefined();
    expect(log).toMatchObject({ valid_signature: true, expiration: true, revocation_status: true });
    expect(schema).toMatchObject({ valid: true });
    expect(asked).toContain(`${origin}/orgs/${academy.slug}/did.json`);
    expect(asked.some((url) => url.startsWith(`${origin}/orgs/${academy.slug}/status/`))).toBe(true);
  });

  test.each<[string, JsonObject, JsonObject]>([
    ["to an e-mail address", { email: "ada@school.example" }, {}],
    ["with a name and a narrative", wallet, { name: "Ada Lovelace", narrative: "Built *three*." }],
    ["with results and evidence", wallet, { results: [{ value: "A" }], evidence: [{ narrative: "It stood." }] }],
  ])("finds an award %s of the form that Open Badges asks for", async (_, recipient, more) => {
    const change = { suspendable: true, inLanguage: "de-CH-1996", alignment: definition.alignment as JsonObject[] };
    const { face } = await addAward(academy, await addClass(academy, change), recipient, more);
    expect((await steps(await read(face))).schema).toMatchObject({ valid: true });
  });

  test("sees at once that one has been revoked", async () => {
    const { face, id } = await addAward(academy, await addClass(academy), wallet);
    const badge = await read(face);
    await academy.post(`/v1/awards/${id}/revoke`, { reason: "By mistake." });
    expect((await steps(badge)).log).toMatchObject({ valid_signature: true, revocation_status: false });
  });

  test("finds one that was altered bad", async () => {
    const { face } = await addAward(academy, await addClass(academy), wallet);
    const badge = await read(face);
    badge.credentialSubject.achievement.name = "Bridge burning";
    const { errors } = await steps(badge);
    expect(errors).toMatchObject([{ name: "invalid_signature" }]);
  });

  test("finds what is baked into the picture good", async () => {
    const { face } = await addAward(academy, await addClass(academy), wallet);
    const picture = await service.fetch(face, { headers: { accept: "image/svg+xml" } });
    const { credential } = unbake(new Uint8Array(await picture.arrayBuffer()));
    expect((await steps(JSON.parse(credential))).log).toMatchObject({ valid_signature: true, revocation_status: true });
  });
});

describe("@digitalbazaar/vc", () => {
  const suite = [eddsaRdfc, ecdsaRdfc].map((cryptosuite) => new DataIntegrityProof({ cryptosuite }));
  const documentLoader = async (url: string) => ({ contextUrl: null, documentUrl: url, document: await load(url) });

  async function load(url: string): Promise<object> {
    const context = contextOf(url);
    if (context) return structuredClone(context);
    const [did, fragment] = url.split("#");
    const document: any = did!.startsWith("did:key:")
      ? keyDocument(did!)
      : await read(`${new URL(did!.replaceAll(":", "/").replace("did/web/", "https://")).pathname}/did.json`);
    if (fragment === undefined) return document;
    const method = document.verificationMethod.find((each: any) => each.id === url);
    return { "@context": "https://w3id.org/security/multikey/v1", ...method };
  }

  const verify = (credential: any, at = start + 60_000) =>
    vc.verifyCredential({
      credential: structuredClone(credential),
      suite,
      documentLoader,
      checkStatus: async () => ({ verified: true }),
      now: new Date(at),
    });

  test("finds each proof of a badge good, and of its status list", async () => {
    const { face } = await addAward(academy, await addClass(academy), wallet);
    const badge = await read(face);
    const list = await read(new URL(badge.credentialStatus.statusListCredential).pathname);
    for (const { proof, ...credential } of [badge, list]) {
      expect(proof).toHaveLength(2);
      for (const one of proof) {
        const { verified, error } = await verify({ ...credential, proof: one });
        expect(verified, JSON.stringify(error)).toBe(true);
      }
    }
  });

  test("finds a badge of everything good, with both of its proofs and in its time alone", async () => {
    const did = keyIssuer("P-256");
    const facts = fullFacts();
    const [forms] = await makeForms(
      [{ ...facts, issuer: { ...facts.issuer, did } }],
      async () => signersAs(did),
      start,
    );
    const badge = JSON.parse(forms!.json!);
    expect((await verify(badge)).verified).toBe(true);
    expect((await verify(badge, start - hour)).verified).toBe(false);
    expect((await verify(badge, facts.validUntil! + hour)).verified).toBe(false);
  });
});
