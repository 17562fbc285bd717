const encoder = new TextEncoder();
const strictDecoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export type Bytes = Uint8Array<ArrayBuffer>;

export function utf8(text: string): Bytes {
  return encoder.encode(text) as Bytes;
}

/** Bytes to text; throws a TypeError where they are not UTF-8. */
export function fromUtf8(bytes: Uint8Array): string {
  return strictDecoder.decode(bytes);
}

export function concat(...parts: readonly Uint8Array[]): Bytes {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

/** Compares in a time that depends on the lengths alone. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  let difference = a.length ^ b.length;
  for (let i = 0; i < a.length && i < b.length; i++) difference |= a[i]! ^ b[i]!;
  return difference === 0;
}

const hexDigits = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** Lowercase, without a prefix. */
export function hex(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += hexDigits[byte];
  return text;
}

/** Reads hex of either case from `start` on, without a prefix; undefined where it is not hex. */
export function fromHex(text: string, start: number = 0): Bytes | undefined {
  const size = (text.length - start) / 2;
  const codes = asciiOf(text);
  if (!codes || size < 0 || !Number.isInteger(size)) return undefined;
  const bytes = new Uint8Array(size);
  let bad = 0;
  for (let i = 0, at = start; i < size; i++, at += 2) {
    const high = hexValues[codes[at]!]!;
    const low = hexValues[codes[at + 1]!]!;
    bad |= high | low;
    bytes[i] = (high << 4) | low;
  }
  return bad < 0 ? undefined : bytes;
}

/**
 * The codes of a text's characters, undefined where one is not ASCII. The next call may write over them. They cost a
 * quarter of asking the text for one after the other, if there are more than some forty.
 */
export function asciiOf(text: string): Bytes | undefined {
  const codes = text.length <= asciiRoom.length ? asciiRoom : new Uint8Array(text.length);
  // What is not ASCII takes more bytes than it has characters: more are written, or fewer read where the room is full.
  const { read, written } = encoder.encodeInto(text, codes);
  return read === text.length && written === read ? codes : undefined;
}

const asciiRoom: Bytes = new Uint8Array(512);

const hexValues = valuesOf("0123456789abcdef");
for (const [i, digit] of [..."ABCDEF"].entries()) hexValues[digit.charCodeAt(0)] = 10 + i;

const base64Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const base64urlAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** RFC 4648, section 4, padded. */
export function base64(bytes: Uint8Array): string {
  const text = encode64(bytes, base64Alphabet);
  return text.padEnd(Math.ceil(text.length / 4) * 4, "=");
}

/** RFC 4648, section 5, without padding. */
export function base64url(bytes: Uint8Array): string {
  return encode64(bytes, base64urlAlphabet);
}

/** Reads unpadded base64url; undefined where it is not the one canonical spelling of its bytes. */
export function fromBase64url(text: string): Bytes | undefined {
  return decode64(text, base64urlValues);
}

/** Reads padded base64; undefined where it is not the one canonical spelling of its bytes. */
export function fromBase64(text: string): Bytes | undefined {
  if (text.length % 4 !== 0) return undefined;
  return decode64(text.replace(/={1,2}$/, ""), base64Values);
}

const base64urlValues = valuesOf(base64urlAlphabet);
const base64Values = valuesOf(base64Alphabet);

function valuesOf(alphabet: string): Int8Array {
  const values = new Int8Array(128).fill(-1);
  for (let i = 0; i < alphabet.length; i++) values[alphabet.charCodeAt(i)] = i;
  return values;
}

const ascii = new TextDecoder("latin1");

/** Writes character codes into bytes and decodes them at once: for a token a fifth of what joining strings takes. */
function encode64(bytes: Uint8Array, alphabet: string): string {
  const codes = alphabet === base64Alphabet ? base64Codes : base64urlCodes;
  const out = new Uint8Array(Math.ceil((bytes.length * 4) / 3));
  let at = 0;
  let i = 0;
  for (; i + 2 < bytes.length; i += 3) {
    const word = (bytes[i]! << 16) | (bytes[i + 1]! << 8) | bytes[i + 2]!;
    out[at++] = codes[word >> 18]!;
    out[at++] = codes[(word >> 12) & 63]!;
    out[at++] = codes[(word >> 6) & 63]!;
    out[at++] = codes[word & 63]!;
  }
  if (i < bytes.length) {
    const word = (bytes[i]! << 16) | ((bytes[i + 1] ?? 0) << 8);
    out[at++] = codes[word >> 18]!;
    out[at++] = codes[(word >> 12) & 63]!;
    if (i + 1 < bytes.length) out[at++] = codes[(word >> 6) & 63]!;
  }
  return ascii.decode(out);
}

const base64Codes = utf8(base64Alphabet);
const base64urlCodes = utf8(base64urlAlphabet);

function decode64(text: string, values: Int8Array): Bytes | undefined {
  const rest = text.length % 4;
  if (rest === 1) return undefined;
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  const whole = text.length - rest;
  const valueAt = (i: number) => values[text.charCodeAt(i)] ?? -1;
  let bad = 0;
  let at = 0;
  for (let i = 0; i < whole; i += 4) {
    const word = (valueAt(i) << 18) | (valueAt(i + 1) << 12) | (valueAt(i + 2) << 6) | valueAt(i + 3);
    bad |= word;
    bytes[at++] = word >> 16;
    bytes[at++] = word >> 8;
    bytes[at++] = word;
  }
  if (rest > 0) {
    const word = (valueAt(whole) << 18) | (valueAt(whole + 1) << 12) | (rest === 3 ? valueAt(whole + 2) << 6 : 0);
    // Left-over bits must be zero, or two spellings would name the same bytes.
    bad |= (word & (rest === 3 ? 0xff : 0xffff)) === 0 ? word : -1;
    bytes[at++] = word >> 16;
    if (rest === 3) bytes[at++] = word >> 8;
  }
  return bad < 0 ? undefined : bytes;
}

const base58Alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/** Bitcoin's base58, as multibase `z` carries it (without the `z`). */
export function base58(bytes: Uint8Array): string {
  let number = 0n;
  for (const byte of bytes) number = number * 256n + BigInt(byte);
  let text = "";
  for (; number > 0n; number /= 58n) text = base58Alphabet[Number(number % 58n)]! + text;
  for (let i = 0; i < bytes.length && bytes[i] === 0; i++) text = `1${text}`;
  return text;
}

/** Reads base58; undefined where a character is foreign. Meant for keys: at most 128 characters are read. */
export function fromBase58(text: string): Bytes | undefined {
  if (text.length > 128) return undefined;
  let number = 0n;
  for (const character of text) {
    const value = base58Alphabet.indexOf(character);
    if (value < 0) return undefined;
    number = number * 58n + BigInt(value);
  }
  const digits: number[] = [];
  for (; number > 0n; number >>= 8n) digits.push(Number(number & 255n));
  for (let i = 0; i < text.length && text[i] === "1"; i++) digits.push(0);
  return Uint8Array.from(digits.reverse());
}
