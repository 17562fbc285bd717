import { Ajv2019 } from "ajv/dist/2019.js";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { achievementCredential } from "../../../src/badges/achievement-credential.ts";
import { endorsementCredential } from "../../../src/badges/endorsement-credential.ts";
import type { Json } from "../../../src/kernel/json.ts";
import { parseTime } from "../../../src/kernel/time.ts";
import { findMisfits, maxMisfits } from "../../../src/securing/json-schema.ts";
import { badgeSchema, endorsementSchema } from "../../../src/securing/open-badge-definitions.ts";
import { checkOpenBadge } from "../../../src/securing/open-badge-schema.ts";
import { start } from "../../harness.ts";
import { emailRecipient, fullFacts } from "../badges/facts.ts";
import { changeAt } from "./changed.ts";

const badge = (): any => structuredClone(achievementCredential(fullFacts()));
const endorsement = (): any =>
  endorsementCredential({
    id: "https://renown.example/b/x/endorsements/guild",
    issuer: { did: "did:web:renown.example:orgs:guild", name: "Guild" },
    badge: "https://renown.example/b/x",
    badgeName: "Bridge building",
    validFrom: start,
  });

const unnamed = () => {
  const { name: _, ...rest } = endorsement();
  return rest;
};

/** What the checks say of a badge that was changed. */
function judged(change: (badge: any) => void): string[] {
  const changed = badge();
  change(changed);
  return checkOpenBadge(changed).map(({ name, outcome, detail }) => `${name} ${outcome}: ${detail}`);
}

/** Sets the member at a path of names. */
function set(path: string, value: unknown): (badge: any) => void {
  const names = path.split(".");
  const last = names.pop()!;
  return (changed) => {
    names.reduce((at, name) => at[name], changed)[last] = value;
  };
}

const schemaSays = (change: (badge: any) => void) => judged(change)[0];

describe("Open Badges 3.0 asks of a badge that", () => {
  test.each(["id", "credentialSubject", "issuer", "validFrom"])("it has %s", (name) => {
    expect(schemaSays((each) => delete each[name])).toBe(`schema fail: / lacks ${name}.`);
  });

  test.each(["id", "type", "criteria", "description", "name"])("its achievement has %s", (name) => {
    expect(schemaSays((each) => delete each.credentialSubject.achievement[name])).toBe(
      `schema fail: /credentialSubject/achievement lacks ${name}.`,
    );
  });

  test("its contexts are that of the data model, then one of Open Badges 3.0", () => {
    expect(schemaSays((each) => each["@context"].reverse())).toContain("/@context/0 is not https://www.w3.org/ns");
    expect(schemaSays((each) => each["@context"].pop())).toContain("/@context has fewer than 2 items");
    expect(
      schemaSays((each) => {
        each["@context"][1] = "https://purl.imsglobal.org/spec/ob/v3p0/context.json";
      }),
    ).toContain("schema pass");
  });

  test("its types name a VerifiableCredential and an OpenBadgeCredential or AchievementCredential", () => {
    expect(
      schemaSays((each) => {
        each.type = ["VerifiableCredential", "AchievementCredential"];
      }),
    ).toContain("schema pass");
    expect(
      schemaSays((each) => {
        each.type = ["OpenBadgeCredential"];
      }),
    ).toContain("/type does not name VerifiableCredential");
    expect(
      schemaSays((each) => {
        each.type = "OpenBadgeCredential";
      }),
    ).toContain("/type is not of type array");
  });

  test.each<[string, (badge: any) => void, string]>([
    ["its name is a plain text", set("name", { "@value": "x", "@language": "en" }), "/name is not of type string"],
    ["its proofs are a list", set("proof", { type: "DataIntegrityProof" }), "/proof is not of type array"],
    [
      "its status is one object",
      set("credentialStatus", [badge().credentialStatus]),
      "/credentialStatus is not of type object",
    ],
    ["its dates can be read", set("validFrom", "2026-02-30T00:00:00Z"), "/validFrom is no date-time"],
    ["its id is a URI", set("id", "a badge"), "/id is no uri"],
    [
      "an image is one and nothing else",
      set("credentialSubject.achievement.image.alt", "x"),
      "/credentialSubject/achievement/image/alt has no place here",
    ],
    [
      "an issuer that is a profile has an id",
      (each) => void delete each.issuer.id,
      "/issuer has none of the forms taken",
    ],
    [
      "a type of achievement is known or an extension",
      set("credentialSubject.achievement.achievementType", "Trophy"),
      "/credentialSubject/achievement/achievementType has none",
    ],
    [
      "the status of a result is known",
      set("credentialSubject.result.1.status", "Done"),
      "/credentialSubject/result/1/status is none of the values",
    ],
    [
      "an alignment has its target",
      (each) => void delete each.credentialSubject.achievement.alignment[0].targetUrl,
      "/credentialSubject/achievement/alignment/0 lacks targetUrl",
    ],
    ["evidence is a list", set("evidence", badge().evidence[0]), "/evidence is not of type array"],
    [
      "an identity says whether it is hashed",
      (each) => void delete each.credentialSubject.identifier[0].hashed,
      "/credentialSubject/identifier/0 lacks hashed",
    ],
    ["an endorsement within it is one", set("endorsement", [unnamed()]), "/endorsement/0 lacks name"],
  ])("%s", (_, change, says) => {
    expect(schemaSays(change)).toContain(says);
  });

  test("a type of achievement of one's own begins with ext:", () => {
    expect(schemaSays(set("credentialSubject.achievement.achievementType", "ext:Trophy"))).toContain("pass");
  });

  test("it names its recipient", () => {
    expect(
      judged((each) => {
        delete each.credentialSubject.id;
        delete each.credentialSubject.identifier;
      })[1],
    ).toContain("open-badge fail: The subject has neither");
    const unclaimed = achievementCredential(fullFacts({ recipient: emailRecipient, earner: undefined }));
    expect(checkOpenBadge(unclaimed)[1]!.outcome).toBe("pass");
  });

  test("its results belong to descriptions that the achievement has", () => {
    const id = "urn:uuid:0f8fad5b-d9cb-469f-a165-70867728950e";
    const described = [{ id, type: ["ResultDescription"], name: "Grade", resultType: "LetterGrade" }];
    const link = (to: string) => (each: any) => {
      each.credentialSubject.achievement.resultDescription = described;
      each.credentialSubject.result[0].resultDescription = to;
    };
    expect(judged(link(id)).map((each) => each.slice(0, 15))).toEqual(["schema pass: It", "open-badge pass"]);
    expect(judged(link("urn:uuid:another"))[1]).toContain("belongs to no description");
  });
});

