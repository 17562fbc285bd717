import { formatDecimal } from "./decimal.ts";
import type { Evidence, Excluded } from "./explanation.ts";
import { type Exclusion, type FactKind, factKinds } from "./fact.ts";
import type { Component, Explanation, Score } from "./score.ts";

/** From one decimal string to another, and the difference. */
export type Step = { from: string; to: string; change: string };

/** A fact whose contribution differs. `from` or `to` is "0" where it did not count, and the reason is there if known. */
export type Movement = Step & {
  operation: string;
  seq: number;
  kind: FactKind;
  field: string;
  rater: string;
  link: string;
  /** Why it did not count before, or does not now; absent where it was not there at all. */
  reason?: Exclusion;
};

/** What others learn of evidence that its subject hides. */
export type HiddenMovement = { kind: FactKind; count: number; change: string };

/** In each kind the changes of entered, left, changed and hidden together are the change of its sum, to the last digit. */
export type ScoreDiff = {
  from: ScoreEnd;
  to: ScoreEnd;
  /** Of the shown scores; null where one of the two is none. */
  change: string | null;
  kinds: { kind: FactKind; sum: Step; transformed: Step; points: Step }[];
  entered: Movement[];
  left: Movement[];
  changed: Movement[];
  hidden: HiddenMovement[];
};

type ScoreEnd = Pick<Score, "asOf" | "policy" | "score" | "passes"> & { digest: string };

/**
 * Which facts moved a score from one explanation to another, each given whole (`explainWhole`), in the order of the log.
 * What is hidden at either end is summed by kind unless `showHidden`.
 */
export function diffOf(before: Explanation, after: Explanation, { showHidden = false } = {}): ScoreDiff {
  const moved = movementsOf(before, after);
  const isOpen = ({ hidden }: Moved) => showHidden || !hidden;
  const open = (kind: Moved["how"]) => moved.filter((each) => each.how === kind && isOpen(each)).map(({ is }) => is);
  return {
    from: endOf(before.score),
    to: endOf(after.score),
    change: changeOf(before.score, after.score),
    kinds: kindSteps(before.score.components, after.score.components),
    entered: open("entered"),
    left: open("left"),
    changed: open("changed"),
    hidden: sumHidden(moved.filter((each) => !isOpen(each))),
  };
}

type Moved = { how: "entered" | "left" | "changed"; hidden: boolean; is: Movement };
type Sides = { before: Evidence | undefined; after: Evidence | undefined };

function movementsOf(before: Explanation, after: Explanation): Moved[] {
  const sides = new Map<string, Sides>();
  for (const each of before.evidence) sides.set(each.operation, { before: each, after: undefined });
  for (const each of after.evidence)
    sides.set(each.operation, { before: sides.get(each.operation)?.before, after: each });
  const reasons = { before: byOperation(before.excluded), after: byOperation(after.excluded) };
  const moved = [...sides.values()].flatMap((each) => movementOf(each, reasons) ?? []);
  return moved.sort((a, b) => a.is.seq - b.is.seq);
}

type Reasons = ReadonlyMap<string, Excluded>;

function movementOf({ before, after }: Sides, reasons: { before: Reasons; after: Reasons }): Moved | undefined {
  const { operation, seq, kind, field, rater, link } = (after ?? before)!;
  const step = stepOf(before?.contribution ?? "0", after?.contribution ?? "0");
  if (before && after && step.change === "0") return undefined;
  const excluded = (before ? reasons.after : reasons.before).get(operation);
  const how = before && after ? "changed" : before ? "left" : "entered";
  const reason = how !== "changed" && excluded ? { reason: excluded.reason } : {};
  const hidden = [before, after, excluded].some((each) => each?.hidden);
  return { how, hidden, is: { operation, seq, kind, field, rater, link, ...step, ...reason } };
}

function byOperation(excluded: readonly Excluded[]): Reasons {
  return new Map(excluded.map((each) => [each.operation, each]));
}

function sumHidden(moved: readonly Moved[]): HiddenMovement[] {
  return factKinds.flatMap((kind) => {
    const ofKind = moved.filter(({ is }) => is.kind === kind);
    if (ofKind.length === 0) return [];
    const change = ofKind.reduce((sum, { is }) => sum + unitsOf(is.change), 0n);
    return [{ kind, count: ofKind.length, change: formatDecimal(change) }];
  });
}

function kindSteps(before: readonly Component[], after: readonly Component[]): ScoreDiff["kinds"] {
  return factKinds.flatMap((kind) => {
    const from = before.find((each) => each.kind === kind);
    const to = after.find((each) => each.kind === kind);
    if (!from && !to) return [];
    const step = (name: "sum" | "transformed" | "points") => stepOf(from?.[name] ?? "0", to?.[name] ?? "0");
    return [{ kind, sum: step("sum"), transformed: step("transformed"), points: step("points") }];
  });
}

function changeOf(before: Score, after: Score): string | null {
  if (before.score === null || after.score === null) return null;
  return stepOf(before.score, after.score).change;
}

function stepOf(from: string, to: string): Step {
  return { from, to, change: formatDecimal(unitsOf(to) - unitsOf(from)) };
}

/** Reads what this room has written: sums may have more digits than a number that comes from outside. */
function unitsOf(text: string): bigint {
  const [integer = "", fraction = ""] = text.split(".");
  return BigInt(integer + fraction.padEnd(9, "0"));
}

function endOf({ asOf, policy, score, passes, evidence }: Score): ScoreEnd {
  return { asOf, policy, score, passes, digest: evidence.digest };
}
