// Wires what subjects show elsewhere: credentials of their scores, and presentations of all that is theirs.
import type { Services } from "../services.ts";
import { openPresentations, type PresentationParts } from "./presentations.ts";
import { openScoreCredentials, type ScoreCredentialParts } from "./score-credentials.ts";

/** What the doors may call, and what is forgotten now and then. */
export function openSharing(parts: ScoreCredentialParts & Omit<PresentationParts, "scoreCredentials">) {
  const scoreCredentials = openScoreCredentials(parts);
  const { services: presentations, tidy } = openPresentations({ ...parts, scoreCredentials });
  return { services: { scoreCredentials, presentations } satisfies Partial<Services>, tidy };
}
