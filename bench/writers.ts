// Wallets with a delegated app key and an open profile each, made over HTTP.
import { generateKeyPairSync } from "node:crypto";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import type { P256PrivateJwk } from "../src/kernel/primitives.ts";
import { signerOfJwk, signOpening } from "../src/operations/sign.ts";
import { profileKind } from "../src/profiles/profile.ts";
import { signCredential, userOf } from "../tests/harness.ts";
import { type Stream, signStream } from "./operations.ts";

/** Somebody who may write into a document of theirs; the stream goes on where the opening ended. */
export async function openWriter(url: string, realm: string): Promise<Stream> {
  const wallet = privateKeyToAccount(generatePrivateKey());
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const key = signerOfJwk(privateKey.export({ format: "jwk" }) as P256PrivateJwk);
  const now = Date.now();
  const credential = await signCredential({ wallet, app: key.did, may: [profileKind], issued: now });
  await post(`${url}/v1/delegations`, { credential });
  const user = userOf(wallet);
  const create = await signOpening({ realm, kind: profileKind, user }, key, now);
  const stream: Stream = { document: create.document, user, key };
  const operations = await signStream(stream, 1, now);
  await post(`${url}/v1/documents`, { create: create.action, operations });
  return stream;
}

export async function post(url: string, body: unknown): Promise<unknown> {
  const headers = { "content-type": "application/json" };
  const answer = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${await answer.text()}`);
  return answer.json();
}
