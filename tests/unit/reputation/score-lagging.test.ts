import { describe, expect, test } from "vitest";
import { Failure } from "../../../src/kernel/failure.ts";
import { hour, iso } from "../../../src/kernel/time.ts";
import { createScores, type ScoringParts } from "../../../src/reputation/scores.ts";
import { day, factOf, now, plainPolicy, policyOf, published, subject, wallet } from "./facts-given.ts";

const last = 10_000;
const followed = 6_000;
const then = now - day - hour;

/** A log that has been followed up to a place, a day before its end. */
function lagging(): ScoringParts<"subject"> {
  const follow = async (place: number) => {
    if (place > followed) throw new Failure("UNAVAILABLE");
  };
  return {
    clock: () => now,
    begin: async () => (_name, ask) => ask(),
    ledger: {
      group: async () => ({ members: [subject], name: subject, closedAt: undefined }),
      factsAbout: async (_, place) => ({ facts: place > followed ? [factOf(1), factOf(2)] : [factOf(1)], beyond: 0 }),
      hiddenAbout: async () => [],
      kin: async () => [subject],
      ties: async () => [],
    },
    log: {
      momentAt: async (time) => ({ seq: time >= now ? last : followed }),
      lastSeq: async () => last,
      entryAt: async (place) => ({ digest: `digest ${place}`, admittedAt: iso(place > followed ? now : then) }),
    },
    findPolicy: async () => published(plainPolicy),
    follow,
    reach: async (place) => Math.min(place, followed),
    audiences: { of: async () => ({ audience: "all" }), all: async () => [] },
    speaksFor: () => false,
  };
}

const nobody = async () => undefined;
const asked = { policy: "policy-1" };

test("a score is told as of the place that the log has been followed to, and is that of the moment then", async () => {
  const scores = createScores(lagging());
  const told = await scores.score(nobody, subject, { ...asked, lagging: true });
  expect(told.asOf).toMatchObject({ position: followed, digest: `digest ${followed}` });
  expect(told.asOf.time < iso(now - hour)).toBe(true);
  expect(told).toEqual(await scores.score(nobody, subject, { ...asked, at: iso(then) }));
});

test.each([
  ["of whom it was not said that an earlier place will do", asked],
  ["of which a moment is asked", { ...asked, lagging: true, at: iso(now) }],
])("a score %s is refused meanwhile", async (_, which) => {
  await expect(createScores(lagging()).score(nobody, subject, which)).rejects.toMatchObject({ code: "UNAVAILABLE" });
});

test("evidence is not shown of a moment past while nobody knows what has been hidden since", async () => {
  const refused = createScores(lagging()).explain(nobody, subject, { ...asked, at: iso(then) });
  await expect(refused).rejects.toMatchObject({ code: "UNAVAILABLE" });
});

describe("while the log is still being followed, and the score is told as of the place", () => {
  const steady = { halfLifeDays: null };
  const policy = policyOf({ contribution: steady, badge: steady, endorsement: steady });
  const other = wallet(2);
  const former = { document: "award-3", kind: "badge", subject: other, rater: "org-3" } as const;
  const facts = [
    factOf(1),
    // It will count no more tomorrow, which moves the score.
    factOf(2, { document: "award-2", kind: "badge", validUntil: now }),
    factOf(3, former),
    factOf(4, { document: "award-2", kind: "endorsement" }),
    factOf(5),
  ];
  const hidden = [{ subject, operation: "op-5" }];

  function awarded(changes: Partial<ScoringParts<"subject">> = {}): ScoringParts<"subject"> {
    const parts = lagging();
    return {
      ...parts,
      ledger: {
        ...parts.ledger,
        group: async (_, place) => ({
          members: place === last ? [subject] : [subject, other],
          name: subject,
          closedAt: undefined,
        }),
        factsAbout: async () => ({ facts, beyond: 0 }),
        hiddenAbout: async (_, place) => (place === last ? hidden : []),
      },
      findPolicy: async () => policy,
      speaksFor: (_, did) => did === subject,
      ...changes,
    };
  }
  const lenient = { ...asked, lagging: true };
  const shown = ({ evidence, excluded }: { evidence: { operation: string }[]; excluded: { operation: string }[] }) =>
    [...evidence, ...excluded].map(({ operation }) => operation).sort();

  test("others are shown what is known not to be hidden, and nothing that an award may hide by now", async () => {
    const told = await createScores(awarded()).explain(nobody, subject, lenient);
    expect(told.score.asOf.position).toBe(followed);
    expect(shown(told)).toEqual(["op-1"]);
    expect(told.score.evidence.counted).toBe(facts.length);
  });

  test("its subject is shown all of its own, and nothing that another may hide by now", async () => {
    const told = await createScores(awarded()).explain(async () => "subject", subject, lenient);
    expect(shown(told)).toEqual(["op-1", "op-2", "op-4", "op-5"]);
  });

  test("the next change is told without the award that brings it", async () => {
    const { nextChange } = await createScores(awarded()).score(nobody, subject, lenient);
    expect(nextChange).toMatchObject({ at: iso(now), operations: [] });
    const own = await createScores(awarded()).score(async () => "subject", subject, lenient);
    expect(own.nextChange).toMatchObject({ at: iso(now), operations: ["op-2"] });
  });

  test("a moment past is told likewise", async () => {
    const told = await createScores(awarded()).explain(nobody, subject, { ...lenient, at: iso(then) });
    expect(shown(told)).toEqual(["op-1"]);
  });

  test("all that nobody hides is shown again once the log has been followed", async () => {
    const caughtUp = awarded({ follow: async () => {}, reach: async (place) => place });
    const told = await createScores(caughtUp).explain(nobody, subject, { ...lenient, at: iso(then) });
    expect(shown(told)).toEqual(["op-1", "op-2", "op-3", "op-4"]);
  });
});

test("a score is told of the last place where the log has been followed there", async () => {
  const scores = createScores({ ...lagging(), follow: async () => {}, reach: async (place) => place });
  const told = await scores.score(nobody, subject, { ...asked, lagging: true });
  expect(told.asOf.position).toBe(last);
  expect(told).toEqual(await scores.score(nobody, subject, asked));
});
