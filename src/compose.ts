import { withOutsideFaces } from "./badges/outside-faces.ts";
import { createDelegating, type Delegating, delegationView } from "./credentials/delegating.ts";
import { issueIdentityCredential } from "./credentials/identity-credential.ts";
import { issuedView, openIssuer, revokeIssued } from "./credentials/issued.ts";
import { identify, identifyCookie, walletOf } from "./credentials/party.ts";
import { withRechecks } from "./credentials/recheck.ts";
import { openPublisher, publishList, publishTokenList } from "./credentials/status-lists.ts";
import type { Deliver } from "./followers/mail.ts";
import type { KeyCheck } from "./identity/app-key.ts";
import type { Did } from "./identity/did.ts";
import { parsePkh } from "./identity/did.ts";
import { issueNonce } from "./identity/nonce.ts";
import { type FetchDidWeb, type ReadEthr, resolveDid } from "./identity/resolve.ts";
import { didDocument, jwks, serviceDid } from "./identity/service-did.ts";
import { namedOperationKeys, operationSigner, type ServiceKeys, signerAt } from "./identity/service-keys.ts";
import {
  endAllSessions,
  endSession,
  listSessions,
  openSession,
  refreshSession,
  sessionView,
  tokensView,
} from "./identity/session.ts";
import { signIn } from "./identity/sign-in.ts";
import { type ContractCheck, walletCheck } from "./identity/wallet.ts";
import { ensure } from "./kernel/failure.ts";
import { pageOf } from "./kernel/page.ts";
import { type Clock, iso, type Millis } from "./kernel/time.ts";
import { openLogProofs } from "./operations/checkpoint.ts";
import { openCommits } from "./operations/commits.ts";
import { operationKeysOf, speaksForService } from "./operations/operation-keys.ts";
import { createReactor, type Reactor } from "./operations/reactor.ts";
import type { OperationStore } from "./operations/store.ts";
import type { EnsNames } from "./profiles/public-profile.ts";
import type { Services } from "./services.ts";
import { arrivalLimits } from "./storage/arrival-limits.ts";
import { badgeStore } from "./storage/badge-store.ts";
import { concealmentStore } from "./storage/concealment-store.ts";
import { credentialStore } from "./storage/credential-store.ts";
import type { Storage } from "./storage/database.ts";
import { nonceStore, sessionStore } from "./storage/identity-store.ts";
import { keepBeginning } from "./storage/installation-store.ts";
import { presentationStore } from "./storage/presentation-store.ts";
import { treeStore } from "./storage/tree-store.ts";
import type { FetchStatusList } from "./verify/credential-question.ts";
import { allKinds } from "./verify/kinds.ts";
import { openAccess } from "./wiring/access.ts";
import { openBadges } from "./wiring/badges.ts";
import { clientServices } from "./wiring/clients.ts";
import { documentServices } from "./wiring/documents.ts";
import { openCredentials } from "./wiring/forms.ts";
import { memberServices } from "./wiring/members.ts";
import { openOrganizations } from "./wiring/organizations.ts";
import { openReputation } from "./wiring/reputation.ts";
import { openSharing } from "./wiring/sharing.ts";
import { openVerification } from "./wiring/verification.ts";

/** What differs between installations and runtimes. */
export type Parts = {
  origin: string;
  realm: string;
  maxDelegationLife: Millis;
  operatorToken: string | undefined;
  keys: ServiceKeys;
  storage: Storage;
  clock: Clock;
  fetchDidWeb: FetchDidWeb;
  fetchStatusList: FetchStatusList;
  /** Fetches the files by which domains name organisations; like did:web documents unless given. */
  fetchWellKnown?: FetchDidWeb;
  /** Asks contract wallets, and reads did:ethr, where chains are configured. */
  contract?: ContractCheck;
  readEthr?: ReadEthr;
  /** Looks names up, where ENS is configured. */
  ens?: EnsNames | undefined;
  /** Carries mail on, where that is configured. */
  deliver?: Deliver | undefined;
  /** Whom the policies that come with the service trust first. */
  trustSeeds?: readonly string[];
  /** Checks signatures of batches on other threads. */
  keyOf?: (did: Did) => KeyCheck;
};

/** Lapsed claims dropped at a time: a few milliseconds of work. */
const tidiedAtOnce = 1000;

