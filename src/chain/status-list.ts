import type { FetchDidWeb } from "../identity/resolve.ts";
import { ensure, Failure } from "../kernel/failure.ts";
import type { FetchStatusList } from "../verify/credential-question.ts";
import { maxListJwt } from "../verify/status-list-check.ts";

/** What a fetcher for status lists and for hosted badges asks for, as machines do, and how many bytes of it are read. */
export const statusListTerms = {
  accept:
    "application/vc+jwt, application/statuslist+jwt, application/vc;q=0.9, application/ld+json;q=0.8, application/json;q=0.7",
  most: maxListJwt,
};

/** Status lists of other issuers, fetched under the same guard as did:web documents. */
export function statusListFetcher(fetchPublic: FetchDidWeb): FetchStatusList {
  return async (url) => {
    ensure(URL.canParse(url) && new URL(url).protocol === "https:", "STATUS_UNAVAILABLE", "Its address is not https.");
    try {
      const { status, body } = await fetchPublic(url);
      ensure(status === 200, "STATUS_UNAVAILABLE", `The list answers with ${status}.`);
      return body;
    } catch (error) {
      if (!(error instanceof Failure) || error.code === "STATUS_UNAVAILABLE") throw error;
      throw new Failure("STATUS_UNAVAILABLE", error.detail);
    }
  };
}
