import type { Did } from "../identity/did.ts";
import { checkSubjectDid } from "../identity/subject-did.ts";
import { ensure } from "../kernel/failure.ts";
import { type Entry, signerOf } from "../operations/entry.ts";
import type { Deed } from "../operations/kind.ts";
import type { Rights } from "../operations/organization-right.ts";
import { accountOf } from "./accounts.ts";
import { attestationIn, confirmationIn, decideAttestation, ensureAttests } from "./attestation-decisions.ts";
import type { ReputationInput, ReputationInputs } from "./attestation-inputs.ts";
import {
  maxHidings,
  maxJoined,
  maxJoinedEver,
  maxLinks,
  maxLinksEver,
  type Reputation,
  reputationKind,
} from "./reputation-state.ts";

/** Something that was stated about a subject, as far as disputes need it. */
export type Evidence = {
  /** About whom, "" where the entries do not say. */
  subject: Did | "";
  /** Whose arbiters rule over it, "" for nobody's. */
  organization: string;
  /** The wallet that stated it, "" where a key of an organisation did. */
  attester: Did | "";
};

/** Finds among the entries that a deed rests on what an operation states, in documents of other kinds. */
export type EvidenceOf = (grounds: readonly Entry[], operation: string) => Evidence | undefined;

/** What decisions ask about entries of other kinds. */
export type Readers = { rightOf: Rights; evidenceOf: EvidenceOf };

/** Throws a Failure where this actor may not do this now. */
export function decideReputation(state: Reputation, deed: Deed, readers: Readers): void {
  // The input has passed the schema of its action.
  const asked = { type: deed.type, input: deed.input } as unknown as ReputationInputs;
  const { type, input } = asked;
  ensure(state.closedAt === null, "REVOKED", "The subject has closed it.");
  if (type === "ATTEST") decideAttestation(state, input, deed, readers.rightOf);
  else if (type === "RETRACT") decideRetraction(input, deed, readers);
  else if (type === "RESPOND") decideResponse(input, deed, readers);
  else if (type === "RULE") decideRuling(input, deed, readers);
  else decideBySubject(state, asked, deed, readers);
}

type BySubject = Exclude<ReputationInputs, { type: "ATTEST" | "RETRACT" | "RESPOND" | "RULE" }>;

function decideBySubject(state: Reputation, asked: BySubject, deed: Deed, readers: Readers): void {
  const { type, input } = asked;
  ensureBySubject(input, deed);
  if (type === "DISPUTE") decideDispute(input, deed, readers);
  else if (type === "LINK") decideLink(state, input);
  else if (type === "UNLINK") {
    const link = state.links.find(({ other }) => other === input.other);
    ensure(link, "UNCHANGED", "The subject names no such wallet as its own.");
    ensureEnds(input, [link.entry]);
  } else if (type === "JOIN") decideJoin(state, input);
  else if (type === "PART") {
    const joined = state.joined.find(({ organization }) => organization === input.organization);
    ensure(joined, "UNCHANGED", "The subject has not joined this organisation.");
    ensureEnds(input, [joined.entry]);
  } else if (type === "HIDE" || type === "UNHIDE") {
    const many = `A subject hides things and shows them again ${maxHidings} times at most.`;
    ensure(state.hidings < maxHidings, "QUOTA_EXCEEDED", many);
  }
}

function ensureBySubject({ subject }: { subject: string }, { actor }: Deed): void {
  ensure(actor.user !== "" && actor.user === subject, "FORBIDDEN", "Only its subject may do this.");
}

/** An attestation of this document that the deed rests on. */
type Named = { entry: Entry; said: ReputationInput<"ATTEST"> };

function attestationNamed({ attestation }: { attestation: string }, { document, grounds }: Deed): Named | undefined {
  const entry = grounds.find((each) => each.operation === attestation && each.document === document);
  const said = entry && attestationIn(entry);
  return said && { entry, said };
}

function decideRetraction(input: ReputationInput<"RETRACT">, deed: Deed, readers: Readers): void {
  const named = attestationNamed(input, deed);
  ensure(named, "FORBIDDEN", "It does not rest on the attestation that it takes back.");
  ensureByAttester(named, deed, readers.rightOf);
  ensureEnds(input, [named.entry.digest]);
}

function decideResponse(input: ReputationInput<"RESPOND">, deed: Deed, readers: Readers): void {
  const named = attestationNamed(input, deed);
  ensure(named, "FORBIDDEN", "It does not rest on the attestation that it answers.");
  if (deed.actor.user === input.subject) return;
  ensureByAttester(named, deed, readers.rightOf);
}

/** The wallet that attested, or whoever acts now for the organisation that did. */
function ensureByAttester({ entry, said }: Named, deed: Deed, rightOf: Rights): void {
  const { user } = deed.actor;
  if (said.organization !== "") ensureAttests(deed, rightOf, said.organization);
  else ensure(user !== "" && signerOf(entry).user === user, "FORBIDDEN", "Only who attested may do this.");
}

