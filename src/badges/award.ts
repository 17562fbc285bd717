import { checkSubjectDid } from "../identity/subject-did.ts";
import { equalBytes, utf8 } from "../kernel/bytes.ts";
import { ensure } from "../kernel/failure.ts";
import { hour, parseTime } from "../kernel/time.ts";
import { ensureActs, keepRights, keyGround } from "../operations/acting-right.ts";
import { createDocumentRule } from "../operations/create-document.ts";
import type { Deed, DocumentKind } from "../operations/kind.ts";
import type { Rights } from "../operations/organization-right.ts";
import { type AwardAction, type AwardInput, type AwardInputs, awardActions } from "./award-inputs.ts";
import { projectAward } from "./award-rows.ts";
import { type AwardState, awardView, claimDigest, evolveAward, isHeld, noAward } from "./award-state.ts";
import { type ClassGround, classGroundOf } from "./badge-class.ts";

export const awardKind = "renown/award";

/** How long an award may be held back, in milliseconds. */
export const maxHold = 24 * hour;

/** Endorsements that one award takes: its state is read whole each time. */
export const maxEndorsements = 64;

/**
 * A badge of somebody's: awarded by an organisation under a version of a class, claimed where there was no wallet yet,
 * and then the earner's to accept, hide or reject. Refuses with FORBIDDEN, WRONG_ORGANIZATION, ALREADY_INITIALIZED,
 * NOT_INITIALIZED, INVALID_INPUT, INVALID_DID, ARCHIVED, HELD, NOT_HELD, NOT_SUSPENDABLE, BAD_CLAIM, REVOKED, UNCHANGED;
 * places in status lists that others hold at commit (CONFLICT), and what was made before (REPLAYED).
 */
export function award(parts: { rightOf: Rights }): DocumentKind<AwardState> {
  const rightOf = keepRights(parts.rightOf);
  return {
    name: awardKind,
    ids: ["created"],
    order: "strict",
    actions: {
      CREATE_DOCUMENT: { ...createDocumentRule(awardKind), bindings: ["full"], open: false },
      ...awardActions,
    },
    initial: () => noAward,
    byKey: (_state, { app }, grounds) => keyGround(rightOf, app, grounds),
    decide: (state, deed) => decide(state, deed, rightOf),
    evolve: evolveAward,
    project: projectAward,
    view: awardView,
  };
}

/** Refuses with REVOKED and ALREADY_REVOKED what has ended. */
export function ensureOpen({ end }: Pick<AwardState, "end">): void {
  ensure(end?.as !== "cancelled", "REVOKED", "It was cancelled.");
  ensure(end === null, "ALREADY_REVOKED");
}

/** Refuses with FORBIDDEN that an organisation endorses what it has awarded itself: it says so already. */
export function ensureAnothers(state: Pick<AwardState, "organization">, organization: string): void {
  ensure(organization !== state.organization, "FORBIDDEN", "An organisation does not endorse its own awards.");
}

const byIssuer: ReadonlySet<AwardAction> = new Set(["CORRECT", "AMEND", "CANCEL", "REVOKE", "SUSPEND", "REINSTATE"]);

function decide(state: AwardState, deed: Deed, rightOf: Rights): void {
  // The input has passed the schema of its action.
  const asked = { type: deed.type, input: deed.input } as unknown as AwardInputs;
  const { type, input } = asked;
  const opens = type === "AWARD";
  ensure(opens === (state.organization === ""), opens ? "ALREADY_INITIALIZED" : "NOT_INITIALIZED");
  if (type === "AWARD") decideAward(input, deed, rightOf);
  else if (type === "ENDORSE") decideEndorsement(state, input, deed, rightOf);
  else if (type === "CLAIM") decideClaim(state, input, deed);
  else if (byIssuer.has(type)) decideByIssuer(state, asked, deed, rightOf);
  else decideByEarner(state, asked, deed);
}

const issuers = ["owner", "admin", "issuer"] as const;

function decideAward(input: AwardInput<"AWARD">, deed: Deed, rightOf: Rights): void {
  const { organization, subject, claim, test = false, status, heldUntil, validFrom, validUntil } = input;
  ensureActs(deed, rightOf, { organization, roles: issuers, scope: "awards:write", test });
  const given = classGround(deed, input.class, input.version, organization);
  ensure(test || !given.test, "INVALID_INPUT", "What is awarded of a class for trying out is a test, too.");
  const purpose = given.definition.suspendable ? "suspension" : "revocation";
  ensure(status.purpose === purpose, "INVALID_INPUT", `The status of awards of this class is for ${purpose}.`);
  ensure((subject === "") !== (claim === undefined), "INVALID_INPUT", "It has a subject, or else a claim.");
  if (subject !== "") checkSubjectDid(subject);
  checkPeriod(validFrom, validUntil);
  if (heldUntil === undefined) return;
  const held = parseTime(heldUntil) - deed.now;
  ensure(held > 0 && held <= maxHold, "INVALID_INPUT", `It is held for ${maxHold / hour} hours at most.`);
}

