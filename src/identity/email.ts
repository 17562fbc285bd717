import { ensure } from "../kernel/failure.ts";

/** Characters of an address (RFC 5321, section 4.5.3.1.3, less the brackets). */
export const maxEmail = 254;

/**
 * Reads one e-mail address, without a name and without brackets: a local part of dot-separated atoms (RFC 5321, section
 * 4.1.2; letters beyond ASCII as RFC 6531 has them) and the name of a domain. Returns it without spaces around, in NFC,
 * the domain in ASCII and lower case; the local part keeps its letter case, which is its host's affair. Refuses with
 * INVALID_EMAIL.
 */
export function parseEmail(text: string): string {
  const address = text.replace(/^ +| +$/g, "").normalize("NFC");
  const at = address.lastIndexOf("@");
  const local = address.slice(0, at);
  ensure(at > 0 && local.length <= maxLocal && localPattern.test(local), "INVALID_EMAIL");
  const email = `${local}@${asciiDomain(address.slice(at + 1))}`;
  ensure(email.length <= maxEmail, "INVALID_EMAIL");
  return email;
}

const maxLocal = 64;

const localPattern = /^[\w!#$%&'*+/=?^`{|}~\p{L}\p{N}-]+(?:\.[\w!#$%&'*+/=?^`{|}~\p{L}\p{N}-]+)*$/u;

const domainLetters = /^[a-z0-9.\p{L}\p{M}\p{N}-]{1,253}$/u;
const domainPattern = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** A name of the DNS as it is asked for: of one domain there is one spelling. */
function asciiDomain(text: string): string {
  const written = text.toLowerCase();
  const ascii = domainLetters.test(written) ? URL.parse(`https://${written}/`)?.hostname : undefined;
  ensure(ascii !== undefined && domainPattern.test(ascii), "INVALID_EMAIL");
  return ascii;
}
