import { appPoint } from "../identity/app-key.ts";
import type { Did } from "../identity/did.ts";
import { base64url } from "../kernel/bytes.ts";
import { ensure } from "../kernel/failure.ts";
import { isObject } from "../kernel/json.ts";
import type { PublicJwk } from "./vc-jwt.ts";

/** The members of a public JWK (RFC 7517) that make the key. Refuses with INVALID_CREDENTIAL anything else, and private keys. */
export function parsePublicJwk(value: unknown): PublicJwk {
  ensure(isObject(value) && value.d === undefined, "INVALID_CREDENTIAL", "The key is no public JWK.");
  const { kty, crv, x, y } = value;
  const read = [kty, crv, x].every((each) => typeof each === "string") && (y === undefined || typeof y === "string");
  ensure(read, "INVALID_CREDENTIAL", "The key is no public JWK.");
  return { kty, crv, x, ...(y !== undefined && { y }) } as PublicJwk;
}

/** The JWK of a did:key of P-256. Refuses with INVALID_DID. */
export function jwkOfApp(did: Did): PublicJwk {
  const point = appPoint(did);
  return { kty: "EC", crv: "P-256", x: base64url(point.subarray(1, 33)), y: base64url(point.subarray(33)) };
}
