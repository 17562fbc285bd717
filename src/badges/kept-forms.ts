import { ensure, Failure } from "../kernel/failure.ts";
import { type Millis, parseTime } from "../kernel/time.ts";
import { badgeUrl } from "./achievement-credential.ts";
import { awardFacts, definitionOf, type FactSources, type SeenAward } from "./award-facts.ts";
import { makeForms, type SignersOf } from "./award-forms.ts";
import type { Endorsement } from "./award-state.ts";
import { endorsementForms, endorsementUrl } from "./endorsement-credential.ts";
import type { FormStore, Forms } from "./form-store.ts";

/** What the forms of awards are made of and kept in. */
export type FormParts = {
  store: FormStore;
  sources: FactSources;
  signersOf: SignersOf;
  /** The latest name of an award in its link: the one before may still be on its way out. */
  faceOf(document: string): Promise<string | undefined>;
};

/** What awards were signed as. */
export type KeptAwardForms = {
  /**
   * Makes and keeps what is not kept yet of many awards, in one statement. Called behind their commit, best at once:
   * then the keys of that day sign.
   */
  make(awards: readonly SeenAward[], now: Millis): Promise<void>;
  /** What an award says now; made where none is kept. Refuses with NO_KEY, NOT_FOUND. */
  of(award: SeenAward, now: Millis): Promise<Forms>;
  /** The endorsement of an award by the organisation with this document. Refuses with NOT_FOUND, NO_KEY. */
  endorsement(award: SeenAward, organization: string, now: Millis): Promise<Forms>;
  /** Forgets all that an award and its endorsements were signed as: what was erased is in there. */
  erase(document: string): Promise<void>;
};

/** Endorsements that a badge carries within it, the first that it was given. */
const maxCarried = 8;

export function openForms(parts: FormParts): KeptAwardForms {
  const { store } = parts;
  return {
    make: async (awards, now) => void (await makeAll(parts, awards, now)),
    of: (award, now) => formsOf(parts, award, now),
    endorsement: (award, organization, now) => endorsementOf(parts, award, organization, now),
    erase: (document) => store.erase(document),
  };
}

/** How often forms are made again of an award that is erased while they are being made. */
const maxTries = 5;

async function formsOf(parts: FormParts, award: SeenAward, now: Millis): Promise<Forms> {
  const { document, state } = award;
  for (let tries = 0; ; tries++) {
    // Another process may have been first: what stands is what counts.
    const kept = await parts.store.find(document, state.revision);
    if (kept) return kept;
    ensure(tries < maxTries, "NOT_FOUND");
    const face = (await parts.faceOf(document)) ?? award.face;
    await makeAll(parts, [{ ...award, face }], now);
  }
}

async function makeAll(parts: FormParts, awards: readonly SeenAward[], now: Millis): Promise<void> {
  // Asked before anything personal is read. What whoever has just made an award knows of it, was never erased.
  const looked = awards.filter(({ known }) => !known).map(({ document }) => document);
  const erasures: ReadonlyMap<string, number> = looked.length > 0 ? await parts.store.erasures(looked) : new Map();
  const sources = { ...parts.sources, issuerOf: once(parts.sources.issuerOf) };
  const facts = await Promise.all(
    awards.map(async (award) => awardFacts(award, sources, await carried(parts, award, now))),
  );
  const forms = await makeForms(facts, parts.signersOf, now);
  const rows = awards.map(({ document, state }, i) => ({
    award: document,
    revision: state.revision,
    forms: forms[i]!,
    erasures: erasures.get(document) ?? 0,
  }));
  await parts.store.keep(rows);
}

/** Asks once for each name. */
function once<T>(ask: (name: string) => Promise<T>): (name: string) => Promise<T> {
  const answers = new Map<string, Promise<T>>();
  return (name) => {
    const answer = answers.get(name) ?? ask(name);
    answers.set(name, answer);
    return answer;
  };
}

/** What had been endorsed when the award came to say what it says, as far as the endorsers' keys could sign it. */
async function carried(parts: FormParts, award: SeenAward, now: Millis): Promise<Forms[]> {
  const { endorsements, revisedAt } = award.state;
  const earlier = endorsements.filter(({ at }) => at <= revisedAt).slice(0, maxCarried);
  const forms = earlier.map(({ organization }) =>
    endorsementOf(parts, award, organization, now).catch((error) => {
      if (error instanceof Failure && error.code === "NO_KEY") return {};
      throw error;
    }),
  );
  return Promise.all(forms);
}

async function endorsementOf(parts: FormParts, award: SeenAward, organization: string, now: Millis): Promise<Forms> {
  const { document, state } = award;
  const given = state.endorsements.find((each) => each.organization === organization);
  ensure(given, "NOT_FOUND");
  for (let tries = 0; ; tries++) {
    const kept = (await parts.store.endorsements(document)).find((each) => each.organization === organization);
    if (kept) return kept.forms;
    ensure(tries < maxTries, "NOT_FOUND");
    const erasures = (await parts.store.erasures([document])).get(document) ?? 0;
    const forms = await makeEndorsement(parts, award, given, now);
    await parts.store.keepEndorsement({ award: document, organization, forms, erasures });
  }
}

async function makeEndorsement(
  { sources, signersOf }: FormParts,
  { document, face, state }: SeenAward,
  { organization, personal, at }: Endorsement,
  now: Millis,
): Promise<Forms> {
  const { slug, ...issuer } = await sources.issuerOf(organization);
  const { name } = await definitionOf(state, sources.findVersion);
  const said = personal === null ? undefined : await sources.personalOf(document, personal);
  const facts = {
    id: endorsementUrl(sources.origin, face, slug),
    issuer,
    badge: badgeUrl(sources.origin, face),
    badgeName: name,
    comment: said?.narrative,
    validFrom: parseTime(at),
    test: state.test,
  };
  return endorsementForms(facts, await signersOf(organization), now);
}
