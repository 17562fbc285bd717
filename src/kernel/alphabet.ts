/** Sets of ASCII characters; each is a bit in one table. */
export const alphabets = { hex: 1, base64url: 2, base58: 4, plain: 8, unescaped: 16 } as const;
export type Alphabet = (typeof alphabets)[keyof typeof alphabets];

/**
 * Whether a text is in an alphabet from `start` on, so an empty rest is. One table serves all: what is asked between two
 * signatures finds neither patterns nor their code in the processor's nearest cache. `plain` is printable ASCII without
 * the comma, `unescaped` what JSON writes as it is.
 */
export function isSpelt(text: string, alphabet: Alphabet, start: number = 0): boolean {
  let strange = 0;
  for (let i = start; i < text.length; i++) strange |= ~(table[text.charCodeAt(i)] ?? 0) & alphabet;
  return strange === 0;
}

const members: Record<keyof typeof alphabets, RegExp> = {
  hex: /[0-9a-fA-F]/,
  base64url: /[A-Za-z0-9_-]/,
  base58: /[1-9A-HJ-NP-Za-km-z]/,
  plain: /[ -+\--~]/,
  unescaped: /[ !#-[\]-~]/,
};

const table = Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  const names = Object.keys(members) as (keyof typeof alphabets)[];
  return names.reduce((bits, name) => (members[name].test(character) ? bits | alphabets[name] : bits), 0);
});