function decideDispute({ attestation, subject }: ReputationInput<"DISPUTE">, deed: Deed, readers: Readers): void {
  const evidence = evidenceNamed({ attestation }, deed, readers);
  ensure(evidence, "FORBIDDEN", "It does not rest on what it disputes.");
  ensure(evidence.subject === subject, "FORBIDDEN", "What it disputes is about another subject.");
}

function evidenceNamed(named: { attestation: string }, deed: Deed, { evidenceOf }: Readers): Evidence | undefined {
  const own = attestationNamed(named, deed);
  if (!own) return evidenceOf(deed.grounds, named.attestation);
  const { subject } = own.said;
  return { subject, organization: judgeOf(own, deed), attester: signerOf(own.entry).user };
}

/** The organisation that attested, that both are members of, or that confirmed the work. */
function judgeOf({ said }: Named, { document, grounds }: Deed): string {
  if (said.standing !== "work") return said.organization || (said.context ?? "");
  const confirms = ({ operation }: Entry) =>
    said.restsOn.some((each) => each.document === document && each.operation === operation);
  const confirmed = grounds.find((each) => each.document === document && confirms(each));
  return (confirmed && confirmationIn(confirmed, said)?.organization) ?? "";
}

function decideRuling(input: ReputationInput<"RULE">, deed: Deed, readers: Readers): void {
  const { attestation, dispute, outcome } = input;
  const disputed = deed.grounds.find((each) => each.operation === dispute && isDispute(each, deed, attestation));
  ensure(disputed, "FORBIDDEN", "It does not rest on the dispute over this attestation.");
  const evidence = evidenceNamed(input, deed, readers);
  ensure(evidence, "FORBIDDEN", "It does not rest on what is disputed.");
  ensureArbiter(evidence, input.subject, deed, readers.rightOf);
  // What is struck gives nothing any more; what stands in another document is ended there or nowhere.
  const struck = outcome === "struck" ? attestationNamed(input, deed) : undefined;
  ensureEnds(input, [disputed.digest, ...(struck ? [struck.entry.digest] : [])]);
}

function isDispute({ kind, document, action }: Entry, deed: Deed, attestation: string): boolean {
  const here = kind === reputationKind && document === deed.document;
  return here && action.type === "DISPUTE" && action.input.attestation === attestation;
}

function ensureArbiter(evidence: Evidence, subject: Did, { actor, grounds, facts }: Deed, rightOf: Rights): void {
  const { organization, attester } = evidence;
  ensure(organization !== "", "FORBIDDEN", "It was stated in no organisation's context: nobody rules over it.");
  const rights = grounds.flatMap((ground) => rightOf(ground) ?? []);
  const foreign = rights.some((right) => right.organization !== organization);
  ensure(!foreign, "WRONG_ORGANIZATION", "It rests on a right in another organisation.");
  const { user } = actor;
  const may = rights.some(
    (right) => "member" in right && right.member === user && (right.role === "arbiter" || right.role === "owner"),
  );
  ensure(user !== "" && may, "FORBIDDEN", "An arbiter or an owner of the organisation rules.");
  const own = (facts as readonly string[] | undefined) ?? [accountOf(user)];
  const partial = own.includes(accountOf(attester)) || own.includes(accountOf(subject));
  ensure(!partial, "FORBIDDEN", "Nobody rules in their own cause.");
}

function decideLink({ links, linked }: Reputation, { subject, other }: ReputationInput<"LINK">): void {
  checkSubjectDid(other);
  ensure(other !== subject, "INVALID_INPUT", "A wallet is its own already.");
  const known = links.some((link) => link.other === other);
  ensure(!known, "UNCHANGED", "The subject names this wallet as its own.");
  ensure(links.length < maxLinks, "QUOTA_EXCEEDED", `A subject names ${maxLinks} other wallets at most.`);
  ensure(linked < maxLinksEver, "QUOTA_EXCEEDED", `A subject names wallets as its own ${maxLinksEver} times at most.`);
}

function decideJoin({ joined, joinings }: Reputation, { organization }: ReputationInput<"JOIN">): void {
  const known = joined.some((each) => each.organization === organization);
  ensure(!known, "UNCHANGED", "The subject has joined this organisation.");
  ensure(joined.length < maxJoined, "QUOTA_EXCEEDED", `A subject joins ${maxJoined} organisations at most.`);
  ensure(joinings < maxJoinedEver, "QUOTA_EXCEEDED", `A subject joins organisations ${maxJoinedEver} times at most.`);
}

/** What an entry ends, it names by digest: so the log says by itself what has ended. */
function ensureEnds({ ends }: { ends: readonly string[] }, expected: readonly string[]): void {
  const same = ends.length === expected.length && expected.every((digest, i) => ends[i] === digest);
  ensure(same, "INVALID_INPUT", `It ends the entries ${expected.join(", ")}.`);
}
