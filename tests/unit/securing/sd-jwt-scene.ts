import { digestOf } from "#primitives";
import { type JwsSigner, signCompact } from "../../../src/identity/jws.ts";
import { base64url, utf8 } from "../../../src/kernel/bytes.ts";
import type { Json, JsonObject } from "../../../src/kernel/json.ts";
import { second } from "../../../src/kernel/time.ts";
import type { ResolveIssuer } from "../../../src/securing/issuer-metadata.ts";
import { signerOfKey } from "../../../src/securing/keys.ts";
import { jwkOfApp } from "../../../src/securing/public-jwk.ts";

/** A key of P-256 that follows from a number, as signer of JWS and as JWK. */
export function keyPair(number: number) {
  const { did, sign } = signerOfKey("P-256", new Uint8Array(32).fill(number));
  return { did, jwk: jwkOfApp(did), signer: { kid: `key-${number}`, sign } satisfies JwsSigner };
}

export const issuerKey = keyPair(7);
export const holderKey = keyPair(9);
export const now = Date.UTC(2026, 10, 20);

export const resolve: ResolveIssuer = async () => ({ jwk: issuerKey.jwk });

/** What stands in each credential here for all to see. */
export const claims: JsonObject = {
  iss: "https://issuer.example",
  vct: "https://issuer.example/types/one",
  iat: now / second,
  exp: now / second + 3600,
  cnf: { jwk: { ...holderKey.jwk } },
};

/** A disclosure of any content, and its digest. */
export function disclosureOf(content: Json) {
  const text = base64url(utf8(JSON.stringify(content)));
  return { text, digest: digestOf(text) };
}

/** An SD-JWT of any payload and disclosures, signed by the issuer. */
export async function sealed(payload: JsonObject, disclosures: readonly string[] = [], typ = "dc+sd-jwt") {
  const jwt = await signCompact({ typ }, payload, issuerKey.signer);
  return [jwt, ...disclosures, ""].join("~");
}

/** The presentation of an SD-JWT to a verifier, by its holder's key unless another is given. */
export async function shownTo(
  text: string,
  terms: { nonce?: string; audience?: string; at?: number; key?: JwsSigner; typ?: string; over?: string } = {},
) {
  const { nonce = "n-1", audience = "https://verifier.example", at = now, key = holderKey.signer } = terms;
  const { typ = "kb+jwt", over = text } = terms;
  const payload = { nonce, aud: audience, iat: at / second, sd_hash: digestOf(over) };
  return `${text}${await signCompact({ typ }, payload, key)}`;
}
