import { describe, expect, test } from "vitest";
import { type AwardFacts, achievementCredential } from "../../../src/badges/achievement-credential.ts";
import { endorsementCredential } from "../../../src/badges/endorsement-credential.ts";
import type { JsonObject } from "../../../src/kernel/json.ts";
import { hour } from "../../../src/kernel/time.ts";
import { parseCredential } from "../../../src/securing/data-model.ts";
import { checkOpenBadge } from "../../../src/securing/open-badge-schema.ts";
import { canonicalQuads } from "../../../src/securing/rdf.ts";
import { start } from "../../harness.ts";
import { academyDid, emailRecipient, fullFacts, plainFacts } from "./facts.ts";

const outcomes = (credential: JsonObject) =>
  checkOpenBadge(credential).map(({ name, outcome }) => `${name} ${outcome}`);
const subjectOf = (facts: AwardFacts) => achievementCredential(facts).credentialSubject as JsonObject;

const shapes: Record<string, AwardFacts> = {
  "that says everything": fullFacts(),
  "that says the least": plainFacts(),
  "for an address": plainFacts({ recipient: emailRecipient }),
  "for whoever has the claim link": plainFacts({ recipient: { claimHash: `sha256$${"00".repeat(32)}` } }),
  "of test mode": fullFacts({ test: true }),
};

describe.each(Object.entries(shapes))("the credential of an award %s", (_, facts) => {
  const credential = achievementCredential(facts);

  test("has the form of Open Badges 3.0", () => {
    expect(outcomes(credential)).toEqual(["schema pass", "open-badge pass"]);
  });

  test("holds to the VC Data Model 2.0", () => {
    expect(parseCredential(credential)).toMatchObject({ id: facts.id, issuer: academyDid, validFrom: start });
  });

  test("means all that it says as JSON-LD, where nothing is dropped in silence", async () => {
    const quads = await canonicalQuads(credential);
    for (const text of [facts.achievement.definition.name, facts.issuer.name])
      expect(quads).toContain(JSON.stringify(text).slice(1, -1));
  });
});

describe("the credential of an award", () => {
  test.each([
    ["en-GB", "en-GB"],
    ["EN", "en"],
    ["SR-cyrl-rs", "sr-Cyrl-RS"],
    ["es-419", "es-419"],
    ["de-CH-1996", "de-CH"],
    ["sl-rozaj", "sl"],
  ])("says of the language %s what Open Badges knows of it: %s", (inLanguage, told) => {
    const { achievement } = fullFacts();
    const facts = fullFacts({ achievement: { ...achievement, definition: { ...achievement.definition, inLanguage } } });
    expect(subjectOf(facts).achievement).toMatchObject({ inLanguage: told });
    expect(outcomes(achievementCredential(facts))).toEqual(["schema pass", "open-badge pass"]);
  });

  test("names the organisation as a profile, and the version of the class as the achievement", () => {
    const { issuer, credentialSubject } = achievementCredential(fullFacts()) as any;
    expect(issuer).toEqual({
      id: academyDid,
      type: ["Profile"],
      name: 'Academy "Å" <b>',
      description: "Teaches.\nAnd tests.",
      url: "https://academy.example/",
      email: "badges@academy.example",
      image: { id: "https://academy.example/seal.png", type: "Image" },
    });
    expect(credentialSubject.achievement).toMatchObject({
      id: "https://renown.example/v1/badge-classes/r1class/versions/3",
      version: "3",
      criteria: { id: "https://academy.example/bridges", narrative: "Build one. Load it.\n\n* It stands." },
      image: {
        id: `https://renown.example/v1/images/${"A".repeat(43)}`,
        type: "Image",
        caption: "A bridge",
      },
      creditsAvailable: 2.5,
      inLanguage: "en-GB",
    });
  });

  test("leaves out what an organisation does not say", () => {
    expect(achievementCredential(plainFacts()).issuer).toEqual({ id: academyDid, type: ["Profile"], name: "Academy" });
  });

  test("names a DID as its subject, and the earner beside it only where that is shown", () => {
    expect(subjectOf(fullFacts())).toMatchObject({
      id: "did:pkh:eip155:1:0x1111111111111111111111111111111111111111",
      identifier: [{ type: "IdentityObject", hashed: false, identityHash: "Ada Lovelace", identityType: "name" }],
    });
    expect(subjectOf(fullFacts({ earner: undefined }))).not.toHaveProperty("identifier");
  });

  test("names an address by its salted hash alone", () => {
    const subject = subjectOf(plainFacts({ recipient: emailRecipient }));
    expect(subject).not.toHaveProperty("id");
    expect(subject.identifier).toEqual([
      {
        type: "IdentityObject",
        hashed: true,
        identityHash: emailRecipient.email.hash,
        identityType: "emailAddress",
        salt: "c2FsdA",
      },
    ]);
  });

  test("keeps the day of the award when it is made anew later", () => {
    const again = achievementCredential(plainFacts({ validFrom: start + hour }));
    expect(again).toMatchObject({ awardedDate: "2026-11-20T12:00:00.000Z", validFrom: "2026-11-20T13:00:00.000Z" });
  });

  test("has one status entry, an object", () => {
    expect(achievementCredential(fullFacts()).credentialStatus).toEqual({
      id: "https://renown.example/orgs/academy/status/academy-revocation-1#77",
      type: "BitstringStatusListEntry",
      statusPurpose: "revocation",
      statusListIndex: "77",
      statusListCredential: "https://renown.example/orgs/academy/status/academy-revocation-1",
    });
  });

  test("says of an award in test mode that it is one, in its name, the achievement, the tags and the evidence", () => {
    const { name, credentialSubject, evidence } = achievementCredential(fullFacts({ test: true })) as any;
    expect(name).toBe("Bridge building (test)");
    expect(credentialSubject.achievement).toMatchObject({ name, tag: ["engineering", "paper", "test"] });
    expect(credentialSubject.achievement.description).toMatch(/^Made in test mode/);
    expect(evidence[0]).toMatchObject({ name: "Test mode" });
    expect(evidence).toHaveLength(3);
    expect(JSON.stringify(achievementCredential(fullFacts()))).not.toMatch(/"test"|\(test\)|test mode/i);
  });
});

describe("the credential of an endorsement", () => {
  const facts = {
    id: "https://renown.example/b/kq3m0bB1y2oB8vF6mXjZlQ/endorsements/guild",
    issuer: { did: "did:web:renown.example:orgs:guild", name: "Guild" },
    badge: "https://renown.example/b/kq3m0bB1y2oB8vF6mXjZlQ",
    badgeName: "Bridge building",
    comment: "We saw it stand.",
    validFrom: start,
  };

  test.each([facts, { ...facts, comment: undefined }, { ...facts, test: true }])(
    "has the form of Open Badges 3.0",
    async (given) => {
      const credential = endorsementCredential(given);
      expect(outcomes(credential)).toEqual(["schema pass"]);
      expect(parseCredential(credential).subjects).toEqual([facts.badge]);
      await expect(canonicalQuads(credential)).resolves.toContain(facts.badge);
    },
  );
});
