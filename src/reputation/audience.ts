import type { Did } from "../identity/did.ts";
import type { Secret } from "../identity/sealing.ts";
import { ensure } from "../kernel/failure.ts";
import { derivedId } from "../operations/document-id.ts";
import { reputationKind } from "./reputation-state.ts";
import { openTexts, readTexts, type TextStore } from "./texts.ts";

/** Whom a subject shows its score under a policy to; `named` are DIDs. */
export type Audience = { audience: "all" | "nobody" } | { audience: "named"; named: readonly string[] };

/** What subjects have said about who sees their scores. */
export type Audiences = {
  /** Of a subject under a policy's document; all where it has said nothing. */
  of(subject: string, policy: string): Promise<Audience>;
  /** All that it has said, of whatever policy. */
  all(subject: string): Promise<Audience[]>;
};

type Said = { audience: Audience["audience"]; operation: string; texts: readonly string[] };

/** What the log says of it: the last SHOW of each policy, and the digests of the disclosure in which it names them. */
export type AudienceStore = {
  find(document: string, policy: string): Promise<Said | undefined>;
  list(document: string): Promise<Said[]>;
};

/** The audiences that subjects have chosen. Where a name was erased or never brought, it is nobody's. */
export function audiencesOf(parts: { realm: string; keys: Secret; texts: TextStore; store: AudienceStore }): Audiences {
  const { realm, keys, texts, store } = parts;
  const documentOf = (subject: string) => derivedId(realm, reputationKind, subject as Did);
  const read = async (document: string, said: Said): Promise<Audience> => {
    if (said.audience !== "named") return { audience: said.audience };
    const opened = await openTexts({ keys, store: texts }, document, [said]);
    return { audience: "named", named: readTexts([...opened.values()].flat()).audience ?? [] };
  };
  return {
    async of(subject, policy) {
      const document = documentOf(subject);
      const said = await store.find(document, policy);
      return said ? read(document, said) : { audience: "all" };
    },
    async all(subject) {
      const document = documentOf(subject);
      return Promise.all((await store.list(document)).map((said) => read(document, said)));
    },
  };
}

/** Who asks, undefined for whoever does not say; and for which DIDs a caller speaks. */
export type Viewing<Caller> = {
  viewer(): Promise<Caller | undefined>;
  speaksFor(caller: Caller, did: string): boolean;
};

/**
 * `own` where the viewer is the subject: the first of the wallets that are one. Refuses with FORBIDDEN those whom any of
 * the others, by what `audiencesOf` tells of it, does not show the score to.
 */
export async function ensureShown<Caller>(
  audiencesOf: (member: string) => Promise<readonly Audience[]>,
  { viewer, speaksFor }: Viewing<Caller>,
  members: readonly string[],
): Promise<{ own: boolean }> {
  const caller = await viewer();
  const isOf = (did: string) => caller !== undefined && speaksFor(caller, did);
  if (isOf(members[0]!)) return { own: true };
  for (const member of members)
    for (const said of isOf(member) ? [] : await audiencesOf(member)) {
      const shown = said.audience === "all" || (said.audience === "named" && said.named.some(isOf));
      ensure(shown, "FORBIDDEN", "The subject does not show this score to whoever asks.");
    }
  return { own: false };
}