/** The rooms, wired. */
function openRooms(parts: Parts) {
  const { origin, realm, keys, storage, clock, maxDelegationLife } = parts;
  const rechecks = { contract: parts.contract, clock, reactor: (): Reactor => reactor };
  const store = withRechecks(storage.operations, rechecks);
  const wallet = walletCheck(parts.contract);
  const kinds = allKinds(wallet, maxDelegationLife);
  const operationKeys = namedOperationKeys(keys);
  const retirements = operationKeysOf(operationKeys);
  const commits = openCommits();
  const operationKey = operationSigner(keys);
  const reactor = createReactor({
    store,
    // What arrives is limited; what stands is judged without.
    kinds: allKinds(wallet, maxDelegationLife, arrivalLimits(storage.reader)),
    realm,
    clock,
    operationKey,
    isServiceKey: (key) => key === operationKey.did,
    committed: commits.announce,
  });
  const did = serviceDid(origin);
  const fetchWellKnown = parts.fetchWellKnown ?? parts.fetchDidWeb;
  const organizations = openOrganizations({ ...parts, kinds, reactor, store, fetchWellKnown });
  const own = { did, document: didDocument(origin, keys), below: organizations.documents };
  const resolution = { fetchDidWeb: parts.fetchDidWeb, readEthr: parts.readEthr, own };
  const messages = { origin, nonces: nonceStore(storage.db), wallet };
  const sessions = { origin, keys, store: sessionStore(storage.db) };
  const signer = { did, key: signerAt(keys) };
  const issuer = openIssuer({ origin, store: credentialStore(storage), signer: () => signer });
  const delegating = createDelegating({ reactor, store, messages, clock });
  const access = openAccess({ ...parts, reactor, store });
  const door = { sessions, clock, operatorToken: parts.operatorToken, clientOf: access.clientOf };
  return {
    ...parts,
    store,
    wallet,
    kinds,
    operationKey,
    operationKeys,
    isServiceKey: (key: Did, at: Millis | undefined) => speaksForService(retirements, key, at),
    commits,
    reactor,
    did,
    own,
    resolution,
    messages,
    sessions,
    issuer,
    delegating,
    access,
    organizations,
    presentations: presentationStore(storage),
    door,
  };
}

type Rooms = ReturnType<typeof openRooms>;

/** Everything that the doors may call. */
export function compose(parts: Parts): Services {
  const rooms = openRooms(parts);
  const { origin, did, realm, store } = rooms;
  const { documents, after, sees } = documentServices({ ...rooms, concealment: concealmentStore(rooms.storage.db) });
  const badges = withOutsideFaces(badgeStore(rooms.storage.db), rooms.keys, rooms.clock);
  const credentialsOfAwards = openCredentials({ ...rooms, badges, sees });
  const { verify, vcApi } = openVerification({ ...rooms, badges, ...credentialsOfAwards.services });
  const awards = openBadges({ ...rooms, badges, outbox: rooms.access.outbox, credentials: credentialsOfAwards });
  const access = rooms.access.services(awards.handlers);
  const reputation = openReputation({ ...rooms, documents });
  const offered = { ...reputation.services, ...credentialsOfAwards.services };
  const sharing = openSharing({ ...rooms, ...offered, verify });
  return {
    origin,
    did,
    realm,
    auth: authServices(rooms),
    me: (party) => me(rooms, party),
    delegations: delegationServices(rooms.delegating, store, rooms.clock),
    documents,
    log: {
      ...openLogProofs({ ...rooms, tree: treeStore(rooms.storage.db), jwk: rooms.keys.log.jwk }),
      after,
      next: rooms.commits.next,
    },
    verify,
    vcApi,
    credentials: credentialServices(rooms),
    ...credentialsOfAwards.services,
    ...clientServices({ ...rooms, verify: verify.credential }),
    dids: {
      resolve: (asked) => resolveDid(asked, rooms.resolution),
      document: () => rooms.own.document,
      jwks: () => jwks(rooms.keys),
    },
    ...awards.services,
    ...memberServices({ ...rooms, awarding: awards.awarding }),
    ...access,
    outbox: {
      ...access.outbox,
      drain: async () => {
        await reputation.follow();
        return access.outbox.drain();
      },
    },
    ...rooms.organizations.services,
    ...reputation.services,
    ...sharing.services,
    tidy: async () => {
      await rooms.storage.readModels.dropLapsedClaims(rooms.clock(), tidiedAtOnce);
      await rooms.organizations.tidy();
      await awards.tidy();
      await sharing.tidy();
    },
    ready: async () => keepBeginning(rooms.storage.db, rooms),
  };
}

