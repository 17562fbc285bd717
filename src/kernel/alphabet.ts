import { asciiOf } from "./bytes.ts";

/** Sets of ASCII characters; each is a bit in one table. */
export const alphabets = {
  hex: 1,
  base64url: 2,
  base58: 4,
  /** Printable, without the comma. */
  plain: 8,
  /** What JSON writes as it is. */
  unescaped: 16,
  lowerHex: 32,
  digits: 64,
  /** Small letters, digits and the hyphen. */
  slug: 128,
  /** Letters, digits and the underscore. */
  word: 256,
  hyphen: 512,
  colon: 1024,
  point: 2048,
  T: 4096,
  Z: 8192,
  /** What says the version of a UUID (RFC 9562, section 4.2). */
  version: 16384,
  /** What says that a UUID is one of RFC 9562 (section 4.1). */
  variant: 32768,
} as const;
export type Alphabet = (typeof alphabets)[keyof typeof alphabets];

/**
 * Whether a text is in an alphabet from `start` to `end`, so nothing is. One table serves all: what is asked between two
 * signatures finds neither patterns nor their code in the processor's nearest cache. For the same reason there should be
 * one copy of this code: V8 copies what has no more than 460 bytes of bytecode into its callers, and with sixteen
 * characters at a time this has more.
 */
export function isSpelt(text: string, alphabet: Alphabet, start: number = 0, end: number = text.length): boolean {
  const codes = end - start >= long && end <= text.length ? asciiOf(text) : undefined;
  let common: number = alphabet;
  let i = start;
  if (codes) {
    for (; i + 15 < end; i += 16)
      common &=
        table[codes[i]!]! &
        table[codes[i + 1]!]! &
        table[codes[i + 2]!]! &
        table[codes[i + 3]!]! &
        table[codes[i + 4]!]! &
        table[codes[i + 5]!]! &
        table[codes[i + 6]!]! &
        table[codes[i + 7]!]! &
        table[codes[i + 8]!]! &
        table[codes[i + 9]!]! &
        table[codes[i + 10]!]! &
        table[codes[i + 11]!]! &
        table[codes[i + 12]!]! &
        table[codes[i + 13]!]! &
        table[codes[i + 14]!]! &
        table[codes[i + 15]!]!;
    for (; i < end; i++) common &= table[codes[i]!]!;
  } else for (; i < end; i++) common &= table[text.charCodeAt(i)] ?? 0;
  return common !== 0;
}

/** From so many characters on it is cheaper to have their codes at once. */
const long = 64;

/** The alphabet of each place of a text: what `signs` has under its name, the character's own otherwise. */
export function formOf(places: string, signs: Readonly<Record<string, Alphabet>>): Uint16Array {
  return Uint16Array.from([...places], (place) => {
    const alphabet = signs[place] ?? ownAlphabets[place];
    if (!alphabet) throw new Error(`There is no alphabet for ${place}.`);
    return alphabet;
  });
}

/** Whether of a text's codes, as many as the form has places, each is of the alphabet there. */
export function isFormed(codes: Uint8Array, form: Uint16Array): boolean {
  let strange = 0;
  for (let i = 0; i < form.length; i++) strange |= ~table[codes[i]!]! & form[i]!;
  return strange === 0;
}

const ownAlphabets: Record<string, Alphabet> = {
  "-": alphabets.hyphen,
  ":": alphabets.colon,
  ".": alphabets.point,
  T: alphabets.T,
  Z: alphabets.Z,
};

const members: Record<keyof typeof alphabets, RegExp> = {
  hex: /[0-9a-fA-F]/,
  base64url: /[A-Za-z0-9_-]/,
  base58: /[1-9A-HJ-NP-Za-km-z]/,
  plain: /[ -+\--~]/,
  unescaped: /[ !#-[\]-~]/,
  lowerHex: /[0-9a-f]/,
  digits: /[0-9]/,
  slug: /[a-z0-9-]/,
  word: /\w/,
  hyphen: /-/,
  colon: /:/,
  point: /\./,
  T: /T/,
  Z: /Z/,
  version: /[1-8]/,
  variant: /[89ab]/,
};

const table = Uint16Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  const names = Object.keys(members) as (keyof typeof alphabets)[];
  return names.reduce((bits, name) => (members[name].test(character) ? bits | alphabets[name] : bits), 0);
});
