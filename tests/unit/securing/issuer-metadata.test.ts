import { describe, expect, test } from "vitest";
import type { CompactJws } from "../../../src/identity/jws.ts";
import type { Fetched } from "../../../src/identity/resolve.ts";
import { issuerMetadataUrl, issuerResolver } from "../../../src/securing/issuer-metadata.ts";
import { holderKey, issuerKey, now } from "./sd-jwt-scene.ts";

const iss = "https://issuer.example";
const place = `${iss}/.well-known/jwt-vc-issuer`;
const key = { ...issuerKey.jwk, kid: "one" };
const web = new Map<string, unknown>();
const fetch = async (url: string): Promise<Fetched> => {
  const found = web.get(url);
  const body = typeof found === "string" ? found : JSON.stringify(found);
  return { status: found === undefined ? 404 : 200, contentType: "application/json", body: body ?? "" };
};
const resolveKey = async (url: string) => ({ jwk: { ...holderKey.jwk, x: url }, retired: now });
const own = { origin: "https://renown.example", did: "did:web:renown.example" };
const resolve = issuerResolver({ resolveKey, own, fetch });
const asked = (payload: object, header: object = { kid: "one" }) =>
  resolve({ header: { alg: "ES256", ...header }, payload } as CompactJws, now);

/** What the issuer publishes, and nothing else in the web. */
function publish(metadata: unknown, more: Record<string, unknown> = {}): void {
  web.clear();
  for (const [url, body] of Object.entries({ [place]: metadata, ...more })) web.set(url, body);
}

describe("the key of an issuer", () => {
  test("is published under its address, by its id", async () => {
    publish({
      issuer: iss,
      jwks: {
        keys: [
          { ...holderKey.jwk, kid: "two" },
          { ...key, use: "sig", alg: "ES256" },
        ],
      },
    });
    expect(await asked({ iss })).toEqual({ jwk: issuerKey.jwk });
  });

  test("may stand at an address of its own", async () => {
    publish({ issuer: iss, jwks_uri: `${iss}/keys` }, { [`${iss}/keys`]: { keys: [key] } });
    expect(await asked({ iss })).toEqual({ jwk: issuerKey.jwk });
    publish({ issuer: iss, jwks_uri: "http://issuer.example/keys" }, { "http://issuer.example/keys": { keys: [key] } });
    await expect(asked({ iss })).rejects.toMatchObject({ code: "INVALID_DID_DOCUMENT" });
  });

  test("needs no id where there is only one", async () => {
    publish({ issuer: iss, jwks: { keys: [key] } });
    expect(await asked({ iss }, {})).toEqual({ jwk: issuerKey.jwk });
    publish({ issuer: iss, jwks: { keys: [key, holderKey.jwk] } });
    await expect(asked({ iss }, {})).rejects.toMatchObject({ code: "DID_NOT_FOUND" });
  });

  test.each([
    ["is another's", { issuer: `${iss}/`, jwks: { keys: [key] } }, "INVALID_DID_DOCUMENT"],
    ["has two sets", { issuer: iss, jwks: { keys: [key] }, jwks_uri: `${iss}/keys` }, "INVALID_DID_DOCUMENT"],
    ["has no set", { issuer: iss }, "INVALID_DID_DOCUMENT"],
    ["lacks the key", { issuer: iss, jwks: { keys: [{ ...key, kid: "two" }] } }, "DID_NOT_FOUND"],
    ["has the key twice", { issuer: iss, jwks: { keys: [key, key] } }, "DID_NOT_FOUND"],
    ["has it for encryption", { issuer: iss, jwks: { keys: [{ ...key, use: "enc" }] } }, "DID_NOT_FOUND"],
    ["gives a private key away", { issuer: iss, jwks: { keys: [{ ...key, d: "AA" }] } }, "INVALID_CREDENTIAL"],
    ["has too many", { issuer: iss, jwks: { keys: Array(101).fill(key) } }, "QUOTA_EXCEEDED"],
    ["is no object", [1], "INVALID_DID_DOCUMENT"],
    ["is no JSON", "{", "INVALID_DID_DOCUMENT"],
    ["has a name twice", `{"issuer":"${iss}","issuer":"${iss}"}`, "INVALID_DID_DOCUMENT"],
    ["is not there", undefined, "DID_UNREACHABLE"],
  ])("is not found where the metadata %s", async (_what, metadata, code) => {
    publish(metadata);
    await expect(asked({ iss })).rejects.toMatchObject({ code });
  });

  test("is looked for in the DID document of an issuer that is a DID, and in our own for us", async () => {
    web.clear();
    const did = "did:web:school.example";
    expect((await asked({ iss: did }, { kid: `${did}#k` })).jwk).toMatchObject({ x: `${did}#k` });
    await expect(asked({ iss: did }, { kid: "did:web:other.example#k" })).rejects.toMatchObject({
      code: "INVALID_CREDENTIAL",
    });
    const found = await asked({ iss: own.origin });
    expect(found).toMatchObject({ jwk: { x: `${own.did}#one` }, retired: now });
  });

  test("is nobody's where no issuer is named, or nothing is fetched", async () => {
    await expect(asked({})).rejects.toMatchObject({ code: "INVALID_CREDENTIAL" });
    await expect(asked({ iss }, { kid: 7 })).rejects.toMatchObject({ code: "INVALID_CREDENTIAL" });
    const offline = issuerResolver({ resolveKey });
    const jws = { header: { alg: "ES256" }, payload: { iss } } as unknown as CompactJws;
    await expect(offline(jws, now)).rejects.toMatchObject({ code: "DID_UNREACHABLE" });
  });
});

describe("the address of issuer metadata", () => {
  test("stands between host and path", () => {
    expect(issuerMetadataUrl("https://a.example")).toBe("https://a.example/.well-known/jwt-vc-issuer");
    expect(issuerMetadataUrl("https://a.example/")).toBe("https://a.example/.well-known/jwt-vc-issuer");
    expect(issuerMetadataUrl("https://a.example:8443/t/1")).toBe(
      "https://a.example:8443/.well-known/jwt-vc-issuer/t/1",
    );
    expect(issuerMetadataUrl("https://a.example/t/1/")).toBe("https://a.example/.well-known/jwt-vc-issuer/t/1");
  });

  test.each([
    "http://a.example",
    "https://a.example?x",
    "https://a.example#x",
    "https://u:p@a.example",
    "https://a.example/../b",
    "https://A.example",
    "a.example",
    "",
  ])("is none for %j", (address) => {
    expect(() => issuerMetadataUrl(address)).toThrowError(expect.objectContaining({ code: "INVALID_CREDENTIAL" }));
  });
});
