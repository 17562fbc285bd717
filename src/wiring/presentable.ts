// What may be kept within a presentation: scores that this service vouches for, and badges as they stand here.
import { type KeptPresentation, maxKeptJwt } from "../credentials/presenting.ts";
import { parseCompact } from "../identity/jws.ts";
import { ensure, Failure } from "../kernel/failure.ts";
import { scoreCredentialType } from "../reputation/score-credential-types.ts";
import { issuerOf } from "../securing/data-model.ts";
import { typesOf } from "../securing/data-model-parts.ts";
import { readShared } from "../securing/presentation-jwt.ts";
import { maxCredentialJwt } from "../securing/vc-jwt.ts";
import type { Services } from "../services.ts";

export type PresentableParts = Pick<Services, "faces"> & { origin: string; did: string };

/**
 * How many scores there are among credentials, and the documents of the awards. Nothing else is kept here: not what others
 * host, nor a badge as it stood before what it said of somebody was corrected, hidden or erased. Refuses with
 * INVALID_CREDENTIAL.
 */
export async function sortPresented(
  { faces, origin, did }: PresentableParts,
  credentials: readonly string[],
): Promise<{ scores: number; awards: string[] }> {
  const sorted = await Promise.all(
    credentials.map(async (jwt) => {
      const { payload } = parseCompact(jwt, maxCredentialJwt);
      if (issuerOf(payload) === did && typesOf(payload.type)?.includes(scoreCredentialType)) return undefined;
      const face = typeof payload.id === "string" ? faceOf(origin, payload.id) : undefined;
      const award = face === undefined ? undefined : await unlessAbsent(faces.find(face));
      const stands = award && (await faces.forms(award)).jwt === jwt;
      ensure(stands, "INVALID_CREDENTIAL", "Only scores and badges of this service are kept, as they stand now.");
      return award.document;
    }),
  );
  const awards = sorted.filter((each) => each !== undefined);
  return { scores: sorted.length - awards.length, awards: [...new Set(awards)] };
}

/**
 * Whether the badges in what is kept say what they said then: a name that is hidden again, or a word that was corrected,
 * is shown no longer.
 */
export async function standsUnchanged(
  parts: PresentableParts,
  { awards, jwt }: Pick<KeptPresentation, "awards" | "jwt">,
): Promise<boolean> {
  if (awards.length === 0) return true;
  try {
    await sortPresented(parts, readShared(jwt, maxKeptJwt).credentials);
    return true;
  } catch (error) {
    if (error instanceof Failure) return false;
    throw error;
  }
}

function faceOf(origin: string, id: string): string | undefined {
  const prefix = `${origin}/b/`;
  return id.startsWith(prefix) ? id.slice(prefix.length) : undefined;
}

async function unlessAbsent<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof Failure && error.code === "NOT_FOUND") return undefined;
    throw error;
  }
}
