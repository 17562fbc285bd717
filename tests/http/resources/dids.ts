import { beforeAll, describe, expect, test } from "vitest";
import { appKey } from "../../harness.ts";
import { get } from "../client.ts";
import type { Service } from "../server.ts";

const user = "did:pkh:eip155:1:0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266";

export function didContract(open: () => Promise<Service>): void {
  let service: Service;
  beforeAll(async () => {
    service = await open();
  });
  const resolve = (did: string, headers: Record<string, string> = {}) =>
    get(service, `/1.0/identifiers/${encodeURIComponent(did)}`, { headers });

  describe("the service", () => {
    test("publishes its DID document and its keys", async () => {
      const document = await get(service, "/.well-known/did.json");
      const did = `did:web:${new URL(service.origin).host.replace(":", "%3A")}`;
      expect(document.body).toMatchObject({ id: did });
      expect(document.headers.get("content-type")).toBe("application/did+json");
      expect(document.headers.get("cache-control")).toBe("public, max-age=300");
      expect(document.headers.get("access-control-allow-origin")).toBe("*");
      const keys = await get(service, "/.well-known/jwks.json");
      expect(keys.body.keys[0]).toMatchObject({ kty: "EC", crv: "P-256" });
      expect(keys.text).not.toContain('"d":');
      for (const { headers } of [document, keys]) expect(headers.get("etag")).toMatch(/^"[A-Za-z0-9_-]{43}"$/);
      const known = { "if-none-match": keys.headers.get("etag")! };
      expect((await get(service, "/.well-known/jwks.json", { headers: known })).status).toBe(304);
      expect((await resolve(did)).body.didDocument).toEqual(document.body);
    });
  });

  describe("resolution", () => {
    test("answers the whole result unless a document is asked for", async () => {
      for (const accept of [undefined, "*/*", "application/did-resolution"]) {
        const { status, headers, body } = await resolve(appKey.did, accept === undefined ? {} : { accept });
        expect(status).toBe(200);
        expect(headers.get("content-type")).toBe("application/did-resolution");
        expect(headers.get("vary")).toBe("accept");
        expect(body).toMatchObject({
          didDocument: { id: appKey.did },
          didResolutionMetadata: { contentType: "application/did" },
          didDocumentMetadata: {},
        });
      }
    });

    test.each(["application/did", "application/did+json", "application/did+ld+json"])(
      "answers the document alone as %s",
      async (accept) => {
        const { headers, body } = await resolve(user, { accept });
        expect(headers.get("content-type")).toBe(accept);
        expect(body).toMatchObject({ id: user });
      },
    );

    test("answers older clients that ask by a profile", async () => {
      const accept = 'application/ld+json;profile="https://w3id.org/did-resolution"';
      expect((await resolve(user, { accept })).body).toHaveProperty("didResolutionMetadata");
    });

    test.each([
      ["what is no DID", "nonsense", 400, "INVALID_DID", "INVALID_DID"],
      ["a DID URL", `${user}#key`, 400, "INVALID_DID", "INVALID_DID"],
      ["a key that is none", "did:key:zDna", 400, "INVALID_DID", "INVALID_DID"],
      ["an unknown method", "did:example:123", 501, "METHOD_NOT_SUPPORTED", "UNSUPPORTED_DID_METHOD"],
    ])("says of %s what is wrong, in its own shape", async (_name, did, status, error, code) => {
      const answer = await resolve(did);
      expect(answer.status).toBe(status);
      expect(answer.headers.get("content-type")).toBe("application/did-resolution");
      expect(answer.body).toMatchObject({
        didDocument: null,
        didResolutionMetadata: {
          error: { type: `https://www.w3.org/ns/did#${error}`, title: expect.any(String) },
          code,
          requestId: answer.headers.get("x-request-id"),
        },
      });
      expect(answer.headers.get("cache-control")).toBe("no-store");
    });

    test("reaches for no address that is private", async () => {
      for (const did of ["did:web:localhost", "did:web:127.0.0.1", "did:web:169.254.169.254", "did:web:10.0.0.1"]) {
        const answer = await resolve(did);
        expect(answer.status).toBeGreaterThanOrEqual(400);
        expect(answer.body.didDocument).toBeNull();
      }
    });

    test("refuses media types and options that it has not", async () => {
      const csv = await resolve(user, { accept: "text/csv" });
      expect(csv.status).toBe(406);
      expect(csv.body.didResolutionMetadata.error.type).toMatch(/#REPRESENTATION_NOT_SUPPORTED$/);
      const path = `/1.0/identifiers/${encodeURIComponent(user)}`;
      const versioned = await get(service, `${path}?versionTime=2020-01-01T00:00:00Z`);
      expect(versioned.status).toBe(501);
      expect(versioned.body.didResolutionMetadata.error.type).toMatch(/#FEATURE_NOT_SUPPORTED$/);
      const odd = await get(service, `${path}?color=red`);
      expect(odd.status).toBe(400);
      expect(odd.body.didResolutionMetadata.error.type).toMatch(/#INVALID_OPTIONS$/);
    });
  });
}
