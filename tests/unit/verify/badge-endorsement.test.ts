import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../../src/kernel/json.ts";
import { hour, iso } from "../../../src/kernel/time.ts";
import { contextV2 } from "../../../src/securing/data-model.ts";
import { openBadgesContext } from "../../../src/securing/open-badge-schema.ts";
import { verifyBadge } from "../../../src/verify/badge.ts";
import { maxEndorsements } from "../../../src/verify/badge-endorsements.ts";
import { badgeBody, jwtOf, now, openScene, proved, school, strangerDid, strangerEd } from "./badge-scene.ts";

const { knowledge } = openScene();
const verify = (badge: JsonObject | string) => verifyBadge(badge, { now }, knowledge);

const endorsementOf = (target: unknown, issuer = strangerDid): JsonObject => ({
  "@context": [contextV2, openBadgesContext],
  id: "https://other.example/endorsements/1",
  type: ["VerifiableCredential", "EndorsementCredential"],
  name: "A good badge",
  issuer: { id: issuer, type: ["Profile"], name: "Other" },
  validFrom: iso(now - hour),
  credentialSubject: { id: target as string, type: ["EndorsementSubject"], endorsementComment: "Well made." },
});
const endorsed = async (target: unknown) => proved(endorsementOf(target), strangerEd);

describe("endorsements within a badge", () => {
  test("are reported each with its checks", async () => {
    const report = await verify(await proved({ ...badgeBody, endorsement: [await endorsed(badgeBody.id)] }));
    expect(report.verdict).toBe("valid");
    expect(report.endorsements).toMatchObject([
      { of: "credential", verdict: "valid", issuer: strangerDid, comment: "Well made." },
    ]);
    expect(report.checks).toContainEqual(expect.objectContaining({ name: "endorsement[0]", outcome: "pass" }));
  });

  test("are found with the achievement, and as JWT", async () => {
    const subject = badgeBody.credentialSubject as JsonObject;
    const achievement = subject.achievement as JsonObject;
    const jwt = await jwtOf(endorsementOf(achievement.id, school));
    const credentialSubject = { ...subject, achievement: { ...achievement, endorsementJwt: [jwt] } };
    const report = await verify(await jwtOf({ ...badgeBody, credentialSubject }));
    expect(report.endorsements).toMatchObject([{ of: "achievement", verdict: "valid", issuer: school }]);
  });

  test("that do not hold, or are about something else, take nothing from the badge", async () => {
    const spoilt = { ...(await endorsed(badgeBody.id)), name: "A bad badge" };
    const other = await endorsed("https://other.example/badges/2");
    const report = await verify(await proved({ ...badgeBody, endorsement: [spoilt, other] }));
    expect(report.verdict).toBe("valid");
    expect(report.endorsements.map(({ verdict }) => verdict)).toEqual(["invalid", "invalid"]);
    expect(report.checks).toContainEqual(
      expect.objectContaining({ name: "endorsement[1]", code: "ENDORSES_ANOTHER", required: false }),
    );
  });

  test("beyond a number are told, and not checked", async () => {
    const one = await endorsed(badgeBody.id);
    const endorsement = Array.from({ length: maxEndorsements + 2 }, () => one);
    const report = await verify(await proved({ ...badgeBody, endorsement }));
    expect(report.endorsements).toHaveLength(maxEndorsements);
    expect(report.checks).toContainEqual(expect.objectContaining({ name: "endorsement", code: "QUOTA_EXCEEDED" }));
  });
});
