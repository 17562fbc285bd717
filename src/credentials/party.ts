import { sha256 } from "#primitives";
import { readBearer } from "../identity/bearer.ts";
import type { ProofMethod } from "../identity/delegation.ts";
import { type Did, parsePkh } from "../identity/did.ts";
import { type CompactJws, parseCompact } from "../identity/jws.ts";
import { speaksFor } from "../identity/proof-reach.ts";
import { type Authenticated, authenticate, authenticatePage, type SessionContext } from "../identity/session.ts";
import { equalBytes } from "../kernel/bytes.ts";
import { Failure } from "../kernel/failure.ts";
import type { Clock } from "../kernel/time.ts";
import type { Attestation } from "../operations/attest.ts";

/** Who stands at a door, proved by a token: see docs/decisions, the authority matrix, for what each may do. */
export type Party =
  | { by: "session"; user: Did; session: string; method: ProofMethod }
  | { by: "token"; app: Did; user: Did }
  | ClientParty
  | { by: "operator" };

/** A client of an organisation's API. */
export type ClientParty = {
  by: "client";
  client: string;
  /** The organisation's document, and the operation digest D of the entry in it that gives the client its right. */
  organization: string;
  operation: string;
  /** What its token is for. */
  scopes: readonly string[];
  /** In test mode everything that it makes says so. */
  mode: "live" | "test";
};

/** The wallet behind a session; refuses with FORBIDDEN everybody else. */
export function walletOf(party: Party): Extract<Party, { by: "session" }> {
  if (party.by !== "session") throw new Failure("FORBIDDEN", "Only the wallet itself, signed in, may do this.");
  return party;
}

/** A client of an organisation with this scope; refuses everybody else with FORBIDDEN, naming the scope. */
export function requireScope(party: Party, scope: string): ClientParty {
  if (party.by !== "client") throw new Failure("FORBIDDEN", "Only a client of an organisation's API may do this.");
  if (!party.scopes.includes(scope)) throw new Failure("FORBIDDEN", `The token lacks the scope ${scope}.`);
  return party;
}

/**
 * By what right a party acts, and as whom; whoever brings a proof and nothing else acts by the proof. Refuses with
 * FORBIDDEN a client of an organisation, in whose name alone it acts.
 */
export function standing(party: Party | undefined): Standing {
  const nobody = { user: "", app: "", method: "recovery" } as const;
  if (!party) return { actor: nobody, authority: { by: "proof", entry: "" } };
  if (party.by === "operator") return { actor: nobody, authority: { by: "service", entry: "" } };
  if (party.by === "client") throw new Failure("FORBIDDEN", "A client acts for its organisation alone.");
  const authority = { by: party.by, entry: "" } as const;
  if (party.by === "token") return { actor: { user: party.user, app: party.app, method: "recovery" }, authority };
  return { actor: { user: party.user, app: "", method: party.method }, authority };
}

/**
 * Whether a party may end what a wallet gave to a key: the wallet its own, the key itself, the operator anything. A
 * proof by contract is ended on its own chain only; where how it was checked is not known, that holds too.
 */
export function mayEnd(party: Party, given: { user: Did; key: Did; method: ProofMethod | undefined }): boolean {
  if (party.by === "operator") return true;
  if (party.by === "client") return false;
  const { address, chainId } = parsePkh(given.user);
  if (party.by === "token") return party.app === given.key && parsePkh(party.user).address === address;
  return speaksFor(party, { address, chainId: given.method === "recovery" ? null : chainId });
}

type Standing = Pick<Attestation, "actor" | "authority">;

/** How the ways of standing at a door are told apart; `operatorToken` where one is configured. */
export type Doorkeeper = {
  sessions: SessionContext;
  clock: Clock;
  operatorToken: string | undefined;
  /** The client that a token of ours, not checked yet, is of; undefined where it is none for clients. */
  clientOf?(token: string, jws: CompactJws): Promise<ClientParty | undefined>;
};

/**
 * Says who presents a bearer token: the operator, an app by a token of its own, a client, or a wallet's session. Refuses with
 * INVALID_TOKEN, WRONG_AUDIENCE, TOKEN_EXPIRED, UNAUTHENTICATED and what `readBearer` refuses with.
 */
export async function identify(bearer: string, doorkeeper: Doorkeeper): Promise<Party> {
  const { sessions, clock, operatorToken } = doorkeeper;
  if (operatorToken !== undefined && equalBytes(sha256(bearer), sha256(operatorToken))) return { by: "operator" };
  const jws = parseCompact(bearer, maxBearer);
  if (jws.header.typ !== "at+jwt") {
    const { app, user } = await readBearer(bearer, sessions.origin, clock());
    return { by: "token", app, user };
  }
  const client = await doorkeeper.clientOf?.(bearer, jws);
  return client ?? partyOf(await authenticate(sessions, bearer, clock()));
}

/** Says whose session a page's cookie names; refuses as `authenticatePage` does. */
export async function identifyCookie(cookie: string, { sessions, clock }: Doorkeeper): Promise<Party> {
  return partyOf(await authenticatePage(sessions, cookie, clock()));
}

function partyOf({ user, method, session }: Authenticated): Party {
  return { by: "session", user, method, session: session.id };
}

/** Characters of a bearer token of either sort. */
const maxBearer = 4096;