describe("Open Badges 3.0", () => {
  test("asks of an endorsement that it has a name and a subject with an id", () => {
    expect(checkOpenBadge(endorsement())).toMatchObject([{ name: "schema", outcome: "pass" }]);
    expect(checkOpenBadge(unnamed())).toMatchObject([{ outcome: "fail", detail: "/ lacks name." }]);
    const nobody = { ...endorsement(), credentialSubject: { type: ["EndorsementSubject"] } };
    expect(checkOpenBadge(nobody)).toMatchObject([{ outcome: "fail", code: "SCHEMA_MISMATCH" }]);
  });

  test("says nothing of other credentials", () => {
    expect(checkOpenBadge({ type: ["VerifiableCredential"] })).toEqual([]);
  });

  test("is told in a few short sentences, whatever a foreign document says", () => {
    const found = checkOpenBadge({
      type: ["OpenBadgeCredential"],
      credentialSubject: {
        achievement: { image: Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`${i}`.repeat(400), 1])) },
      },
    });
    expect(found[0]!.detail.length).toBeLessThan(1_000);
  });
});

describe("the validator", () => {
  const ajv = new Ajv2019({ allErrors: true, strictTuples: false });
  ajv.addFormat(
    "uri",
    (text) => /^[A-Za-z][A-Za-z0-9+.-]*:[^\s<>"{}|\\^`]+$/.test(text) && !/%(?![0-9A-Fa-f]{2})/.test(text),
  );
  ajv.addFormat("email", (text) => /^[^\s@]{1,64}@[^\s@.]+(\.[^\s@.]+)*$/.test(text));
  ajv.addFormat("date-time", isTime);
  ajv.addFormat("date", (text) => /^\d{4}-\d\d-\d\d$/.test(text) && isTime(`${text}T00:00:00Z`));
  const schemas = [badgeSchema, endorsementSchema].map((schema) => ({
    schema,
    judge: ajv.compile(structured(schema)),
  }));

  test("agrees with ajv on every badge and endorsement in which one value is another", () => {
    const values = fc.oneof(
      fc.constantFrom<Json>(
        null,
        true,
        0,
        2.5,
        "",
        "x",
        "did:key:z6Mk",
        "ext:Own",
        "2026-11-20T12:00:00Z",
        [],
        [null],
        {},
      ),
      fc.constantFrom<Json>(
        { id: "https://a.example", type: ["Profile"] },
        { id: "https://a.example", type: "Image" },
        ["Profile"],
      ),
    );
    const documents = fc.constantFrom(badge(), endorsement(), { ...badge(), endorsement: [endorsement()] });
    let refused = 0;
    fc.assert(
      fc.property(documents, fc.nat(), values, fc.boolean(), (document, place, value, drops) => {
        const changed = changeAt(document, place, value, drops);
        for (const { schema, judge } of schemas) {
          const fits = findMisfits(schema, changed).length === 0;
          if (!fits) refused++;
          expect({ fits, changed }).toEqual({ fits: judge(changed), changed });
        }
      }),
      { numRuns: 1_000, seed: 4 },
    );
    expect(refused).toBeGreaterThan(1_000);
  });

  test("stops after a few misfits", () => {
    const image = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`m${i}`, 1]));
    const found = findMisfits(badgeSchema, {
      ...badge(),
      image: { ...image, id: "https://a.example/i.png", type: "Image" },
    });
    expect(found).toHaveLength(maxMisfits);
  });
});

/** Without getters, as it would stand in a file. */
function structured(schema: object): object {
  return JSON.parse(JSON.stringify(schema));
}

function isTime(text: string): boolean {
  try {
    parseTime(text);
    return true;
  } catch {
    return false;
  }
}
