/** What the command line asks of every case. */
export type Options = { rounds: number; quick: boolean };

/** One way of doing the job: does it a fixed number of times and answers what one took, in the unit of the case. */
export type Contender = { name: string; cost(): number | Promise<number> };

/** Costs by contender, one for each round. */
export type Costs = ReadonlyMap<string, readonly number[]>;

/** `value` is what the goal speaks of: the ratio, or for goals in a unit the figure itself. */
export type Goal = { of: "ratio" | "value"; atLeast?: number; atMost?: number; stretch?: number };

export type Result = {
  name: string;
  unit: string;
  /** Medians over the rounds; null where there is no such contender. */
  ours: number;
  yardstick: number | null;
  value: number;
  /** Median of the ratios of each round. */
  ratio: number | null;
  min: number | null;
  max: number | null;
  goal: Goal | null;
  met: boolean | null;
  /** Which contenders were compared, and how: times as fast (`speed`) or times as dear (`cost`). */
  compared: { ours: string; yardstick: string | null; as: "speed" | "cost" };
  /** Medians of all who ran in the same rounds. */
  beside: Record<string, number>;
  /** What was checked after the run, and other remarks. */
  notes: string[];
};

/**
 * Lets all run once in each round, a different one first each time so that none always runs behind the same one. The
 * first round warms up and is dropped.
 */
export async function rotate(contenders: readonly Contender[], rounds: number, warmUps = 1): Promise<Costs> {
  const costs = new Map<string, number[]>(contenders.map(({ name }) => [name, []]));
  for (const { cost } of contenders) for (let i = 0; i < warmUps; i++) await cost();
  for (let round = 0; round < rounds; round++)
    for (let i = 0; i < contenders.length; i++) {
      const { name, cost } = contenders[(i + round) % contenders.length]!;
      costs.get(name)!.push(await cost());
    }
  return costs;
}

export type Comparison = {
  name: string;
  unit: string;
  ours: string;
  yardstick: string;
  as: "speed" | "cost";
  goal?: Goal;
  notes?: string[];
};

/** Compares two of those that ran, round by round. */
export function compare(costs: Costs, comparison: Comparison): Result {
  const { name, unit, ours, yardstick, as, goal = null, notes = [] } = comparison;
  const [mine, theirs] = [costs.get(ours)!, costs.get(yardstick)!];
  const ratios = mine.map((each, round) => (as === "speed" ? theirs[round]! / each : each / theirs[round]!));
  const ratio = median(ratios);
  const figure = median(mine);
  const value = goal?.of === "value" ? figure : ratio;
  return {
    name,
    unit,
    ours: figure,
    yardstick: median(theirs),
    value,
    ratio,
    min: Math.min(...ratios),
    max: Math.max(...ratios),
    goal,
    met: goal && meets(value, goal),
    compared: { ours, yardstick, as },
    beside: Object.fromEntries([...costs].map(([each, figures]) => [each, median(figures)])),
    notes: [...notes, quietest(mine, theirs, as)],
  };
}

/** Of a machine that others use, the rounds in which each was disturbed least say more than those in the middle. */
function quietest(mine: readonly number[], theirs: readonly number[], as: Comparison["as"]): string {
  const [ours, other] = [mine, theirs].map((costs) => [...costs].sort((a, b) => a - b)[Math.floor(costs.length / 10)]!);
  const ratio = as === "speed" ? other! / ours! : ours! / other!;
  return `${ratio.toFixed(2)} by the fastest tenth of the rounds of each`;
}

/** A figure that stands for itself. */
export function figure(name: string, unit: string, value: number, goal: Goal, notes: string[] = []): Result {
  const compared = { ours: name, yardstick: null, as: "cost" } as const;
  const absent = { yardstick: null, ratio: null, min: null, max: null };
  return { name, unit, ours: value, ...absent, value, goal, met: meets(value, goal), compared, beside: {}, notes };
}

/** Microseconds of CPU that this process takes for each of `times`, threads and all. */
export async function cpuOf(times: number, work: () => unknown): Promise<number> {
  const start = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / times;
}

/** Microseconds that pass for each of `times`. */
export async function wallOf(times: number, work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return ((performance.now() - start) * 1000) / times;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

function meets(value: number, { atLeast, atMost }: Goal): boolean {
  return (atLeast === undefined || value >= atLeast) && (atMost === undefined || value <= atMost);
}
