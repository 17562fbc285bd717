// Loading a document of 5,000 operations, and one more operation on a small and on a large state.
import { z } from "zod";
import type { DocumentKind } from "../../src/operations/kind.ts";
import type { Action } from "../../src/operations/operation.ts";
import { alice, openHouse, userOf } from "../../tests/harness.ts";
import {
  type Contender,
  compare,
  cpuOf,
  figure,
  median,
  type Options,
  type Result,
  rotate,
  wallOf,
} from "../measure.ts";

type Notes = { texts: Record<string, string> };

/** A kind whose state grows with every operation. */
const notes: DocumentKind<Notes> = {
  name: "bench/notes",
  ids: ["created"],
  order: "causal",
  actions: {
    CREATE_DOCUMENT: { input: z.looseObject({}), bindings: ["full"], open: true },
    NOTE: { input: z.strictObject({ text: z.string() }), bindings: ["full"], open: true },
  },
  initial: () => ({ texts: {} }),
  decide: () => {},
  evolve: ({ texts }, { action }) => {
    texts[action.id] = String(action.input.text);
    return { texts };
  },
  project: () => ({ rows: [], claims: [] }),
  view: ({ texts }) => ({ count: Object.keys(texts).length }),
};

export async function run({ rounds, quick }: Options): Promise<Result[]> {
  const house = openHouse([notes as unknown as DocumentKind]);
  await house.delegate();
  const [small, large, long] = [await grow(10), await grow(1000), await grow(quick ? 1000 : 5000)];
  const loads: number[] = [];
  for (let i = 0; i < rounds * 4; i++) loads.push(await wallOf(1, () => house.store.load(long)));
  const costs = await rotate([adding("10", small), adding("1000", large)], rounds, 2);
  await house.close();
  const goal = { of: "ratio", atMost: 2 } as const;
  return [
    figure("load", "µs", median(loads), { of: "value", atMost: 2000 }),
    compare(costs, { name: "grown-state", unit: "µs of CPU", ours: "1000", yardstick: "10", as: "cost", goal }),
  ];

  async function grow(length: number): Promise<string> {
    const { document, action } = await house.opening(notes.name);
    await house.reactor.open(action, notes.name, []);
    for (let done = 0; done < length; done += 100)
      await house.reactor.submit(
        document,
        await Promise.all(Array.from({ length: Math.min(100, length - done) }, () => note(document))),
      );
    return document;
  }

  async function note(document: string) {
    const intent = { document, kind: notes.name, type: "NOTE", input: { text: "x".repeat(80) }, user: userOf(alice) };
    return (await house.sign(intent)).action;
  }

  function adding(name: string, document: string): Contender {
    const each = 8;
    const cost = async () => {
      const actions: Action[] = [];
      for (let i = 0; i < each; i++) actions.push(await note(document));
      return cpuOf(each, async () => {
        for (const action of actions) await house.reactor.submit(document, [action]);
      });
    };
    return { name, cost };
  }
}
