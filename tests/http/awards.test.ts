import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openPersonal } from "../../src/badges/personal.ts";
import { makeServiceKeys } from "../../src/identity/service-keys.ts";
import { day, minute } from "../../src/kernel/time.ts";
import { openSqlite } from "../../src/storage/sqlite.ts";
import { start } from "../harness.ts";
import {
  type Academy,
  earn,
  learner,
  makeAward,
  makeClass,
  openAcademy,
  readAward,
  secretOf,
  tryAward,
  write,
} from "./academy.ts";
import { ask, expectProblem, get, post, signIn } from "./client.ts";
import { act } from "./org-access.ts";
import { type LocalService, startLocal } from "./server.ts";

const storage = openSqlite({ file: ":memory:", realm: "test" });
const keys = await makeServiceKeys(start - day);
let service: LocalService;
let academy: Academy;
let other: Academy;
let klass: { id: string };
beforeAll(async () => {
  service = await startLocal({ parts: () => ({ storage, keys }) });
  academy = await openAcademy(service);
  other = await openAcademy(service);
  klass = await makeClass(service, academy);
});
afterAll(async () => {
  await service.close();
  await storage.close();
});

describe("an award to a wallet", () => {
  test("stands in the log, signed by the organisation's key and resting on key, client and class", async () => {
    const { did } = await learner(service);
    const { award, url, status, claimLink } = await makeAward(service, academy, {
      class: klass.id,
      recipient: { did },
      name: "Ada Lovelace",
      evidence: [{ id: "https://example.org/seam", name: "A seam" }],
    });
    expect({ status, claimLink }).toEqual({ status: "active", claimLink: undefined });
    expect(url).toMatch(/^http:\/\/localhost:8787\/b\/[A-Za-z0-9_-]{22}$/);
    const { body: document } = await get(service, `/v1/documents/${award}`);
    expect(document.state).toMatchObject({ organization: academy.document, subject: did, test: false });
    const { body: log } = await get(service, `/v1/documents/${award}/operations`);
    expect(log.items.map((entry: { authority: { by: string } }) => entry.authority.by)).toEqual([
      "organization",
      "organization",
    ]);
    const action = JSON.parse(log.items[1].action);
    expect(action.input.restsOn.map((ground: { document: string }) => ground.document)).toEqual([
      academy.document,
      academy.document,
      klass.id,
    ]);
    expect(action.input.restsOn[1].operation).toBe(academy.clientOperation);
    expect(JSON.stringify(log)).not.toContain("Lovelace");
    const { body: audit } = await get(service, `/v1/documents/${award}/audit`);
    expect(audit).toMatchObject({ verdict: "valid" });
  });

  test("is shown to its organisation and its earner, and to nobody else", async () => {
    const { did, wallet } = await learner(service);
    const { award } = await makeAward(service, academy, { class: klass.id, recipient: { did }, name: "Ada" });
    const { token } = await signIn(service, wallet);
    expect((await readAward(service, academy, award)).body).toMatchObject({ personal: { name: "Ada" }, subject: did });
    expect((await get(service, `/v1/awards/${award}`, { token })).body).toMatchObject({ id: award });
    expectProblem(await readAward(service, other, award), "NOT_FOUND", 404);
    const stranger = (await signIn(service)).token;
    expectProblem(await get(service, `/v1/awards/${award}`, { token: stranger }), "NOT_FOUND", 404);
    expectProblem(await get(service, `/v1/awards/${award}`), "UNAUTHENTICATED", 401);
    expectProblem(await readAward(service, academy, klass.id), "NOT_FOUND", 404);
    expectProblem(await readAward(service, academy, "nothing"), "NOT_FOUND", 404);
  });

  test.each([
    ["did:pkh:eip155:01:0xabcdefabcdefabcdefabcdefabcdefabcdefabcd"],
    ["did:pkh:eip155:1:abc"],
    ["did:key:z6Mk"],
    ["did:web:example.com/path"],
    ["did:example:"],
    ["did:example:a b"],
    ["did:example:%zz"],
    ["did:Example:a"],
    ["https://example.org/ada"],
    ["alice"],
  ])("refuses %s as a subject", async (did) => {
    expectProblem(await tryAward(service, academy, { class: klass.id, recipient: { did } }), "INVALID_DID");
  });

  test.each([
    ["did:pkh:solana:4sGjMW1sUnHzSxGspuhpqLDx6wiyjNtZ:CKg5d12Jhpej1JqtmxLJgaFqqeYjxgPqToJ4LBdvG9Ev"],
    ["did:ethr:0x1:0xabcdefabcdefabcdefabcdefabcdefabcdefabcd"],
    ["did:example:a%20b:c"],
  ])("goes to a DID of any method: %s", async (did) => {
    const { award } = await makeAward(service, academy, { class: klass.id, recipient: { did } });
    expect((await readAward(service, academy, award)).body.subject).toBe(did);
  });

  test("folds an address as wallets show it", async () => {
    const did = "did:pkh:eip155:1:0xABCDEFabcdefabcdefabcdefabcdefabcdefabcd";
    const { award } = await makeAward(service, academy, { class: klass.id, recipient: { did } });
    expect((await readAward(service, academy, award)).body.subject).toBe(did.toLowerCase());
  });

  test("goes to a did:key and a did:web, too", async () => {
    for (const did of ["did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK", "did:web:example.com:users:ada"])
      await makeAward(service, academy, { class: klass.id, recipient: { did } });
  });

  test("is refused of a class of another organisation, of none, and of an archived one", async () => {
    const { did } = await learner(service);
    const foreign = await makeClass(service, other);
    const request = (id: string) => ({ class: id, recipient: { did } });
    expectProblem(await tryAward(service, academy, request(foreign.id)), "WRONG_ORGANIZATION", 403);
    expectProblem(await tryAward(service, academy, request("nothing")), "NOT_FOUND", 404);
    const old = await makeClass(service, academy);
    await write(service, academy.access, `/v1/badge-classes/${old.id}/archive`, {});
    expectProblem(await tryAward(service, academy, request(old.id)), "ARCHIVED", 409);
  });

  test("is done once for each Idempotency-Key, which it must have", async () => {
    const { did } = await learner(service);
    const request = { class: klass.id, recipient: { did } };
    const path = `/v1/orgs/${academy.slug}/awards`;
    const first = await write(service, academy.access, path, request, "once-1");
    const again = await write(service, academy.access, path, request, "once-1");
    expect(again.body).toEqual(first.body);
    expectProblem(await post(service, path, request, { token: academy.access }), "IDEMPOTENCY_KEY_MISSING", 400);
    const { body } = await get(service, `${path}?subject=${encodeURIComponent(did)}`, { token: academy.access });
    expect(body.items).toHaveLength(1);
  });

  test("is revoked for good, with a reason", async () => {
    const { did } = await learner(service);
    const { award } = await makeAward(service, academy, { class: klass.id, recipient: { did } });
    const path = `/v1/awards/${award}/revoke`;
    const { body } = await write(service, academy.access, path, { reason: "By mistake." });
    expect(body).toMatchObject({ status: "revoked", reason: "By mistake." });
    expectProblem(await write(service, academy.access, path, { reason: "Again." }), "ALREADY_REVOKED", 409);
  });

  test("is suspended and reinstated where its class lets that be done, and nowhere else", async () => {
    const { did } = await learner(service);
    const fixed = await makeAward(service, academy, { class: klass.id, recipient: { did } });
    const suspend = (award: string) =>
      write(service, academy.access, `/v1/awards/${award}/suspend`, { reason: "Under review." });
    expectProblem(await suspend(fixed.award), "NOT_SUSPENDABLE", 409);
    const license = await makeClass(service, academy, { suspendable: true });
    const { award } = await makeAward(service, academy, { class: license.id, recipient: { did } });
    expect((await suspend(award)).body).toMatchObject({ status: "suspended", reason: "Under review." });
    expectProblem(await suspend(award), "UNCHANGED", 409);
    const reinstated = await write(service, academy.access, `/v1/awards/${award}/reinstate`, {});
    expect(reinstated.body).toMatchObject({ status: "active", reason: null });
  });

  test("is made anew by the class as it is now, keeping what is not said again", async () => {
    const { did } = await learner(service);
    const changing = await makeClass(service, academy);
    const request = { class: changing.id, recipient: { did }, name: "Ada Byron", narrative: "Well done." };
    const { award } = await makeAward(service, academy, request);
    const next = {
      definition: { ...(await get(service, `/v1/badge-classes/${changing.id}`)).body.definition, name: "Two" },
    };
    await write(service, academy.access, `/v1/badge-classes/${changing.id}/revisions`, next);
    expect((await readAward(service, academy, award)).body.version).toBe(1);
    const amended = await write(service, academy.access, `/v1/awards/${award}/amend`, { name: "Ada Lovelace" });
    expect(amended.body).toMatchObject({ version: 2, personal: { name: "Ada Lovelace", narrative: "Well done." } });
  });
});

