import type { JsonObject } from "../kernel/json.ts";

export type ScoreType = "reputation-score" | "reputation-at-least";

/** The type of a credential of a score in the form vc+jwt, whatever it claims. */
export const scoreCredentialType = "ReputationScoreCredential";

/** The address of a type, which is its name (`vct`) as well. */
export function scoreTypeUrl(origin: string, type: ScoreType): string {
  return `${origin}/v1/credential-types/${type}`;
}

/** SD-JWT VC Type Metadata (draft-ietf-oauth-sd-jwt-vc, section 6); undefined where there is no such type. */
export function scoreTypeMetadata(origin: string, name: string): JsonObject | undefined {
  const type = Object.hasOwn(types, name) ? (name as ScoreType) : undefined;
  if (type === undefined) return undefined;
  const { title, description, claims } = types[type];
  return {
    vct: scoreTypeUrl(origin, type),
    name: title,
    description,
    display: [{ locale: "en", name: title, description }],
    claims: claims.map(claimMetadata),
  };
}

/** JSON-LD terms of what credentials of scores say, so that nobody has to fetch a context of ours. */
export const scoreTerms: JsonObject = Object.fromEntries(
  [
    scoreCredentialType,
    ..."policy version hash asOf time position digest scale max decimals atLeast".split(" "),
    ..."score lower raters threshold passes evidenceDigest".split(" "),
  ].map((term) => [term, `https://renown.id/ns#${term}`]),
);

type Claim = { path: readonly string[]; label: string; held?: true };

const grounds: readonly Claim[] = [
  { path: ["sub"], label: "Subject", held: true },
  { path: ["policy"], label: "Rules" },
  { path: ["policy", "id"], label: "Where the rules stand" },
  { path: ["policy", "version"], label: "Version of the rules" },
  { path: ["policy", "hash"], label: "Digest of the rules" },
  { path: ["asOf"], label: "Moment" },
  { path: ["asOf", "time"], label: "Time" },
  { path: ["asOf", "position"], label: "Place in the log" },
  { path: ["asOf", "digest"], label: "Digest of the log's entry at that place" },
  { path: ["scale"], label: "Scale" },
  { path: ["scale", "max"], label: "The most that can be reached" },
  { path: ["scale", "decimals"], label: "Decimals that are shown" },
];

const types: Record<ScoreType, { title: string; description: string; claims: readonly Claim[] }> = {
  "reputation-score": {
    title: "Reputation score",
    description: "A score under published rules, as of a place in a log that anybody can compute it from.",
    claims: [
      ...grounds,
      { path: ["score"], label: "Score", held: true },
      { path: ["lower"], label: "Lower bound of the share of points that count for the subject", held: true },
      { path: ["raters"], label: "Distinct raters", held: true },
      { path: ["threshold"], label: "Threshold of the rules", held: true },
      { path: ["passes"], label: "Whether it passes", held: true },
      { path: ["evidenceDigest"], label: "Digest of score and evidence", held: true },
    ],
  },
  "reputation-at-least": {
    title: "Reputation of at least so much",
    description:
      "That a score under published rules is not below a number. Neither the score nor its evidence is told.",
    claims: [...grounds, { path: ["atLeast"], label: "At least" }],
  },
};

function claimMetadata({ path, label, held }: Claim): JsonObject {
  return {
    path: [...path],
    mandatory: true,
    sd: held ? "always" : "never",
    display: [{ locale: "en", label }],
  };
}
