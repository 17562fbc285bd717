import type { Did } from "../identity/did.ts";
import { iso } from "../kernel/time.ts";
import type { Left, Weighed } from "./contributions.ts";
import { formatDecimal, unit } from "./decimal.ts";
import type { Detail } from "./eligibility.ts";
import { contributionOf, type Evaluation } from "./evaluation.ts";
import type { Exclusion, Fact, FactKind } from "./fact.ts";
import type { RaterClass } from "./policy.ts";

/** What a fact says, by whom and when, and the path at which its entry can be read. */
type Stated = {
  operation: string;
  document: string;
  seq: number;
  /** Digest of the entry. */
  entry: string;
  subject: Did;
  rater: string;
  issuer: string;
  kind: FactKind;
  field: string;
  value: string;
  claimedAt: string;
  admittedAt: string;
  hidden: boolean;
  link: string;
};

/** A fact that counts: contribution = points · weight · value share · decay · trust, then caps. Decimal strings. */
export type Evidence = Stated & {
  class: RaterClass;
  /** Disputed: a ruling is awaited, and until then it counts. Capped: a cap has left it a part. */
  status: "counted" | "capped" | "disputed";
  weight: string;
  decay: string;
  /** Null where the policy does not ask for the rater's trust. */
  trust: string | null;
  contribution: string;
};

/** A fact that does not count, why, and what says so. */
export type Excluded = Stated & { reason: Exclusion; detail: Detail };

/** The lists behind a score, in the order of the log. Their members stand in the order of RFC 8785. */
export type Lists = { evidence: Evidence[]; excluded: Excluded[] };

export function listsOf({ counted, left }: Evaluation): Lists {
  return { evidence: counted.map(evidenceOf), excluded: left.map(excludedOf) };
}

/**
 * The lists as they may be shown: to its subject all of them; to others neither what it hides nor what nobody has asked
 * for, of which they learn numbers alone.
 */
export function visibleLists(lists: Lists, showHidden: boolean): Lists {
  if (showHidden) return lists;
  const { evidence, excluded } = listsWithout(lists, hiddenOf(lists));
  return { evidence, excluded: excluded.filter(({ reason }) => reason !== "unsolicited") };
}

/** The lists without these operations: not even a duplicate of one says of what it is. */
export function listsWithout({ evidence, excluded }: Lists, unseen: ReadonlySet<string>): Lists {
  const isSeen = ({ operation }: Stated) => !unseen.has(operation);
  const told = (each: Excluded) => (unseen.has(String(each.detail.of)) ? { ...each, detail: {} } : each);
  return { evidence: evidence.filter(isSeen), excluded: excluded.filter(isSeen).map(told) };
}

/** Operations of what its subject hides. */
export function hiddenOf({ evidence, excluded }: Lists): Set<string> {
  return new Set([...evidence, ...excluded].filter(({ hidden }) => hidden).map(({ operation }) => operation));
}

/** The lists with these operations marked as hidden, as what covers them never has them. */
export function hideAlso({ evidence, excluded }: Lists, operations: ReadonlySet<string>): Lists {
  const mark = <Shown extends Stated>(each: Shown): Shown =>
    operations.has(each.operation) ? { ...each, hidden: true } : each;
  return { evidence: evidence.map(mark), excluded: excluded.map(mark) };
}

/** The lists as RFC 8785 text, as members of an object to which the score is added. */
export function canonicalLists({ evidence, excluded }: Lists): string {
  // All members are made in their order, so that nothing is left to sort.
  return `"evidence":${JSON.stringify(evidence)},"excluded":${JSON.stringify(excluded)}`;
}

function evidenceOf(weighed: Weighed): Evidence {
  const { fact, worth, decay } = weighed;
  return {
    admittedAt: iso(fact.admittedAt),
    claimedAt: fact.claimedAt,
    class: worth.class,
    contribution: formatDecimal(contributionOf(weighed)),
    decay: formatDecimal((decay * unit) >> 62n),
    document: fact.document,
    entry: fact.entry,
    field: fact.field,
    hidden: fact.hidden,
    issuer: fact.issuer,
    kind: fact.kind,
    link: linkOf(fact),
    operation: fact.operation,
    rater: fact.rater,
    seq: fact.seq,
    status: statusOf(weighed),
    subject: fact.subject,
    trust: worth.trust === null ? null : formatDecimal(worth.trust),
    value: fact.value,
    weight: formatDecimal(worth.weight),
  };
}

function excludedOf({ fact, refusal }: Left): Excluded {
  return {
    admittedAt: iso(fact.admittedAt),
    claimedAt: fact.claimedAt,
    detail: refusal.detail,
    document: fact.document,
    entry: fact.entry,
    field: fact.field,
    hidden: fact.hidden,
    issuer: fact.issuer,
    kind: fact.kind,
    link: linkOf(fact),
    operation: fact.operation,
    rater: fact.rater,
    reason: refusal.reason,
    seq: fact.seq,
    subject: fact.subject,
    value: fact.value,
  };
}

function statusOf({ fact, cut }: Weighed): Evidence["status"] {
  if (fact.dispute && !fact.dispute.ruling) return "disputed";
  return cut === null ? "counted" : "capped";
}

/** The page of the document's log that begins with the entry; "" for a fact that is only supposed. */
function linkOf({ document, seq }: Fact): string {
  if (document === "") return "";
  return `/v1/documents/${encodeURIComponent(document)}/operations?after=${seq - 1}&limit=1`;
}
