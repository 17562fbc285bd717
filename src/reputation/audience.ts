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
};

/** What the log says of it: the last SHOW of a policy. `texts` are digests of the disclosure that names them. */
export type AudienceStore = {
  find(
    document: string,
    policy: string,
  ): Promise<{ audience: Audience["audience"]; texts: readonly string[] } | undefined>;
};

/** The audiences that subjects have chosen. Where a name was erased or never brought, it is nobody's. */
export function audiencesOf(parts: { realm: string; keys: Secret; texts: TextStore; store: AudienceStore }): Audiences {
  const { realm, keys, texts, store } = parts;
  return {
    async of(subject, policy) {
      const document = derivedId(realm, reputationKind, subject as Did);
      const said = await store.find(document, policy);
      if (!said) return { audience: "all" };
      if (said.audience !== "named") return { audience: said.audience };
      const opened = await openTexts({ keys, store: texts }, document, said.texts);
      return { audience: "named", named: readTexts([...opened.values()]).audience ?? [] };
    },
  };
}

/** Who asks, undefined for whoever does not say; and for which DIDs a caller speaks. */
export type Viewing<Caller> = {
  viewer(): Promise<Caller | undefined>;
  speaksFor(caller: Caller, did: string): boolean;
};

/** `own` where the viewer is the subject. Refuses with FORBIDDEN those whom the subject does not show the score to. */
export async function ensureShown<Caller>(
  audiences: Audiences,
  { viewer, speaksFor }: Viewing<Caller>,
  subject: string,
  policy: string,
): Promise<{ own: boolean }> {
  const caller = await viewer();
  if (caller !== undefined && speaksFor(caller, subject)) return { own: true };
  const said = await audiences.of(subject, policy);
  const named = said.audience === "named" ? said.named : [];
  const shown = said.audience === "all" || (caller !== undefined && named.some((did) => speaksFor(caller, did)));
  ensure(shown, "FORBIDDEN", "The subject does not show this score to whoever asks.");
  return { own: false };
}
