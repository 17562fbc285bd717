import { digestOf } from "#primitives";
import { ensure } from "../kernel/failure.ts";
import { hour, type Millis, minute } from "../kernel/time.ts";
import { emptyBits, encodeBits, setBit, statusListCredential } from "../securing/status-list.ts";
import { signCredential } from "../securing/vc-jwt.ts";
import { type IssuedList, type Issuer, listUrl } from "./issued.ts";

/** A status list as it is served. */
export type PublishedList = {
  jwt: string;
  /** Strong entity tag, with its quotes. */
  etag: string;
  madeAt: Millis;
  /** Until then it is served as it is, unless a revocation comes first. */
  freshUntil: Millis;
};

/** What has been signed and still holds, by list. */
export type Publisher = { issuer: Issuer; kept: Map<string, Kept> };

type Kept = { revision: string; kid: string; published: PublishedList };

/** How long a signed list is served without being made again, and for how long verifiers may keep it. */
export const listFreshness = 5 * minute;

/** How long a signed list holds: whoever cuts a verifier off from us can show it an old one for so long. */
export const listLife = hour;

/** Lists kept signed; one takes 65,536 credentials, so a service has few that are still asked for. */
const maxKept = 64;

export function openPublisher(issuer: Issuer): Publisher {
  return { issuer, kept: new Map() };
}

/**
 * The signed BitstringStatusListCredential of a list, with every revocation that was acknowledged before the call.
 * Refuses with NOT_FOUND.
 */
export async function publishList(publisher: Publisher, id: string, now: Millis): Promise<PublishedList> {
  const { issuer, kept } = publisher;
  const { kid } = issuer.signer().key;
  // The revision is read before the indexes: what is revoked in between shows now and is asked for again next time.
  const revision = await issuer.store.revisionOf(id);
  const last = kept.get(id);
  if (last && last.revision === revision && last.kid === kid && holds(last.published, now)) return last.published;
  const list = await issuer.store.findList(id);
  ensure(list, "NOT_FOUND");
  const published = await makeList(issuer, list, now);
  kept.delete(id);
  if (kept.size >= maxKept) kept.delete(kept.keys().next().value!);
  kept.set(id, { revision, kid, published });
  return published;
}

function holds(published: PublishedList, now: Millis): boolean {
  return published.madeAt <= now && now < published.freshUntil;
}

async function makeList(issuer: Issuer, list: IssuedList, now: Millis): Promise<PublishedList> {
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
  const jwt = await signCredential(credential, signer);
  return { jwt, etag: `"${digestOf(jwt)}"`, madeAt: now, freshUntil: now + listFreshness };
}
