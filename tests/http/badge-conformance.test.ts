import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { unbake } from "../../src/badges/baking.ts";
import type { JsonObject } from "../../src/kernel/json.ts";
import { day, minute } from "../../src/kernel/time.ts";
import { signOperation } from "../../src/operations/sign.ts";
import { appKey, userOf } from "../harness.ts";
import { definition } from "../unit/badges/facts.ts";
import { judgesOf } from "../unit/securing/official-judge.ts";
import { type Academy, addAward, addClass, openAcademy } from "./academy-client.ts";
import { delegate, freshWallet, get, post } from "./client.ts";
import { partOf, probe } from "./open-badge-probes.ts";
import { type LocalService, startLocal } from "./server.ts";

// Every face of a badge is held against what 1EdTech's public validator asks, and against the schema of Open Badges 3.0.

const origin = "https://renown.example";
const judges = judgesOf("badge");

let service: LocalService;
let academy: Academy;
let guild: Academy;

beforeAll(async () => {
  service = await startLocal({ origin });
  academy = await openAcademy(service);
  guild = await openAcademy(service);
  // No moment that follows is a whole second.
  service.clock.advance(877);
});
afterAll(() => service.close());

const earner = freshWallet();
const did = userOf(earner);

/** The earner does something to an award by a key that may. */
async function act(award: string, type: string, input: JsonObject) {
  await delegate(service, earner, { may: ["renown/award"] });
  const { head } = (await get(service, `/v1/documents/${award}`)).body;
  const intent = { document: award, kind: "renown/award", user: did, type, input, previous: head };
  const { action } = await signOperation(intent, appKey, service.now());
  const answer = await post(service, `/v1/documents/${award}/operations`, { operations: [action] });
  expect(answer.status, answer.text).toBe(201);
}

async function formsOf(face: string) {
  const read = async (accept: string) => get(service, face, { headers: { accept } });
  return { badge: (await read("application/vc")).body, jwt: (await read("application/vc+jwt")).text };
}

/** What is wrong with a face in any of its forms; a JWT without a recipient's id has no `sub` to say. */
async function wrongWith(face: string): Promise<string[]> {
  const { badge, jwt } = await formsOf(face);
  const at = { service, origin, now: service.now() };
  const misfits = judges.flatMap((judge) => [badge, partOf(jwt, 1)].map(judge)).filter((each) => each !== "");
  return [...(await probe({ badge }, at)), ...(await probe({ badge: partOf(jwt, 1), jwt }, at)), ...misfits];
}

const told = {
  name: "Ada Lovelace",
  narrative: "Built *three*.",
  results: [{ value: "A" }, { status: "Completed" }],
  evidence: [{ id: "https://academy.example/ada.pdf", name: "Photographs" }, { narrative: "It stood." }],
};
const alignment = definition.alignment as JsonObject[];

describe("a badge, as 1EdTech's validator asks of one, holds", () => {
  test.each<[string, JsonObject, JsonObject, JsonObject]>([
    ["for a wallet", {}, { did }, {}],
    ["for another DID", {}, { did: "did:web:learner.example" }, {}],
    ["for an e-mail address that nobody has claimed it at", {}, { email: "ada@school.example" }, {}],
    ["with all that an award may say", { alignment, inLanguage: "de-CH-1996", tags: ["paper"] }, { did }, told],
    ["for a time", { validity: { days: 3 } }, { did }, {}],
    ["of a class that may be suspended", { suspendable: true }, { did }, told],
  ])("%s", async (_what, change, recipient, more) => {
    const { face } = await addAward(academy, await addClass(academy, change), recipient, more);
    expect(await wrongWith(face)).toEqual([]);
  });

  test("before and after it is claimed, amended and endorsed by two", async () => {
    const { face, id, url, claim } = await addAward(academy, await addClass(academy), { email: "ada@school.example" });
    expect(await wrongWith(face)).toEqual([]);
    service.clock.advance(minute);
    await act(id, "CLAIM", { secret: new URL(claim).hash.slice("#claim=".length) });
    expect((await formsOf(face)).badge.credentialSubject.id).toBe(did);
    expect(await wrongWith(face)).toEqual([]);
    for (const endorser of [guild, await openAcademy(service)])
      await endorser.post(`/v1/orgs/${endorser.slug}/endorsements`, { badge: url, comment: "It stands." });
    service.clock.advance(minute);
    await academy.post(`/v1/awards/${id}/amend`, told);
    const { badge, jwt } = await formsOf(face);
    expect([badge.endorsement.length, partOf(jwt, 1).endorsementJwt.length]).toEqual([2, 2]);
    expect(await wrongWith(face)).toEqual([]);
  });

  test("in test mode", async () => {
    const trial = await openAcademy(service, { mode: "test" });
    const { face } = await addAward(trial, await addClass(trial), { did }, told);
    expect(await wrongWith(face)).toEqual([]);
  });

  test("baked into a picture", async () => {
    const { face } = await addAward(academy, await addClass(academy), { did }, told);
    const picture = await service.fetch(face, { headers: { accept: "image/svg+xml" } });
    const { credential } = unbake(new Uint8Array(await picture.arrayBuffer()));
    const at = { service, origin, now: service.now() };
    expect(await probe({ badge: JSON.parse(credential) }, at)).toEqual([]);
  });

  test("no longer when it is revoked, suspended or over", async () => {
    const made = async (change: JsonObject) => addAward(academy, await addClass(academy, change), { did });
    const revoked = await made({});
    await academy.post(`/v1/awards/${revoked.id}/revoke`, { reason: "By mistake." });
    const { badge } = await formsOf(revoked.face);
    const at = { service, origin, now: service.now() };
    expect(await probe({ badge }, at)).toEqual(["its bit of revocation is set"]);
    const suspended = await made({ suspendable: true });
    await academy.post(`/v1/awards/${suspended.id}/suspend`, { reason: "Under review." });
    expect(await probe({ badge: (await formsOf(suspended.face)).badge }, at)).toEqual(["its bit of suspension is set"]);
    const brief = await made({ validity: { days: 1 } });
    const over = { ...at, now: service.now() + day };
    expect(await probe({ badge: (await formsOf(brief.face)).badge }, over)).toContain("it has expired");
  });
});

test("an endorsement by itself holds, in both of its forms", async () => {
  const { url } = await addAward(academy, await addClass(academy), { did });
  const { body } = await guild.post(`/v1/orgs/${guild.slug}/endorsements`, { badge: url, comment: "It stands." });
  const { badge, jwt } = await formsOf(new URL(body.url).pathname);
  const at = { service, origin, now: service.now() };
  expect(await probe({ badge }, at, "EndorsementCredential")).toEqual([]);
  expect(await probe({ badge: partOf(jwt, 1), jwt }, at, "EndorsementCredential")).toEqual([]);
  for (const judge of judgesOf("endorsement")) expect([badge, partOf(jwt, 1)].map(judge)).toEqual(["", ""]);
});
