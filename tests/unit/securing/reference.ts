// Data Integrity by the libraries of Digital Bazaar, which know nothing of ours but the contexts.
import { DataIntegrityProof } from "@digitalbazaar/data-integrity";
import * as ecdsaJcs from "@digitalbazaar/ecdsa-jcs-2019-cryptosuite";
import * as EcdsaMultikey from "@digitalbazaar/ecdsa-multikey";
import { cryptosuite as ecdsaRdfc } from "@digitalbazaar/ecdsa-rdfc-2019-cryptosuite";
import * as Ed25519Multikey from "@digitalbazaar/ed25519-multikey";
import * as eddsaJcs from "@digitalbazaar/eddsa-jcs-2022-cryptosuite";
import { cryptosuite as eddsaRdfc } from "@digitalbazaar/eddsa-rdfc-2022-cryptosuite";
import jsigs from "jsonld-signatures";
import { base58, concat } from "../../../src/kernel/bytes.ts";
import type { JsonObject } from "../../../src/kernel/json.ts";
import { contextOf } from "../../../src/securing/contexts.ts";
import type { Cryptosuite } from "../../../src/securing/data-integrity.ts";
import type { KeySigner } from "../../../src/securing/keys.ts";

const signing = {
  "eddsa-rdfc-2022": () => eddsaRdfc,
  "ecdsa-rdfc-2019": () => ecdsaRdfc,
  "eddsa-jcs-2022": () => eddsaJcs.createSignCryptosuite(),
  "ecdsa-jcs-2019": () => ecdsaJcs.createSignCryptosuite(),
};
const verifying = {
  "eddsa-rdfc-2022": () => eddsaRdfc,
  "ecdsa-rdfc-2019": () => ecdsaRdfc,
  "eddsa-jcs-2022": () => eddsaJcs.createVerifyCryptosuite(),
  "ecdsa-jcs-2019": () => ecdsaJcs.createVerifyCryptosuite(),
};

/** The document as the library signs it with a key of ours; its `proof` is an object. */
export async function libraryProof(
  document: JsonObject,
  key: KeySigner,
  privateKey: Uint8Array,
  cryptosuite: Cryptosuite,
  created: string,
): Promise<JsonObject> {
  const pair = await keyPair(key, privateKey);
  const suite = new DataIntegrityProof({
    signer: pair.signer(),
    date: created.replace(/\.\d+/, ""),
    cryptosuite: signing[cryptosuite](),
  });
  const purpose = new jsigs.purposes.AssertionProofPurpose();
  return jsigs.sign(structuredClone(document), { suite, purpose, documentLoader: loader(key) });
}

/** Whether the library finds the proofs of this suite good. */
export async function libraryVerifies(
  document: JsonObject,
  key: KeySigner,
  cryptosuite: Cryptosuite,
): Promise<boolean> {
  const suite = new DataIntegrityProof({ cryptosuite: verifying[cryptosuite]() });
  const purpose = new jsigs.purposes.AssertionProofPurpose();
  const { verified } = await jsigs.verify(structuredClone(document), {
    suite,
    purpose,
    documentLoader: loader(key),
  });
  return verified;
}

function loader({ did }: KeySigner): (url: string) => Promise<object> {
  const fragment = did.slice("did:key:".length);
  const id = `${did}#${fragment}`;
  const method = {
    "@context": "https://w3id.org/security/multikey/v1",
    id,
    type: "Multikey",
    controller: did,
    publicKeyMultibase: fragment,
  };
  const documents: Record<string, object> = {
    [id]: method,
    [did]: { "@context": ["https://www.w3.org/ns/did/v1", method["@context"]], id: did, assertionMethod: [method] },
  };
  return async (url) => {
    const document = documents[url] ?? contextOf(url);
    if (!document) throw new Error(`Nothing is at ${url}.`);
    return { contextUrl: null, documentUrl: url, document: structuredClone(document), tag: "static" };
  };
}

async function keyPair({ type, did }: KeySigner, privateKey: Uint8Array) {
  const publicKeyMultibase = did.slice("did:key:".length);
  const prefix = type === "Ed25519" ? Uint8Array.of(0x80, 0x26) : Uint8Array.of(0x86, 0x26);
  const secretKeyMultibase = `z${base58(concat(prefix, privateKey))}`;
  const kept = { id: `${did}#${publicKeyMultibase}`, type: "Multikey", controller: did };
  const library = type === "Ed25519" ? Ed25519Multikey : EcdsaMultikey;
  return library.from({ ...kept, publicKeyMultibase, secretKeyMultibase });
}
