import { appPoint } from "../identity/app-key.ts";
import type { Did } from "../identity/did.ts";
import { base64url } from "../kernel/bytes.ts";
import { ensure } from "../kernel/failure.ts";
import { isObject } from "../kernel/json.ts";
import type { CurveJwk, PublicJwk } from "./vc-jwt.ts";

/** The members of a public JWK (RFC 7517) that make the key. Refuses with INVALID_CREDENTIAL anything else, and private keys. */
export function parsePublicJwk(value: unknown): PublicJwk {
  ensure(isObject(value), "INVALID_CREDENTIAL", "The key is no public JWK.");
  const jwk = readPublicJwk(value);
  ensure(jwk, "INVALID_CREDENTIAL", "The key is no public JWK.");
  return jwk;
}

/** The same of an object; undefined where it is no public key of a curve or of RSA. */
export function readPublicJwk(value: Record<string, unknown>): PublicJwk | undefined {
  const { kty, crv, x, y, n, e, d } = value;
  if (d !== undefined) return undefined;
  if (kty === "RSA") return typeof n === "string" && typeof e === "string" ? { kty, n, e } : undefined;
  const read = [kty, crv, x].every((each) => typeof each === "string") && (y === undefined || typeof y === "string");
  return read ? ({ kty, crv, x, ...(y !== undefined && { y }) } as CurveJwk) : undefined;
}

/** The JWK of a did:key of P-256. Refuses with INVALID_DID. */
export function jwkOfApp(did: Did): CurveJwk & { y: string } {
  const point = appPoint(did);
  return { kty: "EC", crv: "P-256", x: base64url(point.subarray(1, 33)), y: base64url(point.subarray(33)) };
}
