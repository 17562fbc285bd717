import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { credentialKind } from "../../../src/credentials/renown-credential.ts";
import { day, hour, minute } from "../../../src/kernel/time.ts";
import { profileKind } from "../../../src/profiles/profile.ts";
import { openQuestion } from "../../../src/verify/question.ts";
import { alice, bob, openHouse, otherKey, session, userOf } from "../../harness.ts";

type House = ReturnType<typeof openHouse>;
const houses: House[] = [];
const open = (...terms: Parameters<typeof openHouse>): House => {
  const house = openHouse(...terms);
  houses.push(house);
  return house;
};
afterEach(async () => {
  for (const house of houses.splice(0)) await house.close();
});

const code = (name: string) => expect.objectContaining({ code: name });
const user = userOf(alice);

async function profileIn(house: House): Promise<string> {
  const { document, action } = await house.opening(profileKind);
  await house.reactor.open(action, profileKind, []);
  return document;
}

const naming = (house: House, document: string, username: string) =>
  house.sign({ document, kind: profileKind, type: "SET_USERNAME", input: { username }, user });

const asking = (house: House) => {
  const { store, realm, isServiceKey } = house;
  return { store, realm, isServiceKey, clock: house.clock.now, did: "did:web:localhost" };
};

describe("two processes over one database", () => {
  it("show what the other has written, however often they were asked before", async () => {
    const folder = await mkdtemp(join(import.meta.dirname, "../../../.tmp/two-"));
    try {
      const file = join(folder, "log.sqlite");
      const [one, two] = [open([], { file }), open([], { file })];
      const { document } = await one.delegate();
      expect((await two.reactor.document(document)).head.length).toBe(1);
      await one.delegating.revoke(session(alice), document, null);
      const shown = await two.reactor.document(document);
      expect(shown.kind.view(shown.state)).toMatchObject({ revoked: true });
    } finally {
      for (const house of houses.splice(0)) await house.close();
      await rm(folder, { recursive: true });
    }
  });
});

describe("a clock that is set back", () => {
  it("brings no expired key back to life", async () => {
    const house = open();
    await house.delegate({ life: hour });
    const document = await profileIn(house);
    const { action } = await naming(house, document, "late");
    house.clock.advance(2 * hour);
    await house.delegate({ wallet: bob, app: otherKey.did });
    house.clock.advance(-90 * minute);
    await expect(house.reactor.submit(document, [action])).rejects.toEqual(code("NOT_DELEGATED"));
  });
});

describe("a stranger without any wallet", () => {
  it("opens no document in somebody's name, as long as nothing proves it", async () => {
    const house = open();
    const { action } = await house.opening(credentialKind, otherKey, userOf(bob));
    await expect(house.reactor.open(action, credentialKind, [])).rejects.toEqual(code("NOT_DELEGATED"));
    expect(await house.store.lastSeq()).toBe(0);
  });

  it("leaves no long texts in what opens a document", async () => {
    const house = open();
    await house.delegate();
    const { document, operation } = await house.opening(profileKind);
    const input = { ...operation.action.input, meta: { junk: "x".repeat(2000) } };
    const intent = { document, kind: profileKind, type: "CREATE_DOCUMENT", scope: "document", input, user };
    const { action } = await house.sign({ ...intent, id: operation.action.id });
    await expect(house.reactor.open(action, profileKind, [])).rejects.toEqual(code("INVALID_INPUT"));
  });
});

describe("a key that was renewed often", () => {
  it("keeps what it signed valid, and what was asked about the past the same", async () => {
    const house = open();
    await house.delegate();
    const document = await profileIn(house);
    const { action } = await naming(house, "kept-elsewhere", "ada");
    const context = { documentId: "kept-elsewhere", documentType: profileKind, scope: "global", branch: "main" };
    const at = new Date(house.clock.now()).toISOString();
    const verdict = async () =>
      (await (await openQuestion(asking(house), { at }))({ operation: { action }, context })).verdict;
    expect(await verdict()).toBe("valid");
    for (let i = 0; i < 20; i++) {
      house.clock.advance(hour);
      await house.delegate();
    }
    expect(await verdict()).toBe("valid");
    expect((await house.reactor.document(document)).head.length).toBe(0);
  });

  it("is asked about no moment of which the log may still learn", async () => {
    const house = open();
    house.clock.advance(day);
    const known = new Date(house.clock.now() - 1000).toISOString();
    await expect(openQuestion(asking(house), { known })).rejects.toEqual(code("INVALID_REQUEST"));
  });
});
