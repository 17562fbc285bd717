import { DataIntegrityProof } from "@digitalbazaar/data-integrity";
import { cryptosuite as eddsaRdfc } from "@digitalbazaar/eddsa-rdfc-2022-cryptosuite";
import * as vc from "@digitalbazaar/vc";
import { compactVerify, importJWK } from "jose";
import type { JsonObject } from "../../src/kernel/json.ts";
import { contextOf } from "../../src/securing/contexts.ts";
import { decodeBits } from "../../src/securing/status-list.ts";
import { get } from "./client.ts";
import type { Service } from "./server.ts";

// What 1EdTech's public validator asks of an Open Badge, told in our own words, and asked of what the service serves.
// Each probe answers with what is wrong; the keys and lists that a badge names are read where it says that they are.

export type Probed = { service: Service; origin: string; now: number };

type Form = { badge: any; jwt?: string | undefined };

/** Everything that is wrong with a badge or an endorsement, its endorsements included. */
export async function probe(form: Form, at: Probed, type = "OpenBadgeCredential"): Promise<string[]> {
  const { badge } = form;
  const found = [
    ...contextProbe(badge),
    ...typeProbe(badge, type),
    ...(type === "OpenBadgeCredential" ? subjectProbe(badge.credentialSubject) : []),
    ...evidenceProbe(badge),
    ...issuerProbe(badge.issuer),
    ...(form.jwt === undefined ? await embeddedProbe(badge, at) : await externalProbe(badge, form.jwt, at)),
    ...(await statusProbe(badge, at)),
    ...timeProbe(badge, at),
  ];
  const carried: Form[] = [
    ...listOf(badge.endorsement).map((each) => ({ badge: each })),
    ...listOf(badge.endorsementJwt).map((jwt) => ({ badge: partOf(jwt as never, 1), jwt: jwt as never })),
  ];
  for (const each of carried)
    found.push(...(await probe(each, at, "EndorsementCredential")).map((wrong) => `endorsement: ${wrong}`));
  return found;
}

/** A part of a JWT as JSON. */
export function partOf(jwt: string, place: 0 | 1): any {
  return JSON.parse(Buffer.from(jwt.split(".")[place]!, "base64url").toString());
}

const says = (wrong: boolean, sentence: string) => (wrong ? [sentence] : []);
const listOf = (value: unknown): JsonObject[] => (value === undefined ? [] : ([value].flat() as JsonObject[]));
const isA = (value: any, type: string) => listOf(value?.type).includes(type as never);

function contextProbe({ "@context": context }: any): string[] {
  const own = /^https:\/\/purl\.imsglobal\.org\/spec\/ob\/v3p0\/context(-\d+\.\d+\.\d+)*\.json$/;
  return [
    ...says(context[0] !== "https://www.w3.org/ns/credentials/v2", "the first context is another"),
    ...says(!own.test(context[1]), "the second context is another"),
  ];
}

function typeProbe(badge: any, type: string): string[] {
  const whole = Array.isArray(badge.type) && isA(badge, "VerifiableCredential") && isA(badge, type);
  return says(!whole, `it is not of the type ${type}`);
}

function subjectProbe(subject: any): string[] {
  const named = (typeof subject.id === "string" && subject.id.trim() !== "") || listOf(subject.identifier).length > 0;
  const { criteria } = subject.achievement ?? {};
  return [
    ...says(!isA(subject, "AchievementSubject"), "the subject has another type"),
    ...says(!named, "nobody is named"),
    ...says(!listOf(subject.identifier).every((each) => isA(each, "IdentityObject")), "an identifier has another type"),
    ...says(!listOf(subject.result).every((each) => isA(each, "Result")), "a result has another type"),
    ...says(!criteria?.id && !criteria?.narrative, "the criteria say nothing"),
  ];
}

function evidenceProbe({ evidence }: any): string[] {
  return says(!listOf(evidence).every((each) => isA(each, "Evidence")), "a piece of evidence has another type");
}

function issuerProbe(issuer: any): string[] {
  return says(!isA(issuer, "Profile"), "the issuer is no profile");
}

function timeProbe({ validFrom, validUntil, awardedDate = validFrom }: any, { now }: Probed): string[] {
  const readable = [validFrom, awardedDate, validUntil ?? validFrom].every((each) =>
    /T.*(Z|[+-]\d\d:\d\d)$/.test(each),
  );
  return [
    ...says(!readable, "a time has no zone"),
    ...says(Date.parse(validFrom) > now, "it is not yet valid"),
    ...says(Date.parse(validUntil ?? "9999-01-01T00:00:00Z") <= now, "it has expired"),
  ];
}

