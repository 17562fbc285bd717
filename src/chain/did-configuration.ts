import type { FetchDidWeb } from "../identity/resolve.ts";
import { ensure } from "../kernel/failure.ts";
import type { ReadWellKnown } from "../organizations/domain-proof.ts";

/** What a fetcher for the files of a domain asks for; as many bytes as of a DID document are read. */
export const wellKnownTerms = { accept: "application/json, text/plain;q=0.9" };

/** Files by which a domain names its organisation, fetched under the same guard as did:web documents. */
export function wellKnownReader(fetchPublic: FetchDidWeb): ReadWellKnown {
  return async (domain, file) => {
    const { status, body } = await fetchPublic(`https://${domain}/.well-known/${file}`);
    ensure(status < 500 && status !== 429, "DID_UNREACHABLE", `The domain answers with ${status}.`);
    // A redirect is followed to no other place, so it leads to nothing.
    return status === 200 ? body : undefined;
  };
}
