import type { Did } from "../identity/did.ts";
import { ensure } from "../kernel/failure.ts";
import { iso, type Millis } from "../kernel/time.ts";
import { type IssuingKeys, textOfCredential } from "../securing/credential-forms.ts";
import { openPlaces, type Places, takePlace } from "../securing/list-places.ts";
import { type KeptLists, listFreshness, listLife, type SignedList, signedList } from "../securing/signed-lists.ts";
import { emptyBits, encodeBits, setBit, statusListCredential } from "../securing/status-list.ts";
import { listSize } from "./award-inputs.ts";
import type { StatusPlace } from "./award-state.ts";

/** An organisation as its lists name it: its document, its slug and DID, and the keys that it signs with now. */
export type ListIssuer = { document: string; slug: string; did: Did; keys: IssuingKeys };

/** In which form a list is asked for: Data Integrity JSON, or `vc+jwt`. */
export type ListForm = "json" | "jwt";

type Purpose = StatusPlace["purpose"];

/** What the log says of status lists: each follows from the awards that stand in it. */
export type ListStore = {
  findList(list: string): Promise<{ organization: string; purpose: string } | undefined>;
  /** The fullest of an organisation's lists of a purpose that has fewer than `most` places taken. */
  roomiestList(organization: string, purpose: string, most: number): Promise<string | undefined>;
  /** Places that are taken, whatever became of the awards. */
  takenPlaces(list: string): Promise<number[]>;
  /** Places whose bit is set. */
  setPlaces(list: string): Promise<number[]>;
  /** Changes with every bit that is set or taken back. */
  listRevision(list: string): Promise<string>;
};

/** The status lists of all organisations: their places, and what has been signed of them. */
export type OrganizationLists = {
  /** A place for one more award, in a list that is half full at most. Refuses with UNAVAILABLE. */
  pickPlace(organization: Pick<ListIssuer, "document" | "slug">, purpose: Purpose, now: Millis): Promise<StatusPlace>;
  /**
   * A list as its organisation signs it, with every change that was acknowledged before the call. Refuses with
   * NOT_FOUND a list that is not the organisation's, and with NO_KEY where it has none for the form.
   */
  publish(issuer: ListIssuer, list: string, form: ListForm, now: Millis): Promise<SignedList>;
};

/** Public URL of a list, and the id of its credential. */
export function organizationListUrl(origin: string, slug: string, list: string): string {
  return `${origin}/orgs/${slug}/status/${list}`;
}

/** Opens them over what the read models say; `pick` chooses among as many places as it is told. */
export function openOrganizationLists(parts: {
  origin: string;
  store: ListStore;
  pick?: Places["pick"];
}): OrganizationLists {
  const { origin, store, pick } = parts;
  const shelves = new Map<string, Places>();
  const kept: KeptLists = new Map();
  return {
    async pickPlace(organization, purpose, now) {
      const name = `${organization.document} ${purpose}`;
      const places = shelves.get(name) ?? openPlaces(shelfOf(store, organization, purpose), pick);
      shelves.delete(name);
      if (shelves.size >= maxShelves) shelves.delete(shelves.keys().next().value!);
      shelves.set(name, places);
      return { purpose, ...(await takePlace(places, now)) };
    },
    async publish(issuer, list, form, now) {
      const found = await store.findList(list);
      ensure(found?.organization === issuer.document, "NOT_FOUND");
      const key = issuer.keys.map(({ method }) => method).join(" ");
      const make = () => signList({ origin, store, issuer, list, purpose: found.purpose, form, now });
      return signedList(kept, `${form} ${list}`, now, { revision: () => store.listRevision(list), key, make });
    },
  };
}

/** Organisations whose filling lists are kept, of 16 KB each. */
const maxShelves = 256;

/**
 * Lists follow from the log: one is opened by the first award that stands in it. Its number is random, so that nobody
 * can take the name before.
 */
function shelfOf(store: ListStore, { document, slug }: { document: string; slug: string }, purpose: Purpose) {
  return {
    latest: async () => {
      const id = await store.roomiestList(document, purpose, listSize / 2);
      if (id === undefined) return undefined;
      const places = await store.takenPlaces(id);
      const takenBits = emptyBits(listSize);
      for (const index of places) setBit(takenBits, index);
      return { id, size: listSize, taken: places.length, takenBits };
    },
    open: async () => ({ id: `${slug}-${purpose}-${randomNumber()}`, size: listSize }),
  };
}

function randomNumber(): number {
  const [high, low] = crypto.getRandomValues(new Uint32Array(2));
  return (high! % 2 ** 20) * 2 ** 32 + low!;
}

async function signList(asked: {
  origin: string;
  store: ListStore;
  issuer: ListIssuer;
  list: string;
  purpose: string;
  form: ListForm;
  now: Millis;
}): Promise<string> {
  const { origin, store, issuer, list, purpose, form, now } = asked;
  const bits = emptyBits(listSize);
  for (const index of await store.setPlaces(list)) setBit(bits, index);
  const credential = statusListCredential({
    id: organizationListUrl(origin, issuer.slug, list),
    issuer: issuer.did,
    purpose,
    encodedList: await encodeBits(bits),
    validFrom: now,
    validUntil: now + listLife,
    ttl: listFreshness,
  });
  return textOfCredential(credential, issuer.did, issuer.keys, form, iso(now));
}
