import { ensure } from "../kernel/failure.ts";

/**
 * What one question may cost in JSON-LD, which is dear, and in long JSON: whatever it brings, be it proofs, endorsements,
 * lists or linkages, is paid from the same purse.
 */
export type Work = {
  /**
   * Pays for one conversion of so many values to RDF, or to canonical JSON where that takes as long, and lets others have
   * their turn before it gets long. Refuses with QUOTA_EXCEEDED once too much has been converted.
   */
  convert(what: "document" | "options", values: number): Promise<void>;
  /** Pays for one digest of a canonicalisation, or for what takes as long as `times` of them. Refuses as `convert`. */
  digest(times?: number): void;
};

/** Documents that one question has converted, its options of proofs, and the values of all of them: about a second. */
export const maxDocuments = 24;
export const maxOptions = 48;
export const maxValuesOfAll = 8_000;
/** Digests of all canonicalisations: one for each blank node, and more only where blank nodes look alike. */
export const maxDigestsOfAll = 20_000;

/** Values that are converted in one turn of the event loop, unless one document has more: some milliseconds. */
const maxUnbroken = 250;

/** The purse of one question; `pause` gives way to whatever else is waiting. */
export function openWork(pause: () => Promise<void> = nextTurn): Work {
  const left = { document: maxDocuments, options: maxOptions, values: maxValuesOfAll, digests: maxDigestsOfAll };
  let unbroken = 0;
  const begin = async (values: number) => {
    // What has been converted in this turn has held all others up; the question came in a turn of its own.
    if (unbroken > 0 && unbroken + values > maxUnbroken) {
      await pause();
      unbroken = 0;
    }
    unbroken += values;
  };
  let latest = Promise.resolve();
  return {
    async convert(what, values) {
      left[what] -= 1;
      left.values -= values;
      ensure(left[what] >= 0 && left.values >= 0, "QUOTA_EXCEEDED", "One question has too much to convert.");
      // One after the other, for of what is asked together all that wait for a turn would else come in the same.
      latest = latest.then(() => begin(values));
      await latest;
    },
    digest(times = 1) {
      left.digests -= times;
      ensure(left.digests >= 0, "QUOTA_EXCEEDED", "Its blank nodes look too much alike to be told apart.");
    },
  };
}

/** Timers come after whatever has arrived meanwhile, on every platform. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
