import type { JsonObject } from "../../../src/kernel/json.ts";
import type { Entry } from "../../../src/operations/entry.ts";
import type { Right, Role } from "../../../src/operations/organization-right.ts";
import { reputation } from "../../../src/reputation/reputation.ts";
import { type Act, type By, given, noon, theDocument } from "../given.ts";

export const [academy, guild] = ["academy", "guild"].map((name) => `r1${name.padEnd(43, "_")}`) as [string, string];
export const orgKey = "did:key:zDnaevvCXbHpbyCpybTMZbPK6snWfAGxiLaDAx936DMa8XmwV";
export const [ann, bea, cai, dan] = ["a", "b", "c", "d"].map((letter) => `did:pkh:eip155:1:0x${letter.repeat(40)}`) as [
  string,
  string,
  string,
  string,
];
/** Everything in these tests is about her. */
export const eve = `did:pkh:eip155:1:0x${"e".repeat(40)}`;

const rights = new Map<string, Right>();
export const rightOf = (entry: Entry) => rights.get(entry.digest);
export const kind = reputation({ rightOf });

type Given =
  | { member: string; role: Role }
  | { key: string }
  | { client: string; scopes: readonly string[]; mode: "live" | "test" }
  | { fields: readonly string[] };

/** An entry of an organisation's log that gives a right. */
export function rightEntry(right: Given, organization = academy): Entry {
  const digest = `right-${rights.size}`;
  rights.set(digest, { organization, entry: digest, ...right });
  return {
    kind: "renown/organization",
    document: organization,
    digest,
    operation: name(rights.size),
    text: digest,
  } as Entry;
}

export const field = "craft/welding";
export const role = (member: string, held: Role, organization = academy) =>
  rightEntry({ member, role: held }, organization);
export const owner = role(ann, "owner");
export const issuer = role(bea, "issuer");
export const viewer = role(cai, "viewer");
export const arbiter = role(dan, "arbiter");
export const evesRole = role(eve, "viewer");
export const fields = rightEntry({ fields: ["craft", field] });
export const key = rightEntry({ key: orgKey });
export const client = rightEntry({ client: "c", scopes: ["attestations:write"], mode: "live" });

/** The entry of the subject's own log by which it has joined an organisation. */
export function joined(organization = academy, document = theDocument): Entry {
  const operation = name(organization.charCodeAt(2) * 1_000);
  const action = { type: "JOIN", input: { subject: eve, organization } };
  const digest = `joined by ${operation}`;
  return { kind: kind.name, document, operation, digest, action, text: digest } as unknown as Entry;
}

/** A person, by a delegated key that may do everything about reputations. */
export const by = (user: string): By => ({
  user,
  app: "did:key:zDnaerDaTF5BXEavCrfRZEk316dpbLsfPDZ3WJ5hRTPFU2169",
  binding: "full",
  by: "delegation",
  limits: [{ kind: kind.name }],
});
/** The organisation's own key. */
export const byKey: By = { user: "", app: orgKey, binding: "full", by: "organization" };

/** Names grounds in the input as well, and its subject. */
export function act(type: string, input: JsonObject, who: By, grounds: readonly Entry[] = [], at = noon): Act {
  const restsOn = grounds.map(({ document, operation }) => ({ document, operation }));
  const rests = type === "ATTEST" || grounds.length > 0 ? { restsOn } : {};
  return { type, input: { subject: eve, ...rests, ...input }, by: who, at, grounds };
}

const said = { field, kind: "review", value: "4" };
/** What a member's word about eve rests on. */
export const asFellows: readonly Entry[] = [viewer, evesRole, joined(), fields];
export const organized = (more: JsonObject = {}, who = by(bea), grounds: readonly Entry[] = [issuer, fields]) =>
  act("ATTEST", { ...said, standing: "organization", organization: academy, ...more }, who, grounds);
export const member = (more: JsonObject = {}, who = by(cai), grounds: readonly Entry[] = asFellows) =>
  act("ATTEST", { ...said, standing: "membership", organization: "", context: academy, ...more }, who, grounds);
export const unsolicited = (more: JsonObject = {}, who = by(cai), grounds: readonly Entry[] = []) =>
  act("ATTEST", { ...said, standing: "unsolicited", organization: "", ...more }, who, grounds);

export const work = { type: "operation", id: "W".repeat(43) };
export const contribution = { kind: "contribution", work };
/** What the academy has attested of somebody's work, in their own document. */
export function contributed(of: string, more: JsonObject = {}): Entry {
  const input = organized({ subject: of, ...contribution, ...more }).input;
  const operation = name(`${of}${JSON.stringify(more)}`.length + of.charCodeAt(of.length - 1) * 100);
  const action = { type: "ATTEST", input };
  const document = of === eve ? theDocument : `r1${of.slice(-20)}`;
  return {
    kind: kind.name,
    document,
    operation,
    digest: `entry of ${operation}`,
    action,
    text: operation,
  } as unknown as Entry;
}
export const fellow = (more: JsonObject = {}, who = by(cai), grounds = [contributed(eve), contributed(cai)]) =>
  act("ATTEST", { ...said, standing: "work", organization: "", work, ...more }, who, grounds);

export const givenReputation = (...log: Act[]) => given(kind, log);

/** The entry that an act becomes as the first of its log. */
export async function entryOf(first: Act): Promise<Entry> {
  return (await given(kind).when(first).then({})).entry;
}

/** What a digest looks like. */
export function name(n: number): string {
  return `${String(n).padStart(8, "0")}${"D".repeat(35)}`;
}
