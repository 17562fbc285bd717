import { md5 } from "@noble/hashes/legacy.js";
import { sha256 } from "#primitives";
import { parsePkh } from "../identity/did.ts";
import { equalBytes, hex, utf8 } from "../kernel/bytes.ts";
import { isObject, type JsonObject } from "../kernel/json.ts";
import { aside, type Check, fail, pass, unknown } from "../kernel/report.ts";
import type { Person } from "./badge-question.ts";

/**
 * Whether a badge is a person's, by a DID (the same; another of the same address may be) or an e-mail address (as it stands,
 * or as hash with its salt: Open Badges 3.0, IdentityObject). One that fits is enough.
 */
export function recipientCheck(body: JsonObject, person: Person | undefined): Check {
  const { did, email } = person ?? {};
  if (did === undefined && email === undefined)
    return aside(unknown("recipient", "NOT_ASKED", "Nobody was named to compare it with."));
  const subjects = [body.credentialSubject].flat().filter(isObject) as JsonObject[];
  const answers = [
    ...(did === undefined ? [] : [byDid(subjects, did)]),
    ...(email === undefined ? [] : [byEmail(subjects, email)]),
  ];
  return (
    answers.find((each) => each.outcome === "pass") ?? answers.find((each) => each.outcome === "fail") ?? answers[0]!
  );
}

/** Values of identifiers and salts that are read; longer ones are nobody's. */
const maxValue = 1024;

function byDid(subjects: readonly JsonObject[], did: string): Check {
  const ids = subjects.map((each) => each.id).filter((id) => typeof id === "string");
  if (ids.length === 0) return unknown("recipient", "RECIPIENT_NOT_NAMED", "It names nobody by a DID.");
  if (ids.includes(did)) return pass("recipient", "It is for this DID.");
  const address = addressOf(did);
  return address !== undefined && ids.some((id) => addressOf(id) === address)
    ? unknown("recipient", "SAME_ADDRESS", "It is for this address on another chain, which may be somebody else's.")
    : fail("recipient", "OTHER_RECIPIENT", "It is for somebody else.");
}

function addressOf(did: string): string | undefined {
  try {
    return parsePkh(did).address;
  } catch {
    return undefined;
  }
}

function byEmail(subjects: readonly JsonObject[], email: string): Check {
  const named = subjects.flatMap((each) => [each.identifier].flat() as unknown[]).filter(isEmailIdentifier);
  if (named.length === 0) return unknown("recipient", "RECIPIENT_NOT_NAMED", "It names nobody by an e-mail address.");
  return named.some((each) => isAddress(each, email.trim()))
    ? pass("recipient", "It is for this e-mail address.")
    : fail("recipient", "OTHER_RECIPIENT", "It is for another e-mail address.");
}

type Identifier = { identityHash: string; identityType?: unknown; hashed?: unknown; salt?: unknown };

function isEmailIdentifier(value: unknown): value is Identifier {
  if (!isObject(value) || typeof value.identityHash !== "string" || value.identityHash.length > maxValue) return false;
  const { identityType: type } = value;
  return type === undefined || type === "emailAddress" || type === "email";
}

/** Hashes are made of the address as it was written; most issuers write it small. */
function isAddress({ identityHash, hashed, salt }: Identifier, email: string): boolean {
  const parts = /^(sha256|md5)\$([0-9a-f]+)$/i.exec(identityHash);
  if (!parts) return hashed !== true && identityHash.toLowerCase() === email.toLowerCase();
  const spellings = [email, email.toLowerCase()];
  const salted = typeof salt === "string" && salt.length <= maxValue ? salt : "";
  const hash = parts[1]!.toLowerCase() === "md5" ? md5 : sha256;
  const expected = utf8(parts[2]!.toLowerCase());
  return spellings.some((each) => equalBytes(utf8(hex(hash(utf8(each + salted)))), expected));
}
