/** The closed list of refusals: each code with the one sentence that is safe to show to anybody. */
export const sentences = {
  // grammar and size
  INVALID_REQUEST: "The request does not have the form that this address takes.",
  MALFORMED_JSON:
    "The body is not JSON of the strict form: no duplicate names, no lone surrogates, no integers beyond 2^53-1.",
  TOO_LARGE: "The request is larger than this address takes.",
  TOO_DEEP: "The JSON is nested more deeply than 40 levels.",
  UNSUPPORTED_MEDIA_TYPE: "The content type is not one that this address takes.",
  NOT_ACCEPTABLE: "None of the media types asked for can be given.",
  NOT_FOUND: "There is nothing at this address.",
  METHOD_NOT_ALLOWED: "This address does not take this method.",
  TOO_MANY_REQUESTS: "Too many requests or failures came from here; wait and try again.",
  QUOTA_EXCEEDED: "The request asks for more work than one request may cause.",
  IDEMPOTENCY_KEY_MISSING: "The request needs an Idempotency-Key, so that sending it twice does nothing twice.",
  IDEMPOTENCY_KEY_BUSY: "The first request with this Idempotency-Key is still at work; wait for its end.",
  IDEMPOTENCY_KEY_REUSED: "The Idempotency-Key came before with another request.",
  INVALID_MAIL: "The message does not have the form of one.",
  FOREIGN_FORM: "The form was not sent by a current page of this service.",
  INTERNAL: "Something went wrong here. The request id helps to find out what.",
  UNAVAILABLE: "The service cannot answer now; try again soon.",
  // identity
  INVALID_DID: "The DID cannot be read or is of a form that is not taken here.",
  UNSUPPORTED_DID_METHOD: "DIDs of this method are not resolved here.",
  DID_NOT_FOUND: "The DID does not resolve to a document.",
  DID_UNREACHABLE: "The DID document could not be fetched safely.",
  INVALID_DID_DOCUMENT: "What was fetched is not the DID document of this DID.",
  INVALID_SIWE: "The sign-in message does not follow EIP-4361.",
  WRONG_DOMAIN: "The message was signed for another site.",
  WRONG_CHAIN: "The chain is not the one that was expected.",
  WRONG_STATEMENT: "The statement is not the sentence that came with the nonce.",
  NONCE_UNKNOWN: "The nonce was not issued here, was spent, or ran out; ask for a new one.",
  NONCE_PURPOSE: "The nonce was issued for something else.",
  NOT_YET_VALID: "The message or token is not valid yet.",
  EXPIRED: "It has expired.",
  UNREADABLE_DATE: "A date cannot be read, so its time cannot be judged.",
  BAD_SIGNATURE: "The signature does not verify.",
  CONTRACT_WALLET:
    "The signature is not by the account's own key, and contract wallets cannot be asked on this chain here.",
  UNAUTHENTICATED: "This needs a signed-in session or a token that is valid here.",
  INVALID_TOKEN: "The token is not valid here.",
  TOKEN_EXPIRED: "The token or session has expired; sign in again.",
  TOKEN_REUSED: "The refresh token was used before; the whole session has been ended.",
  WRONG_AUDIENCE: "The token was made for somebody else.",
  RETURN_ADDRESS: "The app's return address is not one that people are sent to from here.",
  INVALID_EMAIL: "That is no e-mail address of a form that is taken here.",
  INVALID_CLIENT: "The client is not known here, or has not proved that it is the one it names.",
  INVALID_SCOPE: "The scope asked for is unknown, or more than the client was given.",
  UNSUPPORTED_GRANT_TYPE: "Tokens are not given for this type of grant.",
  // operations
  INVALID_OPERATION: "The operation does not follow the grammar of signed operations.",
  UNKNOWN_SUITE: "The signature is of a suite that is not known here.",
  UNKNOWN_KIND: "Documents of this kind are not kept here.",
  UNKNOWN_ACTION: "The document kind has no such action.",
  UNKNOWN_DOCUMENT: "There is no such document here.",
  CONTENT_MISMATCH: "The signature is for other content than the operation carries.",
  BINDING_NOT_TAKEN: "The action needs a signature that binds more than this one does.",
  WEAK_HASH: "The content is bound by SHA-1, which is not admitted.",
  NOT_DELEGATED: "The key has no live delegation from the user in whose name it speaks.",
  NOT_PERMITTED: "The delegation of the key does not cover this action.",
  FORBIDDEN: "Whoever asks for this may not do it here.",
  OUT_OF_ORDER: "The operation does not continue the stream that it names.",
  HEAD_MOVED: "Another operation came first; read the head and sign again.",
  REPLAYED: "What was signed here has been admitted before.",
  ACTION_ID_REUSED: "The action id has been used for another action on this document.",
  DOCUMENT_EXISTS: "The document exists already.",
  WRONG_DOCUMENT_ID: "The document id does not follow from what opened the document.",
  STALE: "What was signed is too old to be admitted.",
  FROM_THE_FUTURE: "A time lies more than five minutes ahead.",
  RUN_TOO_LONG: "The run has more operations than one request may carry.",
  CONFLICT: "Others wrote at the same time, again and again; try once more.",
  INVALID_INPUT: "The input of the action is not what the action takes.",
  // kinds
  ALREADY_INITIALIZED: "The document has its beginning already.",
  NOT_INITIALIZED: "The document has no beginning yet.",
  ALREADY_REVOKED: "It is revoked already, and a revocation is final.",
  REVOKED: "It was revoked and does not come back.",
  ALREADY_SET: "It can be set once only, and it is set.",
  CREDENTIAL_KNOWN: "A credential with this id is kept already.",
  LIFETIME_TOO_LONG: "It would live longer than is allowed here.",
  NAME_TAKEN: "The name is taken.",
  PROFILE_EXISTS: "The address has a profile already.",
  WRONG_ORGANIZATION: "It belongs to another organisation.",
  ARCHIVED: "The badge class is archived: nothing is awarded of it.",
  HELD: "It is held back until a moment that has not come.",
  NOT_HELD: "It is not held back, or no longer: what has been delivered is revoked.",
  NOT_SUSPENDABLE: "The badge class does not let its awards be suspended.",
  BAD_CLAIM: "The claim link is not for this award, or has been used or replaced.",
  UNCHANGED: "It is so already: nothing would change.",
  // credentials
  INVALID_CREDENTIAL: "The credential cannot be read or does not have the form of its kind.",
  INVALID_PROOF: "The proof is not of its form, or not made for this.",
  UNKNOWN_CONTEXT: "A JSON-LD context is not known here, and none is fetched.",
  STATUS_UNAVAILABLE: "The status of the credential cannot be learned now.",
  NOT_REACHED: "The score is below that: nothing was issued.",
  NO_KEY: "The organisation has no key in use that could sign this.",
  NOT_VERIFIED: "It does not hold, or cannot be judged; its checks say why.",
  // badges
  INVALID_IMAGE: "The image is not a PNG or SVG of the form that is taken here.",
  NOT_BAKED: "The image carries no badge.",
  UNSUPPORTED_BADGE: "The image carries a badge of Open Badges 2.0 or older, which is not checked here.",
  INVALID_MARKDOWN: "The Markdown is not of the form that is taken here.",
  INVALID_CSV: "The CSV does not follow RFC 4180.",
} as const;

export type Code = keyof typeof sentences;

/** A refusal. The message is the sentence of its code; `detail` narrows it and must be safe to show. */
export class Failure extends Error {
  readonly code: Code;
  readonly detail: string | undefined;
  override readonly name = "Failure";

  constructor(code: Code, detail?: string) {
    super(sentences[code]);
    this.code = code;
    this.detail = detail;
  }
}

/** Refuses with `code` unless `condition` holds. */
export function ensure(condition: unknown, code: Code, detail?: string): asserts condition {
  if (!condition) throw new Failure(code, detail);
}
