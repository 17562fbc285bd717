import { iso, type Millis } from "../kernel/time.ts";
import type { Credential } from "../securing/data-model.ts";

/** What a report tells of a credential first; moments are RFC 3339, null where it says nothing. */
export type CredentialHead = {
  id: string | null;
  types: readonly string[];
  issuer: string | null;
  subjects: readonly string[];
  validFrom: string | null;
  validUntil: string | null;
};

/** What stands in a report before anything could be read. */
export const noHead: CredentialHead = {
  id: null,
  types: [],
  issuer: null,
  subjects: [],
  validFrom: null,
  validUntil: null,
};

/** The same as it was read, with moments in milliseconds. */
type ReadHead = Pick<Credential, "id" | "issuer" | "validFrom" | "validUntil"> &
  Pick<CredentialHead, "types" | "subjects">;

/** Lists are copied: what was read of a credential may be kept, and a report is its reader's to change. */
export function headOf({ id, types, issuer, subjects, validFrom, validUntil }: ReadHead): CredentialHead {
  const times = { validFrom: shown(validFrom), validUntil: shown(validUntil) };
  return { id: id ?? null, types: [...types], issuer, subjects: [...subjects], ...times };
}

function shown(time: Millis | undefined): string | null {
  return time === undefined ? null : iso(time);
}
