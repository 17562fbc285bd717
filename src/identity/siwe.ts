import { ParsedMessage } from "@spruceid/siwe-parser";
import { ensure, Failure } from "../kernel/failure.ts";
import { clockSkew, type Millis, parseNamedTime } from "../kernel/time.ts";
import { checksummed } from "./address.ts";
import { type Account, maxChainId } from "./did.ts";

/** A sign-in message as signed. Its text is kept: the signature is over the text, never over a rebuilt one. */
export type SiweMessage = {
  text: string;
  scheme: string | undefined;
  domain: string;
  account: Account;
  statement: string | undefined;
  uri: string;
  nonce: string;
  issuedAt: Millis;
  /** Expiration Time as written, for proofs that name it to the letter. */
  expirationTime: string | undefined;
  expiresAt: Millis | undefined;
  notBefore: Millis | undefined;
  resources: readonly string[];
};

/** Characters that a message may have: a delegation with 64 limits, named in statement and resources, has room. */
export const maxMessage = 8192;

/** Resources that a message may have: the key and as many limits as one proof may name. */
export const maxResources = 65;

/**
 * Reads a message by the ABNF of EIP-4361, the address by EIP-55. Refuses with INVALID_SIWE, WRONG_CHAIN (a chain id
 * outside 1 to 2^31-1) and UNREADABLE_DATE; what the message says is judged by `checkSiwe`.
 */
export function parseSiwe(text: string): SiweMessage {
  ensure(text.length <= maxMessage, "INVALID_SIWE", `A message has at most ${maxMessage} characters.`);
  const fields = usualFields(text) ?? grammarFields(text);
  ensure(fields.address === checksummed(fields.address), "INVALID_SIWE", "The address must be spelt as in EIP-55.");
  ensure(fields.resources.length <= maxResources, "INVALID_SIWE", `At most ${maxResources} resources are taken.`);
  const { chainId, expirationTime } = fields;
  const known = Number.isInteger(chainId) && chainId >= 1 && chainId <= maxChainId;
  ensure(known, "WRONG_CHAIN", `A chain id is an integer from 1 to ${maxChainId}.`);
  return {
    text,
    scheme: fields.scheme,
    domain: fields.domain,
    account: { chainId, address: fields.address.toLowerCase() as `0x${string}` },
    statement: fields.statement,
    uri: fields.uri,
    nonce: fields.nonce,
    issuedAt: parseNamedTime("Issued At", fields.issuedAt),
    expirationTime,
    expiresAt: expirationTime === undefined ? undefined : parseNamedTime("Expiration Time", expirationTime),
    notBefore: fields.notBefore === undefined ? undefined : parseNamedTime("Not Before", fields.notBefore),
    resources: fields.resources,
  };
}

/**
 * Judges site and time. `origin` is the configured public origin, `life` how long after Issued At a message is taken.
 * Refuses with WRONG_DOMAIN, NOT_YET_VALID and EXPIRED.
 */
export function checkSiwe(message: SiweMessage, origin: string, now: Millis, life: Millis): void {
  const { protocol, host } = new URL(origin);
  ensure(message.domain === host, "WRONG_DOMAIN", `Messages for this service name the domain ${host}.`);
  ensure(message.scheme === undefined || `${message.scheme}:` === protocol, "WRONG_DOMAIN");
  ensure(isWithin(message.uri, origin), "WRONG_DOMAIN", `The URI lies on another site than ${origin}.`);
  ensure(message.issuedAt <= now + clockSkew, "NOT_YET_VALID");
  ensure(message.notBefore === undefined || message.notBefore <= now, "NOT_YET_VALID");
  ensure(message.issuedAt > now - life, "EXPIRED", "The message is older than its nonce may be.");
  ensure(message.expiresAt === undefined || message.expiresAt > now, "EXPIRED");
}

type Fields = {
  scheme: string | undefined;
  domain: string;
  address: string;
  statement: string | undefined;
  uri: string;
  chainId: number;
  nonce: string;
  issuedAt: string;
  expirationTime: string | undefined;
  notBefore: string | undefined;
  resources: readonly string[];
};

