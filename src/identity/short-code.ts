import { sha256 } from "#primitives";

/** Consonants that are not mistaken for each other and make no words (RFC 8628, section 6.1). */
const letters = "BCDFGHJKLMNPQRSTVWXZ";
const length = 8;

/** Eight random letters: 20^8 are too many to guess within the life of a code. */
export function randomCode(): string {
  let code = "";
  while (code.length < length) {
    for (const byte of crypto.getRandomValues(new Uint8Array(16))) {
      // 240 is a multiple of 20, so every letter is equally likely.
      if (byte < 240 && code.length < length) code += letters[byte % 20];
    }
  }
  return code;
}

/** Eight letters that anybody can compute who knows the text. */
export function codeOf(text: string): string {
  let number = sha256(text)
    .subarray(0, 8)
    .reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
  let code = "";
  for (let i = 0; i < length; i++, number /= 20n) code += letters[Number(number % 20n)];
  return code;
}

/** As people read it: `WDJB-MJHT`. */
export function shownCode(code: string): string {
  return `${code.slice(0, 4)}-${code.slice(4)}`;
}

/** What somebody typed as a code, whatever its letter case and whatever stands between; undefined where it is none. */
export function typedCode(text: string): string | undefined {
  if (text.length > 32) return undefined;
  const code = text.toUpperCase().replaceAll(/[^A-Z0-9]/g, "");
  return code.length === length && [...code].every((letter) => letters.includes(letter)) ? code : undefined;
}
