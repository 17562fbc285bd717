import type { Did } from "../identity/did.ts";
import { ensure, Failure } from "../kernel/failure.ts";
import type { JsonObject } from "../kernel/json.ts";
import { iso, type Millis } from "../kernel/time.ts";
import { signWith } from "../securing/credential-forms.ts";
import { addProof, type ProofSigner } from "../securing/data-integrity.ts";
import { contextV2 } from "../securing/data-model.ts";
import { maxPlaceAttempts, openPlaces, type Places, takePlace } from "../securing/list-places.ts";
import type { SignedList } from "../securing/signed-lists.ts";
import { minEntries, statusEntry } from "../securing/status-list.ts";
import {
  type CommissionParts,
  type CommissionPlace,
  type CommissionStore,
  commissionListUrl,
  type IssuingOrganization,
  type StatusPurpose,
} from "./commission.ts";
import { type CommissionOptions, draftOf } from "./commission-draft.ts";
import { type ListForm, openCommissionLists } from "./commission-lists.ts";

/** A change of status that is asked for. */
export type StatusChange = { purpose: StatusPurpose; set: boolean };

/** Organisations whose filling lists are kept, of 16 KB each. */
const maxShelves = 256;

/** What an organisation, by its document, has issued in its name over the VC API. */
export type VcApi = {
  /**
   * Issues a credential with one key of the organisation: with a proof, or within an EnvelopedVerifiableCredential.
   * Refuses with INVALID_CREDENTIAL, UNREADABLE_DATE, UNKNOWN_CONTEXT, UNKNOWN_SUITE, NO_KEY, CREDENTIAL_KNOWN and as
   * `addProof`.
   */
  issue(organization: string, credential: JsonObject, options: CommissionOptions): Promise<JsonObject>;
  /** Refuses with NOT_FOUND what the organisation has not issued here with a status, and with REVOKED. */
  setStatus(organization: string, credential: string, changes: readonly StatusChange[]): Promise<void>;
  /** A list of what was issued. Refuses with NOT_FOUND one that is not the organisation's, and with NO_KEY. */
  statusList(organization: string, list: string, form: ListForm): Promise<SignedList>;
};

export function openCommissions(parts: CommissionParts): VcApi {
  const { clock, store, signersOf } = parts;
  const shelves = new Map<string, Places>();
  const lists = openCommissionLists(parts);
  return {
    async issue(organization, credential, options) {
      const now = clock();
      const signers = await signersOf(organization);
      const draft = await draftOf(credential, options, signers);
      const { signer, issuer, purposes } = draft;
      const body = purposes.length === 0 ? draft.body : await withStatus(parts, shelves, signers, draft, now);
      if (draft.suite === "vc+jwt") return enveloped(body, issuer, signer);
      const { previousProof, proofId } = options;
      const more = { ...(previousProof && { previousProof }), ...(proofId !== undefined && { id: proofId }) };
      return addProof(body, signer, { cryptosuite: draft.suite, created: iso(now), ...more });
    },
    async setStatus(organization, credential, changes) {
      const places = await store.find(organization, credential);
      const asked = changes.map((change) => {
        const place = places.find(({ purpose }) => purpose === change.purpose);
        if (!place) throw new Failure("NOT_FOUND");
        // A revocation is final.
        ensure(change.set || place.purpose !== "revocation" || !place.set, "REVOKED");
        return { place, set: change.set };
      });
      for (const { place, set } of asked) await store.setBit(organization, credential, place, set, clock());
    },
    async statusList(organization, list, form) {
      return lists.publish(await signersOf(organization), list, form, clock());
    },
  };
}

type Draft = Awaited<ReturnType<typeof draftOf>>;

/** The credential with a place in a list for each purpose. Those who lose a place to another take the next. */
async function withStatus(
  { origin, store, pick }: CommissionParts,
  shelves: Map<string, Places>,
  signers: IssuingOrganization,
  { body, issuer, purposes }: Draft,
  now: Millis,
): Promise<JsonObject> {
  const { organization, slug } = signers;
  const id = body.id as string;
  for (let attempt = 0; attempt < maxPlaceAttempts; attempt++) {
    const places: CommissionPlace[] = [];
    for (const purpose of purposes) {
      const shelf = shelfFor(store, shelves, { organization, slug, issuer, purpose }, pick);
      const { list, index: place } = await takePlace(shelf, now);
      places.push({ purpose, list, place });
    }
    const kept = await store.insert({ organization, id }, places, now);
    ensure(kept !== "known", "CREDENTIAL_KNOWN");
    if (kept === "taken") continue;
    const entries = places.map((each) =>
      statusEntry(commissionListUrl(origin, slug, each.list), each.place, each.purpose),
    );
    return { ...body, credentialStatus: entries.length === 1 ? entries[0]! : entries };
  }
  throw new Failure("UNAVAILABLE");
}

type Shelf = { organization: string; slug: string; issuer: Did; purpose: StatusPurpose };

function shelfFor(
  store: CommissionStore,
  shelves: Map<string, Places>,
  { organization, slug, issuer, purpose }: Shelf,
  pick: Places["pick"] | undefined,
): Places {
  const name = `${organization} ${issuer} ${purpose}`;
  const shelf = {
    latest: async () => {
      const found = await store.latestList(organization, issuer, purpose);
      return found && { id: found.id, size: found.size, taken: (await store.places(found.id)).length };
    },
    open: async (now: Millis) => {
      const list = { id: `${slug}-${crypto.randomUUID()}`, organization, issuer, purpose, size: minEntries };
      await store.insertList(list, now);
      return list;
    },
  };
  const places = shelves.get(name) ?? openPlaces(shelf, pick);
  shelves.delete(name);
  if (shelves.size >= maxShelves) shelves.delete(shelves.keys().next().value!);
  shelves.set(name, places);
  return places;
}

/** VC Data Model 2.0, section 4.13.3. */
async function enveloped(body: JsonObject, issuer: Did, signer: ProofSigner): Promise<JsonObject> {
  const jwt = await signWith(body, issuer, signer);
  return { "@context": [contextV2], id: `data:application/vc+jwt,${jwt}`, type: "EnvelopedVerifiableCredential" };
}
