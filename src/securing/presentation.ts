import { ensure } from "../kernel/failure.ts";
import { isObject, type Json, type JsonObject } from "../kernel/json.ts";
import type { Check } from "../kernel/report.ts";
import { type ModelRule, modelChecks } from "./data-model.ts";
import { checkContext, checkId, checkType, hasBaseContext, idOf, listOf, typesOf } from "./data-model-parts.ts";

/** A credential within a presentation: as it is, or secured as text within a data URL. */
export type PresentedCredential =
  | { form: "embedded"; body: JsonObject }
  | { form: "enveloped"; mediaType: string; text: string };

/** A presentation of the VC Data Model 2.0. */
export type Presentation = {
  id: string | undefined;
  types: string[];
  holder: string | undefined;
  credentials: PresentedCredential[];
  body: JsonObject;
};

/**
 * Holds a presentation to the VC Data Model 2.0; the credentials within are not judged. Refuses with INVALID_CREDENTIAL,
 * whose detail names the property.
 * @see https://www.w3.org/TR/vc-data-model-2.0/#verifiable-presentations section 4.13
 */
export function parsePresentation(body: JsonObject): Presentation {
  for (const rule of presentationRules) rule.judge(body);
  return {
    id: body.id as string | undefined,
    types: typesOf(body.type)!,
    holder: idOf(body.holder),
    credentials: listOf(body.verifiableCredential).map(readPresented),
    body,
  };
}

/** A check for each part of a presentation, `data-model.holder` and so on. */
export function presentationChecks(body: JsonObject): Check[] {
  return modelChecks(presentationRules, body);
}

/**
 * Reads an object that envelops what is secured as text (sections 4.13.3 and 4.13.4): `type` is
 * EnvelopedVerifiableCredential or EnvelopedVerifiablePresentation. Undefined where the object is none; refuses with
 * INVALID_CREDENTIAL one that is broken.
 */
export function readEnveloped(
  value: JsonObject,
  type: "EnvelopedVerifiableCredential" | "EnvelopedVerifiablePresentation",
): { mediaType: string; text: string } | undefined {
  if (!typesOf(value.type)?.includes(type)) return undefined;
  ensure(hasBaseContext(value["@context"]), "INVALID_CREDENTIAL", `The @context of an ${type} has not its term.`);
  const parts = typeof value.id === "string" ? /^data:([a-z]+\/[a-z0-9.+-]+)(?:;[^,]*)?,(.+)$/i.exec(value.id) : null;
  ensure(parts, "INVALID_CREDENTIAL", `The id of an ${type} is no data URL.`);
  return { mediaType: parts[1]!.toLowerCase(), text: parts[2]! };
}

const presentationRules: readonly ModelRule[] = [
  { name: "@context", judge: (body) => checkContext(body["@context"]) },
  { name: "claims", judge: checkClaims },
  { name: "id", judge: (body) => checkId(body.id) },
  { name: "type", judge: (body) => checkType(body.type, "VerifiablePresentation") },
  { name: "holder", judge: checkHolder },
  { name: "verifiableCredential", judge: (body) => listOf(body.verifiableCredential).forEach(readPresented) },
];

function checkClaims(body: JsonObject): void {
  const bare = body.vc === undefined && body.vp === undefined;
  ensure(bare, "INVALID_CREDENTIAL", "The claims vc and vp have no place in it.");
}

function checkHolder({ holder }: JsonObject): void {
  const named = holder === undefined || idOf(holder) !== undefined;
  ensure(named, "INVALID_CREDENTIAL", "holder is no URL and no object with one as its id.");
}

/** Section 4.13.2: credentials are objects, never their URLs or texts. */
function readPresented(value: Json): PresentedCredential {
  ensure(isObject(value), "INVALID_CREDENTIAL", "verifiableCredential lists something else than objects.");
  const body = value as JsonObject;
  const enveloped = readEnveloped(body, "EnvelopedVerifiableCredential");
  if (enveloped) return { form: "enveloped", ...enveloped };
  checkType(body.type, "VerifiableCredential");
  return { form: "embedded", body };
}
