import { importJWK, jwtVerify } from "jose";
import { describe, expect, test } from "vitest";
import { makeForms } from "../../../src/badges/award-forms.ts";
import { endorsementForms } from "../../../src/badges/endorsement-credential.ts";
import type { JsonObject } from "../../../src/kernel/json.ts";
import { checkAwardTwin } from "../../../src/securing/award-twin.ts";
import { checkProofs } from "../../../src/securing/data-integrity.ts";
import { checkOpenBadge } from "../../../src/securing/open-badge-schema.ts";
import { start } from "../../harness.ts";
import {
  academyDid,
  emailRecipient,
  fullFacts,
  keyIssuer,
  plainFacts,
  publicKeyOf,
  resolveAcademyKey,
  signersAs,
} from "./facts.ts";

const signersOf = async () => signersAs();
const question = { resolveKey: resolveAcademyKey, at: start, purpose: "assertionMethod" } as const;
const made = async (...facts: Parameters<typeof makeForms>[0]) => makeForms(facts, signersOf, start);

const proofsOf = async (json: string) =>
  (await checkProofs(JSON.parse(json), question)).map(({ cryptosuite, check }) => `${cryptosuite} ${check.outcome}`);

async function payloadOf(jwt: string): Promise<JsonObject> {
  const { kid } = JSON.parse(atob(jwt.split(".")[0]!));
  const key = await importJWK((await publicKeyOf(kid)) as never, "ES256");
  const { payload, protectedHeader } = await jwtVerify(jwt, key, { currentDate: new Date(start) });
  expect(protectedHeader).toMatchObject({ alg: "ES256", typ: "vc+jwt", cty: "vc", iss: academyDid });
  return payload as JsonObject;
}

describe("the forms of an award", () => {
  test("are the credential as JWT, with a proof by each key, and as a twin for a wallet", async () => {
    const [forms] = await made(fullFacts());
    expect(Object.keys(forms!).sort()).toEqual(["eip712", "json", "jwt"]);
    expect(await proofsOf(forms!.json!)).toEqual(["eddsa-rdfc-2022 pass", "ecdsa-rdfc-2019 pass"]);
    const { iss, jti, sub, nbf, exp, ...credential } = await payloadOf(forms!.jwt!);
    const { proof, ...same } = JSON.parse(forms!.json!);
    expect(credential).toEqual(same);
    expect(Array.isArray(proof)).toBe(true);
    expect([iss, jti, nbf, exp]).toEqual([academyDid, credential.id, start / 1000, start / 1000 + 365 * 86_400]);
    expect(sub).toBe((credential.credentialSubject as JsonObject).id);
    const twin = await checkAwardTwin(JSON.parse(forms!.eip712!), resolveAcademyKey, start);
    expect(twin.message).toMatchObject({ id: credential.id, name: "Bridge building", subject: sub });
  });

  test("have the form of Open Badges 3.0 with their proofs", async () => {
    for (const forms of await made(fullFacts(), plainFacts(), plainFacts({ recipient: emailRecipient })))
      for (const credential of [JSON.parse(forms.json!), await payloadOf(forms.jwt!)])
        expect(checkOpenBadge(credential).map(({ outcome }) => outcome)).toEqual(["pass", "pass"]);
  });

  test("have no twin where the earner is no did:pkh, and no claim of a subject where there is none", async () => {
    const [key, address] = await made(plainFacts(), plainFacts({ recipient: emailRecipient }));
    expect([key!.eip712, address!.eip712]).toEqual([undefined, undefined]);
    expect(await payloadOf(address!.jwt!)).not.toHaveProperty("sub");
  });

  test("say the moments of a JWT as exactly as the credential does", async () => {
    const times = { validFrom: start - 877, validUntil: start + 86_400_123 };
    const { nbf, exp, validFrom, validUntil } = (await payloadOf((await made(plainFacts(times)))[0]!.jwt!)) as any;
    expect([nbf, exp].map((each) => Math.round(each * 1000))).toEqual([validFrom, validUntil].map(Date.parse));
  });

  test("come in the order asked, each of its own award", async () => {
    const ids = ["a", "b", "c"].map((each) => `https://renown.example/b/${each}`);
    const all = await made(...ids.map((id) => fullFacts({ id })));
    expect(all.map(({ json }) => JSON.parse(json!).id)).toEqual(ids);
    for (const { json } of all) expect(await proofsOf(json!)).toEqual(["eddsa-rdfc-2022 pass", "ecdsa-rdfc-2019 pass"]);
  });

  test("are by the keys that an organisation has", async () => {
    const issuer = keyIssuer("Ed25519");
    const facts = plainFacts({ issuer: { did: issuer, name: "Academy" } });
    const [forms] = await makeForms([facts], async () => signersAs(issuer), start);
    expect(Object.keys(forms!)).toEqual(["json"]);
    expect(await proofsOf(forms!.json!)).toEqual(["eddsa-rdfc-2022 pass"]);
  });

  test("are refused where it has none", async () => {
    const none = makeForms([plainFacts()], async () => ({ credential: [] }), start);
    await expect(none).rejects.toMatchObject({ code: "NO_KEY" });
  });

  test("ask for the keys of an organisation once", async () => {
    let asked = 0;
    const counting = async () => {
      asked++;
      return signersAs();
    };
    await makeForms([plainFacts(), plainFacts(), fullFacts()], counting, start);
    expect(asked).toBe(1);
  });

  test("no longer verify when a byte of what they say is another", async () => {
    const [forms] = await made(fullFacts());
    const altered = forms!.json!.replace("Ada Lovelace", "Eve Lovelace");
    expect(await proofsOf(altered)).toEqual(["eddsa-rdfc-2022 fail", "ecdsa-rdfc-2019 fail"]);
  });
});

