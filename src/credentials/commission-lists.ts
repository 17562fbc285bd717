import { ensure } from "../kernel/failure.ts";
import { iso, type Millis } from "../kernel/time.ts";
import { textOfCredential } from "../securing/credential-forms.ts";
import { type KeptLists, listFreshness, listLife, type SignedList, signedList } from "../securing/signed-lists.ts";
import { emptyBits, encodeBits, setBit, statusListCredential } from "../securing/status-list.ts";
import {
  type CommissionList,
  type CommissionParts,
  commissionListUrl,
  type IssuingOrganization,
  type IssuingSigner,
} from "./commission.ts";

/** In which form a list is asked for: Data Integrity JSON, or `vc+jwt`. */
export type ListForm = "json" | "jwt";

/**
 * Lists of what was issued over the VC API, signed as the credentials in them: by the organisation, or by the one key
 * that is their issuer as did:key, which signs for as long as it is in use.
 */
export function openCommissionLists({ origin, store }: Pick<CommissionParts, "origin" | "store">) {
  const kept: KeptLists = new Map();
  return {
    async publish(issuing: IssuingOrganization, id: string, form: ListForm, now: Millis): Promise<SignedList> {
      const list = await store.findList(id);
      ensure(list?.organization === issuing.organization, "NOT_FOUND");
      const keys = keysFor(issuing, list);
      ensure(keys.length > 0, "NO_KEY");
      const revision = async () => String(await store.revisionOf(id));
      const key = keys.map(({ method }) => method).join(" ");
      return signedList(kept, `${form} ${id}`, now, {
        revision,
        key,
        make: async () => {
          const credential = await body(issuing.slug, list, now);
          return textOfCredential(credential, list.issuer, keys, form, iso(now));
        },
      });
    },
  };

  async function body(slug: string, { id, issuer, purpose, size }: CommissionList, now: Millis) {
    const bits = emptyBits(size);
    for (const place of await store.places(id, "set")) setBit(bits, place);
    const times = { validFrom: now, validUntil: now + listLife, ttl: listFreshness };
    const url = commissionListUrl(origin, slug, id);
    return statusListCredential({ id: url, issuer, purpose, encodedList: await encodeBits(bits), ...times });
  }
}

/** Those of an organisation's keys that speak for the issuer of the list, as that names them. */
function keysFor({ did, credential }: IssuingOrganization, { issuer }: CommissionList): IssuingSigner[] {
  if (issuer === did) return [...credential];
  return credential
    .filter(({ key }) => key === issuer)
    .map((each) => ({ ...each, method: `${issuer}#${issuer.slice("did:key:".length)}`, jwkMethod: undefined }));
}
