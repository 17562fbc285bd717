// Wires the verification of badges and presentations, and what organisations have issued over the VC API.
import { type AwardState, standingOf } from "../badges/award-state.ts";
import type { BadgeAsides } from "../badges/award-store.ts";
import { wellKnownReader } from "../chain/did-configuration.ts";
import { openCommissions, type VcApi } from "../credentials/commissions.ts";
import { findIssued, type Issuer } from "../credentials/issued.ts";
import type { PresentationStore } from "../credentials/presenting.ts";
import type { KeyCheck } from "../identity/app-key.ts";
import type { Did } from "../identity/did.ts";
import { parseCompact } from "../identity/jws.ts";
import type { FetchDidWeb, Resolution } from "../identity/resolve.ts";
import type { WalletCheck } from "../identity/wallet.ts";
import { Failure } from "../kernel/failure.ts";
import { type JsonObject, parseJson } from "../kernel/json.ts";
import { fail } from "../kernel/report.ts";
import { type Clock, iso, type Millis, second } from "../kernel/time.ts";
import type { Reactor } from "../operations/reactor.ts";
import type { OperationStore } from "../operations/store.ts";
import { type OrganizationStore, organizationDid } from "../organizations/directory.ts";
import { findDomain } from "../organizations/domain-proof.ts";
import type { OrganizationKeys } from "../organizations/organization-keys.ts";
import { issuerResolver } from "../securing/issuer-metadata.ts";
import { maxCredentialJwt } from "../securing/vc-jwt.ts";
import { keyResolver } from "../securing/verification-key.ts";
import type { Services } from "../services.ts";
import { commissionStore } from "../storage/commission-store.ts";
import { renownEndings } from "../storage/credential-store.ts";
import type { Storage } from "../storage/database.ts";
import { keepForQuestions, type Recall } from "../storage/kept-answers.ts";
import { verifyBadge } from "../verify/badge.ts";
import {
  type AskedBadge,
  type AwardStanding,
  type BadgeKnowledge,
  countedCalls,
  type Ours,
  type Secured,
} from "../verify/badge-question.ts";
import { verifyCredential } from "../verify/credential.ts";
import type { CredentialKnowledge, FetchStatusList } from "../verify/credential-question.ts";
import { statusChecks } from "../verify/credential-status.ts";
import { verifyPresentation } from "../verify/presentation.ts";
import { momentOf, momentsOf, openQuestion } from "../verify/question.ts";
import { delegationUrl, walletWords } from "./key-delegation.ts";
import { standsUnchanged } from "./presentable.ts";

export type VerificationParts = {
  origin: string;
  did: string;
  clock: Clock;
  realm: string;
  store: OperationStore;
  reactor: Pick<Reactor, "document">;
  storage: Storage;
  resolution: Resolution;
  fetchStatusList: FetchStatusList;
  /** Fetches the files by which domains name DIDs; like did:web documents unless given. */
  fetchWellKnown?: FetchDidWeb;
  organizations: { store: OrganizationStore; keys: OrganizationKeys };
  badges: Pick<BadgeAsides, "documentOfFace">;
  issuer: Issuer;
  presentations: Pick<PresentationStore, "find">;
  wallet: WalletCheck;
  isServiceKey(key: Did, at: Millis | undefined): boolean;
  keyOf?: (did: Did) => KeyCheck;
} & Pick<Services, "faces" | "statusList">;

/** What the doors may ask about badges, and what clients of organisations may have issued. */
export function openVerification(parts: VerificationParts) {
  const { origin, clock, organizations, storage } = parts;
  const { signersOf } = organizations.keys;
  const vcApi = openCommissions({ origin, clock, store: commissionStore(storage.db), signersOf });
  const begin = keepForQuestions(storage.reader.versionAtOnce, maxKept);
  const ask = async ({ recipient, domain, ...moments }: AskedBadge) => {
    const question = { ...momentsOf(moments, clock()), recipient, domain };
    const recall = await begin();
    return { question, knowledge: await knowledgeOf(parts, vcApi, recall) };
  };
  const verify: Services["verify"] = {
    ...credentialVerification(parts),
    badge: async (badge, asked) => {
      const { question, knowledge } = await ask(asked);
      return verifyBadge(badge, question, knowledge);
    },
    presentation: async (presentation, { challenge, audience: domain, ...asked }) => {
      const { question, knowledge } = await ask(asked);
      return verifyPresentation(presentation, { ...question, challenge, domain }, knowledge);
    },
  };
  return { verify, vcApi };
}

