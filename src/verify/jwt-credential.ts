import type { CompactJws } from "../identity/jws.ts";
import { attempt, unlessRefused } from "../kernel/attempt.ts";
import { ensure } from "../kernel/failure.ts";
import { type Check, fail, pass, skipped, unknown } from "../kernel/report.ts";
import { iso, type Millis, second } from "../kernel/time.ts";
import { type Credential, issuerOf, parseCredential } from "../securing/data-model.ts";
import { parseStamp } from "../securing/date-time-stamp.ts";
import { otherStatuses, type Respelt, respeltMembers } from "../securing/other-spellings.ts";
import { checkHeader, checkJws, keyOf, type PublicJwk, type ResolveKey } from "../securing/vc-jwt.ts";
import { compactForm } from "./compact-form.ts";
import { tried } from "./tried.ts";

/** What a credential secured as JWT turned out to be; `credential` where it follows the data model. */
export type JwtExamination = { checks: Check[]; jws?: CompactJws; credential?: Credential };

const names = ["form", "header", "data-model", "issuer", "key", "signature", "validity"] as const;

/**
 * Every check of a `vc+jwt` but its status: that it can be read, follows VC-JOSE-COSE and the VC Data Model 2.0, is
 * signed by a key of its issuer, and is in force at a moment.
 */
export async function examineJwt(
  jwt: string,
  at: Millis,
  maxLength: number,
  resolveKey: ResolveKey,
): Promise<JwtExamination> {
  const { checks: read, jws, credential } = lists.get(jwt) ?? others.get(jwt) ?? readJwt(jwt, maxLength);
  if (!jws) return { checks: [...read, ...names.slice(1).map((name) => skipped(name, "form"))] };
  const signed = await signatureChecks(jws, at, resolveKey, credential !== undefined && isList(credential));
  const validity = credential ? validityCheck(credential, jws, at) : skipped("validity", "data-model");
  return { checks: [...read, ...signed, validity], jws, ...(credential && { credential }) };
}

/** What the text of a JWT alone decides. */
function readJwt(jwt: string, maxLength: number): JwtExamination {
  const form = compactForm(jwt, maxLength);
  const jws = form.value;
  if (!jws) return { checks: [form.check] };
  const header = tried("header", "The header is that of a credential.", () => checkHeader(jws.header));
  const respelt = respeltMembers(jws.payload);
  const model = tried("data-model", "It follows the VC Data Model 2.0.", () => claimedCredential(jws, respelt));
  const credential = model.value;
  const checks = [form.check, header.check, model.check, ...respelt.slice(0, 1).map(termsCheck)];
  const read = { checks, jws, ...(credential && { credential }) };
  if (credential) (isList(credential) ? lists : others).keep(jwt, read);
  return read;
}

/** Its issuer signed it as it is, so nothing is forged; but what it says there is nothing that is judged here. */
function termsCheck({ name }: Respelt): Check {
  const told = `A member is named ${name.slice(0, maxTold)}, where a plain term is expected: it is not read here.`;
  return unknown("terms", "NOT_COMPACTED", told);
}

/** Characters of a foreign name that a report repeats. */
const maxTold = 200;

/** Status lists come again with each badge of an issuer, and a badge as often as somebody looks at it. */
const lists = keepReadings(32, 65_536);
const others = keepReadings(256, 8_192);

/** Keeps what texts of at most so many characters decide, of the latest `most`. What it gives is shared: nobody changes it. */
function keepReadings(most: number, maxLength: number) {
  const kept = new Map<string, JwtExamination>();
  return {
    get: (jwt: string) => (jwt.length <= maxLength ? kept.get(jwt) : undefined),
    keep: (jwt: string, read: JwtExamination) => {
      if (jwt.length > maxLength) return;
      if (kept.size >= most) kept.delete(kept.keys().next().value!);
      kept.set(jwt, read);
    },
  };
}

function isList({ types }: Credential): boolean {
  return types.includes("BitstringStatusListCredential");
}

