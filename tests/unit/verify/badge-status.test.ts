import { beforeEach, describe, expect, test } from "vitest";
import type { JsonObject } from "../../../src/kernel/json.ts";
import { hour, iso } from "../../../src/kernel/time.ts";
import { minEntries } from "../../../src/securing/status-list.ts";
import { verifyBadge } from "../../../src/verify/badge.ts";
import { countedCalls, maxCalls } from "../../../src/verify/badge-question.ts";
import {
  badgeBody,
  bombList,
  jwtOf,
  listBody,
  listUrl,
  now,
  openScene,
  proved,
  statusOf,
  strangerDid,
  strangerEd,
} from "./badge-scene.ts";

let scene: ReturnType<typeof openScene>;
beforeEach(() => {
  scene = openScene();
});

/** The status check of a badge with such an entry, while the list stands where it says. */
async function statusCheck(entry: JsonObject | JsonObject[], list?: string, at = now) {
  if (list !== undefined) scene.web.set(listUrl, list);
  const badge = await jwtOf({ ...badgeBody, credentialStatus: entry });
  const report = await verifyBadge(badge, { now, at }, scene.knowledge);
  const check = report.checks.find(({ name }) => name.startsWith("status"));
  return { report, check, verdict: report.verdict };
}
const json = async (terms: Parameters<typeof listBody>[0] = {}) => JSON.stringify(await proved(await listBody(terms)));