/** What questions about badges learn of the database, and is kept until something is written: some kilobytes each. */
const maxKept = 1024;

function credentialKnowledge(parts: VerificationParts): CredentialKnowledge {
  const { origin, did, issuer, wallet, storage, fetchStatusList } = parts;
  const resolveKey = keyResolver(parts.resolution);
  const fetch = parts.fetchWellKnown ?? parts.resolution.fetchDidWeb;
  return {
    resolveKey,
    issuers: { origin, resolve: issuerResolver({ resolveKey, own: { origin, did }, fetch }) },
    wallet,
    fetchStatusList,
    own: { did, find: (url: string) => findIssued(issuer, url) },
    endingOf: renownEndings(storage.db),
  };
}

/** Operations, and credentials of the service itself and of wallets. */
function credentialVerification(parts: VerificationParts): Pick<Services["verify"], "operations" | "credential"> {
  const { store, clock, realm, isServiceKey, keyOf, did } = parts;
  const knowledge = credentialKnowledge(parts);
  return {
    operations: (asked) => openQuestion({ store, clock, realm, did, isServiceKey, ...(keyOf && { keyOf }) }, asked),
    credential: async (credential, { nonce, audience, ...asked }) => {
      const answering = { did, seq: await store.lastSeq() };
      const question = { ...momentsOf(asked, clock()), nonce, audience };
      return verifyCredential(credential, question, { ...knowledge, answering });
    },
  };
}

/** Every question has its own calls, each address asked once. */
async function knowledgeOf(parts: VerificationParts, vcApi: VcApi, recall: Recall): Promise<BadgeKnowledge> {
  const { did, clock, store, resolution, fetchStatusList } = parts;
  const { fetchWellKnown = resolution.fetchDidWeb } = parts;
  const once = countedCalls();
  const { readEthr, own } = resolution;
  const below = own?.below;
  const resolveKey = keyResolver({
    ...resolution,
    ...(below && { own: { ...own, below: async (name) => recall(`document ${name}`, () => below(name)) } }),
    fetchDidWeb: (url) => once(url, () => resolution.fetchDidWeb(url)),
    readEthr: readEthr && ((asked) => once(asked, () => readEthr(asked))),
  });
  const read = wellKnownReader((url) => once(`file ${url}`, () => fetchWellKnown(url)));
  return {
    answering: { did, seq: await recall("seq", store.lastSeq) },
    resolveKey,
    fetch: (url) => once(`text ${url}`, () => fetchStatusList(url)),
    ours: oursOf(parts, vcApi, recall),
    holders: holdersOf(parts),
    service: { did, statusOf: serviceStatus(parts) },
    organizationOf: async (issuer) => recall(`organization ${issuer}`, () => organizationOf(parts, issuer)),
    speaksFor: async (issuer, domain, work) => {
      const found = await findDomain({ domain, did: issuer, read, resolveKey, now: clock(), work });
      if (found.code === "DID_UNREACHABLE") throw new Failure("DID_UNREACHABLE", "The domain did not answer.");
      return found.verified;
    },
  };
}

/** What is kept here was taken in at a moment that the log can tell; a copy of it is the same bytes. */
function holdersOf(parts: VerificationParts): NonNullable<BadgeKnowledge["holders"]> {
  const { origin, store, clock, presentations } = parts;
  const prefix = `${origin}/presentations/`;
  return {
    delegationsOf: store.delegationsOf,
    momentAt: (time) => momentOf(store, time, clock()),
    logOf: (document) => delegationUrl(origin, document),
    wordsOf: (document) => walletWords(parts, document),
    keptAt: async (id, jwt) => {
      const found = id?.startsWith(prefix) ? await presentations.find(id.slice(prefix.length), clock()) : undefined;
      if (found?.jwt !== jwt || !(await standsUnchanged(parts, found))) return undefined;
      return { time: found.keptAt, seq: found.keptSeq };
    },
  };
}

/** The service issues JWTs alone, and has a record of each, byte for byte. */
function serviceStatus(parts: VerificationParts): NonNullable<BadgeKnowledge["service"]>["statusOf"] {
  const knowledge = credentialKnowledge(parts);
  return async (credential, secured, moments) => {
    if (typeof secured !== "string")
      return [fail("status", "NOT_ISSUED", "The issuer has no record of this credential.")];
    return statusChecks(credential, parseCompact(secured, maxCredentialJwt), moments, knowledge);
  };
}

