import { z } from "zod";
import { type Secret, seal, unseal } from "../identity/sealing.ts";
import { fromUtf8, utf8 } from "../kernel/bytes.ts";
import { ensure } from "../kernel/failure.ts";
import type { Json } from "../kernel/json.ts";
import { randomText } from "../kernel/random.ts";
import type { Millis } from "../kernel/time.ts";
import { type Disclosure, disclose, readDisclosure } from "../securing/disclosure.ts";

const maxText = 8_192;
const maxTitle = 200;
const maxUrl = 2_048;
/** DIDs that a score is shown to by name. */
const maxAudience = 100;

const shown = (most: number) =>
  z
    .string()
    .min(1)
    .max(most)
    .refine((text) => !/[\p{Cc}\p{Cs}]/u.test(text.replace(/[\n\t]/g, "")), "It has no control characters.");

/** What is said of a person, by the names under which it is disclosed. `narrative` is plain text with line breaks. */
export const textMembers = {
  narrative: shown(maxText).optional(),
  title: shown(maxTitle).optional(),
  url: z
    .url({ protocol: /^https$/ })
    .max(maxUrl)
    .optional(),
};

const texts = z.strictObject({ ...textMembers, audience: z.array(z.string().max(512)).max(maxAudience).optional() });

/** Personal text of an operation. It stands in no log: the operation commits to the digest of each. */
export type Texts = z.output<typeof texts>;

/** Disclosures of one operation at most. */
export const maxTexts = 8;

/** A disclosure for each text, by a salt of its own; `saltOf` for whoever must make the same again. */
export function discloseTexts(said: Texts, saltOf: (name: string) => string = () => randomText(16)): Disclosure[] {
  return Object.entries(said).flatMap(([name, value]) =>
    value === undefined ? [] : [disclose(name, value as Json, saltOf(name))],
  );
}

/** What disclosures say together; what cannot be read is left out. */
export function readTexts(disclosures: readonly string[]): Texts {
  const said = disclosures.flatMap((text) => readDisclosure(text) ?? []).map(({ name, value }) => [name, value]);
  const read = texts.safeParse(Object.fromEntries(said));
  return read.success ? read.data : {};
}

/**
 * The disclosures that somebody brings beside an operation which commits to `digests`. Refuses with INVALID_INPUT what
 * is no disclosure, not committed to, or not of the form of its name.
 */
export function checkDisclosures(
  brought: readonly string[],
  digests: readonly string[],
  digestOf: (text: string) => string,
): Disclosure[] {
  ensure(brought.length <= maxTexts, "INVALID_INPUT", `An operation has at most ${maxTexts} texts.`);
  return brought.map((text) => {
    const digest = digestOf(text);
    ensure(
      digests.includes(digest),
      "INVALID_INPUT",
      "The operation does not commit to a disclosure that came with it.",
    );
    const read = readDisclosure(text);
    const known = read && texts.safeParse({ [read.name]: read.value }).success;
    ensure(known, "INVALID_INPUT", "A disclosure is of no form that is kept here.");
    return { text, digest };
  });
}

/** A text as it is kept: sealed under a key of its subject's. */
export type SealedText = { document: string; digest: string; key: string; sealed: string };

/** Whose text is kept under which key. `id` names the key; a new one is made after the one before was destroyed. */
export type TextKey = { id: string; sealed: string };

/** Keeps personal text beside the log. */
export type TextStore = {
  /** The key of a subject's texts, by its document; `fresh` becomes it where there is none. */
  keyOf(document: string, fresh: TextKey, now: Millis): Promise<TextKey>;
  /** Keeps texts, each as long as its key is; known ones stay. */
  keep(texts: readonly SealedText[]): Promise<void>;
  /** What is kept of the disclosures of a document by their digests, with the sealed keys. */
  find(document: string, digests: readonly string[]): Promise<{ digest: string; sealed: string; key: TextKey }[]>;
  /** Forgets single texts: those of an operation that was refused, or that their subject does not wish to be kept. */
  drop(document: string, digests: readonly string[]): Promise<void>;
  /** When the key of a document's texts was last destroyed; undefined where it never was. */
  erasedAt(document: string): Promise<Millis | undefined>;
  /** Destroys the key: nothing that was kept under it can be read again. */
  erase(document: string, now: Millis): Promise<void>;
};

const keyPurpose = "reputation text key";
const textPurpose = "reputation text";

/** Seals disclosures under the key of their subject, whose document it is, and keeps them. */
export async function keepTexts(
  { keys, store }: { keys: Secret; store: TextStore },
  document: string,
  disclosures: readonly Disclosure[],
  now: Millis,
): Promise<void> {
  if (disclosures.length === 0) return;
  const fresh = { id: randomText(16), sealed: await seal(keys, keyPurpose, utf8(randomText(32))) };
  const key = await store.keyOf(document, fresh, now);
  const own = await openKey(keys, key);
  ensure(own, "UNAVAILABLE");
  const sealed = disclosures.map(async ({ text, digest }) => {
    return { document, digest, key: key.id, sealed: await seal(own, textPurpose, utf8(text)) };
  });
  await store.keep(await Promise.all(sealed));
}

/** The texts of operations of one document, by digest, as far as they can still be read. */
export async function openTexts(
  { keys, store }: { keys: Secret; store: TextStore },
  document: string,
  digests: readonly string[],
): Promise<Map<string, string>> {
  if (digests.length === 0) return new Map();
  const found = await store.find(document, digests);
  const opened = new Map<string, Promise<Secret | undefined>>();
  for (const { key } of found) if (!opened.has(key.id)) opened.set(key.id, openKey(keys, key));
  const texts = new Map<string, string>();
  for (const { digest, sealed, key } of found) {
    const own = await opened.get(key.id);
    const bytes = own && (await unseal(own, textPurpose, sealed));
    if (bytes) texts.set(digest, fromUtf8(bytes));
  }
  return texts;
}

async function openKey(keys: Secret, { sealed }: TextKey): Promise<Secret | undefined> {
  const bytes = await unseal(keys, keyPurpose, sealed);
  return bytes && { secret: fromUtf8(bytes) };
}
