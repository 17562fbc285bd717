import { beforeAll, describe, expect, test } from "vitest";
import { bake } from "../../../src/badges/baking.ts";
import { hour, iso } from "../../../src/kernel/time.ts";
import { addProof } from "../../../src/securing/data-integrity.ts";
import { makePng } from "../../unit/badges/png-files.ts";
import { badgeBody, strangerDid, strangerEd } from "../../unit/verify/badge-scene.ts";
import { ask, expectProblem, post, signIn } from "../client.ts";
import type { Service } from "../server.ts";

/** What holds of badges of any issuer, wherever the service runs. */
export function badgeVerifyContract(open: () => Promise<Service>): void {
  let service: Service;
  beforeAll(async () => {
    service = await open();
  });

  describe("a badge of any issuer", () => {
    const path = "/v1/badges/verify";
    const proved = () => {
      const { validUntil: _, ...body } = badgeBody;
      const created = iso(service.now() - hour);
      const badge = { ...body, issuer: { id: strangerDid, type: ["Profile"] }, validFrom: created };
      return addProof(badge, strangerEd, { cryptosuite: "eddsa-rdfc-2022", created });
    };

    test("holds by its Data Integrity proof, as JSON and baked into an image", async () => {
      const badge = await proved();
      const { status, body } = await post(service, path, { badge });
      expect(status).toBe(200);
      expect(body.verdict, JSON.stringify(body.checks)).toBe("valid");
      const image = bake({ type: "image/png", bytes: makePng() }, badge);
      const baked = await ask(service, "POST", path, { body: image, headers: { "content-type": "image/png" } });
      expect(baked.body).toMatchObject({ verdict: "valid", carrier: "image/png" });
      const spoilt = await post(service, path, { badge: { ...badge, name: "Another" } });
      expect(spoilt.body.verdict).toBe("invalid");
    });

    test("may be an identity credential of the service, as JWT", async () => {
      const { answer } = await signIn(service);
      const { body } = await post(service, path, { badge: answer.credential });
      expect(body.verdict, JSON.stringify(body.checks)).toBe("valid");
    });

    test("is not looked for at addresses that are private", async () => {
      for (const url of [
        "https://localhost/b",
        "https://127.0.0.1/b",
        "https://169.254.169.254/latest",
        "https://[::1]/",
      ]) {
        const { body } = await post(service, path, { badge: url });
        expect(body).toMatchObject({ verdict: "undetermined", carrier: null });
        expect(body.checks[0]).toMatchObject({ name: "reading", code: "STATUS_UNAVAILABLE" });
      }
    });

    test("is refused where the question cannot be read", async () => {
      expectProblem(await post(service, path, { badge: 7 }), "INVALID_REQUEST", 400);
    });
  });
}
