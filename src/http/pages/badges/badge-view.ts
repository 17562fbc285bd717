import type { AwardFacts } from "../../../badges/achievement-credential.ts";
import type { SeenAward } from "../../../badges/award-facts.ts";
import { isConcealed, standingOf } from "../../../badges/award-state.ts";
import type { ImageType } from "../../../badges/image.ts";
import { isUserDid } from "../../../identity/did.ts";
import { Failure } from "../../../kernel/failure.ts";
import { isObject, type JsonObject, parseJson } from "../../../kernel/json.ts";
import { type Millis, parseTime } from "../../../kernel/time.ts";
import type { BadgeReport, OrganizationView, PublicProfile } from "../../../services.ts";
import type { Call, Door } from "../../call.ts";
import { badgeCost } from "../../routes/badge-verify.ts";

/** All that people are shown of a badge. */
export type BadgeView = {
  award: SeenAward;
  facts: AwardFacts;
  issuer: OrganizationView;
  /** What its credential turned out to be; undefined where no key could sign one. */
  report: BadgeReport | undefined;
  endorsers: readonly Endorser[];
  /** What the earner's account has made public. */
  profile: PublicProfile | undefined;
  picture: ImageType;
  /** Whether only those whom it concerns see it. */
  concealed: boolean;
  standing: ReturnType<typeof standingOf>;
  now: Millis;
};

export type Endorser = {
  organization: OrganizationView;
  at: string;
  comment: string | undefined;
  /** Whether there is a credential of it: an organisation may have no key here that makes one. */
  signed: boolean;
};

/** Endorsements that are shown, the first that it was given. */
const mostEndorsers = 16;

/** Operations that the check of a JWT counts as: its signature, and that of a status list. */
const jwtCost = 2;

/** Gathers what there is to show, and has the credential checked as anybody would have it checked. */
export async function seeBadge(door: Door, call: Call, award: SeenAward): Promise<BadgeView> {
  const { faces, organizations, profiles } = door.services;
  const { state } = award;
  const issuer = await organizations.get(state.organization);
  const [facts, report, profile, endorsers] = await Promise.all([
    faces.facts(award),
    reportOf(door, call, award, issuer.slug),
    isUserDid(state.subject) ? profiles.find(state.subject) : undefined,
    Promise.all(state.endorsements.slice(0, mostEndorsers).map((each) => endorserOf(door, award, each))),
  ]);
  return {
    award,
    facts,
    issuer,
    report,
    endorsers,
    profile,
    picture: facts.achievement.definition.image?.type ?? "image/svg+xml",
    concealed: isConcealed(state, call.now),
    standing: standingOf(state, call.now),
    now: call.now,
  };
}

/** Whether somebody with its link can claim it now. */
export function isClaimable({ award: { state }, standing }: Pick<BadgeView, "award" | "standing">): boolean {
  return state.claim !== null && state.end === null && standing !== "held";
}

/** Where its validity stands, whatever else there is to say. */
export function periodOf({ facts, now }: Pick<BadgeView, "facts" | "now">): "notYet" | "expired" | "running" {
  if (facts.validUntil !== undefined && facts.validUntil <= now) return "expired";
  return facts.validFrom > now ? "notYet" : "running";
}

/** When it ended or was suspended; undefined while it stands. */
export function endedAt({ award: { state } }: Pick<BadgeView, "award">): Millis | undefined {
  const at = state.end?.at ?? state.suspension?.at;
  return at === undefined ? undefined : parseTime(at);
}

/** What it says stands in the endorsement that it signed. */
async function endorserOf({ services }: Door, award: SeenAward, given: { organization: string; at: string }) {
  const organization = await services.organizations.get(given.organization);
  const { json } = await unlessKeyless(() => services.faces.endorsement(award, organization.slug));
  const credential = json === undefined ? undefined : parseJson(json);
  const subject = isObject(credential) ? credential.credentialSubject : undefined;
  const comment = isObject(subject) ? subject.endorsementComment : undefined;
  const signed = credential !== undefined;
  return { organization, at: given.at, comment: typeof comment === "string" ? comment : undefined, signed };
}

async function reportOf(
  { services, gate }: Door,
  call: Call,
  award: SeenAward,
  slug: string,
): Promise<BadgeReport | undefined> {
  const { jwt, json } = await unlessKeyless(() => services.faces.forms(award));
  if (jwt === undefined && json === undefined) return undefined;
  await gate.spend(call, jwt === undefined ? badgeCost : jwtCost);
  // Lists are signed on demand: asked for first, the list is never younger than the question that reads it.
  await unlessKeyless(() => services.statusList(slug, award.state.status!.list, jwt === undefined ? "json" : "jwt"));
  return services.verify.badge(jwt ?? (parseJson(json!) as JsonObject), {});
}

async function unlessKeyless<T>(ask: () => Promise<T>): Promise<Partial<T>> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof Failure && error.code === "NO_KEY") return {};
    throw error;
  }
}