async function organizationOf({ origin, organizations }: VerificationParts, issuer: string) {
  const prefix = organizationDid(origin, "");
  const found = issuer.startsWith(prefix) ? await organizations.store.bySlug(issuer.slice(prefix.length)) : undefined;
  if (!found) return undefined;
  const { profile, domain, closed } = found;
  const stands = closed ? { closedAt: iso(closed.at) } : {};
  return { name: profile.name, domain: domain?.name ?? null, verified: domain?.verified ?? false, ...stands };
}

/** What stands under our own origin is answered here; what is neither a badge's nor a list's address is nothing. */
function oursOf(parts: VerificationParts, vcApi: VcApi, recall: Recall): Ours {
  const { origin, faces, clock } = parts;
  const faceOf = (url: string) =>
    url.startsWith(`${origin}/b/`) ? facePath.exec(url.slice(origin.length))?.[1] : undefined;
  return {
    holds: (url) => url.startsWith(`${origin}/`),
    credentialAt: async (url) => {
      const face = faceOf(url);
      if (face === undefined) return undefined;
      const { jwt, json } = await faces.forms(await faces.find(face));
      return json === undefined ? jwt : securedOf(json);
    },
    listAt: async (url) => {
      const [, slug = "", shelf, list = ""] = listPath.exec(url.slice(origin.length)) ?? [];
      if (shelf === undefined) return undefined;
      const publish = () =>
        shelf === "status" ? awardList(parts, slug, list) : commissionedList(parts, vcApi, slug, list);
      const found = await recall(`list ${url}`, publish, (kept) => clock() < kept!.freshUntil);
      return found && securedOf(found.text);
    },
    awardOf: async (id) => {
      const face = faceOf(id);
      if (face === undefined) return undefined;
      const found = await recall(`award ${face}`, () => recordOf(parts, face));
      return found ? standingIn(found, clock()) : null;
    },
  };
}

const facePath = /^\/b\/([A-Za-z0-9_-]{1,64})$/;
const listPath = /^\/orgs\/([^/?#]+)\/(status|issued)\/([^/?#]+)$/;

type Published = { text: string; freshUntil: Millis };

/** A JWT is checked in a fortieth of the time, but an organisation with a key of Ed25519 alone has none. */
async function inAnyForm(publish: (form: "jwt" | "json") => Promise<Published>): Promise<Published | undefined> {
  return (await publish("jwt").catch(nothingIfRefused)) ?? publish("json").catch(nothingIfRefused);
}

function securedOf(text: string): Secured {
  return text.startsWith("{") ? (parseJson(text) as JsonObject) : text;
}

function awardList({ statusList, clock }: VerificationParts, slug: string, list: string) {
  return inAnyForm(async (form) => {
    const now = clock();
    const { text, maxAge } = await statusList(slug, list, form);
    return { text, freshUntil: now + maxAge * second };
  });
}

async function commissionedList({ organizations }: VerificationParts, vcApi: VcApi, slug: string, list: string) {
  const found = await organizations.store.bySlug(slug);
  return found && inAnyForm((form) => vcApi.statusList(found.document, list, form));
}

/** An award as its log has it, and the organisation that gave it. */
type AwardRecord = { issuer: Did; state: AwardState };

/** Whoever shows a credential has seen it, so what is hidden from the world is told here like the rest. */
async function recordOf(parts: VerificationParts, face: string): Promise<AwardRecord | undefined> {
  const { origin, badges, reactor, organizations } = parts;
  const document = await badges.documentOfFace(face);
  const found = document === undefined ? undefined : await reactor.document(document).catch(nothingIfRefused);
  const state = found?.state as AwardState | undefined;
  const organization = state?.status ? await organizations.store.find(state.organization) : undefined;
  return state && organization && { issuer: organizationDid(origin, organization.slug), state };
}

function standingIn({ issuer, state }: AwardRecord, now: Millis): AwardStanding {
  const standing = standingOf(state, now);
  return {
    issuer,
    state: standing === "suspended" ? "suspended" : state.end ? "revoked" : "standing",
    reason: state.end?.reason ?? state.suspension?.reason ?? null,
    test: state.test,
  };
}

function nothingIfRefused(error: unknown): undefined {
  if (error instanceof Failure) return undefined;
  throw error;
}