function authServices(rooms: Rooms): Services["auth"] {
  const { messages, sessions, clock, door } = rooms;
  return {
    nonce: async (request) => {
      const { nonce, statement, expiresAt } = await issueNonce(
        messages.nonces,
        request,
        clock(),
        rooms.maxDelegationLife,
      );
      return { nonce, statement, expiresAt: iso(expiresAt) };
    },
    signIn: async (proof, agent) => {
      const now = clock();
      const { user, method } = await signIn(messages, proof, now);
      const opened = await openSession(sessions, { user, method, agent }, now);
      const { jwt } = await issueIdentityCredential(rooms.issuer, user, now);
      return { ...tokensView(opened), user, session: opened.session.id, credential: jwt, cookie: opened.pageSession };
    },
    refresh: async (token) => {
      const fresh = await refreshSession(sessions, token, clock());
      return { ...tokensView(fresh), user: fresh.session.user, session: fresh.session.id };
    },
    identify: (bearer) => identify(bearer, door),
    identifyCookie: (cookie) => identifyCookie(cookie, door),
    sessions: async (party, { after: before, limit }) => {
      const { user, session: current } = walletOf(party);
      const found = await listSessions(sessions, user, clock(), { before, limit: limit + 1 });
      return pageOf(
        found.map((each) => sessionView(each, current)),
        limit,
        ({ id }) => id,
      );
    },
    endSession: (party, id) => endSession(sessions, walletOf(party).user, id, clock()),
    endAllSessions: async (party) => void (await endAllSessions(sessions, walletOf(party).user, clock())),
  };
}

async function me({ store, clock }: Rooms, party: Parameters<Services["me"]>[0]): ReturnType<Services["me"]> {
  const { user, session, method } = walletOf(party);
  const { address, chainId } = parsePkh(user);
  const key = method === "contract" ? `eip155:${chainId}:${address}` : address;
  const profile = (await store.holderOf("profile", key, clock())) ?? null;
  return { user, address, chainId, session, method, profile };
}

function delegationServices(delegating: Delegating, store: OperationStore, clock: Clock): Services["delegations"] {
  return {
    give: async (proof, party) => {
      const { delegation, created } = await delegating.give(proof, party);
      return { delegation: delegationView(delegation, clock()), created };
    },
    mine: async (party, { after = "", limit }) => {
      const found = await store.delegationsByUser(walletOf(party).user, after, limit + 1);
      const listed = found.map(async (each) => {
        const used = await store.lastUseOf(each.grantedSeq);
        return { ...delegationView(each, clock()), lastUsedAt: used === undefined ? null : iso(used) };
      });
      return pageOf(await Promise.all(listed), limit, ({ id }) => id);
    },
    live: async (user, key) => {
      const found = await delegating.live(user, key);
      return found && delegationView(found, clock());
    },
    revoke: async (party, id, reason) => delegationView(await delegating.revoke(party, id, reason), clock()),
    compromise: async (party, id, from) => delegationView(await delegating.compromise(party, id, from), clock()),
  };
}

function credentialServices({ issuer, clock, did }: Rooms): Services["credentials"] {
  const publisher = openPublisher(issuer);
  return {
    get: async (id) => {
      const credential = await issuer.store.find(id);
      ensure(credential, "NOT_FOUND");
      return credential.jwt;
    },
    mine: async (party, { limit }) => {
      return (await issuer.store.ofSubject(walletOf(party).user, undefined, limit)).map(issuedView);
    },
    revoke: async (party, id) => {
      const by = party.by === "operator" ? did : walletOf(party).user;
      await revokeIssued(issuer, id, by, clock());
    },
    statusList: async (id, form) => {
      const now = clock();
      const publish = form === "token" ? publishTokenList : publishList;
      const { text: jwt, etag, freshUntil } = await publish(publisher, id, now);
      return { jwt, etag, maxAge: Math.max(0, Math.floor((freshUntil - now) / 1000)) };
    },
  };
}
