// Sign-in as the cases of it share: the message is read and judged, the wallet's signature checked, a credential signed.
import { importJWK, type JWK, SignJWT } from "jose";
import { recoverMessageAddress } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { parseSiweMessage, validateSiweMessage } from "viem/siwe";
import { issueIdentityCredential } from "../src/credentials/identity-credential.ts";
import { type IssuedStore, openIssuer } from "../src/credentials/issued.ts";
import { pkhDid } from "../src/identity/did.ts";
import { type NonceStore, signInStatement } from "../src/identity/nonce.ts";
import { makeServiceKeys, type ServiceKeys, signerAt } from "../src/identity/service-keys.ts";
import { signIn } from "../src/identity/sign-in.ts";
import { walletCheck } from "../src/identity/wallet.ts";
import { day, iso, type Millis } from "../src/kernel/time.ts";

export const origin = "https://renown.example";
export const now: Millis = Date.UTC(2026, 10, 20, 12);

export type Proof = { message: string; signature: `0x${string}` };

/** Messages as wallets sign them, each with another nonce. */
export async function makeProofs(count: number): Promise<Proof[]> {
  const wallet = privateKeyToAccount("0x0764cbe2b402041351722cc69b3ad495d315b494593e6c15d711f3540884e0cc");
  const texts = Array.from({ length: count }, (_, i) =>
    [
      `${new URL(origin).host} wants you to sign in with your Ethereum account:`,
      wallet.address,
      "",
      signInStatement,
      "",
      `URI: ${origin}`,
      "Version: 1",
      "Chain ID: 1",
      `Nonce: bench${String(i).padStart(19, "0")}`,
      `Issued At: ${iso(now)}`,
    ].join("\n"),
  );
  return Promise.all(texts.map(async (message) => ({ message, signature: await wallet.signMessage({ message }) })));
}

export const makeKeys = (): Promise<ServiceKeys> => makeServiceKeys(now - day);

/** Ours, over stores that remember nothing: what a database adds is another case. */
export function ours(keys: ServiceKeys): (proof: Proof) => Promise<string> {
  const nonces: NonceStore = {
    add: async () => {},
    spend: async (nonce) => ({ nonce, statement: signInStatement, purpose: "sign-in", expiresAt: now + day }),
  };
  const messages = { origin, nonces, wallet: walletCheck() };
  const issued = {
    insert: async () => true,
    latestList: async () => ({ id: "0f8fad5b-d9cb-469f-a165-70867728950e", size: 131_072, taken: 0 }),
  } as Partial<IssuedStore> as IssuedStore;
  const signer = { did: "did:web:renown.example", key: signerAt(keys) };
  const issuer = openIssuer({ origin, store: issued, signer: () => signer });
  return async (proof) => {
    const { user } = await signIn(messages, proof, now);
    return (await issueIdentityCredential(issuer, user, now)).jwt;
  };
}

/** The usual stack: viem reads the message and recovers the address, jose signs. */
export async function viemWithJose(keys: ServiceKeys): Promise<(proof: Proof) => Promise<string>> {
  const { jwk, kid } = keys.signing[0]!;
  const key = await importJWK(jwk as unknown as JWK, "ES256");
  const did = "did:web:renown.example";
  return async ({ message, signature }) => {
    const read = parseSiweMessage(message);
    const valid = validateSiweMessage({ message: read, domain: new URL(origin).host, time: new Date(now) });
    const address = await recoverMessageAddress({ message, signature });
    if (!valid || address !== read.address) throw new Error("The message was refused.");
    return new SignJWT(credentialOf(did, pkhDid({ chainId: read.chainId!, address })))
      .setProtectedHeader({ alg: "ES256", typ: "vc+jwt", cty: "vc", kid: `${did}#${kid}` })
      .sign(key);
  };
}

/** A credential of the same members as ours. */
export function credentialOf(issuer: string, subject: string) {
  const id = crypto.randomUUID();
  const list = `${origin}/v1/status-lists/0f8fad5b-d9cb-469f-a165-70867728950e`;
  return {
    "@context": [
      "https://www.w3.org/ns/credentials/v2",
      {
        RenownIdentityCredential: "https://renown.id/ns#RenownIdentityCredential",
        blockchainAccountId: "https://w3id.org/security#blockchainAccountId",
      },
    ],
    id: `${origin}/v1/credentials/${id}`,
    type: ["VerifiableCredential", "RenownIdentityCredential"],
    issuer,
    validFrom: iso(now),
    validUntil: iso(now + 7 * day),
    credentialSubject: { id: subject, blockchainAccountId: subject.slice("did:pkh:".length) },
    credentialStatus: {
      id: `${list}#4711`,
      type: "BitstringStatusListEntry",
      statusPurpose: "revocation",
      statusListIndex: "4711",
      statusListCredential: list,
    },
  };
}
