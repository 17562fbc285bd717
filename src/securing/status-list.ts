import type { Did } from "../identity/did.ts";
import { type Bytes, base64url, concat, fromBase64url } from "../kernel/bytes.ts";
import { ensure } from "../kernel/failure.ts";
import { isObject, type JsonObject } from "../kernel/json.ts";
import { iso, type Millis } from "../kernel/time.ts";
import { contextV2 } from "./data-model.ts";
import { isUrl } from "./data-model-parts.ts";

/** Fewer entries would tell who is meant: the least that Bitstring Status List 1.0 takes. */
export const minEntries = 131_072;

/** Bytes that a list may expand to, 16 million entries of one bit: more is taken for a gzip bomb. */
export const maxListBytes = 2 ** 21;

/** Where the status of a credential stands. */
export type StatusEntry = {
  purpose: string;
  index: number;
  /** URL of the status list credential. */
  list: string;
  /** Bits per entry. */
  size: number;
  /** What each status means, where the entry says so. */
  messages: readonly StatusMessage[];
};

export type StatusMessage = { status: number; message: string };

/** What a status list credential says, still compressed. */
export type StatusList = { purposes: string[]; encodedList: string };

/** A list with every status 0; the first entry is the left-most bit of the first byte. */
export function emptyBits(entries: number): Bytes {
  return new Uint8Array(Math.ceil(entries / 8));
}

export function setBit(bits: Uint8Array, index: number): void {
  bits[index >> 3]! |= 0x80 >> (index & 7);
}

/** The status at an index, undefined where the list does not reach that far. */
export function statusAt(bits: Uint8Array, index: number, size = 1): number | undefined {
  if ((index + 1) * size > bits.length * 8) return undefined;
  let status = 0;
  for (let bit = index * size; bit < (index + 1) * size; bit++) {
    status = status * 2 + ((bits[Math.floor(bit / 8)]! >> (7 - (bit % 8))) & 1);
  }
  return status;
}

/** GZIP, base64url, multibase prefix `u` (Bitstring Status List 1.0, section 3.3). */
export async function encodeBits(bits: Bytes): Promise<string> {
  return `u${base64url(await pump(bits, new CompressionStream("gzip"), Number.MAX_SAFE_INTEGER))}`;
}

/** Expands an `encodedList`. Refuses with INVALID_CREDENTIAL what cannot be read, or has more than `budget` bytes. */
export async function decodeBits(encodedList: string, budget: number = maxListBytes): Promise<Bytes> {
  const compressed = encodedList.startsWith("u") ? fromBase64url(encodedList.slice(1)) : undefined;
  ensure(compressed, "INVALID_CREDENTIAL", "The status list is not base64url with the multibase prefix u.");
  const bits = await pump(compressed, new DecompressionStream("gzip"), budget).catch(() => undefined);
  ensure(bits, "INVALID_CREDENTIAL", `The status list is no GZIP of at most ${budget} bytes.`);
  return bits;
}

/** Expanded lists that are kept, and how long one may be: of half a million entries. */
const maxKept = 32;
const maxKeptBytes = 65_536;
const kept = new Map<string, Bytes>();

/** As `decodeBits`, each text expanded once where it is asked for again soon. What it gives is shared: nobody changes it. */
export async function keptBits(encodedList: string): Promise<Bytes> {
  const known = kept.get(encodedList);
  if (known) kept.delete(encodedList);
  const bits = known ?? (await decodeBits(encodedList));
  if (bits.length > maxKeptBytes || encodedList.length > 2 * maxKeptBytes) return bits;
  if (kept.size >= maxKept) kept.delete(kept.keys().next().value!);
  kept.set(encodedList, bits);
  return bits;
}

/** The `credentialStatus` of a credential that stands in `list` under `index`. */
export function statusEntry(list: string, index: number, purpose: string): JsonObject {
  return {
    id: `${list}#${index}`,
    type: "BitstringStatusListEntry",
    statusPurpose: purpose,
    statusListIndex: String(index),
    statusListCredential: list,
  };
}

/**
 * Reads a BitstringStatusListEntry; one of more than one bit says what each value means, and every value that it can
 * have. Refuses with INVALID_CREDENTIAL.
 * @see https://www.w3.org/TR/vc-bitstring-status-list/#bitstringstatuslistentry
 */
