import { type Did, isUserDid } from "../identity/did.ts";

/** What two DIDs have in common that are told apart by their chains alone: whoever has the address's key has both. */
export function accountOf(did: Did): string {
  return isUserDid(did) ? did.slice(did.lastIndexOf(":") + 1) : did;
}
