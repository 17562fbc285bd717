import { describe, expect, test } from "vitest";
import { formatDecimal, parseDecimal, unit } from "../../../src/reputation/decimal.ts";
import { type Epoch, epochOf } from "../../../src/reputation/edges.ts";
import type { Fact } from "../../../src/reputation/fact.ts";
import type { PublishedPolicy } from "../../../src/reputation/policy.ts";
import { type Explanation, explainWhole, scoreOf } from "../../../src/reputation/score.ts";
import { day, factOf, now, policyOf, questionOf, vouch, wallet } from "./facts-given.ts";

const alpha = 15;
const whole = { seed: "1", organization: "1", person: "1" };
const lasting = { weights: whole, halfLifeDays: null };
const scale = { max: "1000000", decimals: 9 };

/** Points for what trusted people say: a vouch by somebody of trust t gives 100·t. */
const graph = policyOf(
  { vouch: { ...lasting, points: "100" }, contribution: lasting, incident: { ...lasting, points: "-50" } },
  {
    scale,
    fields: ["*"],
    minRaters: 2,
    threshold: "10",
    trust: {
      seeds: ["seed-1", "seed-2"],
      alpha,
      edges: ["vouch", "contribution"],
      mutual: "0.5",
      applies: ["organization", "person"],
    },
  },
);

const honest = Array.from({ length: 12 }, (_, i) => wallet(100 + i));
const sybils = (count: number) => Array.from({ length: count }, (_, i) => wallet(100_000 + i));

/** Says who vouches for whom, one after the other in the log. */
function vouches(pairs: readonly (readonly [string, string])[], from = 1): Fact[] {
  return pairs.map(([rater, to], i) => vouch(from + i, rater, to));
}

/** Trusted ground: two seeds, and twelve people who vouch for three others each. */
const ground = vouches([
  ...honest.slice(0, 6).flatMap((each) => [["seed-1", each] as const, ["seed-2", each] as const]),
  ...honest.flatMap((each, i) => [1, 3, 4].map((step) => [each, honest[(i + step) % 12]!] as const)),
]);
const free = ground.length + 1;

function epochUnder(log: readonly Fact[], policy = graph): Epoch {
  return epochOf({ policy, ties: log, at: now, position: log.length });
}

/** Somebody's score from a log that is everybody's. */
function scoreIn(log: readonly Fact[], who: string, policy: PublishedPolicy = graph): Explanation {
  const group = { members: [who], name: who, closedAt: undefined };
  const facts = log.filter((fact) => fact.subject === who);
  return explainWhole(
    questionOf(facts, { policy, group, trust: policy.policy.trust ? epochUnder(log, policy) : null }),
  );
}

const units = (text: string | null) => parseDecimal(text);
const reasons = ({ score }: Explanation) => score.excluded.byReason;

describe("a region that nobody on trusted ground vouches for has nothing", () => {
  test("as a ring: all of its vouches together give 0", () => {
    const ring = sybils(50);
    const log = [
      ...ground,
      ...vouches(
        ring.map((each, i) => [each, ring[(i + 1) % 50]!] as const),
        free,
      ),
    ];
    for (const each of [ring[0]!, ring[17]!, ring[49]!]) {
      expect(scoreIn(log, each).score).toMatchObject({ score: "0.000000000", raters: 0, passes: false });
      expect(reasons(scoreIn(log, each))).toEqual({ "out-of-scope": 1 });
    }
  });

  test("as a star that vouches both ways: its centre has 0, and so have its rays", () => {
    const [centre, ...rays] = sybils(200) as [string, ...string[]];
    const both = rays.flatMap((ray) => [[ray, centre] as const, [centre, ray] as const]);
    const log = [...ground, ...vouches(both, free)];
    expect(scoreIn(log, centre).score.score).toBe("0.000000000");
    expect(scoreIn(log, rays[7]!).score.score).toBe("0.000000000");
  });

  test("as a region that praises trusted ground: neither it nor those it praises gain anything", () => {
    const ring = sybils(40);
    const praise = ring.flatMap((each, i) => [[each, ring[(i + 1) % 40]!] as const, [each, honest[0]!] as const]);
    const log = [...ground, ...vouches(praise, free)];
    expect(scoreIn(log, ring[0]!).score.score).toBe("0.000000000");
    expect(units(scoreIn(log, honest[0]!).score.score)).toBe(units(scoreIn(ground, honest[0]!).score.score));
  });
});

