import type { Did } from "../identity/did.ts";
import type { Millis } from "../kernel/time.ts";
import type { ClassDefinition } from "./class-definition.ts";

/** A class as the read models have it, with the version that awards are made under. */
export type ClassRecord = {
  document: string;
  organization: string;
  version: number;
  /** Digest of the entry that gives the version, and of the operation in it. */
  entry: string;
  operation: string;
  definition: ClassDefinition;
  archived: boolean;
  test: boolean;
  /** Place in the log of its first entry. */
  seq: number;
  createdAt: Millis;
  updatedAt: Millis;
};

export type ClassVersionRecord = { version: number; operation: string; definition: ClassDefinition; createdAt: Millis };

export type AwardRecord = {
  document: string;
  organization: string;
  class: string;
  subject: Did | "";
  unclaimed: boolean;
  standing: "active" | "suspended" | "revoked" | "cancelled";
  hidden: boolean;
  heldUntil: Millis | null;
  test: boolean;
  /** Place in the log of its first entry. */
  seq: number;
};

/** What awards are looked for by; all that is given must fit. */
export type AwardQuery = {
  organization?: string | undefined;
  class?: string | undefined;
  cohort?: string | undefined;
  subject?: Did | undefined;
  standing?: AwardRecord["standing"] | undefined;
  test?: boolean | undefined;
  /** Keyed hash of an e-mail address. */
  lookup?: string | undefined;
};

/** What the log says of classes and awards. A contract suite holds the adapters to it. */
export type BadgeReads = {
  findClass(document: string): Promise<ClassRecord | undefined>;
  findVersion(document: string, version: number): Promise<ClassVersionRecord | undefined>;
  /** An organisation's, in order of their first entries, after a place; archived ones only where asked for. */
  classesOf(organization: string, asked: { archived: boolean; after: number; limit: number }): Promise<ClassRecord[]>;
  findAward(document: string): Promise<AwardRecord | undefined>;
  /** In order of their first entries, after a place; `latest` turns it round: before one, from the end where it is 0. */
  awards(query: AwardQuery, after: number, limit: number, latest?: boolean): Promise<AwardRecord[]>;
  /** Who holds which of the keys of a space in `claims`. */
  holders(space: string, keys: readonly string[]): Promise<Map<string, string>>;
};

/** What stands beside the log about one award that is being made. */
export type AwardAside = {
  document: string;
  face: string;
  /** Tells a request that is sent again from another under the same key. */
  fingerprint: string;
  personal?: { digest: string; sealed: string };
  contact?: { lookup: string; sealed: string; expiresAt: Millis };
  /** How often the award had been erased when this was read or said; 0 unless given, as of one that is new. */
  erasures?: number;
};

export type StoredImage = { digest: string; type: "image/png" | "image/svg+xml"; bytes: string };

/** What is kept beside the log: names that the world asks by, personal text, contacts, images. */
export type BadgeAsides = {
  /**
   * Keeps them all together; faces, texts and contacts are durable before the award is. Texts and contacts of one that
   * was erased since are passed over.
   */
  keep(asides: readonly AwardAside[], now: Millis): Promise<void>;
  documentOfFace(face: string): Promise<string | undefined>;
  /** The latest face of each document. */
  facesOf(documents: readonly string[]): Promise<Map<string, { face: string; fingerprint: string }>>;
  /** Gives faces to those of the awards that stand and have none. */
  nameAwards(names: readonly { document: string; face: string }[], now: Millis): Promise<void>;
  dropFace(face: string): Promise<void>;
  /** Forgets all faces of an award but one. */
  dropFaces(document: string, but: string): Promise<void>;
  /** The sealed text behind a digest; null once erased, undefined where none was kept. */
  personal(document: string, digest: string): Promise<string | null | undefined>;
  /** Erases the text behind one digest, since another has taken its place. */
  erasePersonal(document: string, digest: string): Promise<void>;
  /** How often each was erased; those that never were are missing. */
  erasures(documents: readonly string[]): Promise<Map<string, number>>;
  /** Counts the erasure first, then forgets all texts of an award and its contact. */
  erase(document: string): Promise<void>;
  contact(document: string, now: Millis): Promise<string | undefined>;
  /** Forgets all that is kept of an award that never came to stand. */
  dropAll(document: string): Promise<void>;
  /** Forgets contacts that are not needed any more, at most `limit`; returns how many. */
  dropContacts(now: Millis, limit: number): Promise<number>;
  /** Forgets what was kept before a time of awards that never came to stand; looks at `limit` at most. */
  dropOrphans(before: Millis, limit: number): Promise<void>;
  keepImage(image: StoredImage, now: Millis): Promise<void>;
  findImage(digest: string): Promise<StoredImage | undefined>;
  /** Takes one of a day's allowance for each name, names as often as they stand there; how many were had of each. */
  take(names: readonly string[], most: number, now: Millis): Promise<Map<string, number>>;
  /** Forgets what was taken on days that have ended before a time. */
  dropAllowances(before: Millis): Promise<void>;
};

export type BadgeStore = BadgeReads & BadgeAsides;
