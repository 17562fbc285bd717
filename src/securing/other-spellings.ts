import { isObject, type Json, type JsonObject } from "../kernel/json.ts";
import type { Credential } from "./data-model.ts";

/** A member that decides how a credential stands: `name` as the document has it, `member` as it is read. */
export type Respelt = { name: string; member: string };

/**
 * What a credential as JWT says of its issuer, its subject, its period and its status under other names than theirs. A
 * JWT is read by its names and never expanded, so nothing of that is read; whoever expands it finds it.
 * @see https://www.w3.org/TR/vc-data-model-2.0/#contexts (compacted form), and VC-JOSE-COSE, section 3.1
 */
export function respeltMembers(payload: JsonObject): Respelt[] {
  const terms = ownTerms(payload["@context"] ?? null);
  return Object.keys(payload).flatMap((name) => {
    if (deciding.has(name)) return [];
    const iri = iriOf(name, terms, maxSteps);
    if (containers.has(iri)) return { name, member: iri };
    const member = iri.startsWith(vocabulary) ? iri.slice(vocabulary.length) : "";
    return deciding.has(member) ? { name, member } : [];
  });
}

/**
 * Statuses that a credential as JWT names outside `credentialStatus`: each is of a type that is not read here, so that
 * nobody takes it for one without a status. `status` is the claim of Token Status Lists (draft-ietf-oauth-status-list,
 * section 6.2), `vc` that of the data model 1.1.
 */
export function otherStatuses(payload: JsonObject, respelt: readonly Respelt[]): Credential["statuses"] {
  const { status, vc, credentialStatus } = payload;
  const named = respelt.filter(({ member }) => member === "credentialStatus").map(({ name }) => name);
  const within = isObject(vc) && vc.credentialStatus !== undefined && credentialStatus === undefined;
  return [...named, ...(isObject(status) ? ["status"] : []), ...(within ? ["vc"] : [])].map((name) => ({
    type: name,
    entry: {},
  }));
}

const deciding = new Set(["issuer", "credentialSubject", "validFrom", "validUntil", "credentialStatus"]);

/** Keywords under which members of the document itself may stand, or others of it. */
const containers = new Set(["@graph", "@included", "@nest", "@reverse"]);

/** Where the credentials contexts have the terms above. */
const vocabulary = "https://www.w3.org/2018/credentials#";

/** Terms that are followed from one to the next: a prefix within a prefix is rare. */
const maxSteps = 4;

/** What the contexts in a document map terms to; `@vocab` among them. A later one goes before an earlier one. */
function ownTerms(context: Json): Map<string, string> {
  // The older credentials context brings this prefix along.
  const terms = new Map([["cred", vocabulary]]);
  const read = (each: Json): void => {
    if (Array.isArray(each)) for (const one of each) read(one);
    else if (isObject(each))
      for (const [term, defined] of Object.entries(each as JsonObject)) {
        const iri = isObject(defined) ? defined["@id"] : defined;
        if (term === "@context") read(defined);
        else if (typeof iri === "string") terms.set(term, iri);
      }
  };
  read(context);
  return terms;
}

/** What a name comes to: by its term, else by its prefix, else by the vocabulary of the context. */
function iriOf(name: string, terms: ReadonlyMap<string, string>, steps: number): string {
  if (steps === 0 || name.startsWith("@")) return name;
  const defined = terms.get(name);
  if (defined !== undefined) return defined === name ? name : iriOf(defined, terms, steps - 1);
  const colon = name.indexOf(":");
  if (colon < 0) return `${terms.get("@vocab") ?? ""}${name}`;
  const prefix = terms.get(name.slice(0, colon));
  return prefix === undefined ? name : `${iriOf(prefix, terms, steps - 1)}${name.slice(colon + 1)}`;
}