test("ten thousand fresh wallets that vouch for one add nothing: its score is to the last digit what it was", () => {
  const one = honest[3]!;
  const before = scoreIn(ground, one);
  const log = [
    ...ground,
    ...vouches(
      sybils(10_000).map((each) => [each, one] as const),
      free,
    ),
  ];
  const after = scoreIn(log, one);
  expect(after.score.score).toBe(before.score.score);
  expect(after.score.raters).toBe(before.score.raters);
  expect(reasons(after)).toEqual({ "out-of-scope": 10_000 });
  expect(units(before.score.score)).toBeGreaterThan(0n);
});

describe("a region over a bridge of one deceived person", () => {
  /** Everybody inside vouches for the first and for the next; the bridge is one of its person's four vouches. */
  const attack = (size: number) => {
    const inside = sybils(size);
    const pairs = inside.flatMap((each, i) =>
      [[each, inside[(i + 1) % size]!] as const, [each, inside[0]!] as const].slice(0, i === 0 ? 1 : 2),
    );
    return { inside, log: [...ground, ...vouches([[honest[2]!, inside[0]!], ...pairs], free)] };
  };

  test("gives its own at most points · (1−α)/α of the trust that the bridge carries, whatever its size", () => {
    for (const size of [3, 30, 300]) {
      const { inside, log } = attack(size);
      const carried = epochUnder(log).parts(honest[2]!).eigen / 4n;
      const bound = (100n * carried * BigInt(100 - alpha)) / BigInt(alpha);
      const { evidence } = scoreIn(log, inside[0]!);
      const own = evidence.filter(({ rater }) => rater !== honest[2]);
      const given = own.reduce((sum, { contribution }) => sum + parseDecimal(contribution), 0n);
      // What an unfinished iteration may blur: 10⁻⁶ of all trust, scaled by a maximum of more than a twentieth of it.
      const blur = 100n * (unit / 50_000n);
      expect(given).toBeLessThanOrEqual(bound + blur);
      expect(given).toBeGreaterThan(0n);
    }
  });

  test("loses all of it once the bridge is taken back", () => {
    const { inside, log } = attack(30);
    const ended = { at: now, as: "retracted", operation: "retraction" } as const;
    const after = log.map((fact) => (fact.seq === free ? { ...fact, ended } : fact));
    expect(scoreIn(after, inside[0]!).score).toMatchObject({ score: "0.000000000", raters: 0 });
    expect(reasons(scoreIn(after, inside[0]!))).toEqual({ retracted: 1, "out-of-scope": 30 });
  });

  test("counts a rater once, however often it repeats itself", () => {
    const again = Array.from({ length: 500 }, () => [honest[2]!, honest[0]!] as const);
    const once = explainWhole(
      questionOf(
        vouches(again, free).map((fact) => ({ ...fact, work: undefined })),
        {
          policy: graph,
          trust: epochUnder(ground),
        },
      ),
    );
    expect(once.evidence).toHaveLength(1);
    expect(reasons(once)).toEqual({ duplicate: 499 });
  });
});

