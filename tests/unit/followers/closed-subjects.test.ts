import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { followClosings } from "../../../src/followers/closed-subjects.ts";
import type { Did } from "../../../src/identity/did.ts";
import { day, minute } from "../../../src/kernel/time.ts";
import { derivedId } from "../../../src/operations/document-id.ts";
import { reputationKind } from "../../../src/reputation/reputation-state.ts";
import { closingStore } from "../../../src/storage/closing-store.ts";
import { credentialStore } from "../../../src/storage/credential-store.ts";
import { reputationLedger } from "../../../src/storage/reputation-ledger.ts";
import { alice, appKey, bob, openHouse, userOf } from "../../harness.ts";
import { agreeing } from "../credentials/proofs.ts";

type House = ReturnType<typeof openHouse>;

/** Alice's address as a contract that holds Bob's signatures for its own. */
const contract = { ...bob, address: alice.address };
const [here, there] = [1, 10];

let house: House;
let places: number;
beforeEach(async () => {
  house = openHouse([], { contract: agreeing });
  places = 0;
  const list = { id: "list", purpose: "revocation", size: 131_072, createdAt: 0 };
  await credentialStore(house.storage).insertList(list);
});
afterEach(() => house.close());

const letAct = (wallet: typeof bob, chainId: number) =>
  house.delegate({ wallet, app: appKey.did, may: [reputationKind], chainId });

async function say(user: Did, type: string, input: object = {}) {
  house.clock.advance(minute);
  const document = derivedId(house.realm, reputationKind, user);
  const { action } = await house.sign({
    document,
    kind: reputationKind,
    type,
    input: { subject: user, ...input },
    user,
  });
  await house.reactor.submit(document, [action], reputationKind);
}

async function vouch(about: Did, subject = about) {
  const [issuedAt, statusIndex] = [house.clock.now(), ++places];
  const id = `credential-${statusIndex}`;
  const made = {
    id,
    subject,
    about,
    type: "ReputationScoreCredential",
    jwt: "jwt",
    issuedAt,
    expiresAt: issuedAt + day,
  };
  await credentialStore(house.storage).insert({ ...made, statusList: "list", statusIndex });
  return async () => (await credentialStore(house.storage).find(id))!.revokedBy;
}

const follower = () => {
  const { store: log, storage } = house;
  return followClosings({ log, store: closingStore(storage), ledger: reputationLedger(storage.reader) });
};

describe("who leaves", () => {
  test("as a contract takes along what was vouched for of exactly its DID, not of another's on another chain", async () => {
    const [own, others] = [userOf(alice, here), userOf(alice, there)];
    for (const chain of [here, there]) expect((await letAct(contract, chain)).method).toBe("contract");
    const [gone, stays] = [await vouch(own), await vouch(others)];
    await say(own, "CLOSE");
    await follower().run(100);
    expect([await gone(), await stays()]).toEqual([own, undefined]);
    await say(others, "CLOSE");
    await follower().run(100);
    expect(await stays()).toBe(others);
  });

  test("by a key of its own leaves on every chain, whoever of its DIDs was given the credential", async () => {
    const [one, same] = [userOf(bob, here), userOf(bob, there)];
    expect((await letAct(bob, here)).method).toBe("recovery");
    const gone = [await vouch(one), await vouch(same), await vouch(same, one), await vouch(one, same)];
    const stays = await vouch(userOf(alice, here));
    await say(one, "CLOSE");
    await follower().run(100);
    for (const revokedBy of gone) expect(await revokedBy()).toBe(one);
    expect(await stays()).toBeUndefined();
  });

  test("ends the score of a contract that is one with it on its chain alone", async () => {
    const [one, contractHere, contractThere] = [userOf(bob, here), userOf(alice, here), userOf(alice, there)];
    await letAct(bob, here);
    await letAct(contract, here);
    await say(one, "LINK", { other: contractHere });
    await say(contractHere, "LINK", { other: one });
    const [gone, stays] = [await vouch(contractHere), await vouch(contractThere)];
    await say(one, "CLOSE");
    await follower().run(100);
    expect([await gone(), await stays()]).toEqual([one, undefined]);
  });

  test("leaves once, and following the log again from its beginning changes nothing", async () => {
    await letAct(bob, here);
    const one = userOf(bob, here);
    const gone = await vouch(one);
    await say(one, "CLOSE");
    house.clock.advance(day);
    const later = await vouch(userOf(bob, there));
    await follower().run(100);
    await follower().rebuild();
    expect([await gone(), await later()]).toEqual([one, undefined]);
  });
});
