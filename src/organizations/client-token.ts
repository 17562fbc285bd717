import { type Issuer, isSigned, ownKeyOf } from "../identity/access-token.ts";
import type { CompactJws } from "../identity/jws.ts";
import { signCompact } from "../identity/jws.ts";
import { signerAt } from "../identity/service-keys.ts";
import { base64url } from "../kernel/bytes.ts";
import { ensure } from "../kernel/failure.ts";
import { type Clock, hour, type Millis } from "../kernel/time.ts";
import type { ApiClient, ClientAccessStore } from "./client.ts";
import { assertingClient, checkAssertion } from "./client-assertion.ts";
import { matchSecret } from "./client-secret.ts";
import { scopes as allScopes, type Scope } from "./inputs.ts";

/** How a client says who it is (RFC 6749, section 2.3, and RFC 7523, section 2.2). */
export type ClientProof = { client: string; secret: string } | { assertion: string; client: string | undefined };

export type ClientToken = { token: string; scopes: readonly Scope[]; expiresIn: number };

export const clientTokenLife = hour;

/** The audience of clients' tokens: that of sessions is another, so neither passes as the other. */
export function clientAudience(origin: string): string {
  return `${origin}/v1`;
}

export type ClientTokenParts = Issuer & { store: ClientAccessStore; clock: Clock; tokenEndpoint: string };

/**
 * The client credentials grant (RFC 6749, section 4.4): an access token (RFC 9068) for the scopes asked for, of those
 * that the organisation has given, all of them unless said. Refuses with INVALID_CLIENT, the same whatever was wrong
 * with a secret, and INVALID_SCOPE.
 */
export async function grantToken(
  parts: ClientTokenParts,
  proof: ClientProof,
  scope: string | undefined,
): Promise<ClientToken> {
  const client = await authenticateClient(parts, proof);
  return mintClientToken(parts, client, grantedScopes(client, scope), parts.clock());
}

/** Whether a token, not checked yet, is one for clients. */
export function isClientToken(jws: CompactJws, origin: string): boolean {
  return jws.header.typ === "at+jwt" && jws.payload.aud === clientAudience(origin);
}

/**
 * Says which client a token is of, and for what, as the organisation's log has it now: a client that was revoked has no
 * token any more. Refuses with INVALID_TOKEN, WRONG_AUDIENCE, TOKEN_EXPIRED and UNAUTHENTICATED.
 */
export async function readClientToken(
  { origin, keys, store, clock }: ClientTokenParts,
  token: string,
  jws: CompactJws,
): Promise<ApiClient> {
  const now = clock();
  const key = ownKeyOf(keys, jws, now, clientTokenLife);
  const { iss, aud, sub, client_id: id, scope, exp } = jws.payload;
  ensure(aud === clientAudience(origin), "WRONG_AUDIENCE");
  ensure(typeof exp === "number" && typeof sub === "string" && typeof scope === "string", "INVALID_TOKEN");
  ensure(iss === origin && id === sub, "INVALID_TOKEN");
  ensure(exp * 1000 > now, "TOKEN_EXPIRED");
  ensure(await isSigned(token, jws, key.check), "INVALID_TOKEN", "The signature does not verify.");
  const client = await store.standing(sub);
  ensure(client, "UNAUTHENTICATED", "The client has been revoked.");
  const asked = scope.split(" ");
  return { ...client, scopes: client.scopes.filter((each) => asked.includes(each)) };
}

async function authenticateClient(parts: ClientTokenParts, proof: ClientProof): Promise<ApiClient> {
  const { store, clock, origin, tokenEndpoint } = parts;
  if ("secret" in proof) return bySecret(parts, proof);
  const { client: id, jws } = assertingClient(proof.assertion);
  ensure(proof.client === undefined || proof.client === id, "INVALID_CLIENT", "client_id is not the assertion's sub.");
  const client = await store.standing(id);
  await checkAssertion(jws, client, { store, audiences: [origin, tokenEndpoint], now: clock() });
  return client!;
}

async function bySecret({ store, clock }: ClientTokenParts, proof: { client: string; secret: string }) {
  const now = clock();
  const client = await store.standing(proof.client);
  // A client that is not there takes the same two questions as one with another secret.
  const kept = await store.secretsOf(client?.organization ?? "", [proof.client], now);
  const secret = matchSecret(proof.secret, kept);
  ensure(client && secret, "INVALID_CLIENT");
  await store.secretUsed(secret.id, now);
  return client;
}

function grantedScopes(client: ApiClient, scope: string | undefined): readonly Scope[] {
  if (scope === undefined) return client.scopes;
  const asked = new Set(scope.split(" ").filter((each) => each !== ""));
  const granted = client.scopes.filter((each) => asked.delete(each));
  const [missing] = asked;
  const known = allScopes.some((each) => each === missing);
  const fault = known ? `The client has no scope ${missing}.` : `No such scope; there are ${allScopes.join(", ")}.`;
  ensure(missing === undefined, "INVALID_SCOPE", fault);
  ensure(granted.length > 0, "INVALID_SCOPE", "No scope is asked for.");
  return granted;
}

async function mintClientToken(
  { origin, keys }: Issuer,
  { client }: ApiClient,
  scopes: readonly Scope[],
  now: Millis,
): Promise<ClientToken> {
  const issued = Math.floor(now / 1000);
  const payload = {
    iss: origin,
    aud: clientAudience(origin),
    client_id: client,
    sub: client,
    scope: scopes.join(" "),
    jti: base64url(crypto.getRandomValues(new Uint8Array(16))),
    iat: issued,
    exp: issued + clientTokenLife / 1000,
  };
  const token = await signCompact({ typ: "at+jwt" }, payload, signerAt(keys));
  return { token, scopes, expiresIn: clientTokenLife / 1000 };
}