describe("whitewashing", () => {
  const old = honest[5]!;
  const incidents = [1, 2, 3].map((i) =>
    factOf(free + i, { rater: `seed-${(i % 2) + 1}`, subject: old, kind: "incident" }),
  );
  const log = [...ground, ...incidents];

  test("gives a new name 0, which is the least that the old one can have, and no new name passes", () => {
    const fresh = scoreIn(log, wallet(9999)).score;
    expect(fresh).toMatchObject({ score: "0.000000000", raters: 0, passes: false });
    expect(units(scoreIn(log, old).score.score)).toBeGreaterThanOrEqual(units(fresh.score));
  });

  test("lets the old name hand over at most its own trust times one vouch, and no right to pass", () => {
    const vouched = [...log, vouch(free + 9, old, wallet(9999))];
    const { score, evidence } = scoreIn(vouched, wallet(9999));
    expect(evidence.map(({ contribution }) => contribution)).toEqual([
      formatDecimal(100n * epochUnder(vouched).of(old)),
    ]);
    expect(score.passes).toBe(false);
  });

  test("by leaving gives no number at all", () => {
    const group = { members: [old], name: old, closedAt: now };
    expect(scoreOf(questionOf(incidents, { policy: graph, group, trust: epochUnder(log) })).score).toBeNull();
  });
});

describe("slow burn, then defect", () => {
  const cap = 80;
  const policy = policyOf(
    { contribution: { cap: `${cap}` }, incident: { points: "-30", halfLifeDays: 730 } },
    { threshold: "50" },
  );
  const burn = (years: number) =>
    Array.from({ length: years * 52 }, (_, week) =>
      factOf(week + 1, { admittedAt: now - (years * 364 - week * 7) * day }),
    );
  const defect = [1, 2].map((i) => factOf(10_000 + i, { kind: "incident", rater: `org-${i}`, admittedAt: now }));

  test("lowers a score to at most the cap of what was built up less the incidents, however long it was built", () => {
    for (const years of [1, 5, 20]) {
      expect(scoreOf(questionOf(burn(years), { policy })).score).toBe("80.00");
      const after = scoreOf(questionOf([...burn(years), ...defect], { policy }));
      expect(units(after.score)).toBeLessThanOrEqual(units(`${cap - 60}`));
      expect(after.passes).toBe(false);
    }
  });

  test("keeps from passing until the incidents have faded to what the cap has above the threshold, here two years", () => {
    for (const days of [0, 1, 365, 729]) {
      const at = now + days * day;
      const without = scoreOf(questionOf(burn(5), { policy, at }));
      const withDefect = scoreOf(questionOf([...burn(5), ...defect], { policy, at }));
      expect(units(withDefect.score)).toBeLessThan(units(without.score) - units("30"));
      expect([without.passes, withDefect.passes]).toEqual([true, false]);
    }
  });
});

describe("a rating bomb", () => {
  const bomb = (count: number, changes: (i: number) => Partial<Fact>) =>
    Array.from({ length: count }, (_, i) =>
      factOf(5000 + i, { kind: "incident", rater: wallet(100_000 + i), raterIs: "person", issuer: "", ...changes(i) }),
    );
  const good = Array.from({ length: 10 }, (_, i) => factOf(i + 1));

  test("by wallets that nobody trusts takes nothing", () => {
    const log = [...ground, ...good.map((fact) => ({ ...fact, subject: honest[0]! }))];
    const bombed = [...log, ...bomb(1000, () => ({ subject: honest[0]! }))];
    expect(scoreIn(bombed, honest[0]!).score.score).toBe(scoreIn(log, honest[0]!).score.score);
  });

  const capped = policyOf(
    { contribution: { halfLifeDays: null }, incident: { ...lasting, points: "-5", cap: "40" } },
    { caps: { rater: "10", issuer: "25" } },
  );
  const lost = (facts: readonly Fact[]) =>
    100n * unit - units(scoreOf(questionOf([...good, ...facts], { policy: capped })).score);

  test("by one rater takes at most the rater's cap, whatever it is about", () => {
    expect(lost(bomb(1000, () => ({ rater: "angry" })))).toBe(10n * unit);
  });

  test("by the members of one organisation takes at most the issuer's cap, however many they are", () => {
    expect(lost(bomb(1000, () => ({ issuer: "angry-org" })))).toBe(25n * unit);
  });

  test("by anybody takes at most the cap of the kind", () => {
    expect(lost(bomb(1000, (i) => ({ issuer: `org-${i}` })))).toBe(40n * unit);
  });
});

