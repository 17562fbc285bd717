import { p256Verifier } from "#primitives";
import { keyDid } from "../identity/did.ts";
import { concat, fromBase64, fromBase64url, utf8 } from "../kernel/bytes.ts";
import { isObject } from "../kernel/json.ts";
import { aside, type Check, fail, pass, shared, unknown } from "../kernel/report.ts";
import { createdId } from "../operations/document-id.ts";
import { signerOf } from "../operations/entry.ts";
import { appOf, type SignedOperation } from "../operations/operation.ts";

/**
 * The check `document`: where an operation opens a document, the id must follow from it: for ids of this service from
 * opener and nonce, for signed headers of Powerhouse from the key that signs both.
 */
export function checkDocumentId(operation: SignedOperation, realm: string): Check | Promise<Check> {
  const { action, document, kind } = operation;
  if (action.type !== "CREATE_DOCUMENT") return opensNone;
  const { documentId, model, signing } = action.input;
  if (documentId !== document) return fail("document", "WRONG_DOCUMENT_ID", "The input names another document.");
  if (model !== kind) return fail("document", "WRONG_DOCUMENT_ID", "The input names another kind.");
  if (ours.test(document)) {
    const follows = createdId(realm, kind, signerOf(operation), action.id) === document;
    if (follows) return pass("document", "The id follows from who opened the document.");
    return fail("document", "WRONG_DOCUMENT_ID", "The id does not follow from who opened the document in this realm.");
  }
  if (isObject(signing)) return checkHeader(operation, signing);
  // Without its header nobody can tell whose signature it is, and anybody could claim it.
  if (fromBase64(document)?.length === 64)
    return unknown("document", "WRONG_DOCUMENT_ID", "The id is the signature of a header that is not here.");
  return aside(pass("document", "The id is random and binds nobody.", "OPAQUE"));
}

const opensNone = shared(aside(pass("document", "It opens no document; the id is taken as it stands.", "OPAQUE")));

/** How ids that this house computes are spelt; a signature in base64 may begin with the same letters. */
const ours = /^r1[A-Za-z0-9_-]{43}$/;

/** A signed header: P-256 over `documentType:createdAtUtcIso:nonce`, the signature in base64 being the document id. */
async function checkHeader(operation: SignedOperation, signing: Record<string, unknown>): Promise<Check> {
  const { publicKey, nonce, createdAtUtcIso, documentType, signature } = signing;
  const x = isObject(publicKey) && typeof publicKey.x === "string" ? fromBase64url(publicKey.x) : undefined;
  const y = isObject(publicKey) && typeof publicKey.y === "string" ? fromBase64url(publicKey.y) : undefined;
  const bytes = typeof signature === "string" ? fromBase64(signature) : undefined;
  const written = typeof nonce === "string" && typeof createdAtUtcIso === "string" && documentType === operation.kind;
  const readable = x?.length === 32 && y?.length === 32 && bytes?.length === 64 && written;
  if (!readable || signature !== operation.document)
    return fail("document", "WRONG_DOCUMENT_ID", "The signed header is of another document.");
  const compressed = concat(Uint8Array.of(2 + (y![31]! & 1)), x!);
  if (keyDid("P-256", compressed) !== appOf(operation.action))
    return fail("document", "WRONG_DOCUMENT_ID", "The header is signed by another key than the operation.");
  const payload = utf8(`${documentType}:${createdAtUtcIso}:${nonce}`);
  const good = await verifyHeader(concat(Uint8Array.of(4), x!, y!), payload, bytes!);
  if (good) return pass("document", "The id is the signature of its header, by the key that signs the operation.");
  return fail("document", "WRONG_DOCUMENT_ID", "The signature of the header does not verify.");
}

async function verifyHeader(point: Uint8Array, payload: Uint8Array, signature: Uint8Array): Promise<boolean> {
  try {
    return await p256Verifier(point)(payload, signature);
  } catch {
    return false;
  }
}