describe("an award to an e-mail address", () => {
  const request = () => ({ class: klass.id, recipient: { email: "ada@example.org" }, name: "Ada" });

  test("carries a claim link and nothing of the address in the log", async () => {
    const made = await makeAward(service, academy, request());
    expect(made.claimLink).toMatch(/^http:\/\/localhost:8787\/b\/[\w-]{22}#claim=[\w-]{22}$/);
    const { text } = await get(service, `/v1/documents/${made.award}/operations`);
    expect(text).not.toContain("ada@example.org");
    expect(text).not.toContain(secretOf(made));
    const rows = await storage.db.selectFrom("award_contacts").selectAll().execute();
    expect(JSON.stringify(rows)).not.toContain("ada");
  });

  test("names its recipient as Open Badges hashes an address", async () => {
    const { award } = await makeAward(service, academy, request());
    const personal = await personalOf(award);
    const { hash, salt } = personal.email!;
    expect(hash).toBe(`sha256$${createHash("sha256").update(`ada@example.org${salt}`).digest("hex")}`);
  });

  test("is found by the address while it is unclaimed", async () => {
    const recipient = { email: "found@example.org" };
    const { award } = await makeAward(service, academy, { class: klass.id, recipient });
    const find = (email: string, { slug, access } = academy) =>
      get(service, `/v1/orgs/${slug}/awards?email=${encodeURIComponent(email)}`, { token: access });
    expect((await find("Found@Example.org")).body.items.map(({ id }: { id: string }) => id)).toEqual([award]);
    expect((await find("found@example.org", other)).body.items).toEqual([]);
    expectProblem(await find("nobody"), "INVALID_EMAIL");
  });

  test("is claimed once, by a wallet that has the secret", async () => {
    const made = await makeAward(service, academy, request());
    const { wallet, did } = await learner(service);
    expectProblem(await earn(service, wallet, made.award, "CLAIM", { secret: "A".repeat(22) }), "BAD_CLAIM", 403);
    const claimed = await earn(service, wallet, made.award, "CLAIM", { secret: secretOf(made) });
    expect(claimed.status, claimed.text).toBe(201);
    expect((await readAward(service, academy, made.award)).body).toMatchObject({ subject: did, claimed: true });
    const late = await learner(service);
    expectProblem(await earn(service, late.wallet, made.award, "CLAIM", { secret: secretOf(made) }), "BAD_CLAIM", 403);
    await service.services.tidy();
    const kept = await storage.db.selectFrom("award_contacts").selectAll().where("document", "=", made.award);
    expect(await kept.execute()).toEqual([]);
  });

  test("is not claimed once it is revoked", async () => {
    const made = await makeAward(service, academy, request());
    await write(service, academy.access, `/v1/awards/${made.award}/revoke`, { reason: "By mistake." });
    const { wallet } = await learner(service);
    const claim = await earn(service, wallet, made.award, "CLAIM", { secret: secretOf(made) });
    expectProblem(claim, "ALREADY_REVOKED", 409);
  });

  test("is corrected to another address, after which the old link claims nothing", async () => {
    const made = await makeAward(service, academy, request());
    const path = `/v1/awards/${made.award}/correct`;
    const { body: corrected } = await write(service, academy.access, path, { email: "ada@example.com" });
    expect(corrected.award).toBe(made.award);
    expect(corrected.url).not.toBe(made.url);
    expect((await get(service, new URL(made.url).pathname)).status).toBe(404);
    expect((await readAward(service, academy, made.award)).body.personal).toEqual({ name: "Ada" });
    const { wallet, did } = await learner(service);
    expectProblem(await earn(service, wallet, made.award, "CLAIM", { secret: secretOf(made) }), "BAD_CLAIM", 403);
    const claimed = await earn(service, wallet, made.award, "CLAIM", { secret: secretOf(corrected) });
    expect(claimed.status).toBe(201);
    expectProblem(await write(service, academy.access, path, { email: "x@example.com" }), "INVALID_INPUT");
    expect((await readAward(service, academy, made.award)).body.subject).toBe(did);
  });

  test("has its link told again", async () => {
    const made = await makeAward(service, academy, request());
    const again = await write(service, academy.access, `/v1/awards/${made.award}/resend`, {});
    expect(again.body).toEqual(made);
    const { did } = await learner(service);
    const known = await makeAward(service, academy, { class: klass.id, recipient: { did } });
    expectProblem(await write(service, academy.access, `/v1/awards/${known.award}/resend`, {}), "NOT_FOUND");
  });

  test("forgets the person when told to, by the organisation or the earner, and stands", async () => {
    const { did, wallet } = await learner(service);
    const made = await makeAward(service, academy, { class: klass.id, recipient: { did }, name: "Ada" });
    const path = `/v1/awards/${made.award}/personal`;
    expectProblem(await ask(service, "DELETE", path, { token: other.access }), "NOT_FOUND", 404);
    expectProblem(await ask(service, "DELETE", path, { token: (await signIn(service)).token }), "NOT_FOUND", 404);
    const { token } = await signIn(service, wallet);
    expect((await ask(service, "DELETE", path, { token })).status).toBe(204);
    expect((await readAward(service, academy, made.award)).body).toMatchObject({ personal: null, status: "active" });
    const mine = await makeAward(service, academy, request());
    const erased = await ask(service, "DELETE", `/v1/awards/${mine.award}/personal`, { token: academy.access });
    expect(erased.status).toBe(204);
    const { text } = await get(service, `/v1/documents/${mine.award}/audit`);
    expect(JSON.parse(text).verdict).toBe("valid");
  });

  test.each(["nobody", "a@b", "a b@example.org", "a@example.org\nBcc: x@example.org"])("refuses %j", async (email) => {
    expectProblem(await tryAward(service, academy, { class: klass.id, recipient: { email } }), "INVALID_EMAIL");
  });
});

describe("an award that is held", () => {
  test("is not public, not claimed, and undone without a trace for others", async () => {
    const recipient = { email: "held@example.org" };
    const made = await makeAward(service, academy, { class: klass.id, recipient, holdMinutes: 60 });
    expect(made.status).toBe("held");
    expect((await get(service, new URL(made.url).pathname)).status).toBe(404);
    expectProblem(await get(service, `/v1/documents/${made.award}`), "UNKNOWN_DOCUMENT", 404);
    const cancelled = await write(service, academy.access, `/v1/awards/${made.award}/cancel`, {});
    expect(cancelled.body).toMatchObject({ status: "cancelled" });
    expectProblem(await get(service, `/v1/documents/${made.award}`), "UNKNOWN_DOCUMENT", 404);
  });

  test("is delivered by time alone, and then not undone any more", async () => {
    const { did } = await learner(service);
    const made = await makeAward(service, academy, { class: klass.id, recipient: { did }, holdMinutes: 5 });
    service.clock.advance(5 * minute);
    expect((await get(service, `/v1/documents/${made.award}`)).status).toBe(200);
    expect((await readAward(service, academy, made.award)).body.status).toBe("active");
    expectProblem(await write(service, academy.access, `/v1/awards/${made.award}/cancel`, {}), "NOT_HELD", 409);
  });

  test("is held for a day at most", async () => {
    const { did } = await learner(service);
    const request = { class: klass.id, recipient: { did }, holdMinutes: 1_441 };
    expectProblem(await tryAward(service, academy, request), "INVALID_REQUEST", 400);
  });
});

describe("an earner", () => {
  test("hides an award, which is then as absent, and shows it again", async () => {
    const { did, wallet } = await learner(service);
    const made = await makeAward(service, academy, { class: klass.id, recipient: { did } });
    const hide = await earn(service, wallet, made.award, "HIDE");
    expect(hide.status, hide.text).toBe(201);
    expectProblem(await get(service, `/v1/documents/${made.award}`), "UNKNOWN_DOCUMENT", 404);
    expect((await get(service, new URL(made.url).pathname)).status).toBe(404);
    expect((await readAward(service, academy, made.award)).body.hidden).toBe(true);
    const { token } = await signIn(service, wallet);
    expect((await earn(service, wallet, made.award, "UNHIDE", {}, token)).status).toBe(201);
    expect((await get(service, `/v1/documents/${made.award}`)).status).toBe(200);
  });

  test("rejects an award, which revokes it for that reason", async () => {
    const { did, wallet } = await learner(service);
    const made = await makeAward(service, academy, { class: klass.id, recipient: { did } });
    expect((await earn(service, wallet, made.award, "ACCEPT")).status).toBe(201);
    expect((await earn(service, wallet, made.award, "REJECT")).status).toBe(201);
    expect((await readAward(service, academy, made.award)).body).toMatchObject({
      status: "revoked",
      reason: "rejected by the earner",
    });
  });

  test("is the only one who may", async () => {
    const { did } = await learner(service);
    const stranger = await learner(service);
    const made = await makeAward(service, academy, { class: klass.id, recipient: { did } });
    for (const type of ["ACCEPT", "HIDE", "REJECT"])
      expectProblem(await earn(service, stranger.wallet, made.award, type), "FORBIDDEN", 403);
  });
});

describe("a client of another organisation", () => {
  test("changes nothing, and learns nothing of it", async () => {
    const { did } = await learner(service);
    const { award } = await makeAward(service, academy, { class: klass.id, recipient: { did } });
    const bodies: Record<string, unknown> = {
      revoke: { reason: "Mine." },
      suspend: { reason: "Mine." },
      reinstate: {},
      cancel: {},
      amend: { name: "Mallory" },
      correct: { email: "mallory@example.org" },
      resend: {},
    };
    for (const [name, body] of Object.entries(bodies)) {
      expectProblem(await write(service, other.access, `/v1/awards/${award}/${name}`, body), "NOT_FOUND", 404);
      expectProblem(await write(service, other.access, `/v1/awards/nothing/${name}`, body), "NOT_FOUND", 404);
    }
    const path = `/v1/orgs/${academy.slug}/awards`;
    const request = { class: klass.id, recipient: { did } };
    expectProblem(await write(service, other.access, path, request), "NOT_FOUND", 404);
    expectProblem(await get(service, path, { token: other.access }), "NOT_FOUND", 404);
    expect((await readAward(service, academy, award)).body.status).toBe("active");
  });

  test("and a person without a role neither read nor write", async () => {
    const { token } = await signIn(service);
    const path = `/v1/orgs/${academy.slug}/awards`;
    expectProblem(await get(service, path, { token }), "NOT_FOUND", 404);
    expect((await get(service, path, { token: academy.token })).status).toBe(200);
    const request = { class: klass.id, recipient: { email: "a@example.org" } };
    expectProblem(await write(service, academy.token, path, request), "FORBIDDEN", 403);
  });
});

describe("a client's scopes and mode", () => {
  test("let it do what they name alone", async () => {
    const reader = await openAcademy(service, { scopes: ["awards:read"] });
    const request = { class: klass.id, recipient: { email: "a@example.org" } };
    expectProblem(await tryAward(service, reader, request), "FORBIDDEN", 403);
    const writer = await openAcademy(service, { scopes: ["awards:write"] });
    const list = await get(service, `/v1/orgs/${writer.slug}/awards`, { token: writer.access });
    expectProblem(list, "FORBIDDEN", 403);
  });

  test("make awards of test mode say so", async () => {
    const trying = await openAcademy(service, { mode: "test" });
    const made = await makeClass(service, trying);
    const { did } = await learner(service);
    const { award } = await makeAward(service, trying, { class: made.id, recipient: { did } });
    expect((await readAward(service, trying, award)).body).toMatchObject({ test: true });
    expect((await get(service, `/v1/documents/${award}`)).body.state.test).toBe(true);
  });

  test("end with the client: it awards nothing any more", async () => {
    const leaving = await openAcademy(service);
    const { did } = await learner(service);
    const made = await makeClass(service, leaving);
    await act(service, leaving, "REVOKE_CLIENT", { client: leaving.client });
    const answer = await tryAward(service, leaving, { class: made.id, recipient: { did } });
    expect([401, 403]).toContain(answer.status);
  });
});

async function personalOf(award: string) {
  const row = await storage.db.selectFrom("award_personal").selectAll().where("document", "=", award);
  const { sealed, digest } = await row.executeTakeFirstOrThrow();
  return (await openPersonal(keys, sealed!, digest))!;
}
