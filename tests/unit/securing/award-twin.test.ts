import fc from "fast-check";
import { hashTypedData, recoverTypedDataAddress, verifyTypedData } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { describe, expect, test } from "vitest";
import { keyDocument } from "../../../src/identity/did-document.ts";
import { hex } from "../../../src/kernel/bytes.ts";
import { Failure } from "../../../src/kernel/failure.ts";
import type { JsonObject } from "../../../src/kernel/json.ts";
import {
  type AwardTwin,
  awardTwinDigest,
  awardTwinTypes,
  checkAwardTwin,
  type SignedAwardTwin,
  signAwardTwin,
} from "../../../src/securing/award-twin.ts";
import { signerOfKey } from "../../../src/securing/keys.ts";
import type { ResolveKey } from "../../../src/securing/vc-jwt.ts";
import { findKey } from "../../../src/securing/verification-key.ts";

const at = Date.parse("2026-11-20T12:00:00Z");
const privateKey = new Uint8Array(32).fill(5);
const account = privateKeyToAccount(`0x${hex(privateKey)}`);
const key = signerOfKey("secp256k1", privateKey);
const method = `${key.did}#${key.did.slice("did:key:".length)}`;
const signer = { ...key, method };
const message: AwardTwin = {
  id: "https://academy.example/b/1",
  issuer: key.did,
  subject: "did:pkh:eip155:10:0x00000000000000000000000000000000000000aa",
  achievement: "https://academy.example/c/1/2",
  name: "Élan",
  validFrom: "2026-11-20T11:00:00.000Z",
  validUntil: "",
  status: "https://academy.example/lists/1#77",
};
const resolveKey: ResolveKey = async (url, at) =>
  findKey(keyDocument(url.split("#")[0]!) as unknown as JsonObject, url, at);

/** Typed data as viem's types want it. */
function typed({ domain, types, primaryType, message }: SignedAwardTwin) {
  return { domain: { ...domain, chainId: BigInt(domain.chainId) }, types, primaryType, message };
}

describe("the twin of an award", () => {
  test("is verified by viem as it stands", async () => {
    const twin = signAwardTwin(message, signer);
    const asked = { ...typed(twin), signature: twin.signature };
    expect(await verifyTypedData({ ...asked, address: account.address })).toBe(true);
    expect(await recoverTypedDataAddress(asked)).toBe(account.address);
  });

  test("is signed as viem signs it", async () => {
    const twin = signAwardTwin(message, signer);
    expect(await account.signTypedData(typed(twin))).toBe(twin.signature);
  });

  test("has the digest that viem computes, whatever it says", () => {
    const said = fc.string({ unit: "grapheme" });
    fc.assert(
      fc.property(said, said, fc.integer({ min: 1, max: 2 ** 31 - 1 }), (name, status, chainId) => {
        const other = { ...message, name, status };
        const domain = { name: "Renown Award", version: "1", chainId: BigInt(chainId) };
        const expected = hashTypedData({ domain, types: awardTwinTypes, primaryType: "Award", message: other });
        expect(`0x${hex(awardTwinDigest(other, chainId))}`).toBe(expected);
      }),
    );
  });

  test("is checked by recovery against the key that it names", async () => {
    const twin = signAwardTwin(message, signer);
    expect(await checkAwardTwin(JSON.parse(JSON.stringify(twin)), resolveKey, at)).toEqual(twin);
  });

  test("of every change is refused", async () => {
    const twin = signAwardTwin(message, signer);
    for (const name of Object.keys(message) as (keyof AwardTwin)[]) {
      const other = { ...twin, message: { ...message, [name]: `${message[name]}1` } };
      await expect(checkAwardTwin(other, resolveKey, at), name).rejects.toThrow(Failure);
    }
  });

  test.each<[string, (twin: SignedAwardTwin) => unknown, string]>([
    ["another name", (twin) => ({ ...twin, message: { ...message, name: "x" } }), "BAD_SIGNATURE"],
    ["another chain", (twin) => ({ ...twin, domain: { ...twin.domain, chainId: 1 } }), "WRONG_CHAIN"],
    ["another domain", (twin) => ({ ...twin, domain: { ...twin.domain, name: "Other" } }), "INVALID_PROOF"],
    ["a member more", (twin) => ({ ...twin, note: "x" }), "INVALID_PROOF"],
    ["a claim more", (twin) => ({ ...twin, message: { ...message, note: "x" } }), "INVALID_PROOF"],
    ["other types", (twin) => ({ ...twin, types: { ...twin.types, Award: [] } }), "INVALID_PROOF"],
    ["a key of another", (twin) => ({ ...twin, verificationMethod: "did:web:x.example#a" }), "INVALID_PROOF"],
    ["a key that is not there", (twin) => ({ ...twin, verificationMethod: `${key.did}#a` }), "DID_NOT_FOUND"],
    ["a signature of another form", (twin) => ({ ...twin, signature: `${twin.signature}00` }), "INVALID_PROOF"],
    ["no signature", (twin) => ({ ...twin, signature: `0x${"0".repeat(128)}1b` }), "BAD_SIGNATURE"],
    ["an unreadable date", () => signAwardTwin({ ...message, validFrom: "soon" }, signer), "UNREADABLE_DATE"],
    ["nothing", () => null, "INVALID_PROOF"],
  ])("with %s is refused", async (_what, change, code) => {
    await expect(checkAwardTwin(change(signAwardTwin(message, signer)), resolveKey, at)).rejects.toMatchObject({
      code,
    });
  });

  test("by another key of another kind, or a retired one, is refused", async () => {
    const twin = signAwardTwin(message, signer);
    const other = signerOfKey("secp256k1", new Uint8Array(32).fill(6));
    const swapped: ResolveKey = async () => resolveKey(`${other.did}#${other.did.slice("did:key:".length)}`, at);
    await expect(checkAwardTwin(twin, swapped, at)).rejects.toMatchObject({ code: "BAD_SIGNATURE" });
    const ed25519 = signerOfKey("Ed25519", new Uint8Array(32).fill(6));
    const foreign: ResolveKey = async () => resolveKey(`${ed25519.did}#${ed25519.did.slice("did:key:".length)}`, at);
    await expect(checkAwardTwin(twin, foreign, at)).rejects.toMatchObject({ code: "BAD_SIGNATURE" });
    const retiring: ResolveKey = async (url) => ({ ...(await resolveKey(url, at)), retired: at - 3_600_000 });
    await expect(checkAwardTwin(twin, retiring, at)).rejects.toMatchObject({ code: "EXPIRED" });
  });

  test("is not signed in the name of another, for no wallet, or with a text that is not Unicode", () => {
    for (const change of [{ issuer: "did:web:x.example" }, { subject: "did:example:1" }, { name: "\ud800" }]) {
      expect(() => signAwardTwin({ ...message, ...change }, signer)).toThrow(Failure);
    }
  });
});
