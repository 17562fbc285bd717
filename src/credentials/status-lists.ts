import { ensure } from "../kernel/failure.ts";
import type { Millis } from "../kernel/time.ts";
import { type KeptLists, listFreshness, listLife, type SignedList, signedList } from "../securing/signed-lists.ts";
import { emptyBits, encodeBits, setBit, statusListCredential } from "../securing/status-list.ts";
import { signTokenList } from "../securing/token-status-list.ts";
import { signCredential } from "../securing/vc-jwt.ts";
import { type IssuedList, type Issuer, listUrl, tokenListUrl } from "./issued.ts";

/** What has been signed and still holds, by list. */
export type Publisher = { issuer: Issuer; kept: KeptLists };

export function openPublisher(issuer: Issuer): Publisher {
  return { issuer, kept: new Map() };
}

/**
 * The signed BitstringStatusListCredential of a list, with every revocation that was acknowledged before the call.
 * Refuses with NOT_FOUND.
 */
export async function publishList({ issuer, kept }: Publisher, id: string, now: Millis): Promise<SignedList> {
  return signedList(kept, id, now, {
    revision: () => issuer.store.revisionOf(id),
    key: issuer.signer().key.kid,
    make: async () => {
      const list = await issuer.store.findList(id);
      ensure(list, "NOT_FOUND");
      return makeList(issuer, list, now);
    },
  });
}

/** The same statuses as a signed Status List Token, for credentials in the form dc+sd-jwt. Refuses with NOT_FOUND. */
export async function publishTokenList({ issuer, kept }: Publisher, id: string, now: Millis): Promise<SignedList> {
  return signedList(kept, `${id} token`, now, {
    revision: () => issuer.store.revisionOf(id),
    key: issuer.signer().key.kid,
    make: async () => {
      const list = await issuer.store.findList(id);
      ensure(list, "NOT_FOUND");
      const { origin, store } = issuer;
      const revoked = await store.revokedIndexes(id);
      const times = { at: now, until: now + listLife, ttl: listFreshness };
      const uri = tokenListUrl(origin, id);
      return signTokenList({ uri, issuer: origin, size: list.size, revoked, ...times }, issuer.signer().key);
    },
  });
}

async function makeList(issuer: Issuer, list: IssuedList, now: Millis): Promise<string> {
  const bits = emptyBits(list.size);
  for (const index of await issuer.store.revokedIndexes(list.id)) setBit(bits, index);
  const signer = issuer.signer();
  const credential = statusListCredential({
    id: listUrl(issuer.origin, list.id),
    issuer: signer.did,
    purpose: list.purpose,
    encodedList: await encodeBits(bits),
    validFrom: now,
    validUntil: now + listLife,
    ttl: listFreshness,
  });
  return signCredential(credential, signer);
}
