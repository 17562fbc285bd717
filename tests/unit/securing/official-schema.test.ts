import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { achievementCredential } from "../../../src/badges/achievement-credential.ts";
import { makeForms } from "../../../src/badges/award-forms.ts";
import { endorsementCredential, endorsementForms } from "../../../src/badges/endorsement-credential.ts";
import { parseCompact } from "../../../src/identity/jws.ts";
import type { Json, JsonObject } from "../../../src/kernel/json.ts";
import { findMisfits } from "../../../src/securing/json-schema.ts";
import { badgeSchema } from "../../../src/securing/open-badge-definitions.ts";
import { start } from "../../harness.ts";
import { definition, emailRecipient, fullFacts, plainFacts, signersAs } from "../badges/facts.ts";
import { changeAt } from "./changed.ts";
import { officialJudge, ownJudge, schemaFile } from "./official-judge.ts";

// Beside tests/http/badge-conformance.test.ts and tests/interop/badges.test.ts, which ask it of what is served.

const schemas = {
  "the schema as it is written here": ownJudge,
  ...(schemaFile !== undefined && { "its file": officialJudge }),
};

const endorsementFacts = {
  id: "https://renown.example/b/x/endorsements/guild",
  issuer: { did: "did:web:renown.example:orgs:guild", name: "Guild" },
  badge: "https://renown.example/b/x",
  badgeName: "Bridge building",
  validFrom: start,
};
const endorsement = endorsementCredential(endorsementFacts);

describe.each(Object.entries(schemas))("Open Badges 3.0, by %s,", (_name, judgeOf) => {
  const worded = (change: object) => ({ ...fullFacts().achievement, definition: { ...definition, ...change } });
  const awards = {
    "that says all it can": fullFacts(),
    "that says the least": plainFacts(),
    "to an e-mail address": fullFacts({ recipient: emailRecipient, earner: undefined }),
    "in test mode": fullFacts({ test: true }),
    "that can be suspended": fullFacts({ status: { ...fullFacts().status!, purpose: "suspension" } }),
    "in Serbian, in Cyrillic": fullFacts({ achievement: worded({ inLanguage: "SR-cyrl-rs" }) }),
    "in a variant of a language": fullFacts({ achievement: worded({ inLanguage: "de-CH-1996" }) }),
    "of a type of its own": fullFacts({ achievement: worded({ type: "ext:Bridge" }) }),
  };

  test.each(Object.entries(awards))("takes an award %s, with its proofs", async (_, facts) => {
    const [forms] = await makeForms([facts], async () => signersAs(), start);
    expect(judgeOf("badge")(JSON.parse(forms!.json!))).toBe("");
  });

  test("takes an award with an endorsement in it", () => {
    const badge = { ...achievementCredential(fullFacts()), endorsement: [endorsement] };
    expect(judgeOf("badge")(badge)).toBe("");
  });

  test("takes an endorsement by itself, with its proofs and as a JWT", async () => {
    const facts = { ...endorsementFacts, comment: "We saw it stand." };
    const { json, jwt } = await endorsementForms(facts, signersAs(), start);
    expect(judgeOf("endorsement")(JSON.parse(json!))).toBe("");
    expect(judgeOf("endorsement")(parseCompact(jwt!).payload)).toBe("");
    expect(judgeOf("endorsement")({ ...endorsement, name: 5 })).not.toBe("");
  });
});

if (schemaFile !== undefined)
  test("the file of Open Badges 3.0 takes whatever is taken here", () => {
    const judge = officialJudge("badge");
    const badge = { ...achievementCredential(fullFacts()), endorsement: [endorsement] } as JsonObject;
    const values = fc.constantFrom<Json>(
      ...([
        null,
        true,
        0,
        2.5,
        "",
        "x",
        "did:key:z6Mk",
        "ext:Own",
        "ext:-",
        "x ext:y",
        "2026-11-20T12:00:00Z",
      ] as const),
      ...([
        "en-GB",
        "EN",
        "zh-Hant-TW",
        "de-1996",
        "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.2.json",
      ] as const),
      ...[
        [],
        [null],
        {},
        { id: "https://a.example", type: ["Profile"] },
        { id: "https://a.example", type: "Image" },
        ["Profile"],
      ],
    );
    let taken = 0;
    fc.assert(
      fc.property(fc.nat(), values, fc.boolean(), (place, value, drops) => {
        const changed = changeAt(badge, place, value, drops);
        const misfits = findMisfits(badgeSchema, changed);
        const says = judge(changed);
        if (misfits.length === 0) expect({ says, changed }).toEqual({ says: "", changed });
        // What is refused here alone is no URI, no e-mail address or no country code.
        else if (says === "")
          expect(JSON.stringify(misfits)).toMatch(/is no (uri|email)|has none of the forms|\[A-Z\]\{2\}/);
        if (misfits.length === 0) taken++;
      }),
      { numRuns: 3_000, seed: 5 },
    );
    expect(taken).toBeGreaterThan(100);
  });
