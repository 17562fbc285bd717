import { expect, test } from "vitest";
import { Failure } from "../../../src/kernel/failure.ts";
import { hour, iso } from "../../../src/kernel/time.ts";
import { createScores, type ScoringParts } from "../../../src/reputation/scores.ts";
import { day, factOf, now, plainPolicy, published, subject } from "./facts-given.ts";

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

test("evidence is not shown as of an earlier place while nobody knows what has been hidden since", async () => {
  const refused = createScores(lagging()).explain(nobody, subject, { ...asked, lagging: true });
  await expect(refused).rejects.toMatchObject({ code: "UNAVAILABLE" });
});

test("a score is told of the last place where the log has been followed there", async () => {
  const scores = createScores({ ...lagging(), follow: async () => {}, reach: async (place) => place });
  const told = await scores.score(nobody, subject, { ...asked, lagging: true });
  expect(told.asOf.position).toBe(last);
  expect(told).toEqual(await scores.score(nobody, subject, asked));
});
