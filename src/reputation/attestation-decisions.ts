import type { Did } from "../identity/did.ts";
import { checkSubjectDid } from "../identity/subject-did.ts";
import { ensure } from "../kernel/failure.ts";
import { parseTime } from "../kernel/time.ts";
import { ensureActs } from "../operations/acting-right.ts";
import type { Entry } from "../operations/entry.ts";
import type { Deed } from "../operations/kind.ts";
import type { Right, Rights } from "../operations/organization-right.ts";
import type { Settle, Tally } from "../operations/tallies.ts";
import { accountOf } from "./accounts.ts";
import { type ReputationInput, readReputationInput } from "./attestation-inputs.ts";
import { type Reputation, reputationKind } from "./reputation-state.ts";

/** How much an attester has said when something is decided: about one subject, and in all within a day. */
export type Said = { about: Tally; since: Tally };

/** Attestations of one attester about one subject: of an organisation, or of one account on all chains. */
export const maxAbout = 200;

/** Attestations of one attester in all, within a day. */
export const maxDaily = { person: 2_000, organization: 200_000 };

/** Attestations about one subject that nothing entitles to. */
export const maxUnsolicited = 1_000;

type Attestation = ReputationInput<"ATTEST">;

/** An ATTEST as it stands in the log, undefined where the entry is none. */
export function attestationIn({ kind, action }: Entry): Attestation | undefined {
  const read = kind === reputationKind ? readReputationInput(action.type, action.input) : undefined;
  return read?.type === "ATTEST" ? read.input : undefined;
}

/** What one organisation has confirmed of a subject, where that is a share in the work and the field that another names. */
export function confirmationIn(entry: Entry, { work, field }: Attestation): Attestation | undefined {
  const said = attestationIn(entry);
  const confirms = said?.standing === "organization" && said.kind === "contribution" && said.field === field;
  return confirms && work && said.work?.type === work.type && said.work.id === work.id ? said : undefined;
}

/** Whoever acts for the organisation that attests, or has attested. WRONG_ORGANIZATION, FORBIDDEN */
export function ensureAttests(deed: Deed, rightOf: Rights, organization: string): void {
  ensureActs(deed, rightOf, { organization, roles: attesters, scope: "attestations:write", test: false });
}

/** Whether two DIDs are of one account: an address is its owner's on every chain. */
export function sameAccount(one: Did, other: Did): boolean {
  return accountOf(one) === accountOf(other);
}

/**
 * Who may say this about the subject. Refuses with FORBIDDEN, WRONG_ORGANIZATION, INVALID_INPUT, INVALID_DID,
 * QUOTA_EXCEEDED, TOO_MANY_REQUESTS.
 */
export function decideAttestation(state: Reputation, input: Attestation, deed: Deed, rightOf: Rights): void {
  const { subject, validFrom, validUntil } = input;
  checkSubjectDid(subject);
  const period = validFrom === undefined || validUntil === undefined || parseTime(validUntil) > parseTime(validFrom);
  ensure(period, "INVALID_INPUT", "validUntil is later than validFrom.");
  checkForm(input);
  ensure(!sameAccount(subject, deed.actor.user), "FORBIDDEN", "Nobody attests about themselves.");
  if (input.standing === "organization") decideForOrganization(input, deed, rightOf);
  else decideAsPerson(state, input, deed, rightOf);
  checkLimits(input, deed.facts as Said | undefined);
}

/** Counts one more that is on its way into the log. */
export function countSaid({ about, since }: Said): Settle {
  const settles = [about.take(1), since.take(1)];
  return (stands) => {
    for (const settle of settles) settle(stands);
  };
}

const attesters = ["owner", "admin", "issuer"] as const;

/** Each standing names what it stands by, and nothing that it does not. */
function checkForm({ standing, organization, context, restsOn }: Attestation): void {
  const forOne = (organization !== "") === (standing === "organization");
  ensure(forOne, "INVALID_INPUT", "An organisation is named where one attests, and nowhere else.");
  const inOne = (context !== undefined) === (standing === "membership");
  ensure(inOne, "INVALID_INPUT", "A context is named where a member speaks of another, and nowhere else.");
  const rests = restsOn.length > 0 || standing === "unsolicited";
  ensure(rests, "INVALID_INPUT", "It says what it rests on.");
  const none = restsOn.length === 0 || standing !== "unsolicited";
  ensure(none, "INVALID_INPUT", "What nobody asked for rests on nothing.");
}

