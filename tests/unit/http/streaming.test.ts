import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { inOrder, linesOf, maxBlankLines, streamOf } from "../../../src/http/streaming.ts";
import { Failure } from "../../../src/kernel/failure.ts";

const encoder = new TextEncoder();
const limits = { line: 20, total: 10_000 };

function body(...chunks: Uint8Array[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start: (controller) => {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

const told = (portions: (string | Failure)[][]) =>
  portions.flat().map((line) => (line instanceof Failure ? line.code : line));
const lines = async (...texts: string[]) =>
  told(await all(linesOf(body(...texts.map((text) => encoder.encode(text))), limits)));

describe("lines", () => {
  test("are cut at line feeds, the last with or without one, carriage returns and blanks left out", async () => {
    expect(await lines("a\nb\r\n\n  \nc")).toEqual(["a", "b", "c"]);
    expect(await lines("a\n")).toEqual(["a"]);
    expect(await lines("")).toEqual([]);
  });

  test("are the same however the bytes are cut", async () => {
    const text = fc.array(fc.constantFrom("a", "ü", "€", "😀", "\n", "\r", " "), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(text, fc.array(fc.nat(60), { maxLength: 5 }), async (characters, cuts) => {
        const bytes = encoder.encode(characters.join(""));
        const places = [0, ...cuts.map((cut) => Math.min(cut, bytes.length)).sort((a, b) => a - b), bytes.length];
        const parts = places.slice(1).map((end, i) => bytes.slice(places[i], end));
        const cut = told(await all(linesOf(body(...parts), { line: 1_000, total: 10_000 })));
        const expected = characters
          .join("")
          .split("\n")
          .map((line) => line.trim());
        expect(cut).toEqual(expected.filter((line) => line !== ""));
      }),
    );
  });

  test("come as soon as they are whole, before more is sent", async () => {
    const silent = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(encoder.encode("a\nb\nc")),
      pull: () => new Promise(() => {}),
    });
    expect(told([(await linesOf(silent, limits).next()).value!])).toEqual(["a", "b"]);
  });

  test("that are too long are passed over, and the next is read", async () => {
    expect(await lines("a\n", "b".repeat(15), "b".repeat(15), "\nc\n")).toEqual(["a", "TOO_LARGE", "c"]);
    expect(await lines(`${"b".repeat(20)}\n${"b".repeat(21)}`)).toEqual(["b".repeat(20), "TOO_LARGE"]);
  });

  test("that are no UTF-8 are refused alone", async () => {
    const found = await all(linesOf(body(Uint8Array.of(0x61, 0x0a, 0xff, 0x0a, 0x62)), limits));
    expect(told(found)).toEqual(["a", "MALFORMED_JSON", "b"]);
  });

  test("end where there are more blank ones than are passed over, wherever the bytes are cut", async () => {
    const blank = (count: number) => encoder.encode("\n \n".repeat(count / 2));
    const generous = { line: 20, total: 10_000_000 };
    const passed = await all(linesOf(body(blank(maxBlankLines), encoder.encode("a\n")), generous));
    expect(told(passed)).toEqual(["a"]);
    for (const parts of [[blank(maxBlankLines + 2)], [blank(maxBlankLines), blank(2)]])
      expect(told(await all(linesOf(body(...parts, encoder.encode("a\n")), generous)))).toEqual(["TOO_LARGE"]);
  });

  test("end where there are too many bytes, and say so", async () => {
    const found = await all(linesOf(body(encoder.encode("a\nb\n"), encoder.encode("c\n")), { line: 20, total: 5 }));
    expect(told(found)).toEqual(["a", "b", "TOO_LARGE"]);
  });

  test("end when nobody wants them any more, though nothing has come", async () => {
    let told = false;
    const silent = new ReadableStream<Uint8Array>({
      cancel: () => {
        told = true;
      },
    });
    const gone = new AbortController();
    const lines = all(linesOf(silent, limits, gone.signal));
    gone.abort();
    expect(await lines).toEqual([]);
    expect(told).toBe(true);
  });

  test("end where the connection breaks, and say so", async () => {
    const broken = new ReadableStream<Uint8Array>({ pull: (controller) => controller.error(new Error("ECONNRESET")) });
    expect(told(await all(linesOf(broken, limits)))).toEqual(["INVALID_REQUEST"]);
  });
});

describe("answers in order", () => {
  /** Each array is a portion. */
  async function* portionsOf<Item>(...portions: Item[][]): AsyncGenerator<Item[], void> {
    yield* portions;
  }
  const numbers = (count: number) => Array.from({ length: count }, (_, i) => i);
  /** Questions that are answered when the test says so. */
  const held = () => {
    const later = new Map<number, () => void>();
    const ask = (item: number) => new Promise<number>((resolve) => later.set(item, () => resolve(item)));
    const answer = (...items: number[]) => {
      for (const item of items) later.get(item)!();
    };
    return { ask, later, answer };
  };

  test("keep the order of the items, whichever is ready first", async () => {
    const { ask, answer } = held();
    const answers = inOrder(portionsOf([0, 1, 2]), ask, { width: 16, together: 2 });
    const first = answers.next();
    await settled();
    for (const item of [2, 1, 0]) {
      answer(item);
      // An answer that waits for the ones before it takes nobody else's turn.
      await settled();
    }
    expect((await first).value).toEqual([0, 1]);
    expect(await all(answers)).toEqual([[2]]);
  });

  test("are asked for at most so many at once", async () => {
    let open = 0;
    let most = 0;
    const ask = async (item: number) => {
      most = Math.max(most, ++open);
      await settled();
      open--;
      return item;
    };
    const found = await all(inOrder(portionsOf(numbers(30), [], numbers(20)), ask, { width: 4, together: 3 }));
    expect(found.flat()).toEqual([...numbers(30), ...numbers(20)]);
    expect(most).toBe(4);
  });

  test("are asked for beyond the end of a portion, while its own are under way", async () => {
    const { ask, later, answer } = held();
    const answers = all(inOrder(portionsOf([0], [1], [2]), ask, { width: 16, together: 16 }));
    await settled();
    expect([...later.keys()]).toEqual([0, 1, 2]);
    answer(1, 2, 0);
    expect((await answers).flat()).toEqual([0, 1, 2]);
  });

  test("are given as they are there, whatever is still under way behind them", async () => {
    const { ask, answer } = held();
    const answers = inOrder(portionsOf([0, 1]), ask, { width: 16, together: 16 });
    const first = answers.next();
    await settled();
    answer(0);
    expect((await first).value).toEqual([0]);
    answer(1);
    expect(await all(answers)).toEqual([[1]]);
  });

  test("are given before the next question comes, where nothing else is under way", async () => {
    const { promise: sent, resolve: send } = Promise.withResolvers<void>();
    async function* conversation() {
      yield [0];
      await sent;
      yield [1];
    }
    const answers = inOrder(conversation(), async (item) => item, { width: 16, together: 16 });
    expect((await answers.next()).value).toEqual([0]);
    send();
    expect(await all(answers)).toEqual([[1]]);
  });

  test("are not asked for when nobody wants more, and the source is told", async () => {
    let asked = 0;
    let ended = false;
    const ask = async (item: number) => {
      asked++;
      return item;
    };
    async function* source() {
      try {
        for (let i = 0; i < 50; i++) yield [i];
      } finally {
        ended = true;
      }
    }
    for await (const [answer] of inOrder(source(), ask, { width: 2, together: 1 })) if (answer === 3) break;
    expect(asked).toBeLessThanOrEqual(6);
    await settled();
    expect(ended).toBe(true);
  });

  test("end with a question that fails, and leave none of the others unheard", async () => {
    const ask = async (item: number) => {
      await settled();
      throw new Error(`broken ${item}`);
    };
    await expect(all(inOrder(portionsOf([0, 1, 2]), ask, { width: 3, together: 3 }))).rejects.toThrow("broken 0");
    await settled();
  });

  test("end with the failure of the source", async () => {
    async function* broken(): AsyncGenerator<number[], void> {
      yield [0];
      throw new Error("broken");
    }
    const answers = inOrder(broken(), async (item) => item, { width: 2, together: 1 });
    expect((await answers.next()).value).toEqual([0]);
    await expect(answers.next()).rejects.toThrow("broken");
  });
});

describe("a body made as it is read", () => {
  test("asks the source for no more than may be held", async () => {
    let made = 0;
    const source = (async function* () {
      for (;;) {
        made++;
        yield "x".repeat(100);
      }
    })();
    const reader = streamOf(source, 1_000).getReader();
    await settled();
    expect(made).toBe(10);
    await reader.read();
    await settled();
    expect(made).toBe(11);
    await reader.cancel();
  });

  test("ends its source when the reader goes, and wakes it", async () => {
    let ended = false;
    let wake = () => {};
    const source = (async function* () {
      try {
        yield "a";
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        yield "b";
      } finally {
        ended = true;
      }
    })();
    const reader = streamOf(source, 1_000, () => wake()).getReader();
    await reader.read();
    await settled();
    await reader.cancel();
    await settled();
    expect(ended).toBe(true);
  });
});

/** Lets everything run that waits for nothing outside. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
