import { afterEach, describe, expect, it } from "vitest";
import { delegationKind } from "../../../src/credentials/delegation.ts";
import { credentialKind } from "../../../src/credentials/renown-credential.ts";
import type { JsonObject } from "../../../src/kernel/json.ts";
import { parseTime } from "../../../src/kernel/time.ts";
import type { Attestation } from "../../../src/operations/attest.ts";
import { assignedId, createdId } from "../../../src/operations/document-id.ts";
import { operationDigest, signerOf } from "../../../src/operations/entry.ts";
import type { DocumentKind } from "../../../src/operations/kind.ts";
import { decidingTuple } from "../../../src/operations/operation.ts";
import { checkSignature, matchContent } from "../../../src/operations/signature.ts";
import { profileKind } from "../../../src/profiles/profile.ts";
import { alice, appKey, bob, openHouse, operationKey, signCredential, userOf } from "../../harness.ts";
import { account } from "./test-kinds.ts";

let house: ReturnType<typeof openHouse>;
afterEach(() => house.close());

const user = userOf(alice);
const refused = (code: string) => expect.objectContaining({ code });
const image = (number: number): JsonObject => ({ userImage: `https://image.example/${number}.png` });

/** What Alice's session says of her profile. */
function told(document: string, ...actions: Attestation["actions"][number][]): Attestation {
  const actor = { user, app: "", method: "recovery" } as const;
  return { document, kind: profileKind, actions, actor, authority: { by: "session", entry: "" } };
}

async function openProfile(): Promise<string> {
  const document = assignedId();
  await house.reactor.attest(told(document, { type: "SET_ETH_ADDRESS", input: { ethAddress: alice.address } }));
  return document;
}

describe("an attested operation", () => {
  it("opens its document in the same commit, signed by the service in nobody's name", async () => {
    house = openHouse();
    const document = await openProfile();
    const entries = await house.store.entriesOf(document, 0, 10);
    expect(entries.map((entry) => [entry.seq, entry.action.type, entry.action.scope, entry.index])).toEqual([
      [1, "CREATE_DOCUMENT", "document", 0],
      [2, "SET_ETH_ADDRESS", "global", 0],
    ]);
    for (const entry of entries) {
      expect(entry).toMatchObject({ binding: "attested", authority: { by: "session", entry: "" } });
      expect(signerOf(entry)).toEqual({ user: "", app: operationKey.did });
      const tuple = decidingTuple(entry.action)!;
      expect(matchContent(entry, tuple, operationDigest(entry))).toBe("full");
      expect(await checkSignature(tuple)).toBe(true);
    }
  });

  it("follows the last entry, later than that, though the clock has gone back", async () => {
    house = openHouse();
    const document = await openProfile();
    house.clock.advance(-60_000);
    await house.reactor.attest(told(document, { type: "SET_USER_IMAGE", input: image(1) }));
    const [, first, second] = await house.store.entriesOf(document, 0, 10);
    expect(decidingTuple(second!.action)![3]).toBe(first!.operation);
    expect(parseTime(second!.action.timestampUtcMs)).toBe(parseTime(first!.action.timestampUtcMs) + 1);
  });

  it("gives the same receipt for the same words under one id, and refuses other words", async () => {
    house = openHouse();
    const document = await openProfile();
    const id = crypto.randomUUID();
    const words = { id, type: "SET_USER_IMAGE", input: image(1) };
    const first = await house.reactor.attest(told(document, words));
    expect(await house.reactor.attest(told(document, words))).toEqual(first);
    expect(await house.store.lastSeq()).toBe(3);
    const other = { ...words, input: image(2) };
    await expect(house.reactor.attest(told(document, other))).rejects.toEqual(refused("ACTION_ID_REUSED"));
    const more = told(document, words, { type: "SET_USER_IMAGE", input: image(2) });
    await expect(house.reactor.attest(more)).rejects.toEqual(refused("ACTION_ID_REUSED"));
    const fresh = { ...words, id: crypto.randomUUID() };
    await expect(house.reactor.attest(told(document, fresh, fresh))).rejects.toEqual(refused("ACTION_ID_REUSED"));
    expect(await house.store.lastSeq()).toBe(3);
  });

  it("sent many times at once is entered once", async () => {
    house = openHouse();
    const document = await openProfile();
    const words = { id: crypto.randomUUID(), type: "SET_USER_IMAGE", input: image(1) };
    const all = await Promise.all(Array.from({ length: 20 }, () => house.reactor.attest(told(document, words))));
    expect(new Set(all.map(([receipt]) => receipt!.entry)).size).toBe(1);
    expect(await house.store.lastSeq()).toBe(3);
  });

  it("waits for its turn: of many at once on one document none loses", async () => {
    house = openHouse();
    const document = await openProfile();
    const many = Array.from({ length: 100 }, (_, i) =>
      house.reactor.attest(told(document, { type: "SET_USER_IMAGE", input: image(i) })),
    );
    const indexes = (await Promise.all(many)).map(([receipt]) => receipt!.index);
    expect(indexes).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
    expect((await house.reactor.document(document)).state).toMatchObject({ userImage: "https://image.example/99.png" });
  });

  it("goes on where one before it was refused", async () => {
    house = openHouse();
    const document = await openProfile();
    const bad = house.reactor.attest(told(document, { type: "SET_USERNAME", input: { username: "\u0007" } }));
    const good = house.reactor.attest(told(document, { type: "SET_USERNAME", input: { username: "alice" } }));
    await expect(bad).rejects.toEqual(refused("INVALID_INPUT"));
    expect((await good)[0]).toMatchObject({ index: 1 });
  });

  it("yields to an operation that a key has signed meanwhile", async () => {
    house = openHouse();
    await house.delegate();
    const document = await openProfile();
    const signed = await house.sign({
      document,
      kind: profileKind,
      type: "SET_USERNAME",
      input: { username: "alice" },
      user,
    });
    const [attested, submitted] = await Promise.all([
      house.reactor.attest(told(document, { type: "SET_USER_IMAGE", input: image(1) })),
      house.reactor.submit(document, [signed.action]),
    ]);
    expect(new Set([attested[0]!.index, submitted[0]!.index])).toEqual(new Set([1, 2]));
    expect((await house.reactor.document(document)).state).toMatchObject({
      username: "alice",
      userImage: "https://image.example/1.png",
    });
  });

  it("is the service's own word where it acts in its own name", async () => {
    house = openHouse();
    const delegation = await house.delegate();
    await house.delegating.revoke({ by: "operator" }, delegation.document, "reported");
    const entries = await house.store.entriesOf(delegation.document, 0, 10);
    expect(entries.at(-1)).toMatchObject({ binding: "full", authority: { by: "service", entry: "" } });
  });
});

