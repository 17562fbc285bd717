import { z } from "zod";
import { type Secret, seal, unseal } from "../identity/sealing.ts";
import { fromUtf8, utf8 } from "../kernel/bytes.ts";
import { ensure, Failure } from "../kernel/failure.ts";
import type { Json } from "../kernel/json.ts";
import { holdTo, readAs } from "../kernel/misfit.ts";
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
    .url({ protocol: /^https$/, error: "It is an https URL." })
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
  return readAs(texts, Object.fromEntries(said)) ?? {};
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
    ensure(read, "INVALID_INPUT", "A disclosure is of no form that is kept here.");
    holdTo(texts, { [read.name]: read.value }, "INVALID_INPUT", { root: "texts" });
    return { text, digest };
  });
}

/** A text as it is kept: bound to the operation that commits to it, sealed under a key of its subject's. */
export type SealedText = { document: string; operation: string; digest: string; key: string; sealed: string };

/** Whose text is kept under which key. `id` names the key; a new one is made after the one before was destroyed. */
export type TextKey = { id: string; sealed: string };

/** An operation that commits to texts by their digests. */
export type Commitment = { operation: string; texts: readonly string[] };

/** Keeps personal text beside the log. */
export type TextStore = {
  /** The key of a subject's texts, by its document. */
  keyOf(document: string): Promise<TextKey | undefined>;
  /**
   * Keeps texts of operations that are not in the log yet; a `fresh` key becomes the document's where that has none. False
   * where the key they are sealed under is not, or no longer, the document's: then none is kept. Known ones stay, and what
   * was erased or dropped does not come back.
   */
  keep(texts: readonly SealedText[], fresh: TextKey | undefined, now: Millis): Promise<boolean>;
  /** What is kept of the texts of a document's operations, with the sealed keys. */
  find(
    document: string,
    operations: readonly string[],
  ): Promise<{ operation: string; digest: string; sealed: string; key: TextKey }[]>;
  /** Takes back exactly what was kept for operations that were refused, and the key where nothing else is under it. */
  withdraw(texts: readonly SealedText[]): Promise<void>;
  /** Forgets the texts of single operations for good. */
  drop(document: string, operations: readonly string[]): Promise<void>;
  /** Those of the digests whose texts were kept for a document, and were erased or dropped. */
  forgotten(document: string, digests: readonly string[]): Promise<ReadonlySet<string>>;
  /** Destroys the key: nothing that was kept under it can be read again, or be kept a second time. */
  erase(document: string): Promise<void>;
};

const keyPurpose = "reputation text key";
const textPurpose = "reputation text";

/** How often a key may be destroyed while something is sealed under it. */
const maxAttempts = 3;

/**
 * Seals disclosures of an operation under the key of the subject whose document it is, and keeps them. Answers with what
 * to withdraw where the operation is refused.
 */
export async function keepTexts(
  { keys, store }: { keys: Secret; store: TextStore },
  { document, operation }: Pick<SealedText, "document" | "operation">,
  disclosures: readonly Disclosure[],
  now: Millis,
): Promise<SealedText[]> {
  if (disclosures.length === 0) return [];
  for (let attempt = 1; attempt <= maxAttempts; attempt++) {
    const known = await store.keyOf(document);
    const key = known ?? { id: randomText(16), sealed: await seal(keys, keyPurpose, utf8(randomText(32))) };
    const own = await openKey(keys, key);
    ensure(own, "UNAVAILABLE");
    const sealing = disclosures.map(async ({ text, digest }) => {
      return { document, operation, digest, key: key.id, sealed: await seal(own, textPurpose, utf8(text)) };
    });
    const texts = await Promise.all(sealing);
    if (await store.keep(texts, known ? undefined : key, now)) return texts;
  }
  throw new Failure("UNAVAILABLE");
}

/** The texts of operations of one document by operation, in the order of their digests, as far as they can still be read. */
export async function openTexts(
  { keys, store }: { keys: Secret; store: TextStore },
  document: string,
  commitments: readonly Commitment[],
): Promise<Map<string, string[]>> {
  const asked = commitments.filter(({ texts }) => texts.length > 0);
  if (asked.length === 0) return new Map();
  const found = await store.find(
    document,
    asked.map(({ operation }) => operation),
  );
  const opened = new Map<string, Promise<Secret | undefined>>();
  for (const { key } of found) if (!opened.has(key.id)) opened.set(key.id, openKey(keys, key));
  const known = new Map<string, string>();
  for (const { operation, digest, sealed, key } of found) {
    const own = await opened.get(key.id);
    const bytes = own && (await unseal(own, textPurpose, sealed));
    if (bytes) known.set(`${operation} ${digest}`, fromUtf8(bytes));
  }
  const textsOf = ({ operation, texts }: Commitment) =>
    texts.flatMap((digest) => known.get(`${operation} ${digest}`) ?? []);
  return new Map(asked.map((each) => [each.operation, textsOf(each)]));
}

async function openKey(keys: Secret, { sealed }: TextKey): Promise<Secret | undefined> {
  const bytes = await unseal(keys, keyPurpose, sealed);
  return bytes && { secret: fromUtf8(bytes) };
}
