import { base64url } from "./bytes.ts";

/** base64url of so many random bytes: 16 make what cannot be guessed, 32 a secret. */
export function randomText(bytes: number): string {
  return base64url(crypto.getRandomValues(new Uint8Array(bytes)));
}
