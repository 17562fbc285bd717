// Wires credentials of scores: who may have one, how it is secured, and what others need to verify it.
import { stateNow } from "../credentials/delegating.ts";
import { credentialUrl, type Draft, type Issuer, issue, type ListPlace, tokenListUrl } from "../credentials/issued.ts";
import type { Party } from "../credentials/party.ts";
import { covers, type Delegation } from "../identity/delegation.ts";
import { type Did, isUserDid, parsePkh } from "../identity/did.ts";
import { speaksFor } from "../identity/proof-reach.ts";
import { jwks } from "../identity/service-did.ts";
import type { ServiceKeys } from "../identity/service-keys.ts";
import { foldAccount } from "../identity/subject-did.ts";
import { ensure } from "../kernel/failure.ts";
import type { JsonObject } from "../kernel/json.ts";
import { type Clock, day, hour, iso, type Millis, parseTime, second } from "../kernel/time.ts";
import type { OperationStore } from "../operations/store.ts";
import { reputationKind } from "../reputation/reputation-state.ts";
import {
  type AskedScoreCredential,
  ensureOpen,
  type ScoreCredentials,
  type ScoreStatement,
  statementOf,
} from "../reputation/score-credential.ts";
import {
  scoreCredentialType,
  scoreTerms,
  scoreTypeMetadata,
  scoreTypeUrl,
} from "../reputation/score-credential-types.ts";
import type { Scores } from "../reputation/scores.ts";
import { contextV2 } from "../securing/data-model.ts";
import { jwkOfApp } from "../securing/public-jwk.ts";
import { signSdJwt, withoutDisclosures } from "../securing/sd-jwt.ts";
import { tokenStatus } from "../securing/token-status-list.ts";
import { speaksForDid } from "./attestations.ts";

export type ScoreCredentialParts = {
  origin: string;
  keys: ServiceKeys;
  clock: Clock;
  issuer: Issuer;
  store: Pick<OperationStore, "delegationsOf">;
  scores: Pick<Scores<Party>, "score">;
};

/** How long a credential of a score lives unless said, and at most: the score goes on moving. */
const usualLife = hour;
const maxLife = day;

/** What a delegation has to name, or the whole kind, that a key may have scores of its wallet shown. */
const action = "CREDENTIAL";

export function openScoreCredentials(parts: ScoreCredentialParts): ScoreCredentials<Party> {
  const { origin, keys, clock, scores } = parts;
  return {
    async issue(party, named, asked, spend) {
      const subject = foldAccount(named) as Did;
      const { user, key } = await holderOf(parts, party, subject, asked);
      const life = asked.lifeSeconds === undefined ? usualLife : asked.lifeSeconds * second;
      ensure(life <= maxLife, "LIFETIME_TOO_LONG", "A score is vouched for a day at most.");
      // Whoever has proved to act for the subject asks as the subject: what it hides from others, it may show.
      const asSubject = async (): Promise<Party> => ({ by: "session", user: subject, session: "", method: "contract" });
      const { policy, version, at, claim, form } = asked;
      // Whoever has left is vouched for no more, not for a moment before either.
      if (at !== undefined) ensureOpen(await scores.score(asSubject, subject, { policy, version }, spend));
      const said = statementOf(await scores.score(asSubject, subject, { policy, version, at }, spend), claim, origin);
      const now = clock();
      const until = now + life;
      const made = { said, subject, user, now, until };
      const { id, credential } = key === undefined ? await issueJwt(parts, made) : await issueSdJwt(parts, made, key);
      return { id, form, credential, expiresAt: iso(until) };
    },
    type: (name) => {
      const metadata = scoreTypeMetadata(origin, name);
      ensure(metadata, "NOT_FOUND", "There is no such type of credentials here.");
      return metadata;
    },
    issuer: () => ({ issuer: origin, jwks: jwks(trustedNow(keys, clock())) }),
  };
}

/** Nobody reads here when a key was retired, so one is listed as long as something that it signed may live. */
function trustedNow(keys: ServiceKeys, now: Millis): ServiceKeys {
  const signing = keys.signing.filter(({ retired }) => retired === undefined || now < parseTime(retired) + maxLife);
  return { ...keys, signing };
}