describe("a foreign status list", () => {
  test("clears what is not set, as JSON with a proof and as JWT", async () => {
    for (const list of [await json({ set: [4, 6] }), await jwtOf(await listBody())]) {
      const { check, report } = await statusCheck(statusOf(), list);
      expect(check).toMatchObject({ name: "status:revocation", outcome: "pass" });
      expect(report).toMatchObject({ verdict: "valid", status: "active" });
    }
  });

  test("tells a revocation from a suspension", async () => {
    const revoked = await statusCheck(statusOf(), await json({ set: [5] }));
    expect(revoked.check).toMatchObject({ outcome: "fail", code: "REVOKED" });
    expect(revoked.report).toMatchObject({ verdict: "invalid", status: "revoked" });
    const entry = statusOf({ statusPurpose: "suspension" });
    const suspended = await statusCheck(entry, await json({ set: [5], purpose: "suspension" }));
    expect(suspended.check).toMatchObject({ name: "status:suspension", outcome: "fail", code: "SUSPENDED" });
    expect(suspended.report).toMatchObject({ verdict: "invalid", status: "suspended" });
  });

  test("of two purposes tells of the one that the entry names", async () => {
    const body = await listBody({ set: [5] });
    const credentialSubject = {
      ...(body.credentialSubject as JsonObject),
      statusPurpose: ["suspension", "revocation"],
    };
    const list = JSON.stringify(await proved({ ...body, credentialSubject }));
    expect((await statusCheck(statusOf(), list)).check).toMatchObject({ code: "REVOKED" });
    expect((await statusCheck(statusOf({ statusPurpose: "suspension" }), list)).check).toMatchObject({
      code: "SUSPENDED",
    });
    const { check } = await statusCheck(statusOf({ statusPurpose: "message", statusListIndex: "6" }), list);
    expect(check).toMatchObject({ outcome: "fail", code: "LIST_OF_ANOTHER_PURPOSE" });
  });

  test("of no type of a list, or of another, is refused", async () => {
    const body = await listBody();
    const subject = body.credentialSubject as JsonObject;
    for (const change of [
      { type: ["VerifiableCredential"] },
      { type: ["VerifiableCredential", "OpenBadgeCredential"] },
      { credentialSubject: { ...subject, type: "BitstringStatusListEntry" } },
    ]) {
      const list = await proved({ ...body, ...change }, undefined, "eddsa-jcs-2022");
      const { check } = await statusCheck(statusOf(), JSON.stringify(list));
      expect(check).toMatchObject({ outcome: "fail", code: "LIST_INVALID" });
    }
  });

  test("informs where its purpose is another, and says what the status means", async () => {
    const messages = ["a", "b", "c", "d"].map((message, i) => ({ status: `0x${i}`, message }));
    const entry = statusOf({ statusPurpose: "message", statusSize: 2, statusMessage: messages, statusListIndex: "2" });
    // The third pair of bits is 10.
    const list = await json({ set: [4], purpose: "message", entries: minEntries * 2 });
    const { check, verdict } = await statusCheck(entry, list);
    expect(check).toMatchObject({ name: "status:message", outcome: "fail", required: false, code: "STATUS_SET" });
    expect(check!.detail).toContain("It means: c");
    expect(verdict).toBe("valid");
  });

  test.each([
    ["of another purpose", { purpose: "suspension" }, "LIST_OF_ANOTHER_PURPOSE"],
    ["too short", { entries: minEntries - 8 }, "LIST_TOO_SHORT"],
    ["expired", { validUntil: now - 1 }, "LIST_EXPIRED"],
    ["that is a gzip bomb", { encodedList: bombList() }, "LIST_INVALID"],
    ["that is not packed", { encodedList: "uAAAA" }, "LIST_INVALID"],
    ["served in the place of another", { id: `${listUrl}0` }, "LIST_INVALID"],
    ["with a ttl that is no time", { ttl: "soon" }, "LIST_INVALID"],
  ])("%s is refused", async (_name, terms, code) => {
    const { check, verdict } = await statusCheck(statusOf(), await json(terms));
    expect(check).toMatchObject({ outcome: "fail", code });
    expect(verdict).toBe("invalid");
  });

  test("by another issuer is refused, though its proof is good", async () => {
    const body = await listBody({ issuer: strangerDid });
    const { check } = await statusCheck(statusOf(), JSON.stringify(await proved(body, strangerEd)));
    expect(check).toMatchObject({ outcome: "fail", code: "LIST_OF_ANOTHER_ISSUER" });
  });

  test("with a bad proof, or none, is refused", async () => {
    const list = await proved(await listBody());
    const spoilt = await statusCheck(statusOf(), JSON.stringify({ ...list, validUntil: iso(now + 2 * hour) }));
    expect(spoilt.check).toMatchObject({ outcome: "fail", code: "LIST_INVALID" });
    const bare = await statusCheck(statusOf(), JSON.stringify(await listBody()));
    expect(bare.check).toMatchObject({ outcome: "fail", code: "LIST_INVALID" });
    const nonsense = await statusCheck(statusOf(), "{");
    expect(nonsense.check).toMatchObject({ outcome: "fail", code: "LIST_INVALID" });
  });

  test("that ends before the index is refused", async () => {
    const { check } = await statusCheck(statusOf({ statusListIndex: String(minEntries) }), await json());
    expect(check).toMatchObject({ outcome: "fail", code: "STATUS_OUT_OF_RANGE" });
  });

  test("is not asked about an index that is none, nor under its own id", async () => {
    for (const change of [{ statusListIndex: "-1" }, { statusListIndex: 5 }, { id: listUrl }, { statusSize: 2 }]) {
      const { check } = await statusCheck(statusOf(change as JsonObject), await json());
      expect(check).toMatchObject({ outcome: "fail", code: "INVALID_CREDENTIAL" });
    }
    expect(scene.calls).toEqual([]);
  });

  test("that does not answer leaves the verdict open, and so does an unknown type", async () => {
    const silent = await statusCheck(statusOf());
    expect(silent.check).toMatchObject({ outcome: "unknown", code: "STATUS_UNAVAILABLE" });
    expect(silent.report).toMatchObject({ verdict: "undetermined", status: "unknown" });
    const strange = await statusCheck({ id: listUrl, type: "SomeOtherStatus" });
    expect(strange.check).toMatchObject({ outcome: "unknown", code: "UNKNOWN_STATUS_TYPE" });
  });

  test("tells nothing of the time before it was made, where the status could return", async () => {
    const entry = statusOf({ statusPurpose: "suspension" });
    const { check } = await statusCheck(entry, await json({ purpose: "suspension" }), now - 1.5 * hour);
    expect(check).toMatchObject({ outcome: "unknown", code: "STATUS_SINCE_UNKNOWN" });
  });

  test("is one of four at most", async () => {
    const { check } = await statusCheck(
      Array.from({ length: 5 }, () => statusOf()),
      await json(),
    );
    expect(check).toMatchObject({ outcome: "unknown", code: "QUOTA_EXCEEDED" });
    expect(scene.calls).toEqual([]);
  });
});

