import { award } from "../../../src/badges/award.ts";
import { badgeClass } from "../../../src/badges/badge-class.ts";
import type { JsonObject } from "../../../src/kernel/json.ts";
import { iso } from "../../../src/kernel/time.ts";
import type { Entry } from "../../../src/operations/entry.ts";
import type { Right } from "../../../src/operations/organization-right.ts";
import type { Head } from "../../../src/operations/store.ts";
import { type Act, type By, entryOf, given, noon } from "../given.ts";

export const [academy, guild] = ["r1academy", "r1guild"];
export const orgKey = "did:key:zDnaevvCXbHpbyCpybTMZbPK6snWfAGxiLaDAx936DMa8XmwV";
export const [ann, bea, cai] = ["a", "b", "c"].map((letter) => `did:pkh:eip155:1:0x${letter.repeat(40)}`) as [
  string,
  string,
  string,
];

const rights = new Map<string, Right>();
const rightOf = (entry: Entry) => rights.get(entry.digest);
export const classKind = badgeClass({ rightOf });
export const awardKind = award({ rightOf });

type Given =
  | { member: string; role: "owner" | "admin" | "issuer" | "viewer" }
  | { key: string }
  | { client: string; scopes: readonly string[]; mode: "live" | "test" };

let entries = 0;

/** An entry of an organisation's log that gives a right. */
export function rightEntry(given: Given, organization = academy!): Entry {
  const digest = `right-${++entries}`;
  rights.set(digest, { organization, entry: digest, ...given });
  return { kind: "renown/organization", document: organization, digest, text: digest } as Entry;
}

export const [owner, issuer, viewer] = [
  rightEntry({ member: ann, role: "owner" }),
  rightEntry({ member: bea, role: "issuer" }),
  rightEntry({ member: cai, role: "viewer" }),
];
export const key = rightEntry({ key: orgKey });
export const scopes = ["classes:write", "awards:write"];
export const client = rightEntry({ client: "c", scopes, mode: "live" });
export const foreignOwner = rightEntry({ member: ann, role: "owner" }, guild);

/** A person, by a delegated key that may do everything about badges. */
export const by = (user: string): By => ({
  user,
  app: "did:key:zDnaerDaTF5BXEavCrfRZEk316dpbLsfPDZ3WJ5hRTPFU2169",
  binding: "full",
  by: "delegation",
  limits: [{ kind: classKind.name }, { kind: awardKind.name }],
});
/** The organisation's own key. */
export const byKey: By = { user: "", app: orgKey, binding: "full", by: "organization" };

const restsOn = [{ document: academy!, operation: "A".repeat(43) }];

export function act(type: string, input: JsonObject, who: By, grounds: readonly Entry[], at = noon): Act {
  return { type, input, by: who, at, grounds };
}

/** The same with the grounds named, as actions of an organisation have them. */
export function issuing(
  type: string,
  input: JsonObject,
  who = by(ann),
  grounds = [owner] as readonly Entry[],
  at = noon,
) {
  return act(type, { restsOn, ...input }, who, grounds, at);
}

export const definition = {
  name: "Welding",
  description: "Can weld.",
  criteria: { narrative: "Ten seams." },
  image: null,
  type: "Certificate",
  tags: [],
  alignment: [],
  validity: null,
  suspendable: false,
};

/** An entry of a class that gives a version of it. */
export function classEntry(
  more: JsonObject = {},
  type = "INIT",
  input: JsonObject = {},
  organization = academy!,
): Entry {
  const head: Head = { length: 0, operation: "", entry: "", timestampUtcMs: "" };
  const full = { restsOn, organization, definition: { ...definition, ...more }, ...input };
  const actor = {
    user: "",
    app: orgKey,
    binding: "full",
    authority: { by: "organization", entry: "" },
    method: "recovery",
  } as const;
  return entryOf(classKind, head, { type, input: full, by: byKey }, actor);
}

export const theClass = classEntry();
export const suspendableClass = classEntry({ suspendable: true });

export const digest = "D".repeat(43);

/** What AWARD says, of the class whose entry is among the grounds. */
export function awardInput(more: JsonObject = {}, of = theClass): JsonObject {
  const purpose = of === suspendableClass ? "suspension" : "revocation";
  const status = { purpose, list: `academy-${purpose}-1`, index: 7 };
  return { organization: academy!, class: of.document, version: 1, subject: cai, status, ...more };
}

export const awarding = (
  more: JsonObject = {},
  who = by(ann),
  grounds: readonly Entry[] = [owner, theClass],
  at = noon,
) =>
  issuing(
    "AWARD",
    awardInput(more, grounds.includes(suspendableClass) ? suspendableClass : theClass),
    who,
    grounds,
    at,
  );

export const givenAward = (...log: Act[]) => given(awardKind, log);
export const givenClass = (...log: Act[]) => given(classKind, log);
export const later = (milliseconds: number) => iso(noon + milliseconds);
