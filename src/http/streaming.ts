import { fromUtf8, utf8 } from "../kernel/bytes.ts";
import { Failure } from "../kernel/failure.ts";
import { Gathered } from "./gathered.ts";

/**
 * Turns texts into a body that is made as it is read: when more than `held` bytes wait for the client, nothing more is
 * asked of the source. Whoever stops reading ends the source, and `stop` wakes it.
 */
export function streamOf(
  texts: AsyncGenerator<string, void>,
  held: number,
  stop: () => void = () => {},
): ReadableStream<Uint8Array> {
  const strategy = new ByteLengthQueuingStrategy({ highWaterMark: held });
  const source = {
    pull: async (controller: ReadableStreamDefaultController<Uint8Array>) => {
      const { done, value } = await texts.next();
      if (done) controller.close();
      else controller.enqueue(utf8(value));
    },
    cancel: () => {
      stop();
      // A generator that waits in the middle of something ends when it comes out of that.
      texts.return().catch(() => {});
    },
  };
  return new ReadableStream(source, strategy);
}

/**
 * Asks about items, at most `width` at once, and yields the answers in the order of the items: those that are there, at
 * most `together` of them. The next portion is read while answers are waited for, so what comes in small ones is worked at
 * as fast as what comes in one. Ends with the first failure of the source or of a question.
 */
export async function* inOrder<Item, Result>(
  portions: AsyncGenerator<readonly Item[], void>,
  ask: (item: Item) => Promise<Result>,
  { width, together }: { width: number; together: number },
): AsyncGenerator<Result[], void> {
  const supply = new Supply(portions);
  const asked: Asked<Result>[] = [];
  try {
    for (;;) {
      while (supply.holds && asked.length < width) asked.push(askedOf(ask(supply.take())));
      const open = asked.findIndex(({ answer }) => !answer);
      const ready = asked.splice(0, Math.min(together, open < 0 ? asked.length : open));
      if (ready.length > 0) yield ready.map(({ answer }) => answer!.result);
      else {
        const more = supply.more();
        if (!more && asked.length === 0) return;
        await Promise.race([more, asked[0]?.settled].filter((each) => each !== undefined));
      }
    }
  } finally {
    supply.end();
  }
}

/** A question under way; `answer` is there as soon as it is known. */
type Asked<Result> = { answer?: { result: Result }; settled: Promise<void> };

function askedOf<Result>(answer: Promise<Result>): Asked<Result> {
  const settled = answer.then((result) => {
    asked.answer = { result };
  });
  // Whoever waits for it is told of a failure; until then nobody does.
  settled.catch(() => {});
  const asked: Asked<Result> = { settled };
  return asked;
}

/** The items of portions, of which the next is asked for when the last is used up. */
class Supply<Item> {
  readonly #portions: AsyncGenerator<readonly Item[], void>;
  #items: readonly Item[] = [];
  #place = 0;
  #coming: Promise<void> | undefined;
  #ended = false;

  constructor(portions: AsyncGenerator<readonly Item[], void>) {
    this.#portions = portions;
  }

  /** Whether an item is at hand. */
  get holds(): boolean {
    return this.#place < this.#items.length;
  }

  take(): Item {
    return this.#items[this.#place++]!;
  }

  /** Resolves when there is more at hand, or no more at all; undefined where there is nothing to wait for. */
  more(): Promise<void> | undefined {
    if (this.#ended || this.holds) return undefined;
    this.#coming ??= this.#portions.next().then(({ done, value }) => {
      this.#coming = undefined;
      if (done) this.#ended = true;
      else [this.#items, this.#place] = [value, 0];
    });
    return this.#coming;
  }

  /** Ends the source, which may be in the middle of something: it ends when it comes out of that. */
  end(): void {
    this.#portions.return().catch(() => {});
  }
}

/** Blank lines that are passed over: each costs a little, and a body of nothing else has millions. */
export const maxBlankLines = 100_000;

/**
 * The lines of a body, blank ones left out, in portions as they arrive, so that a client may wait for an answer before it
 * sends the next line. Each is a text, or the refusal that it gets instead: a line that is too long is passed over; more
 * bytes than `total`, more blank lines than `maxBlankLines` or a broken connection are the last thing that is said.
 * `stopped` ends it, also while it waits for bytes.
 */
export async function* linesOf(
  body: ReadableStream<Uint8Array>,
  { line: most, total }: { line: number; total: number },
  stopped?: AbortSignal,
): AsyncGenerator<(string | Failure)[], void> {
  const reader = body.getReader();
  stopped?.addEventListener("abort", () => reader.cancel().catch(() => {}), { once: true });
  const line = new LineBuffer(most);
  try {
    for (let size = 0, blank = 0; ; ) {
      const { done, value } = await reader.read();
      size += value?.length ?? 0;
      if (size > total) return yield [new Failure("TOO_LARGE", `At most ${total} bytes are taken at once.`)];
      const lines = done ? [line.take()] : cutLines(value, line, maxBlankLines - blank);
      const told = lines.filter((each) => each !== "");
      // The end is none, where the last line has one of its own.
      if (!done) blank += lines.length - told.length;
      if (told.length > 0) yield told;
      if (blank > maxBlankLines)
        return yield [new Failure("TOO_LARGE", `At most ${maxBlankLines} blank lines are passed over.`)];
      if (done) return;
    }
  } catch {
    yield [new Failure("INVALID_REQUEST", "The body ended before it was whole.")];
  } finally {
    reader.cancel().catch(() => {});
  }
}

/** The lines that end within these bytes, no more of them blank than one beyond `blank`; what is left waits. */
function cutLines(bytes: Uint8Array, line: LineBuffer, blank: number): (string | Failure)[] {
  const lines: (string | Failure)[] = [];
  for (let start = 0, left = blank; start < bytes.length && left >= 0; ) {
    const end = bytes.indexOf(0x0a, start);
    line.add(bytes.subarray(start, end < 0 ? bytes.length : end));
    if (end < 0) break;
    const taken = line.take();
    lines.push(taken);
    if (taken === "") left--;
    start = end + 1;
  }
  return lines;
}

/** Gathers one line; what goes beyond `most` bytes is counted and not kept. */
class LineBuffer {
  readonly #most: number;
  readonly #kept = new Gathered();
  #size = 0;

  constructor(most: number) {
    this.#most = most;
  }

  add(bytes: Uint8Array): void {
    this.#size += bytes.length;
    if (this.#size <= this.#most) this.#kept.add(bytes);
  }

  /** The line without white space around it, or why it is not taken; begins a new one. */
  take(): string | Failure {
    const kept = this.#kept.take();
    const tooLong = this.#size > this.#most;
    this.#size = 0;
    if (tooLong) return new Failure("TOO_LARGE", `A line has at most ${this.#most} bytes.`);
    try {
      return fromUtf8(kept).trim();
    } catch {
      return new Failure("MALFORMED_JSON", "The line is not UTF-8.");
    }
  }
}
