import { z } from "zod";
import { limitNames } from "../identity/delegation.ts";
import { checkDelegationProof, type DelegationMessage, parseDelegationProof } from "../identity/delegation-message.ts";
import { maxMessage } from "../identity/siwe.ts";
import { maxSignature, messageDigest, type WalletCheck, walletCheck } from "../identity/wallet.ts";
import { ensure } from "../kernel/failure.ts";
import { isObject, type JsonObject } from "../kernel/json.ts";
import { readAs } from "../kernel/misfit.ts";
import { iso, type Millis } from "../kernel/time.ts";
import { createDocumentRule } from "../operations/create-document.ts";
import type { Entry } from "../operations/entry.ts";
import type { Deed, DocumentKind } from "../operations/kind.ts";
import { recordAction } from "../operations/recorded-checks.ts";
import { decideRecord, evolveRecord, recording, recordOf, type SignedProof } from "./contract-record.ts";
import { decideEnding, endings, endsItself, evolveEnding } from "./ending.ts";
import { checkLife, defaultLifetime, type Grant, grantRows, methodOf, openGrant, shownRevocation } from "./grant.ts";

export const delegationKind = "renown/delegation";

export type DelegationParts = {
  wallet: WalletCheck;
  /** Milliseconds from the message's Issued At to its Expiration Time. */
  maxLifetime?: Millis;
};

export type DelegationState = { proof: SignedMessage | null; grant: Grant | null };

type SignedMessage = { message: string; signature: string };

/**
 * A delegation by a sign-in message (EIP-4361) that names a key, its limits and its expiry. The door that attests INIT
 * has spent the nonce; the signature is checked here once more, so that a log shows by itself what a wallet gave.
 * Refuses with what `parseDelegationProof` and `decideEnding` refuse with, BAD_SIGNATURE, CONTRACT_WALLET,
 * ALREADY_INITIALIZED, EXPIRED, FROM_THE_FUTURE, LIFETIME_TOO_LONG.
 * @see docs/operations.md, "Who may speak"
 */
export function delegation(parts: DelegationParts): DocumentKind<DelegationState> {
  const { wallet, maxLifetime = defaultLifetime } = parts;
  return {
    name: delegationKind,
    ids: ["assigned"],
    order: "strict",
    actions: {
      CREATE_DOCUMENT: createDocumentRule(delegationKind),
      INIT: { input: initInput, bindings: ["attested"], open: false, selfProving: true },
      ...recording,
      ...endings,
    },
    initial: () => ({ proof: null, grant: null }),
    facts: async ({ type, input, now }, recorded) => {
      if (type !== "INIT") return undefined;
      const proof = input as SignedMessage;
      checkLife(parseDelegationProof(proof.message), now, maxLifetime);
      return checkDelegationProof(proof, recorded ? walletCheck(recorded) : wallet);
    },
    record: recordOf,
    ofItself: ({ grant }, deed) => endsItself(grant, deed),
    decide: ({ proof, grant }, deed) => {
      if (deed.type === recordAction) return decideRecord(grant, proof ? signedMessage(proof) : undefined, deed);
      if (deed.type !== "INIT") return decideEnding(grant, deed);
      ensure(grant === null, "ALREADY_INITIALIZED");
      decideInit(deed, maxLifetime);
    },
    evolve,
    project: ({ grant }, entry) => ({ rows: grant ? grantRows(grant, entry) : [], claims: [] }),
    view,
  };
}

/** The proof of a document of this kind, as its wallet signed it. Refuses as `parseDelegationProof` does. */
export function signedMessage({ message, signature }: SignedMessage): SignedProof {
  return { account: parseDelegationProof(message).account, digest: messageDigest(message), signature };
}

const initInput = z.strictObject({
  message: z.string().max(maxMessage),
  signature: z.string().max(2 + 2 * maxSignature),
});

function decideInit({ input, facts, now }: Deed, maxLifetime: Millis): void {
  checkLife(parseDelegationProof((input as SignedMessage).message), now, maxLifetime);
  ensure(isObject(facts), "BAD_SIGNATURE", "The proof has not been checked.");
}

function evolve(state: DelegationState, entry: Entry): DelegationState {
  if (state.grant) {
    const grant = evolveRecord(evolveEnding(state.grant, entry), entry);
    return grant === state.grant ? state : { ...state, grant };
  }
  const read = entry.action.type === "INIT" ? readAs(initInput, entry.action.input) : undefined;
  const given = read && readDelegation(read.message);
  if (!given) return state;
  const { user, app: key, account, domain: label, limits, expiresAt } = given;
  const method = methodOf(account, messageDigest(read.message), read.signature);
  return { proof: read, grant: openGrant({ user, key, label, limits, method, expiresAt }, entry) };
}

function readDelegation(message: string): DelegationMessage | undefined {
  try {
    return parseDelegationProof(message);
  } catch {
    return undefined;
  }
}

function view({ proof, grant }: DelegationState): JsonObject {
  return {
    user: grant?.user ?? null,
    key: grant?.key ?? null,
    /** As a proof spells them; null where nothing was said. */
    may: !grant || grant.limits === "unsaid" ? null : limitNames(grant.limits),
    expiresAt: grant ? iso(grant.expiresAt) : null,
    message: proof?.message ?? null,
    signature: proof?.signature ?? null,
    ...shownRevocation(grant),
    compromisedFrom: grant?.compromise ? iso(grant.compromise.from) : null,
  };
}
