// Wires what the world sees of awards: their credentials, faces and status lists.

import { awardKind } from "../badges/award.ts";
import type { SeenAward } from "../badges/award-facts.ts";
import type { AwardState } from "../badges/award-state.ts";
import type { BadgeStore } from "../badges/award-store.ts";
import type { MadeAward } from "../badges/awarding.ts";
import { earnerDids } from "../badges/earned.ts";
import { openFaces } from "../badges/face.ts";
import { openForms } from "../badges/kept-forms.ts";
import { openOrganizationLists } from "../badges/organization-lists.ts";
import { openPersonal } from "../badges/personal.ts";
import { walletOf } from "../credentials/party.ts";
import type { PresentationStore } from "../credentials/presenting.ts";
import type { ServiceKeys } from "../identity/service-keys.ts";
import { ensure, Failure } from "../kernel/failure.ts";
import type { Clock } from "../kernel/time.ts";
import type { Reactor } from "../operations/reactor.ts";
import { findOrganization, type OrganizationStore, organizationDid } from "../organizations/directory.ts";
import { isSlug } from "../organizations/inputs.ts";
import type { OrganizationKeys } from "../organizations/organization-keys.ts";
import type { Caller, Services } from "../services.ts";
import { formStore } from "../storage/award-form-store.ts";
import type { Storage } from "../storage/database.ts";
import { earnedAwards } from "../storage/earned-awards.ts";
import { organizationListStore } from "../storage/organization-list-store.ts";

export type FormsParts = {
  origin: string;
  keys: ServiceKeys;
  storage: Storage;
  clock: Clock;
  reactor: Reactor;
  organizations: { store: OrganizationStore; keys: OrganizationKeys };
  badges: BadgeStore;
  presentations: Pick<PresentationStore, "removeWith">;
  /** Whether a viewer is one whom an award concerns. */
  sees(document: string, viewer: Caller): Promise<boolean>;
};

/** What awarding needs of the credentials of awards, and what the doors may call. */
export function openCredentials(parts: FormsParts) {
  const { origin, clock, organizations, badges } = parts;
  const lists = openOrganizationLists({ origin, store: organizationListStore(parts.storage) });
  const forms = openForms({
    store: formStore(parts.storage),
    sources: sourcesOf(parts),
    signersOf: organizations.keys.signersOf,
    faceOf: async (document) => (await badges.facesOf([document])).get(document)?.face,
  });
  const stateOf = stateReader(parts.reactor);
  const faces = openFaces<Caller>({
    asides: badges,
    sources: sourcesOf(parts),
    stateOf,
    organizationOf: async (slug) => (isSlug(slug) ? (await organizations.store.bySlug(slug))?.document : undefined),
    concerns: parts.sees,
    forms,
    clock,
  });
  const statusList: Services["statusList"] = async (slug, list, form) => {
    const { document } = await findOrganization(organizations.store, slug);
    const { did, credential: keys } = await organizations.keys.signersOf(document);
    const now = clock();
    const { text, etag, freshUntil } = await lists.publish({ document, slug, did, keys }, list, form, now);
    return { text, etag, maxAge: Math.max(0, Math.floor((freshUntil - now) / 1000)) };
  };
  return {
    /** Places in status lists for new awards. */
    lists,
    /** Makes the credentials of awards that have just been made. */
    made: async (awards: readonly MadeAward[]) => {
      const seen = await Promise.all(awards.map((award) => seenAward(award, stateOf)));
      await forms.make(seen, clock());
    },
    /** Forgets the credentials of an award, and what is shared with them in it: what they say of a person was erased. */
    erase: async (award: string) => {
      await forms.erase(award);
      await parts.presentations.removeWith(award);
    },
    services: { faces, statusList, earned: earnedOf(parts) },
  };
}

/** The awards of the wallet that is signed in; FORBIDDEN for everybody else. */
function earnedOf({ storage, clock }: FormsParts): Services["earned"] {
  const { earned } = earnedAwards(storage.db);
  return async (party, before, limit) => {
    const { user, method } = walletOf(party);
    return earned(earnerDids(user, method), before, limit, clock());
  };
}

function sourcesOf({ origin, keys, organizations, badges }: FormsParts): Parameters<typeof openForms>[0]["sources"] {
  return {
    origin,
    findVersion: badges.findVersion,
    issuerOf: async (document) => {
      const { slug, profile } = await findOrganization(organizations.store, document);
      return { slug, did: organizationDid(origin, slug), ...profile };
    },
    personalOf: async (document, digest) => {
      const sealed = await badges.personal(document, digest);
      return sealed ? openPersonal(keys, sealed, digest) : undefined;
    },
  };
}

async function seenAward(
  { document, face, given, personal }: MadeAward,
  stateOf: ReturnType<typeof stateReader>,
): Promise<SeenAward> {
  const state = await stateOf(document);
  ensure(state, "NOT_FOUND");
  const { definition, version } = given;
  // Somebody may have been quick to claim it, or to have it corrected.
  const known = state.revision === 1 && state.version === version ? { definition, personal } : undefined;
  return { document, face, state, known };
}

/** Reads the state of an award as it is on disk; undefined for what is none. */
function stateReader(reactor: Reactor) {
  return async (document: string): Promise<AwardState | undefined> => {
    try {
      const { kind, state } = await reactor.document(document);
      return kind.name === awardKind ? (state as AwardState) : undefined;
    } catch (error) {
      if (error instanceof Failure && error.code === "UNKNOWN_DOCUMENT") return undefined;
      throw error;
    }
  };
}