describe("the service attests nothing", () => {
  const attempt = (part: Partial<Attestation>) =>
    house.reactor.attest({
      ...told(assignedId(), { type: "SET_ETH_ADDRESS", input: { ethAddress: alice.address } }),
      ...part,
    });

  it("into a document whose id is not one of its own", async () => {
    house = openHouse();
    const created = createdId(house.realm, profileKind, { user, app: appKey.did }, "n");
    for (const document of [created, "mine", "", crypto.randomUUID().toUpperCase()])
      await expect(attempt({ document })).rejects.toEqual(refused("UNKNOWN_DOCUMENT"));
  });

  it("into a document of another kind", async () => {
    house = openHouse();
    const delegation = await house.delegate();
    await expect(attempt({ document: delegation.document })).rejects.toEqual(refused("UNKNOWN_DOCUMENT"));
  });

  it("of a kind that takes no attested operation", async () => {
    const full = { ...account, ids: ["assigned"] } as unknown as DocumentKind;
    house = openHouse([full]);
    const actions = [{ type: "ADD", input: { amount: 1 } }];
    await expect(attempt({ kind: full.name, actions })).rejects.toEqual(refused("BINDING_NOT_TAKEN"));
    const closed = { ...account, name: "test/closed" } as unknown as DocumentKind;
    await house.close();
    house = openHouse([closed]);
    await expect(attempt({ kind: closed.name, actions })).rejects.toEqual(refused("UNKNOWN_DOCUMENT"));
  });

  it("that opens a document twice", async () => {
    house = openHouse();
    const document = await openProfile();
    const input = { model: profileKind, version: 0, documentId: document };
    const again = told(document, { type: "CREATE_DOCUMENT", input });
    await expect(house.reactor.attest(again)).rejects.toEqual(refused("INVALID_OPERATION"));
  });

  it("that the kind would not let its actor do", async () => {
    house = openHouse();
    const document = await openProfile();
    const bobs = {
      ...told(document, { type: "SET_USER_IMAGE", input: image(1) }),
      actor: { user: userOf(bob), app: "", method: "recovery" as const },
    };
    await expect(house.reactor.attest(bobs)).rejects.toEqual(refused("FORBIDDEN"));
    expect(await house.store.lastSeq()).toBe(2);
  });

  it("about a proof that does not hold, and leaves no document behind", async () => {
    house = openHouse();
    const credential = await signCredential();
    const { "@context": context, ...rest } = credential;
    const input = { context, ...rest, id: "urn:uuid:another" } as JsonObject;
    const document = assignedId();
    const proof = {
      document,
      kind: credentialKind,
      actions: [{ type: "INIT", input }],
      authority: { by: "proof", entry: "" } as const,
    };
    await expect(attempt(proof)).rejects.toEqual(refused("BAD_SIGNATURE"));
    await expect(attempt({ ...proof, kind: delegationKind })).rejects.toEqual(refused("INVALID_INPUT"));
    await expect(house.reactor.document(document)).rejects.toEqual(refused("UNKNOWN_DOCUMENT"));
    expect(await house.store.lastSeq()).toBe(0);
  });
});
