import { z } from "zod";
import { parseLimits } from "../identity/delegation.ts";
import { pkhDid } from "../identity/did.ts";
import { speaksFor } from "../identity/proof-reach.ts";
import { type WalletCheck, walletCheck } from "../identity/wallet.ts";
import { ensure } from "../kernel/failure.ts";
import { isObject, type JsonObject } from "../kernel/json.ts";
import { hour, type Millis } from "../kernel/time.ts";
import { createDocumentRule } from "../operations/create-document.ts";
import type { Entry } from "../operations/entry.ts";
import type { Claim, Deed, DocumentKind, Projection, Row } from "../operations/kind.ts";
import { recordAction } from "../operations/recorded-checks.ts";
import {
  checkRenownCredential,
  parseRenownCredential,
  type RenownCredential,
  renownCredentialDigest,
} from "../securing/eip712.ts";
import { decideRecord, evolveRecord, recording, recordOf, type SignedProof } from "./contract-record.ts";
import { decideEnding, endings, endsItself, evolveEnding } from "./ending.ts";
import {
  checkLife,
  checkSubject,
  defaultLifetime,
  type Grant,
  grantRows,
  keyOf,
  methodOf,
  openGrant,
  shownRevocation,
} from "./grant.ts";

export const credentialKind = "powerhouse/renown-credential";

/** How long after issuanceDate anybody may bring a credential: it names no audience, so it may be meant for others. */
export const anonymousLife = hour;

export type CredentialParts = {
  wallet: WalletCheck;
  /** Milliseconds from issuanceDate to expirationDate. */
  maxLifetime?: Millis;
};

/** INIT's input as it came, its texts as they were signed, and what the wallet gave by it; null before INIT. */
export type CredentialState = { init: JsonObject | null; grant: Grant | null };

/**
 * A Renown credential as Powerhouse keeps it: INIT brings it with the wallet's EIP-712 proof, REVOKE ends it. Where its
 * subject is an app key it is that key's delegation. Refuses with INVALID_CREDENTIAL, UNREADABLE_DATE, INVALID_DID,
 * BAD_SIGNATURE, CONTRACT_WALLET, ALREADY_INITIALIZED, EXPIRED, FROM_THE_FUTURE, LIFETIME_TOO_LONG, STALE, and as
 * `decideEnding` does; an id that another document of the same issuer holds, at commit.
 * @see docs/operations.md, "Who may speak"
 */
export function renownCredential(parts: CredentialParts): DocumentKind<CredentialState> {
  const { wallet, maxLifetime = defaultLifetime } = parts;
  return {
    name: credentialKind,
    ids: ["created", "assigned"],
    order: "strict",
    actions: {
      // Its key has no delegation yet when it opens the document that will hold it.
      CREATE_DOCUMENT: createDocumentRule(credentialKind, true),
      INIT: { input: initInput, bindings: ["full", "content", "attested"], open: false, selfProving: true },
      ...recording,
      ...endings,
    },
    initial: () => ({ init: null, grant: null }),
    facts: async (deed, recorded) => {
      if (deed.type !== "INIT") return undefined;
      // What costs nothing to refuse is refused before the curve is asked.
      const credential = checkTerms(deed, maxLifetime);
      return checkRenownCredential(credential, recorded ? walletCheck(recorded) : wallet);
    },
    record: recordOf,
    ofItself: ({ grant }, deed) => endsItself(grant, deed),
    decide: ({ init, grant }, deed) => {
      if (deed.type === recordAction) return decideRecord(grant, init ? signedCredential(init) : undefined, deed);
      if (deed.type !== "INIT") return decideEnding(grant, deed);
      ensure(grant === null, "ALREADY_INITIALIZED");
      checkTerms(deed, maxLifetime);
      ensure(isObject(deed.facts), "BAD_SIGNATURE", "The proof has not been checked.");
    },
    evolve,
    project,
    view,
  };
}

/** The proof of a document of this kind, as its wallet signed it. Refuses as `parseRenownCredential` does. */
export function signedCredential(init: JsonObject): SignedProof {
  const { account, message, proof } = parseRenownCredential(init);
  return { account, digest: renownCredentialDigest(message, account.chainId), signature: proof.value };
}

/**
 * What a credential is known by, as a claim in the space `credential`: wallets choose ids themselves, so one id is one
 * record per issuer, and nobody can take an id from another wallet.
 */