describe("endorsements", () => {
  const facts = {
    id: "https://renown.example/b/kq3m0bB1y2oB8vF6mXjZlQ/endorsements/guild",
    issuer: { did: academyDid, name: "Guild" },
    badge: "https://renown.example/b/kq3m0bB1y2oB8vF6mXjZlQ",
    badgeName: "Bridge building",
    comment: "We saw it stand.",
    validFrom: start,
  };

  test("verify by themselves, and within the badge that carries them", async () => {
    const endorsement = await endorsementForms(facts, signersAs(), start);
    expect(await proofsOf(endorsement.json!)).toEqual(["eddsa-rdfc-2022 pass", "ecdsa-rdfc-2019 pass"]);
    const payload = await payloadOf(endorsement.jwt!);
    expect(payload.credentialSubject).toMatchObject({ endorsementComment: facts.comment });
    const registered = { iss: academyDid, jti: facts.id, sub: facts.badge, nbf: start / 1000 };
    expect(payload).toMatchObject(registered);
    const [badge] = await made(fullFacts({ endorsements: [endorsement] }));
    const carried = JSON.parse(badge!.json!);
    expect(carried.endorsement).toEqual([JSON.parse(endorsement.json!)]);
    expect((await payloadOf(badge!.jwt!)).endorsementJwt).toEqual([endorsement.jwt]);
    expect(await proofsOf(badge!.json!)).toEqual(["eddsa-rdfc-2022 pass", "ecdsa-rdfc-2019 pass"]);
    expect(await proofsOf(JSON.stringify(carried.endorsement[0]))).toEqual([
      "eddsa-rdfc-2022 pass",
      "ecdsa-rdfc-2019 pass",
    ]);
    expect(checkOpenBadge(carried).map(({ outcome }) => outcome)).toEqual(["pass", "pass"]);
    const stolen = badge!.json!.replace("We saw it stand.", "We saw it fall.");
    expect(await proofsOf(stolen)).toEqual(["eddsa-rdfc-2022 fail", "ecdsa-rdfc-2019 fail"]);
  });
});