/** The entry of the class among the grounds: of this version, and of the same organisation. */
function classGround({ grounds }: Deed, document: string, version: number, organization: string): ClassGround {
  const classes = grounds.flatMap((ground) => classGroundOf(ground) ?? []);
  ensure(
    classes.every((each) => each.organization === organization),
    "WRONG_ORGANIZATION",
    "The class is another organisation's.",
  );
  const given = classes.find((each) => each.document === document && each.version === version);
  ensure(given, "FORBIDDEN", "It does not rest on the class's entry of this version.");
  return given;
}

function checkPeriod(from: string | null | undefined, until: string | null | undefined): void {
  if (!from || !until) return;
  ensure(parseTime(until) > parseTime(from), "INVALID_INPUT", "validUntil is later than validFrom.");
}

function decideByIssuer(state: AwardState, { type, input }: AwardInputs, deed: Deed, rightOf: Rights): void {
  const { organization, test, status } = state;
  ensureActs(deed, rightOf, { organization, roles: issuers, scope: "awards:write", test });
  ensureOpen(state);
  if (type === "CANCEL") ensure(isHeld(state, deed.now), "NOT_HELD");
  if (type === "CORRECT")
    ensure(state.claim !== null, "INVALID_INPUT", "It has a subject: only what is unclaimed is corrected.");
  if (type === "AMEND") decideAmendment(state, input, deed);
  if (type !== "SUSPEND" && type !== "REINSTATE") return;
  ensure(status?.purpose === "suspension", "NOT_SUSPENDABLE");
  ensure((type === "SUSPEND") === (state.suspension === null), "UNCHANGED");
}

function decideAmendment(state: AwardState, input: AwardInput<"AMEND">, deed: Deed): void {
  const given = classGround(deed, state.class, input.version, state.organization);
  const fits = given.definition.suspendable === (state.status?.purpose === "suspension");
  ensure(fits, "INVALID_INPUT", "Whether it may be suspended stays as it was.");
  checkPeriod(state.validFrom ?? state.awardedAt, input.validUntil);
}

function decideClaim(state: AwardState, { secret }: AwardInput<"CLAIM">, { actor, now }: Deed): void {
  ensureOpen(state);
  ensure(!isHeld(state, now), "HELD");
  ensure(actor.user !== "", "FORBIDDEN", "A wallet claims an award, by a key that it delegated.");
  const right = state.claim !== null && equalBytes(utf8(state.claim), utf8(claimDigest(secret)));
  ensure(right, "BAD_CLAIM");
}

function decideByEarner(state: AwardState, { type, input }: AwardInputs, { actor, now }: Deed): void {
  ensure(actor.user !== "" && actor.user === state.subject, "FORBIDDEN", "Only its earner may do this.");
  ensure(!isHeld(state, now), "HELD");
  if (type === "HIDE" || type === "UNHIDE") ensure(state.hidden !== (type === "HIDE"), "UNCHANGED");
  if (type === "SHOW_NAME") ensure(state.nameShown !== input.shown, "UNCHANGED");
  if (type === "ACCEPT" || type === "REJECT") ensureOpen(state);
  if (type === "ACCEPT") ensure(state.acceptedAt === null, "UNCHANGED");
}

/** Any organisation but the one that awarded it endorses, once, what can be seen. */
function decideEndorsement(
  state: AwardState,
  { organization }: AwardInput<"ENDORSE">,
  deed: Deed,
  rightOf: Rights,
): void {
  ensureActs(deed, rightOf, { organization, roles: issuers, scope: "awards:write", test: state.test });
  ensureAnothers(state, organization);
  ensureOpen(state);
  // What cannot be seen is refused like what is absent.
  ensure(!state.hidden && !isHeld(state, deed.now), "NOT_INITIALIZED");
  const again = state.endorsements.some((each) => each.organization === organization);
  ensure(!again, "UNCHANGED", "The organisation has endorsed it already.");
  ensure(state.endorsements.length < maxEndorsements, "QUOTA_EXCEEDED", `It takes ${maxEndorsements} endorsements.`);
}
