import { sha256 } from "#primitives";
import { base64url } from "../kernel/bytes.ts";
import { ensure } from "../kernel/failure.ts";
import type { Clock } from "../kernel/time.ts";
import type { BadgeAsides, StoredImage } from "./award-store.ts";
import { checkImage } from "./image-check.ts";

/** New pictures of one organisation a day, by UTC. */
export const maxImages = 100;

/** Checks a picture for an organisation and keeps it. Refuses with INVALID_IMAGE, QUOTA_EXCEEDED. */
export async function keepImage(
  { store, clock }: { store: Pick<BadgeAsides, "findImage" | "keepImage" | "take">; clock: Clock },
  organization: string,
  sent: Uint8Array,
): Promise<Omit<StoredImage, "bytes">> {
  const { type, bytes } = await checkImage(sent);
  const digest = base64url(sha256(bytes));
  if (await store.findImage(digest)) return { digest, type };
  const had = await store.take([`images of ${organization}`], maxImages, clock());
  ensure(had.size > 0, "QUOTA_EXCEEDED", `An organisation sends ${maxImages} new pictures a day: go on tomorrow.`);
  await store.keepImage({ digest, type, bytes: base64url(bytes) }, clock());
  return { digest, type };
}
