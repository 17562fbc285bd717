import type { Did } from "../identity/did.ts";
import { ensure, Failure } from "../kernel/failure.ts";
import type { JsonObject } from "../kernel/json.ts";
import { iso, type Millis } from "../kernel/time.ts";
import { maxPlaceAttempts, openPlaces, type Places, takePlace } from "../securing/list-places.ts";
import { minEntries, statusEntry } from "../securing/status-list.ts";
import { type CredentialSigner, signCredential } from "../securing/vc-jwt.ts";

/** A credential that this service issued, kept byte for byte. */
export type IssuedCredential = {
  /** UUID, the last part of the credential's own id. */
  id: string;
  /** Whose it is. */
  subject: Did;
  /** Of whose score it speaks, which may be its owner's on another chain; absent in those of other types. */
  about?: Did;
  /** What it is beside a VerifiableCredential. */
  type: string;
  /** As it was signed: a JWT, or an SD-JWT without its disclosures, which are its subject's alone. */
  jwt: string;
  issuedAt: Millis;
  expiresAt: Millis;
  statusList: string;
  statusIndex: number;
  revokedAt?: Millis;
  /** The subject's DID, or the issuer's. */
  revokedBy?: Did;
};

export type IssuedList = { id: string; purpose: string; size: number; createdAt: Millis };

/** What issuing keeps. Each call is one statement; a contract suite holds the adapters to it. */
export type IssuedStore = {
  /** Writes a credential, or answers false and writes nothing where its place in the list is taken. */
  insert(credential: IssuedCredential): Promise<boolean>;
  find(id: string): Promise<IssuedCredential | undefined>;
  /** A subject's, latest first; `after` is the last one seen. */
  ofSubject(
    subject: Did,
    after: { issuedAt: Millis; id: string } | undefined,
    limit: number,
  ): Promise<IssuedCredential[]>;
  /** Revokes it once; false where it was revoked before or does not exist. */
  revoke(id: string, by: Did, at: Millis): Promise<boolean>;
  insertList(list: IssuedList): Promise<void>;
  findList(id: string): Promise<IssuedList | undefined>;
  /** The latest list of a purpose and how many of its places are taken. */
  latestList(purpose: string): Promise<{ id: string; size: number; taken: number } | undefined>;
  revokedIndexes(list: string): Promise<number[]>;
  /** Changes with every revocation in the list. */
  revisionOf(list: string): Promise<string>;
};

/** Who issues here, and where what is issued can be found. */
export type Issuer = {
  /** Public origin of the service, without a slash at the end. */
  origin: string;
  store: IssuedStore;
  /** The key in use: rotation changes it. */
  signer: () => CredentialSigner;
  places: Places;
};

/** A place in a status list. */
export type ListPlace = { list: string; index: number };

/** What is fixed about a credential before its place in a list is found. */
export type Draft = Pick<IssuedCredential, "about"> & {
  id: string;
  subject: Did;
  type: string;
  validUntil: Millis;
  body: (status: JsonObject, place: ListPlace) => JsonObject;
  /** Secures the body, and answers with what is kept of it; as `vc+jwt` unless given. */
  secure?: (body: JsonObject, signer: CredentialSigner) => Promise<string>;
};

export function openIssuer(parts: Pick<Issuer, "origin" | "store" | "signer">): Issuer {
  const { store } = parts;
  const latest = () => store.latestList("revocation");
  const open = async (createdAt: Millis) => {
    const list = { id: crypto.randomUUID(), purpose: "revocation", size: minEntries, createdAt };
    await store.insertList(list);
    return list;
  };
  return { ...parts, places: openPlaces({ latest, open }) };
}

export function credentialUrl(origin: string, id: string): string {
  return `${origin}/v1/credentials/${id}`;
}

export function listUrl(origin: string, id: string): string {
  return `${origin}/v1/status-lists/${id}`;
}

/** The same list as a Status List Token. */
export function tokenListUrl(origin: string, id: string): string {
  return `${listUrl(origin, id)}/token`;
}

/** A credential as its subject is shown it. Times are RFC 3339. */
export function issuedView({ id, type, issuedAt, expiresAt, revokedAt }: IssuedCredential) {
  const times = { issuedAt: iso(issuedAt), expiresAt: iso(expiresAt) };
  return { id, type, ...times, revokedAt: revokedAt === undefined ? null : iso(revokedAt) };
}

/** The record of a credential by its own id, the URL; undefined where it is none of ours. */
export async function findIssued(issuer: Issuer, url: string): Promise<IssuedCredential | undefined> {
  const prefix = credentialUrl(issuer.origin, "");
  return url.startsWith(prefix) ? issuer.store.find(url.slice(prefix.length)) : undefined;
}

/** Signs a credential with a place in a status list and keeps it: one insert, unless another has the place. */
export async function issue(issuer: Issuer, draft: Draft, now: Millis): Promise<IssuedCredential> {
  for (let attempt = 0; attempt < maxPlaceAttempts; attempt++) {
    const { list, index } = await takePlace(issuer.places, now);
    const status = statusEntry(listUrl(issuer.origin, list), index, "revocation");
    const { secure = signCredential } = draft;
    const credential = {
      id: draft.id,
      subject: draft.subject,
      ...(draft.about !== undefined && { about: draft.about }),
      type: draft.type,
      jwt: await secure(draft.body(status, { list, index }), issuer.signer()),
      issuedAt: now,
      expiresAt: draft.validUntil,
      statusList: list,
      statusIndex: index,
    };
    if (await issuer.store.insert(credential)) return credential;
  }
  throw new Failure("UNAVAILABLE");
}

/**
 * Revokes for good: the subject its own, the issuer any. Refuses with NOT_FOUND (also what is another's, so that
 * nobody learns of it) and ALREADY_REVOKED.
 */
export async function revokeIssued(issuer: Issuer, id: string, by: Did, now: Millis): Promise<IssuedCredential> {
  const credential = await issuer.store.find(id);
  ensure(credential && (credential.subject === by || issuer.signer().did === by), "NOT_FOUND");
  ensure(await issuer.store.revoke(id, by, now), "ALREADY_REVOKED");
  return { ...credential, revokedAt: now, revokedBy: by };
}
