import { keyedDigest } from "../identity/sealing.ts";
import type { ServiceKeys } from "../identity/service-keys.ts";
import { base64url, fromBase64url } from "../kernel/bytes.ts";
import type { Clock } from "../kernel/time.ts";
import type { BadgeStore } from "./award-store.ts";

/**
 * The same store, in which every award that stands has a face. One that was signed elsewhere and sent to the door for
 * documents gets it when somebody whom it concerns first asks: until then nobody can know its name.
 */
export function withOutsideFaces(store: BadgeStore, keys: ServiceKeys, clock: Clock): BadgeStore {
  return {
    ...store,
    async facesOf(documents) {
      const faces = await store.facesOf(documents);
      const bare = documents.filter((document) => !faces.has(document));
      if (bare.length === 0) return faces;
      const named = bare.map((document) => ({ document, face: outsideFace(keys, document) }));
      await store.nameAwards(named, clock());
      return new Map([...faces, ...(await store.facesOf(bare))]);
    },
  };
}

/** Bytes of a face, as many as a random one has. */
const faceBytes = 16;

/** The same each time, so that those who ask together get one; ids stand in the log, and nobody tells it from them. */
function outsideFace(keys: ServiceKeys, document: string): string {
  return base64url(fromBase64url(keyedDigest(keys, "award face", document))!.slice(0, faceBytes));
}
