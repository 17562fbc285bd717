import type { ServiceKeys } from "../identity/service-keys.ts";
import type { Clock } from "../kernel/time.ts";
import { type AwardState, claimDigest } from "./award-state.ts";
import type { BadgeAsides } from "./award-store.ts";
import { type Contact, openContact } from "./personal.ts";

/**
 * By which somebody is reached who can still claim an award, and the secret of their link; undefined where it is claimed
 * or has ended, where the address is not kept any more, and where the award was made out to another secret since.
 */
export async function claimContact(
  { store, keys, clock }: { store: Pick<BadgeAsides, "contact">; keys: ServiceKeys; clock: Clock },
  document: string,
  { claim, end }: Pick<AwardState, "claim" | "end">,
): Promise<Contact | undefined> {
  const sealed = claim === null || end ? undefined : await store.contact(document, clock());
  const contact = sealed === undefined ? undefined : await openContact(keys, sealed);
  return contact && claimDigest(contact.secret) === claim ? contact : undefined;
}