export function parseStatusEntry(value: unknown): StatusEntry {
  ensure(isObject(value) && value.type === "BitstringStatusListEntry", "INVALID_CREDENTIAL", "It is no status entry.");
  const { statusPurpose: purpose, statusListIndex: index, statusListCredential: list, statusSize: size = 1 } = value;
  ensure(typeof purpose === "string" && purpose !== "", "INVALID_CREDENTIAL", "The status entry has no purpose.");
  const isIndex = typeof index === "string" && /^(?:0|[1-9]\d{0,14})$/.test(index);
  ensure(isIndex, "INVALID_CREDENTIAL", "statusListIndex is no integer in text.");
  ensure(typeof list === "string" && URL.canParse(list), "INVALID_CREDENTIAL", "statusListCredential is no URL.");
  const isSize = typeof size === "number" && Number.isInteger(size) && size >= 1 && size <= 32;
  ensure(isSize, "INVALID_CREDENTIAL", "statusSize is not of 1 to 32 bits.");
  ensure(value.id !== list, "INVALID_CREDENTIAL", "The id of the status entry is that of its list.");
  const messages = messagesOf(value.statusMessage);
  const whole = value.statusMessage === undefined ? size === 1 : messages?.length === 2 ** size;
  ensure(messages && whole, "INVALID_CREDENTIAL", "statusMessage does not say what each status means.");
  const references = [value.statusReference ?? []].flat();
  ensure(references.every(isUrl), "INVALID_CREDENTIAL", "statusReference is no URL, and no list of them.");
  return { purpose, index: Number(index), list, size, messages };
}

/** Messages that are read: the meanings of statuses of up to ten bits. */
const maxMessages = 1024;

function messagesOf(value: unknown): StatusMessage[] | undefined {
  if (value === undefined) return [];
  if (!Array.isArray(value) || value.length > maxMessages) return undefined;
  const messages = value.map((each) => {
    const { status, message } = isObject(each) ? each : {};
    const read = typeof status === "string" && /^0x[0-9a-fA-F]{1,8}$/.test(status) && typeof message === "string";
    return read ? { status: Number(status), message } : undefined;
  });
  return messages.every((each) => each !== undefined) ? messages : undefined;
}

/** The unsigned BitstringStatusListCredential; `ttl` in milliseconds. */
export function statusListCredential(list: {
  id: string;
  issuer: Did;
  purpose: string;
  encodedList: string;
  validFrom: Millis;
  validUntil: Millis;
  ttl: Millis;
}): JsonObject {
  return {
    "@context": [contextV2],
    id: list.id,
    type: ["VerifiableCredential", "BitstringStatusListCredential"],
    issuer: list.issuer,
    validFrom: iso(list.validFrom),
    validUntil: iso(list.validUntil),
    credentialSubject: {
      id: `${list.id}#list`,
      type: "BitstringStatusList",
      statusPurpose: list.purpose,
      ttl: list.ttl,
      encodedList: list.encodedList,
    },
  };
}

/** Reads what a credential of that type says of its list; refuses with INVALID_CREDENTIAL. */
export function parseStatusList(credential: JsonObject): StatusList {
  const { type, credentialSubject: subject } = credential;
  const isList = Array.isArray(type) && type.includes("BitstringStatusListCredential");
  ensure(isList, "INVALID_CREDENTIAL", "It is no BitstringStatusListCredential.");
  const isSubject =
    isObject(subject) && subject.type === "BitstringStatusList" && typeof subject.encodedList === "string";
  ensure(isSubject, "INVALID_CREDENTIAL", "Its subject is no BitstringStatusList.");
  const purposes = [subject.statusPurpose].flat();
  const named = purposes.length > 0 && purposes.every((each) => typeof each === "string");
  ensure(named, "INVALID_CREDENTIAL", "The status list has no purpose.");
  return { purposes: purposes as string[], encodedList: subject.encodedList as string };
}

/** Sends bytes through a transform and rejects as soon as more than `budget` come out. */
export async function pump(
  bytes: Bytes,
  transform: CompressionStream | DecompressionStream,
  budget: number,
): Promise<Bytes> {
  const writer = transform.writable.getWriter();
  // What goes wrong with the writing shows in the reading.
  writer.write(bytes).catch(() => {});
  writer.close().catch(() => {});
  const reader = transform.readable.getReader();
  const chunks: Uint8Array[] = [];
  for (let size = 0; ; ) {
    const { done, value } = await reader.read();
    if (done) return concat(...chunks);
    size += value.length;
    if (size > budget) {
      reader.cancel().catch(() => {});
      throw new RangeError("The budget is used up.");
    }
    chunks.push(value);
  }
}