describe("shedding what was said", () => {
  const policy = policyOf({ contribution: lasting, incident: { ...lasting, points: "-5" } });
  const good = [factOf(1), factOf(2)];
  const scoreWith = (...facts: Fact[]) => scoreOf(questionOf([...good, ...facts], { policy })).score;

  test("by becoming one with whoever said it takes nothing of what counts against the subject", () => {
    const incident = factOf(3, { kind: "incident" });
    expect([scoreWith(incident), scoreWith({ ...incident, selfAttested: true })]).toEqual(["15.00", "15.00"]);
    expect(scoreWith(factOf(3, { selfAttested: true }))).toBe("20.00");
  });

  test("by a dispute that is left lying brings nothing back that a correction has taken", () => {
    const said = { rater: "org", work: undefined };
    const dispute = { at: now - 100 * day, operation: "dispute", ruling: undefined };
    const corrected = [factOf(3, said), factOf(4, { ...said, value: "0" })] as const;
    expect(scoreWith(...corrected)).toBe("20.00");
    expect(scoreWith(corrected[0], { ...corrected[1], dispute })).toBe("20.00");
  });
});

describe("a revoked issuer", () => {
  const people = honest.slice(0, 3);
  const org = "fallen";
  const work = people.map((each, i) => factOf(free + i, { rater: org, issuer: org, subject: each }));
  const given = vouches(
    [
      ["seed-1", org],
      ["seed-2", org],
      [org, wallet(501)],
      [org, wallet(502)],
      [wallet(501), wallet(502)],
      [wallet(502), wallet(503)],
      [wallet(501), wallet(503)],
    ],
    free + 10,
  );
  const log = [...ground, ...work, ...given];
  const fallen = log.map((fact) => (fact.issuer === org ? { ...fact, issuerRevokedAt: now } : fact));

  test("takes along what it said, and the trust that only it gave, as if it had never spoken", () => {
    const never = log.filter(({ rater }) => rater !== org);
    for (const who of [...people, wallet(501), wallet(502), wallet(503)]) {
      expect(units(scoreIn(log, who).score.score)).toBeGreaterThan(0n);
      expect(scoreIn(fallen, who).score.score).toBe(scoreIn(never, who).score.score);
    }
    expect(scoreIn(fallen, wallet(503)).score).toMatchObject({ score: "0.000000000", raters: 0 });
    expect(reasons(scoreIn(fallen, wallet(502)))).toEqual({ "issuer-revoked": 1, "out-of-scope": 1 });
  });

  test("moves only whom it spoke of, or who is trusted through those", () => {
    const policy = policyOf({ contribution: lasting });
    const aside = [...fallen, factOf(free + 90, { subject: wallet(900) })];
    expect(scoreIn(aside, wallet(900), policy).score.score).toBe("10.00");
  });
});

describe("a clock that is wrong", () => {
  const policy = policyOf({ contribution: {} });
  const claims = ["1970-01-01T00:00:00.000Z", "2026-11-20T00:00:00.000Z", "2999-12-31T23:59:59.999Z"];

  test("decides nothing: whatever clients claim, the numbers are those of admission", () => {
    const scores = claims.map((claimedAt) => {
      const { score, components, nextChange } = scoreOf(questionOf([factOf(1, { claimedAt })], { policy }));
      return { score, components, nextChange };
    });
    expect(new Set(scores.map((each) => JSON.stringify(each))).size).toBe(1);
  });

  test("does not choose which of two statements is the later: the log does", () => {
    const same = { rater: "org", work: undefined };
    const facts = claims.map((claimedAt, i) => factOf(3 - i, { ...same, claimedAt, value: `0.${3 - i}` }));
    expect(explainWhole(questionOf(facts, { policy })).evidence.map(({ operation }) => operation)).toEqual(["op-3"]);
  });

  test("gives no fact more than it has when it is new, not even before its tick has begun", () => {
    const ahead = factOf(1, { admittedAt: now + day / 2 });
    expect(explainWhole(questionOf([ahead], { policy })).evidence[0]).toMatchObject({ decay: "1", contribution: "10" });
  });
});
