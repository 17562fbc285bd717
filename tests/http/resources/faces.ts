import { beforeAll, describe, expect, test } from "vitest";
import type { JsonObject } from "../../../src/kernel/json.ts";
import { checkOpenBadge } from "../../../src/securing/open-badge-schema.ts";
import { decodeBits, parseStatusList, statusAt } from "../../../src/securing/status-list.ts";
import { userOf } from "../../harness.ts";
import { type Academy, addAward, addClass, openAcademy } from "../academy-client.ts";
import { freshWallet, get, post } from "../client.ts";
import type { Service } from "../server.ts";

/** What the world sees of awards, on every runtime: its keys, its canonical forms and its pictures differ. */
export function faceContract(open: () => Promise<Service>): void {
  let service: Service;
  let academy: Academy;
  let badgeClass: string;
  beforeAll(async () => {
    service = await open();
    academy = await openAcademy(service);
    badgeClass = await addClass(academy);
  });

  const wallet = { did: userOf(freshWallet()) };
  const read = (path: string, accept: string) => get(service, path, { headers: { accept } });
  const verdicts = async (credential: unknown) => {
    const { body } = await post(service, "/v1/badges/verify", { badge: credential });
    const proofs = body.checks.filter((each: JsonObject) => /^(proof|signature)/.test(String(each.name)));
    return proofs.map((each: JsonObject) => each.outcome);
  };

  describe("a badge that was awarded", () => {
    test("has proofs by both keys and the form of Open Badges 3.0, and verifies here", async () => {
      const { face } = await addAward(academy, badgeClass, wallet, { narrative: 'Built "three".\n\tAll stand.' });
      const { body } = await read(face, "application/vc");
      expect(body.proof.map((each: JsonObject) => each.cryptosuite)).toEqual(["eddsa-rdfc-2022", "ecdsa-rdfc-2019"]);
      expect(checkOpenBadge(body).map(({ outcome }) => outcome)).toEqual(["pass", "pass"]);
      expect(await verdicts(body)).toEqual(["pass", "pass"]);
      expect(await verdicts((await read(face, "application/vc+jwt")).text)).toEqual(["pass"]);
    });

    test("no longer verifies when what it says is altered", async () => {
      const { face } = await addAward(academy, badgeClass, wallet);
      const { body } = await read(face, "application/vc");
      body.credentialSubject.achievement.name = "Bridge burning";
      expect(await verdicts(body)).toEqual(["fail", "fail"]);
    });

    test("has a status list that says at once when it is revoked", async () => {
      const { face, id } = await addAward(academy, badgeClass, wallet);
      const { credentialStatus: status } = (await read(face, "application/vc")).body;
      const path = new URL(status.statusListCredential).pathname;
      const bit = async () => {
        const { body } = await read(path, "application/vc");
        return statusAt(await decodeBits(parseStatusList(body).encodedList), Number(status.statusListIndex));
      };
      expect(await bit()).toBe(0);
      await academy.post(`/v1/awards/${id}/revoke`, { reason: "By mistake." });
      expect(await bit()).toBe(1);
    });
  });
}
