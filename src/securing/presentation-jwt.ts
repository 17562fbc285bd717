import type { Did } from "../identity/did.ts";
import { type CompactJws, parseCompact } from "../identity/jws.ts";
import { base64url, equalBytes, utf8 } from "../kernel/bytes.ts";
import { ensure } from "../kernel/failure.ts";
import { asText, isObject, type JsonObject } from "../kernel/json.ts";
import { type Millis, second } from "../kernel/time.ts";
import { contextV2 } from "./data-model.ts";
import { parsePresentation } from "./presentation.ts";

/** The wallet's own words by which it let a key act: a sign-in message (EIP-4361) and its signature (EIP-191). */
export type WalletWords = { message: string; signature: string };

/** What a wallet says by a key of its own: who holds what, for how long, and to whom where that is one verifier. */
export type PresentationDraft = {
  /** A URL: where it can be found, or a name of its own. */
  id: string;
  holder: Did;
  /** The did:key (P-256) that will sign. */
  key: Did;
  /** Credentials as `vc+jwt`. */
  credentials: readonly string[];
  /** The delegation by which the key signs: where its log stands, and the wallet's words where it gave them so. */
  delegation: { id: string; words: WalletWords | undefined };
  madeAt: Millis;
  until: Millis;
  audience?: string | undefined;
  nonce?: string | undefined;
};

/** A presentation but for its signature: what is signed, ES256, are the bytes of `signing` in ASCII. */
export type UnsignedPresentation = { header: JsonObject; payload: JsonObject; signing: string };

/**
 * Writes a presentation of the VC Data Model 2.0 down as `vp+jwt`, to be signed elsewhere. Its times are whole seconds.
 * @see https://www.w3.org/TR/vc-jose-cose/ section 3.2
 */
export function draftPresentation(draft: PresentationDraft): UnsignedPresentation {
  const { id, holder, key, credentials, delegation, madeAt, until, audience, nonce } = draft;
  const header = { alg: "ES256", typ: "vp+jwt", cty: "vp", kid: `${key}#${key.slice("did:key:".length)}` };
  const payload = {
    "@context": [contextV2, presentationTerms],
    id,
    type: ["VerifiablePresentation"],
    holder,
    verifiableCredential: credentials.map(envelop),
    keyDelegation: { id: delegation.id, ...delegation.words },
    iat: Math.floor(madeAt / second),
    exp: Math.floor(until / second),
    ...(audience !== undefined && { aud: audience }),
    ...(nonce !== undefined && { nonce }),
  };
  const signing = [header, payload].map((part) => base64url(utf8(JSON.stringify(part)))).join(".");
  return { header, payload, signing };
}

/** A `vp+jwt` as it is read; nothing of it is believed until it has been verified. Times are milliseconds since 1970. */
export type SharedPresentation = {
  jws: CompactJws;
  id: string | undefined;
  holder: string | undefined;
  madeAt: Millis;
  until: Millis;
  /** Whether it was made for one verifier. */
  bound: boolean;
  /** Each as the text that it envelops. */
  credentials: string[];
};

/**
 * Reads a presentation that is to be shared: what is signed are the very characters that `draftPresentation` writes, and
 * no credential is in it twice. Refuses with INVALID_TOKEN and INVALID_CREDENTIAL.
 */
export function readShared(jwt: string, maxLength: number): SharedPresentation {
  const jws = parseCompact(jwt, maxLength);
  const { id, holder, credentials } = parsePresentation(jws.payload);
  const { iat, exp, aud, nonce } = jws.payload;
  const timely = isTime(iat) && isTime(exp) && iat < exp;
  ensure(timely, "INVALID_CREDENTIAL", "A presentation that is shared says by iat and exp when it was made and ends.");
  const texts = credentials.map((each) => {
    const read = each.form === "enveloped" && each.mediaType === "application/vc+jwt";
    ensure(read, "INVALID_CREDENTIAL", "A presentation that is shared has its credentials as vc+jwt in envelopes.");
    return each.text;
  });
  const differ = texts.length > 0 && new Set(texts).size === texts.length;
  ensure(differ, "INVALID_CREDENTIAL", "A presentation that is shared has one credential at least, and none twice.");
  const made = { id: id ?? "", holder: holder as Did, credentials: texts, madeAt: iat * second, until: exp * second };
  ensure(
    isAsDrafted(jws, made),
    "INVALID_CREDENTIAL",
    "A presentation that is shared has nothing in it but what was prepared.",
  );
  const bound = aud !== undefined || nonce !== undefined;
  return { jws, id, holder, madeAt: iat * second, until: exp * second, bound, credentials: texts };
}

/** Whether it is what would be written down for the same contents, to the character: there is no other spelling of it. */
function isAsDrafted(
  { header, payload, signed }: CompactJws,
  made: Omit<PresentationDraft, "key" | "delegation">,
): boolean {
  const { keyDelegation: said, aud, nonce } = payload;
  const { id, message, signature } = isObject(said) ? (said as JsonObject) : {};
  const words =
    typeof message === "string" && typeof signature === "string"
      ? { words: { message, signature } }
      : { words: undefined };
  const draft = draftPresentation({
    ...made,
    key: asText(header.kid).split("#")[0] as Did,
    delegation: { id: asText(id), ...words },
    ...(typeof aud === "string" && { audience: aud }),
    ...(typeof nonce === "string" && { nonce }),
  });
  return equalBytes(utf8(draft.signing), signed);
}

/** JSON-LD terms of what stands in it beside the data model, so that nobody has to fetch a context of ours. */
const presentationTerms: JsonObject = {
  keyDelegation: { "@id": "https://renown.id/ns#keyDelegation", "@type": "@id" },
  message: "https://renown.id/ns#message",
  signature: "https://renown.id/ns#signature",
};

function envelop(jwt: string): JsonObject {
  return { "@context": [contextV2], type: "EnvelopedVerifiableCredential", id: `data:application/vc+jwt,${jwt}` };
}

/** Seconds that a date can tell. */
function isTime(value: unknown): value is number {
  return Number.isInteger(value) && Math.abs(value as number) <= 8.64e12;
}
