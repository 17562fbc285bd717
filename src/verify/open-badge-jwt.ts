import { isObject, type JsonObject } from "../kernel/json.ts";
import { aside, type Check, fail, pass, unknown } from "../kernel/report.ts";
import { second } from "../kernel/time.ts";
import { type Credential, issuerOf } from "../securing/data-model.ts";

/** Open Badges 3.0, section 8.2.3, has `typ` say JWT, where VC-JOSE-COSE has vc+jwt. */
export function isOpenBadgeHeader({ typ, cty }: JsonObject): boolean {
  return typeof typ === "string" && typ.toUpperCase() === "JWT" && cty === undefined;
}

/**
 * Whether the registered claims of a JWT in the form of Open Badges repeat what the credential says (section 8.2.6.1).
 * Another value fails; one that does not stand there is told aside, for the signature is over the credential itself.
 */
export function claimsCheck(payload: JsonObject, { id, validFrom, subjects }: Credential): Check {
  const [subject] = [payload.credentialSubject].flat();
  const named = isObject(subject) ? subject.id : undefined;
  const said: [string, unknown, boolean][] = [
    ["iss", payload.iss, payload.iss === issuerOf(payload)],
    ["jti", payload.jti, payload.jti === id],
    ["sub", payload.sub, subjects.length === 0 ? payload.sub === undefined : payload.sub === named],
    ["nbf", payload.nbf, isSecondOf(payload.nbf, validFrom)],
  ];
  const wrong = said.find(([, value, fits]) => value !== undefined && !fits);
  if (wrong) return fail("claims", "CLAIM_MISMATCH", `${wrong[0]} is not what the credential says.`);
  const missing = said.filter(([, value, fits]) => value === undefined && !fits).map(([name]) => name);
  if (missing.length === 0) return pass("claims", "Its registered claims say what the credential says.");
  return aside(unknown("claims", "CLAIM_MISSING", `Open Badges asks for ${missing.join(", ")} beside the credential.`));
}

/** Issuers leave out what is less than a second. */
function isSecondOf(claim: unknown, time: number | undefined): boolean {
  return typeof claim === "number" && time !== undefined && Math.floor(claim) === Math.floor(time / second);
}
