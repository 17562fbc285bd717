import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { day, minute } from "../../src/kernel/time.ts";
import { type Academy, learner, makeAward, makeClass, openAcademy, write } from "./academy.ts";
import { get } from "./client.ts";
import { type LocalService, startLocal } from "./server.ts";

let service: LocalService;
let academy: Academy;
let badgeClass: string;

beforeAll(async () => {
  service = await startLocal();
  academy = await openAcademy(service);
  badgeClass = (await makeClass(service, academy)).id;
});
afterAll(() => service.close());

async function badge(): Promise<{ award: string; jwt: string }> {
  const { did } = await learner(service);
  const { award } = await makeAward(service, academy, { class: badgeClass, recipient: { did } });
  const { text } = await get(service, `/v1/awards/${award}/credential?form=jwt`, { token: academy.access });
  return { award, jwt: text };
}

const verify = (jwt: string, asked = {}) => service.services.verify.badge(jwt, asked);
const codeOf = (report: { checks: { name: string; code: string }[] }, name: string) =>
  report.checks.find((each) => each.name === name)?.code;

describe("a badge that was verified before", () => {
  test("gets the same report while nothing has changed, and one that nobody else holds", async () => {
    const { jwt } = await badge();
    const first = await verify(jwt);
    expect(first.verdict, JSON.stringify(first.checks)).toBe("valid");
    const before = structuredClone(first);
    (first.types as string[]).length = 0;
    (first.subjects as string[]).length = 0;
    first.checks.length = 0;
    expect(await verify(jwt)).toEqual(before);
  });

  test("is revoked from the next question on, while another of its list is not", async () => {
    const [mine, other] = [await badge(), await badge()];
    for (const { jwt } of [mine, other]) expect((await verify(jwt)).verdict).toBe("valid");
    const path = `/v1/awards/${mine.award}/revoke`;
    expect((await write(service, academy.access, path, { reason: "Given in error." })).status).toBeLessThan(300);
    const report = await verify(mine.jwt);
    expect(report).toMatchObject({ verdict: "invalid", status: "revoked" });
    expect([codeOf(report, "status:revocation"), codeOf(report, "record")]).toEqual(["REVOKED", "REVOKED"]);
    expect((await verify(other.jwt)).verdict).toBe("valid");
  });

  test("does not lend its signature to a text that differs in one character", async () => {
    const { jwt } = await badge();
    await verify(jwt);
    const [header, payload, signature] = jwt.split(".") as [string, string, string];
    const other = `${signature[0] === "A" ? "B" : "A"}${signature.slice(1)}`;
    const report = await verify(`${header}.${payload}.${other}`);
    expect(report.verdict).toBe("invalid");
    expect(codeOf(report, "signature")).toBe("BAD_SIGNATURE");
    expect((await verify(jwt)).verdict).toBe("valid");
  });

  test("is judged by the time of each question, and by a list that is made anew in time", async () => {
    const { jwt } = await badge();
    expect((await verify(jwt)).verdict).toBe("valid");
    expect(codeOf(await verify(jwt, { at: new Date(service.now() - day).toISOString() }), "validity")).toBe(
      "NOT_YET_VALID",
    );
    for (const wait of [4 * minute, 20 * minute, 2 * day]) {
      service.clock.advance(wait);
      const report = await verify(jwt);
      expect(report.verdict, JSON.stringify(report.checks)).toBe("valid");
    }
  });
});