export function credentialClaim({ account, message }: RenownCredential): string {
  return `${account.address} ${message.id}`;
}

/** A credential says by its own codes what is wrong with it. */
const initInput = z.custom<JsonObject>((input) => parseRenownCredential(input) !== undefined);

function checkTerms({ input, actor, now }: Omit<Deed, "facts">, maxLifetime: Millis): RenownCredential {
  const credential = parseRenownCredential(input);
  const { account, issuedAt, message } = credential;
  checkLife(credential, now, maxLifetime);
  checkSubject(message.credentialSubject.id);
  const byKey = actor.authority.by === "token" && actor.app === message.credentialSubject.id;
  const byWallet = actor.authority.by === "session" && speaksFor(actor, account);
  const fresh = now - issuedAt <= anonymousLife;
  ensure(fresh || byKey || byWallet, "STALE", "Later than an hour after issuanceDate its key or its wallet brings it.");
  return credential;
}

function evolve(state: CredentialState, entry: Entry): CredentialState {
  if (state.grant) {
    const grant = evolveRecord(evolveEnding(state.grant, entry), entry);
    return grant === state.grant ? state : { ...state, grant };
  }
  const credential = entry.action.type === "INIT" ? readCredential(entry.action.input) : undefined;
  if (!credential) return state;
  return { init: entry.action.input, grant: openGrant(givenBy(credential), entry) };
}

function givenBy({ account, message, expiresAt, proof }: RenownCredential) {
  return {
    user: pkhDid(account),
    key: keyOf(message.credentialSubject.id),
    label: message.credentialSubject.app,
    limits: parseLimits(message.type, "renown:may:"),
    method: methodOf(account, renownCredentialDigest(message, account.chainId), proof.value),
    expiresAt,
  };
}

function readCredential(input: JsonObject): RenownCredential | undefined {
  try {
    return parseRenownCredential(input);
  } catch {
    return undefined;
  }
}

function project({ init, grant }: CredentialState, entry: Entry): Projection {
  if (!init || !grant) return { rows: [], claims: [] };
  const rows = grantRows(grant, entry);
  if (entry.digest === grant.entry) {
    const credential = parseRenownCredential(init);
    return { rows: [...rows, credentialRow(credential, init, entry)], claims: [claimOf(credential, entry)] };
  }
  if (entry.digest !== grant.revocation?.entry) return { rows, claims: [] };
  const { at, reason } = grant.revocation;
  const set = { revoked_at: at, revocation_reason: reason, updated_at: at };
  return { rows: [...rows, { table: "renown_credentials", key: { document: entry.document }, set }], claims: [] };
}

function claimOf(credential: RenownCredential, { document: holder }: Entry): Claim {
  return { space: "credential", key: credentialClaim(credential), holder, until: null, refusal: "CREDENTIAL_KNOWN" };
}

function credentialRow(credential: RenownCredential, init: JsonObject, entry: Entry): Row {
  const { account, message, issuedAt, expiresAt } = credential;
  const set = {
    credential_id: message.id,
    issuer_address: account.address,
    issuer_chain: account.chainId,
    subject_id: message.credentialSubject.id,
    subject_app: message.credentialSubject.app,
    issuance_date: message.issuanceDate,
    issued_at: issuedAt,
    expires_at: expiresAt,
    body: JSON.stringify(bodyOf(init)),
    created_at: entry.admittedAt,
    updated_at: entry.admittedAt,
  };
  return { table: "renown_credentials", key: { document: entry.document }, set };
}

/** The credential as clients keep it: members in order of arrival, `context` under its own name. */
function bodyOf(init: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(init).map(([name, value]) => [name === "context" ? "@context" : name, value]),
  );
}

const members = [
  "id",
  "context",
  "type",
  "issuer",
  "issuanceDate",
  "expirationDate",
  "credentialSubject",
  "credentialStatus",
  "credentialSchema",
  "proof",
];

/** The state as Powerhouse's clients know it. */
function view({ init, grant }: CredentialState): JsonObject {
  const told: JsonObject = { ...init, context: init?.context ?? init?.["@context"] ?? null };
  const shown = members.map((name) => [name, told[name] ?? null] as const);
  return { ...Object.fromEntries(shown), ...shownRevocation(grant) };
}
