/** Code points of a name in NFC. */
export const maxNameLength = 64;

/** What a name may be, in words. */
export const nameRule = `A name has 1 to ${maxNameLength} letters, digits, spaces and ._-' and no space at either end.`;

// Fillers, joiners and variation selectors count as letters or marks, yet nobody sees them.
/** What names somebody or a document exactly is no name to choose: an address, an id of either sort. */
const isIdentifier =
  /^(?:0x[0-9a-f]{40}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|r1[A-Za-z0-9_-]{43})$/i;

const allowed = /^[\p{L}\p{Nd}._\-'][\p{L}\p{M}\p{Nd}._\-' ]*$/u;
const invisible = /\p{Default_Ignorable_Code_Point}/u;

/** The form in which a name is kept and shown: NFC. */
export function composeName(text: string): string {
  return text.normalize("NFC");
}

/** Whether a text is a name once composed: an ENS name, `0x1234...abcd`, or anything else within `nameRule`. */
export function isName(text: string): boolean {
  // NFC joins at most four UTF-16 units into one, or four into an astral letter: longer texts need no composing.
  if (text.length > 4 * maxNameLength) return false;
  const name = composeName(text);
  if (isIdentifier.test(name)) return false;
  return [...name].length <= maxNameLength && allowed.test(name) && !name.endsWith(" ") && !invisible.test(name);
}

/**
 * What two names have in common if they count as one: NFKC, case folded, runs of spaces as one. Upper case between two
 * lower cases folds what has no single lower letter (ß as ss, final sigma); dotless i folds to i with it.
 */
export function foldName(name: string): string {
  const folded = name.normalize("NFKC").toLowerCase().toUpperCase().toLowerCase().normalize("NFKC");
  return folded.replace(/\s+/g, " ").trim();
}

/** Whether a name claims to be an ENS name, which only ENS can confirm. */
export function claimsEns(name: string): boolean {
  return foldName(name).endsWith(".eth");
}