/** The first proof of a suite that the validator knows, by a key whose multibase stands in its fragment. */
async function embeddedProbe(badge: any, at: Probed): Promise<string[]> {
  const known = listOf(badge.proof).find(
    ({ type, proofPurpose, cryptosuite }) =>
      type === "DataIntegrityProof" && proofPurpose === "assertionMethod" && cryptosuite === "eddsa-rdfc-2022",
  );
  if (!known) return ["there is no proof of eddsa-rdfc-2022"];
  const [controller, fragment] = String(known.verificationMethod).split("#");
  const load = async (url: string) => {
    const context = contextOf(url);
    const method = { "@context": "https://w3id.org/security/multikey/v1", ...((await methodOf(url, at)) ?? {}) };
    const document = context ? structuredClone(context) : url.includes("#") ? method : await documentOf(url, at);
    return { contextUrl: null, documentUrl: url, document };
  };
  const { verified } = await vc.verifyCredential({
    credential: structuredClone({ ...badge, proof: known }),
    suite: new DataIntegrityProof({ cryptosuite: eddsaRdfc }),
    documentLoader: load,
    checkStatus: async () => ({ verified: true }),
    now: new Date(at.now),
  });
  return [
    ...says(!/^z6Mk/.test(fragment ?? ""), "the fragment is no key of Ed25519"),
    ...says(controller !== badge.issuer.id, "the key is not the issuer's"),
    ...says(!verified, "the proof does not verify"),
  ];
}

/** A JWT of ES256 whose `kid` leads to a JWK, and whose claims are what Open Badges 3.0 asks for. */
async function externalProbe(badge: any, jwt: string, at: Probed): Promise<string[]> {
  const { alg, kid } = partOf(jwt, 0);
  const { publicKeyJwk } = ((await methodOf(kid, at)) ?? {}) as any;
  if (publicKeyJwk === undefined) return ["kid leads to no JWK"];
  const holds = await compactVerify(jwt, await importJWK(publicKeyJwk, alg)).catch(() => undefined);
  const { iss, jti, sub, nbf, exp, validFrom, validUntil } = badge;
  const millis = (time: number | undefined) => (time === undefined ? undefined : Math.round(time * 1000));
  const parsed = (time: string | undefined) => (time === undefined ? undefined : Date.parse(time));
  return [
    ...says(alg !== "ES256" && alg !== "RS256", "the algorithm is one that the validator does not know"),
    ...says(publicKeyJwk.d !== undefined, "the JWK is private"),
    ...says(!holds, "the signature does not verify"),
    ...says(iss !== badge.issuer.id, "iss is not the issuer"),
    ...says(jti !== badge.id, "jti is not the id"),
    ...says(sub !== badge.credentialSubject.id, "sub is not the subject"),
    ...says(millis(nbf) !== parsed(validFrom), "nbf is not validFrom"),
    ...says(millis(exp) !== parsed(validUntil), "exp is not validUntil"),
  ];
}

async function statusProbe({ credentialStatus, issuer }: any, at: Probed): Promise<string[]> {
  if (credentialStatus === undefined) return [];
  const { statusPurpose, statusListIndex, statusListCredential } = credentialStatus;
  const list = (await get(at.service, pathOf(statusListCredential, at))).body;
  const { credentialSubject: subject } = list;
  const bits = await decodeBits(subject.encodedList);
  const place = Number(statusListIndex);
  return [
    ...contextProbe({ "@context": [list["@context"][0], "https://purl.imsglobal.org/spec/ob/v3p0/context.json"] }),
    ...typeProbe(list, "BitstringStatusListCredential"),
    ...says(!isA(subject, "BitstringStatusList"), "the list has another type"),
    ...(await embeddedProbe({ ...list, issuer: { id: list.issuer.id ?? list.issuer } }, at)),
    ...says((list.issuer.id ?? list.issuer) !== issuer.id, "the list is another issuer's"),
    ...says(subject.statusPurpose !== statusPurpose, "the list has another purpose"),
    ...says(!subject.encodedList.startsWith("u"), "the list is no multibase"),
    ...says(bits.length * 8 < 131_072, "the list is too short"),
    ...says(((bits[place >> 3]! >> (7 - (place & 7))) & 1) === 1, `its bit of ${statusPurpose} is set`),
  ];
}

async function methodOf(url: string, at: Probed): Promise<JsonObject | undefined> {
  const [did] = url.split("#");
  if (!did!.startsWith("did:web:")) return undefined;
  const document = (await documentOf(did!, at)) as any;
  const listed = document.assertionMethod.includes(url);
  return listed ? document.verificationMethod.find((each: JsonObject) => each.id === url) : undefined;
}

async function documentOf(did: string, at: Probed): Promise<object> {
  const { pathname } = new URL(did.replaceAll(":", "/").replace("did/web/", "https://"));
  return (await get(at.service, `${pathname}/did.json`)).body;
}

function pathOf(url: string, { origin }: Probed): string {
  return url.slice(origin.length);
}
