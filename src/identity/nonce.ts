import { ensure, Failure } from "../kernel/failure.ts";
import { day, iso, type Millis, minute, parseNamedTime, parseTime } from "../kernel/time.ts";
import { appPoint } from "./app-key.ts";
import { type Limits, limitNames, parseLimits } from "./delegation.ts";
import type { Did } from "./did.ts";

/** What a nonce allows to be signed. */
export type NoncePurpose = "sign-in" | "delegate";

/** What a delegation says: the key, what it may do, and until when (RFC 3339, kept to the letter). */
export type DelegationTerms = { app: Did; limits: Limits; until: string };

export type Nonce = {
  nonce: string;
  /** What the message must say, word for word. */
  statement: string;
  expiresAt: Millis;
} & ({ purpose: "sign-in" } | { purpose: "delegate"; terms: DelegationTerms });

export type NonceStore = {
  /** Keeps a nonce, and forgets a bounded number of those that have run out. */
  add(nonce: Nonce, now: Millis): Promise<void>;
  /** Spends it in one step: of any number of callers one gets it, and nobody once it has run out. */
  spend(nonce: string, now: Millis): Promise<Nonce | undefined>;
};

/** What a client asks for: `may` as a proof spells limits, without the prefix; without it nothing is said of limits. */
export type NonceRequest = {
  purpose: NoncePurpose;
  app?: Did | undefined;
  may?: readonly string[] | undefined;
  until?: string | undefined;
};

/** How long a nonce lives: a person reads and signs within it. */
export const nonceLife = 10 * minute;

/** Characters of a delegation's statement: its limits are named again in the resources, and a message has 8192. */
export const maxStatement = 3000;

export const signInStatement = "I sign in to Renown with this account. This moves nothing and lets nobody act for me.";

/**
 * Issues a nonce. `maxLifetime` is how long a delegation may live, in milliseconds. Refuses with INVALID_REQUEST,
 * INVALID_DID (an app key is a did:key of P-256), UNREADABLE_DATE, EXPIRED and LIFETIME_TOO_LONG.
 */
export async function issueNonce(
  store: NonceStore,
  request: NonceRequest,
  now: Millis,
  maxLifetime: number,
): Promise<Nonce> {
  const fresh = { nonce: randomNonce(), expiresAt: now + nonceLife };
  const nonce = request.purpose === "sign-in" ? signInNonce(fresh, request) : delegateNonce(fresh, request);
  if (nonce.purpose === "delegate") checkLife(parseNamedTime("until", nonce.terms.until), now, maxLifetime);
  await store.add(nonce, now);
  return nonce;
}

/**
 * Spends a nonce for a purpose. It is burnt whatever comes after: one of another purpose too. Refuses with
 * NONCE_UNKNOWN and NONCE_PURPOSE.
 */
export async function spendNonce<P extends NoncePurpose>(
  store: NonceStore,
  nonce: string,
  purpose: P,
  now: Millis,
): Promise<Extract<Nonce, { purpose: P }>> {
  const spent = noncePattern.test(nonce) ? await store.spend(nonce, now) : undefined;
  ensure(spent, "NONCE_UNKNOWN");
  ensure(spent.purpose === purpose, "NONCE_PURPOSE");
  return spent as Extract<Nonce, { purpose: P }>;
}

/**
 * The sentence in which a wallet reads what it allows. It is part of what proofs are checked against for ever: another
 * wording goes beside it, never in its place.
 */
export function delegationStatement({ app, limits, until }: DelegationTerms): string {
  return `I let the key ${app} ${permission(limits)} until ${iso(parseTime(until))}.`;
}

/** The resources of a delegation's message, in order: the key, then each limit. */
export function delegationResources({ app, limits }: DelegationTerms): string[] {
  return [app, ...limitNames(limits).map((name) => `urn:renown:may:${name}`)];
}

function permission(limits: Limits): string {
  if (limits === "none") return "prove that it belongs to me when logging in, and nothing else,";
  if (limits === "unsaid")
    return "sign in my name in my own documents, never for organizations, badges, reputation or keys,";
  return `sign in my name for ${limitNames(limits).join(", ")}, and nothing else,`;
}

type Fresh = { nonce: string; expiresAt: Millis };

function signInNonce(fresh: Fresh, { app, may, until }: NonceRequest): Nonce {
  const bare = app === undefined && may === undefined && until === undefined;
  ensure(bare, "INVALID_REQUEST", "A nonce for signing in names no key, no limits and no expiry.");
  return { ...fresh, purpose: "sign-in", statement: signInStatement };
}

function delegateNonce(fresh: Fresh, { app, may, until }: NonceRequest): Nonce {
  const both = app !== undefined && until !== undefined;
  ensure(both, "INVALID_REQUEST", "A delegation names a key (`app`, a did:key) and an expiry (`until`, RFC 3339).");
  appPoint(app);
  parseNamedTime("until", until);
  const terms = { app, limits: parseMayNames(may ?? []), until };
  const statement = delegationStatement(terms);
  ensure(statement.length <= maxStatement, "INVALID_REQUEST", `The limits take more than ${maxStatement} characters.`);
  return { ...fresh, purpose: "delegate", statement, terms };
}

function checkLife(until: Millis, now: Millis, maxLifetime: number): void {
  ensure(until > now, "EXPIRED");
  ensure(until <= now + maxLifetime, "LIFETIME_TOO_LONG", `It may live for ${maxLifetime / day} days at most.`);
}

/** The limits that a request names; in a request INVALID_REQUEST is what a bad one is. */
function parseMayNames(names: readonly string[]): Limits {
  try {
    return parseLimits(
      names.map((name) => `renown:may:${name}`),
      "renown:may:",
    );
  } catch (error) {
    throw error instanceof Failure ? new Failure("INVALID_REQUEST", error.detail) : error;
  }
}

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/** 24 characters of 62 are 142 random bits. */
const nonceLength = 24;
const noncePattern = /^[A-Za-z0-9]{24}$/;

function randomNonce(): string {
  let text = "";
  while (text.length < nonceLength) {
    for (const byte of crypto.getRandomValues(new Uint8Array(32))) {
      // Bytes from 248 are passed over, or the first letters would come up more often.
      if (byte < 248 && text.length < nonceLength) text += alphabet[byte % 62];
    }
  }
  return text;
}
