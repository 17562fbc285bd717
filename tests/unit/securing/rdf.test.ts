import * as rdfCanonize from "rdf-canonize";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { Json, JsonObject } from "../../../src/kernel/json.ts";
import { canonicalQuads, datasetOf, maxContexts, maxItems, maxValues } from "../../../src/securing/rdf.ts";
import { openWork } from "../../../src/securing/work.ts";

const v2 = "https://www.w3.org/ns/credentials/v2";
const examples = "https://www.w3.org/ns/credentials/examples/v2";
const credential: JsonObject = {
  "@context": [v2, examples],
  type: "VerifiableCredential",
  issuer: "did:example:issuer",
  credentialSubject: { id: "did:example:subject", degree: { name: "Bachelor" } },
};

afterEach(() => {
  vi.unstubAllGlobals();
});

describe("canonical quads", () => {
  test("are those of the library, in order", async () => {
    const expected = await rdfCanonize.default.canonize(await datasetOf(credential), {
      algorithm: "RDFC-1.0",
    } as never);
    const found = await canonicalQuads(credential);
    expect(found).toBe(expected);
    expect(found.split("\n").slice(0, -1)).toEqual(found.split("\n").slice(0, -1).sort());
  });

  test("are the same for whatever order of members", async () => {
    const turned = Object.fromEntries(Object.entries(credential).reverse());
    expect(await canonicalQuads(turned)).toBe(await canonicalQuads(credential));
  });

  test("keep the direction of a text", async () => {
    const name = { "@value": "שלום", "@language": "he", "@direction": "rtl" };
    expect(await canonicalQuads({ ...credential, name })).toContain('"שלום"^^<https://www.w3.org/ns/i18n#he_rtl>');
  });

  test("come without a call to anybody", async () => {
    const called = vi.fn();
    vi.stubGlobal("fetch", called);
    const strange = { ...credential, "@context": [v2, "https://example.edu/context"] };
    await expect(canonicalQuads(strange)).rejects.toMatchObject({
      code: "UNKNOWN_CONTEXT",
      detail: expect.stringContaining("https://example.edu/context"),
    });
    expect(called).not.toHaveBeenCalled();
  });

  test.each<[string, JsonObject]>([
    ["a term that no context defines", { "@context": [v2], strange: "x" }],
    ["a type that no context defines", { "@context": [v2], type: ["VerifiableCredential", "Strange"] }],
    ["a relative id", { id: "b/1" }],
    ["a term of the base context defined anew", { "@context": [v2, { issuer: "https://example.edu/issuer" }] }],
    ["a broken context", { "@context": [v2, { term: { "@id": 5 } }] as Json }],
    ["a text with an id", { name: { "@value": "x", "@id": "urn:x" } }],
  ])("are refused for %s", async (_, change) => {
    await expect(canonicalQuads({ ...credential, ...change })).rejects.toMatchObject({ code: "INVALID_CREDENTIAL" });
  });

  test("are refused where a context imports an unknown one", async () => {
    const importing = { ...credential, "@context": [v2, { "@import": "https://example.edu/x" }] };
    await expect(canonicalQuads(importing)).rejects.toMatchObject({ code: "UNKNOWN_CONTEXT" });
  });

  test.each<[string, Json]>([
    ["values", Array.from({ length: maxValues / 4 }, () => ({ a: 1, b: 2, c: 3, d: 4 }))],
    ["items in a list", Array.from({ length: maxItems + 1 }, (_, i) => `degree ${i}`)],
    ["contexts", Array.from({ length: maxContexts }, () => ({ "@context": v2, id: "urn:x:1" }))],
  ])("are refused to a document of too many %s", async (_, degree) => {
    const large = { ...credential, credentialSubject: { degree } };
    await expect(canonicalQuads(large)).rejects.toMatchObject({ code: "QUOTA_EXCEEDED" });
  });

  test("are refused where blank nodes look alike in too many ways", async () => {
    await expect(canonicalQuads(cliqueOf(12))).rejects.toMatchObject({ code: "QUOTA_EXCEEDED" });
  });

  test("are refused where alike nodes can be put in too many orders, though no order needs a digest", async () => {
    const outcomes = await Promise.all(
      ["a", "b", "c", "d", "e", "f"].map((salt) =>
        canonicalQuads(twoRows(16, salt)).catch(({ code }: { code: string }) => code),
      ),
    );
    expect(outcomes).toContain("QUOTA_EXCEEDED");
  });

  test("are paid by the names that are copied where nodes look alike, and by the digests alone where they do not", async () => {
    const spent = async (document: JsonObject) => {
      const work = openWork();
      const found = { calls: 0, digests: 0 };
      const digest = (times = 1) => {
        found.calls++;
        found.digests += times;
        work.digest(times);
      };
      const outcome = await canonicalQuads(document, { ...work, digest }).catch(({ code }: { code: string }) => code);
      return { ...found, outcome };
    };
    const apart = await spent(credentialOf(Array.from({ length: 400 }, (_, i) => ({ id: `_:n${i}`, name: `n${i}` }))));
    expect(apart.digests).toBe(apart.calls);
    expect((await spent(credentialOf(ringOf(5)))).outcome).toMatch(/_:c14n4/);
    const large = await spent(credentialOf(ringOf(256)));
    expect(large.outcome).toBe("QUOTA_EXCEEDED");
    expect(large.digests).toBeGreaterThan(4 * large.calls);
  });

  test("are given where a few nodes in a row can be put in some orders", async () => {
    for (const salt of ["a", "b", "c"]) expect(await canonicalQuads(twoRows(6, salt))).toMatch(/_:c14n13/);
  });

  test("are given where a few blank nodes look alike", async () => {
    const found = await canonicalQuads(cliqueOf(3));
    expect(found.match(/_:c14n\d/g)!.length).toBeGreaterThan(6);
  });
});