function decideForOrganization({ organization, field }: Attestation, deed: Deed, rightOf: Rights): void {
  ensureAttests(deed, rightOf, organization);
  const rights = deed.grounds.flatMap((ground) => rightOf(ground) ?? []);
  // What gives nothing would only make others carry its log along with this one.
  ensure(rights.length === deed.grounds.length, "INVALID_INPUT", "It rests on something that gives no right here.");
  ensureField(rights, field);
}

function decideAsPerson(state: Reputation, input: Attestation, deed: Deed, rightOf: Rights): void {
  ensure(deed.actor.user !== "", "FORBIDDEN", "A person attests with a wallet, by a key that it delegated.");
  if (input.standing === "membership") decideAsMember(input, deed, rightOf);
  else if (input.standing === "work") decideAsFellow(input, deed);
  else
    ensure(
      state.unsolicited < maxUnsolicited,
      "QUOTA_EXCEEDED",
      `Nobody asked for it, and ${maxUnsolicited} such are kept of a subject.`,
    );
}

function decideAsMember(input: Attestation, { actor, document, grounds }: Deed, rightOf: Rights): void {
  const { subject, context, field } = input;
  const rights = grounds.flatMap((ground) => rightOf(ground) ?? []);
  const foreign = rights.some(({ organization }) => organization !== context);
  ensure(!foreign, "WRONG_ORGANIZATION", "It rests on a right in another organisation.");
  const isMember = (user: Did) => rights.some((right) => "member" in right && right.member === user);
  const fellows = isMember(actor.user) && isMember(subject);
  ensure(fellows, "FORBIDDEN", "It does not rest on the entries by which both are members.");
  // Whoever runs an organisation makes anybody a member of it: that they are one, the subject says.
  const joined = grounds.some((ground) => ground.document === document && joinedIn(ground) === context);
  ensure(joined, "FORBIDDEN", "It does not rest on the entry by which the subject joined the organisation.");
  ensureField(rights, field);
}

function joinedIn({ kind, action }: Entry): string | undefined {
  const read = kind === reputationKind ? readReputationInput(action.type, action.input) : undefined;
  return read?.type === "JOIN" ? read.input.organization : undefined;
}

function ensureField(rights: readonly Right[], field: string): void {
  const listed = rights.some((right) => "fields" in right && right.fields.includes(field));
  ensure(listed, "FORBIDDEN", "It does not rest on an entry of the organisation that lists the field.");
}

/** One organisation has confirmed of both that they contributed to the work, in the field that is spoken of. */
function decideAsFellow(input: Attestation, { actor, document, grounds }: Deed): void {
  const { subject, work } = input;
  ensure(work && work.type !== "url", "INVALID_INPUT", "It names the work that both have done.");
  const confirmed = grounds.flatMap((ground) => {
    const said = confirmationIn(ground, input);
    return said ? [{ ground, said }] : [];
  });
  const own = confirmed.filter(({ ground, said }) => ground.document === document && said.subject === subject);
  const theirs = confirmed.filter(({ said }) => said.subject === actor.user);
  const both = own.some((one) => theirs.some((other) => one.said.organization === other.said.organization));
  // Whoever confirmed the work rules over disputes: nothing else may pass for that.
  const exact = both && grounds.length === 2;
  ensure(exact, "FORBIDDEN", "It rests on what one organisation has attested of both about the work, and no more.");
}

/** Exact within a process; several may go beyond by what each lets in before it asks again. */
function checkLimits({ organization }: Attestation, said: Said | undefined): void {
  if (!said) return;
  ensure(
    said.about.used() < maxAbout,
    "QUOTA_EXCEEDED",
    `An attester says ${maxAbout} things about a subject at most.`,
  );
  const most = organization === "" ? maxDaily.person : maxDaily.organization;
  ensure(said.since.used() < most, "TOO_MANY_REQUESTS", `An attester says ${most} things within a day at most.`);
}
