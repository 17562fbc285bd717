// What `scores.json` holds, reckoned anew from its questions: in Node, in workerd and in a browser.
import { digestOf } from "#primitives";
import { type Epoch, epochOf, viewFrom } from "../../../src/reputation/edges.ts";
import type { Fact } from "../../../src/reputation/fact.ts";
import type { Group, Tie } from "../../../src/reputation/ledger.ts";
import type { PublishedPolicy } from "../../../src/reputation/policy.ts";
import { type Explanation, explainWhole, scoreText } from "../../../src/reputation/score.ts";

/** A fact as JSON: what is undefined is left out. */
type JsonFact = Partial<Fact>;

/** `ties` where the policy asks for trust, `from` where it is a viewer's own view. */
type Asked = {
  policy: PublishedPolicy;
  group: { members: string[]; name: string; closedAt?: number };
  facts: JsonFact[];
  beyond?: number;
  ties?: JsonFact[];
  from?: string;
  at: number;
  log: { position: number; digest: string };
};

type Vector = { title: string; asked: Asked; answer: Explanation };

export type ScoreVectors = { about: string[]; vectors: Vector[] };

/** The text of the file, its answers reckoned anew. */
export function reckonScores({ about, vectors }: ScoreVectors): string {
  const anew = vectors.map(({ title, asked }) => ({ title, asked, answer: answerTo(asked) }));
  return `${JSON.stringify({ about, vectors: anew }, null, 2)}\n`;
}

/** The score of six hundred facts made from the first question's by a generator, each digest after the other. */
export function reckonManyScores({ vectors }: ScoreVectors): string {
  const { asked } = vectors[0]!;
  let state = 7;
  const next = (below: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const facts = Array.from({ length: 600 }, (_, i): JsonFact => {
    const value = `${next(2)}.${String(1 + next(999_999_999)).padStart(9, "0")}`;
    const rater = `org-${next(80)}`;
    const admittedAt = asked.at - next(2 ** 31) * 30;
    return { ...asked.facts[0], operation: `op-${i}`, seq: i + 1, rater, issuer: rater, value, admittedAt };
  });
  const unlike = facts.map((fact, i) => ({ ...fact, work: { type: "badge" as const, id: `${i}` } }));
  const texts = [0, 1, 30, 365].map((days) =>
    scoreText(answerTo({ ...asked, facts: unlike, at: asked.at + days * 86_400_000 }).score),
  );
  return texts.map((text) => digestOf(text)).join(" ");
}

function answerTo(asked: Asked): Explanation {
  const { policy, group, facts, beyond = 0, at, log } = asked;
  return explainWhole({
    policy,
    group: { closedAt: undefined, ...group } satisfies Group,
    facts: facts.map(readFact),
    beyond,
    trust: epochFor(asked),
    at,
    log,
  });
}

function epochFor({ policy, ties, from, at, log }: Asked): Epoch | null {
  if (!ties) return null;
  const question = { policy, ties: ties.map((tie): Tie => readFact(tie)), at, position: log.position };
  return from === undefined ? epochOf(question) : viewFrom(from, from, question);
}

function readFact(fact: JsonFact): Fact {
  const absent = {
    work: undefined,
    validFrom: undefined,
    validUntil: undefined,
    ended: undefined,
    dispute: undefined,
    issuerRevokedAt: undefined,
  };
  return { ...absent, ...fact } as Fact;
}