/** Blank nodes each of which points at the next one. */
function ringOf(size: number): { id: string; knows: string }[] {
  return Array.from({ length: size }, (_, i) => ({ id: `_:n${i}`, knows: `_:n${(i + 1) % size}` }));
}

function credentialOf(degree: Json): JsonObject {
  const knows = { "@id": "https://example.com/knows", "@type": "@id" };
  return { ...credential, "@context": [v2, examples, { knows }], credentialSubject: { degree } };
}

/** Blank nodes that all point at each other: the dataset that canonicalisers fear. */
function cliqueOf(size: number): JsonObject {
  const names = Array.from({ length: size }, (_, i) => `_:n${i}`);
  const knows = { "@id": "https://example.com/knows", "@type": "@id" };
  const degree = names.map((id) => ({ id, knows: names.filter((each) => each !== id) }));
  const subject = { id: "did:example:subject", degree };
  return { ...credential, "@context": [v2, examples, { knows }], credentialSubject: subject };
}

/**
 * Two alike copies of a head that points at all nodes of a row, whose first a second node points at: by then all nodes but
 * the last have names, and are put in every order. `salt` decides which of the two is looked at first.
 */
function twoRows(size: number, salt: string): JsonObject {
  const term = (name: string) => ({ "@id": `https://example.com/${salt}/${name}`, "@type": "@id" });
  const terms = Object.fromEntries(["next", "first", "second", "all", "head"].map((name) => [name, term(name)]));
  const heads = ["x", "y"].map((copy) => {
    const node = (i: number) => `_:${copy}${i}`;
    const row = Array.from({ length: size }, (_, i) => ({ id: node(i), ...(i + 1 < size && { next: node(i + 1) }) }));
    return { id: `_:${copy}`, second: { id: `_:${copy}second`, first: node(0) }, all: row };
  });
  const subject = { id: "did:example:subject", head: heads };
  return { ...credential, "@context": [v2, examples, terms], credentialSubject: subject };
}