// The parts of the ABNF that wallets use, each a subset of its rule; dates are held to theirs by parseNamedTime.
const pchar = "(?:[A-Za-z0-9!$&-.:;=@_~]|%[0-9A-Fa-f]{2})";
const segments = `${pchar}*(?:/${pchar}*)*`;
const authority = "[A-Za-z0-9.-]+(?::[0-9]+)?";
const query = `(?:\\?(?:${pchar}|[/?])*)?`;
const resource = `[A-Za-z][A-Za-z0-9+.-]*:(?://${authority}(?:/${segments})?|${pchar}${segments})${query}`;
const usual = new RegExp(
  [
    `^(?:(?<scheme>https?)://)?(?<domain>${authority}) wants you to sign in with your Ethereum account:`,
    "(?<address>0x[0-9A-Fa-f]{40})",
    "(?:\n(?<statement>[A-Za-z0-9 !#$&-;=?@[\\]_~]+))?",
    "",
    `URI: (?<uri>https?://${authority}(?:/${segments})?${query})`,
    "Version: 1",
    "Chain ID: (?<chainId>[0-9]{1,10})",
    "Nonce: (?<nonce>[A-Za-z0-9]{8,})",
    "Issued At: (?<issuedAt>[^ \n]+)",
  ].join("\n") +
    "(?:\nExpiration Time: (?<expirationTime>[^ \n]+))?(?:\nNot Before: (?<notBefore>[^ \n]+))?" +
    `(?:\nRequest ID: ${pchar}*)?(?:\nResources:(?<resources>(?:\n- ${resource})+))?$`,
);

/**
 * Reads a message of the usual shape, undefined where it has another. The full grammar takes half a millisecond for a
 * short message; this takes a hundredth of that, and tests hold the two to the same answers.
 */
function usualFields(text: string): Fields | undefined {
  const groups = usual.exec(text)?.groups;
  if (!groups) return undefined;
  return {
    scheme: groups.scheme,
    domain: groups.domain!,
    address: groups.address!,
    statement: groups.statement,
    uri: groups.uri!,
    chainId: Number(groups.chainId),
    nonce: groups.nonce!,
    issuedAt: groups.issuedAt!,
    expirationTime: groups.expirationTime,
    notBefore: groups.notBefore,
    resources: groups.resources?.slice(3).split("\n- ") ?? [],
  };
}

/** Characters that the full grammar is asked about: it takes a millisecond for each 800. */
const maxUnusual = 2048;

function grammarFields(text: string): Fields {
  ensure(text.length <= maxUnusual, "INVALID_SIWE", "A long message must have the usual shape.");
  try {
    const { scheme, domain, address, statement, uri, chainId, nonce, ...rest } = new ParsedMessage(text);
    const { issuedAt, expirationTime, notBefore, resources = [] } = rest;
    const times = { issuedAt, expirationTime, notBefore };
    return { scheme, domain, address, statement, uri, chainId, nonce, ...times, resources };
  } catch {
    throw new Failure("INVALID_SIWE", siweFault(text));
  }
}

/** What every message says, in this order, each on a line of its own; what stands between may be left out. */
const needed: readonly (readonly [begins: string, form: RegExp])[] = [
  ["URI: ", /^URI: [^ ]+$/],
  ["Version: ", /^Version: 1$/],
  ["Chain ID: ", /^Chain ID: [0-9]+$/],
  ["Nonce: ", /^Nonce: [A-Za-z0-9]{8,}$/],
  ["Issued At: ", /^Issued At: [^ ]+$/],
];

/** The first thing found wrong with a text that is no message, as far as its lines tell. Nothing of it is told back. */
function siweFault(text: string): string {
  const lines = text.split("\n");
  if (!/ wants you to sign in with your Ethereum account:\r?$/.test(lines[0]!))
    return "Line 1 of a message is `<domain> wants you to sign in with your Ethereum account:`.";
  if (text.includes("\r")) return "Lines of a message end with a line feed alone, without a carriage return.";
  if (!/^0x[0-9A-Fa-f]{40}$/.test(lines[1] ?? "")) return "Line 2 of a message is the address: 0x and 40 hex digits.";
  if (lines[2] !== "") return "Line 3 of a message is empty; the statement follows it.";
  for (const [begins, form] of needed) {
    const at = lines.findIndex((line, index) => index > 2 && line.startsWith(begins));
    if (at < 0) return `The message has no line that begins with \`${begins.trim()}\` and a space.`;
    if (!form.test(lines[at]!)) return `Line ${at + 1} of the message, \`${begins.trim()}\`, has another form.`;
  }
  return "Its lines do not have the form, or do not stand in the order, of EIP-4361.";
}

/** Compared as text: two parsers of URIs could disagree about whose a URI is. */
function isWithin(uri: string, origin: string): boolean {
  return uri === origin || ["/", "?", "#"].some((next) => uri.startsWith(origin + next));
}
