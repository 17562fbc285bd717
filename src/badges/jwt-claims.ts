import type { Did } from "../identity/did.ts";
import type { JsonObject } from "../kernel/json.ts";
import { type Millis, second } from "../kernel/time.ts";
import { members } from "./achievement-credential.ts";

/** What a credential says that a JWT of it says again. */
export type Claimed = {
  id: string;
  issuer: Did;
  subject?: string | undefined;
  validFrom: Millis;
  validUntil?: Millis | undefined;
};

/**
 * The claims of RFC 7519 that Open Badges 3.0 asks for in a JWT (section 8.2.4.1). They are what the credential says: the
 * seconds have a fraction where its moments do, for `nbf` has to equal `validFrom`.
 */
export function registeredClaims({ id, issuer, subject, validFrom, validUntil }: Claimed): JsonObject {
  return members({
    iss: issuer,
    jti: id,
    sub: subject,
    nbf: validFrom / second,
    exp: validUntil === undefined ? undefined : validUntil / second,
  });
}
