import { describe, expect, test } from "vitest";
import type { Json, JsonObject } from "../../../src/kernel/json.ts";
import { contextWeight } from "../../../src/securing/context-weight.ts";
import { contextV2 } from "../../../src/securing/data-model.ts";
import { openBadgesContext } from "../../../src/securing/open-badge-schema.ts";
import { datasetOf, maxContextWeight, priceOf, weightOf } from "../../../src/securing/rdf.ts";
import { maxValuesOfAll, openWork } from "../../../src/securing/work.ts";
import { badgeBody } from "../verify/badge-scene.ts";

const undefinedTerms = "https://www.w3.org/ns/credentials/undefined-terms/v2";
const document = (subjects: Json[], contexts: Json[] = []): JsonObject => ({
  "@context": [contextV2, openBadgesContext, ...contexts],
  id: "urn:credential:1",
  type: ["VerifiableCredential"],
  issuer: "did:example:issuer",
  credentialSubject: subjects,
});
const subject = (place: number, more: JsonObject = {}): JsonObject => ({ id: `did:example:${place}`, ...more });
const times = (count: number, make: (place: number) => Json): Json[] =>
  Array.from({ length: count }, (_, i) => make(i));
const plain = contextWeight(document([subject(0)]));

describe("what the contexts of a document count for", () => {
  test("is what they bring and no more for an ordinary badge, which leaves most of every limit", () => {
    expect(contextWeight(badgeBody)).toBeLessThan(maxContextWeight / 20);
    expect(priceOf(badgeBody) * 16).toBeLessThan(maxValuesOfAll / 4);
  });

  test("is within the limit for a badge with eight endorsements, whose contexts stand in it again", () => {
    const endorsement = {
      "@context": [contextV2, openBadgesContext],
      type: ["VerifiableCredential", "EndorsementCredential"],
      issuer: { id: "did:example:friend", type: ["Profile"] },
      credentialSubject: { id: "did:example:0", type: ["EndorsementSubject"], endorsementComment: "Good." },
    };
    const weight = contextWeight({ ...badgeBody, endorsement: times(8, () => endorsement) });
    expect(weight).toBeGreaterThan(200);
    expect(weight).toBeLessThan(maxContextWeight / 2);
  });

  test("grows with each time that a context is named, as reading it anew takes", () => {
    const once = contextWeight(document([subject(0)], [openBadgesContext])) - plain;
    expect(once).toBeGreaterThanOrEqual(10);
    const often =
      contextWeight(
        document(
          [subject(0)],
          times(48, () => openBadgesContext),
        ),
      ) - plain;
    expect(often).toBeGreaterThan(48 * (once - 1));
  });

  test("is the same at the root and in a part", () => {
    const within = contextWeight(document([subject(0, { "@context": [openBadgesContext] })]));
    expect(within).toBe(contextWeight(document([subject(0)], [openBadgesContext])));
  });

  test("grows with each object of a type that brings a context along, and with each of its types", () => {
    const [one, four] = [["Profile"], ["AchievementSubject", "Achievement", "Profile", "Image"]].map((type) =>
      contextWeight(document(times(100, (place) => subject(place, { type })))),
    );
    const none = contextWeight(document(times(100, (place) => subject(place))));
    expect(one! - none).toBeGreaterThanOrEqual(100);
    expect(four! - none).toBeGreaterThanOrEqual(3 * (one! - none));
  });

  test("grows with each use of a term that brings a context along, and with each name in a map by types", () => {
    const keys = contextWeight(document(times(100, (place) => subject(place, { cnf: { kid: "k" } }))));
    const others = contextWeight(document(times(100, (place) => subject(place, { other: { kid: "k" } }))));
    expect(keys - others).toBeGreaterThanOrEqual(100);
    const listed = contextWeight(document([subject(0, { cnf: { "@list": times(100, () => ({ kid: "k" })) } })]));
    expect(listed - contextWeight(document([subject(0, { cnf: times(100, () => "k") })]))).toBeGreaterThan(100);
    const mapped = contextWeight(document(times(100, (place) => subject(place, { by: { Profile: { id: "urn:x" } } }))));
    expect(mapped).toBeGreaterThan(others);
  });

  test("counts contexts within the terms of one that stands in the document, and those that it names or imports", () => {
    const term = (context: Json) => ({ Thing: { "@id": "https://e.example/Thing", "@context": context } });
    const bare = contextWeight(document([subject(0)], [term({})]));
    for (const own of [term(openBadgesContext), { "@import": openBadgesContext }, { "@context": openBadgesContext }])
      expect(contextWeight(document([subject(0)], [own]))).toBeGreaterThanOrEqual(bare + 10);
    const used = contextWeight(
      document(
        times(50, () => subject(0, { type: "Thing" })),
        [term(openBadgesContext)],
      ),
    );
    expect(used).toBeGreaterThanOrEqual(50 * 10);
  });

  test("grows with how many terms there are to copy for each object", () => {
    const terms = Object.fromEntries(Array.from({ length: 600 }, (_, i) => [`t${i}`, `https://e.example/${i}x`]));
    const objects = times(200, (place) => subject(place));
    expect(contextWeight(document(objects, [terms]))).toBeGreaterThan(contextWeight(document(objects)) * 1.5);
  });

  test.each<[string, JsonObject]>([
    [
      "known contexts named again and again in its parts",
      document(times(60, (place) => subject(place, { "@context": times(48, () => openBadgesContext) }))),
    ],
    [
      "one context in each of its parts",
      document(times(60, (place) => subject(place, { "@context": openBadgesContext }))),
    ],
    [
      "contexts in turns at its root",
      document(
        [subject(0)],
        times(120, (i) => [openBadgesContext, contextV2][i % 2]!),
      ),
    ],
    [
      "objects of many types",
      document(
        times(300, (place) => subject(place, { type: ["AchievementSubject", "Achievement", "Profile", "Image"] })),
      ),
    ],
    ["one type said many times", document(times(4, (place) => subject(place, { type: times(300, () => "Profile") })))],
  ])("is refused before anything is converted for %s", async (_, large) => {
    expect(weightOf(large)).toBeGreaterThan(0);
    const work = openWork();
    const paid: number[] = [];
    const watched = {
      ...work,
      convert: async (...[, values]: Parameters<typeof work.convert>) => void paid.push(values),
    };
    await expect(datasetOf(large, watched)).rejects.toMatchObject({ code: "QUOTA_EXCEEDED" });
    expect(paid).toEqual([]);
  });

  test("is paid with the values of the document", async () => {
    const paid: number[] = [];
    const work = openWork();
    const watched = {
      ...work,
      convert: async (...[, values]: Parameters<typeof work.convert>) => void paid.push(values),
    };
    const nested = document(times(9, (place) => subject(place, { "@context": undefinedTerms, a: "b" })));
    await datasetOf(nested, watched);
    expect(paid).toEqual([weightOf(nested) + contextWeight(nested)]);
  });

  test("takes no context for more than it is where it is not known", () => {
    expect(contextWeight(document([subject(0)], ["https://example.edu/context"]))).toBeLessThanOrEqual(plain + 2);
  });
});
