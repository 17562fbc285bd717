import { fromBase64url } from "../kernel/bytes.ts";
import { ensure, Failure } from "../kernel/failure.ts";
import type { Clock } from "../kernel/time.ts";
import type { AwardFacts } from "./achievement-credential.ts";
import { awardFacts, definitionOf, type FactSources, type SeenAward } from "./award-facts.ts";
import { type AwardState, isConcealed } from "./award-state.ts";
import type { BadgeAsides } from "./award-store.ts";
import { bake } from "./baking.ts";
import type { ClassDefinition } from "./class-definition.ts";
import { defaultImage } from "./default-image.ts";
import type { Forms } from "./form-store.ts";
import type { Image } from "./image.ts";
import type { KeptAwardForms } from "./kept-forms.ts";

/** How the world sees awards; a `Viewer` says who looks, when that matters. */
export type Faces<Viewer> = {
  /**
   * By the name in its link, which nobody guesses: whoever has it may see an award that has no earner yet. What is
   * hidden, held or cancelled is NOT_FOUND to all whom it does not concern.
   */
  find(face: string, viewer?: Viewer): Promise<SeenAward>;
  /** By its document, whose id stands in the log: for those whom it concerns alone. Refuses with NOT_FOUND. */
  ofDocument(document: string, viewer: Viewer): Promise<SeenAward>;
  /** All that its credential says, unsigned. */
  facts(award: SeenAward): Promise<AwardFacts>;
  /** What it was signed as. Refuses with NO_KEY where no key could sign it. */
  forms(award: SeenAward): Promise<Forms>;
  /** The picture of the badge without the credential in it. */
  image(award: SeenAward): Promise<Image>;
  /** The picture with the credential baked in. Refuses with NO_KEY. */
  baked(award: SeenAward, form: "json" | "jwt"): Promise<Image>;
  /** The endorsement by an organisation, by its slug. Refuses with NOT_FOUND, NO_KEY. */
  endorsement(award: SeenAward, slug: string): Promise<Forms>;
};

export type FaceParts<Viewer> = {
  asides: Pick<BadgeAsides, "documentOfFace" | "facesOf" | "findImage">;
  sources: FactSources;
  /** The state of an award's log as it is on disk, undefined where there is none. */
  stateOf(document: string): Promise<AwardState | undefined>;
  /** An organisation's document by its slug. */
  organizationOf(slug: string): Promise<string | undefined>;
  /** Whether it is the subject of an award, or a member or client of its organisation, who looks. */
  concerns(document: string, viewer: Viewer): Promise<boolean>;
  forms: KeptAwardForms;
  clock: Clock;
};

/** Where the log of an award is replayed from nothing. */
export function auditPath({ document }: Pick<SeenAward, "document">): string {
  return `/v1/documents/${encodeURIComponent(document)}/audit`;
}

export function openFaces<Viewer>(parts: FaceParts<Viewer>): Faces<Viewer> {
  const { asides, sources, clock } = parts;
  const forms = (award: SeenAward) => formsOf(parts, award);
  const image = async ({ state }: SeenAward) => {
    return pictureOf(asides, state.class, await definitionOf(state, sources.findVersion));
  };
  return {
    find: (face, viewer) => findFace(parts, face, viewer),
    async ofDocument(document, viewer) {
      const state = await parts.stateOf(document);
      ensure((await parts.concerns(document, viewer)) && state?.status, "NOT_FOUND");
      const face = (await asides.facesOf([document])).get(document)?.face;
      ensure(face, "NOT_FOUND");
      return { document, face, state };
    },
    facts: (award) => awardFacts(award, sources),
    forms,
    image,
    async baked(award, form) {
      const text = (await forms(award))[form];
      ensure(text !== undefined, "NO_KEY");
      const picture = await image(award);
      return { type: picture.type, bytes: bake(picture, text) };
    },
    async endorsement(award, slug) {
      const organization = await parts.organizationOf(slug);
      ensure(organization, "NOT_FOUND");
      return parts.forms.endorsement(award, organization, clock());
    },
  };
}

/** Where there is none, as for what was signed outside by an organisation with no key here, the log says it all. */
async function formsOf<Viewer>({ forms, sources, clock }: FaceParts<Viewer>, award: SeenAward): Promise<Forms> {
  try {
    return await forms.of(award, clock());
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== "NO_KEY") throw error;
    const audit = `${sources.origin}${auditPath(award)}`;
    const why = "No credential of it as it stands was issued here: the organisation keeps no key here that makes one.";
    throw new Failure("NO_KEY", `${why} The entry in the log is the proof: ${audit}`);
  }
}

/** A document that no log begins. */
const nobody = `r1${"A".repeat(43)}`;

async function findFace<Viewer>(parts: FaceParts<Viewer>, face: string, viewer?: Viewer): Promise<SeenAward> {
  // A name that nobody has is looked up as far as one that is hidden, so that the time tells nothing.
  const document = (await parts.asides.documentOfFace(face)) ?? nobody;
  const state = await parts.stateOf(document);
  const open = state !== undefined && !isConcealed(state, parts.clock());
  const sees = open || (viewer !== undefined && (await parts.concerns(document, viewer)));
  ensure(sees && state?.status, "NOT_FOUND");
  return { document, face, state };
}

/** The picture of the class, or one drawn from its name. */
async function pictureOf(
  { findImage }: Pick<BadgeAsides, "findImage">,
  id: string,
  { name, image }: ClassDefinition,
): Promise<Image> {
  const kept = image && (await findImage(image.digest));
  const bytes = kept && fromBase64url(kept.bytes);
  return bytes ? { type: kept.type, bytes } : defaultImage({ id, name });
}
