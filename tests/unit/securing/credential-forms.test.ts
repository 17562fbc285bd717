import { describe, expect, test } from "vitest";
import { achievementCredential } from "../../../src/badges/achievement-credential.ts";
import { proveCredential } from "../../../src/securing/credential-forms.ts";
import { addProof } from "../../../src/securing/data-integrity.ts";
import { emptyBits, encodeBits, minEntries, statusListCredential } from "../../../src/securing/status-list.ts";
import { start } from "../../harness.ts";
import { academyDid, emailRecipient, fullFacts, plainFacts, signersAs } from "../badges/facts.ts";

const created = "2026-11-20T12:00:00.000Z";
// Ed25519 signs the same bytes in one way only, so an equal proof is over equal bytes.
const [ed25519, p256] = signersAs().credential;

describe("a set of proofs that is made at once", () => {
  test.each([
    fullFacts(),
    fullFacts({ earner: 'Ægir "the\\ giant"\n\t\u{1f3c5}', test: true }),
    fullFacts({ narrative: fullFacts().id }),
    plainFacts(),
    plainFacts({ recipient: emailRecipient }),
    plainFacts({ recipient: emailRecipient, earner: "c2FsdA" }),
  ])("has the proof that the library's canonical form gives (%#)", async (facts) => {
    const credential = achievementCredential(facts);
    const expected = await addProof(credential, ed25519!, { cryptosuite: "eddsa-rdfc-2022", created });
    for (let again = 0; again < 2; again++) {
      const { proof, ...rest } = (await proveCredential(credential, [ed25519!, p256!], created)) as any;
      expect(rest).toEqual(credential);
      expect(proof[0]).toEqual((expected as any).proof[0]);
      expect(proof[1]).toMatchObject({ cryptosuite: "ecdsa-rdfc-2019", verificationMethod: p256!.method });
    }
  });

  test("is made of a status list too", async () => {
    const credential = statusListCredential({
      id: "https://renown.example/orgs/academy/status/academy-revocation-1",
      issuer: academyDid,
      purpose: "revocation",
      encodedList: await encodeBits(emptyBits(minEntries)),
      validFrom: start,
      validUntil: start + 1,
      ttl: 300_000,
    });
    const expected = (await addProof(credential, ed25519!, { cryptosuite: "eddsa-rdfc-2022", created })) as any;
    expect(((await proveCredential(credential, [ed25519!], created)) as any).proof).toEqual(expected.proof);
  });

  test("is refused where there is no key", async () => {
    await expect(proveCredential(achievementCredential(plainFacts()), [], created)).rejects.toMatchObject({
      code: "NO_KEY",
    });
  });
});