/** By which key a status list has been found to be signed, for as long as it is kept. */
const signedBy = new WeakMap<CompactJws, string>();

/** Every credential is checked anew, but its list only once. */
async function checkSignature(jws: CompactJws, jwk: PublicJwk, list: boolean): Promise<void> {
  const key = list ? JSON.stringify(jwk) : "";
  if (list && signedBy.get(jws) === key) return;
  ensure(await checkJws(jws, jwk), "BAD_SIGNATURE");
  if (list) signedBy.set(jws, key);
}

/** What the registered claims say beside the credential must be what it says itself (VC-JOSE-COSE, section 3.3.1). */
function claimedCredential({ payload }: CompactJws, respelt: readonly Respelt[]): Credential {
  const credential = parseCredential(payload);
  const { sub, jti } = payload;
  const { id, subjects } = credential;
  const about = sub === undefined || subjects.length === 0 || subjects.some((each) => each === sub);
  ensure(about, "INVALID_CREDENTIAL", "sub is not the subject of the credential.");
  ensure(jti === undefined || id === undefined || jti === id, "INVALID_CREDENTIAL", "jti is not its id.");
  const others = otherStatuses(payload, respelt);
  return others.length === 0 ? credential : { ...credential, statuses: [...credential.statuses, ...others] };
}

/** The checks of a period; the end is excluded. */
export function periodCheck(at: Millis, from: Millis | undefined, until: Millis | undefined): Check {
  if (from !== undefined && at < from) return fail("validity", "NOT_YET_VALID", `It is valid from ${iso(from)}.`);
  if (until !== undefined && at >= until) return fail("validity", "EXPIRED", `It was valid until ${iso(until)}.`);
  return pass("validity", `It is valid at ${iso(at)}.`);
}

async function signatureChecks(jws: CompactJws, at: Millis, resolveKey: ResolveKey, list: boolean): Promise<Check[]> {
  const issuer = issuerOf(jws.payload);
  if (issuer === undefined) return names.slice(3, 6).map((name) => skipped(name, "data-model"));
  const named = tried("issuer", `The key named is one of ${issuer}.`, () => keyOf(jws, issuer));
  const url = named.value;
  if (!url) return [named.check, skipped("key", "issuer"), skipped("signature", "issuer")];
  const key = await attempt("key", `${url} is listed for assertions.`, async () => {
    const found = await resolveKey(url, at);
    ensure(found.retired === undefined || signingTime(jws) < found.retired, "EXPIRED", "The key had been retired.");
    return found;
  });
  const { value } = key;
  if (!value) return [named.check, key.check, skipped("signature", "key")];
  const signature = await attempt("signature", `${jws.header.alg} verifies.`, () =>
    checkSignature(jws, value.jwk, list),
  );
  return [named.check, key.check, signature.check];
}

/** The last second that a date of ECMAScript can tell. */
const maxSeconds = 8.64e12;

/** When the issuer says that it signed; without a word it may have been after any retirement. */
function signingTime({ payload }: CompactJws): Millis {
  if (typeof payload.iat === "number") return payload.iat * second;
  return unlessRefused(() => parseStamp("validFrom", payload.validFrom)) ?? Number.POSITIVE_INFINITY;
}

/** The credential's own period, and that of the signature where the JWT has one. */
function validityCheck(credential: Credential, { payload }: CompactJws, at: Millis): Check {
  const times = [payload.nbf, payload.exp];
  if (!times.every((time) => time === undefined || (typeof time === "number" && Math.abs(time) <= maxSeconds)))
    return fail("validity", "UNREADABLE_DATE", "nbf and exp are seconds since 1970.");
  const [nbf, exp] = times.map((time) => (typeof time === "number" ? Math.round(time * second) : undefined));
  const own = periodCheck(at, credential.validFrom, credential.validUntil);
  return own.outcome === "pass" && (nbf ?? exp) !== undefined ? periodCheck(at, nbf, exp) : own;
}
