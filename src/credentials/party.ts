import { sha256 } from "#primitives";
import { readBearer } from "../identity/bearer.ts";
import type { ProofMethod } from "../identity/delegation.ts";
import { type Did, parsePkh } from "../identity/did.ts";
import { parseCompact } from "../identity/jws.ts";
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
  | { by: "operator" };

/** The wallet behind a session; refuses with FORBIDDEN everybody else. */
export function walletOf(party: Party): Extract<Party, { by: "session" }> {
  if (party.by !== "session") throw new Failure("FORBIDDEN", "Only the wallet itself, signed in, may do this.");
  return party;
}

/** By what right a party acts, and as whom; whoever brings a proof and nothing else acts by the proof. */
export function standing(party: Party | undefined): Standing {
  const nobody = { user: "", app: "", method: "recovery" } as const;
  if (!party) return { actor: nobody, authority: { by: "proof", entry: "" } };
  if (party.by === "operator") return { actor: nobody, authority: { by: "service", entry: "" } };
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
  const { address, chainId } = parsePkh(given.user);
  if (party.by === "token") return party.app === given.key && parsePkh(party.user).address === address;
  return speaksFor(party, { address, chainId: given.method === "recovery" ? null : chainId });
}

type Standing = Pick<Attestation, "actor" | "authority">;

/** How the ways of standing at a door are told apart; `operatorToken` where one is configured. */
export type Doorkeeper = { sessions: SessionContext; clock: Clock; operatorToken: string | undefined };

/**
 * Says who presents a bearer token: the operator, an app by a token of its own, or a wallet's session. Refuses with
 * INVALID_TOKEN, WRONG_AUDIENCE, TOKEN_EXPIRED, UNAUTHENTICATED and what `readBearer` refuses with.
 */
export async function identify(bearer: string, { sessions, clock, operatorToken }: Doorkeeper): Promise<Party> {
  if (operatorToken !== undefined && equalBytes(sha256(bearer), sha256(operatorToken))) return { by: "operator" };
  const { header } = parseCompact(bearer, maxBearer);
  if (header.typ !== "at+jwt") {
    const { app, user } = await readBearer(bearer, sessions.origin, clock());
    return { by: "token", app, user };
  }
  return partyOf(await authenticate(sessions, bearer, clock()));
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
