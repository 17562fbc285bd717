// Of an object with a member toString nothing may make a text: it is refused like any other object in its place.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { base64url, utf8 } from "../../src/kernel/bytes.ts";
import { ask, openProfile, post, withContext } from "./client.ts";
import { type LocalService, startLocal } from "./server.ts";

let service: LocalService;
beforeEach(async () => {
  service = await startLocal();
});
afterEach(() => service.close());

const spoilt: readonly unknown[] = [{ toString: null }, [{ toString: 1 }], { toString: 1, valueOf: 1 }];
const places = ["branch", "scope", "documentId", "address", "chainId", "key"] as const;

async function goodOne() {
  const { document, first } = await openProfile(service);
  return withContext(document, first.action);
}

function spoil(good: unknown, place: (typeof places)[number], value: unknown) {
  const { operation, context } = structuredClone(good) as {
    operation: { action: { context: { signer: { user: Record<string, unknown>; app: Record<string, unknown> } } } };
    context: Record<string, unknown>;
  };
  const { user, app } = operation.action.context.signer;
  if (place === "address" || place === "chainId") user[place] = value;
  else if (place === "key") app.key = value;
  else context[place] = value;
  return { operation, context };
}

describe("in an operation", () => {
  test.each(places)("it spoils no other in its batch, as %s", async (place) => {
    const good = await goodOne();
    for (const value of spoilt) {
      const operations = [good, spoil(good, place, value), good];
      const { status, body } = await post(service, "/v1/operations/verify", { operations });
      expect(status).toBe(200);
      const results = body.results as { verdict: string }[];
      expect(results.map(({ verdict }) => verdict)).toEqual(["valid", "invalid", "valid"]);
      const lines = operations.map((each) => JSON.stringify(each)).join("\n");
      const headers = { "content-type": "application/x-ndjson" };
      const streamed = await post(service, "/v1/operations/verify", lines, { headers });
      const verdicts = streamed.text
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line).verdict);
      expect(verdicts).toEqual(["valid", "invalid", "valid"]);
    }
  });
});

describe("in the header of a JWT", () => {
  const part = (value: unknown) => base64url(utf8(JSON.stringify(value)));
  const types = { type: ["VerifiablePresentation"] };

  test.each(["typ", "cty", "kid", "iss"])("it is refused by a check, as %s", async (name) => {
    for (const value of spoilt) {
      const jwt = `${part({ alg: "ES256", [name]: value })}.${part(types)}.${"A".repeat(86)}`;
      const presentation = await post(service, "/v1/presentations/verify", { presentation: jwt });
      expect([presentation.status, presentation.body.verdict]).toEqual([200, "invalid"]);
      const badge = await post(service, "/v1/badges/verify", { badge: jwt });
      expect([badge.status, badge.body.verdict]).toEqual([200, "invalid"]);
    }
    expect(service.lines.filter(({ level }) => level === "error")).toEqual([]);
  });
});

describe("where a text or a list is asked for", () => {
  const bodies: [path: string, body: (value: unknown) => unknown][] = [
    ["/v1/auth/nonce", (app) => ({ purpose: "delegate", app })],
    ["/v1/auth/siwe", (message) => ({ message, signature: "0x" })],
    ["/v1/auth/refresh", (refreshToken) => ({ refreshToken })],
    ["/v1/delegations", (message) => ({ message, signature: "0x" })],
    ["/v1/operations/verify", (require) => ({ operations: [], require })],
    ["/v1/operations/verify", (at) => ({ operations: [], at })],
    ["/v1/badges/verify", (badge) => ({ badge })],
    ["/v1/credentials/verify", (credential) => ({ credential })],
    ["/v1/presentations/verify", (presentation) => ({ presentation })],
    ["/v1/documents:prepare", (kind) => ({ kind })],
    ["/v1/scores:batch", (subjects) => ({ subjects, policy: subjects })],
  ];

  test.each(bodies)("of %s it is refused as no such thing", async (path, body) => {
    for (const value of [...spoilt, { length: { toString: 1 } }]) {
      const { status } = await post(service, path, body(value));
      expect(status).toBeLessThan(500);
    }
    expect(service.lines.filter(({ level }) => level === "error")).toEqual([]);
  });

  test("it is no chain", async () => {
    for (const chainId of spoilt) {
      const body = { address: "0x", did: "x", credentialId: "x", chainId };
      const id = "5b6a3c2e-0000-4222-8333-444455556666";
      const { status } = await ask(service, "PUT", `/api/console/session/${id}`, { body });
      expect(status).toBe(400);
    }
  });

  test("it holds no presentation", async () => {
    const method = "did:key:z6MkmtWtY63GQVBrpMyRJWEzsnxfsGkemu6CtMDwGTv4RYj2";
    const proof = {
      type: "DataIntegrityProof",
      cryptosuite: "eddsa-jcs-2022",
      created: "2026-11-20T12:00:00Z",
      verificationMethod: `${method}#${method.slice(8)}`,
      proofPurpose: "authentication",
      challenge: "x",
      proofValue: `z${"4".repeat(87)}`,
    };
    for (const holder of [...spoilt.map((id) => ({ id })), ...spoilt, ["did:key:z", { toString: null }]]) {
      const types = { "@context": ["https://www.w3.org/ns/credentials/v2"], type: ["VerifiablePresentation"] };
      const presentation = { ...types, holder, verifiableCredential: [], proof };
      const { status, body } = await post(service, "/v1/presentations/verify", { presentation });
      expect([status, body.verdict]).toEqual([200, "invalid"]);
    }
  });
});
