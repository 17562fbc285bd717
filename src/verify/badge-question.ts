import { unlessRefused } from "../kernel/attempt.ts";
import { type Bytes, fromBase64, fromBase64url } from "../kernel/bytes.ts";
import { Failure } from "../kernel/failure.ts";
import type { JsonObject } from "../kernel/json.ts";
import type { Check } from "../kernel/report.ts";
import type { Millis } from "../kernel/time.ts";
import type { Credential } from "../securing/data-model.ts";
import { readEnveloped } from "../securing/presentation.ts";
import type { ResolveKey } from "../securing/vc-jwt.ts";
import type { Work } from "../securing/work.ts";
import type { CredentialQuestion } from "./credential-question.ts";
import type { Answering } from "./knowledge.ts";
import type { HolderKnowledge } from "./presentation-holder.ts";

/** A credential as it is secured: a JWT as text, or JSON with its proofs. */
export type Secured = string | JsonObject;

/** What verification of badges and presentations may ask. What is missing is not asked, and what it would tell is unknown. */
export type BadgeKnowledge = {
  answering?: Answering;
  resolveKey: ResolveKey;
  /** What the proofs of one question are paid by, whatever it brings; a purse is opened where none is given. */
  work?: Work | undefined;
  /**
   * What an https URL answers with, as text: hosted badges and status lists. Refuses with STATUS_UNAVAILABLE what does
   * not answer, and with QUOTA_EXCEEDED once one question has caused enough calls.
   */
  fetch?(url: string): Promise<string>;
  /** What stands here, and is answered without a call. */
  ours?: Ours;
  /** The service itself as an issuer: its own records say how what it issued stands. */
  service?: {
    did: string;
    statusOf(credential: Credential, secured: Secured, moments: Required<CredentialQuestion>): Promise<Check[]>;
  };
  /** An organisation of this service by its DID; undefined where it is none. */
  organizationOf?(did: string): Promise<KnownOrganization | undefined>;
  /** Whether a domain says that a DID is its own (DIF Well Known DID Configuration). Refuses as `fetch` does. */
  speaksFor?(did: string, domain: string, work: Work | undefined): Promise<boolean>;
  /** Of wallets that present by a key of theirs. */
  holders?: HolderKnowledge;
};

export type Ours = {
  /** Whether a URL is one of this service. */
  holds(url: string): boolean;
  /** The credential at a URL of ours, for anybody; undefined where there is none. */
  credentialAt(url: string): Promise<Secured | undefined>;
  /** The status list at a URL of ours; undefined where there is none. */
  listAt(url: string): Promise<Secured | undefined>;
  /**
   * How an award stands whose credential has this id; undefined where that is no address of an award, and null where
   * none was made there.
   */
  awardOf(credentialId: string): Promise<AwardStanding | null | undefined>;
};

export type AwardStanding = {
  /** The DID of the organisation that awarded. */
  issuer: string;
  state: "standing" | "suspended" | "revoked";
  reason: string | null;
  test: boolean;
};

/** `closedAt` is RFC 3339; absent where it goes on. */
export type KnownOrganization = { name: string; domain: string | null; verified: boolean; closedAt?: string };

/** Whom a badge is asked about: one is enough. */
export type Person = { email?: string | undefined; did?: string | undefined };

export type BadgeQuestion = {
  now: Millis;
  at?: Millis;
  known?: Millis;
  recipient?: Person | undefined;
  /** Asks this domain whether the issuer is its own. */
  domain?: string | undefined;
};

/** The same as it comes in at a door; times are RFC 3339. */
export type AskedBadge = {
  at?: string | undefined;
  known?: string | undefined;
  recipient?: Person | undefined;
  domain?: string | undefined;
};

/** Calls to other hosts that one question may cause. */
export const maxCalls = 8;

/**
 * Calls of one question, each address asked once. Refuses with QUOTA_EXCEEDED what comes after `most` of them.
 */
export function countedCalls(most: number = maxCalls): <T>(name: string, call: () => Promise<T>) => Promise<T> {
  const asked = new Map<string, Promise<unknown>>();
  return async <T>(name: string, call: () => Promise<T>) => {
    const known = asked.get(name);
    if (known) return known as Promise<T>;
    if (asked.size >= most) throw new Failure("QUOTA_EXCEEDED", `One question causes at most ${most} calls.`);
    const answer = call();
    asked.set(name, answer);
    return answer;
  };
}

/** Bytes and media type of a data: URL (RFC 2397); undefined where it is none. */
export function readDataUrl(url: string): { type: string; bytes: Bytes } | undefined {
  const comma = url.indexOf(",");
  if (!url.startsWith("data:") || comma < 0 || comma > 128) return undefined;
  const [type = "", ...parameters] = url.slice(5, comma).toLowerCase().split(";");
  const data = url.slice(comma + 1);
  const bytes = parameters.includes("base64") ? fromAnyBase64(data) : percentDecoded(data);
  return bytes && { type, bytes };
}

/** The JWT within an enveloping object (VC Data Model 2.0, sections 4.13.3 and 4.13.4), undefined where it is none. */
export function envelopedIn(
  value: Record<string, unknown>,
  type: "EnvelopedVerifiableCredential" | "EnvelopedVerifiablePresentation",
  mediaType: string,
): string | undefined {
  const found = unlessRefused(() => readEnveloped(value as JsonObject, type));
  return found?.mediaType === mediaType ? found.text : undefined;
}

function fromAnyBase64(text: string): Bytes | undefined {
  return fromBase64(text) ?? fromBase64url(text);
}

function percentDecoded(text: string): Bytes | undefined {
  try {
    return new TextEncoder().encode(decodeURIComponent(text)) as Bytes;
  } catch {
    return undefined;
  }
}