describe("a 1EdTechRevocationList", () => {
  const entry = { id: listUrl, type: "1EdTechRevocationList" };
  const list = (revoked: unknown[], more: JsonObject = {}) =>
    JSON.stringify({ id: listUrl, revokedCredentials: revoked, ...more });

  test("revokes what it names, and says why", async () => {
    const named = list([{ id: badgeBody.id, revoked: true, revocationReason: "Fraud." }]);
    const { check, report } = await statusCheck(entry, named);
    expect(check).toMatchObject({ outcome: "fail", code: "REVOKED" });
    expect(check!.detail).toContain("Fraud.");
    expect(report.status).toBe("revoked");
    expect((await statusCheck(entry, list([badgeBody.id]))).verdict).toBe("invalid");
  });

  test("is read in the singular too, and whole where both stand", async () => {
    const named = [{ id: badgeBody.id }];
    for (const lists of [{ revokedCredential: named }, { revokedCredentials: [], revokedCredential: named }])
      expect((await statusCheck(entry, JSON.stringify({ id: listUrl, ...lists }))).report.status).toBe("revoked");
    const broken = JSON.stringify({ revokedCredentials: [], revokedCredential: {} });
    expect((await statusCheck(entry, broken)).check).toMatchObject({ outcome: "fail", code: "INVALID_CREDENTIAL" });
  });

  test("clears what it does not name, or has taken back", async () => {
    for (const revoked of [[], ["https://school.example/badges/2"], [{ id: badgeBody.id, revoked: false }]])
      expect((await statusCheck(entry, list(revoked))).report).toMatchObject({ verdict: "valid", status: "active" });
  });

  test("of another issuer is refused, and so is what is no list", async () => {
    const foreign = await statusCheck(entry, list([], { issuer: "did:web:other.example" }));
    expect(foreign.check).toMatchObject({ outcome: "fail", code: "LIST_OF_ANOTHER_ISSUER" });
    for (const text of ["[]", "{}", "no JSON", '{"revokedCredential":{}}']) {
      const { check } = await statusCheck(entry, text);
      expect(check).toMatchObject({ outcome: "fail", code: "INVALID_CREDENTIAL" });
    }
  });
});

describe("calls of one question", () => {
  test("are made once for each address, and refused beyond a number", async () => {
    const once = countedCalls();
    let made = 0;
    const call = async () => ++made;
    for (let i = 0; i < maxCalls; i++) await once(`https://${i}.example`, call);
    expect(await once("https://0.example", call)).toBe(1);
    expect(made).toBe(maxCalls);
    await expect(once("https://more.example", call)).rejects.toMatchObject({ code: "QUOTA_EXCEEDED" });
    expect(made).toBe(maxCalls);
  });
});

test("a list of ours that is made while the question is answered tells of now", async () => {
  const list = { ...(await listBody({ purpose: "suspension" })), validFrom: iso(now + 5) };
  const ours = {
    holds: (url: string) => url === listUrl,
    credentialAt: async () => undefined,
    listAt: async () => jwtOf(list),
    awardOf: async () => undefined,
  };
  const badge = await jwtOf({ ...badgeBody, credentialStatus: statusOf({ statusPurpose: "suspension" }) });
  const report = await verifyBadge(badge, { now }, openScene({ ours }).knowledge);
  expect(report).toMatchObject({ verdict: "valid", status: "active" });
});