/** Whose it will be, and the key that it is bound to: in the form dc+sd-jwt always, in the other never. */
async function holderOf(
  parts: ScoreCredentialParts,
  party: Party,
  subject: Did,
  { form, key: named }: AskedScoreCredential,
): Promise<{ user: Did; key: Did | undefined }> {
  const person = (party.by === "session" || party.by === "token") && isUserDid(subject);
  ensure(person, "FORBIDDEN", "A score is handed to its subject alone.");
  ensure(named === undefined || form === "dc+sd-jwt", "INVALID_INPUT", "The form vc+jwt is bound to no key.");
  if (party.by === "token") await ensureApp(parts, party, subject, named);
  else ensure(speaksForDid(party, subject), "FORBIDDEN", "A score is handed to its subject alone.");
  if (form === "vc+jwt") return { user: party.user, key: undefined };
  const key = named ?? (party.by === "token" ? party.app : undefined);
  ensure(key !== undefined, "INVALID_INPUT", "Name the key of the app that will show it.");
  await liveDelegations(parts, subject, key);
  return { user: party.user, key };
}

/** An app is handed what it shows itself, for the user that its token names, where that wallet has said so. */
async function ensureApp(
  parts: ScoreCredentialParts,
  { app, user }: Extract<Party, { by: "token" }>,
  subject: Did,
  key: Did = app,
): Promise<void> {
  const given = await liveDelegations(parts, subject, app);
  const own = given.some(({ method }) => speaksFor({ user, method }, parsePkh(subject)));
  ensure(own && key === app, "FORBIDDEN", "An app is handed what it shows itself, for its user.");
  const permitted = given.some(({ limits }) => covers(limits, reputationKind, action, false));
  ensure(permitted, "NOT_PERMITTED");
}

/** By which a key speaks for a subject now; refuses with NOT_DELEGATED where none is. */
async function liveDelegations({ store, clock }: ScoreCredentialParts, subject: Did, key: Did): Promise<Delegation[]> {
  const live = (await store.delegationsOf(subject, key)).filter((each) => stateNow(each, clock()) === "LIVE");
  ensure(live.length > 0, "NOT_DELEGATED");
  return live;
}

type Made = { said: ScoreStatement; subject: Did; user: Did; now: Millis; until: Millis };

async function issueJwt({ issuer }: ScoreCredentialParts, made: Made) {
  const { said, subject, now, until } = made;
  const body = (id: string) => (credentialStatus: JsonObject) => ({
    "@context": [contextV2, scoreTerms],
    id: credentialUrl(issuer.origin, id),
    type: ["VerifiableCredential", scoreCredentialType],
    issuer: issuer.signer().did,
    validFrom: iso(now),
    validUntil: iso(until),
    credentialSubject: { id: subject, ...said.open, ...said.held },
    credentialStatus,
  });
  const draft = draftOf(made, body);
  return { id: draft.id, credential: (await issue(issuer, draft, now)).jwt };
}

/** What is kept of it here has no disclosures: what its holder shows of it to whom is not for us to tell. */
async function issueSdJwt({ issuer, origin }: ScoreCredentialParts, made: Made, key: Did) {
  const { said, subject, now, until } = made;
  const body =
    (id: string) =>
    (_: JsonObject, { list, index }: ListPlace) => ({
      iss: origin,
      iat: Math.floor(now / second),
      exp: Math.floor(until / second),
      jti: credentialUrl(origin, id),
      vct: scoreTypeUrl(origin, said.type),
      cnf: { jwk: { ...jwkOfApp(key) } },
      status: tokenStatus({ index, list: tokenListUrl(origin, list) }),
      ...said.open,
    });
  const draft = draftOf(made, body);
  let credential = "";
  const secure: Draft["secure"] = async (payload, signer) => {
    credential = await signSdJwt(payload, { sub: subject, ...said.held }, signer.key);
    return withoutDisclosures(credential);
  };
  await issue(issuer, { ...draft, secure }, now);
  return { id: draft.id, credential };
}

function draftOf({ subject, user, until }: Made, body: (id: string) => Draft["body"]): Draft {
  const id = crypto.randomUUID();
  return { id, subject: user, about: subject, type: scoreCredentialType, validUntil: until, body: body(id) };
}
