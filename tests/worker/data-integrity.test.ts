import secp256k1 from "secp256k1";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { keyDocument } from "../../src/identity/did-document.ts";
import { hex } from "../../src/kernel/bytes.ts";
import type { JsonObject } from "../../src/kernel/json.ts";
import { checkProofs } from "../../src/securing/data-integrity.ts";
import { findKey } from "../../src/securing/verification-key.ts";
import { type RunningWorker, startWorker } from "./harness.ts";

const created = "2026-11-20T11:00:00Z";
const digest = new Uint8Array(32).fill(3);
const document = {
  "@context": ["https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"],
  type: ["VerifiableCredential", "OpenBadgeCredential"],
  name: "Élan",
  credentialSubject: { type: ["AchievementSubject"], id: "did:example:learner" },
};

describe("Data Integrity in workerd", () => {
  let worker: RunningWorker;

  beforeAll(async () => {
    worker = await startWorker({ entry: "tests/worker/fixture/data-integrity.ts" });
  });
  afterAll(() => worker?.dispose());

  test.each(["eddsa-rdfc-2022", "eddsa-jcs-2022", "ecdsa-rdfc-2019", "ecdsa-jcs-2019"])(
    "signs and verifies %s as on Node",
    async (cryptosuite) => {
      const asked = { document, cryptosuite, created, digest: [...digest] };
      const answer = await worker.fetch("/", { method: "POST", body: JSON.stringify(asked) });
      const found = (await answer.json()) as { signed: JsonObject; twin: object } & Record<string, string>;
      expect(found).toMatchObject({ good: "OK", altered: "BAD_SIGNATURE" });
      expect(found.unknown).toBe(cryptosuite.includes("rdfc") ? "UNKNOWN_CONTEXT" : "INVALID_PROOF");
      const resolveKey = async (url: string, at: number) =>
        findKey(keyDocument(url.split("#")[0]!) as unknown as JsonObject, url, at);
      const question = { resolveKey, at: Date.parse(created), purpose: "assertionMethod" as const };
      expect((await checkProofs(found.signed, question))[0]!.check.code).toBe("OK");
      const { signature, recid } = secp256k1.ecdsaSign(digest, new Uint8Array(32).fill(7));
      expect(found.twin).toEqual({ signature: hex(signature), recovery: recid });
    },
  );
});
