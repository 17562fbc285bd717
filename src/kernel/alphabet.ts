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
} as const;
export type Alphabet = (typeof alphabets)[keyof typeof alphabets];

/**
 * Whether a text is in an alphabet from `start` to `end`, so nothing is. One table serves all: what is asked between two
 * signatures finds neither patterns nor their code in the processor's nearest cache.
 */
export function isSpelt(text: string, alphabet: Alphabet, start: number = 0, end: number = text.length): boolean {
  let strange = 0;
  for (let i = start; i < end; i++) strange |= ~(table[text.charCodeAt(i)] ?? 0) & alphabet;
  return strange === 0;
}

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
};

const table = Uint16Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  const names = Object.keys(members) as (keyof typeof alphabets)[];
  return names.reduce((bits, name) => (members[name].test(character) ? bits | alphabets[name] : bits), 0);
});
